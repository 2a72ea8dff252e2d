//! Which calls are one conversation, against looking at all of them at once.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use ringback_model::{CallId, LegFacts, LegId};
use ringback_store::{CallFilter, Member};

use crate::home::{Home, START, Told};

/// A call with the ids that it has and the one that it names.
#[derive(Clone, Debug)]
struct Made {
    account: u8,
    id: u8,
    leg: Option<u8>,
    over: Option<u8>,
}

fn made() -> impl Strategy<Value = Made> {
    let some = || prop::option::weighted(0.4, 0..6u8);
    (0..3u8, 0..6u8, some(), some()).prop_map(|(account, id, leg, over)| Made {
        account,
        id,
        leg,
        over,
    })
}

fn name(id: u8) -> String {
    format!("CA{id}")
}

fn put(home: &Home, made: &Made) -> CallId {
    let call = Told::new(&format!("a{}", made.account), &name(made.id), START);
    let call = call.with(|event| {
        event.facts.carrier_call_id = made.over.map(name);
        let leg = made
            .leg
            .map(|leg| (LegId::new(name(leg)), LegFacts::default()));
        event.legs.extend(leg);
    });
    call.put(&home.store)
}

/// Under which call each stands, by the words of both.
fn folded(home: &Home) -> BTreeMap<(String, String), Option<CallId>> {
    let all = CallFilter {
        with_parts: true,
        ..CallFilter::default()
    };
    let page = home
        .store
        .read(|reader| reader.calls().page(&all, None, 1000));
    page.expect("reads")
        .rows
        .into_iter()
        .map(|row| {
            (
                (row.account.to_string(), row.provider_call_id.to_string()),
                row.part_of,
            )
        })
        .collect()
}

/// The same, from all that was made.
fn wanted(
    calls: &BTreeMap<(u8, u8), (Made, CallId)>,
) -> BTreeMap<(String, String), Option<CallId>> {
    let under = |made: &Made| {
        let is_over = |whole: &&(Made, CallId)| {
            let over = whole.0.over;
            made.over.is_none()
                && whole.0.account != made.account
                && over.is_some_and(|over| over == made.id || Some(over) == made.leg)
        };
        calls
            .values()
            .filter(is_over)
            .map(|(_, id)| *id)
            .min_by_key(ToString::to_string)
    };
    let keyed = calls
        .values()
        .map(|(made, _)| ((format!("a{}", made.account), name(made.id)), under(made)));
    keyed.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whichever_call_comes_first_the_same_stand_under_the_same(
        calls in prop::collection::vec(made(), 1..12).prop_shuffle(),
        order in any::<prop::sample::Index>(),
    ) {
        // One telling of each call.
        let calls: BTreeMap<_, _> = calls.into_iter().map(|made| ((made.account, made.id), made)).collect();
        let mut ordered: Vec<_> = calls.into_values().collect();
        // A leg is of one call of its account.
        let mut legs = BTreeSet::new();
        for made in &mut ordered {
            made.leg = made.leg.filter(|leg| legs.insert((made.account, *leg)));
        }
        let first = order.index(ordered.len());
        ordered.rotate_left(first);
        let home = Home::new();
        let put: BTreeMap<_, _> = ordered
            .iter()
            .map(|made| ((made.account, made.id), (made.clone(), put(&home, made))))
            .collect();
        prop_assert_eq!(folded(&home), wanted(&put));
        let listed = home.store.read(|reader| reader.calls().count(&CallFilter::default(), 99));
        let alone = wanted(&put).values().filter(|under| under.is_none()).count();
        prop_assert_eq!(listed.expect("reads").n, alone as u64);
    }
}

fn members(home: &Home, id: CallId) -> Vec<Member> {
    let read = home.store.read(|reader| reader.calls().conversation(id));
    read.expect("reads")
}

#[test]
fn a_conversation_has_both_calls_whichever_is_asked_for() {
    let home = Home::new();
    let carrier = Told::new("a1", "CA1", START).put(&home.store);
    let agent = Told::new("a2", "call_1", START + 5)
        .with(|event| event.facts.carrier_call_id = Some("CA1".into()))
        .put(&home.store);
    let both = [
        Member {
            is_part: false,
            call: agent,
        },
        Member {
            is_part: true,
            call: carrier,
        },
    ];
    assert_eq!(members(&home, agent), both);
    assert_eq!(members(&home, carrier), both);
    let alone = Told::new("a2", "call_2", START).put(&home.store);
    assert_eq!(
        members(&home, alone),
        [Member {
            is_part: false,
            call: alone
        }]
    );
}

#[test]
fn a_carrier_s_leg_is_known_by_either_of_its_ids() {
    let home = Home::new();
    let carrier = Told::new("a1", "session", START)
        .with(|event| {
            let leg = LegFacts {
                other_id: Some("v3:control".into()),
                ..LegFacts::default()
            };
            event.legs.push((LegId::new("leg"), leg));
        })
        .put(&home.store);
    for (id, named) in [("by_leg", "leg"), ("by_control", "v3:control")] {
        let agent = Told::new("a2", id, START)
            .with(|event| event.facts.carrier_call_id = Some(named.into()))
            .put(&home.store);
        let members = members(&home, agent);
        assert!(
            members.iter().any(|one| one.is_part && one.call == carrier),
            "{named}"
        );
    }
    assert_eq!(members(&home, carrier).len(), 3, "two went over it");
}

#[test]
fn two_calls_that_name_each_other_both_stay_in_the_list() {
    let home = Home::new();
    for (account, id, over) in [("a1", "x", "y"), ("a2", "y", "x")] {
        Told::new(account, id, START)
            .with(|event| event.facts.carrier_call_id = Some(over.into()))
            .put(&home.store);
    }
    assert!(folded(&home).values().all(Option::is_none));
}

#[test]
fn a_part_is_found_by_its_own_words_only_where_the_whole_is_not() {
    let home = Home::new();
    let carrier = Told::new("a1", "CA1", START)
        .with(|event| {
            event.facts.from = Some("+15550100".into());
            event.facts.to = Some("sip:desk@pbx.example".into());
        })
        .put(&home.store);
    let agent = Told::new("a2", "call_1", START)
        .with(|event| {
            event.facts.carrier_call_id = Some("CA1".into());
            event.facts.from = Some("+15550100".into());
        })
        .put(&home.store);
    let found = |text: &str| {
        let filter = CallFilter {
            text: Some(text.into()),
            ..CallFilter::default()
        };
        let page = home.store.read(|reader| {
            let page = reader.calls().page(&filter, None, 9)?;
            assert_eq!(reader.calls().count(&filter, 9)?.n, page.rows.len() as u64);
            Ok(page)
        });
        let rows = page.expect("reads").rows;
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(found("15550100"), [agent]);
    assert_eq!(found("CA1"), [agent]);
    assert_eq!(found("pbx"), [carrier]);
}
