//! The journal.

use jiff::SignedDuration;
use ringback_store::{Appended, EventFilter, EventOutcome, EventState, Store};

use crate::home::{Home, START, Told, account, event};

fn mark(store: &Store, seq: i64, outcome: EventOutcome) {
    store
        .write(move |writer| writer.events_mut().mark(seq, &outcome))
        .expect("marked");
}

#[test]
fn the_same_key_of_an_account_is_the_same_event() {
    let home = Home::new();
    let first = home.store.append(event("a")).expect("written");
    assert_eq!(first, Appended::New { seq: 1 });
    let mut again = event("a");
    again.body = b"something else".to_vec();
    assert_eq!(home.store.append(again), Ok(Appended::Duplicate { seq: 1 }));
    let mut other = event("a");
    other.account = account("shop");
    assert!(matches!(home.store.append(other), Ok(Appended::New { seq }) if seq > 1));
    let kept = home
        .store
        .read(|reader| reader.events().by_seq(1))
        .expect("reads");
    assert_eq!(kept.expect("there").body, event("a").body);
}

#[test]
fn an_event_comes_back_exactly_as_it_was_written() {
    let home = Home::new();
    let mut new = event("a");
    new.body = vec![0, 255, 10, b'"', 0x80];
    new.as_of = Some(crate::home::at(START - 5));
    home.store.append(new.clone()).expect("written");
    let read = home
        .store
        .read(|reader| reader.events().pending(0, 10))
        .expect("reads");
    let [event] = read.as_slice() else {
        panic!("one event is pending")
    };
    assert_eq!(event.body, new.body);
    assert_eq!(event.request, new.request);
    assert_eq!(event.head.as_of, new.as_of);
    assert_eq!(event.head.received_at, new.received_at);
    assert_eq!(event.head.state, EventState::Pending);
    let id = event.head.id;
    assert_eq!(id.to_string().parse(), Ok(id));
    let same = home
        .store
        .read(|reader| reader.events().by_id(id))
        .expect("reads");
    assert_eq!(same.as_ref(), Some(event));
}

#[test]
fn events_wait_in_order_until_somebody_says_what_became_of_them() {
    let home = Home::new();
    for key in ["a", "b", "c", "d"] {
        home.store.append(event(key)).expect("written");
    }
    let call = Told::new("clinic", "call_1", START).put(&home.store);
    home.pass(SignedDuration::from_secs(3));
    mark(&home.store, 1, EventOutcome::Applied { call: Some(call) });
    let why = |reason: &str| reason.to_owned();
    mark(
        &home.store,
        2,
        EventOutcome::Ignored {
            reason: why("kind_not_used"),
            call: Some(call),
        },
    );
    mark(
        &home.store,
        3,
        EventOutcome::Failed {
            reason: why("unexpected_shape"),
            call: None,
        },
    );

    let seqs = |state| {
        let filter = EventFilter {
            state,
            account: None,
        };
        let heads = home
            .store
            .read(|reader| reader.events().list(&filter, None, 10));
        heads
            .expect("reads")
            .iter()
            .map(|head| head.seq)
            .collect::<Vec<_>>()
    };
    assert_eq!(seqs(None), [4, 3, 2, 1], "newest first");
    assert_eq!(seqs(Some(EventState::Pending)), [4]);
    assert_eq!(seqs(Some(EventState::Applied)), [1]);
    assert_eq!(seqs(Some(EventState::Ignored)), [2]);
    assert_eq!(seqs(Some(EventState::Failed)), [3]);

    let timeline = home
        .store
        .read(|reader| reader.events().of_call(call))
        .expect("reads");
    let kept: Vec<_> = timeline
        .iter()
        .map(|head| (head.seq, head.reason.as_deref()))
        .collect();
    assert_eq!(kept, [(1, None), (2, Some("kind_not_used"))]);
    assert_eq!(timeline[0].applied_at, Some(home.now()));

    mark(&home.store, 3, EventOutcome::Pending);
    let pending = home
        .store
        .read(|reader| reader.events().pending(0, 10))
        .expect("reads");
    assert_eq!(
        pending
            .iter()
            .map(|event| event.head.seq)
            .collect::<Vec<_>>(),
        [3, 4]
    );
    assert_eq!(
        home.store.read(|reader| reader.events().count_pending(1)),
        Ok(1)
    );
}

#[test]
fn a_list_of_events_pages_by_key_and_filters_by_account() {
    let home = Home::new();
    for n in 0..10 {
        let mut new = event(&n.to_string());
        new.account = account(if n % 2 == 0 { "even" } else { "odd" });
        home.store.append(new).expect("written");
    }
    let filter = EventFilter {
        account: Some(account("odd")),
        state: None,
    };
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = home
            .store
            .read(|reader| reader.events().list(&filter, before, 2));
        let page = page.expect("reads");
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        seen.extend(page.iter().map(|head| head.seq));
    }
    assert_eq!(seen, [10, 8, 6, 4, 2]);
}

#[test]
fn the_journal_outlives_its_database_with_numbers_ids_and_times_and_everything_pending() {
    let home = Home::new();
    for n in 0..25 {
        let mut new = event(&n.to_string());
        new.received_at = crate::home::at(START + n);
        home.store.append(new).expect("written");
    }
    mark(&home.store, 7, EventOutcome::Applied { call: None });
    let all = |store: &ringback_store::Store| {
        store
            .read(|reader| reader.events().after(0, 100))
            .expect("reads")
    };
    let mut before = all(&home.store);
    home.store.clone().close();
    for suffix in ["", "-wal", "-shm"] {
        let mut name = home.path().into_os_string();
        name.push(suffix);
        // The log is gone already when the last one closed it.
        let _ = std::fs::remove_file(name);
    }

    let options = ringback_store::Options::default();
    let again = ringback_store::Store::open(&home.path(), options, ringback_model::Clock::system())
        .expect("opens anew");
    for event in &mut before {
        event.head.state = EventState::Pending;
        event.head.applied_at = None;
    }
    assert_eq!(all(&again), before);
    assert_eq!(again.append(event("next")), Ok(Appended::New { seq: 26 }));
    assert_eq!(again.append(event("3")), Ok(Appended::Duplicate { seq: 4 }));
}

#[test]
fn what_is_looked_at_again_is_pending_again_even_below_the_mark() {
    let home = Home::new();
    for n in 0..3 {
        home.store.append(event(&n.to_string())).expect("written");
    }
    for seq in 1..=3 {
        mark(&home.store, seq, EventOutcome::Applied { call: None });
    }
    home.store
        .write(|writer| writer.events_mut().all_done_up_to(3))
        .expect("written");
    let pending = || {
        let events = home.store.read(|reader| reader.events().pending(0, 10));
        events
            .expect("reads")
            .iter()
            .map(|event| event.head.seq)
            .collect::<Vec<_>>()
    };
    assert_eq!(pending(), Vec::<i64>::new());
    mark(&home.store, 2, EventOutcome::Pending);
    assert_eq!(pending(), [2]);
}

#[test]
fn what_was_put_back_meanwhile_is_not_buried_by_the_word_that_all_is_done() {
    let home = Home::new();
    for n in 0..3 {
        home.store.append(event(&n.to_string())).expect("written");
    }
    for seq in 1..=3 {
        mark(&home.store, seq, EventOutcome::Applied { call: None });
    }
    // Somebody finds nothing pending; before that is written down, an event is put back.
    let last = home.store.read(|reader| {
        assert_eq!(reader.events().count_pending(10)?, 0);
        reader.events().last_seq()
    });
    let last = last.expect("reads");
    mark(&home.store, 2, EventOutcome::Pending);
    let all_done = |seq| {
        home.store
            .write(move |writer| writer.events_mut().all_done_up_to(seq))
    };
    assert_eq!(all_done(last), Ok(false));
    let pending = home.store.read(|reader| reader.events().pending(0, 10));
    let pending = pending.expect("reads");
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].head.seq, 2, "it is still to be looked at");

    assert_eq!(all_done(1), Ok(true), "up to there it is so");
    mark(&home.store, 2, EventOutcome::Applied { call: None });
    assert_eq!(all_done(last), Ok(true));
}
