//! Opening the file: whose it is, which format it has, a backup before it is changed, and the
//! settings of each kind of connection.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::{
    error::{Result, StoreError},
    migrations::Formats,
};

/// How the store works. `Options::default()` is right for everything but measuring.
#[derive(Clone, Debug)]
pub struct Options {
    /// What an answered write survives.
    pub durability: Durability,
    /// How many writes may wait for each of the two files before further ones are turned away with
    /// [`StoreError::Overloaded`]. While the door is told to come back, work in hand goes on.
    pub waiting_writes: usize,
    /// How many bytes of compressed bodies may wait. A single larger one is taken when nothing waits.
    pub waiting_bytes: usize,
    /// How many reads run at the same time; further ones wait for a turn.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            durability: Durability::Full,
            waiting_writes: 4096,
            waiting_bytes: 8 << 20,
            readers: 8,
        }
    }
}

/// What an answered write survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// `kill -9` and power loss: the disk has it before the answer.
    Full,
    /// `kill -9` only. For measuring what durability costs.
    OffForMeasuring,
}

/// How long we wait for another process that writes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A file that is ours and not too new, and that was not changed yet.
pub(crate) struct Opened<'p, 's> {
    path: &'p Path,
    conn: Connection,
    found: u32,
    formats: Formats<'s>,
}

impl<'p, 's> Opened<'p, 's> {
    /// Opens the file, or makes an empty one.
    pub(crate) fn look(path: &'p Path, formats: Formats<'s>) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        create_private(path)?;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(PATIENCE)?;
        let found = format_of(&conn, formats.mark)?;
        if found > formats.newest {
            let name = path.file_name().unwrap_or(path.as_os_str());
            return Err(StoreError::Newer {
                file: name.to_string_lossy().into_owned(),
                found,
                known: formats.newest,
            });
        }
        Ok(Self {
            path,
            conn,
            found,
            formats,
        })
    }

    /// Brings the file to the newest format and gives the writing connection.
    pub(crate) fn for_writing(self, durability: Durability) -> Result<Connection> {
        let Self {
            path,
            mut conn,
            found,
            formats,
        } = self;
        if found == 0 {
            conn.pragma_update(None, "page_size", formats.page_size)?;
        }
        let mode: String =
            conn.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        if mode != "wal" {
            let why = "this disk cannot share memory between programs; use a local one";
            return Err(StoreError::Io(why.into()));
        }
        settle(&conn)?;
        conn.pragma_update(None, "synchronous", sync_word(durability))?;
        if found < formats.newest {
            migrate(&mut conn, path, found, &formats)?;
        }
        // Copying the log into the file is the checkpoint thread's work.
        conn.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        conn.set_transaction_behavior(TransactionBehavior::Immediate);
        Ok(conn)
    }
}

/// How large the file's pages are, in bytes.
pub(crate) fn page_size(conn: &Connection) -> Result<u32> {
    Ok(conn.pragma_query_value(Some("main"), "page_size", |row| row.get(0))?)
}

/// A connection that copies the log into the file and does nothing else.
pub(crate) fn checkpointer(path: &Path, durability: Durability) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    // It never waits for anybody: what cannot be copied now is copied next time.
    conn.busy_timeout(Duration::ZERO)?;
    settle(&conn)?;
    conn.pragma_update(None, "synchronous", sync_word(durability))?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    Ok(conn)
}

/// A connection that cannot write. It sees the journal beside the database.
pub(crate) fn reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(PATIENCE)?;
    settle(&conn)?;
    see_journal(&conn, path)?;
    Ok(conn)
}

/// Where the journal of a database is: beside it.
pub(crate) fn journal_of(path: &Path) -> PathBuf {
    path.with_file_name("journal.db")
}

/// Lets a connection to the database read the journal too. Its tables have names that are free in
/// the database, so they are found under them.
pub(crate) fn see_journal(conn: &Connection, path: &Path) -> Result<()> {
    let journal = journal_of(path);
    let text = journal
        .to_str()
        .ok_or_else(|| StoreError::Io("the path of the home is no Unicode text".into()))?;
    let escaped = text
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    conn.execute(
        "ATTACH DATABASE ?1 AS journal",
        [format!("file:{escaped}?mode=ro")],
    )?;
    Ok(())
}

/// Makes an empty file that only its owner can read, unless there is one: it will hold what people
/// said. SQLite gives its log the same rights.
pub(crate) fn create_private(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn settle(conn: &Connection) -> Result<()> {
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "memory")?;
    // Negative: in KiB.
    conn.pragma_update(None, "cache_size", -4096)?;
    if cfg!(target_os = "macos") {
        // There a plain fsync leaves data in the drive's cache.
        conn.pragma_update(None, "fullfsync", true)?;
        conn.pragma_update(None, "checkpoint_fullfsync", true)?;
    }
    conn.set_prepared_statement_cache_capacity(256);
    Ok(())
}

fn sync_word(durability: Durability) -> &'static str {
    match durability {
        Durability::Full => "full",
        Durability::OffForMeasuring => "off",
    }
}

/// The format of the file; 0 for a new one.
pub(crate) fn format_of(conn: &Connection, ours: i32) -> Result<u32> {
    let mark: i32 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let format: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if mark == ours {
        return u32::try_from(format)
            .map_err(|_| StoreError::Damaged("its format is negative".into()));
    }
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let is_new = mark == 0 && format == 0 && tables == 0;
    if is_new {
        Ok(0)
    } else {
        Err(StoreError::NotOurs)
    }
}

fn migrate(conn: &mut Connection, path: &Path, found: u32, formats: &Formats<'_>) -> Result<()> {
    if found > 0 {
        let backup = back_up(conn, path, formats.newest)?;
        tracing::info!(from = found, to = formats.newest, backup = %backup.display(),
            "the database is brought to a newer format; a copy of the old one is kept");
    }
    conn.set_transaction_behavior(TransactionBehavior::Immediate);
    match formats.steps.to_latest(conn) {
        Ok(()) => Ok(()),
        // Another process may have done the same in this moment.
        Err(_) if format_of(conn, formats.mark)? == formats.newest => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Copies the whole database beside the file. The copy has its name only when it is complete.
fn back_up(conn: &Connection, path: &Path, to: u32) -> Result<PathBuf> {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let part = beside(&format!(".before-v{to}.part"));
    let whole = beside(&format!(".before-v{to}"));
    if part.exists() {
        std::fs::remove_file(&part)?;
    }
    create_private(&part)?;
    conn.backup("main", &part, None)?;
    std::fs::File::open(&part)?.sync_all()?;
    std::fs::rename(&part, &whole)?;
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::APPLICATION_ID;

    fn writer(path: &Path, formats: Formats<'_>) -> Result<Connection> {
        Opened::look(path, formats)?.for_writing(Durability::Full)
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn first() -> String {
        format!("PRAGMA application_id = {APPLICATION_ID}; CREATE TABLE a (n INTEGER) STRICT;")
    }

    #[test]
    fn an_older_file_is_copied_first_and_then_migrated() {
        let folder = folder();
        let path = folder.path().join("ringback.db");
        let one = first();
        let conn =
            writer(&path, Formats::new(APPLICATION_ID, 4096, [one.as_str()])).expect("opens");
        conn.execute("INSERT INTO a VALUES (7)", [])
            .expect("writes");
        drop(conn);
        assert!(!folder.path().join("ringback.db.before-v1").exists());

        let two = Formats::new(
            APPLICATION_ID,
            4096,
            [one.as_str(), "ALTER TABLE a ADD COLUMN m INTEGER;"],
        );
        let conn = writer(&path, two).expect("migrates");
        let row: (i64, Option<i64>) = conn
            .query_row("SELECT n, m FROM a", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("the row and the new column are there");
        assert_eq!(row, (7, None));

        let old = Connection::open(folder.path().join("ringback.db.before-v2")).expect("backup");
        assert_eq!(format_of(&old, APPLICATION_ID), Ok(1));
        let n: i64 = old
            .query_row("SELECT n FROM a", [], |row| row.get(0))
            .expect("row");
        assert_eq!(n, 7);
        assert!(!folder.path().join("ringback.db.before-v2.part").exists());
    }

    #[test]
    fn a_migration_that_fails_halfway_leaves_the_file_as_it_was() {
        let folder = folder();
        let path = folder.path().join("ringback.db");
        let one = first();
        drop(writer(&path, Formats::new(APPLICATION_ID, 4096, [one.as_str()])).expect("opens"));
        let broken = Formats::new(
            APPLICATION_ID,
            4096,
            [one.as_str(), "CREATE TABLE b (n);", "CREATE TABLE b (n);"],
        );
        assert!(writer(&path, broken).is_err());
        let conn = writer(&path, Formats::new(APPLICATION_ID, 4096, [one.as_str()]))
            .expect("still opens in its old format");
        let tables: i64 = conn
            .query_row(
                "SELECT count(*) FROM sqlite_schema WHERE name = 'b'",
                [],
                |row| row.get(0),
            )
            .expect("count");
        assert_eq!(tables, 0);
    }

    #[test]
    fn two_programs_that_migrate_in_the_same_moment_both_succeed() {
        let folder = folder();
        let path = folder.path().join("ringback.db");
        let open = || writer(&path, crate::migrations::released()).map(drop);
        std::thread::scope(|scope| {
            let both = [scope.spawn(open), scope.spawn(open)];
            for one in both {
                assert_eq!(one.join().expect("no panic"), Ok(()));
            }
        });
    }
}
