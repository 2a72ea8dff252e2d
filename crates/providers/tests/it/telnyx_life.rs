//! A whole session's reports, from every source, in every order and number: one call comes of it.

use std::sync::LazyLock;

use proptest::prelude::*;
use ringback_model::{Call, CallEvent, EndedCode, Status};
use serde_json::{Value, json};

use crate::{
    accounts::{events, snapshot, time, webhook},
    telnyx_events::{RECORDING, call_of, fixture, telnyx, told, value},
};

const LATER: &str = "2026-03-01T12:00:00Z";

/// Webhooks, the same again out of other lists, recordings, records, a standing.
static LIFE: LazyLock<Vec<CallEvent>> = LazyLock::new(|| {
    let bodies = [
        fixture!("initiated.json"),
        fixture!("answered.json"),
        fixture!("further_initiated.json"),
        fixture!("further_answered.json"),
        fixture!("bridged.json"),
        fixture!("further_hangup.json"),
        fixture!("hangup.json"),
        fixture!("hangup_v1.json"),
        fixture!("cost.json"),
        fixture!("recording_saved.json"),
        fixture!("recording_transcription.json"),
        fixture!("transcription.json"),
        fixture!("transcription_outbound.json"),
        fixture!("conversation_ended.json"),
        fixture!("insights.json"),
        fixture!("ai_gather.json"),
    ];
    let mut life: Vec<_> = bodies.into_iter().map(told).collect();
    let recording: Value = serde_json::from_str(fixture!("recording.json")).expect("JSON");
    let page = json!({"recordings": [recording]}).to_string();
    for (kind, body) in [
        ("call_event", fixture!("call_event.json")),
        ("call_status", fixture!("call.json")),
        ("listed_active_call", fixture!("active_call.json")),
        ("recordings", &page),
        ("transcriptions", fixture!("transcriptions.json")),
        ("detail_record", fixture!("detail_record.json")),
        ("detail_record", fixture!("trunk_record.json")),
    ] {
        life.extend(events(
            &telnyx(),
            snapshot(kind, body.as_bytes(), time(LATER)),
        ));
    }
    life.extend(events(
        &telnyx(),
        ringback_providers::Document {
            content_type: Some("application/x-www-form-urlencoded"),
            ..webhook(fixture!("completed.form").as_bytes(), time(LATER))
        },
    ));
    life
});

fn text(call: &Call) -> String {
    serde_json::to_string(call).expect("JSON")
}

#[test]
fn everything_together_is_the_call_as_it_was() {
    let call = call_of(&LIFE);
    let fields = &call.fields;
    assert_eq!(call.status(), Status::Ended);
    assert_eq!(value(&fields.from).as_deref(), Some("+15550100001"));
    assert_eq!(
        value(&fields.started_at),
        Some(time("2026-03-01T09:59:58Z"))
    );
    assert_eq!(
        value(&fields.answered_at),
        Some(time("2026-03-01T10:00:02.5Z"))
    );
    let reason = value(&fields.ended_reason).expect("a reason");
    assert_eq!(reason.code, EndedCode::CallerHangup);
    assert_eq!(call.legs.len(), 1);
    assert_eq!(call.cost().expect("a cost").amount.to_string(), "0.022");
    let transcript = call.transcript().expect("a transcript");
    assert_eq!(transcript.segments.len(), 2, "the lines, with both voices");
    let named: Vec<_> = call
        .recordings
        .keys()
        .filter_map(|key| key.provider_id())
        .collect();
    assert_eq!(named, [RECORDING]);
    let unnamed: Vec<_> = call
        .recordings
        .keys()
        .filter_map(|key| call.named(key))
        .collect();
    assert_eq!(unnamed.len(), 1, "reported twice, and one recording");
}

proptest! {
    #[test]
    fn every_order_and_repetition_of_a_sessions_reports_gives_the_same_call(
        shuffled in Just((0..LIFE.len()).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let extra = again.iter().map(|index| index.index(LIFE.len()));
        let jumbled: Vec<_> = extra.chain(shuffled).map(|index| LIFE[index].clone()).collect();
        prop_assert_eq!(text(&call_of(&jumbled)), text(&call_of(&LIFE)));
    }

    #[test]
    fn what_is_lost_can_be_brought_in_later(
        heard in prop::collection::vec(any::<bool>(), LIFE.len()),
    ) {
        let (first, second): (Vec<_>, Vec<_>) =
            LIFE.iter().zip(&heard).partition(|(_, heard)| **heard);
        let events: Vec<_> = first.into_iter().chain(second).map(|(event, _)| event.clone()).collect();
        prop_assert_eq!(text(&call_of(&events)), text(&call_of(&LIFE)));
    }
}
