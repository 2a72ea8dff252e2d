//! Copies of files that are in use.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use ringback_store::{Copied, Options, Store, StoreError, back_up};
use rusqlite::Connection;

use crate::home::{Home, START, Told, event};

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

#[test]
fn a_copy_holds_everything_that_was_answered_before_though_more_is_written_all_the_time() {
    let home = Home::new();
    for n in 0..200 {
        home.store
            .append(event(&format!("before {n}")))
            .expect("written");
        Told::new("clinic", &format!("call_{n}"), START + n).put(&home.store);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let is_over = Arc::new(AtomicBool::new(false));
    let busy = {
        let (store, is_over) = (home.store.clone(), is_over.clone());
        std::thread::spawn(move || {
            let mut written = 0_u32;
            while !is_over.load(Ordering::SeqCst) {
                store
                    .append(event(&format!("meanwhile {written}")))
                    .expect("nobody is in the way");
                let n = START + i64::from(written);
                Told::new("clinic", &format!("later_{written}"), n).put(&store);
                written += 1;
            }
        })
    };
    let mut told: Vec<Copied> = Vec::new();
    let before = home.store.read(|reader| reader.events().last_seq());
    let made = back_up(&home.path(), folder.path(), |copied| {
        // Something is written between any two pieces.
        home.store
            .append(event(&format!("between {}", told.len())))
            .expect("nobody is in the way");
        told.push(copied);
        GO_ON
    });
    is_over.store(true, Ordering::SeqCst);
    busy.join().expect("no panic");
    let names: Vec<_> = made
        .expect("copied")
        .iter()
        .filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(names, ["ringback.db", "journal.db"]);
    assert!(told.is_sorted_by_key(|copied| copied.done), "{told:?}");
    assert!(told.iter().all(|copied| copied.done <= copied.all));
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("reads").count(),
        2,
        "nothing else is left"
    );

    for name in names {
        let raw = Connection::open(folder.path().join(&name)).expect("opens");
        let found: String = raw
            .query_row("PRAGMA quick_check", [], |row| row.get(0))
            .expect("checked");
        assert_eq!(found, "ok", "{name}");
    }
    let copy = Store::open(
        &folder.path().join("ringback.db"),
        Options::default(),
        ringback_model::Clock::system(),
    )
    .expect("a copy is a database");
    copy.read(|reader| {
        assert!(reader.events().last_seq()? >= before.expect("reads"));
        let all = reader.events().after(0, 100_000)?;
        let kept = all
            .iter()
            .filter(|event| event.head.key.starts_with("before"));
        assert_eq!(kept.count(), 200);
        for n in 0..200 {
            assert_eq!(reader.calls().named(&format!("call_{n}"))?.len(), 1);
        }
        Ok(())
    })
    .expect("reads");
    assert_eq!(copy.integrity(), Ok(()));
}

#[test]
fn one_that_was_stopped_or_that_would_replace_something_leaves_what_was_there() {
    let home = Home::new();
    home.store.append(event("a")).expect("written");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stopped = back_up(&home.path(), folder.path(), |_| ControlFlow::Break(()));
    assert!(
        matches!(stopped, Err(StoreError::TakenBack(_))),
        "{stopped:?}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).expect("reads").count(), 0);

    let theirs = folder.path().join("ringback.db");
    std::fs::write(&theirs, b"something else").expect("written");
    let refused = back_up(&home.path(), folder.path(), |_| GO_ON);
    assert!(matches!(refused, Err(StoreError::Io(_))), "{refused:?}");
    assert_eq!(std::fs::read(&theirs).expect("reads"), b"something else");
    assert_eq!(std::fs::read_dir(folder.path()).expect("reads").count(), 1);

    let nothing = back_up(
        &folder.path().join("no").join("ringback.db"),
        folder.path(),
        |_| GO_ON,
    );
    assert!(matches!(nothing, Err(StoreError::Io(_))), "{nothing:?}");
}
