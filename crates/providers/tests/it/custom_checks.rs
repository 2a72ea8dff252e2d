//! What does not fit is said with its path and without its value, and nothing of such an event counts.

use proptest::{prelude::*, sample::select};
use ringback_providers::Misunderstood;
use serde_json::{Value, json};

use crate::{
    accounts::{time, understand, webhook},
    custom_events::{call_with, custom, told, with},
};

/// What is said of an event that does not fit.
pub(crate) fn complaint(body: &str) -> Misunderstood {
    understand(
        &custom(),
        webhook(body.as_bytes(), time("2026-03-01T10:30:00Z")),
    )
    .expect_err("it does not fit")
}

fn of_call(fields: Value) -> String {
    complaint(&call_with(fields)).to_string()
}

fn of_recording(recording: Value) -> String {
    let call = json!({"provider_call_id": "CA0001"});
    complaint(&with(json!({"call": call, "recording": recording}))).to_string()
}

fn of_transcript(transcript: Value) -> String {
    let call = json!({"provider_call_id": "CA0001"});
    complaint(&with(json!({"call": call, "transcript": transcript}))).to_string()
}

#[test]
fn what_is_no_event_says_what_it_lacks() {
    for (body, said) in [
        ("", "is not JSON (at body)"),
        ("[]", "is not a JSON object (at body)"),
        (r#"{"type": 7}"#, "is no text (at type)"),
        ("{}", "is missing (at data)"),
        (r#"{"data": null}"#, "is missing (at data)"),
        (r#"{"data": "call"}"#, "is no object (at data)"),
        (r#"{"data": {}}"#, "is missing (at data.call)"),
        (
            r#"{"data": {"recording": {"url": "https://a.example/a.mp3"}}}"#,
            "is missing (at data.call)",
        ),
        (r#"{"data": {"call": []}}"#, "is no object (at data.call)"),
        (
            r#"{"data": {"call": {}}}"#,
            "is missing (at data.call.provider_call_id)",
        ),
        (
            r#"{"data": {"call": {"provider_call_id": " "}}}"#,
            "is missing (at data.call.provider_call_id)",
        ),
        (
            r#"{"data": {"call": {"provider_call_id": 4711}}}"#,
            "is no text (at data.call.provider_call_id)",
        ),
        (
            r#"{"timestamp": 1760000000, "data": {"call": {"provider_call_id": "a"}}}"#,
            "is no time such as 2026-03-01T10:00:03.000Z (at timestamp)",
        ),
    ] {
        assert_eq!(complaint(body).to_string(), said, "{body}");
    }
    let long = json!({"data": {"call": {"provider_call_id": "x".repeat(257)}}}).to_string();
    assert_eq!(
        complaint(&long).to_string(),
        "is longer than 256 characters (at data.call.provider_call_id)"
    );
}

#[test]
fn a_wrong_value_of_a_call_is_said_with_its_path() {
    const TIME: &str = "is no time such as 2026-03-01T10:00:03.000Z";
    const AMOUNT: &str = "is no decimal in quotes, such as \"0.05218\"";
    const WHOLE: &str = "is no whole number from 0 on";
    let cost = |name: &str, value: Value| {
        let mut cost = json!({"amount": "1", "currency": "USD"});
        cost[name] = value;
        json!({"cost": cost})
    };
    let latency = |value: Value| json!({"latency": {"e2e": {"p50": value}}});
    let table = [
        (
            json!({"status": "running"}),
            "is none of scheduled, ringing, ongoing, ended, not_connected, failed",
            "status",
        ),
        (
            json!({"status": "Ended"}),
            "is none of scheduled, ringing, ongoing, ended, not_connected, failed",
            "status",
        ),
        (json!({"status": 1}), "is no text", "status"),
        (
            json!({"direction": "sideways"}),
            "is none of inbound, outbound, web, meeting, unknown",
            "direction",
        ),
        (json!({"from": 15_005_550_100_i64}), "is no text", "from"),
        (json!({"to": {}}), "is no text", "to"),
        (json!({"agent": "Desk"}), "is no object", "agent"),
        (json!({"agent": {"id": 7}}), "is no text", "agent.id"),
        (json!({"started_at": 1_760_000_000}), TIME, "started_at"),
        (json!({"started_at": "yesterday"}), TIME, "started_at"),
        (
            json!({"answered_at": "2026-03-01T10:00:00"}),
            TIME,
            "answered_at",
        ),
        (
            json!({"answered_at": "2026-02-30T10:00:00Z"}),
            TIME,
            "answered_at",
        ),
        (
            json!({"ended_at": "1969-12-31T23:59:59Z"}),
            "lies before 1970",
            "ended_at",
        ),
        (json!({"ended_at": ""}), TIME, "ended_at"),
        (json!({"duration_ms": "31000"}), WHOLE, "duration_ms"),
        (json!({"duration_ms": -1}), WHOLE, "duration_ms"),
        (json!({"duration_ms": 31.5}), WHOLE, "duration_ms"),
        (json!({"duration_ms": 1e300}), WHOLE, "duration_ms"),
        (json!({"duration_ms": u64::MAX}), WHOLE, "duration_ms"),
        (json!({"duration_ms": true}), WHOLE, "duration_ms"),
        (
            json!({"ended_reason": "caller_hangup"}),
            "is no object",
            "ended_reason",
        ),
        (
            json!({"ended_reason": {"code": 404}}),
            "is no text",
            "ended_reason.code",
        ),
        (
            json!({"ended_reason": {"raw": []}}),
            "is no text",
            "ended_reason.raw",
        ),
        (json!({"summary": ["a"]}), "is no text", "summary"),
        (json!({"sentiment": false}), "is no text", "sentiment"),
        (
            json!({"successful": "yes"}),
            "is neither true nor false",
            "successful",
        ),
        (json!({"cost": "0.05"}), "is no object", "cost"),
        (
            json!({"cost": {"currency": "USD"}}),
            "is missing",
            "cost.amount",
        ),
        (
            json!({"cost": {"amount": "1"}}),
            "is missing",
            "cost.currency",
        ),
        (cost("amount", json!(0.05)), AMOUNT, "cost.amount"),
        (cost("amount", json!("0,05")), AMOUNT, "cost.amount"),
        (cost("amount", json!("$1")), AMOUNT, "cost.amount"),
        (cost("amount", json!("1e3")), AMOUNT, "cost.amount"),
        (cost("amount", json!("1_000")), AMOUNT, "cost.amount"),
        (cost("amount", json!("")), AMOUNT, "cost.amount"),
        (
            cost("amount", json!("0.0000000000000000000000000000001")),
            AMOUNT,
            "cost.amount",
        ),
        (
            cost("amount", json!("79228162514264337593543950335")),
            "is larger than any amount can be",
            "cost.amount",
        ),
        (
            cost("currency", json!("dollars")),
            "is no currency's code, such as USD",
            "cost.currency",
        ),
        (
            cost("provisional", json!(1)),
            "is neither true nor false",
            "cost.provisional",
        ),
        (cost("parts", json!({})), "is no list", "cost.parts"),
        (
            cost("parts", json!([{"name": "a", "amount": "1"}, 7])),
            "is no object",
            "cost.parts[1]",
        ),
        (
            cost("parts", json!([{"amount": "1"}])),
            "is missing",
            "cost.parts[0].name",
        ),
        (
            cost("parts", json!([{"name": "a", "amount": "one"}])),
            AMOUNT,
            "cost.parts[0].amount",
        ),
        (json!({"latency": [1]}), "is no object", "latency"),
        (
            json!({"latency": {"e2e": 812}}),
            "is no object",
            "latency.e2e",
        ),
        (latency(json!("812")), "is no number", "latency.e2e.p50"),
        (
            latency(json!(-1)),
            "is no number from 0 on",
            "latency.e2e.p50",
        ),
        (
            json!({"latency": {"+15005550100": {}}}),
            "is measured under a name that is no word",
            "latency",
        ),
        (json!({"transcript": "Hi"}), "is no list", "transcript"),
        (
            json!({"recordings": "a"}),
            "is neither an object nor a list of objects",
            "recordings",
        ),
    ];
    for (fields, what, path) in table {
        let said = of_call(fields.clone());
        assert_eq!(said, format!("{what} (at data.call.{path})"), "{fields}");
    }
}

#[test]
fn a_wrong_value_of_a_recording_is_said_with_its_path() {
    let link = |url: Value| json!({"url": url});
    let state = |state: &str, reason: Value| json!({"state": state, "reason": reason});
    let table = [
        (
            json!("https://a.example/a.mp3"),
            "is neither an object nor a list of objects",
            "",
        ),
        (json!([[]]), "is no object", "[0]"),
        (link(json!(7)), "is no text", ".url"),
        (
            link(json!("a.mp3")),
            "is no link such as https://host/path",
            ".url",
        ),
        (
            link(json!("file:///etc/passwd")),
            "is no link such as https://host/path",
            ".url",
        ),
        (
            link(json!("javascript:alert(1)")),
            "is no link such as https://host/path",
            ".url",
        ),
        (
            link(json!("https://")),
            "is no link such as https://host/path",
            ".url",
        ),
        (
            link(json!(format!("https://a.example/{}", "x".repeat(8_192)))),
            "is longer than 8192 characters",
            ".url",
        ),
        (
            json!({"state": "available"}),
            "is missing: a recording that is there needs its link",
            ".url",
        ),
        (
            state("downloading", json!(null)),
            "is none of expected, available, ready, absent, withheld, deleted",
            ".state",
        ),
        (
            state("absent", json!("bored")),
            "is none of not_recorded, too_short, silent, not_connected, provider_error",
            ".reason",
        ),
        (
            state("withheld", json!("silent")),
            "is none of policy, encrypted, external_storage",
            ".reason",
        ),
        (state("deleted", json!(7)), "is no text", ".reason"),
        (
            json!({"provider_recording_id": 7}),
            "is no text",
            ".provider_recording_id",
        ),
        (
            json!({"provider_recording_id": "x".repeat(257)}),
            "is longer than 256 characters",
            ".provider_recording_id",
        ),
        (
            json!({"channels": 0}),
            "is no number of channels from 1 to 64",
            ".channels",
        ),
        (
            json!({"channels": 70_000}),
            "is no number of channels from 1 to 64",
            ".channels",
        ),
        (
            json!({"channels": "2"}),
            "is no whole number from 0 on",
            ".channels",
        ),
        (
            json!({"duration_ms": -5}),
            "is no whole number from 0 on",
            ".duration_ms",
        ),
        (
            json!({"started_at": 0}),
            "is no time such as 2026-03-01T10:00:03.000Z",
            ".started_at",
        ),
        (
            json!({"link_expires_at": "soon"}),
            "is no time such as 2026-03-01T10:00:03.000Z",
            ".link_expires_at",
        ),
        (
            json!([{"provider_recording_id": "RE1"}, {"provider_recording_id": "RE1"}]),
            "is the same as that of another recording in this event",
            "[1].provider_recording_id",
        ),
        (
            json!([{}, {}]),
            "is the same as that of another recording in this event",
            "[1].provider_recording_id",
        ),
    ];
    for (recording, what, path) in table {
        let said = of_recording(recording.clone());
        assert_eq!(
            said,
            format!("{what} (at data.recording{path})"),
            "{recording}"
        );
    }
}

#[test]
fn a_wrong_value_of_a_transcript_is_said_with_its_path() {
    let words = |words: Value| json!([{"speaker": "agent", "text": "Hi", "words": words}]);
    let table = [
        (json!({}), "is no list", ""),
        (json!("Agent: Hi"), "is no list", ""),
        (json!(["Hi"]), "is no object", "[0]"),
        (json!([{"text": "Hi"}]), "is missing", "[0].speaker"),
        (
            json!([{"speaker": 1, "text": "Hi"}]),
            "is no text",
            "[0].speaker",
        ),
        (
            json!([{"speaker": "agent", "text": 7}]),
            "is no text",
            "[0].text",
        ),
        (
            json!([{"speaker": "agent", "text": "Hi", "start_ms": 0.4}]),
            "is no whole number from 0 on",
            "[0].start_ms",
        ),
        (
            json!([{"speaker": "agent", "text": "Hi"}, {"speaker": "agent", "text": "Ho", "end_ms": "1"}]),
            "is no whole number from 0 on",
            "[1].end_ms",
        ),
        (words(json!("Hi")), "is no list", "[0].words"),
        (words(json!(["Hi"])), "is no object", "[0].words[0]"),
        (
            words(json!([{"start_ms": 1, "end_ms": 2}])),
            "is missing",
            "[0].words[0].text",
        ),
        (
            words(json!([{"text": "Hi", "end_ms": 2}])),
            "is missing",
            "[0].words[0].start_ms",
        ),
        (
            words(json!([{"text": "Hi", "start_ms": 1, "end_ms": null}])),
            "is missing",
            "[0].words[0].end_ms",
        ),
    ];
    for (transcript, what, path) in table {
        let said = of_transcript(transcript.clone());
        assert_eq!(
            said,
            format!("{what} (at data.transcript{path})"),
            "{transcript}"
        );
    }
}

#[test]
fn a_number_that_is_whole_is_one_however_it_is_written() {
    for text in ["31000", "31000.0", "3.1e4"] {
        let body = call_with(json!({"duration_ms": "HERE"})).replace("\"HERE\"", text);
        assert_eq!(told(&body).facts.duration_ms, Some(31_000), "{text}");
    }
}

#[test]
fn keys_that_are_not_known_do_no_harm() {
    let body = json!({
        "type": "call.updated", "timestamp": "2026-03-01T10:00:03Z", "version": 2,
        "data": {
            "tenant": {"id": 7},
            "call": {"provider_call_id": "CA0001", "status": "ended", "crm": [1, {"a": null}],
                "agent": {"id": "a", "mood": "good"}, "ended_reason": {"code": "busy", "sip": 486},
                "cost": {"amount": "1", "currency": "USD", "vat": 0.19}},
            "recording": {"url": "https://a.example/a.mp3", "codec": "mp3"},
            "transcript": [{"speaker": "agent", "text": "Hi", "confidence": 0.9}],
        },
    });
    let event = told(&body.to_string());
    assert_eq!(event.facts.status, Some(ringback_model::Status::Ended));
    assert!(event.facts.cost.is_some() && event.facts.transcript.is_some());
    assert_eq!(event.recordings.len(), 1);
}

proptest! {
    #[test]
    fn a_complaint_never_shows_a_value(
        place in select(vec![
            "status", "direction", "from", "agent", "started_at", "duration_ms", "ended_reason",
            "summary", "successful", "cost", "latency", "transcript", "recordings",
        ]),
        hidden in "\\+hidden[a-z0-9 +.:/-]{0,20}",
        shape in 0..4,
    ) {
        let value = match shape {
            0 => json!(hidden),
            1 => json!([hidden]),
            2 => json!({"url": hidden, "amount": hidden, "code": [hidden], "id": [hidden], "e2e": hidden}),
            _ => json!({hidden.clone(): hidden}),
        };
        let body = call_with(json!({place: value}));
        let now = time("2026-03-01T10:30:00Z");
        if let Err(wrong) = understand(&custom(), webhook(body.as_bytes(), now)) {
            prop_assert!(!wrong.to_string().contains("hidden"), "{}", wrong);
        }
    }
}
