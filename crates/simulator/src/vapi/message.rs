//! Server messages (types `ServerMessage*` of the OpenAPI description): `{message: {type, timestamp, call, ...}}`. The
//! call in them is as old as the call itself; what a message tells stands beside it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::script::Direction;
use crate::speech::{Speaker, Turn};
use crate::stand_in::Announcement;

use super::{conversation, document, names};

const STATUS: &str = "status-update";
const REPORT: &str = "end-of-call-report";
const SPEECH: &str = "speech-update";
const LINE: &str = "transcript";
const CONVERSATION: &str = "conversation-update";
const HANG: &str = "hang";

/// All messages about a call, oldest first.
pub(super) fn all(call: &Call) -> Vec<Announcement> {
    let of = |at, kind: &str, index| Announcement {
        at,
        kind: kind.into(),
        index,
        about_recording: false,
    };
    let mut all: Vec<Announcement> = (0..)
        .zip(updates(call))
        .map(|(index, (at, _))| of(at, STATUS, index))
        .collect();
    let last = all.pop();
    if let Some(answered) = call
        .timeline
        .answered
        .filter(|_| call.script.transcript_updates)
    {
        let turns = call.turns(call.timeline.ended);
        for (index, turn) in turns.iter().enumerate() {
            let at = |ms| answered + Duration::from_millis(ms);
            all.push(of(at(turn.start_ms), SPEECH, index));
            all.push(of(at(turn.end_ms), LINE, index));
            all.push(of(at(turn.end_ms), CONVERSATION, index));
            // The assistant takes its time once; the call goes on.
            if index == turns.len() / 2 {
                all.push(of(at(turn.end_ms), HANG, index));
            }
        }
        all.sort_by_key(|announcement| announcement.at);
    }
    all.extend(last);
    all.push(of(report_at(call), REPORT, 0));
    all
}

/// When all post-processing is done.
pub(super) fn report_at(call: &Call) -> Timestamp {
    let ready = call.timeline.recording_ready;
    ready
        .unwrap_or(call.timeline.analyzed)
        .max(call.timeline.analyzed)
}

/// Each change of the status.
fn updates(call: &Call) -> Vec<(Timestamp, &'static str)> {
    let timeline = &call.timeline;
    let mut all = Vec::new();
    if call.script.direction != Direction::Inbound {
        all.push((timeline.placed, "queued"));
    }
    if call.script.direction != Direction::Web {
        all.push((timeline.ringing, "ringing"));
    }
    all.extend(timeline.answered.map(|answered| (answered, "in-progress")));
    all.extend(call.child.as_ref().map(|leg| (leg.placed, "forwarding")));
    all.push((timeline.ended, "ended"));
    all
}

/// The message of that announcement, with what was true then.
pub(super) fn of(account: &Account, call: &Call, announcement: &Announcement) -> Value {
    let at = announcement.at;
    let mut message = Map::new();
    let mut put = |key: &str, value: Value| message.insert(key.into(), value);
    put("type", json!(announcement.kind));
    put("timestamp", json!(at.as_millisecond()));
    match announcement.kind.as_str() {
        STATUS => {
            let status = updates(call)
                .get(announcement.index)
                .map_or("ended", |(_, status)| *status);
            put("status", json!(status));
            if status == "ended" {
                put(
                    "endedReason",
                    json!(document::ended_reason(&call.script.ending)),
                );
            }
        }
        REPORT => message.extend(report(account, call, at)),
        SPEECH => {
            put("status", json!("started"));
            put("role", json!(turn(call, announcement.index).map(role)));
            put("turn", json!(announcement.index));
        }
        LINE => {
            let turn = turn(call, announcement.index);
            put("role", json!(turn.as_ref().map(|turn| role(turn.clone()))));
            put("transcriptType", json!("final"));
            put("transcript", json!(turn.map(|turn| turn.text)));
        }
        CONVERSATION => {
            put("messages", json!(conversation::messages(call, at)));
            put(
                "messagesOpenAIFormatted",
                json!(conversation::for_openai(call, at)),
            );
        }
        _ => {}
    }
    if announcement.kind != REPORT {
        message.insert("artifact".into(), Value::Object(document::talk(call, at)));
    }
    message.insert("call".into(), document::stale(account, call));
    message.extend(parties(call));
    Value::Object(message)
}

fn turn(call: &Call, index: usize) -> Option<Turn> {
    call.turns(call.timeline.ended).into_iter().nth(index)
}

fn role(turn: Turn) -> &'static str {
    if turn.speaker == Speaker::Agent {
        "assistant"
    } else {
        "user"
    }
}

/// The assistant, the customer and the number, as every message carries them.
fn parties(call: &Call) -> Map<String, Value> {
    let mut parties = Map::new();
    if let Some(agent) = &call.agent {
        let assistant = json!({ "name": agent.name, "firstMessage": "Hello" });
        parties.insert("assistant".into(), assistant);
    }
    if let Some(number) = names::customer(call) {
        parties.insert("customer".into(), json!({ "number": number }));
    }
    if let Some(number) = names::own_number(call) {
        let number =
            json!({ "id": names::number_id(number), "provider": "twilio", "number": number });
        parties.insert("phoneNumber".into(), number);
    }
    parties
}

/// Everything about a call that is over. It is also what remains of a call whose contents are not stored.
fn report(account: &Account, call: &Call, at: Timestamp) -> Map<String, Value> {
    let mut report = document::outcome(call, at);
    let mut put = |key: &str, value: Value| report.insert(key.into(), value);
    put(
        "endedReason",
        json!(document::ended_reason(&call.script.ending)),
    );
    if let Some(answered) = call.timeline.answered {
        put("startedAt", json!(crate::truth::moment(answered)));
        let duration = call.told_duration(at);
        put(
            "durationMs",
            json!(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
        );
        put("durationSeconds", json!(duration.as_secs_f64()));
        put("durationMinutes", json!(duration.as_secs_f64() / 60.0));
    }
    put("analysis", document::analysis(call));
    put("artifact", document::artifact(account, call, at));
    report
}
