//! A call as `GET /call/{id}` and the list show it (type `Call` of the OpenAPI description). Times are ISO 8601, costs
//! dollars, latencies milliseconds.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::links;
use crate::script::{Direction, Ending, RecordingPlan, StoragePolicy};
use crate::truth::moment;

use super::{LOG, MONO, STEREO, conversation, names};

/// Millionths of a dollar per second, by the type of cost and its name in the breakdown.
pub(super) const PRODUCTS: [(&str, &str, i64); 5] = [
    ("transport", "transport", 140),
    ("transcriber", "stt", 167),
    ("model", "llm", 333),
    ("voice", "tts", 600),
    ("vapi", "vapi", 833),
];

/// How long presigned links live unless a fault says otherwise: seen as `X-Amz-Expires=1800`.
const PRESIGNED_LIVES: Duration = Duration::from_secs(1800);

/// How long a pay-as-you-go account keeps its calls.
pub(super) const RETENTION: Duration = Duration::from_secs(14 * 24 * 3600);

/// The call at `at`, as the API gives it.
pub(super) fn of(account: &Account, call: &Call, at: Timestamp) -> Value {
    let mut doc = identity(account, call, at);
    put(&mut doc, "updatedAt", json!(moment(updated(call, at))));
    if !call.ended(at) {
        let id = &call.id;
        let monitor = json!({ "listenUrl": format!("wss://vapi.invalid/{id}/listen"), "controlUrl": format!("https://vapi.invalid/{id}/control") });
        put(&mut doc, "monitor", monitor);
        return Value::Object(doc);
    }
    put(
        &mut doc,
        "endedReason",
        json!(ended_reason(&call.script.ending)),
    );
    if call.in_hole(at) {
        return Value::Object(doc);
    }
    doc.extend(outcome(call, at));
    let is_kept = call.script.storage != StoragePolicy::BasicAttributesOnly;
    if is_kept && at >= call.timeline.analyzed {
        put(&mut doc, "analysis", analysis(call));
    }
    let artifact = if is_kept {
        artifact(account, call, at)
    } else {
        json!({})
    };
    put(&mut doc, "artifact", artifact);
    Value::Object(doc)
}

/// The copy of a call that messages carry: as it was when it was created.
pub(super) fn stale(account: &Account, call: &Call) -> Value {
    let placed = call.timeline.placed;
    let mut doc = identity(account, call, placed);
    put(&mut doc, "updatedAt", json!(moment(placed)));
    Value::Object(doc)
}

fn put(doc: &mut Map<String, Value>, key: &str, value: Value) {
    doc.insert(key.into(), value);
}

fn identity(account: &Account, call: &Call, at: Timestamp) -> Map<String, Value> {
    let mut doc = Map::new();
    put(&mut doc, "id", json!(call.id));
    put(&mut doc, "orgId", json!(names::org(account)));
    put(&mut doc, "createdAt", json!(moment(call.timeline.placed)));
    let kind = match call.script.direction {
        Direction::Inbound => "inboundPhoneCall",
        Direction::Outbound => "outboundPhoneCall",
        Direction::Web => "webCall",
    };
    put(&mut doc, "type", json!(kind));
    put(&mut doc, "status", json!(status(call, at)));
    put(
        &mut doc,
        "assistantId",
        json!(call.agent.as_ref().map(|agent| &agent.id)),
    );
    if let Some(number) = names::own_number(call) {
        put(&mut doc, "phoneNumberId", json!(names::number_id(number)));
        put(&mut doc, "phoneCallProvider", json!("twilio"));
        put(&mut doc, "phoneCallProviderId", json!(call.carrier_call()));
        put(&mut doc, "phoneCallTransport", json!("pstn"));
    }
    if let Some(number) = names::customer(call) {
        put(&mut doc, "customer", json!({ "number": number }));
    }
    // Plans belong to an assistant, and a single call may say something else.
    let overrides = match (&call.script.recording, call.script.storage) {
        (_, StoragePolicy::BasicAttributesOnly) => {
            Some(json!({ "compliancePlan": { "pciEnabled": true } }))
        }
        (RecordingPlan::None, _) => Some(json!({ "artifactPlan": { "recordingEnabled": false } })),
        _ => None,
    };
    doc.extend(overrides.map(|overrides| ("assistantOverrides".into(), overrides)));
    if let Some(answered) = call.timeline.answered.filter(|answered| at >= *answered) {
        put(&mut doc, "startedAt", json!(moment(answered)));
    }
    doc
}

/// `queued` until it rings; inbound calls ring at once.
pub(super) fn status(call: &Call, at: Timestamp) -> &'static str {
    let is_dialled = call.script.direction == Direction::Outbound && at >= call.timeline.ringing;
    match &call.child {
        _ if call.ended(at) => "ended",
        Some(leg) if at >= leg.placed => "forwarding",
        _ if call.answered(at) => "in-progress",
        _ if is_dialled || call.script.direction == Direction::Inbound => "ringing",
        _ => "queued",
    }
}

pub(super) fn ended_reason(ending: &Ending) -> &'static str {
    match ending {
        Ending::CallerHangup => "customer-ended-call",
        Ending::AgentHangup => "assistant-ended-call",
        Ending::Voicemail => "voicemail",
        Ending::Transferred => "assistant-forwarded-call",
        Ending::Inactivity => "silence-timed-out",
        Ending::MaxDuration => "exceeded-max-duration",
        Ending::AgentError => "call.in-progress.error-vapifault-worker-died",
        Ending::NoAnswer => "customer-did-not-answer",
        Ending::Busy => "customer-busy",
        Ending::Unreachable => "twilio-failed-to-connect-call",
        Ending::Canceled => "manually-canceled",
    }
}

/// The last moment at which something about the call changed.
fn updated(call: &Call, at: Timestamp) -> Timestamp {
    let timeline = &call.timeline;
    let always = [
        timeline.placed,
        timeline.ringing,
        timeline.ended,
        timeline.analyzed,
    ];
    let sometimes = [
        timeline.answered,
        timeline.recording_ready,
        timeline.corrected,
        timeline.hole_until,
        call.hidden_until,
        call.child.as_ref().map(|leg| leg.placed),
    ];
    let passed = always.into_iter().chain(sometimes.into_iter().flatten());
    passed
        .filter(|moment| at >= *moment)
        .max()
        .unwrap_or(timeline.placed)
}

/// When it was over: a correction of the length moves it.
pub(super) fn end(call: &Call, at: Timestamp) -> Timestamp {
    match call.timeline.answered {
        Some(answered) => answered + call.told_duration(at),
        None => call.timeline.ended,
    }
}

/// End and costs. Members of a call, and of the report about it.
pub(super) fn outcome(call: &Call, at: Timestamp) -> Map<String, Value> {
    let mut doc = Map::new();
    put(&mut doc, "endedAt", json!(moment(end(call, at))));
    let costs = product_costs(call, at);
    let total = costs.iter().map(|(_, _, micros)| micros).sum();
    let minutes = call.timeline.talk().as_secs_f64() / 60.0;
    let items: Vec<Value> = costs
        .iter()
        .map(|(name, _, micros)| json!({ "type": name, "minutes": minutes, "cost": dollars(*micros) }))
        .collect();
    let mut breakdown: Map<String, Value> = costs
        .iter()
        .map(|(_, name, micros)| ((*name).into(), dollars(*micros)))
        .collect();
    put(&mut breakdown, "chat", json!(0));
    put(&mut breakdown, "total", dollars(total));
    put(&mut breakdown, "llmPromptTokens", json!(2400));
    put(&mut breakdown, "llmCompletionTokens", json!(180));
    put(&mut breakdown, "ttsCharacters", json!(900));
    put(&mut doc, "cost", dollars(total));
    put(&mut doc, "costBreakdown", Value::Object(breakdown));
    put(&mut doc, "costs", json!(items));
    doc
}

/// Cost of each product in millionths of a dollar, as known at `at`.
pub(super) fn product_costs(call: &Call, at: Timestamp) -> Vec<(&'static str, &'static str, i64)> {
    if !call.connected() {
        return Vec::new();
    }
    let seconds =
        i64::try_from(call.timeline.talk().as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
    let extra = std::iter::once(call.extra_cost(at)).chain(std::iter::repeat(0));
    PRODUCTS
        .into_iter()
        .zip(extra)
        .map(|((name, short, unit), extra)| (name, short, unit * seconds + extra))
        .collect()
}

/// A float, as Vapi writes money; six digits behind the point are exact.
fn dollars(micros: i64) -> Value {
    json!(micros as f64 / 1_000_000.0)
}

/// The default rubric answers with the words `true` and `false`.
pub(super) fn analysis(call: &Call) -> Value {
    if !call.connected() {
        return json!({});
    }
    json!({
        "summary": call.story.summary,
        "structuredData": { "topic": call.story.title },
        "successEvaluation": call.story.successful.to_string(),
    })
}

/// What was made of a call that is over.
pub(super) fn artifact(account: &Account, call: &Call, at: Timestamp) -> Value {
    let mut doc = talk(call, at);
    if call.connected() && !call.latency.is_empty() {
        put(&mut doc, "performanceMetrics", performance(call));
    }
    doc.extend(recordings(account, call, at));
    Value::Object(doc)
}

/// The words alone, which is all there is while a call goes on.
pub(super) fn talk(call: &Call, at: Timestamp) -> Map<String, Value> {
    let mut doc = Map::new();
    if call.answered(at) {
        put(
            &mut doc,
            "messages",
            json!(conversation::messages(call, at)),
        );
        put(
            &mut doc,
            "messagesOpenAIFormatted",
            json!(conversation::for_openai(call, at)),
        );
        put(&mut doc, "transcript", json!(conversation::text(call, at)));
    }
    doc
}

fn performance(call: &Call) -> Value {
    let ms = |tenths: u32, share: f64| (f64::from(tenths) * share).round() / 10.0;
    let turns: Vec<Value> = call
        .latency
        .iter()
        .map(|&tenths| {
            json!({
                "turnLatency": ms(tenths, 1.0),
                "modelLatency": ms(tenths, 0.5),
                "voiceLatency": ms(tenths, 0.2),
                "transcriberLatency": ms(tenths, 0.1),
                "endpointingLatency": ms(tenths, 0.2),
            })
        })
        .collect();
    let count = call.latency.len().max(1) as f64;
    let average = call
        .latency
        .iter()
        .map(|&tenths| f64::from(tenths))
        .sum::<f64>()
        / count
        / 10.0;
    json!({ "turnLatencies": turns, "turnLatencyAverage": average, "numUserInterrupted": 0 })
}

/// Whether there is or will be a file at Vapi.
pub(super) fn is_stored(call: &Call) -> bool {
    call.kept() && call.script.storage != StoragePolicy::BasicAttributesOnly
}

/// Until when a link handed out at `at` works.
pub(super) fn presigned_until(account: &Account, at: Timestamp) -> Timestamp {
    at + account
        .switches
        .faults()
        .links_expire_after
        .unwrap_or(PRESIGNED_LIVES)
}

fn recordings(account: &Account, call: &Call, at: Timestamp) -> Map<String, Value> {
    let mut doc = Map::new();
    if !is_stored(call) || call.timeline.recording_ready.is_none_or(|ready| at < ready) {
        return doc;
    }
    let until = presigned_until(account, at);
    let plain = |file: &str| json!(links::link(account, &call.token, file, None));
    let presigned = |file: &str| json!(links::link(account, &call.token, file, Some(until)));
    let mut recording = json!({ "mono": { "combinedUrl": plain(MONO) } });
    put(&mut doc, "recordingUrl", plain(MONO));
    put(&mut doc, "presignedMonoUrl", presigned(MONO));
    if call.two_channels() {
        recording["stereoUrl"] = plain(STEREO);
        put(&mut doc, "stereoRecordingUrl", plain(STEREO));
        put(&mut doc, "presignedStereoUrl", presigned(STEREO));
    }
    put(&mut doc, "recording", recording);
    put(&mut doc, "presignedLogUrl", presigned(LOG));
    put(&mut doc, "presignedUrlsExpiresAt", json!(moment(until)));
    doc
}
