//! Group commit: who hears what, when.

use std::sync::{Arc, Mutex, mpsc};

use ringback_store::{Options, StoreError};
use rusqlite::Connection;

use crate::home::{Home, Told, account, event};

/// The writer stands in a closure until the sender is used; everything else waits.
fn stop_the_writer(home: &Home) -> mpsc::Sender<()> {
    let (go, gate) = mpsc::channel::<()>();
    let (entered, inside) = mpsc::channel();
    home.store.write_async(
        move |_| {
            entered.send(()).expect("the test waits");
            gate.recv().map_err(|_| StoreError::Closed)
        },
        |result| result.expect("opened"),
    );
    inside.recv().expect("the writer is in the closure");
    go
}

#[test]
fn an_answer_comes_only_after_others_can_see_the_write() {
    let home = Home::new();
    let path = home.path().with_file_name("journal.db");
    let (tell, told) = mpsc::channel();
    for n in 0..20 {
        let tell = tell.clone();
        let path = path.clone();
        home.store
            .append_async(event(&n.to_string()), move |appended| {
                let seq = appended.expect("written").seq();
                let other = Connection::open(path).expect("a connection of somebody else");
                let seen: i64 = other
                    .query_row("SELECT count(*) FROM events WHERE seq = ?1", [seq], |row| {
                        row.get(0)
                    })
                    .expect("a count");
                tell.send(seen).expect("the test waits");
            });
    }
    drop(tell);
    assert_eq!(told.iter().collect::<Vec<_>>(), vec![1; 20]);
}

#[test]
fn writes_that_wait_share_one_commit() {
    let home = Home::new();
    let commits = Arc::new(Mutex::new(Vec::new()));
    home.store.on_commit({
        let commits = Arc::clone(&commits);
        move |changes| commits.lock().expect("not poisoned").push(changes.len())
    });
    let go = stop_the_writer(&home);
    let (tell, told) = mpsc::channel();
    for n in 0..10 {
        let tell = tell.clone();
        home.store.write_async(
            move |writer| writer.settings_mut().set(&format!("s{n}"), &n),
            move |result| tell.send(result).expect("the test waits"),
        );
    }
    go.send(()).expect("the writer waits");
    drop(tell);
    assert!(told.iter().all(|result| result.is_ok()));
    assert_eq!(
        *commits.lock().expect("not poisoned"),
        vec![10],
        "ten changes in one commit"
    );
}

#[test]
fn a_closure_that_fails_takes_back_only_its_own_writes() {
    let home = Home::new();
    let go = stop_the_writer(&home);
    let (tell, told) = mpsc::channel();
    for n in 0..9 {
        let tell = tell.clone();
        home.store.write_async(
            move |writer| {
                writer.settings_mut().set(&format!("s{n}"), &n)?;
                match n % 3 {
                    0 => Ok(n),
                    1 => Err(StoreError::TakenBack("no".into())),
                    _ => panic!("a closure of a caller panics"),
                }
            },
            move |result| tell.send((n, result)).expect("the test waits"),
        );
    }
    go.send(()).expect("the writer waits");
    drop(tell);
    for (n, result) in told {
        match n % 3 {
            0 => assert_eq!(result, Ok(n)),
            1 => assert_eq!(result, Err(StoreError::TakenBack("no".into()))),
            _ => assert!(matches!(result, Err(StoreError::Broken(_)))),
        }
    }
    let kept = home
        .store
        .read(|reader| reader.settings().all())
        .expect("reads");
    let keys: Vec<_> = kept.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["s0", "s3", "s6"]);
    let changes = home
        .store
        .read(|reader| reader.last_change())
        .expect("reads");
    assert_eq!(changes, 3, "the feed does not speak of what was taken back");
}

#[test]
fn a_closure_that_fails_alone_leaves_nothing_either() {
    let home = Home::new();
    let call = Told::new("clinic", "call_1", crate::home::START).said(&["never said"]);
    let failed: Result<(), _> = home.store.write(move |writer| {
        writer.settings_mut().set("a", &1)?;
        writer.calls_mut().put(call.0)?;
        Err(StoreError::TakenBack("no".into()))
    });
    assert_eq!(failed, Err(StoreError::TakenBack("no".into())));
    let text = ringback_store::CallFilter {
        text: Some("said".into()),
        ..Default::default()
    };
    let left = home.store.read(|reader| {
        let settings = reader.settings().all()?.len();
        Ok((
            settings,
            reader.calls().count(&text, 5)?.n,
            reader.last_change()?,
        ))
    });
    assert_eq!(left, Ok((0, 0, 0)));
    home.store
        .write(|writer| writer.settings_mut().set("b", &2))
        .expect("the next one goes on as ever");
}

#[test]
fn a_callback_that_panics_does_not_stop_the_writer() {
    let home = Home::new();
    home.store.on_commit(|_| panic!("a listener panics"));
    home.store.write_async(
        |writer| writer.settings_mut().set("a", &1),
        |_| panic!("a callback panics"),
    );
    home.store
        .write(|writer| writer.settings_mut().set("b", &2))
        .expect("still writes");
}

#[test]
fn a_body_larger_than_all_waiting_room_is_taken_when_nothing_waits() {
    let home = Home::with(Options {
        waiting_bytes: 10,
        ..Options::default()
    });
    let mut large = event("large");
    large.body = (0..=255).cycle().take(100_000).collect();
    home.store.append(large).expect("written");
}

#[test]
fn after_closing_everybody_is_told_and_what_waited_is_there() {
    let home = Home::new();
    let other = home.store.clone();
    other.append_async(event("last"), |result| {
        result.expect("written before closing");
    });
    home.store.clone().close();
    assert_eq!(other.append(event("late")), Err(StoreError::Closed));
    assert_eq!(other.write(|_| Ok(())), Err(StoreError::Closed));
    assert_eq!(other.read(|_| Ok(())), Err(StoreError::Closed));
    let again = home.second();
    assert_eq!(again.read(|reader| reader.events().last_seq()), Ok(1));
}

#[test]
fn reads_go_on_while_the_writer_is_in_a_transaction() {
    let home = Home::new();
    let store = home.store.clone();
    let seen = home.store.write(move |writer| {
        writer.settings_mut().set("a", &1)?;
        let inside: Option<i32> = writer.settings().get("a")?;
        let outside: Option<i32> = store.read(|reader| reader.settings().get("a"))?;
        Ok((inside, outside))
    });
    assert_eq!(seen, Ok((Some(1), None)));
}

#[test]
fn one_read_sees_one_state_whatever_is_written_meanwhile() {
    let home = Home::new();
    let store = home.store.clone();
    let counts = home.store.read(|reader| {
        let filter = ringback_store::CallFilter::default();
        let before = reader.calls().count(&filter, 10)?.n;
        Told::new("clinic", "call_1", crate::home::START).put(&store);
        Ok((before, reader.calls().count(&filter, 10)?.n))
    });
    assert_eq!(counts, Ok((0, 0)));
}

#[test]
fn a_cursor_is_where_it_was_put_also_after_reopening() {
    let home = Home::new();
    home.store
        .write(|writer| {
            writer
                .cursors_mut()
                .set(&account("clinic"), "calls", "2026-03-02")
        })
        .expect("written");
    let other = home.second();
    let read = |name: &'static str| {
        other.read(move |reader| reader.cursors().get(&account("clinic"), name))
    };
    assert_eq!(read("calls"), Ok(Some("2026-03-02".into())));
    assert_eq!(read("recordings"), Ok(None));
    other
        .write(|writer| writer.cursors_mut().clear(&account("clinic"), "calls"))
        .expect("written");
    assert_eq!(read("calls"), Ok(None));
}
