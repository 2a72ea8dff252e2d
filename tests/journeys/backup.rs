//! A copy of a home that is in use is a home.

use std::fs;

use ringback_journeys::{
    program::Ringback,
    setting::{RETELL, Setting},
    signing::post_to_retell,
};
use ringback_simulator::CallScript;
use rusqlite::Connection;

/// An event of a kind that nobody uses: it is kept, whatever its name.
fn event(kind: &str) -> Vec<u8> {
    format!("{{\"event\":\"{kind}\",\"call\":{{\"call_id\":\"x\"}}}}").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_made_while_events_arrive_is_whole_and_shows_what_was_here() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    house.recording_is(&id, "ready").await;
    house.rests().await;
    let here = house.call(&id).expect("it is here");
    for n in 0..20 {
        let answer = post_to_retell(&setting, event(&format!("before_{n}"))).await;
        assert_eq!(answer.word, "accepted");
    }

    let to = setting.folder().with_file_name("copy");
    let words = ["backup", "--to", to.to_str().expect("plain letters")];
    let program = setting.program();
    let copied = {
        let copying = program.json(&words);
        tokio::pin!(copying);
        let mut arriving = 0;
        loop {
            tokio::select! {
                copied = &mut copying => break copied,
                answer = post_to_retell(&setting, event(&format!("meanwhile_{arriving}"))) => {
                    assert_eq!(answer.word, "accepted", "the door stays open");
                    arriving += 1;
                }
            }
        }
    };
    assert_eq!(copied["to"], to.to_str().expect("plain letters"));
    let mut files: Vec<_> = fs::read_dir(&to)
        .expect("a folder")
        .map(|file| file.expect("an entry").file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["config.toml", "journal.db", "ringback.db"]);
    for name in ["journal.db", "ringback.db"] {
        let raw = Connection::open(to.join(name)).expect("opens");
        let found: String = raw
            .query_row("PRAGMA quick_check", [], |row| row.get(0))
            .expect("checked");
        assert_eq!(found, "ok", "{name}");
    }

    let again = program.run(&[words.as_slice(), &["--json"]].concat()).await;
    assert_eq!(again.code, Some(2), "nothing is replaced: {again:?}");
    let error = &again.json()["error"];
    assert_eq!(error["code"], "bad_request", "{error}");
    house.engine.shutdown().await;

    let other = Ringback::new(&to, setting.simulator.environment());
    let there = other.json(&["calls", "show", &id]).await;
    for field in ["id", "status", "summary", "transcript", "cost", "ended_at"] {
        assert_eq!(there[field], here[field], "{field}");
    }
    assert_eq!(
        there["recordings"][0]["sha256"],
        here["recordings"][0]["sha256"]
    );
    let events = other.json(&["events", "list", "--limit", "100000"]).await;
    let kinds: Vec<&str> = events
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|event| event["kind"].as_str())
        .collect();
    for n in 0..20 {
        let kind = format!("before_{n}");
        assert!(kinds.contains(&kind.as_str()), "{kind} was answered before");
    }
}
