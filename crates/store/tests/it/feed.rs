//! The change feed, within one process and between two.

use std::sync::{Arc, Mutex};

use ringback_model::RecordingState;
use ringback_store::{Change, ChangeKind, Feed};

use crate::home::{Home, START, Told, event, put_recording, recording};

#[test]
fn a_second_process_sees_what_the_first_changed() {
    let home = Home::new();
    let other = home.second();
    let version = other.data_version().expect("reads");
    assert_eq!(other.data_version(), Ok(version), "nothing happened");

    let call = Told::new("clinic", "call_1", START);
    let id = call.put(&home.store);
    let one = recording(&call.0, "", RecordingState::Ready);
    put_recording(&home.store, &one);
    assert_ne!(other.data_version(), Ok(version));

    let Feed::Changes(changes) = other.read(|reader| reader.changes_since(0)).expect("reads")
    else {
        panic!("nothing was forgotten")
    };
    let seen: Vec<_> = changes
        .iter()
        .map(|change| (change.kind, change.id.clone()))
        .collect();
    assert_eq!(
        seen,
        [
            (ChangeKind::Call, id.to_string()),
            (ChangeKind::Recording, one.id.to_string()),
            (ChangeKind::Call, id.to_string()),
        ]
    );
    let last = changes.last().expect("three").seq;
    assert_eq!(
        other.read(|reader| reader.changes_since(last)),
        Ok(Feed::Changes(vec![]))
    );

    other
        .write(|writer| writer.settings_mut().set("theme", &"dark"))
        .expect("both may write");
    let Feed::Changes(changes) = home.store.read(|r| r.changes_since(last)).expect("reads") else {
        panic!("nothing was forgotten")
    };
    assert_eq!(changes[0].kind, ChangeKind::Setting);
}

#[test]
fn two_processes_append_to_one_journal_without_losing_or_doubling() {
    let home = Home::new();
    let other = home.second();
    std::thread::scope(|scope| {
        for store in [&home.store, &other] {
            scope.spawn(move || {
                for n in 0..200 {
                    store
                        .append(event(&n.to_string()))
                        .expect("written by one or the other");
                }
            });
        }
    });
    assert_eq!(
        home.store
            .read(|reader| reader.events().count_pending(1000)),
        Ok(200)
    );
    assert_eq!(home.store.integrity(), Ok(()));
}

#[test]
fn listeners_hear_of_a_change_before_its_writer_is_answered() {
    let home = Home::new();
    let heard: Arc<Mutex<Vec<Change>>> = Arc::default();
    home.store.on_commit({
        let heard = Arc::clone(&heard);
        move |changes| {
            heard
                .lock()
                .expect("not poisoned")
                .extend_from_slice(changes)
        }
    });
    let id = Told::new("clinic", "call_1", START).put(&home.store);
    let heard = heard.lock().expect("not poisoned").clone();
    assert_eq!(heard.len(), 1);
    assert_eq!(
        (heard[0].kind, &heard[0].id),
        (ChangeKind::Call, &id.to_string())
    );
    assert_eq!(
        home.store.read(|reader| reader.changes_since(0)),
        Ok(Feed::Changes(heard))
    );
}

#[test]
fn the_feed_forgets_and_says_so() {
    let home = Home::new();
    for n in 0..12 {
        home.store
            .write(move |writer| {
                (0..1000).try_for_each(|m| writer.settings_mut().set(&format!("{n}/{m}"), &m))
            })
            .expect("written");
    }
    let last = home
        .store
        .read(|reader| reader.last_change())
        .expect("reads");
    assert_eq!(last, 12_000);
    assert_eq!(
        home.store.read(|reader| reader.changes_since(0)),
        Ok(Feed::TooOld { last })
    );
    let Ok(Feed::Changes(kept)) = home
        .store
        .read(|reader| reader.changes_since(last - 10_000))
    else {
        panic!("ten thousand are remembered")
    };
    assert_eq!(kept.len(), 10_000);
}
