//! Any part of a call may come first, alone, late or twice: the call is the same in the end.

use std::sync::LazyLock;

use proptest::{prelude::*, sample::Index};
use ringback_model::{Call, CallEvent, ProviderCallId, Status};
use serde_json::{Value, json};

use crate::custom_events::told;

/// The events of one call, and each of its fields once more by itself, a moment after the event that
/// it is taken from.
static PARTS: LazyLock<Vec<CallEvent>> = LazyLock::new(|| {
    let whole = [
        include_str!("../fixtures/custom/ongoing.json"),
        include_str!("../fixtures/custom/ended.json"),
        include_str!("../fixtures/custom/analyzed.json"),
        include_str!("../fixtures/custom/recording.json"),
        include_str!("../fixtures/custom/transcript.json"),
    ];
    let mut parts: Vec<CallEvent> = whole.into_iter().map(told).collect();
    for (index, body) in whole.into_iter().enumerate() {
        let event: Value = serde_json::from_str(body).expect("JSON");
        let timestamp = event["timestamp"].as_str().expect("a time");
        let later = timestamp.replace(".000Z", &format!(".{index}01Z"));
        for (name, value) in event["data"]["call"].as_object().expect("an object") {
            let call = json!({"provider_call_id": "CA0001", name: value});
            let alone = json!({"type": "call.updated", "timestamp": later, "data": {"call": call}});
            parts.push(told(&alone.to_string()));
        }
    }
    // Two contradicting reports of one moment, a link that is told anew, and one without a time.
    for body in [
        json!({"timestamp": "2026-03-01T10:00:34Z", "data": {"call": {"provider_call_id": "CA0001",
            "status": "failed", "duration_ms": 1}}}),
        json!({"timestamp": "2026-03-01T10:20:00Z", "data": {"call": {"provider_call_id": "CA0001"},
            "recording": {"provider_recording_id": "RE0001", "url": "https://b.example/b.mp3"}}}),
        json!({"data": {"call": {"provider_call_id": "CA0001", "from": "+15005550111"},
            "recording": {"provider_recording_id": "RE0002", "state": "expected"}}}),
    ] {
        parts.push(told(&body.to_string()));
    }
    parts
});

fn call_of<'a>(events: impl IntoIterator<Item = &'a CallEvent>) -> Call {
    let mut call = Call::new(ProviderCallId::new("CA0001"));
    for event in events {
        assert_eq!(event.call, call.provider_call_id);
        call.apply(event);
    }
    call
}

fn text(call: &Call) -> String {
    serde_json::to_string(call).expect("JSON")
}

proptest! {
    #[test]
    fn every_order_and_number_of_the_parts_gives_the_same_call(
        order in Just((0..PARTS.len()).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec((any::<Index>(), any::<Index>()), 0..40),
    ) {
        let mut order = order;
        for (which, where_to) in again {
            let place = where_to.index(order.len() + 1);
            order.insert(place, which.index(PARTS.len()));
        }
        let jumbled = call_of(order.iter().map(|index| &PARTS[*index]));
        let in_order = call_of(PARTS.iter());
        prop_assert_eq!(text(&jumbled), text(&in_order));
        prop_assert!(jumbled.status().is_terminal());
    }
}

#[test]
fn what_stands_in_the_end_is_what_was_told_last_of_each_field() {
    let call = call_of(PARTS.iter());
    let fields = &call.fields;
    assert_eq!(fields.from.as_ref().expect("told").value, "+15005550111");
    assert_eq!(
        fields.cost.as_ref().expect("told").value.amount.to_string(),
        "0.06"
    );
    assert!(fields.transcript.as_ref().expect("told").value.is_final);
    assert_eq!(call.recordings.len(), 2);
    let ended = call_of([&PARTS[1], &PARTS[0]]);
    assert_eq!(
        ended.status(),
        Status::Ended,
        "an older event does not wake it"
    );
    let linked = call_of([&PARTS[3]]);
    assert_eq!(linked.status(), Status::Ended, "what is recorded is over");
}
