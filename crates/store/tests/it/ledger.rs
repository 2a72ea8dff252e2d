//! The ledger's sums against adding up by hand, its pages, and what is remembered of a call that is
//! not here.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ringback_model::{HoleReason, Mark, Marks, ProviderCallId, RecordingState, Tally, Thing};
use ringback_store::{HoleKey, HoleRow, LedgerDay};

use crate::home::{Home, START, Told, account, at, put_recording, recording};

const DAY: i64 = 86_400_000;

/// The day of [`START`].
fn first_day() -> Date {
    date(2026, 3, 2)
}

fn marks(text: &str) -> Marks {
    text.parse().expect("five marks")
}

fn put(home: &Home, name: &str, id: &str, began: i64, text: &str) {
    let told = Told::new(name, id, began);
    let call = told.put(&home.store);
    let marks = marks(text);
    home.store
        .write(move |writer| writer.ledger_mut().mark(call, &marks))
        .expect("is written");
}

fn days(home: &Home) -> Vec<LedgerDay> {
    home.store
        .read(|reader| {
            reader
                .ledger()
                .days(None, date(2026, 1, 1), date(2026, 12, 31))
        })
        .expect("reads")
}

fn holes(home: &Home, name: &str, day: Option<Date>, limit: usize) -> Vec<Vec<HoleRow>> {
    let mut pages = Vec::new();
    let mut after: Option<HoleKey> = None;
    loop {
        let page = home
            .store
            .read(|reader| {
                reader
                    .ledger()
                    .holes(&account(name), day, after.as_ref(), limit)
            })
            .expect("reads");
        pages.push(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return pages,
        }
    }
}

fn ids(pages: &[Vec<HoleRow>]) -> Vec<String> {
    let rows = pages.iter().flatten();
    rows.map(|row| row.provider_call_id.to_string()).collect()
}

#[test]
fn a_day_has_the_sums_of_its_calls() {
    let home = Home::new();
    put(&home, "clinic", "a", START, "+++++");
    put(&home, "clinic", "b", START + 1, "+am-n");
    put(&home, "clinic", "c", START + DAY, "+----");
    put(&home, "bistro", "d", START, "j----");
    let found = days(&home);
    let named: Vec<_> = found
        .iter()
        .map(|day| (day.account.as_str(), day.day, day.tally.calls))
        .collect();
    assert_eq!(
        named,
        [
            ("bistro", first_day(), 1),
            ("clinic", first_day(), 2),
            ("clinic", date(2026, 3, 3), 1)
        ]
    );
    let tally = &found[1].tally;
    assert_eq!((tally.expected(), tally.held()), (9, 6));
    assert_eq!((tally.open(), tally.excused()), (2, 1));
    let recordings = tally.of(Thing::Recording);
    assert_eq!((recordings.expected, recordings.held), (2, 1));
    let total = home
        .store
        .read(|reader| reader.ledger().total(&account("clinic")))
        .expect("reads");
    assert_eq!((total.calls, total.expected(), total.held()), (3, 10, 7));
}

#[test]
fn holes_are_paged_by_key_with_what_is_not_here_first() {
    let home = Home::new();
    for n in 0..7 {
        put(&home, "clinic", &format!("call_{n}"), START + n, "+m---");
    }
    put(&home, "clinic", "whole", START + 8, "+++++");
    put(&home, "clinic", "other day", START + DAY, "+m---");
    put(&home, "bistro", "other account", START, "+m---");
    home.store
        .write(|writer| {
            let mut ledger = writer.ledger_mut();
            for id in ["x", "y"] {
                let call = ProviderCallId::new(id);
                ledger.not_here(&account("clinic"), &call, at(START), HoleReason::Unreadable)?;
            }
            Ok(())
        })
        .expect("is written");
    let wanted = [
        "x", "y", "call_0", "call_1", "call_2", "call_3", "call_4", "call_5", "call_6",
    ];
    for limit in [1, 2, 3, 4, 100] {
        let pages = holes(&home, "clinic", Some(first_day()), limit);
        assert_eq!(ids(&pages), wanted, "in pages of {limit}");
        assert!(pages.iter().all(|page| page.len() <= limit));
    }
    let all = ids(&holes(&home, "clinic", None, 4));
    assert_eq!(all.len(), 10);
    assert_eq!(all.last().map(String::as_str), Some("other day"));
    let pages = holes(&home, "clinic", Some(first_day()), 100);
    assert!(!pages[0][0].is_here && pages[0][2].is_here);
    assert_eq!(
        pages[0][0].marks.of(Thing::Record),
        Mark::Hole(HoleReason::Unreadable)
    );
}

#[test]
fn the_earliest_open_hole_or_running_call_blocks_and_an_excused_one_does_not() {
    let home = Home::new();
    let blocked = || {
        home.store
            .read(|reader| reader.ledger().blocked_at(&account("clinic")))
            .expect("reads")
    };
    assert_eq!(blocked(), None);
    put(&home, "clinic", "excused", START, "+ae-o");
    put(&home, "clinic", "whole", START + 1, "+++++");
    // A call without a status is taken to go on.
    let over = |id: &str, began: i64, text: &str| {
        let told = Told::new("clinic", id, began)
            .with(|event| event.facts.status = Some(ringback_model::Status::Ended));
        let call = told.put(&home.store);
        let marks = marks(text);
        home.store
            .write(move |writer| writer.ledger_mut().mark(call, &marks))
            .expect("is written");
    };
    over("excused", START, "+ae-o");
    over("whole", START + 1, "+++++");
    assert_eq!(blocked(), None);
    over("late", START + 9, "+t---");
    assert_eq!(blocked(), Some(at(START + 9)));
    put(&home, "clinic", "goes on", START + 5, "+----");
    assert_eq!(blocked(), Some(at(START + 5)));
    home.store
        .write(|writer| {
            let call = ProviderCallId::new("listed");
            writer.ledger_mut().not_here(
                &account("clinic"),
                &call,
                at(START + 2),
                HoleReason::Unreadable,
            )
        })
        .expect("is written");
    assert_eq!(blocked(), Some(at(START + 2)));
}

#[test]
fn a_row_that_is_deleted_by_hand_is_a_hole_until_the_call_is_back() {
    let home = Home::new();
    let told = Told::new("clinic", "a", START).said(&["some words"]);
    let call = told.put(&home.store);
    put_recording(&home.store, &recording(&told.0, "", RecordingState::Ready));
    put(&home, "clinic", "a", START, "+++++");
    let before = days(&home);

    let raw = rusqlite::Connection::open(home.path()).expect("opens");
    // As with tools that do not look at foreign keys.
    raw.pragma_update(None, "foreign_keys", false)
        .expect("sets");
    assert_eq!(raw.execute("DELETE FROM calls", []).expect("deletes"), 1);
    drop(raw);
    let pages = holes(&home, "clinic", Some(first_day()), 10);
    let row = &pages[0][0];
    assert_eq!((row.call, row.is_here), (Some(call), false));
    assert_eq!(row.marks, Marks::unknown(HoleReason::Lost));
    assert_eq!(days(&home)[0].tally.expected(), 1);

    told.put(&home.store);
    home.store
        .write(|writer| {
            writer
                .ledger_mut()
                .arrived(&account("clinic"), &ProviderCallId::new("a"))
        })
        .expect("is written");
    put(&home, "clinic", "a", START, "+++++");
    assert_eq!(days(&home), before);
    assert_eq!(ids(&holes(&home, "clinic", None, 10)), [""; 0]);
    let left = home
        .store
        .read(|reader| reader.recordings().of_call(call))
        .expect("reads");
    assert!(left.is_empty(), "what hung on the row went with it");
    assert_eq!(home.store.integrity(), Ok(()));
}

#[test]
fn a_transcript_that_is_deleted_or_emptied_by_hand_is_a_hole() {
    for sql in [
        "DELETE FROM transcripts",
        "UPDATE transcripts SET doc = x''",
    ] {
        let home = Home::new();
        Told::new("clinic", "a", START)
            .said(&["some words"])
            .put(&home.store);
        put(&home, "clinic", "a", START, "+++++");
        let raw = rusqlite::Connection::open(home.path()).expect("opens");
        assert_eq!(raw.execute(sql, []).expect("runs"), 1);
        let pages = holes(&home, "clinic", None, 10);
        let found: Vec<_> = pages[0][0].marks.holes().collect();
        assert_eq!(found, [(Thing::Transcript, HoleReason::Lost)], "{sql}");
        let call = pages[0][0].call.expect("is here");
        let record = home.store.read(|reader| reader.calls().by_id(call));
        assert!(record.expect("can be read").is_some());
    }
}

/// One change of one of few calls.
#[derive(Clone, Debug)]
enum Step {
    Mark { call: u8, began: i64, marks: Marks },
    NotHere { call: u8, reason: HoleReason },
    Delete { call: u8 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let mark = prop_oneof![
        Just(Mark::NotExpected),
        Just(Mark::Held),
        (0..HoleReason::ALL.len()).prop_map(|n| Mark::Hole(HoleReason::ALL[n])),
    ];
    let marks = prop::collection::vec(mark, 5)
        .prop_map(|all| Marks::new([all[0], all[1], all[2], all[3], all[4]]));
    let reason = (0..HoleReason::ALL.len()).prop_map(|n| HoleReason::ALL[n]);
    let step = prop_oneof![
        6 => (0..5u8, 0..3i64, marks).prop_map(|(call, began, marks)| Step::Mark { call, began, marks }),
        2 => (5..8u8, reason).prop_map(|(call, reason)| Step::NotHere { call, reason }),
        1 => (0..5u8).prop_map(|call| Step::Delete { call }),
    ];
    prop::collection::vec(step, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_sums_are_those_of_adding_up_by_hand(steps in steps()) {
        let home = Home::new();
        let clinic = account("clinic");
        let mut known: BTreeMap<u8, (i64, Marks)> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Mark { call, began, marks } => {
                    let id = format!("call_{call}");
                    let told = Told::new("clinic", &id, START + began * DAY);
                    // A call keeps its id; only its begin moves.
                    let mut record = told.0.clone();
                    record.id = Told::new("clinic", &id, START).0.id;
                    let row = record.id;
                    home.store.write(move |writer| {
                        writer.calls_mut().put(record)?;
                        writer.ledger_mut().arrived(&account("clinic"), &ProviderCallId::new(&id))?;
                        writer.ledger_mut().mark(row, &marks)
                    }).expect("is written");
                    known.insert(call, (began, marks));
                }
                Step::NotHere { call, reason } => {
                    let id = ProviderCallId::new(format!("call_{call}"));
                    home.store.write(move |writer| {
                        writer.ledger_mut().not_here(&account("clinic"), &id, at(START), reason)
                    }).expect("is written");
                    known.insert(call, (0, Marks::unknown(reason)));
                }
                Step::Delete { call } => {
                    let raw = rusqlite::Connection::open(home.path()).expect("opens");
                    let n = raw.execute("DELETE FROM calls WHERE provider_call_id = ?1", [format!("call_{call}")]).expect("runs");
                    if n == 1 {
                        known.get_mut(&call).expect("was put").1 = Marks::unknown(HoleReason::Lost);
                    }
                }
            }
        }
        let mut by_hand: BTreeMap<i64, Tally> = BTreeMap::new();
        for (day, marks) in known.values() {
            by_hand.entry(*day).or_default().add(marks, 1);
        }
        let kept: Vec<Tally> = days(&home).into_iter().map(|day| day.tally).collect();
        prop_assert_eq!(kept, by_hand.values().cloned().collect::<Vec<_>>());
        let total = home.store.read(|reader| reader.ledger().total(&clinic)).expect("reads");
        let mut sum = Tally::default();
        for tally in by_hand.values() {
            sum.join(tally);
        }
        prop_assert_eq!(total, sum);
        let lacking = known.values().filter(|(_, marks)| marks.holes().next().is_some()).count();
        prop_assert_eq!(ids(&holes(&home, "clinic", None, 3)).len(), lacking);
    }
}
