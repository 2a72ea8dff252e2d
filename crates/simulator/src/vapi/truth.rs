//! What really happened, in the words of Ringback's contract. Vapi tells no mood, and words without their times.

use jiff::Timestamp;

use crate::account::Account;
use crate::call::Call;
use crate::script::{Direction, Ending, StoragePolicy};
use crate::speech::Format;
use crate::truth::{
    Truth, TruthCost, TruthCostPart, TruthLatency, TruthReason, TruthRecording, TruthSegment,
    dollars, files, moment, segments,
};

use super::document::{self, product_costs};
use super::list;

pub(super) fn of(account: &Account, call: &Call, at: Timestamp) -> Truth {
    let ended = call.ended(at);
    let told = ended && !call.in_hole(at);
    let stored = call.script.storage != StoragePolicy::BasicAttributesOnly;
    let analysed = told && stored && call.connected() && at >= call.timeline.analyzed;
    let answered = call.timeline.answered.filter(|answered| at >= *answered);
    Truth {
        account: account.id.clone(),
        provider: "vapi".into(),
        provider_call_id: call.id.clone(),
        status: status(call, at).into(),
        direction: match call.script.direction {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
            Direction::Web => "web",
        }
        .into(),
        from: call.from.clone(),
        to: call.to.clone(),
        agent: call.agent.clone(),
        started_at: answered.map(moment),
        ended_at: told.then(|| moment(document::end(call, at))),
        duration_ms: answered
            .filter(|_| told)
            .map(|_| u64::try_from(call.told_duration(at).as_millis()).unwrap_or(u64::MAX)),
        ended_reason: ended.then(|| TruthReason {
            code: reason(&call.script.ending).into(),
            raw: document::ended_reason(&call.script.ending).into(),
        }),
        summary: analysed.then(|| call.story.summary.clone()),
        sentiment: None,
        successful: analysed.then_some(call.story.successful),
        cost: told.then(|| cost(call, at)),
        latency: (told && stored && call.connected())
            .then(|| latency(call))
            .flatten(),
        transcript: if told && stored {
            said(call, at)
        } else {
            Vec::new()
        },
        recordings: if told {
            recordings(account, call, at)
        } else {
            Vec::new()
        },
        child_legs: Vec::new(),
    }
}

fn status(call: &Call, at: Timestamp) -> &'static str {
    match (document::status(call, at), &call.script.ending) {
        ("queued", _) => "scheduled",
        ("ringing", _) => "ringing",
        ("ended", Ending::AgentError) => "failed",
        ("ended", ending) if ending.connects() => "ended",
        ("ended", _) => "not_connected",
        _ => "ongoing",
    }
}

fn reason(ending: &Ending) -> &'static str {
    match ending {
        Ending::CallerHangup => "caller_hangup",
        Ending::AgentHangup => "agent_hangup",
        Ending::Voicemail => "voicemail",
        Ending::Transferred => "transferred",
        Ending::Inactivity => "inactivity",
        Ending::MaxDuration => "max_duration",
        Ending::NoAnswer => "no_answer",
        Ending::Canceled => "canceled",
        Ending::Busy => "busy",
        Ending::AgentError | Ending::Unreachable => "error",
    }
}

fn said(call: &Call, at: Timestamp) -> Vec<TruthSegment> {
    let mut said = segments(&call.turns(at));
    for segment in &mut said {
        segment.words.clear();
    }
    said
}

fn cost(call: &Call, at: Timestamp) -> TruthCost {
    let parts = product_costs(call, at);
    TruthCost {
        amount: dollars(parts.iter().map(|(_, _, micros)| micros).sum()),
        currency: "USD".into(),
        parts: parts
            .into_iter()
            .map(|(name, _, micros)| TruthCostPart {
                name: name.into(),
                amount: dollars(micros),
            })
            .collect(),
    }
}

fn latency(call: &Call) -> Option<TruthLatency> {
    Some(TruthLatency {
        p50: call.latency_percentile(50)?,
        p90: call.latency_percentile(90)?,
        p95: call.latency_percentile(95)?,
        p99: call.latency_percentile(99)?,
    })
}

fn recordings(account: &Account, call: &Call, at: Timestamp) -> Vec<TruthRecording> {
    if !call.kept() {
        return Vec::new();
    }
    let late = account.switches.faults().recordings_late_by;
    let ready = call.timeline.recording_ready.map(|ready| ready + late);
    let (state, reason) = match ready {
        _ if call.script.storage == StoragePolicy::BasicAttributesOnly => {
            ("withheld", Some("policy"))
        }
        _ if list::is_beyond_retention(call, at) => ("expired", Some("retention")),
        Some(ready) if at >= ready => ("available", None),
        _ => ("expected", None),
    };
    vec![TruthRecording {
        provider_recording_id: None,
        state: state.into(),
        reason: reason.map(Into::into),
        duration_ms: u64::try_from(call.timeline.talk().as_millis()).ok(),
        files: files(call, &[(Format::Wav, 2), (Format::Wav, 1)]),
    }]
}
