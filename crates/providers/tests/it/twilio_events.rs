//! What Twilio's documents mean.

use ringback_model::{
    Availability, Call, CallEvent, Cost, Direction, EndedCode, Field, ProviderCallId, Reason,
    RecordingState, Source, Status, missing,
};
use ringback_providers::{Account, Document, Understood};
use serde_json::{Value, json};

use crate::accounts::{account, event, events, provider, snapshot, time, understand, webhook};

const COMPLETED: &str = include_str!("../fixtures/twilio/completed.form");
const RECORDING_COMPLETED: &str = include_str!("../fixtures/twilio/recording_completed.form");
const CALL: &str = include_str!("../fixtures/twilio/call.json");
const CHILD: &str = include_str!("../fixtures/twilio/child_call.json");
const RECORDING: &str = include_str!("../fixtures/twilio/recording.json");
const ROOT_SID: &str = "CA00000000000000000000000000000001";
const RECORDING_SID: &str = "RE00000000000000000000000000000001";
const ARRIVED: &str = "2026-03-01T10:05:30Z";

fn twilio() -> Account {
    account("twilio", &[])
}

fn told(form: &str) -> CallEvent {
    event(&twilio(), webhook(form.as_bytes(), time(ARRIVED)))
}

fn asked(kind: &str, body: &str) -> Vec<CallEvent> {
    events(&twilio(), snapshot(kind, body.as_bytes(), time(ARRIVED)))
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn status_form(status: &str, more: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("CallSid", "CA1"),
        ("CallStatus", status),
        ("Timestamp", "Sun, 01 Mar 2026 10:05:07 +0000"),
    ];
    pairs.extend(more);
    form(&pairs)
}

fn changed(body: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::from_str(body).expect("a fixture is JSON");
    change(&mut value);
    value.to_string()
}

fn recordings(items: &[&str]) -> String {
    format!("{{\"recordings\":[{}]}}", items.join(","))
}

fn availability(event: &CallEvent) -> Option<Availability> {
    event.recordings[0].facts.availability
}

fn dollars(amount: &str) -> Cost {
    Cost {
        amount: amount.parse().expect("a decimal"),
        currency: "USD".into(),
        provisional: false,
        parts: Vec::new(),
    }
}

#[test]
fn a_completed_call_has_ended_when_its_timestamp_says() {
    let event = told(COMPLETED);
    assert_eq!(event.call.as_str(), ROOT_SID);
    assert_eq!(event.stamp.as_of, time("2026-03-01T10:05:07Z"));
    let facts = event.facts;
    assert_eq!(facts.status, Some(Status::Ended));
    assert_eq!(facts.direction, Some(Direction::Inbound));
    assert_eq!(facts.from.as_deref(), Some("+15550100001"));
    assert_eq!(facts.to.as_deref(), Some("+15550100002"));
    assert_eq!(
        facts.duration_ms,
        Some(42_000),
        "CallDuration, not the minutes of Duration"
    );
    assert_eq!(facts.ended_at, Some(time("2026-03-01T10:05:07Z")));
    assert_eq!(facts.started_at, Some(time("2026-03-01T10:04:25Z")));
    assert_eq!(
        facts.ended_reason, None,
        "Twilio does not tell who ended a call"
    );
    assert_eq!(facts.cost, None);
    assert!(event.recordings.is_empty() && event.legs.is_empty());
}

#[test]
fn every_status_has_its_word() {
    for (word, status, reason) in [
        ("queued", Some(Status::Scheduled), None),
        ("initiated", Some(Status::Ringing), None),
        ("ringing", Some(Status::Ringing), None),
        ("in-progress", Some(Status::Ongoing), None),
        ("completed", Some(Status::Ended), None),
        ("busy", Some(Status::NotConnected), Some(EndedCode::Busy)),
        (
            "no-answer",
            Some(Status::NotConnected),
            Some(EndedCode::NoAnswer),
        ),
        (
            "canceled",
            Some(Status::NotConnected),
            Some(EndedCode::Canceled),
        ),
        ("failed", Some(Status::Failed), Some(EndedCode::Error)),
        ("brand-new", None, None),
    ] {
        let facts = told(&status_form(word, &[])).facts;
        assert_eq!(facts.status, status, "{word}");
        let told = facts.ended_reason.map(|reason| (reason.code, reason.raw));
        assert_eq!(told, reason.map(|code| (code, word.to_owned())), "{word}");
    }
}

#[test]
fn a_machine_that_answers_is_a_voicemail() {
    for (word, code) in [
        ("machine_end_beep", Some(EndedCode::Voicemail)),
        ("machine", Some(EndedCode::Voicemail)),
        ("human", None),
        ("unknown", None),
    ] {
        let facts = told(&status_form("completed", &[("AnsweredBy", word)])).facts;
        assert_eq!(facts.ended_reason.map(|reason| reason.code), code, "{word}");
    }
}

#[test]
fn callbacks_on_the_way_tell_when_it_began_and_was_answered() {
    let at = Some(time("2026-03-01T10:05:07Z"));
    assert_eq!(told(&status_form("initiated", &[])).facts.started_at, at);
    assert_eq!(
        told(&status_form("ringing", &[("SequenceNumber", "0")]))
            .facts
            .started_at,
        at
    );
    assert_eq!(
        told(&status_form("ringing", &[("SequenceNumber", "1")]))
            .facts
            .started_at,
        None
    );
    assert_eq!(told(&status_form("in-progress", &[])).facts.answered_at, at);
    let without_time = told("CallSid=CA1&CallStatus=ringing");
    assert_eq!(without_time.stamp.as_of, time(ARRIVED));
}

#[test]
fn a_child_leg_belongs_to_its_parents_conversation() {
    let event = told(&status_form(
        "completed",
        &[
            ("ParentCallSid", ROOT_SID),
            ("CallDuration", "27"),
            ("Direction", "outbound-dial"),
            ("To", "client:desk"),
        ],
    ));
    assert_eq!(event.call.as_str(), ROOT_SID);
    assert_eq!(event.facts.status, None, "the conversation may go on");
    let (id, leg) = &event.legs[0];
    assert_eq!(id.as_str(), "CA1");
    assert_eq!(leg.status, Some(Status::Ended));
    assert_eq!(leg.direction, Some(Direction::Outbound));
    assert_eq!(leg.to.as_deref(), Some("client:desk"));
    assert_eq!(leg.duration_ms, Some(27_000));
}

#[test]
fn the_api_tells_a_leg_with_its_price() {
    let event = asked("call", CALL).remove(0);
    assert_eq!(event.stamp.source, Source::Snapshot);
    assert_eq!(event.stamp.as_of, time(ARRIVED));
    let facts = event.facts;
    assert_eq!(facts.status, Some(Status::Ended));
    assert_eq!(facts.started_at, Some(time("2026-03-01T10:04:25Z")));
    assert_eq!(facts.ended_at, Some(time("2026-03-01T10:05:07Z")));
    assert_eq!(facts.duration_ms, Some(42_000));
    assert_eq!(
        facts.cost,
        Some(dollars("0.013")),
        "what was taken is a cost"
    );

    let child = asked("call", CHILD).remove(0);
    assert_eq!(child.call.as_str(), ROOT_SID);
    assert_eq!(child.legs[0].1.cost, None, "not rated yet is not free");
}

#[test]
fn prices_are_read_in_every_form() {
    let cost = |price: Value| {
        let body = changed(CALL, |call| call["price"] = price);
        asked("call", &body).remove(0).facts.cost
    };
    assert_eq!(cost(json!("-0.10")), Some(dollars("0.1")));
    assert_eq!(cost(json!(-0.0025)), Some(dollars("0.0025")));
    assert_eq!(cost(json!("0")), Some(dollars("0")));
    assert_eq!(
        cost(json!("0.5")),
        Some(dollars("-0.5")),
        "what is given back"
    );
    for not_told in [json!(null), json!(""), json!("soon"), json!({})] {
        assert_eq!(cost(not_told.clone()), None, "{not_told}");
    }
    for unit in ["", "US", "dollars", "$$$", &"U".repeat(9_000)] {
        let body = changed(CALL, |call| call["price_unit"] = unit.into());
        let told = asked("call", &body).remove(0).facts.cost;
        let is_usual = unit.is_empty();
        assert_eq!(told.is_some(), is_usual, "{}", unit.len());
    }
    let euros = changed(CALL, |call| call["price_unit"] = "eur".into());
    assert_eq!(
        asked("call", &euros)
            .remove(0)
            .facts
            .cost
            .expect("told")
            .currency,
        "EUR"
    );
}

#[test]
fn a_recording_callback_tells_of_a_recording_and_not_of_the_call() {
    let event = told(RECORDING_COMPLETED);
    assert_eq!(event.call.as_str(), ROOT_SID);
    assert_eq!(event.facts, Default::default());
    let report = &event.recordings[0];
    assert_eq!(report.key.as_str(), RECORDING_SID);
    assert_eq!(report.facts.availability, Some(Availability::Available));
    assert_eq!(report.facts.channels, Some(2));
    assert_eq!(report.facts.duration_ms, Some(42_000));
    assert_eq!(report.link, None, "the address follows from the ids");

    let dated = format!(
        "{RECORDING_COMPLETED}&RecordingStartTime=Sun%2C%2001%20Mar%202026%2010%3A04%3A26%20%2B0000"
    );
    let event = told(&dated);
    assert_eq!(
        event.stamp.as_of,
        time("2026-03-01T10:05:08Z"),
        "when the recording ended"
    );
    let began = event.recordings[0].facts.started_at;
    assert_eq!(began, Some(time("2026-03-01T10:04:26Z")));
}

#[test]
fn every_status_of_a_recording_says_whether_there_is_sound() {
    let by_callback = |status: &str, error: &str| {
        let pairs = [
            ("CallSid", "CA1"),
            ("RecordingSid", "RE1"),
            ("RecordingStatus", status),
            ("ErrorCode", error),
        ];
        availability(&told(&form(&pairs)))
    };
    let by_api = |status: &str, error: &str| {
        let body = changed(RECORDING, |recording| {
            recording["status"] = status.into();
            recording["error_code"] = error.parse::<u64>().map_or(Value::Null, Value::from);
        });
        availability(&asked("recordings", &recordings(&[&body])).remove(0))
    };
    for (status, error, is) in [
        ("in-progress", "", Some(Availability::Expected)),
        ("paused", "", Some(Availability::Expected)),
        ("stopped", "", Some(Availability::Expected)),
        ("processing", "", Some(Availability::Expected)),
        ("completed", "", Some(Availability::Available)),
        (
            "absent",
            "16101",
            Some(Availability::Absent(Reason::TooShort)),
        ),
        (
            "absent",
            "16102",
            Some(Availability::Absent(Reason::Silent)),
        ),
        (
            "absent",
            "",
            Some(Availability::Absent(Reason::NotRecorded)),
        ),
        (
            "failed",
            "",
            Some(Availability::Absent(Reason::ProviderError)),
        ),
        ("deleted", "", Some(Availability::Deleted)),
        ("brand-new", "", None),
    ] {
        assert_eq!(by_callback(status, error), is, "{status} {error}");
        assert_eq!(by_api(status, error), is, "{status} {error}");
    }
}

#[test]
fn recordings_that_we_do_not_get_are_withheld() {
    let encrypted = changed(RECORDING, |recording| {
        recording["encryption_details"] = json!({"encryption_public_key_sid": "CR1"});
    });
    let event = asked("recordings", &recordings(&[&encrypted])).remove(0);
    assert_eq!(
        availability(&event),
        Some(Availability::Withheld(Reason::Encrypted))
    );

    let bucket = "https://our-bucket.s3.amazonaws.com/RE1";
    let external = changed(RECORDING, |recording| {
        recording["media_url"] = bucket.into()
    });
    let body = recordings(&[&external]);
    let event = asked("recordings", &body).remove(0);
    assert_eq!(
        availability(&event),
        Some(Availability::Withheld(Reason::ExternalStorage))
    );
    assert_eq!(event.recordings[0].link, None);

    let mut named = twilio();
    named.media_hosts.push("our-bucket.s3.amazonaws.com".into());
    let document = snapshot("recordings", body.as_bytes(), time(ARRIVED));
    let report = events(&named, document).remove(0).recordings.remove(0);
    assert_eq!(report.facts.availability, Some(Availability::Available));
    assert_eq!(report.link.expect("a link").url.reveal().as_str(), bucket);
}

#[test]
fn a_page_of_recordings_is_one_report_each() {
    let other = changed(RECORDING, |recording| recording["sid"] = "RE2".into());
    let told = asked("recordings", &recordings(&[RECORDING, &other]));
    let keys: Vec<_> = told
        .iter()
        .map(|event| event.recordings[0].key.as_str())
        .collect();
    assert_eq!(keys, [RECORDING_SID, "RE2"]);
    assert!(told.iter().all(|event| event.call.as_str() == ROOT_SID));
    assert!(asked("recordings", &recordings(&[])).is_empty());
}

#[test]
fn a_length_of_less_than_nothing_is_not_told() {
    let body = RECORDING_COMPLETED.replace("RecordingDuration=42", "RecordingDuration=-1");
    assert_eq!(told(&body).recordings[0].facts.duration_ms, None);
    let body = RECORDING_COMPLETED.replace(
        "RecordingDuration=42",
        "RecordingDuration=99999999999999999999",
    );
    assert_eq!(told(&body).recordings[0].facts.duration_ms, None);
}

#[test]
fn a_recording_that_is_announced_twice_is_one() {
    let with_end = format!("{COMPLETED}&RecordingSid={RECORDING_SID}&RecordingDuration=42");
    let mut call = Call::new(ProviderCallId::new(ROOT_SID));
    for body in [RECORDING_COMPLETED, &with_end] {
        call.apply(&told(body));
    }
    assert_eq!(call.recordings.len(), 1);
    assert_eq!(call.status(), Status::Ended);
}

#[test]
fn a_recording_may_come_before_its_call_and_a_conference_may_have_one() {
    let mut call = Call::new(ProviderCallId::new(ROOT_SID));
    call.apply(&told(RECORDING_COMPLETED));
    assert_eq!(call.status(), Status::Ended);
    let pairs = [
        ("ConferenceSid", "CF1"),
        ("RecordingSid", "RE1"),
        ("RecordingStatus", "completed"),
    ];
    assert_eq!(told(&form(&pairs)).call.as_str(), "CF1");
}

#[test]
fn callbacks_come_as_json_and_by_get_too() {
    let json = Document {
        content_type: Some("application/json; charset=utf-8"),
        ..webhook(br#"{"RecordingStatus":"completed","RecordingSid":"RE1","CallSid":"CA3","RecordingDuration":7}"#, time(ARRIVED))
    };
    let by_json = event(&twilio(), json);
    assert_eq!(by_json.call.as_str(), "CA3");
    assert_eq!(by_json.recordings[0].facts.duration_ms, Some(7_000));
    let get = Document {
        query: Some("CallSid=CA1&CallStatus=ringing&From=%2B15550100001"),
        ..webhook(b"", time(ARRIVED))
    };
    let by_get = event(&twilio(), get);
    assert_eq!(by_get.facts.from.as_deref(), Some("+15550100001"));
}

#[test]
fn what_cannot_be_understood_says_where_and_what_is_not_used_says_why() {
    let told = |body: &[u8]| understand(&twilio(), webhook(body, time(ARRIVED)));
    for (body, path) in [
        (
            &b"CallSid=CA1&CallStatus=completed&CallerName=Zo%EB"[..],
            "CallerName",
        ),
        (
            b"CallSid=CA1&CallStatus=completed&CallerName=Zo\xeb",
            "CallerName",
        ),
        (b"CallSid=CA1&%FF=1", "body[1]"),
        (b"CallStatus=completed", "CallSid"),
        (b"RecordingStatus=completed&CallSid=CA1", "RecordingSid"),
        (b"RecordingStatus=completed&RecordingSid=RE1", "CallSid"),
    ] {
        let error = told(body).map_err(|error| error.path);
        assert_eq!(
            error,
            Err(path.to_owned()),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    for body in [&b""[..], b"Digits=1", b"CallSid=CA1", b"&&=&"] {
        assert!(
            matches!(told(body), Ok(Understood::Ignored(_))),
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    for (kind, body) in [
        ("call", "{}"),
        ("call", "x"),
        ("recordings", "{}"),
        ("recordings", r#"{"recordings":[1]}"#),
    ] {
        assert!(
            understand(&twilio(), snapshot(kind, body.as_bytes(), time(ARRIVED))).is_err(),
            "{kind} {body}"
        );
    }
}

#[test]
fn a_recording_is_missing_only_once_one_was_heard_of() {
    let twilio = provider("twilio");
    let mut call = Call::new(ProviderCallId::new(ROOT_SID));
    call.apply(&told(COMPLETED));
    assert_eq!(missing(&call, &twilio.expects(&call), &[]), [Field::Cost]);
    call.apply(&asked("call", CALL).remove(0));
    assert!(missing(&call, &twilio.expects(&call), &[]).is_empty());
    call.apply(&told(RECORDING_COMPLETED));
    let lacks = missing(
        &call,
        &twilio.expects(&call),
        &[RecordingState::Downloading],
    );
    assert_eq!(lacks, [Field::Recording]);

    let mut busy = Call::new(ProviderCallId::new("CA1"));
    busy.apply(&told(&status_form("busy", &[("From", "a"), ("To", "b")])));
    assert!(missing(&busy, &twilio.expects(&busy), &[]).is_empty());
    let mut ringing = Call::new(ProviderCallId::new("CA1"));
    ringing.apply(&told(&status_form("ringing", &[])));
    assert!(twilio.expects(&ringing).is_empty());
}

#[test]
fn the_legs_of_a_conversation_cost_together() {
    let mut call = Call::new(ProviderCallId::new(ROOT_SID));
    call.apply(&asked("call", CALL).remove(0));
    call.apply(&asked("call", CHILD).remove(0));
    assert!(
        call.cost().expect("priced").provisional,
        "the second leg is not rated yet"
    );
    let rated = changed(CHILD, |child| child["price"] = "-0.02".into());
    let mut event = asked("call", &rated).remove(0);
    event.stamp.as_of = time("2026-03-01T11:00:00Z");
    call.apply(&event);
    let total = call.cost().expect("priced");
    assert_eq!(total.amount.to_string(), "0.033");
    assert!(!total.provisional);
}
