//! What a conversation of several legs costs.

use ringback_model::{
    Call, CallEvent, CallFacts, Cost, Field, LegFacts, LegId, ProviderCallId, Source, Status,
    missing,
};

use crate::events::{cost, event, stamp};

fn call(own: Option<Cost>, legs: &[(&str, Status, Option<Cost>)]) -> Call {
    let mut call = Call::new(ProviderCallId::new("root"));
    let facts = CallFacts {
        status: Some(Status::Ended),
        cost: own,
        ..CallFacts::default()
    };
    let mut report: CallEvent = event(stamp(1, Source::Snapshot), facts);
    for (id, status, cost) in legs {
        let facts = LegFacts {
            status: Some(*status),
            cost: cost.clone(),
            ..LegFacts::default()
        };
        report.legs.push((LegId::new(*id), facts));
    }
    call.apply(&report);
    call
}

#[test]
fn a_call_without_further_legs_costs_what_it_costs() {
    assert_eq!(call(None, &[]).cost(), None);
    assert_eq!(call(Some(cost("0.5")), &[]).cost(), Some(cost("0.5")));
}

#[test]
fn the_legs_are_added_up_and_named() {
    let total = call(
        Some(cost("0.013")),
        &[("leg", Status::Ended, Some(cost("0.02")))],
    )
    .cost()
    .expect("priced");
    assert_eq!(total.amount, cost("0.033").amount);
    assert!(!total.provisional);
    let names: Vec<_> = total.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["root", "leg"]);
    assert_eq!(total.gap(), Some(cost("0").amount));
}

#[test]
fn the_total_is_provisional_while_a_connected_leg_has_no_price() {
    let provisional = |own, status, price| {
        let total = call(own, &[("leg", status, price)]).cost().expect("priced");
        total.provisional
    };
    assert!(provisional(Some(cost("1")), Status::Ended, None));
    assert!(provisional(Some(cost("1")), Status::Ongoing, None));
    assert!(provisional(None, Status::Ended, Some(cost("1"))));
    assert!(
        !provisional(Some(cost("1")), Status::NotConnected, None),
        "nobody is charged for a leg that never connected"
    );
}

#[test]
fn the_cost_is_missing_until_every_connected_leg_has_its_price() {
    let is_missing = |own, status, price| {
        let call = call(own, &[("leg", status, price)]);
        missing(&call, &[Field::Cost], &[]) == [Field::Cost]
    };
    let one = || Some(cost("1"));
    assert!(is_missing(None, Status::Ended, one()));
    assert!(is_missing(one(), Status::Ended, None));
    assert!(!is_missing(one(), Status::Ended, one()));
    assert!(!is_missing(one(), Status::NotConnected, None));
}

#[test]
fn amounts_of_different_currencies_are_not_added_up() {
    let euros = Cost {
        currency: "EUR".into(),
        ..cost("5")
    };
    let total = call(Some(cost("1")), &[("leg", Status::Ended, Some(euros))])
        .cost()
        .expect("priced");
    assert_eq!(total.amount, cost("1").amount);
    assert_eq!(total.currency, "USD");
}

#[test]
fn parts_that_no_decimal_can_hold_are_too_far_from_the_total_and_do_no_harm() {
    let mut total = cost("1");
    let part = |amount| ringback_model::CostPart {
        name: "part".into(),
        amount,
    };
    let largest = rust_decimal::Decimal::MAX;
    total.parts = vec![part(largest), part(largest)];
    assert_eq!(total.gap(), Some(largest));
    total.parts = vec![part(cost("0.4").amount), part(cost("0.5").amount)];
    assert_eq!(total.gap(), Some(cost("0.1").amount));
    total.parts.clear();
    assert_eq!(total.gap(), None);
}
