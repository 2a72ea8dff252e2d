//! What detail records, standings and TeXML's forms mean.

use ringback_model::{
    Availability, CallEvent, Direction, EndedCode, LegId, Matched, ProviderCallId, Source, Status,
};
use ringback_providers::{Document, Understood};
use serde_json::{Value, json};

use crate::{
    accounts::{event, events, snapshot, time, understand, webhook},
    telnyx_events::{LEG, RECORDING, SESSION, call_of, changed, fixture, telnyx, told, value},
};

const LATER: &str = "2026-03-01T12:00:00Z";

fn asked(kind: &str, body: &str, at: &str) -> Vec<CallEvent> {
    events(&telnyx(), snapshot(kind, body.as_bytes(), time(at)))
}

fn form(body: &str) -> Document<'_> {
    Document {
        content_type: Some("application/x-www-form-urlencoded"),
        ..webhook(body.as_bytes(), time(LATER))
    }
}

#[test]
fn a_detail_record_alone_is_a_whole_call_with_its_cost() {
    let call = call_of(&asked(
        "detail_record",
        fixture!("detail_record.json"),
        LATER,
    ));
    let fields = &call.fields;
    assert_eq!(call.status(), Status::Ended);
    assert_eq!(value(&fields.direction), Some(Direction::Inbound));
    assert_eq!(value(&fields.from).as_deref(), Some("+15550100001"));
    assert_eq!(
        value(&fields.started_at),
        Some(time("2026-03-01T09:59:58Z"))
    );
    assert_eq!(value(&fields.ended_at), Some(time("2026-03-01T10:05:07Z")));
    assert_eq!(value(&fields.duration_ms), Some(305_000));
    let reason = value(&fields.ended_reason).expect("a reason");
    assert_eq!(
        (reason.code, reason.raw.as_str()),
        (EndedCode::Unknown, "NORMAL_CLEARING")
    );
    let cost = call.cost().expect("a cost");
    assert_eq!(cost.amount.to_string(), "0.012", "written as 1.2E-2");
    assert!(!cost.provisional);
}

#[test]
fn an_amount_in_what_is_no_currency_is_not_believed() {
    let cost = |currency: Value| {
        let body = changed(fixture!("detail_record.json"), |record| {
            record["currency"] = currency;
        });
        call_of(&asked("detail_record", &body, LATER)).cost()
    };
    let told = cost(json!("eur")).expect("a cost");
    assert_eq!(told.currency, "EUR");
    let usual = cost(Value::Null).expect("a cost");
    assert_eq!(usual.currency, "USD");
    for wrong in ["E", "EURO", "E1R", "ÄÖ", &"X".repeat(100_000)] {
        assert_eq!(cost(json!(wrong)), None, "{} bytes", wrong.len());
    }
}

#[test]
fn a_record_of_a_young_call_may_not_be_the_last() {
    let cost = |at| {
        call_of(&asked("detail_record", fixture!("detail_record.json"), at))
            .cost()
            .expect("a cost")
    };
    assert!(cost("2026-03-01T10:30:00Z").provisional);
    assert!(!cost("2026-03-01T11:30:00Z").provisional);
}

#[test]
fn the_records_of_all_products_add_up_and_a_trunks_leg_is_not_a_leg_of_its_own() {
    let mut all = asked("detail_record", fixture!("trunk_record.json"), LATER);
    let trunk = call_of(&all);
    assert_eq!(trunk.status(), Status::Ended, "while nothing else is known");
    all.extend(asked(
        "detail_record",
        fixture!("detail_record.json"),
        LATER,
    ));
    all.push(told(fixture!("hangup.json")));
    let call = call_of(&all);
    assert!(call.legs.is_empty());
    let cost = call.cost().expect("a cost");
    assert_eq!(cost.amount.to_string(), "0.022");
    let parts: Vec<_> = cost.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(parts, ["call-control", "sip-trunking"]);
    assert_eq!(
        value(&call.fields.ended_at),
        Some(time("2026-03-01T10:05:07.4Z")),
        "what an event says of the same counts more than whole seconds"
    );
    let reason = value(&call.fields.ended_reason).expect("a reason");
    assert_eq!(reason.code, EndedCode::CallerHangup);
}

#[test]
fn a_later_record_corrects_the_bill() {
    let dearer = changed(fixture!("detail_record.json"), |record| {
        record["cost"] = "0.014".into();
    });
    let mut all = vec![
        told(fixture!("initiated.json")),
        told(fixture!("cost.json")),
    ];
    all.extend(asked("detail_record", &dearer, LATER));
    assert_eq!(
        call_of(&all).cost().expect("a cost").amount.to_string(),
        "0.024"
    );
}

#[test]
fn a_record_of_a_call_that_was_not_answered_has_no_length() {
    let body = changed(fixture!("detail_record.json"), |record| {
        record["answered_at"] = Value::Null;
        record["call_sec"] = 0.into();
        record["hangup_cause"] = "USER_BUSY".into();
    });
    let call = call_of(&asked("detail_record", &body, LATER));
    assert_eq!(call.status(), Status::NotConnected);
    assert_eq!(value(&call.fields.duration_ms), None);
    let reason = value(&call.fields.ended_reason).expect("a reason");
    assert_eq!(
        (reason.code, reason.raw.as_str()),
        (EndedCode::Busy, "USER_BUSY")
    );
}

#[test]
fn a_trunks_record_without_a_session_is_a_call_of_its_own() {
    let body = changed(fixture!("trunk_record.json"), |record| {
        record["telnyx_session_id"] = Value::Null;
    });
    let events = asked("detail_record", &body, LATER);
    assert!(
        events
            .iter()
            .all(|event| event.call.as_str() == "ffffffff-0000-4000-8000-000000000002")
    );
    let nameless = json!({"record_type": "sip-trunking", "cost": "1"}).to_string();
    let told = understand(
        &telnyx(),
        snapshot("detail_record", nameless.as_bytes(), time(LATER)),
    );
    assert_eq!(told.expect_err("no id").path, "id");
}

#[test]
fn a_legs_standing_ends_it_when_nobody_told() {
    let began = [
        told(fixture!("initiated.json")),
        told(fixture!("answered.json")),
    ];
    let mut all = began.to_vec();
    all.extend(asked("call_status", fixture!("call.json"), LATER));
    let call = call_of(&all);
    assert_eq!(call.status(), Status::Ended);
    assert_eq!(
        value(&call.fields.ended_at),
        Some(time("2026-03-01T10:05:07.4Z"))
    );

    let alive = changed(fixture!("call.json"), |body| {
        body["data"]["is_alive"] = true.into();
        body["data"]["end_time"] = Value::Null;
    });
    let mut all = began.to_vec();
    all.extend(asked("call_status", &alive, LATER));
    assert_eq!(call_of(&all).status(), Status::Ongoing);
}

#[test]
fn an_active_call_tells_that_there_is_one_and_no_more() {
    let events = asked(
        "listed_active_call",
        fixture!("active_call.json"),
        "2026-03-01T10:01:00Z",
    );
    let (leg, facts) = &events[0].pieces.legs[0];
    assert_eq!(leg, &LegId::new(LEG));
    let nothing_else = ringback_model::LegFacts {
        other_id: Some("v3:root".into()),
        ..Default::default()
    };
    assert_eq!(facts, &nothing_else);
    assert_eq!(events[0].stamp.source, Source::Snapshot);
}

#[test]
fn a_page_of_recordings_tells_each_with_its_id() {
    let recording: Value = serde_json::from_str(fixture!("recording.json")).expect("JSON");
    let page = json!({"call_session_id": SESSION, "recordings": [recording]});
    let event = asked("recordings", &page.to_string(), LATER).remove(0);
    assert_eq!(event.call.as_str(), SESSION);
    let report = &event.recordings[0];
    assert_eq!(report.key.provider_id(), Some(RECORDING));
    assert_eq!(report.facts.provider_id.as_deref(), Some(RECORDING));
    assert_eq!(report.facts.leg, Some(LegId::new(LEG)));
    assert_eq!(report.facts.duration_ms, Some(304_000));
    assert_eq!(report.facts.channels, Some(2));
    assert_eq!(
        report.link.as_ref().and_then(|link| link.expires_at),
        Some(time("2026-03-01T12:10:00Z")),
        "no better than a webhook's"
    );
    let mut call = call_of(&[told(fixture!("recording_saved.json"))]);
    let unnamed = call.recordings.keys().next().cloned().expect("a recording");
    call.apply(&event);
    assert_eq!(
        call.named(&unnamed),
        Some(&report.key),
        "it is one recording"
    );
}

#[test]
fn a_recording_that_was_matched_by_numbers_says_so() {
    let mut recording: Value = serde_json::from_str(fixture!("recording.json")).expect("JSON");
    for name in ["call_session_id", "call_leg_id", "call_control_id"] {
        recording[name] = Value::Null;
    }
    let page = json!({"matched_to": SESSION, "recordings": [recording]});
    let event = asked("recordings", &page.to_string(), LATER).remove(0);
    assert_eq!(event.call.as_str(), SESSION);
    assert_eq!(
        event.recordings[0].facts.matched,
        Some(Matched::ByNumberAndTime)
    );
    let page = json!({"recordings": [recording]});
    let event = asked("recordings", &page.to_string(), LATER).remove(0);
    assert_eq!(event.call.as_str(), RECORDING, "it is a call of its own");
    assert_eq!(event.facts.from.as_deref(), Some("+15550100001"));
    assert_eq!(event.recordings[0].facts.matched, Some(Matched::ByIds));
}

#[test]
fn a_form_that_names_session_and_leg_is_an_event_of_the_leg() {
    let end = event(&telnyx(), form(fixture!("completed.form")));
    assert_eq!(end.stamp.as_of, time("2026-03-01T10:05:07.4Z"));
    let call = call_of(&[told(fixture!("initiated.json")), end]);
    assert_eq!(call.status(), Status::Ended);
    let reason = value(&call.fields.ended_reason).expect("a reason");
    assert_eq!(
        (reason.code, reason.raw.as_str()),
        (EndedCode::CallerHangup, "normal_clearing")
    );
    assert_eq!(value(&call.fields.duration_ms), Some(304_900));

    for (word, status, code) in [
        ("initiated", Status::Ringing, None),
        ("ringing", Status::Ringing, None),
        ("in-progress", Status::Ongoing, None),
        ("busy", Status::NotConnected, Some(EndedCode::Busy)),
        ("no-answer", Status::NotConnected, Some(EndedCode::NoAnswer)),
        ("canceled", Status::NotConnected, Some(EndedCode::Canceled)),
        ("failed", Status::Failed, Some(EndedCode::Error)),
    ] {
        let body = fixture!("completed.form")
            .replace("CallStatus=completed", &format!("CallStatus={word}"))
            .replace("HangupCause=normal_clearing", "HangupCause=");
        let call = call_of(&[event(&telnyx(), form(&body))]);
        assert_eq!(call.status(), status, "{word}");
        let reason = value(&call.fields.ended_reason).map(|reason| (reason.code, reason.raw));
        assert_eq!(reason, code.map(|code| (code, word.to_owned())), "{word}");
    }
}

#[test]
fn a_form_that_names_only_its_call_is_asked_about() {
    for body in [
        fixture!("recording_completed.form").to_owned(),
        "CallSid=v3%3Aroot&CallStatus=completed".to_owned(),
        "CallSid=v3%3Aroot&TranscriptionText=Hi&RecordingSid=r".to_owned(),
    ] {
        let told = understand(&telnyx(), form(&body));
        let Ok(Understood::Ask { calls, .. }) = told else {
            panic!("{body}: {told:?}");
        };
        assert_eq!(calls, [ProviderCallId::new("v3:root")]);
    }
    let nothing = understand(&telnyx(), form("a=1"));
    assert!(matches!(nothing, Ok(Understood::Ignored(_))), "{nothing:?}");
    let nobody = understand(&telnyx(), form("CallStatus=completed"));
    assert_eq!(nobody.expect_err("no call").path, "CallSid");
}

#[test]
fn a_forms_recording_is_known_by_its_id() {
    let session = format!("&CallSessionId={SESSION}&CallLegId={LEG}");
    let with = |body: &str| event(&telnyx(), form(&format!("{body}{session}")));
    let report = with(fixture!("recording_completed.form"))
        .recordings
        .remove(0);
    assert_eq!(report.key.provider_id(), Some(RECORDING));
    assert_eq!(report.facts.availability, Some(Availability::Available));
    assert_eq!(
        (report.facts.channels, report.facts.duration_ms),
        (Some(2), Some(304_000))
    );
    assert!(report.link.is_some());
    for (word, availability) in [
        ("in-progress", Availability::Expected),
        (
            "absent",
            Availability::Absent(ringback_model::Reason::NotRecorded),
        ),
    ] {
        let body = format!("CallSid=v3%3Aroot&RecordingSid=r&RecordingStatus={word}");
        let report = with(&body).recordings.remove(0);
        assert_eq!(report.facts.availability, Some(availability), "{word}");
    }
}
