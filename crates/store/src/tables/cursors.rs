//! How far polling came, per account.
//!
//! A cursor says that everything up to a moment stands in the journal, so a copy of it is kept there: a
//! database that is built again from the journal knows as much as the old one.

use ringback_model::AccountId;
use rusqlite::Connection;

use crate::{error::Result, sql, writing::Writer};

pub(crate) const V1: &str = "
CREATE TABLE cursors (
    account TEXT NOT NULL,
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
";

/// The copies, in the journal's file.
pub(crate) const JOURNAL_V2: &str = "
CREATE TABLE kept_cursors (
    account TEXT NOT NULL,
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
";

/// Reads cursors.
#[derive(Debug)]
pub struct Cursors<'c> {
    pub(crate) conn: &'c Connection,
}

impl Cursors<'_> {
    /// The cursor `name` of `account`.
    pub fn get(&self, account: &AccountId, name: &str) -> Result<Option<String>> {
        sql::one(
            self.conn,
            "SELECT value FROM cursors WHERE account = ?1 AND name = ?2",
            (account.as_str(), name),
            |row| Ok(row.get(0)?),
        )
    }

    /// The copy of the cursor that is kept with the journal.
    pub fn kept(&self, account: &AccountId, name: &str) -> Result<Option<String>> {
        sql::one(
            self.conn,
            "SELECT value FROM journal.kept_cursors WHERE account = ?1 AND name = ?2",
            (account.as_str(), name),
            |row| Ok(row.get(0)?),
        )
    }
}

/// Writes a cursor's copy into the journal's file.
pub(crate) fn keep(
    journal: &Connection,
    account: &AccountId,
    name: &str,
    value: &str,
) -> Result<()> {
    sql::run(
        journal,
        "INSERT INTO kept_cursors (account, name, value) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET value = excluded.value",
        (account.as_str(), name, value),
    )?;
    Ok(())
}

/// Moves cursors.
#[derive(Debug)]
pub struct CursorsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl CursorsMut<'_, '_> {
    /// Moves the cursor `name` of `account` to `value`.
    pub fn set(&mut self, account: &AccountId, name: &str, value: &str) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "INSERT INTO cursors (account, name, value) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET value = excluded.value",
            (account.as_str(), name, value),
        )?;
        Ok(())
    }

    /// Forgets the cursor: the next poll starts from the beginning.
    pub fn clear(&mut self, account: &AccountId, name: &str) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "DELETE FROM cursors WHERE account = ?1 AND name = ?2",
            (account.as_str(), name),
        )?;
        Ok(())
    }
}
