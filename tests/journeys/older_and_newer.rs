//! A home that a newer Ringback has written is left alone.

use std::fs;

use ringback_journeys::{
    patience::{SOON, until},
    setting::{RETELL, Setting},
};
use ringback_simulator::CallScript;
use rusqlite::Connection;

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_newer_version_are_refused_with_a_plain_message_and_not_touched() {
    let setting = Setting::webhooks_only().await;
    let house = setting.start().await;
    let id = setting
        .simulator
        .place(RETELL, CallScript::default())
        .expect("one of ours");
    setting.live_through().await;
    house.recording_is(&id, "ready").await;
    house.engine.shutdown().await;
    drop(house);

    for name in ["ringback.db", "journal.db"] {
        let file = setting.folder().join(name);
        let conn = Connection::open(&file).expect("it is a database");
        let format: i64 = conn
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .expect("it has a format");
        conn.pragma_update(None, "user_version", 999)
            .expect("writable");
        // Without other users the log is emptied into the file when the last connection closes.
        drop(conn);
        let log = setting.folder().join(format!("{name}-wal"));
        until(SOON, "nobody else has it open any more", async || {
            (!log.exists()).then_some(())
        })
        .await;
        let before = fs::read(&file).expect("readable");

        let said = setting.program().run(&["calls", "list", "--json"]).await;
        assert_eq!(said.code, Some(3), "it cannot run: {said:?}");
        let error = &said.json()["error"];
        assert_eq!(error["code"], "newer");
        let message = error["message"].as_str().expect("a text");
        assert!(
            message.contains("newer Ringback") && message.contains("999"),
            "{message}"
        );
        assert!(message.contains(name), "it says which file: {message}");
        assert!(
            error["hint"]
                .as_str()
                .is_some_and(|hint| hint.contains("newer version")),
            "{error}"
        );
        let served = setting.program().run(&["serve"]).await;
        assert_eq!(
            served.code,
            Some(3),
            "the server does not start on it either"
        );
        assert!(
            served.stderr.contains("newer Ringback"),
            "{}",
            served.stderr
        );
        assert_eq!(
            fs::read(&file).expect("readable"),
            before,
            "{name} was not touched"
        );

        let conn = Connection::open(&file).expect("it is a database");
        conn.pragma_update(None, "user_version", format)
            .expect("writable");
    }
    let call = setting.program().json(&["calls", "show", &id]).await;
    assert_eq!(
        call["status"], "ended",
        "with the right program everything is there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_program_is_not_taken_over() {
    let setting = Setting::webhooks_only().await;
    let file = setting.folder().join("ringback.db");
    let conn = Connection::open(&file).expect("a new file");
    conn.execute_batch("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup');")
        .expect("writable");
    drop(conn);
    let said = setting.program().run(&["status", "--json"]).await;
    assert_eq!(said.code, Some(3), "{said:?}");
    let message = said.json()["error"]["message"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(message.contains("not one of Ringback's"), "{message}");
    let conn = Connection::open(&file).expect("still a database");
    let name: String = conn
        .query_row("SELECT name FROM recipes", [], |row| row.get(0))
        .expect("its row");
    assert_eq!(name, "soup");
}
