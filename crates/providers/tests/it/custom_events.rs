//! A backend's events in Ringback's words: every field, each kind, and when each is true.

use jiff::Timestamp;
use ringback_model::{
    Agent, Availability, Call, CallEvent, CallFacts, Cost, CostPart, Direction, EndedCode,
    EndedReason, Field, Percentiles, RecordingKey, Segment, Source, Speaker, Status, Word,
};
use ringback_providers::{Account, Understood};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::accounts::{account, event, provider, snapshot, time, understand, webhook};

const ONGOING: &str = include_str!("../fixtures/custom/ongoing.json");
const ENDED: &str = include_str!("../fixtures/custom/ended.json");
const ANALYZED: &str = include_str!("../fixtures/custom/analyzed.json");
const TRANSCRIPT: &str = include_str!("../fixtures/custom/transcript.json");
const WHOLE: &str = include_str!("../fixtures/custom/whole.json");

const ARRIVED: &str = "2026-03-01T10:30:00Z";

pub(crate) fn custom() -> Account {
    account("custom", &[])
}

/// What an event says that arrives late.
pub(crate) fn told(body: &str) -> CallEvent {
    event(&custom(), webhook(body.as_bytes(), time(ARRIVED)))
}

/// An event of `data`.
pub(crate) fn with(data: Value) -> String {
    json!({"type": "call.updated", "timestamp": "2026-03-01T10:00:03Z", "data": data}).to_string()
}

/// An event of a call with these fields.
pub(crate) fn call_with(fields: Value) -> String {
    let mut call = json!({"provider_call_id": "CA0001"});
    for (name, value) in fields.as_object().expect("an object") {
        call[name] = value.clone();
    }
    with(json!({"call": call}))
}

fn at(text: &str) -> Option<Timestamp> {
    Some(time(text))
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

#[test]
fn every_field_of_a_call_is_read() {
    let event = told(ENDED);
    assert_eq!(event.call.as_str(), "CA0001");
    let CallFacts {
        status,
        direction,
        from,
        to,
        agent,
        started_at,
        answered_at,
        ended_at,
        duration_ms,
        ended_reason,
        summary,
        sentiment,
        successful,
        cost,
        latency,
        transcript,
        transcript_outlook,
        storage_policy,
        carrier_call_id,
    } = event.facts;
    assert_eq!(status, Some(Status::Ended));
    assert_eq!(transcript_outlook, None, "nobody was asked");
    assert!(event.turns.is_empty(), "the transcript is told whole");
    assert_eq!(direction, Some(Direction::Inbound));
    assert_eq!(from.as_deref(), Some("+15005550100"));
    assert_eq!(to.as_deref(), Some("+15005550199"));
    let desk = Agent {
        id: Some("agent_1".into()),
        name: Some("Zo\u{eb} \u{2014} \u{5bff}\u{53f8}".into()),
    };
    assert_eq!(agent, Some(desk));
    assert_eq!(started_at, at("2026-03-01T10:00:00Z"));
    assert_eq!(answered_at, at("2026-03-01T10:00:03Z"));
    assert_eq!(ended_at, at("2026-03-01T10:00:34Z"));
    assert_eq!(duration_ms, Some(31_000));
    let hangup = EndedReason {
        code: EndedCode::CallerHangup,
        raw: "user_hangup".into(),
    };
    assert_eq!(ended_reason, Some(hangup));
    let part = |name: &str, amount| CostPart {
        name: name.into(),
        amount: decimal(amount),
    };
    let told_cost = Cost {
        amount: decimal("0.05218"),
        currency: "USD".into(),
        provisional: true,
        parts: vec![part("elevenlabs_tts", "0.036"), part("gpt_4_1", "0.01618")],
    };
    assert_eq!(cost, Some(told_cost));
    let e2e = Percentiles {
        p50: Some(812.0),
        p90: Some(1010.5),
        p95: None,
        p99: None,
    };
    assert_eq!(latency.expect("measured").0["e2e"], e2e);
    assert_eq!((summary, sentiment, successful), (None, None, None));
    assert_eq!(
        (
            transcript,
            transcript_outlook,
            storage_policy,
            carrier_call_id
        ),
        (None, None, None, None)
    );
    assert!(event.legs.is_empty() && event.recordings.is_empty());

    let analysis = told(ANALYZED).facts;
    assert_eq!(
        analysis.summary.as_deref(),
        Some("The caller ordered two pizzas.")
    );
    assert_eq!(analysis.sentiment.as_deref(), Some("positive"));
    assert_eq!(analysis.successful, Some(true));
    assert_eq!(
        analysis.status, None,
        "it does not say where the call stands"
    );
    assert_eq!(analysis.cost.expect("priced").currency, "USD");
}

#[test]
fn every_word_of_a_status_and_a_direction_is_known() {
    for (word, status) in [
        ("scheduled", Status::Scheduled),
        ("ringing", Status::Ringing),
        ("ongoing", Status::Ongoing),
        ("ended", Status::Ended),
        ("not_connected", Status::NotConnected),
        ("failed", Status::Failed),
    ] {
        assert_eq!(
            told(&call_with(json!({"status": word}))).facts.status,
            Some(status)
        );
    }
    for (word, direction) in [
        ("inbound", Some(Direction::Inbound)),
        ("outbound", Some(Direction::Outbound)),
        ("web", Some(Direction::Web)),
        ("meeting", Some(Direction::Meeting)),
        ("unknown", None),
    ] {
        let facts = told(&call_with(json!({"direction": word}))).facts;
        assert_eq!(facts.direction, direction, "{word}");
    }
}

#[test]
fn every_code_of_an_end_is_known_and_any_other_word_is_kept_as_the_sender_s() {
    let reason = |value: Value| {
        let facts = told(&call_with(json!({"ended_reason": value}))).facts;
        facts.ended_reason.map(|reason| (reason.code, reason.raw))
    };
    for (word, code) in [
        ("caller_hangup", EndedCode::CallerHangup),
        ("agent_hangup", EndedCode::AgentHangup),
        ("transferred", EndedCode::Transferred),
        ("voicemail", EndedCode::Voicemail),
        ("no_answer", EndedCode::NoAnswer),
        ("busy", EndedCode::Busy),
        ("canceled", EndedCode::Canceled),
        ("inactivity", EndedCode::Inactivity),
        ("max_duration", EndedCode::MaxDuration),
        ("error", EndedCode::Error),
        ("unknown", EndedCode::Unknown),
        ("battery_empty", EndedCode::Unknown),
    ] {
        assert_eq!(reason(json!({"code": word})), Some((code, word.into())));
        assert_eq!(
            reason(json!({"code": word, "raw": "mine"})),
            Some((code, "mine".into()))
        );
    }
    let raw_alone = Some((EndedCode::Unknown, "mine".into()));
    assert_eq!(reason(json!({"raw": "mine"})), raw_alone);
    assert_eq!(reason(json!({})), None);
    assert_eq!(reason(json!({"code": null, "raw": " "})), None);
}

#[test]
fn what_is_null_blank_or_left_out_is_not_told() {
    let nothing = told(&call_with(json!({}))).facts;
    assert_eq!(nothing, CallFacts::default());
    let nulls = json!({
        "status": null, "direction": null, "from": null, "to": " ", "agent": {"id": null, "name": ""},
        "started_at": null, "answered_at": null, "ended_at": null, "duration_ms": null,
        "ended_reason": null, "summary": "", "sentiment": null, "successful": null, "cost": null,
        "latency": {"e2e": null, "llm": {"p50": null}}, "transcript": [], "recordings": [],
    });
    let event = told(&call_with(nulls));
    assert_eq!(event.facts, CallFacts::default());
    assert!(event.recordings.is_empty());

    let mut call = Call::new(event.call.clone());
    call.apply(&told(ENDED));
    let known = call.clone();
    assert!(
        call.apply(&event).is_empty(),
        "nothing is overwritten by nothing"
    );
    assert_eq!(call, known);
}

#[test]
fn zero_is_told_and_not_the_same_as_nothing() {
    let zero = json!({"duration_ms": 0, "successful": false, "latency": {"e2e": {"p50": 0}},
        "cost": {"amount": "0", "currency": "EUR"}});
    let facts = told(&call_with(zero)).facts;
    assert_eq!(facts.duration_ms, Some(0));
    assert_eq!(facts.successful, Some(false));
    assert_eq!(facts.latency.expect("measured").0["e2e"].p50, Some(0.0));
    let cost = facts.cost.expect("free");
    assert_eq!((cost.amount, cost.provisional), (Decimal::ZERO, false));
}

#[test]
fn a_transcript_alone_is_whole_and_with_a_call_that_goes_on_it_is_not() {
    let transcript = told(TRANSCRIPT).facts.transcript.expect("told");
    assert!(transcript.is_final);
    let word = |text: &str, start_ms, end_ms| Word {
        text: text.into(),
        start_ms,
        end_ms,
    };
    assert_eq!(
        transcript.segments,
        [
            Segment {
                speaker: Speaker::Agent,
                start_ms: Some(400),
                end_ms: Some(700),
                text: "Hi there".into(),
                words: vec![word("Hi", 400, 500), word("there", 500, 700)],
            },
            Segment {
                speaker: Speaker::Caller,
                start_ms: Some(900),
                end_ms: Some(1_900),
                text: "Two pizzas, please.".into(),
                words: Vec::new(),
            },
            Segment {
                speaker: Speaker::Tool,
                start_ms: None,
                end_ms: None,
                text: "save_order(2)".into(),
                words: Vec::new(),
            },
        ]
    );
    let lines =
        json!([{"speaker": "Zo\u{eb}", "text": "Hello"}, {"speaker": "agent", "text": " "}]);
    for (status, is_final) in [("ringing", false), ("ongoing", false), ("ended", true)] {
        let body = with(json!({
            "call": {"provider_call_id": "CA0001", "status": status}, "transcript": lines,
        }));
        let transcript = told(&body).facts.transcript.expect("told");
        assert_eq!(transcript.is_final, is_final, "{status}");
        assert_eq!(
            transcript.segments.len(),
            1,
            "nothing was said in the other"
        );
        let speaker = transcript.segments[0].speaker.clone();
        assert_eq!(speaker, Speaker::Named("Zo\u{eb}".into()));
    }
}

#[test]
fn times_that_run_backwards_are_straightened() {
    let body = with(json!({
        "call": {"provider_call_id": "CA0001"},
        "transcript": [{"speaker": "agent", "start_ms": 500, "end_ms": 400, "text": "Hi",
            "words": [{"text": "Hi", "start_ms": 500, "end_ms": 400}]}],
    }));
    let segment = told(&body)
        .facts
        .transcript
        .expect("told")
        .segments
        .remove(0);
    assert_eq!((segment.start_ms, segment.end_ms), (Some(500), Some(500)));
    assert_eq!(segment.words[0].end_ms, 500);
}

#[test]
fn a_call_s_own_json_is_taken_as_it_is() {
    let event = told(WHOLE);
    assert_eq!(event.call.as_str(), "call_0001");
    assert_eq!(event.facts.direction, Some(Direction::Outbound));
    let transcript = event.facts.transcript.expect("inside the call");
    assert_eq!(transcript.segments[0].text, "Hi");
    let recording = &event.recordings[0];
    assert_eq!(recording.key, RecordingKey::only());
    assert_eq!(recording.facts.availability, Some(Availability::Expected));
    assert_eq!(recording.facts.channels, Some(2));
    assert!(recording.link.is_none());
}

#[test]
fn an_event_is_true_as_of_its_timestamp_however_late_it_comes() {
    let stamp = told(ENDED).stamp;
    assert_eq!(stamp.as_of, time("2026-03-01T10:00:34Z"));
    assert_eq!(stamp.source, Source::Webhook);
    let undated = json!({"data": {"call": {"provider_call_id": "CA0001"}}}).to_string();
    assert_eq!(told(&undated).stamp.as_of, time(ARRIVED));
    let offset = ENDED.replace("2026-03-01T10:00:34.000Z", "2026-03-01T11:00:34+01:00");
    assert_eq!(told(&offset), told(ENDED), "any zone will do");
    let asked = event(&custom(), snapshot("call", ENDED.as_bytes(), time(ARRIVED)));
    assert_eq!(asked.stamp.source, Source::Snapshot);
}

#[test]
fn a_clock_may_be_ahead_by_as_much_as_signatures_allow_and_no_more() {
    let ahead =
        |arrived: &str| understand(&custom(), webhook(ENDED.as_bytes(), time(arrived))).map(|_| ());
    assert_eq!(ahead("2026-03-01T09:55:34Z"), Ok(()));
    let wrong = ahead("2026-03-01T09:55:33.999Z").expect_err("from the future");
    assert_eq!(wrong.to_string(), "lies in the future (at timestamp)");
}

#[test]
fn events_about_calls_are_used_by_what_is_in_them_and_others_are_set_aside() {
    let of_kind = |kind: Value| {
        let body = json!({"type": kind, "data": {"call": {"provider_call_id": "CA0001", "status": "ended"}}});
        understand(
            &custom(),
            webhook(body.to_string().as_bytes(), time(ARRIVED)),
        )
    };
    for kind in [
        json!("call.updated"),
        json!("call.ended"),
        json!("recording.done"),
        json!("transcript.final"),
        json!(null),
        json!(""),
    ] {
        let told = of_kind(kind.clone());
        assert!(
            matches!(told, Ok(Understood::Events(_))),
            "{kind}: {told:?}"
        );
    }
    for kind in ["invoice.paid", "callback.done", "call", "ping"] {
        let Ok(Understood::Ignored(reason)) = of_kind(json!(kind)) else {
            panic!("{kind} is used");
        };
        assert!(
            reason.contains(kind) && reason.contains("call."),
            "{reason}"
        );
    }
    let other = br#"{"type": "invoice.paid", "data": [1, 2]}"#;
    let told = understand(&custom(), webhook(other, time(ARRIVED)));
    assert!(
        matches!(told, Ok(Understood::Ignored(_))),
        "what is not used is not judged: {told:?}"
    );
}

#[test]
fn a_call_can_be_expected_to_have_what_no_list_of_calls_can_do_without() {
    let expected = |bodies: &[&str]| {
        let mut call = Call::new(told(bodies[0]).call);
        for body in bodies {
            call.apply(&told(body));
        }
        provider("custom").expects(&call)
    };
    use Field::{EndedAt, Recording, StartedAt, Status, Transcript};
    assert_eq!(expected(&[ONGOING]), []);
    assert_eq!(expected(&[ENDED]), [Status, StartedAt, EndedAt]);
    assert_eq!(
        expected(&[ENDED, TRANSCRIPT]),
        [Status, StartedAt, EndedAt, Transcript]
    );
    let recording = include_str!("../fixtures/custom/recording.json");
    assert_eq!(
        expected(&[recording]),
        [Status, StartedAt, EndedAt, Recording],
        "somebody still has to tell of the call itself"
    );
    let busy = call_with(json!({"status": "not_connected"}));
    assert_eq!(expected(&[&busy]), [Status]);
}
