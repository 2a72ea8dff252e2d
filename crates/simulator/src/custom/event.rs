//! The events of a call and what stands in them, as `docs/custom.md` describes.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::bucket;
use crate::call::Call;
use crate::script::{Direction, Ending, RecordingPlan, StoragePolicy};
use crate::speech::{Speaker, Turn};
use crate::stand_in::Announcement;
use crate::truth::{dollars, moment};

pub(super) const CREATED: &str = "call.created";
pub(super) const RINGING: &str = "call.ringing";
pub(super) const ANSWERED: &str = "call.answered";
pub(super) const ENDED: &str = "call.ended";
pub(super) const ANALYZED: &str = "call.analyzed";
pub(super) const PRICED: &str = "call.priced";
pub(super) const CORRECTED: &str = "call.corrected";
pub(super) const SAID: &str = "transcript.updated";
pub(super) const TRANSCRIBED: &str = "transcript.done";
pub(super) const RECORDED: &str = "recording.done";
pub(super) const DELETED: &str = "recording.deleted";

/// Where recordings lie.
const BUCKET: &str = "recordings";

/// Millionths of a dollar per second, by what they pay for.
const RATES: [(&str, i64); 2] = [("telephony", 230), ("agent", 1_400)];

/// All events of a call, oldest first.
pub(super) fn all(call: &Call) -> Vec<Announcement> {
    let of = |at, kind: &str, index| Announcement {
        at,
        kind: kind.into(),
        index,
        about_recording: matches!(kind, RECORDED | DELETED),
    };
    let timeline = &call.timeline;
    let mut all = Vec::new();
    if timeline.ringing > timeline.placed {
        all.push(of(timeline.placed, CREATED, 0));
    }
    all.push(of(timeline.ringing, RINGING, 0));
    if let Some(answered) = timeline.answered {
        all.push(of(answered, ANSWERED, 0));
        if call.script.transcript_updates && keeps_words(call) {
            let turns = call.turns(timeline.ended);
            all.extend(turns.iter().enumerate().map(|(index, turn)| {
                of(answered + Duration::from_millis(turn.end_ms), SAID, index)
            }));
        }
    }
    all.push(of(timeline.ended, ENDED, 0));
    if call.connected() {
        if keeps_words(call) {
            all.push(of(transcribed(call), TRANSCRIBED, 0));
        }
        all.push(of(timeline.analyzed, ANALYZED, 0));
        all.push(of(timeline.priced, PRICED, 0));
    }
    all.extend(timeline.recording_ready.map(|at| of(at, RECORDED, 0)));
    all.extend(timeline.corrected.map(|at| of(at, CORRECTED, 0)));
    all.extend(
        timeline
            .deleted
            .filter(|_| call.kept())
            .map(|at| of(at, DELETED, 0)),
    );
    // Two events of one moment keep the order in which they were put down.
    all.sort_by_key(|announcement| announcement.at);
    all
}

/// When the transcript is there: for one call in three before the recording, for one between recording and analysis,
/// for one after both.
pub(super) fn transcribed(call: &Call) -> Timestamp {
    let ended = call.timeline.ended;
    let wait = match call.token.bytes().next().unwrap_or_default() % 3 {
        0 => Duration::from_millis(1_500),
        1 => Duration::from_millis(4_500),
        _ => Duration::from_millis(7_500),
    };
    ended + wait
}

/// Whether anything of what was said may be kept.
pub(super) fn keeps_words(call: &Call) -> bool {
    call.script.storage != StoragePolicy::BasicAttributesOnly
}

/// `{"type", "timestamp", "data"}`.
pub(super) fn body(account: &Account, call: &Call, announcement: &Announcement) -> Value {
    let at = announcement.at;
    let mut told = Map::new();
    let mut data = Map::new();
    told.insert("provider_call_id".into(), json!(call.id));
    match announcement.kind.as_str() {
        CREATED => {
            parties(&mut told, call);
            told.insert("status".into(), json!("scheduled"));
        }
        RINGING => {
            parties(&mut told, call);
            told.insert("status".into(), json!("ringing"));
            told.insert("started_at".into(), json!(moment(call.timeline.ringing)));
        }
        ANSWERED => {
            told.insert("status".into(), json!("ongoing"));
            told.insert("answered_at".into(), json!(moment(at)));
        }
        SAID => {
            told.insert("status".into(), json!("ongoing"));
            data.insert("transcript".into(), transcript(&call.turns(at)));
        }
        ENDED => outcome(&mut told, call, at),
        TRANSCRIBED => {
            let turns = call.turns(call.timeline.ended);
            data.insert("transcript".into(), transcript(&turns));
        }
        ANALYZED => analysis(&mut told, call),
        PRICED => {
            told.insert("cost".into(), cost(call, at, false));
        }
        CORRECTED => {
            told.insert("duration_ms".into(), json!(duration_ms(call, at)));
            told.insert("cost".into(), cost(call, at, false));
        }
        DELETED => {
            let id = &call.recording_id;
            let deleted = json!({ "provider_recording_id": id, "state": "deleted" });
            data.insert("recording".into(), deleted);
        }
        _ => {
            data.insert("recording".into(), recording(account, call, at));
        }
    }
    data.insert("call".into(), Value::Object(told));
    json!({ "type": announcement.kind, "timestamp": moment(at), "data": data })
}

/// Everything in one event, without a moment of its own.
pub(super) fn whole(account: &Account, call: &Call, at: Timestamp) -> Value {
    let mut told = Map::new();
    told.insert("provider_call_id".into(), json!(call.id));
    parties(&mut told, call);
    told.insert("started_at".into(), json!(moment(call.timeline.ringing)));
    if let Some(answered) = call.timeline.answered {
        told.insert("answered_at".into(), json!(moment(answered)));
    }
    outcome(&mut told, call, at);
    let mut data = Map::new();
    if call.connected() {
        analysis(&mut told, call);
        told.insert("cost".into(), cost(call, at, false));
        if keeps_words(call) {
            let turns = call.turns(call.timeline.ended);
            data.insert("transcript".into(), transcript(&turns));
        }
    }
    if call.timeline.recording_ready.is_some() {
        data.insert("recording".into(), recording(account, call, at));
    }
    data.insert("call".into(), Value::Object(told));
    json!({ "type": "call.updated", "data": data })
}

pub(super) fn direction(call: &Call) -> &'static str {
    match call.script.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
        Direction::Web => "web",
    }
}

fn parties(told: &mut Map<String, Value>, call: &Call) {
    told.insert("direction".into(), json!(direction(call)));
    told.insert("from".into(), json!(call.from));
    told.insert("to".into(), json!(call.to));
    told.insert("agent".into(), json!(call.agent));
}

/// The status of a call that is over.
pub(super) fn end_status(call: &Call) -> &'static str {
    match &call.script.ending {
        Ending::AgentError => "failed",
        ending if ending.connects() => "ended",
        _ => "not_connected",
    }
}

/// The shared word for why it ended, and this backend's own.
pub(super) fn reason(ending: &Ending) -> (&'static str, &'static str) {
    match ending {
        Ending::CallerHangup => ("caller_hangup", "customer left"),
        Ending::AgentHangup => ("agent_hangup", "desk done"),
        Ending::Voicemail => ("voicemail", "mailbox"),
        Ending::Transferred => ("transferred", "handed to staff"),
        Ending::Inactivity => ("inactivity", "silence"),
        Ending::MaxDuration => ("max_duration", "time is up"),
        Ending::AgentError => ("error", "desk crashed"),
        Ending::NoAnswer => ("no_answer", "rang out"),
        Ending::Busy => ("busy", "engaged"),
        Ending::Unreachable => ("error", "no route"),
        Ending::Canceled => ("canceled", "called off"),
    }
}

/// In milliseconds, as known at `at`; `None` if nobody answered.
pub(super) fn duration_ms(call: &Call, at: Timestamp) -> Option<u64> {
    let duration = call.told_duration(at).as_millis();
    call.connected()
        .then(|| u64::try_from(duration).unwrap_or(u64::MAX))
}

fn outcome(told: &mut Map<String, Value>, call: &Call, at: Timestamp) {
    let (code, raw) = reason(&call.script.ending);
    told.insert("status".into(), json!(end_status(call)));
    told.insert("ended_at".into(), json!(moment(call.timeline.ended)));
    told.insert("duration_ms".into(), json!(duration_ms(call, at)));
    told.insert("ended_reason".into(), json!({ "code": code, "raw": raw }));
    if call.connected() {
        told.insert("cost".into(), cost(call, at, true));
    }
}

/// What each part costs at `at`, in millionths of a dollar.
pub(super) fn costs(call: &Call, at: Timestamp) -> Vec<(&'static str, i64)> {
    let seconds = call.timeline.talk().as_millis().div_ceil(1000);
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let extra = [call.extra_cost(at), 0];
    RATES
        .iter()
        .zip(extra)
        .map(|(&(name, rate), extra)| (name, rate * seconds + extra))
        .collect()
}

fn cost(call: &Call, at: Timestamp, provisional: bool) -> Value {
    let parts = costs(call, at);
    let total = parts.iter().map(|(_, micros)| micros).sum();
    let part = |&(name, micros): &(&str, i64)| json!({ "name": name, "amount": dollars(micros) });
    json!({
        "amount": dollars(total),
        "currency": "USD",
        "provisional": provisional,
        "parts": parts.iter().map(part).collect::<Vec<_>>(),
    })
}

fn analysis(told: &mut Map<String, Value>, call: &Call) {
    if keeps_words(call) {
        told.insert("summary".into(), json!(call.story.summary));
    }
    let sentiment = call.story.sentiment.to_lowercase();
    told.insert("sentiment".into(), json!(sentiment));
    told.insert("successful".into(), json!(call.story.successful));
    if !call.latency.is_empty() {
        let part = |percent| call.latency_percentile(percent);
        let e2e = json!({ "p50": part(50), "p90": part(90), "p95": part(95), "p99": part(99) });
        told.insert("latency".into(), json!({ "e2e": e2e }));
    }
}

fn transcript(turns: &[Turn]) -> Value {
    let word = |word: &crate::speech::Word| json!({ "text": word.text, "start_ms": word.start_ms, "end_ms": word.end_ms });
    let segment = |turn: &Turn| {
        json!({
            "speaker": if turn.speaker == Speaker::Agent { "agent" } else { "caller" },
            "start_ms": turn.start_ms,
            "end_ms": turn.end_ms,
            "text": turn.text,
            "words": turn.words.iter().map(word).collect::<Vec<_>>(),
        })
    };
    turns.iter().map(segment).collect()
}

pub(super) fn file_name(call: &Call) -> String {
    format!("{}.mp3", call.recording_id)
}

pub(super) fn channels(call: &Call) -> u16 {
    if call.two_channels() { 2 } else { 1 }
}

/// The state and the reason of a recording that is not given out.
pub(super) fn not_given(call: &Call) -> Option<(&'static str, &'static str)> {
    match call.script.recording {
        RecordingPlan::TooShort => Some(("absent", "too_short")),
        RecordingPlan::Silent => Some(("absent", "silent")),
        RecordingPlan::None => Some(("absent", "not_recorded")),
        RecordingPlan::Kept { .. } if !keeps_words(call) => Some(("withheld", "policy")),
        RecordingPlan::Kept { .. } => None,
    }
}

/// A public link, or a signed one where links shall die.
fn recording(account: &Account, call: &Call, at: Timestamp) -> Value {
    if let Some((state, reason)) = not_given(call) {
        let id = &call.recording_id;
        return json!({ "provider_recording_id": id, "state": state, "reason": reason });
    }
    let lifetime = account.switches.faults().links_expire_after;
    let place = bucket::Place {
        bucket: BUCKET,
        token: &call.token,
        file: &file_name(call),
    };
    json!({
        "provider_recording_id": call.recording_id,
        "url": bucket::link(account, &place, lifetime.map(|lifetime| at + lifetime)),
        "channels": channels(call),
        "duration_ms": u64::try_from(call.timeline.talk().as_millis()).unwrap_or(u64::MAX),
    })
}
