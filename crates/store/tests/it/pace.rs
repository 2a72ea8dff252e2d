//! How quickly the journal and the recordings grow, and what waits.

use ringback_model::{RecordingState, Source};
use ringback_store::EventOutcome;

use crate::home::{Home, START, Told, account, at, event, put_recording, recording};

const DAY: i64 = 86_400_000;

/// An event that came so many days after the beginning.
fn came(home: &Home, key: &str, days: i64) -> i64 {
    let mut new = event(key);
    new.received_at = at(START + days * DAY);
    home.store.append(new).expect("written").seq()
}

#[test]
fn the_journal_tells_how_many_events_came_since_a_moment() {
    let home = Home::new();
    let grown = |days: i64| {
        let since = at(START + days * DAY);
        home.store
            .read(|reader| reader.events().grown_since(since))
            .expect("reads")
    };
    assert_eq!(grown(0), (0, 0), "an empty journal");
    for day in 0..7 {
        came(&home, &format!("event {day}"), day);
    }
    assert_eq!(grown(-1), (7, 7));
    assert_eq!(grown(0), (7, 7), "the moment itself counts");
    assert_eq!(grown(4), (7, 3));
    assert_eq!(grown(7), (7, 0));
}

#[test]
fn the_oldest_event_that_waits_is_told_until_it_is_applied() {
    let home = Home::new();
    let oldest = || {
        home.store
            .read(|reader| reader.events().oldest_pending())
            .expect("reads")
    };
    assert_eq!(oldest(), None);
    let first = came(&home, "a", 1);
    came(&home, "b", 2);
    assert_eq!(oldest(), Some(at(START + DAY)));
    let applied = EventOutcome::Applied { call: None };
    home.store
        .write(move |writer| writer.events_mut().mark(first, &applied))
        .expect("marked");
    assert_eq!(oldest(), Some(at(START + 2 * DAY)));
}

#[test]
fn the_newest_events_are_those_of_the_account_and_the_source() {
    let home = Home::new();
    for day in 0..5 {
        came(&home, &format!("event {day}"), day);
    }
    let mut other = event("of another");
    other.account = account("shop");
    home.store.append(other).expect("written");
    let newest = |name: &str, source| {
        home.store
            .read(|reader| reader.events().newest(&account(name), source, 3))
            .expect("reads")
            .into_iter()
            .map(|event| event.head.key)
            .collect::<Vec<_>>()
    };
    let own = event("own");
    let heard = newest(own.account.as_str(), own.source);
    assert_eq!(heard, ["event 4", "event 3", "event 2"]);
    let other_source = match own.source {
        Source::Webhook => Source::Snapshot,
        Source::Snapshot => Source::Webhook,
    };
    assert!(newest(own.account.as_str(), other_source).is_empty());
    assert_eq!(newest("shop", own.source), ["of another"]);
}

#[test]
fn what_was_brought_in_from_an_archive_says_nothing_about_the_days_to_come() {
    let home = Home::new();
    for (n, heard_of) in [(0, 0), (1, 40 * DAY)] {
        let mut call = Told::new("clinic", &format!("call_{n}"), START + n)
            .with(|event| event.facts.ended_at = Some(at(START + 60_000)));
        call.0.first_seen_at = at(START + heard_of);
        call.put(&home.store);
        let mut one = recording(&call.0, "", RecordingState::Ready);
        one.size_bytes = Some(1_000);
        one.landed_at = Some(at(START + heard_of + 70_000));
        put_recording(&home.store, &one);
    }
    let landed = |since: i64| {
        home.store
            .read(|reader| reader.figures().landed_since(at(START + since)))
            .expect("reads")
    };
    assert_eq!(landed(0), 1_000, "the second one came from an archive");
    assert_eq!(landed(DAY), 0);
    let first = home.store.read(|reader| reader.figures().first_landed());
    assert_eq!(first.expect("reads"), Some(at(START + 70_000)));
    let rows = home.store.read(|reader| reader.figures().rows());
    let rows = rows.expect("reads");
    let of = |name: &str| rows.iter().find(|(own, _)| own == name).map(|(_, n)| *n);
    assert_eq!((of("calls"), of("recordings")), (Some(2), Some(2)));
    assert_eq!(of("events"), Some(0), "the journal's tables too");
}
