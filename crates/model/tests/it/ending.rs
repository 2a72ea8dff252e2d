//! When a call that is told in pieces is over.

use proptest::{option, prelude::*, sample::select};
use ringback_model::{CallEvent, CallFacts, Direction, LegFacts, LegId, Side, Source, Status};

use crate::{
    events::{at, event, stamp},
    pieces::{answered, call_of, hung_up, initiated, leg, transferred},
};

fn sign_of_life(second: i64, id: &str) -> CallEvent {
    let facts = LegFacts {
        alive_at: Some(at(second)),
        ..LegFacts::default()
    };
    leg(second, id, facts)
}

#[test]
fn a_further_leg_that_nobody_took_ends_nothing() {
    let mut events = transferred();
    events.remove(3);
    events[3] = hung_up(30, "further", Status::NotConnected, Side::Calling);
    let call = call_of(&events[..4]);
    assert_eq!(call.status(), Status::Ongoing);
    assert_eq!(
        (call.fields.ended_reason, call.fields.ended_at),
        (None, None)
    );
    assert_eq!(call_of(&events).status(), Status::Ended);
}

#[test]
fn the_end_of_a_connected_leg_is_the_end_unless_another_is_heard_of_after_it() {
    let events = transferred();
    let mut call = call_of(&events[..5]);
    assert_eq!(call.status(), Status::Ended);
    assert_eq!(call.fields.ended_at, None, "that of the root is not told");
    assert!(call.has_open_leg(), "the root may have been kept");

    let mut kept = call.clone();
    kept.apply(&sign_of_life(33, "root"));
    assert_eq!(kept.status(), Status::Ongoing);
    kept.apply(&hung_up(40, "root", Status::Ended, Side::Calling));
    assert_eq!((kept.status(), kept.has_open_leg()), (Status::Ended, false));

    call.apply(&events[5]);
    assert_eq!((call.status(), call.has_open_leg()), (Status::Ended, false));
    assert_eq!(call.fields.ended_at.map(|told| told.value), Some(at(31)));
}

#[test]
fn a_leg_that_is_dialed_after_another_ended_goes_on() {
    let mut events = transferred();
    events.extend([
        initiated(35, "third", Direction::Outbound, "us", "more staff"),
        answered(36, "third"),
    ]);
    let call = call_of(&events);
    assert_eq!(call.status(), Status::Ongoing);
    let fields = &call.fields;
    assert_eq!(
        (&fields.ended_at, &fields.ended_reason, &fields.duration_ms),
        (&None, &None, &None)
    );
    let from = fields.from.as_ref().map(|told| told.value.as_str());
    assert_eq!(from, Some("person"), "it is the same call");
}

#[test]
fn what_is_heard_of_late_does_not_make_a_call_go_on_that_is_over() {
    let events = transferred();
    // Everything of the further leg, then the root's begin.
    for begin in [&events[..1], &events[..2]] {
        let mut call = call_of(&events[2..5]);
        assert_eq!(call.status(), Status::Ended);
        for event in begin {
            call.apply(event);
            assert_eq!(call.status(), Status::Ended);
        }
        let from = call.fields.from.as_ref().map(|told| told.value.as_str());
        assert_eq!(
            from,
            Some("person"),
            "whose call it was is learned all the same"
        );
    }
}

#[test]
fn a_leg_of_which_a_bill_says_that_it_is_over_is_over() {
    let billed = LegFacts {
        status: Some(Status::NotConnected),
        billed_only: Some(true),
        ..LegFacts::default()
    };
    let named = LegFacts {
        other_id: Some("bill".into()),
        ..LegFacts::default()
    };
    let mut call = call_of(&[leg(40, "bill", billed), leg(10, "root", named)]);
    assert_eq!(call.status(), Status::NotConnected);
    call.apply(&initiated(10, "root", Direction::Outbound, "us", "person"));
    assert_eq!(call.status(), Status::NotConnected, "its begin comes late");
}

#[test]
fn a_call_that_is_gone_is_over_whatever_its_legs_say() {
    let mut call = call_of(&transferred()[..2]);
    let gone = CallFacts {
        status: Some(Status::Ended),
        ..CallFacts::default()
    };
    call.apply(&event(stamp(90, Source::Snapshot), gone));
    assert_eq!((call.status(), call.has_open_leg()), (Status::Ended, false));
    call.apply(&sign_of_life(91, "root"));
    assert_eq!(call.status(), Status::Ended);
}

#[test]
fn hearing_again_and_again_that_legs_are_up_is_no_news_unless_it_changes_something() {
    let asked = |second, id| {
        let mut event = sign_of_life(second, id);
        event.stamp.source = Source::Snapshot;
        event
    };
    let mut call = call_of(&transferred()[..4]);
    for second in 23..30 {
        for id in ["root", "further"] {
            let changes = call.apply(&asked(second, id));
            assert!(changes.is_empty(), "{changes:?}");
        }
    }
    call.apply(&hung_up(30, "further", Status::Ended, Side::Called));
    let changes = call.apply(&asked(45, "root"));
    assert!(changes.fields.contains(&"status"), "{changes:?}");
}

/// Events of legs up to the fourth second.
fn early() -> impl Strategy<Value = CallEvent> {
    let times = || option::of((0i64..4).prop_map(at));
    let statuses = option::of(select(crate::events::STATUSES.to_vec()));
    let legs = (
        0i64..4,
        select(vec!["a", "b", "c"]),
        statuses,
        any::<bool>(),
        (times(), times(), times()),
    );
    legs.prop_map(
        |(second, id, status, is_up, (started_at, answered_at, ended_at))| {
            let facts = LegFacts {
                status,
                alive_at: is_up.then(|| at(second)),
                started_at,
                answered_at,
                ended_at,
                ..LegFacts::default()
            };
            leg(second, id, facts)
        },
    )
}

proptest! {
    #[test]
    fn once_a_connected_leg_has_hung_up_nothing_older_makes_the_call_go_on(
        before in prop::collection::vec(early(), 0..6),
        after in prop::collection::vec(early(), 1..8),
        id in select(vec!["a", "b", "c"]),
    ) {
        let mut call = call_of(&before);
        call.apply(&answered(5, id));
        call.apply(&hung_up(5, id, Status::Ended, Side::Called));
        for event in &after {
            prop_assert!(call.status().is_terminal(), "{:?}", call.status());
            call.apply(event);
        }
        prop_assert!(call.status().is_terminal(), "{:?}", call.status());
    }

    #[test]
    fn a_sign_from_after_the_end_counts_whenever_it_comes(
        events in prop::collection::vec(early(), 0..8).prop_flat_map(|mut events| {
            events.retain(|event| event.pieces.legs[0].0 != LegId::new("b"));
            events.push(answered(4, "a"));
            events.push(hung_up(6, "a", Status::Ended, Side::Called));
            events.push(sign_of_life(7, "b"));
            Just(events).prop_shuffle()
        }),
    ) {
        let call = call_of(&events);
        prop_assert_eq!(call.status(), Status::Ongoing);
        let fields = call.fields;
        prop_assert_eq!((fields.ended_at, fields.ended_reason), (None, None));
    }
}
