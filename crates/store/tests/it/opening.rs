//! Opening files of all kinds.

use ringback_model::Clock;
use ringback_store::{CallFilter, Options, Result, Store, StoreError};
use rusqlite::Connection;

use crate::home::{Home, START, Told, event};

fn open(path: &std::path::Path) -> Result<Store> {
    Store::open(path, Options::default(), Clock::system())
}

#[test]
fn a_newer_file_is_left_alone_with_a_clear_message() {
    let home = Home::new();
    home.store.append(event("a")).expect("written");
    home.store.clone().close();
    let raw = Connection::open(home.path()).expect("opens");
    raw.pragma_update(None, "user_version", 999).expect("sets");
    drop(raw);
    let before = std::fs::read(home.path()).expect("reads");

    let error = open(&home.path()).expect_err("too new");
    let StoreError::Newer {
        found: 999, known, ..
    } = error.clone()
    else {
        panic!("{error:?}")
    };
    let message = error.to_string();
    assert!(
        message.contains("999") && message.contains(&known.to_string()),
        "{message}"
    );
    assert!(message.contains("newer Ringback"), "{message}");
    assert_eq!(
        std::fs::read(home.path()).expect("reads"),
        before,
        "not a byte was touched"
    );
}

#[test]
fn a_file_that_is_no_database_is_damaged_and_one_of_another_program_is_not_ours() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let noise = folder.path().join("noise.db");
    std::fs::write(&noise, [42; 8192]).expect("written");
    assert!(matches!(open(&noise), Err(StoreError::Damaged(_))));
    assert_eq!(std::fs::read(&noise).expect("reads"), [42; 8192]);

    let theirs = folder.path().join("theirs.db");
    Connection::open(&theirs)
        .expect("opens")
        .execute_batch("CREATE TABLE t (a)")
        .expect("runs");
    assert_eq!(open(&theirs).err(), Some(StoreError::NotOurs));

    let nowhere = folder.path().join("no").join("such.db");
    assert!(matches!(open(&nowhere), Err(StoreError::Io(_))));
}

#[test]
fn a_newer_journal_is_left_alone_too_and_so_is_the_database_beside_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ringback.db");
    let journal = folder.path().join("journal.db");
    open(&path).expect("opens").close();
    Connection::open(&journal)
        .expect("opens")
        .pragma_update(None, "user_version", 999)
        .expect("sets");
    // As a program before the first format would have left it.
    std::fs::write(&path, b"").expect("written");
    let before = std::fs::read(&journal).expect("reads");

    let error = open(&path).expect_err("too new");
    assert!(
        matches!(error, StoreError::Newer { found: 999, .. }),
        "{error:?}"
    );
    assert_eq!(std::fs::read(&journal).expect("reads"), before);
    assert_eq!(std::fs::read(&path).expect("reads"), b"");
}

#[test]
fn damage_inside_is_found_by_the_integrity_check() {
    let home = Home::new();
    for n in 0..200 {
        home.store.append(event(&n.to_string())).expect("written");
    }
    for n in 0..100 {
        Told::new("clinic", &format!("call_{n}"), START + n).put(&home.store);
    }
    assert_eq!(home.store.integrity(), Ok(()));
    home.store.clone().close();
    for (path, name) in [
        (home.path(), "ringback.db"),
        (home.path().with_file_name("journal.db"), "journal.db"),
    ] {
        let whole = std::fs::read(&path).expect("reads");
        let mut bytes = whole.clone();
        let end = bytes.len();
        for byte in &mut bytes[end - 3 * 4096..] {
            *byte ^= 0x55;
        }
        std::fs::write(&path, bytes).expect("written");
        let again = open(&home.path()).expect("the first pages are whole");
        let Err(StoreError::Damaged(found)) = again.integrity() else {
            panic!("damage in {name} is not found")
        };
        assert!(found.starts_with(name), "{found}");
        again.close();
        std::fs::write(&path, whole).expect("written");
    }
    let again = open(&home.path()).expect("opens");
    assert_eq!(again.integrity(), Ok(()), "both are whole again");
}

#[test]
fn damage_in_the_search_index_is_found_too() {
    let home = Home::new();
    for n in 0..50 {
        let call = Told::new("clinic", &format!("call_{n}"), START + n);
        call.said(&["words that are indexed"]).put(&home.store);
    }
    assert_eq!(home.store.integrity(), Ok(()));
    let raw = Connection::open(home.path()).expect("opens");
    let sql = "UPDATE call_words_data SET block = zeroblob(length(block)) WHERE id > 10";
    assert!(raw.execute(sql, []).expect("damages") > 0);
    assert!(matches!(
        home.store.integrity(),
        Err(StoreError::Damaged(_))
    ));
}

#[test]
fn a_file_that_another_program_holds_for_long_is_busy_and_not_broken() {
    let home = Home::new();
    let other = Connection::open(home.path()).expect("opens");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("holds the lock");
    let raw = Connection::open(home.path()).expect("opens");
    raw.busy_timeout(std::time::Duration::ZERO).expect("sets");
    let error: StoreError = raw
        .execute_batch("BEGIN IMMEDIATE")
        .expect_err("locked")
        .into();
    assert_eq!(error, StoreError::Busy);
    other.execute_batch("ROLLBACK").expect("lets go");
    home.store.append(event("a")).expect("written");
}

/// A file of format 1 with something in each table, as SQL text. When the format grows, this stays.
const FIRST_FORMAT: &str = include_str!("../fixtures/format-1.sql");

/// The same for the journal.
const FIRST_JOURNAL: &str = include_str!("../fixtures/journal-1.sql");

#[test]
fn a_file_of_the_first_format_opens_with_all_that_is_in_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ringback.db");
    Connection::open(&path)
        .expect("opens")
        .execute_batch(FIRST_FORMAT)
        .expect("the fixture runs");
    Connection::open(path.with_file_name("journal.db"))
        .expect("opens")
        .execute_batch(FIRST_JOURNAL)
        .expect("the fixture runs");
    let store = open(&path).expect("opens");
    assert_eq!(store.integrity(), Ok(()));
    store
        .read(|reader| {
            let pending = reader.events().pending(0, 10)?;
            assert_eq!(pending.len(), 1);
            assert_eq!(pending[0].body, b"{\"event\":\"call_ended\"}");
            let calls = reader.calls();
            let found = calls.named("call_1")?;
            let call = calls.by_id(found[0])?.expect("there");
            assert!(call.call.fields.transcript.is_some());
            assert_eq!(reader.recordings().of_call(call.id)?.len(), 1);
            assert_eq!(calls.hits(call.id, "appointment", 5)?.len(), 1);
            let filter = ringback_store::CallFilter {
                text: Some("appointment".into()),
                ..Default::default()
            };
            assert_eq!(calls.count(&filter, 5)?.n, 1);
            assert!(reader.jobs().get("fetch", "01")?.is_some());
            assert_eq!(
                reader.settings().get::<String>("language")?.as_deref(),
                Some("de")
            );
            assert_eq!(reader.alerts().open()?.len(), 1);
            Ok(())
        })
        .expect("reads");
}

#[test]
fn an_old_file_has_the_same_tables_as_a_new_one_after_opening() {
    let schema = |path: &std::path::Path| {
        open(path).expect("opens").close();
        let conn = Connection::open(path).expect("opens");
        let mut rows = conn
            .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .expect("prepares");
        let read = rows
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("reads");
        read.collect::<rusqlite::Result<Vec<(String, String)>>>()
            .expect("text")
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let other = tempfile::tempdir().expect("a temporary folder");
    let (old, new) = (
        folder.path().join("ringback.db"),
        other.path().join("ringback.db"),
    );
    for (path, fixture) in [
        (old.clone(), FIRST_FORMAT),
        (old.with_file_name("journal.db"), FIRST_JOURNAL),
    ] {
        Connection::open(path)
            .expect("opens")
            .execute_batch(fixture)
            .expect("the fixture runs");
    }
    assert_eq!(schema(&old), schema(&new));
    let journal = |path: &std::path::Path| {
        let conn = Connection::open(path.with_file_name("journal.db")).expect("opens");
        let mut rows = conn
            .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .expect("prepares");
        let read = rows
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("reads");
        read.collect::<rusqlite::Result<Vec<(String, String)>>>()
            .expect("text")
    };
    assert_eq!(journal(&old), journal(&new));
}

#[cfg(unix)]
#[test]
fn nobody_else_on_the_machine_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.store.append(event("a")).expect("written");
    let folder = home.path().parent().expect("a folder").to_owned();
    let mut files = 0;
    for file in std::fs::read_dir(folder).expect("reads") {
        let file = file.expect("an entry");
        let mode = file.metadata().expect("its rights").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}", file.file_name());
        files += 1;
    }
    assert!(files >= 2, "the database and its log");
}

#[test]
fn calls_of_before_that_are_one_conversation_are_found_to_be() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ringback.db");
    let raw = Connection::open(&path).expect("opens");
    raw.execute_batch(FIRST_FORMAT).expect("the fixture runs");
    raw.execute_batch(
        r#"UPDATE call_docs SET doc = json_set(doc, '$.fields.carrier_call_id', json(
               '{"value":"leg_of_carrier","stamp":{"as_of":"2026-03-02T09:00:00Z","source":"webhook"}}'));
           INSERT INTO calls (row, id, position, account, provider, provider_call_id, status, direction,
               duration_ms, sort_at, missing, missing_count, has_transcript, first_seen_at, updated_at)
           VALUES (2, '01KJPWD6M0BXA2TAMT0S04YTJC', 1814980608000002, 'trunk', 'telnyx', 'session',
               'ended', 'inbound', 61000, 1772442000000, '[]', 0, 0, 0, 0);
           INSERT INTO call_docs (call, doc) VALUES (2, '{"provider_call_id":"session","fields":{}}');
           INSERT INTO legs (account, leg, call) VALUES ('trunk', 'leg_of_carrier', 2);"#,
    )
    .expect("runs");
    drop(raw);
    Connection::open(path.with_file_name("journal.db"))
        .expect("opens")
        .execute_batch(FIRST_JOURNAL)
        .expect("the fixture runs");
    let store = open(&path).expect("opens");
    store
        .read(|reader| {
            let calls = reader.calls();
            let (agent, carrier) = (calls.named("call_1")?[0], calls.named("session")?[0]);
            assert_eq!(calls.row(carrier)?.expect("there").part_of, Some(agent));
            assert_eq!(calls.conversation(carrier)?.len(), 2);
            assert_eq!(
                calls.count(&CallFilter::default(), 9)?.n,
                1,
                "one row of the list"
            );
            let day = "2026-03-02".parse().expect("a day");
            let days = reader.figures().calls_per_day(day, day)?;
            assert_eq!(days.iter().map(|day| day.count).sum::<u64>(), 1);
            Ok(())
        })
        .expect("reads");
}
