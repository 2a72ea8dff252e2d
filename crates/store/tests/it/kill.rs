//! What was acknowledged is there, once, whatever kills the program.
//!
//! The test starts this same test binary again as a child that appends and prints an acknowledgement
//! for each answer, kills it in the middle (SIGKILL), and looks.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use ringback_model::Clock;
use ringback_store::{Options, Store};
use rusqlite::Connection;

use crate::home::event;

const HOME_OF_CHILD: &str = "RINGBACK_STORE_TEST_CHILD_HOME";
const ROUND_OF_CHILD: &str = "RINGBACK_STORE_TEST_CHILD_ROUND";
const ROUNDS: usize = 20;

#[test]
fn every_acknowledged_event_is_there_once_after_kill_9() {
    if let Some(home) = std::env::var_os(HOME_OF_CHILD) {
        append_until_killed(&PathBuf::from(home));
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ringback.db");
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        // The more rounds, the later the kill: in the first commits, and in the middle of many.
        acknowledged.extend(run_and_kill(&path, round, 1 + round * round));
        let store = Store::open(&path, Options::default(), Clock::system()).expect("opens again");
        assert_eq!(store.integrity(), Ok(()), "round {round}");
        store.close();
        let (rows, keys) = rows_and_keys(&path);
        assert_eq!(rows, keys.len(), "no key twice, round {round}");
        let lost: Vec<_> = acknowledged.difference(&keys).collect();
        assert!(lost.is_empty(), "lost in round {round}: {lost:?}");
    }
    assert!(acknowledged.len() > ROUNDS * ROUNDS);
}

fn append_until_killed(path: &Path) {
    let round = std::env::var(ROUND_OF_CHILD).expect("the parent says");
    let store = Store::open(path, Options::default(), Clock::system()).expect("opens");
    std::thread::scope(|scope| {
        for sender in 0..8 {
            let (store, round) = (&store, &round);
            scope.spawn(move || {
                for n in 0.. {
                    let key = format!("{round}-{sender}-{n}");
                    let mut new = event(&key);
                    new.body = key.repeat(200).into_bytes();
                    store.append(new).expect("written");
                    // One write call for the line: a killed process leaves whole lines or none.
                    let line = format!("ack {key}\n");
                    if std::io::stdout().lock().write_all(line.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
}

fn run_and_kill(path: &Path, round: usize, after: usize) -> Vec<String> {
    let program = std::env::current_exe().expect("this test binary");
    let mut child = Command::new(program)
        .args([
            "--exact",
            "kill::every_acknowledged_event_is_there_once_after_kill_9",
            "--nocapture",
        ])
        .env(HOME_OF_CHILD, path)
        .env(ROUND_OF_CHILD, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut keys = Vec::new();
    for line in lines {
        let line = line.expect("text");
        if let Some((_, key)) = line.split_once("ack ") {
            keys.push(key.to_owned());
        }
        if keys.len() == after {
            child.kill().expect("SIGKILL");
        }
    }
    child.wait().expect("it is gone");
    assert!(
        keys.len() >= after,
        "the child appended until it was killed"
    );
    keys
}

fn rows_and_keys(path: &Path) -> (usize, BTreeSet<String>) {
    let conn = Connection::open(path.with_file_name("journal.db")).expect("opens");
    let mut rows = conn
        .prepare("SELECT key FROM events JOIN event_bodies USING (seq)")
        .expect("prepares");
    let keys: Vec<String> = rows
        .query_map([], |row| row.get(0))
        .expect("reads")
        .map(|key| key.expect("text"))
        .collect();
    (keys.len(), keys.into_iter().collect())
}
