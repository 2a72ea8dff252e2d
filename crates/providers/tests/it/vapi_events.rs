//! What Vapi's documents mean.

use jiff::Timestamp;
use ringback_model::{
    Agent, Availability, Call, CallEvent, Direction, EndedCode, Field, ProviderCallId, Reason,
    RecordingKey, RecordingState, Source, Status, missing,
};
use ringback_providers::Understood;
use serde_json::{Value, json};

use crate::accounts::{account, at, event, provider, snapshot, time, understand, webhook};

pub(crate) const STATUS: &str = include_str!("../fixtures/vapi/status_update.json");
pub(crate) const REPORT: &str = include_str!("../fixtures/vapi/end_of_call_report.json");
pub(crate) const CALL: &str = include_str!("../fixtures/vapi/call.json");
const NOT_CONNECTED: &str = include_str!("../fixtures/vapi/not_connected.json");
pub(crate) const UPLOAD: &str = include_str!("../fixtures/vapi/artifact_upload.json");

pub(crate) const ID: &str = "33333333-3333-4333-8333-333333333333";

/// The begin and the end of the call in the fixtures, and when a document about it came.
const BEGAN: i64 = 1_760_000_000_000;
const END: i64 = 1_760_000_031_000;
/// When the call of the API was asked for.
const ASKED: &str = "2026-03-01T09:30:00Z";

fn arrived() -> Timestamp {
    at(END + 60_000)
}

pub(crate) fn told(body: &str) -> CallEvent {
    event(&account("vapi", &[]), webhook(body.as_bytes(), arrived()))
}

pub(crate) fn asked_at(body: &str, at: Timestamp) -> CallEvent {
    event(&account("vapi", &[]), snapshot("call", body.as_bytes(), at))
}

pub(crate) fn asked(body: &str) -> CallEvent {
    asked_at(body, time(ASKED))
}

/// A fixture with its message, or its call, changed.
pub(crate) fn changed(body: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(body).expect("a fixture is JSON");
    let inner = match value.get_mut("message") {
        Some(message) => message,
        None => &mut value,
    };
    change(inner);
    value.to_string()
}

pub(crate) fn without(value: &mut Value, names: &[&str]) {
    let object = value.as_object_mut().expect("an object");
    for name in names {
        object.remove(*name);
    }
}

pub(crate) fn availability(event: &CallEvent) -> Option<Availability> {
    event.recordings.first()?.facts.availability
}

pub(crate) fn link(event: &CallEvent) -> Option<(String, Option<Timestamp>)> {
    let link = event.recordings.first()?.link.as_ref()?;
    Some((link.url.reveal().to_string(), link.expires_at))
}

#[test]
fn a_call_that_is_in_progress_goes_on_whatever_the_call_in_the_message_says() {
    let event = told(STATUS);
    assert_eq!(event.call.as_str(), ID);
    assert_eq!(event.stamp.as_of, at(BEGAN), "its own moment");
    assert_eq!(event.stamp.source, Source::Webhook);
    let facts = event.facts;
    assert_eq!(facts.status, Some(Status::Ongoing), "not ringing");
    assert_eq!(facts.direction, Some(Direction::Inbound));
    assert_eq!(facts.from.as_deref(), Some("+15550100"));
    assert_eq!(facts.to.as_deref(), Some("+15550199"));
    assert_eq!(
        facts.started_at,
        Some(at(BEGAN)),
        "it begins at this moment"
    );
    let agent = Agent {
        id: Some("44444444-4444-4444-8444-444444444444".into()),
        name: Some("Desk".into()),
    };
    assert_eq!(facts.agent, Some(agent));
    assert_eq!(
        facts.carrier_call_id.as_deref(),
        Some("CA00000000000000000000000000000009")
    );
    assert!(
        event.recordings.is_empty(),
        "nothing is said of a recording"
    );
}

#[test]
fn every_status_has_its_word_and_a_new_one_tells_nothing() {
    for (word, by_message, by_api) in [
        (
            "scheduled",
            Some(Status::Scheduled),
            Some(Status::Scheduled),
        ),
        ("queued", Some(Status::Scheduled), Some(Status::Scheduled)),
        ("ringing", Some(Status::Ringing), Some(Status::Ringing)),
        ("in-progress", Some(Status::Ongoing), Some(Status::Ongoing)),
        ("forwarding", Some(Status::Ongoing), Some(Status::Ongoing)),
        // A message tells no times; to the API a call without a start never began.
        ("ended", Some(Status::Ended), Some(Status::NotConnected)),
        (
            "deletion-failed",
            Some(Status::Ended),
            Some(Status::NotConnected),
        ),
        ("not-found", Some(Status::Failed), Some(Status::Failed)),
        ("brand-new", None, None),
    ] {
        let message = changed(STATUS, |message| message["status"] = word.into());
        assert_eq!(told(&message).facts.status, by_message, "{word}");
        let call = json!({"id": ID, "status": word}).to_string();
        assert_eq!(asked(&call).facts.status, by_api, "{word}");
    }
}

#[test]
fn the_report_brings_everything_and_the_old_call_in_it_counts_for_nothing() {
    let event = told(REPORT);
    assert_eq!(event.stamp.as_of, at(1_760_000_040_000));
    let facts = &event.facts;
    assert_eq!(facts.status, Some(Status::Ended));
    assert_eq!(facts.started_at, Some(at(BEGAN)));
    assert_eq!(facts.ended_at, Some(at(END)));
    assert_eq!(facts.duration_ms, Some(31_000));
    let reason = facts.ended_reason.as_ref().expect("told");
    assert_eq!(
        (reason.code, reason.raw.as_str()),
        (EndedCode::CallerHangup, "customer-ended-call")
    );
    assert_eq!(facts.summary.as_deref(), Some("Short greeting."));
    assert_eq!(facts.successful, Some(true));
    assert_eq!(facts.sentiment, None, "Vapi has none");
    assert_eq!(availability(&event), Some(Availability::Available));
    assert_eq!(event.recordings[0].facts.channels, Some(2));
    assert_eq!(
        link(&event),
        Some((
            "https://private.example/stereo.wav?X-Amz-Expires=1800".into(),
            Some(time("2025-10-09T09:24:00Z"))
        )),
        "both parties apart, and until when"
    );
}

#[test]
fn the_api_tells_a_call_whole_with_the_number_and_the_name_beside_it() {
    let composed = json!({
        "call": serde_json::from_str::<Value>(CALL).expect("JSON"),
        "phoneNumber": {"id": "55555555-5555-4555-8555-555555555555", "number": "+15550199"},
        "assistant": {"id": "44444444-4444-4444-8444-444444444444", "name": "Desk"},
    });
    let event = asked(&composed.to_string());
    assert_eq!(event.stamp.source, Source::Snapshot);
    assert_eq!(event.stamp.as_of, time(ASKED));
    let facts = &event.facts;
    assert_eq!(facts.status, Some(Status::Ended));
    assert_eq!(facts.direction, Some(Direction::Outbound));
    assert_eq!(facts.from.as_deref(), Some("+15550199"));
    assert_eq!(facts.to.as_deref(), Some("+15550100"));
    assert_eq!(facts.duration_ms, Some(60_500));
    assert_eq!(
        facts.agent.as_ref().and_then(|agent| agent.name.as_deref()),
        Some("Desk")
    );
    assert_eq!(facts.successful, None, "a grade is no yes and no no");
    assert_eq!(
        link(&event),
        Some((
            format!("https://api.vapi.ai/call/{ID}/stereo-recording"),
            Some(time("2026-03-15T09:00:00Z"))
        )),
        "where fresh links are given out, for as long as the call is kept"
    );
    let text = serde_json::to_string(&facts).expect("JSON");
    assert!(!text.contains("nobody may see"), "{text}");

    let alone = asked(CALL);
    assert_eq!(alone.facts.from, None, "an id is no number");
    assert_eq!(alone.facts.to.as_deref(), Some("+15550100"));
}

#[test]
fn a_call_that_nobody_answered_is_no_ended_call_and_has_no_recording() {
    let event = told(NOT_CONNECTED);
    let facts = &event.facts;
    assert_eq!(facts.status, Some(Status::NotConnected));
    assert_eq!(
        facts.ended_reason.as_ref().expect("told").code,
        EndedCode::Busy
    );
    assert_eq!((facts.started_at, facts.duration_ms), (None, None));
    assert_eq!(
        (facts.from.as_deref(), facts.to.as_deref()),
        (Some("+15550199"), Some("+15550100"))
    );
    let cost = facts.cost.as_ref().expect("told");
    assert!(cost.amount.is_zero() && cost.parts.is_empty());
    assert_eq!(
        availability(&event),
        Some(Availability::Absent(Reason::NotConnected))
    );
}

#[test]
fn reasons_get_a_shared_word_and_keep_their_own() {
    use EndedCode as Code;
    use Status::{Ended, Failed, NotConnected};
    for (raw, code, status) in [
        ("customer-ended-call", Code::CallerHangup, Ended),
        (
            "customer-ended-call-during-transfer",
            Code::CallerHangup,
            Ended,
        ),
        ("assistant-ended-call", Code::AgentHangup, Ended),
        (
            "assistant-ended-call-with-hangup-task",
            Code::AgentHangup,
            Ended,
        ),
        ("assistant-said-end-call-phrase", Code::AgentHangup, Ended),
        ("assistant-forwarded-call", Code::Transferred, Ended),
        (
            "call.ending.hook-executed-transfer",
            Code::Transferred,
            Ended,
        ),
        ("voicemail", Code::Voicemail, Ended),
        ("silence-timed-out", Code::Inactivity, Ended),
        ("exceeded-max-duration", Code::MaxDuration, Ended),
        ("call.forwarding.operator-busy", Code::Busy, Ended),
        ("manually-canceled", Code::Canceled, Ended),
        ("customer-busy", Code::Busy, NotConnected),
        ("customer-did-not-answer", Code::NoAnswer, NotConnected),
        (
            "customer-did-not-give-microphone-permission",
            Code::Canceled,
            NotConnected,
        ),
        (
            "call.ringing.sip-inbound-caller-hungup-before-call-connect",
            Code::Canceled,
            NotConnected,
        ),
        ("call.start.error-get-assistant", Code::Error, NotConnected),
        (
            "call-start-error-neither-assistant-nor-server-set",
            Code::Error,
            NotConnected,
        ),
        ("assistant-not-found", Code::Error, NotConnected),
        ("twilio-failed-to-connect-call", Code::Error, NotConnected),
        ("vonage-rejected", Code::Error, NotConnected),
        (
            "call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable",
            Code::NoAnswer,
            NotConnected,
        ),
        (
            "call.in-progress.error-providerfault-outbound-sip-403-forbidden",
            Code::Error,
            NotConnected,
        ),
        (
            "call.in-progress.error-vapifault-transport-never-connected",
            Code::Error,
            NotConnected,
        ),
        (
            "call.in-progress.error-vapifault-worker-died",
            Code::Error,
            Failed,
        ),
        ("call.in-progress.error-brand-new-2030", Code::Error, Failed),
        ("pipeline-error-openai-llm-failed", Code::Error, Failed),
        ("assistant-error", Code::Error, Failed),
        ("worker-shutdown", Code::Error, Failed),
        ("call.in-progress.sip-completed-call", Code::Unknown, Ended),
        ("something-else", Code::Unknown, Ended),
    ] {
        let body = changed(REPORT, |message| message["endedReason"] = raw.into());
        let facts = told(&body).facts;
        let reason = facts.ended_reason.expect("told");
        assert_eq!((reason.code, reason.raw.as_str()), (code, raw));
        assert_eq!(facts.status, Some(status), "{raw}");
    }
    let canceled = changed(REPORT, |message| {
        message["endedReason"] = "manually-canceled".into();
        without(message, &["startedAt"]);
    });
    assert_eq!(told(&canceled).facts.status, Some(NotConnected));
}

#[test]
fn the_end_is_told_at_once_and_its_recording_expected() {
    let ended = |reason: &str| {
        told(&changed(STATUS, |message| {
            message["status"] = "ended".into();
            message["endedReason"] = reason.into();
        }))
    };
    let event = ended("customer-ended-call");
    assert_eq!(event.facts.status, Some(Status::Ended));
    assert_eq!(event.facts.ended_at, None, "a message tells no end");
    assert_eq!(event.facts.started_at, None);
    assert_eq!(availability(&event), Some(Availability::Expected));
    assert_eq!(
        availability(&ended("customer-did-not-answer")),
        Some(Availability::Absent(Reason::NotConnected))
    );
}

#[test]
fn web_calls_have_no_numbers_and_a_caller_may_be_a_sip_address() {
    for kind in ["webCall", "vapi.websocketCall"] {
        let body = changed(STATUS, |message| message["call"]["type"] = kind.into());
        let facts = told(&body).facts;
        assert_eq!(
            (facts.direction, facts.from, facts.to),
            (Some(Direction::Web), None, None)
        );
    }
    let sip = changed(STATUS, |message| {
        message["customer"] = json!({"sipUri": "sip:ann@example.org"});
    });
    assert_eq!(
        told(&sip).facts.from.as_deref(),
        Some("sip:ann@example.org")
    );
    let unknown = changed(STATUS, |message| {
        message["call"]["type"] = "smokeSignals".into()
    });
    let facts = told(&unknown).facts;
    assert_eq!((facts.direction, facts.from, facts.to), (None, None, None));
}

#[test]
fn a_hang_is_no_hang_up_and_what_is_not_used_says_why() {
    let account = account("vapi", &[]);
    for (kind, words) in [
        ("hang", "not a hang-up"),
        ("tool-calls", "only listens"),
        ("assistant-request", "only listens"),
        ("transfer-destination-request", "only listens"),
        ("chat.created", "text chat"),
        ("session.updated", "text chat"),
        ("call.deleted", "stays here"),
        ("model-output", "model-output are not used"),
        ("brand.new", "brand.new are not used"),
    ] {
        let body = json!({"message": {"type": kind, "call": {"id": ID}}}).to_string();
        let understood = understand(&account, webhook(body.as_bytes(), arrived()));
        let Ok(Understood::Ignored(reason)) = understood else {
            panic!("{kind}: {understood:?}");
        };
        assert!(reason.contains(words), "{kind}: {reason}");
    }
    let chat = r#"{"message":{"type":"status-update","status":"ended","chat":{"id":"x"}}}"#;
    let understood = understand(&account, webhook(chat.as_bytes(), arrived()));
    assert!(
        matches!(understood, Ok(Understood::Ignored(_))),
        "{understood:?}"
    );
}

#[test]
fn what_happens_in_a_call_says_that_it_goes_on() {
    for kind in [
        "speech-update",
        "user-interrupted",
        "assistant.started",
        "transfer-update",
        "transcript[transcriptType=\"final\"]",
    ] {
        let body = json!({"message": {"type": kind, "timestamp": BEGAN, "status": "stopped",
            "call": {"id": ID, "status": "queued"}}});
        let event = told(&body.to_string());
        assert_eq!(event.facts.status, Some(Status::Ongoing), "{kind}");
        assert_eq!(event.facts.started_at, None, "nothing says since when");
        assert_eq!(event.stamp.as_of, at(BEGAN));
    }
}

#[test]
fn what_cannot_be_understood_says_where() {
    let account = account("vapi", &[]);
    for (body, path) in [
        ("", "body"),
        ("[]", "body"),
        ("{}", "message"),
        (r#"{"message": []}"#, "message"),
        (r#"{"message": {}}"#, "message.type"),
        (r#"{"message": {"type": 7}}"#, "message.type"),
        (r#"{"message": {"type": "status-update"}}"#, "message.call"),
        (
            r#"{"message": {"type": "status-update", "call": 7}}"#,
            "message.call",
        ),
        (
            r#"{"message": {"type": "status-update", "call": {}}}"#,
            "message.call.id",
        ),
    ] {
        let misunderstood = understand(&account, webhook(body.as_bytes(), arrived()));
        let path_of = misunderstood.map_err(|error| error.path);
        assert_eq!(path_of, Err(path.to_owned()), "{body}");
    }
    for (body, path) in [
        ("null", "body"),
        ("{}", "call.id"),
        (r#"{"call": 7}"#, "call"),
        (r#"{"call": {"id": ""}}"#, "call.id"),
    ] {
        let misunderstood = understand(&account, snapshot("call", body.as_bytes(), arrived()));
        let path_of = misunderstood.map_err(|error| error.path);
        assert_eq!(path_of, Err(path.to_owned()), "{body}");
    }
}

#[test]
fn a_field_of_a_wrong_type_does_not_take_the_rest_with_it() {
    let body = changed(REPORT, |message| {
        message["startedAt"] = json!({"a": 1});
        message["customer"] = "somebody".into();
        message["cost"] = json!([]);
        message["costBreakdown"] = 7.into();
        message["analysis"] = "good".into();
        message["artifact"]["messages"] = "none".into();
        message["artifact"]["presignedStereoUrl"] = "no url".into();
        message["artifact"]["performanceMetrics"] = json!([1]);
        message["timestamp"] = "soon".into();
    });
    let event = told(&body);
    let facts = &event.facts;
    assert_eq!(event.stamp.as_of, arrived());
    assert_eq!(facts.ended_at, Some(at(END)));
    assert_eq!(
        (&facts.cost, &facts.latency, &facts.summary),
        (&None, &None, &None)
    );
    assert_eq!(
        facts
            .transcript
            .as_ref()
            .expect("the plain one")
            .segments
            .len(),
        2
    );
    assert_eq!(
        link(&event).expect("the mix").0,
        "https://private.example/mono.wav?X-Amz-Expires=1800"
    );
}

fn call_of(events: &[CallEvent]) -> Call {
    let mut call = Call::new(ProviderCallId::new(ID));
    for event in events {
        call.apply(event);
    }
    call
}

#[test]
fn what_is_missing_follows_from_what_the_call_is() {
    let vapi = provider("vapi");
    let lacks =
        |call: &Call, recordings: &[RecordingState]| missing(call, &vapi.expects(call), recordings);
    assert!(vapi.expects(&call_of(&[told(STATUS)])).is_empty());
    let whole = call_of(&[told(STATUS), told(REPORT)]);
    assert_eq!(
        lacks(&whole, &[RecordingState::Downloading]),
        [Field::Recording]
    );
    assert!(lacks(&whole, &[RecordingState::Ready]).is_empty());
    assert_eq!(
        lacks(&call_of(&[asked(CALL)]), &[RecordingState::Ready]),
        [Field::From],
        "its own number is only named by id"
    );
    let over = changed(STATUS, |message| {
        message["status"] = "ended".into();
        message["endedReason"] = "silence-timed-out".into();
    });
    assert_eq!(
        lacks(&call_of(&[told(&over)]), &[]),
        [
            Field::StartedAt,
            Field::EndedAt,
            Field::DurationMs,
            Field::Cost,
            Field::Transcript,
            Field::Recording
        ],
        "until the report comes"
    );
    assert!(lacks(&call_of(&[told(NOT_CONNECTED)]), &[]).is_empty());
    let pci = changed(CALL, |call| {
        call["assistant"] = json!({"compliancePlan": {"pciEnabled": true}});
        call["artifact"] = json!({});
    });
    assert_eq!(
        lacks(&call_of(&[asked(&pci)]), &[]),
        [Field::From],
        "what may not be kept is not missing"
    );
}

#[test]
fn a_late_message_does_not_bring_a_call_back_to_life() {
    let (status, report) = (told(STATUS), told(REPORT));
    let in_order = call_of(&[status.clone(), report.clone()]);
    let jumbled = call_of(&[report.clone(), status, report]);
    assert_eq!(jumbled.status(), Status::Ended);
    assert_eq!(in_order, jumbled);
    let recording = &jumbled.recordings[&RecordingKey::only()];
    assert_eq!(
        recording.availability.as_ref().map(|told| told.value),
        Some(Availability::Available)
    );
}
