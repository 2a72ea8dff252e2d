//! What Telnyx's events mean.

use ringback_model::{
    Call, CallEvent, Direction, EndedCode, Field, ProviderCallId, Reason, RecordingState, Source,
    Speaker, Status, Told, missing,
};
use ringback_providers::{Account, Understood};
use serde_json::{Value, json};

use crate::accounts::{account, event, provider, snapshot, time, understand, webhook};

pub(crate) const SESSION: &str = "bbbbbbbb-0000-4000-8000-000000000001";
pub(crate) const LEG: &str = "aaaaaaaa-0000-4000-8000-000000000001";
pub(crate) const RECORDING: &str = "cccccccc-0000-4000-8000-000000000001";
pub(crate) const ARRIVED: &str = "2026-03-01T12:00:00Z";

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../fixtures/telnyx/", $name))
    };
}
pub(crate) use fixture;

pub(crate) fn telnyx() -> Account {
    account("telnyx", &[])
}

pub(crate) fn told(body: &str) -> CallEvent {
    event(&telnyx(), webhook(body.as_bytes(), time(ARRIVED)))
}

pub(crate) fn changed(body: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::from_str(body).expect("a fixture is JSON");
    change(&mut value);
    value.to_string()
}

pub(crate) fn call_of(events: &[CallEvent]) -> Call {
    let mut call = Call::new(ProviderCallId::new(SESSION));
    for event in events {
        assert_eq!(event.call.as_str(), SESSION);
        call.apply(event);
    }
    call
}

pub(crate) fn value<T: Clone>(told: &Option<Told<T>>) -> Option<T> {
    told.as_ref().map(|told| told.value.clone())
}

pub(crate) fn call(bodies: &[&str]) -> Call {
    let events: Vec<_> = bodies.iter().map(|body| told(body)).collect();
    call_of(&events)
}

#[test]
fn a_call_is_its_session_and_what_its_first_leg_says() {
    let call = call(&[
        fixture!("initiated.json"),
        fixture!("answered.json"),
        fixture!("hangup.json"),
    ]);
    let fields = &call.fields;
    assert_eq!(value(&fields.status), Some(Status::Ended));
    assert_eq!(value(&fields.direction), Some(Direction::Inbound));
    assert_eq!(value(&fields.from).as_deref(), Some("+15550100001"));
    assert_eq!(value(&fields.to).as_deref(), Some("+15550100002"));
    assert_eq!(
        value(&fields.started_at),
        Some(time("2026-03-01T09:59:58Z"))
    );
    assert_eq!(
        value(&fields.answered_at),
        Some(time("2026-03-01T10:00:02.5Z"))
    );
    assert_eq!(
        value(&fields.ended_at),
        Some(time("2026-03-01T10:05:07.4Z"))
    );
    assert_eq!(
        value(&fields.duration_ms),
        Some(304_900),
        "from the answer to the end"
    );
    let reason = value(&fields.ended_reason).expect("a reason");
    assert_eq!(reason.code, EndedCode::CallerHangup);
    assert_eq!(reason.raw, "normal_clearing");
    assert!(call.legs.is_empty(), "its one leg is the call itself");
}

#[test]
fn an_event_speaks_of_its_moment_however_late_it_comes() {
    let event = told(fixture!("hangup.json"));
    assert_eq!(event.stamp.as_of, time("2026-03-01T10:05:07.4Z"));
    assert_eq!(event.stamp.source, Source::Webhook);
    let undated = changed(fixture!("hangup.json"), |body| {
        body["data"]["occurred_at"] = Value::Null;
    });
    assert_eq!(told(&undated).stamp.as_of, time(ARRIVED));
}

#[test]
fn while_it_goes_on_it_rings_and_then_goes_on() {
    assert_eq!(
        call(&[fixture!("initiated.json")]).status(),
        Status::Ringing
    );
    for body in [fixture!("answered.json"), fixture!("bridged.json")] {
        assert_eq!(
            call(&[fixture!("initiated.json"), body]).status(),
            Status::Ongoing
        );
    }
    let further_leg = [
        fixture!("initiated.json"),
        fixture!("answered.json"),
        fixture!("further_initiated.json"),
        fixture!("further_answered.json"),
        fixture!("further_hangup.json"),
    ];
    assert_eq!(
        call(&further_leg).status(),
        Status::Ended,
        "by default the end of one leg ends the other"
    );
    let speaks = changed(fixture!("hangup.json"), |body| {
        body["data"]["event_type"] = "call.speak.started".into();
    });
    let transferred = call(&[&further_leg[..], &[&speaks]].concat());
    assert_eq!(transferred.status(), Status::Ongoing, "the root was kept");
    let further = transferred.legs.values().next().expect("a leg");
    assert_eq!(value(&further.status), Some(Status::Ended));
    assert_eq!(value(&further.direction), Some(Direction::Outbound));
    assert_eq!(value(&further.to).as_deref(), Some("+15550100003"));
    assert_eq!(value(&further.duration_ms), Some(183_300));
}

#[test]
fn every_way_to_end_has_its_word() {
    let outgoing = changed(fixture!("initiated.json"), |body| {
        body["data"]["payload"]["direction"] = "outgoing".into();
    });
    for (cause, source, sip, status, code) in [
        (
            "normal_clearing",
            "caller",
            "200",
            Status::Ended,
            EndedCode::AgentHangup,
        ),
        (
            "normal_clearing",
            "callee",
            "200",
            Status::Ended,
            EndedCode::CallerHangup,
        ),
        (
            "normal_clearing",
            "unknown",
            "200",
            Status::Ended,
            EndedCode::Unknown,
        ),
        (
            "user_busy",
            "callee",
            "486",
            Status::NotConnected,
            EndedCode::Busy,
        ),
        (
            "timeout",
            "unknown",
            "487",
            Status::NotConnected,
            EndedCode::NoAnswer,
        ),
        (
            "originator_cancel",
            "caller",
            "487",
            Status::NotConnected,
            EndedCode::Canceled,
        ),
        (
            "call_rejected",
            "callee",
            "603",
            Status::NotConnected,
            EndedCode::NoAnswer,
        ),
        (
            "not_found",
            "unknown",
            "404",
            Status::Failed,
            EndedCode::Error,
        ),
        (
            "time_limit",
            "unknown",
            "200",
            Status::Ended,
            EndedCode::MaxDuration,
        ),
        (
            "brand_new",
            "brand_new",
            "200",
            Status::Ended,
            EndedCode::Unknown,
        ),
    ] {
        let end = changed(fixture!("hangup.json"), |body| {
            let payload = &mut body["data"]["payload"];
            payload["hangup_cause"] = cause.into();
            payload["hangup_source"] = source.into();
            payload["sip_hangup_cause"] = sip.into();
        });
        let call = call(&[&outgoing, &end]);
        assert_eq!(call.status(), status, "{cause} {source}");
        let reason = value(&call.fields.ended_reason).expect("a reason");
        assert_eq!(
            (reason.code, reason.raw.as_str()),
            (code, cause),
            "{source}"
        );
    }
}

#[test]
fn a_machine_that_answers_is_a_voicemail_when_the_call_is_over() {
    let bodies = [
        fixture!("initiated.json"),
        fixture!("answered.json"),
        fixture!("machine.json"),
    ];
    assert_eq!(call(&bodies).fields.ended_reason, None);
    let ended = call(&[&bodies[..], &[fixture!("hangup.json")]].concat());
    let reason = value(&ended.fields.ended_reason).expect("a reason");
    assert_eq!(
        (reason.code, reason.raw.as_str()),
        (EndedCode::Voicemail, "machine")
    );

    for result in [
        "human",
        "not_sure",
        "human_residence",
        "fax_detected",
        "silence",
        "new",
    ] {
        let human = changed(fixture!("machine.json"), |body| {
            body["data"]["event_type"] = "call.machine.premium.detection.ended".into();
            body["data"]["payload"]["result"] = result.into();
        });
        let ended = call(&[fixture!("initiated.json"), &human, fixture!("hangup.json")]);
        let code = value(&ended.fields.ended_reason).map(|reason| reason.code);
        assert_eq!(code, Some(EndedCode::CallerHangup), "{result}");
    }
}

#[test]
fn a_call_that_is_referred_was_handed_on() {
    let referred = |answer: i64| {
        changed(fixture!("bridged.json"), |body| {
            body["data"]["event_type"] = "call.refer.completed".into();
            body["data"]["payload"]["sip_notify_response"] = answer.into();
        })
    };
    for (answer, code) in [
        (200, EndedCode::Transferred),
        (486, EndedCode::CallerHangup),
    ] {
        let ended = call(&[
            fixture!("initiated.json"),
            &referred(answer),
            fixture!("hangup.json"),
        ]);
        let reason = value(&ended.fields.ended_reason).expect("a reason");
        assert_eq!(reason.code, code, "{answer}");
    }
}

#[test]
fn a_bill_is_decimal_and_names_its_parts() {
    let call = call(&[fixture!("initiated.json"), fixture!("cost.json")]);
    let cost = call.cost().expect("a cost");
    assert_eq!(
        (cost.amount.to_string().as_str(), cost.currency.as_str()),
        ("0.022", "USD")
    );
    assert!(!cost.provisional);
    let parts: Vec<_> = cost
        .parts
        .iter()
        .map(|part| (part.name.as_str(), part.amount.to_string()))
        .collect();
    assert_eq!(
        parts,
        [
            ("call-control", "0.012".to_owned()),
            ("sip-trunking", "0.01".to_owned())
        ]
    );
    for change in [
        json!({"status": "error", "total_cost": null}),
        json!({"status": "success", "total_cost": null}),
    ] {
        let body = changed(fixture!("cost.json"), |body| {
            for (name, value) in change.as_object().expect("an object") {
                body["data"]["payload"][name] = value.clone();
            }
        });
        let told = understand(&telnyx(), webhook(body.as_bytes(), time(ARRIVED)));
        assert_eq!(told, Ok(Understood::Ignored("tells no cost".into())));
    }
}

#[test]
fn lines_of_a_live_transcription_become_the_transcript() {
    let call = call(&[
        fixture!("transcription.json"),
        fixture!("transcription_outbound.json"),
        fixture!("initiated.json"),
        fixture!("answered.json"),
        fixture!("hangup.json"),
        fixture!("recording_saved.json"),
    ]);
    let transcript = call.transcript().expect("a transcript");
    assert!(!transcript.is_final, "nobody says that these are all");
    let lines: Vec<_> = transcript
        .segments
        .iter()
        .map(|line| (line.speaker.clone(), line.end_ms, line.text.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (Speaker::Agent, Some(1_000), "Hello, Luigi's."),
            (Speaker::Caller, Some(4_250), "A table for two, please."),
        ]
    );
    let interim = changed(fixture!("transcription.json"), |body| {
        body["data"]["payload"]["transcription_data"]["is_final"] = false.into();
    });
    let told = understand(&telnyx(), webhook(interim.as_bytes(), time(ARRIVED)));
    assert!(matches!(told, Ok(Understood::Ignored(_))), "{told:?}");
}

#[test]
fn the_transcription_of_a_recording_is_there_where_no_lines_are() {
    let text = "Hello, Luigi's. A table for two, please.";
    let last = fixture!("recording_transcription.json");
    let call = call(&[fixture!("initiated.json"), fixture!("hangup.json"), last]);
    let transcript = call.transcript().expect("a transcript");
    assert_eq!(transcript.segments[0].text, text);
    assert!(transcript.is_final);
    let document = snapshot(
        "transcriptions",
        fixture!("transcriptions.json").as_bytes(),
        time(ARRIVED),
    );
    let call = call_of(&[event(&telnyx(), document)]);
    let transcript = call.transcript().expect("a transcript");
    assert_eq!(transcript.segments[0].text, text);
}

#[test]
fn an_assistant_tells_who_it_was_what_was_said_and_how_it_went() {
    let call = call(&[
        fixture!("initiated.json"),
        fixture!("conversation_ended.json"),
        fixture!("insights.json"),
        fixture!("ai_gather.json"),
        fixture!("hangup.json"),
    ]);
    let agent = value(&call.fields.agent).expect("an agent");
    assert_eq!(agent.id.as_deref(), Some("assistant-1"));
    assert_eq!(
        value(&call.fields.summary).as_deref(),
        Some("A table for two was booked.\n\n{\"booked\":true}")
    );
    let transcript = call.transcript().expect("a transcript");
    let lines: Vec<_> = transcript
        .segments
        .iter()
        .map(|line| (line.speaker.clone(), line.text.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (Speaker::Agent, "How many guests?"),
            (Speaker::Caller, "Two.")
        ]
    );
    let analyzed = told(fixture!("analyzed.json"));
    assert_eq!(
        analyzed.facts.summary.as_deref(),
        Some("A table for two was booked.")
    );
}

#[test]
fn both_versions_and_flat_bodies_are_read() {
    let v1 = call(&[fixture!("initiated.json"), fixture!("hangup_v1.json")]);
    assert_eq!(v1.status(), Status::Ended);
    assert_eq!(
        value(&v1.fields.ended_at),
        Some(time("2026-03-01T10:05:07.39Z"))
    );
    let whole: Value = serde_json::from_str(fixture!("hangup.json")).expect("JSON");
    let without_data = whole["data"].to_string();
    assert_eq!(told(&without_data), told(fixture!("hangup.json")));
    let mut flat = whole["data"]["payload"].clone();
    for name in ["event_type", "occurred_at", "id"] {
        flat[name] = whole["data"][name].clone();
    }
    assert_eq!(told(&flat.to_string()), told(fixture!("hangup.json")));
}

#[test]
fn an_event_says_the_same_whichever_way_it_is_heard_of() {
    let at = time(ARRIVED);
    let account = telnyx();
    let whole: Value = serde_json::from_str(fixture!("hangup.json")).expect("JSON");
    let delivered = whole["data"].to_string();
    let wanted = told(fixture!("hangup.json"));
    assert_eq!(
        event(&account, snapshot("event", delivered.as_bytes(), at)),
        wanted
    );
    let item = fixture!("call_event.json");
    assert_eq!(
        event(&account, snapshot("call_event", item.as_bytes(), at)),
        wanted
    );
    assert_eq!(
        event(&account, snapshot("call", item.as_bytes(), at)),
        wanted,
        "imported"
    );

    let payload_only = changed(item, |item| {
        item["metadata"] = json!({"payload": item["metadata"]["event"]["payload"]});
    });
    assert_eq!(
        event(
            &account,
            snapshot("call_event", payload_only.as_bytes(), at)
        ),
        wanted
    );
    let bare = changed(item, |item| item["metadata"] = Value::Null);
    let told = event(&account, snapshot("call_event", bare.as_bytes(), at));
    assert_eq!(told.stamp, wanted.stamp);
    assert_eq!(told.pieces.legs[0].1.status, Some(Status::Ended));
}

#[test]
fn what_is_not_used_is_kept_with_its_reason() {
    for name in [
        "call.gather.ended",
        "call.playback.ended",
        "conference.created",
        "message.received",
        "call.ringing",
        "brand.new",
    ] {
        let body = changed(fixture!("hangup.json"), |body| {
            body["data"]["event_type"] = name.into();
        });
        let told = understand(&telnyx(), webhook(body.as_bytes(), time(ARRIVED)));
        let Ok(Understood::Ignored(reason)) = told else {
            panic!("{name}: {told:?}");
        };
        assert!(reason.contains(name), "{reason}");
    }
}

#[test]
fn an_event_that_names_no_session_is_asked_about_by_its_leg() {
    let body = changed(fixture!("hangup.json"), |body| {
        body["data"]["payload"]["call_session_id"] = Value::Null;
    });
    let told = understand(&telnyx(), webhook(body.as_bytes(), time(ARRIVED)));
    let Ok(Understood::Ask { calls, why }) = told else {
        panic!("{told:?}");
    };
    assert_eq!(calls, [ProviderCallId::new(LEG)]);
    assert!(why.contains("asked"), "{why}");

    let nothing = json!({"data": {"event_type": "call.hangup", "payload": {}}}).to_string();
    let told = understand(&telnyx(), webhook(nothing.as_bytes(), time(ARRIVED)));
    assert_eq!(
        told.expect_err("no call").path,
        "data.payload.call_session_id"
    );
    let told = understand(&telnyx(), webhook(b"{}", time(ARRIVED)));
    assert_eq!(told.expect_err("no event").path, "event_type");
}

#[test]
fn what_a_call_should_have_depends_on_how_it_went() {
    let expects = |call: &Call| provider("telnyx").expects(call);
    let ended = call(&[
        fixture!("initiated.json"),
        fixture!("answered.json"),
        fixture!("hangup.json"),
    ]);
    assert_eq!(missing(&ended, &expects(&ended), &[]), [Field::Cost]);
    let mut recorded = ended;
    recorded.apply(&told(fixture!("recording_saved.json")));
    let states = [RecordingState::Available(Reason::Queued)];
    assert_eq!(
        missing(&recorded, &expects(&recorded), &states),
        [Field::Cost, Field::Recording]
    );
    assert!(expects(&call(&[fixture!("answered.json")])).is_empty());
    let alone = call(&[fixture!("recording_saved.json")]);
    assert_eq!(expects(&alone), [Field::Recording]);
    let busy = changed(fixture!("hangup.json"), |body| {
        body["data"]["payload"]["hangup_cause"] = "user_busy".into();
    });
    let busy = call(&[fixture!("initiated.json"), &busy]);
    assert_eq!(missing(&busy, &expects(&busy), &[]), []);
}
