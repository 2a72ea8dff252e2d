//! A call as get-call, list-calls and the webhooks show it (types `PhoneCallResponse` and `WebCallResponse` of the
//! official SDKs). Times are epoch milliseconds, costs US cents, words seconds.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::links;
use crate::script::{Direction, Ending, StoragePolicy};
use crate::speech::{Speaker, Turn};

use super::{LOG, MONO, MULTI_CHANNEL};

/// Who reads the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For<'a> {
    /// `GET /v2/get-call/{id}`.
    Get,
    /// An item of `POST /v3/list-calls`: without transcripts.
    List,
    /// The `call` of a webhook of this event.
    Webhook(&'a str),
}

/// Millionths of a dollar per second, by product; together ten cents a minute.
pub(super) const PRODUCTS: [(&str, i64); 2] = [("elevenlabs_tts", 1167), ("gpt_4_1", 500)];

/// The call at `at`.
pub(super) fn of(account: &Account, call: &Call, at: Timestamp, reader: For<'_>) -> Value {
    let mut doc = Map::new();
    identity(&mut doc, call, at);
    let api = !matches!(reader, For::Webhook(_));
    if call.ended(at) && !(api && call.in_hole(at)) {
        outcome(&mut doc, call, at);
        recordings(&mut doc, account, call, at, reader);
        if reader != For::List {
            transcript(&mut doc, call, at);
        }
        let analysed = matches!(reader, For::Webhook("call_analyzed"))
            || (api && at >= call.timeline.analyzed);
        if analysed {
            doc.insert("call_analysis".into(), analysis(call));
        }
    } else if reader == For::Webhook("transcript_updated") {
        transcript(&mut doc, call, at);
    }
    match call.script.storage {
        StoragePolicy::BasicAttributesOnly if api && call.ended(at) => {
            keep_basic_attributes(&mut doc)
        }
        StoragePolicy::EverythingExceptPii if api && call.ended(at) => scrub(&mut doc, call),
        _ => {}
    }
    Value::Object(doc)
}

/// `registered` until joined, then `ongoing`, then one of three ends.
pub(super) fn status(call: &Call, at: Timestamp) -> &'static str {
    match &call.script.ending {
        _ if !call.ended(at) => {
            if call.answered(at) {
                "ongoing"
            } else {
                "registered"
            }
        }
        Ending::AgentError => "error",
        ending if ending.connects() => "ended",
        _ => "not_connected",
    }
}

pub(super) fn disconnection_reason(ending: &Ending) -> &'static str {
    match ending {
        Ending::CallerHangup => "user_hangup",
        Ending::AgentHangup => "agent_hangup",
        Ending::Voicemail => "voicemail_reached",
        Ending::Transferred => "call_transfer",
        Ending::Inactivity => "inactivity",
        Ending::MaxDuration => "max_duration_reached",
        Ending::AgentError => "error_llm_websocket_lost_connection",
        Ending::NoAnswer => "dial_no_answer",
        Ending::Busy => "dial_busy",
        Ending::Unreachable => "invalid_destination",
        Ending::Canceled => "user_declined",
    }
}

/// What is known from the first moment, and the times.
fn identity(doc: &mut Map<String, Value>, call: &Call, at: Timestamp) {
    let web = call.script.direction == Direction::Web;
    let mut put = |key: &str, value: Value| doc.insert(key.into(), value);
    put("call_id", json!(call.id));
    put(
        "call_type",
        json!(if web { "web_call" } else { "phone_call" }),
    );
    put(
        "agent_id",
        json!(call.agent.as_ref().map(|agent| &agent.id)),
    );
    put(
        "agent_name",
        json!(call.agent.as_ref().map(|agent| &agent.name)),
    );
    put("agent_version", json!(3));
    put("call_status", json!(status(call, at)));
    if web {
        put("access_token", json!(format!("web_{}", call.token)));
    } else {
        let inbound = call.script.direction == Direction::Inbound;
        put(
            "direction",
            json!(if inbound { "inbound" } else { "outbound" }),
        );
        put("from_number", json!(call.from));
        put("to_number", json!(call.to));
        put(
            "telephony_identifier",
            json!({ "twilio_call_sid": call.carrier_call() }),
        );
    }
    put("metadata", json!({}));
    put("retell_llm_dynamic_variables", json!({}));
    put(
        "data_storage_setting",
        json!(match call.script.storage {
            StoragePolicy::Everything => "everything",
            StoragePolicy::EverythingExceptPii => "everything_except_pii",
            StoragePolicy::BasicAttributesOnly => "basic_attributes_only",
        }),
    );
    if let Some(answered) = call.timeline.answered.filter(|answered| at >= *answered) {
        put("start_timestamp", json!(answered.as_millisecond()));
    }
}

/// End, reason, cost and latency.
fn outcome(doc: &mut Map<String, Value>, call: &Call, at: Timestamp) {
    let duration = call.told_duration(at);
    if let Some(answered) = call.timeline.answered {
        doc.insert(
            "end_timestamp".into(),
            json!((answered + duration).as_millisecond()),
        );
        doc.insert(
            "duration_ms".into(),
            json!(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
        );
    }
    doc.insert(
        "disconnection_reason".into(),
        json!(disconnection_reason(&call.script.ending)),
    );
    if call.script.ending == Ending::Transferred {
        doc.insert(
            "transfer_destination".into(),
            json!(call.child.as_ref().and_then(|leg| leg.to.as_deref())),
        );
    }
    doc.insert("call_cost".into(), cost(call, at));
    if call.connected() && !call.latency.is_empty() {
        doc.insert("latency".into(), latency(call));
    }
}

/// Cost of each product in millionths of a dollar, as known at `at`.
pub(super) fn product_costs(call: &Call, at: Timestamp) -> Vec<(&'static str, i64)> {
    let seconds =
        i64::try_from(call.timeline.talk().as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
    let extra = [call.extra_cost(at), 0];
    let of = |((name, unit), extra): (&(&'static str, i64), i64)| (*name, unit * seconds + extra);
    if call.connected() {
        PRODUCTS.iter().zip(extra).map(of).collect()
    } else {
        Vec::new()
    }
}

fn cost(call: &Call, at: Timestamp) -> Value {
    // A ten-thousandth of a cent is a millionth of a dollar; the division is exact to the digits that are shown.
    let cents = |micros: i64| micros as f64 / 10_000.0;
    let parts = product_costs(call, at);
    let products: Vec<Value> = parts
        .iter()
        .zip(PRODUCTS)
        .map(|(&(product, cost), (_, unit))| json!({ "product": product, "cost": cents(cost), "unit_price": cents(unit) }))
        .collect();
    json!({
        "combined_cost": cents(parts.iter().map(|(_, cost)| cost).sum()),
        "product_costs": products,
        "total_duration_seconds": u64::try_from(call.told_duration(at).as_millis().div_ceil(1000)).unwrap_or(u64::MAX),
        "total_duration_unit_price": cents(PRODUCTS.iter().map(|(_, unit)| unit).sum()),
    })
}

fn latency(call: &Call) -> Value {
    let values: Vec<f64> = call
        .latency
        .iter()
        .map(|&tenths| f64::from(tenths) / 10.0)
        .collect();
    let percentiles = |share: f64| {
        let part = |percent| {
            call.latency_percentile(percent)
                .map(|ms| (ms * share * 10.0).round() / 10.0)
        };
        let values: Vec<f64> = values
            .iter()
            .map(|ms| (ms * share * 10.0).round() / 10.0)
            .collect();
        json!({
            "p50": part(50), "p90": part(90), "p95": part(95), "p99": part(99), "min": part(0), "max": part(100),
            "num": values.len(), "values": values,
        })
    };
    json!({ "e2e": percentiles(1.0), "llm": percentiles(0.55), "tts": percentiles(0.25) })
}

/// Until when a link handed out at `at` works, if it dies at all.
pub(super) fn link_expiry(
    account: &Account,
    call: &Call,
    at: Timestamp,
    webhook: bool,
) -> Option<Timestamp> {
    const OPTED_OUT: Duration = Duration::from_secs(600);
    if webhook && call.script.storage == StoragePolicy::BasicAttributesOnly {
        return Some(at + OPTED_OUT);
    }
    account
        .switches
        .faults()
        .links_expire_after
        .map(|after| at + after)
}

fn recordings(
    doc: &mut Map<String, Value>,
    account: &Account,
    call: &Call,
    at: Timestamp,
    reader: For<'_>,
) {
    if !call.kept() || call.timeline.recording_ready.is_none_or(|ready| at < ready) {
        return;
    }
    let expires = link_expiry(account, call, at, matches!(reader, For::Webhook(_)));
    doc.insert("opt_in_signed_url".into(), json!(expires.is_some()));
    let link = |file: &str| json!(links::link(account, &call.token, file, expires));
    doc.insert("recording_url".into(), link(MONO));
    if call.two_channels() {
        doc.insert("recording_multi_channel_url".into(), link(MULTI_CHANNEL));
    }
    doc.insert("public_log_url".into(), link(LOG));
    if call.script.storage == StoragePolicy::EverythingExceptPii {
        doc.insert(
            "scrubbed_recording_url".into(),
            link(&format!("scrubbed_{MONO}")),
        );
        if call.two_channels() {
            doc.insert(
                "scrubbed_recording_multi_channel_url".into(),
                link(&format!("scrubbed_{MULTI_CHANNEL}")),
            );
        }
    }
}

fn transcript(doc: &mut Map<String, Value>, call: &Call, at: Timestamp) {
    let turns = call.turns(at);
    if turns.is_empty() {
        return;
    }
    let lines: String = turns
        .iter()
        .map(|turn| {
            format!(
                "{}: {}\n",
                if turn.speaker == Speaker::Agent {
                    "Agent"
                } else {
                    "User"
                },
                turn.text
            )
        })
        .collect();
    doc.insert("transcript".into(), json!(lines));
    let utterances: Vec<Value> = turns.iter().map(utterance).collect();
    doc.insert(
        "transcript_with_tool_calls".into(),
        json!(with_tool_call(call, &turns, &utterances)),
    );
    doc.insert("transcript_object".into(), json!(utterances));
}

fn utterance(turn: &Turn) -> Value {
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let words: Vec<Value> = turn
        .words
        .iter()
        .map(|word| json!({ "word": word.text, "start": seconds(word.start_ms), "end": seconds(word.end_ms) }))
        .collect();
    json!({ "role": if turn.speaker == Speaker::Agent { "agent" } else { "user" }, "content": turn.text, "words": words })
}

/// The agent writes its result down before its last words. The arguments are a string, as the SDKs have it.
fn with_tool_call(call: &Call, turns: &[Turn], utterances: &[Value]) -> Vec<Value> {
    let mut all = utterances.to_vec();
    let last = turns
        .iter()
        .rposition(|turn| turn.speaker == Speaker::Agent);
    if let Some(place) =
        last.filter(|_| call.story.successful && turns.len() >= call.story.turns.len())
    {
        let id = format!("tool_call_{}", &call.token[..8]);
        let arguments = json!({ "note": call.story.title }).to_string();
        all.insert(place, json!({ "role": "tool_call_result", "tool_call_id": id, "content": "saved", "successful": true }));
        all.insert(place, json!({ "role": "tool_call_invocation", "tool_call_id": id, "name": "save_note", "arguments": arguments }));
    }
    all
}

fn analysis(call: &Call) -> Value {
    if !call.connected() {
        return json!({ "user_sentiment": "Unknown", "call_successful": false, "in_voicemail": false, "custom_analysis_data": {} });
    }
    json!({
        "call_summary": call.story.summary,
        "user_sentiment": call.story.sentiment,
        "call_successful": call.story.successful,
        "in_voicemail": call.story.voicemail,
        "custom_analysis_data": { "topic": call.story.title, "language": call.story.language },
    })
}

/// What stays when nothing but the basic attributes is stored (docs.retellai.com/accounts/privacy-disable).
fn keep_basic_attributes(doc: &mut Map<String, Value>) {
    const KEPT: [&str; 14] = [
        "call_id",
        "call_type",
        "agent_id",
        "agent_name",
        "agent_version",
        "call_status",
        "direction",
        "start_timestamp",
        "end_timestamp",
        "duration_ms",
        "disconnection_reason",
        "call_cost",
        "latency",
        "data_storage_setting",
    ];
    let analysis = doc
        .get("call_analysis")
        .and_then(Value::as_object)
        .map(|analysis| {
            let kept = ["user_sentiment", "call_successful", "in_voicemail"];
            analysis
                .iter()
                .filter(|(key, _)| kept.contains(&key.as_str()))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect::<Map<_, _>>()
        });
    doc.retain(|key, _| KEPT.contains(&key.as_str()));
    doc.extend(analysis.map(|analysis| ("call_analysis".into(), Value::Object(analysis))));
}

/// Raw media and transcript are gone, only what is free of personal data stays (same page). The demo voices mention
/// names only, so that names are what is replaced.
fn scrub(doc: &mut Map<String, Value>, call: &Call) {
    let scrubbed = doc.get("transcript_with_tool_calls").map(|turns| {
        serde_json::from_str::<Value>(&without_names(&turns.to_string())).unwrap_or(Value::Null)
    });
    for raw in [
        "transcript",
        "transcript_object",
        "transcript_with_tool_calls",
        "recording_url",
        "recording_multi_channel_url",
        "public_log_url",
    ] {
        doc.shift_remove(raw);
    }
    doc.extend(scrubbed.map(|turns| ("scrubbed_transcript_with_tool_calls".into(), turns)));
    doc.shift_remove(if call.script.direction == Direction::Inbound {
        "from_number"
    } else {
        "to_number"
    });
}

/// A text with the names that the demo voices mention replaced.
pub(super) fn without_names(text: &str) -> String {
    const NAMES: [&str; 2] = ["Miller", "Krüger"];
    NAMES
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(name, "[name 1]"))
}
