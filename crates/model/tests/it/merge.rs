//! Any order and any repetition of the same reports gives the same call.

use proptest::prelude::*;
use ringback_model::{
    Call, CallEvent, CallFacts, ProviderCallId, Source, Status, TranscriptOutlook,
};
use serde_json::Value;

use crate::events::{cost, event, reports, stamp, transcript, turn};

fn merged(events: &[CallEvent]) -> Call {
    let mut call = Call::new(ProviderCallId::new("call_1"));
    for event in events {
        call.apply(event);
    }
    call
}

/// Equal to the last byte, because calls are compared and stored as text too.
fn text(call: &Call) -> String {
    serde_json::to_string(call).expect("a call is JSON")
}

fn reports_in_two_orders() -> impl Strategy<Value = (Vec<CallEvent>, Vec<CallEvent>)> {
    prop::collection::vec(reports(), 1..8).prop_flat_map(|events| {
        let picks = prop::collection::vec(any::<prop::sample::Index>(), 0..8);
        let again = events.clone();
        let jumbled = picks.prop_flat_map(move |picks| {
            let mut jumbled = again.clone();
            jumbled.extend(picks.iter().map(|pick| pick.get(&again).clone()));
            Just(jumbled).prop_shuffle()
        });
        (Just(events), jumbled)
    })
}

/// The fields of a call that have a value.
fn told_fields(call: &Call) -> Vec<String> {
    let fields = serde_json::to_value(&call.fields).expect("fields are JSON");
    let Value::Object(fields) = fields else {
        panic!("fields are an object");
    };
    fields.into_iter().map(|(name, _)| name).collect()
}

proptest! {
    #[test]
    fn any_order_and_any_repetition_gives_the_same_call((events, jumbled) in reports_in_two_orders()) {
        prop_assert_eq!(text(&merged(&events)), text(&merged(&jumbled)));
    }

    #[test]
    fn whoever_keeps_a_call_only_when_something_moved_keeps_the_same_call((_, events) in reports_in_two_orders()) {
        let mut kept = Call::new(ProviderCallId::new("call_1"));
        for event in &events {
            let mut call = kept.clone();
            let changes = call.apply(event);
            if !changes.is_empty() || changes.stamps {
                kept = call;
            }
        }
        prop_assert_eq!(text(&kept), text(&merged(&events)));
    }

    #[test]
    fn two_who_heard_different_things_agree_after_telling_each_other(
        events in prop::collection::vec(reports(), 0..8),
        middle in any::<prop::sample::Index>(),
    ) {
        let (one, other) = events.split_at(middle.index(events.len() + 1));
        let (one, other) = (merged(one), merged(other));
        let mut joined = one.clone();
        joined.join(other.clone());
        prop_assert_eq!(text(&joined), text(&merged(&events)));
        let mut the_other_way = other;
        the_other_way.join(one);
        prop_assert_eq!(text(&joined), text(&the_other_way));
    }

    #[test]
    fn what_is_over_never_goes_on_again(events in prop::collection::vec(reports(), 1..8)) {
        let mut call = Call::new(ProviderCallId::new("call_1"));
        let mut was_over = false;
        for event in &events {
            call.apply(event);
            let told = call.fields.status.as_ref().map(|told| told.value);
            let is_over = told.is_some_and(Status::is_terminal);
            prop_assert!(is_over || !was_over, "it was over and is {told:?}");
            was_over = is_over;
        }
    }

    #[test]
    fn what_was_told_once_is_never_lost(events in prop::collection::vec(reports(), 1..8)) {
        let mut call = Call::new(ProviderCallId::new("call_1"));
        for event in &events {
            let before = told_fields(&call);
            call.apply(event);
            let after = told_fields(&call);
            prop_assert!(before.iter().all(|name| after.contains(name)));
        }
    }

    #[test]
    fn hearing_it_again_changes_nothing_and_says_so(events in prop::collection::vec(reports(), 1..8)) {
        let mut call = merged(&events);
        let before = text(&call);
        for event in &events {
            let changes = call.apply(event);
            prop_assert!(changes.is_empty(), "{changes:?}");
        }
        prop_assert_eq!(before, text(&call));
    }

    #[test]
    fn the_named_changes_are_the_fields_whose_value_is_another_one(
        events in prop::collection::vec(reports(), 0..5),
        last in reports(),
    ) {
        let before = merged(&events);
        let mut after = before.clone();
        let changes = after.apply(&last);
        let values = |call: &Call| {
            let mut fields = serde_json::to_value(&call.fields).expect("fields are JSON");
            for (_, told) in fields.as_object_mut().expect("an object") {
                *told = told["value"].take();
            }
            fields
        };
        let (old, new) = (values(&before), values(&after));
        for (name, value) in new.as_object().expect("an object") {
            let changed = old.get(name) != Some(value);
            let is_named = changes.fields.contains(&name.as_str());
            // 1.0 and 1.00 are one amount; writing it differently is no change to tell.
            prop_assert!(changed == is_named || (name == "cost" && !is_named), "{name}");
        }
    }

    #[test]
    fn a_report_of_nothing_changes_nothing(events in prop::collection::vec(reports(), 0..5), second in 0i64..9) {
        let mut call = merged(&events);
        let before = text(&call);
        let changes = call.apply(&event(stamp(second, Source::Snapshot), CallFacts::default()));
        prop_assert!(changes.is_empty());
        prop_assert_eq!(before, text(&call));
    }

    #[test]
    fn a_call_survives_being_written_down(events in prop::collection::vec(reports(), 0..5)) {
        let call = merged(&events);
        let read: Call = serde_json::from_str(&text(&call)).expect("reads what it wrote");
        prop_assert_eq!(text(&read), text(&call));
    }
}

#[test]
fn late_corrections_of_cost_and_duration_stand() {
    let facts = |amount, duration_ms| CallFacts {
        cost: Some(cost(amount)),
        duration_ms: Some(duration_ms),
        ..CallFacts::default()
    };
    let first = event(stamp(100, Source::Webhook), facts("0.05", 31_000));
    let corrected = event(stamp(7_300, Source::Snapshot), facts("0.06", 31_500));
    for order in [[&first, &corrected], [&corrected, &first]] {
        let call = merged(&order.map(Clone::clone));
        assert_eq!(call.cost(), Some(cost("0.06")));
        assert_eq!(call.fields.duration_ms.expect("told").value, 31_500);
    }
}

#[test]
fn a_snapshot_beats_a_webhook_of_the_same_moment_and_not_one_of_a_later_moment() {
    let facts = |summary: &str| CallFacts {
        summary: Some(summary.into()),
        ..CallFacts::default()
    };
    let webhook = |second| event(stamp(second, Source::Webhook), facts("by webhook"));
    let snapshot = event(stamp(100, Source::Snapshot), facts("by snapshot"));
    for (second, winner) in [
        (99, "by snapshot"),
        (100, "by snapshot"),
        (101, "by webhook"),
    ] {
        for order in [
            [webhook(second), snapshot.clone()],
            [snapshot.clone(), webhook(second)],
        ] {
            let summary = merged(&order).fields.summary.expect("told").value;
            assert_eq!(summary, winner, "webhook at {second}");
        }
    }
}

#[test]
fn a_final_transcript_stands_against_a_later_live_one() {
    let told = |second, is_final, text| {
        let facts = CallFacts {
            transcript: Some(transcript(is_final, text)),
            ..CallFacts::default()
        };
        event(stamp(second, Source::Webhook), facts)
    };
    let call = merged(&[told(100, true, "whole"), told(200, false, "half")]);
    assert!(call.fields.transcript.expect("told").value.is_final);
    let call = merged(&[told(100, false, "half"), told(200, false, "more")]);
    let segments = call.fields.transcript.expect("told").value.segments;
    assert_eq!(segments[0].text, "more");
}

fn told_turn(second: i64, start_ms: u64, text: &str) -> CallEvent {
    let mut event = event(stamp(second, Source::Webhook), CallFacts::default());
    event.turns.push(turn(start_ms, text).into());
    event
}

#[test]
fn turns_that_are_told_one_by_one_add_up_until_the_transcript_of_the_whole_takes_their_place() {
    let mut call = Call::new(ProviderCallId::new("call_1"));
    assert_eq!(call.transcript(), None);
    for (second, start_ms, text) in [(3, 900, "third"), (1, 100, "first"), (2, 500, "second")] {
        let changes = call.apply(&told_turn(second, start_ms, text));
        assert_eq!((changes.fields, changes.pieces), (vec!["transcript"], true));
    }
    assert!(
        call.apply(&told_turn(9, 500, "second")).is_empty(),
        "told again"
    );
    let words = call.transcript().expect("told");
    let texts: Vec<_> = words
        .segments
        .iter()
        .map(|turn| turn.text.as_str())
        .collect();
    assert_eq!(
        (texts, words.is_final),
        (vec!["first", "second", "third"], false)
    );

    let whole = CallFacts {
        transcript: Some(transcript(true, "Everything")),
        ..CallFacts::default()
    };
    let changes = call.apply(&event(stamp(0, Source::Snapshot), whole));
    assert_eq!(changes.fields, ["transcript"]);
    assert!(
        call.apply(&told_turn(9, 1_300, "late")).is_empty(),
        "it says nothing more"
    );
    let words = call.transcript().expect("told");
    assert_eq!(
        (words.segments[0].text.as_str(), words.is_final),
        ("Everything", true)
    );
}

#[test]
fn who_looked_into_an_empty_transcript_knows_more_than_who_heard_of_it() {
    let told = |second, outlook| {
        let facts = CallFacts {
            transcript_outlook: Some(outlook),
            ..CallFacts::default()
        };
        event(stamp(second, Source::Snapshot), facts)
    };
    let (heard, looked) = (
        told(9, TranscriptOutlook::Promised),
        told(1, TranscriptOutlook::Empty),
    );
    let call = merged(&[looked, heard]);
    let stands = call.fields.transcript_outlook.map(|told| told.value);
    assert_eq!(stands, Some(TranscriptOutlook::Empty));
    let call = merged(&[
        told(1, TranscriptOutlook::Promised),
        told(2, TranscriptOutlook::Absent),
    ]);
    let stands = call.fields.transcript_outlook.map(|told| told.value);
    assert_eq!(stands, Some(TranscriptOutlook::Absent));
}

#[test]
fn the_recordings_of_a_leg_that_stood_alone_say_which_leg_they_are_of() {
    use ringback_model::{
        Availability, CallEvent, LegId, RecordingFacts, RecordingKey, RecordingReport, Source,
        Stamp,
    };
    let stamp = |second: i64| Stamp {
        as_of: jiff::Timestamp::from_second(second).expect("in range"),
        source: Source::Webhook,
    };
    let told = |call: &str, leg: Option<&str>| {
        let mut event = CallEvent::new(ProviderCallId::new(call), stamp(10));
        event.recordings.push(RecordingReport {
            key: RecordingKey::new("RE1"),
            facts: RecordingFacts {
                availability: Some(Availability::Available),
                channels: Some(2),
                leg: leg.map(LegId::new),
                ..RecordingFacts::default()
            },
            link: None,
        });
        event
    };
    let mut alone = Call::new(ProviderCallId::new("leg"));
    alone.apply(&told("leg", None));
    let mut whole = Call::new(ProviderCallId::new("root"));
    let keys = whole.take_over(&alone, stamp(20));
    assert_eq!(keys, [RecordingKey::new("RE1")]);

    let mut at_once = Call::new(ProviderCallId::new("root"));
    at_once.apply(&told("root", Some("leg")));
    assert_eq!(whole, at_once, "whichever is heard of first");
}
