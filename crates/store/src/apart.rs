//! Tests that the two files do not get in each other's way.

use std::sync::mpsc;

use ringback_model::{AccountId, Clock, Source};

use crate::{
    Appended, Event, EventOutcome, NewEvent, Options, PackedEvent, Request, Result, Standing,
    Store, StoreError, Writer, tables::events,
};

struct Home {
    store: Store,
    folder: tempfile::TempDir,
}

fn home(options: Options) -> Home {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(&folder, options);
    Home { store, folder }
}

fn open(folder: &tempfile::TempDir, options: Options) -> Store {
    let path = folder.path().join("ringback.db");
    Store::open(&path, options, Clock::system()).expect("opens")
}

fn event(key: &str) -> NewEvent {
    NewEvent {
        account: AccountId::new("clinic").expect("valid"),
        provider: "retell".into(),
        source: Source::Webhook,
        kind: None,
        key: key.into(),
        received_at: jiff::Timestamp::UNIX_EPOCH,
        as_of: None,
        request: Request::default(),
        body: b"{}".to_vec(),
        standing: Standing::Signed,
    }
}

/// Runs `work` between two appends and waits for it.
fn in_journal<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce(&mut Writer<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (tell, told) = mpsc::channel();
    store.in_journal(work, move |result| {
        let _ = tell.send(result);
    });
    told.recv().expect("answered")
}

fn keys(events: Result<Vec<Event>>) -> Vec<String> {
    let events = events.expect("reads");
    events.into_iter().map(|event| event.head.key).collect()
}

#[test]
fn when_too_much_waits_the_door_is_told_and_work_in_hand_goes_on() {
    let Home {
        store,
        folder: _folder,
    } = home(Options {
        waiting_writes: 4,
        ..Options::default()
    });
    let (go, gate) = mpsc::channel::<()>();
    let (entered, inside) = mpsc::channel();
    store.in_journal(
        move |_| {
            entered.send(()).expect("the test waits");
            gate.recv().map_err(|_| StoreError::Closed)
        },
        |result| result.expect("opened"),
    );
    inside.recv().expect("the journal's writer stands still");
    let (tell, told) = mpsc::channel();
    for n in 0..6 {
        let tell = tell.clone();
        store.append_async(event(&n.to_string()), move |result| {
            tell.send(result.map(drop)).expect("the test waits");
        });
    }
    drop(tell);
    assert_eq!(store.waiting(), 4);
    let refused: Vec<_> = told.try_iter().collect();
    assert_eq!(
        refused,
        vec![Err(StoreError::Overloaded); 2],
        "at once, without waiting"
    );
    store
        .write(|writer| writer.settings_mut().set("work", &1))
        .expect("the database has a line of its own");
    go.send(()).expect("the writer waits");
    assert_eq!(told.iter().collect::<Vec<_>>(), vec![Ok(()); 4]);
}

#[test]
fn reads_go_on_while_the_journal_is_in_a_transaction() {
    let Home {
        store,
        folder: _folder,
    } = home(Options::default());
    store.append(event("before")).expect("written");
    let reading = store.clone();
    let seen = in_journal(&store, move |writer| {
        let packed = PackedEvent::new(event("now"))?;
        events::append(writer.conn(), &packed)?;
        reading.read(|reader| {
            let pending = reader.events().pending(0, 10)?;
            Ok(pending.len())
        })
    });
    assert_eq!(seen, Ok(1), "what is not committed yet is not seen");
    let all = store.read(|reader| reader.events().after(0, 10));
    assert_eq!(keys(all), ["before", "now"]);
}

#[test]
fn the_journal_takes_events_while_the_database_is_in_a_transaction() {
    let Home {
        store,
        folder: _folder,
    } = home(Options::default());
    store.append(event("a")).expect("written");
    let door = store.clone();
    let appended = store.write(move |writer| {
        // Having read the journal and written the database, this transaction is in both files.
        let pending = writer.events().pending(0, 10)?;
        let outcome = EventOutcome::Applied { call: None };
        writer.events_mut().mark(pending[0].head.seq, &outcome)?;
        door.append(event("b"))
    });
    assert_eq!(appended, Ok(Appended::New { seq: 2 }), "and not busy");
}

#[test]
fn the_database_is_written_while_the_journal_is_in_a_transaction() {
    let Home {
        store,
        folder: _folder,
    } = home(Options::default());
    let other = store.clone();
    let written = in_journal(&store, move |writer| {
        events::append(writer.conn(), &PackedEvent::new(event("a"))?)?;
        other.write(|writer| writer.settings_mut().set("work", &1))
    });
    assert_eq!(written, Ok(()));
}

#[test]
fn two_programs_on_one_home_share_both_files() {
    let Home { store: one, folder } = home(Options::default());
    let two = open(&folder, Options::default());
    assert_eq!(one.append(event("a")), Ok(Appended::New { seq: 1 }));
    assert_eq!(two.append(event("b")), Ok(Appended::New { seq: 2 }));
    assert_eq!(
        two.append(event("a")),
        Ok(Appended::Duplicate { seq: 1 }),
        "what came through the other door is known here"
    );
    two.write(|writer| {
        let outcome = EventOutcome::Applied { call: None };
        writer.events_mut().mark(1, &outcome)
    })
    .expect("written");
    let pending = one.read(|reader| reader.events().pending(0, 10));
    assert_eq!(keys(pending), ["b"]);
    two.close();
    one.append(event("c"))
        .expect("closing one leaves the other at work");
    assert_eq!(one.integrity(), Ok(()));
    let all = one.read(|reader| reader.events().after(0, 10));
    assert_eq!(keys(all), ["a", "b", "c"]);
}
