//! What Retell's documents mean.

use jiff::Timestamp;
use ringback_model::{
    Agent, Availability, Call, CallEvent, CallFacts, Cost, CostPart, Direction, EndedCode, Field,
    ProviderCallId, Reason, RecordingState, Segment, Source, Speaker, Status, StoragePolicy, Word,
    missing,
};
use ringback_providers::Understood;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::accounts::{account, at, event, provider, snapshot, understand, webhook};

const STARTED: &str = include_str!("../fixtures/retell/call_started.json");
pub(crate) const ENDED: &str = include_str!("../fixtures/retell/call_ended.json");
const ANALYZED: &str = include_str!("../fixtures/retell/call_analyzed.json");
const TRANSFER: &str = include_str!("../fixtures/retell/transfer_started.json");
const LIVE_TRANSCRIPT: &str = include_str!("../fixtures/retell/transcript_updated.json");
const ENDED_REGISTERED: &str = include_str!("../fixtures/retell/call_ended_registered.json");
const NOT_CONNECTED: &str = include_str!("../fixtures/retell/not_connected.json");
pub(crate) const GET_CALL: &str = include_str!("../fixtures/retell/get_call.json");

/// The begin and the end of the call in the fixtures, and when a document about it came.
const BEGAN: i64 = 1_760_000_000_000;
pub(crate) const END: i64 = 1_760_000_031_000;

pub(crate) fn arrived() -> Timestamp {
    at(END + 5_000)
}

pub(crate) fn told(body: &str) -> CallEvent {
    event(&account("retell", &[]), webhook(body.as_bytes(), arrived()))
}

pub(crate) fn asked(body: &str, at: Timestamp) -> CallEvent {
    event(
        &account("retell", &[]),
        snapshot("call", body.as_bytes(), at),
    )
}

pub(crate) fn listed(body: &str, at: Timestamp) -> CallEvent {
    event(
        &account("retell", &[]),
        snapshot("listed_call", body.as_bytes(), at),
    )
}

/// A fixture with its call changed.
pub(crate) fn changed(body: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(body).expect("a fixture is JSON");
    let call = if value.get("call").is_some() {
        &mut value["call"]
    } else {
        &mut value
    };
    change(call);
    value.to_string()
}

fn dollars(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub(crate) fn availability(event: &CallEvent) -> Option<Availability> {
    event
        .recordings
        .first()
        .and_then(|report| report.facts.availability)
}

pub(crate) fn link(event: &CallEvent) -> Option<(String, Option<Timestamp>)> {
    let link = event.recordings.first()?.link.as_ref()?;
    Some((link.url.reveal().to_string(), link.expires_at))
}

#[test]
fn a_call_that_started_goes_on() {
    let event = told(STARTED);
    assert_eq!(event.call.as_str(), "call_0001");
    assert_eq!(
        event.stamp.as_of,
        at(BEGAN),
        "the moment it speaks of, not its arrival"
    );
    assert_eq!(event.stamp.source, Source::Webhook);
    let facts = event.facts;
    assert_eq!(facts.status, Some(Status::Ongoing));
    assert_eq!(facts.direction, Some(Direction::Inbound));
    assert_eq!(facts.from.as_deref(), Some("+15550100"));
    assert_eq!(facts.to.as_deref(), Some("+15550199"));
    assert_eq!(facts.started_at, Some(at(BEGAN)));
    let agent = Agent {
        id: Some("agent_1".into()),
        name: None,
    };
    assert_eq!(facts.agent, Some(agent));
    assert_eq!(facts.ended_at, None);
    assert!(
        event.recordings.is_empty(),
        "nothing is said of a recording while it goes on"
    );
}

#[test]
fn a_call_that_ended_brings_all_but_its_analysis() {
    let event = told(ENDED);
    assert_eq!(event.stamp.as_of, at(END));
    let facts = &event.facts;
    assert_eq!(facts.status, Some(Status::Ended));
    assert_eq!(facts.ended_at, Some(at(END)));
    assert_eq!(facts.duration_ms, Some(31_000));
    let reason = facts.ended_reason.as_ref().expect("told");
    assert_eq!(
        (reason.code, reason.raw.as_str()),
        (EndedCode::CallerHangup, "user_hangup")
    );
    assert_eq!(
        facts.cost,
        Some(Cost {
            amount: dollars("0.052183"),
            currency: "USD".into(),
            provisional: true,
            parts: vec![CostPart {
                name: "elevenlabs_tts".into(),
                amount: dollars("0.036")
            }],
        }),
        "cents become dollars, to the digit"
    );
    let e2e = facts.latency.as_ref().expect("told").0["e2e"];
    assert_eq!(
        (e2e.p50, e2e.p90, e2e.p95, e2e.p99),
        (Some(812.0), Some(1010.5), None, None)
    );
    let transcript = facts.transcript.as_ref().expect("told");
    assert!(transcript.is_final);
    assert_eq!(
        transcript.segments,
        [Segment {
            speaker: Speaker::Agent,
            start_ms: Some(400),
            end_ms: Some(700),
            text: "Hi".into(),
            words: vec![Word {
                text: "Hi".into(),
                start_ms: 400,
                end_ms: 700
            }],
        }]
    );
    assert_eq!(facts.summary, None);
    assert_eq!(availability(&event), Some(Availability::Available));
    assert_eq!(event.recordings[0].facts.channels, Some(2));
    let (url, expires_at) = link(&event).expect("a link");
    assert_eq!(url, "https://cdn.example/a/recording_multichannel.wav");
    assert_eq!(expires_at, None, "links that are not signed do not die");
}

#[test]
fn the_analysis_comes_after_the_end() {
    let event = told(ANALYZED);
    assert_eq!(
        event.stamp.as_of,
        arrived(),
        "without an end it speaks of its arrival"
    );
    let facts = &event.facts;
    assert_eq!(facts.status, Some(Status::Ended));
    assert_eq!(facts.summary.as_deref(), Some("Short greeting."));
    assert_eq!(facts.sentiment.as_deref(), Some("neutral"));
    assert_eq!(facts.successful, Some(true));
    let with_end = changed(ANALYZED, |call| call["end_timestamp"] = END.into());
    assert_eq!(told(&with_end).stamp.as_of, at(END + 1));
}

#[test]
fn the_documented_sample_with_a_registered_status_ends_the_call_all_the_same() {
    assert_eq!(told(ENDED_REGISTERED).facts.status, Some(Status::Ended));
    let by_api = changed(ENDED_REGISTERED, |_| ());
    let call = serde_json::from_str::<Value>(&by_api).expect("JSON")["call"].to_string();
    assert_eq!(asked(&call, arrived()).facts.status, Some(Status::Ended));
}

#[test]
fn a_call_that_never_connected_is_told_by_its_end_alone() {
    let event = told(NOT_CONNECTED);
    assert_eq!(event.stamp.as_of, arrived());
    let facts = &event.facts;
    assert_eq!(facts.status, Some(Status::NotConnected));
    assert_eq!(
        facts.ended_reason.as_ref().expect("told").code,
        EndedCode::Busy
    );
    assert_eq!(
        (facts.started_at, facts.ended_at, facts.duration_ms),
        (None, None, None)
    );
    let cost = facts.cost.as_ref().expect("told");
    assert!(cost.amount.is_zero() && !cost.provisional);
    let absent = Availability::Absent(Reason::NotConnected);
    assert_eq!(availability(&event), Some(absent));
    // The same where the status does not say it.
    for reason in [
        "dial_failed",
        "dial_no_answer",
        "invalid_destination",
        "telephony_provider_unavailable",
    ] {
        let body = changed(NOT_CONNECTED, |call| {
            call.as_object_mut()
                .expect("an object")
                .remove("call_status");
            call["disconnection_reason"] = reason.into();
        });
        assert_eq!(
            told(&body).facts.status,
            Some(Status::NotConnected),
            "{reason}"
        );
    }
}

#[test]
fn every_status_of_the_api_has_its_word() {
    for (word, status) in [
        ("registered", Some(Status::Scheduled)),
        ("ongoing", Some(Status::Ongoing)),
        ("ended", Some(Status::Ended)),
        ("not_connected", Some(Status::NotConnected)),
        ("error", Some(Status::Failed)),
        ("brand_new", None),
    ] {
        let body = json!({"call_id": "call_1", "call_status": word}).to_string();
        assert_eq!(asked(&body, arrived()).facts.status, status, "{word}");
    }
}

#[test]
fn reasons_get_a_shared_word_and_keep_their_own() {
    for (raw, code) in [
        ("user_hangup", EndedCode::CallerHangup),
        ("agent_hangup", EndedCode::AgentHangup),
        ("call_transfer", EndedCode::Transferred),
        ("transfer_bridged", EndedCode::Transferred),
        ("voicemail_reached", EndedCode::Voicemail),
        ("machine_detected", EndedCode::Voicemail),
        ("inactivity", EndedCode::Inactivity),
        ("max_duration_reached", EndedCode::MaxDuration),
        ("dial_busy", EndedCode::Busy),
        ("dial_no_answer", EndedCode::NoAnswer),
        ("dial_failed", EndedCode::Error),
        ("telephony_provider_permission_denied", EndedCode::Error),
        ("error_llm_websocket_open", EndedCode::Error),
        ("error_brand_new", EndedCode::Error),
        ("something_else", EndedCode::Unknown),
    ] {
        let body = changed(ENDED, |call| call["disconnection_reason"] = raw.into());
        let reason = told(&body).facts.ended_reason.expect("told");
        assert_eq!((reason.code, reason.raw.as_str()), (code, raw));
    }
}

#[test]
fn a_transfer_tells_nothing_that_is_not_in_it() {
    let event = told(TRANSFER);
    assert_eq!(event.facts, CallFacts::default());
    assert!(event.recordings.is_empty());
    let ended = changed(TRANSFER, |call| {
        call["transfer_end_timestamp"] = (END + 60_000).into()
    })
    .replace("transfer_started", "transfer_ended");
    assert_eq!(told(&ended).stamp.as_of, at(END + 60_000));
    for event in ["transfer_bridged", "transfer_cancelled"] {
        assert_eq!(
            told(&TRANSFER.replace("transfer_started", event))
                .call
                .as_str(),
            "call_0001"
        );
    }
}

#[test]
fn a_transcript_on_the_way_is_live_and_as_of_its_arrival() {
    let event = told(LIVE_TRANSCRIPT);
    assert_eq!(event.stamp.as_of, arrived());
    assert_eq!(event.facts.status, Some(Status::Ongoing));
    let transcript = event.facts.transcript.expect("told");
    assert!(!transcript.is_final);
    assert_eq!(transcript.segments.len(), 2);
    assert_eq!(transcript.segments[1].start_ms, None);
}

#[test]
fn the_api_tells_a_call_whole() {
    let event = asked(GET_CALL, at(END + 1_000_000));
    assert_eq!(event.stamp.source, Source::Snapshot);
    assert_eq!(event.stamp.as_of, at(END + 1_000_000));
    let facts = &event.facts;
    assert_eq!(facts.direction, Some(Direction::Outbound));
    assert_eq!(
        facts.carrier_call_id.as_deref(),
        Some("CA00000000000000000000000000000009")
    );
    assert_eq!(facts.billed_ms, Some(62_000), "62 s are charged for");
    assert_eq!(facts.storage_policy, Some(StoragePolicy::Everything));
    assert_eq!(
        facts.agent.as_ref().and_then(|agent| agent.name.as_deref()),
        Some("Desk")
    );
    let cost = facts.cost.as_ref().expect("told");
    assert_eq!(cost.amount, dollars("0.105"));
    assert!(!cost.provisional, "the analysis is done");
    let names: Vec<_> = cost.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["llm", "telephony (transfer leg)"]);
    assert_eq!(cost.gap(), Some(Decimal::ZERO));
    let latency = &facts.latency.as_ref().expect("told").0;
    assert_eq!(
        latency.keys().collect::<Vec<_>>(),
        ["e2e", "llm"],
        "nothing is not a figure"
    );
    assert_eq!(latency["e2e"].p99, Some(1500.25));

    let segments = &facts.transcript.as_ref().expect("told").segments;
    let spoken: Vec<_> = segments
        .iter()
        .map(|segment| {
            (
                segment.speaker.clone(),
                segment.text.as_str(),
                segment.start_ms,
            )
        })
        .collect();
    let named = |name: &str| Speaker::Named(name.into());
    assert_eq!(
        spoken,
        [
            (Speaker::Agent, "Good morning", Some(250)),
            (
                Speaker::Caller,
                "I want to move my appointment.",
                Some(1_200)
            ),
            (Speaker::System, "move appointment", None),
            (Speaker::Tool, "find_slot({\"day\": )", None),
            (Speaker::Tool, "Monday 10:00", None),
            (Speaker::System, "[5]", None),
            (Speaker::System, "Your code is on its way", Some(12_500)),
            (
                named("transfer_target"),
                "Front desk speaking",
                Some(50_000)
            ),
            (named("brand_new_role"), "something", None),
        ]
    );
    assert_eq!(segments[0].words[1].end_ms, 900);

    let text = format!(
        "{event:?}{}",
        serde_json::to_string(&event.facts).expect("JSON")
    );
    assert!(!text.contains("token-that-nobody-may-see"));
}

#[test]
fn a_plain_transcript_is_read_by_its_lines() {
    let body = changed(ENDED, |call| {
        call.as_object_mut()
            .expect("an object")
            .remove("transcript_object");
        call["transcript"] =
            "Agent: Hi\nUser: Hello\nand good morning\n\nAgent: \nAgent: Bye".into();
    });
    let segments = told(&body).facts.transcript.expect("told").segments;
    let spoken: Vec<_> = segments
        .iter()
        .map(|s| (s.speaker.clone(), s.text.as_str()))
        .collect();
    assert_eq!(
        spoken,
        [
            (Speaker::Agent, "Hi"),
            (Speaker::Caller, "Hello\nand good morning"),
            (Speaker::Agent, "Bye"),
        ]
    );
}

#[test]
fn no_words_are_no_transcript() {
    let body = changed(ENDED, |call| {
        call["transcript"] = "".into();
        call["transcript_object"] = json!([]);
    });
    assert_eq!(told(&body).facts.transcript, None);
}

#[test]
fn web_calls_have_no_numbers() {
    let body = changed(STARTED, |call| {
        let call = call.as_object_mut().expect("an object");
        for name in ["direction", "from_number", "to_number"] {
            call.remove(name);
        }
        call.insert("call_type".into(), "web_call".into());
    });
    let facts = told(&body).facts;
    assert_eq!(
        (facts.direction, facts.from, facts.to),
        (Some(Direction::Web), None, None)
    );
}

#[test]
fn other_envelopes_and_times_as_texts_are_understood() {
    let call = json!({"call_id": "call_1", "call_status": "ended",
        "start_timestamp": "2025-10-09T08:53:20.000Z", "end_timestamp": "1760000031000", "duration_ms": "31000"});
    let mut flat = call.clone();
    flat["event"] = "call_ended".into();
    for body in [
        json!({"event": "call_ended", "call": call}),
        json!({"event": "call_ended", "data": call}),
        json!({"event": "call_ended", "data": {"call": call}}),
        flat,
    ] {
        let event = told(&body.to_string());
        assert_eq!(event.call.as_str(), "call_1", "{body}");
        assert_eq!(event.facts.started_at, Some(at(BEGAN)), "{body}");
        assert_eq!(event.facts.ended_at, Some(at(END)), "{body}");
        assert_eq!(event.facts.duration_ms, Some(31_000), "{body}");
    }
}

#[test]
fn kinds_that_are_not_used_say_why() {
    let account = account("retell", &[]);
    for body in [
        r#"{"event":"chat_ended","chat":{"chat_id":"chat_1"}}"#,
        r#"{"event":"call_dreamt","call":{"call_id":"call_1"}}"#,
    ] {
        let understood = understand(&account, webhook(body.as_bytes(), arrived()));
        assert!(
            matches!(understood, Ok(Understood::Ignored(_))),
            "{body}: {understood:?}"
        );
    }
}

#[test]
fn what_cannot_be_understood_says_where() {
    let account = account("retell", &[]);
    for (body, path) in [
        ("", "body"),
        ("[]", "body"),
        ("{}", "event"),
        (r#"{"event": 7}"#, "event"),
        (r#"{"event":"call_ended"}"#, "call"),
        (r#"{"event":"call_ended","call":[]}"#, "call"),
        (r#"{"event":"call_ended","call":{}}"#, "call.call_id"),
        (
            r#"{"event":"call_ended","call":{"call_id":7}}"#,
            "call.call_id",
        ),
    ] {
        let misunderstood = understand(&account, webhook(body.as_bytes(), arrived()));
        assert_eq!(
            misunderstood.map_err(|error| error.path),
            Err(path.to_owned()),
            "{body}"
        );
    }
}

#[test]
fn a_field_of_a_wrong_type_does_not_take_the_rest_with_it() {
    let body = changed(ENDED, |call| {
        call["duration_ms"] = json!({"a": 1});
        call["from_number"] = 15_550_100.into();
        call["transcript_object"] = "none".into();
        call["call_cost"]["combined_cost"] = json!([]);
        call["latency"] = "fast".into();
        call["recording_multi_channel_url"] = "no url".into();
    });
    let event = told(&body);
    let facts = &event.facts;
    assert_eq!(facts.status, Some(Status::Ended));
    assert_eq!(
        (facts.duration_ms, &facts.from, &facts.cost, &facts.latency),
        (None, &None, &None, &None)
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
        "https://cdn.example/a/recording.wav"
    );
}

#[test]
fn the_cost_of_a_call_that_is_never_analysed_stands_after_an_hour() {
    let body = changed(GET_CALL, |call| {
        call.as_object_mut()
            .expect("an object")
            .remove("call_analysis");
    });
    let provisional = |ms: i64| {
        asked(&body, at(1_760_000_061_500 + ms))
            .facts
            .cost
            .expect("told")
            .provisional
    };
    assert!(provisional(60_000));
    assert!(!provisional(3_600_001));
}

fn call_of(bodies: &[&str]) -> Call {
    let mut call = Call::new(ProviderCallId::new("call_0001"));
    for body in bodies {
        call.apply(&told(body));
    }
    call
}

#[test]
fn what_is_missing_follows_from_what_the_call_is() {
    let retell = provider("retell");
    let lacks = |call: &Call, recordings: &[RecordingState]| {
        missing(call, &retell.expects(call), recordings)
    };

    assert!(
        retell.expects(&call_of(&[STARTED])).is_empty(),
        "nothing is due while it goes on"
    );
    let ended = call_of(&[STARTED, ENDED]);
    assert_eq!(
        lacks(&ended, &[RecordingState::Downloading]),
        [
            Field::Sentiment,
            Field::Successful,
            Field::Summary,
            Field::Recording
        ]
    );
    let analyzed = call_of(&[STARTED, ENDED, ANALYZED]);
    assert!(lacks(&analyzed, &[RecordingState::Ready]).is_empty());
    assert!(lacks(&call_of(&[NOT_CONNECTED]), &[]).is_empty());

    let unkept = changed(ENDED, |call| {
        call["data_storage_setting"] = "basic_attributes_only".into();
        for name in [
            "transcript",
            "transcript_object",
            "recording_url",
            "recording_multi_channel_url",
        ] {
            call.as_object_mut().expect("an object").remove(name);
        }
    });
    assert_eq!(
        lacks(&call_of(&[&unkept]), &[]),
        [Field::Sentiment, Field::Successful],
        "what may not be kept is not missing"
    );
}

#[test]
fn an_end_that_overtakes_the_start_stays_the_end() {
    let mut in_order = call_of(&[STARTED, LIVE_TRANSCRIPT, ENDED, ANALYZED]);
    let jumbled = call_of(&[ANALYZED, ENDED, ENDED, STARTED, LIVE_TRANSCRIPT, TRANSFER]);
    assert_eq!(jumbled.status(), Status::Ended);
    in_order.apply(&told(TRANSFER));
    assert_eq!(in_order, jumbled);
}
