//! Calls that are told in pieces: legs and charges.

use proptest::{option, prelude::*, sample::select};
use ringback_model::{
    Call, CallEvent, CallFacts, Charge, Cost, CostPart, Direction, EndedCode, EndedReason,
    LegFacts, LegId, ProviderCallId, RecordingFacts, RecordingKey, RecordingReport, Side, Source,
    Status, Voice,
};

use crate::{
    events::{at, cost, event, reports, stamp},
    spoken::said,
};

pub(crate) fn piece(second: i64, tell: impl FnOnce(&mut CallEvent)) -> CallEvent {
    let mut event = event(stamp(second, Source::Webhook), CallFacts::default());
    tell(&mut event);
    event
}

pub(crate) fn leg(second: i64, id: &str, facts: LegFacts) -> CallEvent {
    piece(second, |event| {
        event.pieces.legs.push((LegId::new(id), facts))
    })
}

pub(crate) fn charge(second: i64, product: &str, amount: &str) -> CallEvent {
    piece(second, |event| {
        event.pieces.charges.push(Charge {
            leg: LegId::new("root"),
            product: product.into(),
            cost: cost(amount),
        });
    })
}

pub(crate) fn call_of(events: &[CallEvent]) -> Call {
    let mut call = Call::new(ProviderCallId::new("call_1"));
    for event in events {
        call.apply(event);
    }
    call
}

pub(crate) fn text(call: &Call) -> String {
    serde_json::to_string(call).expect("a call is JSON")
}

pub(crate) fn initiated(
    second: i64,
    id: &str,
    direction: Direction,
    from: &str,
    to: &str,
) -> CallEvent {
    leg(
        second,
        id,
        LegFacts {
            status: Some(Status::Ringing),
            alive_at: Some(at(second)),
            direction: Some(direction),
            from: Some(from.into()),
            to: Some(to.into()),
            started_at: Some(at(second)),
            ..LegFacts::default()
        },
    )
}

pub(crate) fn answered(second: i64, id: &str) -> CallEvent {
    leg(
        second,
        id,
        LegFacts {
            status: Some(Status::Ongoing),
            answered_at: Some(at(second)),
            alive_at: Some(at(second)),
            ..LegFacts::default()
        },
    )
}

pub(crate) fn hung_up(second: i64, id: &str, status: Status, side: Side) -> CallEvent {
    leg(
        second,
        id,
        LegFacts {
            status: Some(status),
            ended_at: Some(at(second)),
            hung_up: Some(side),
            ended_reason: Some(EndedReason {
                code: EndedCode::Unknown,
                raw: "normal_clearing".into(),
            }),
            ..LegFacts::default()
        },
    )
}

pub(crate) fn transferred() -> Vec<CallEvent> {
    vec![
        initiated(10, "root", Direction::Inbound, "person", "us"),
        answered(12, "root"),
        initiated(20, "further", Direction::Outbound, "us", "staff"),
        answered(22, "further"),
        hung_up(30, "further", Status::Ended, Side::Called),
        hung_up(31, "root", Status::Ended, Side::Calling),
    ]
}

#[test]
fn the_leg_that_began_first_is_the_call_and_the_others_are_its_legs() {
    let call = call_of(&transferred());
    let fields = &call.fields;
    let value =
        |told: &Option<ringback_model::Told<String>>| told.as_ref().map(|told| told.value.clone());
    assert_eq!(value(&fields.from).as_deref(), Some("person"));
    assert_eq!(value(&fields.to).as_deref(), Some("us"));
    assert_eq!(
        fields.started_at.as_ref().map(|told| told.value),
        Some(at(10))
    );
    assert_eq!(
        fields.ended_at.as_ref().map(|told| told.value),
        Some(at(31))
    );
    assert_eq!(
        fields.duration_ms.as_ref().map(|told| told.value),
        Some(19_000)
    );
    let legs: Vec<_> = call.legs.keys().map(LegId::as_str).collect();
    assert_eq!(legs, ["further"]);
    let all: Vec<_> = call.leg_ids().map(LegId::as_str).collect();
    assert_eq!(all, ["further", "root"]);
}

#[test]
fn who_hung_up_follows_from_the_direction() {
    for (direction, side, code) in [
        (Direction::Inbound, Side::Calling, EndedCode::CallerHangup),
        (Direction::Inbound, Side::Called, EndedCode::AgentHangup),
        (Direction::Outbound, Side::Calling, EndedCode::AgentHangup),
        (Direction::Outbound, Side::Called, EndedCode::CallerHangup),
        (Direction::Web, Side::Called, EndedCode::Unknown),
    ] {
        // The end is heard of before the direction.
        let call = call_of(&[
            hung_up(30, "root", Status::Ended, side),
            initiated(10, "root", direction, "a", "b"),
        ]);
        let reason = call.fields.ended_reason.expect("it ended").value;
        assert_eq!(
            (reason.code, reason.raw.as_str()),
            (code, "normal_clearing")
        );
    }
}

#[test]
fn what_became_of_a_call_is_said_when_it_is_over_and_only_if_it_was_connected() {
    let outcome = || EndedReason {
        code: EndedCode::Voicemail,
        raw: "machine".into(),
    };
    let machine = leg(
        14,
        "root",
        LegFacts {
            outcome: Some(outcome()),
            ..LegFacts::default()
        },
    );
    let mut call = call_of(&transferred()[..2]);
    let changes = call.apply(&machine);
    assert!(!changes.is_empty(), "it has to be kept");
    assert!(changes.fields.is_empty() && call.fields.ended_reason.is_none());
    call.apply(&hung_up(30, "root", Status::Ended, Side::Calling));
    assert_eq!(
        call.fields.ended_reason.map(|told| told.value),
        Some(outcome())
    );

    let never = call_of(&[
        machine,
        hung_up(30, "root", Status::NotConnected, Side::Calling),
    ]);
    assert_eq!(
        never.fields.ended_reason.map(|told| told.value.raw),
        Some("normal_clearing".into())
    );
}

#[test]
fn a_call_that_was_answered_was_connected_whatever_its_end_says() {
    let call = call_of(&[
        hung_up(30, "root", Status::NotConnected, Side::Calling),
        answered(12, "root"),
    ]);
    assert_eq!(call.status(), Status::Ended);
}

#[test]
fn charges_add_up_until_there_is_a_bill_and_correct_it_afterwards() {
    let charges = [
        charge(40, "call-control", "0.002"),
        charge(40, "trunk", "0.005"),
    ];
    let mut call = call_of(&[initiated(10, "root", Direction::Inbound, "a", "b")]);
    call.apply(&charges[0]);
    call.apply(&charges[1]);
    let amount = |call: &Call| call.cost().expect("a cost").amount.to_string();
    assert_eq!(amount(&call), "0.007");

    let part = |name: &str, amount: &str| CostPart {
        name: name.into(),
        amount: amount.parse().expect("a decimal"),
    };
    let bill = Cost {
        parts: vec![part("call-control", "0.002"), part("recording", "0.001")],
        ..cost("0.003")
    };
    call.apply(&leg(
        50,
        "root",
        LegFacts {
            cost: Some(bill.clone()),
            ..LegFacts::default()
        },
    ));
    assert_eq!(
        call.cost(),
        Some(bill),
        "older charges do not change a bill"
    );

    call.apply(&charge(60, "call-control", "0.004"));
    let cost = call.cost().expect("a cost");
    assert_eq!(cost.amount.to_string(), "0.005");
    assert_eq!(cost.parts[0].amount.to_string(), "0.004");
    assert_eq!(cost.gap().map(|gap| gap.is_zero()), Some(true));
}

#[test]
fn amounts_of_different_currencies_are_not_added_up() {
    let mut other = charge(40, "trunk", "5");
    other.pieces.charges[0].cost.currency = "EUR".into();
    let call = call_of(&[
        initiated(10, "root", Direction::Inbound, "a", "b"),
        charge(40, "call-control", "0.002"),
        other,
    ]);
    let cost = call.cost().expect("a cost");
    assert_eq!(
        (cost.amount.to_string().as_str(), cost.currency.as_str()),
        ("0.002", "USD")
    );
}

#[test]
fn a_leg_that_only_a_bill_tells_of_counts_until_another_is_known() {
    let billed = |second, amount| {
        let mut event = leg(
            second,
            "bill",
            LegFacts {
                from: Some("trunk".into()),
                started_at: Some(at(9)),
                billed_only: Some(true),
                ..LegFacts::default()
            },
        );
        event.pieces.charges.push(Charge {
            leg: LegId::new("bill"),
            product: "trunk".into(),
            cost: cost(amount),
        });
        event
    };
    let mut call = call_of(&[billed(40, "0.005")]);
    let from = |call: &Call| call.fields.from.as_ref().map(|told| told.value.clone());
    assert_eq!(from(&call).as_deref(), Some("trunk"));
    for event in transferred() {
        call.apply(&event);
    }
    call.apply(&charge(40, "call-control", "0.002"));
    assert_eq!(from(&call).as_deref(), Some("person"));
    let legs: Vec<_> = call.legs.keys().map(LegId::as_str).collect();
    assert_eq!(legs, ["further"]);
    let told = call.fields.cost.clone().expect("a cost").value;
    assert_eq!(
        told.amount.to_string(),
        "0.007",
        "its charge goes with the root"
    );
    let also_known_as = LegFacts {
        other_id: Some("bill".into()),
        ..LegFacts::default()
    };
    call.apply(&leg(50, "further", also_known_as));
    let further = call.legs[&LegId::new("further")].cost.clone();
    assert_eq!(
        further.map(|told| told.value.amount.to_string()).as_deref(),
        Some("0.005"),
        "unless another leg has its id as well"
    );
    assert_eq!(call.cost().expect("a cost").amount.to_string(), "0.007");
}

fn recorded(key: RecordingKey, leg: &str, second: i64) -> CallEvent {
    piece(60, |event| {
        event.recordings.push(RecordingReport {
            key,
            facts: RecordingFacts {
                leg: Some(LegId::new(leg)),
                started_at: Some(at(second)),
                ..RecordingFacts::default()
            },
            link: None,
        });
    })
}

#[test]
fn a_recording_without_its_id_is_the_one_of_its_leg_that_began_then() {
    let unnamed = RecordingKey::unnamed(&LegId::new("root"), at(12));
    let call = call_of(&[
        recorded(unnamed.clone(), "root", 12),
        recorded(RecordingKey::new("earlier"), "root", 2),
        recorded(RecordingKey::new("other leg"), "further", 12),
    ]);
    assert_eq!(call.named(&unnamed), None);
    let mut call = call;
    call.apply(&recorded(RecordingKey::new("r2"), "root", 14));
    assert_eq!(call.named(&unnamed), Some(&RecordingKey::new("r2")));
    call.apply(&recorded(RecordingKey::new("r1"), "root", 12));
    let r1 = RecordingKey::new("r1");
    assert_eq!(call.named(&unnamed), Some(&r1), "the nearest");
    assert_eq!(call.unnamed(&r1), [&unnamed]);
    assert_eq!(call.named(&r1), None);
    let known = call.recording(&unnamed).expect("it is known");
    assert_eq!(Some(known), call.recording(&r1));
}

pub(crate) fn told_pieces() -> impl Strategy<Value = CallEvent> {
    let times = || option::of((0i64..4).prop_map(at));
    let legs = (
        select(vec!["a", "b", "c"]),
        (times(), times(), times(), times()),
        option::of(select(crate::events::STATUSES.to_vec())),
        option::of(select(vec![Direction::Inbound, Direction::Outbound])),
        option::of(select(vec![Side::Calling, Side::Called])),
        option::of(select(vec![EndedCode::Unknown, EndedCode::Busy])),
        option::of(select(vec!["1.0", "1.00", "2"])),
    );
    let legs = legs.prop_map(
        |(
            id,
            (started_at, answered_at, ended_at, alive_at),
            status,
            direction,
            hung_up,
            code,
            amount,
        )| {
            let reason = |raw: &str| {
                code.map(|code| EndedReason {
                    code,
                    raw: raw.into(),
                })
            };
            let facts = LegFacts {
                status,
                direction,
                started_at,
                answered_at,
                ended_at,
                alive_at,
                hung_up,
                ended_reason: reason("cause"),
                outcome: reason("machine").filter(|_| id == "b"),
                billed_only: (id == "c").then_some(true),
                other_id: (id == "a").then(|| "c".to_owned()),
                cost: amount.map(cost),
                ..LegFacts::default()
            };
            (LegId::new(id), facts)
        },
    );
    let charges = (
        select(vec!["a", "b", "c", "unknown"]),
        select(vec!["x", "y"]),
        select(vec!["1.0", "1.00", "2"]),
    );
    let charges = charges.prop_map(|(leg, product, amount)| Charge {
        leg: LegId::new(leg),
        product: product.into(),
        cost: cost(amount),
    });
    let turns = (0i64..4, select(vec!["a", "b"]), any::<bool>());
    let turns = turns.prop_map(|(second, leg, of)| {
        let leg = LegId::new(leg);
        let voice = if of {
            Voice::OfTheParty
        } else {
            Voice::ToTheParty
        };
        said(second, voice(leg), "words")
    });
    let texts = (select(vec!["r1", "r2"]), select(vec!["one", "two"]));
    let texts = texts.prop_map(|(key, text)| (RecordingKey::new(key), text.to_owned()));
    (
        reports(),
        prop::collection::vec(legs, 0..3),
        prop::collection::vec(charges, 0..2),
        prop::collection::vec(turns, 0..2),
        prop::collection::vec(texts, 0..2),
    )
        .prop_map(|(mut event, legs, charges, turns, transcriptions)| {
            event.pieces.legs = legs;
            event.pieces.charges = charges;
            event.turns.extend(turns);
            event.pieces.transcriptions = transcriptions;
            event
        })
}

proptest! {
    #[test]
    fn any_order_and_any_repetition_of_the_pieces_gives_the_same_call(
        (events, jumbled) in prop::collection::vec(told_pieces(), 1..8).prop_flat_map(|events| {
            let mut jumbled = events.clone();
            jumbled.extend(events.iter().step_by(2).cloned());
            (Just(events), Just(jumbled).prop_shuffle())
        })
    ) {
        prop_assert_eq!(text(&call_of(&events)), text(&call_of(&jumbled)));
    }

    #[test]
    fn two_who_heard_different_pieces_agree_after_telling_each_other(
        events in prop::collection::vec(told_pieces(), 0..8),
        middle in any::<prop::sample::Index>(),
    ) {
        let (one, other) = events.split_at(middle.index(events.len() + 1));
        let (one, other) = (call_of(one), call_of(other));
        let mut joined = one.clone();
        joined.join(other.clone());
        prop_assert_eq!(text(&joined), text(&call_of(&events)));
        let mut the_other_way = other;
        the_other_way.join(one);
        prop_assert_eq!(text(&joined), text(&the_other_way));
    }

    #[test]
    fn hearing_pieces_again_changes_nothing_and_says_so(
        events in prop::collection::vec(told_pieces(), 1..8)
    ) {
        let mut call = call_of(&events);
        let before = text(&call);
        for event in &events {
            let changes = call.apply(event);
            prop_assert!(changes.is_empty(), "{changes:?}");
        }
        prop_assert_eq!(before, text(&call));
    }

    #[test]
    fn pieces_survive_being_written_down(
        events in prop::collection::vec(told_pieces(), 1..5),
        last in told_pieces(),
    ) {
        let mut call = call_of(&events);
        let mut read: Call = serde_json::from_str(&text(&call)).expect("a call is JSON");
        prop_assert_eq!(&read, &call);
        let changes = (read.apply(&last), call.apply(&last));
        prop_assert_eq!(changes.0, changes.1);
        prop_assert_eq!(text(&read), text(&call));
    }
}
