//! Stretches of time in which nobody here asked a provider: the machine slept, the program was not
//! running, the network was gone. Each is told to a person once, when everything has been caught up
//! on.

use jiff::Timestamp;
use rusqlite::{Connection, Row};

use crate::{error::Result, sql, writing::Writer};

pub(crate) const V1: &str = "
CREATE TABLE absences (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    since   INTEGER NOT NULL,
    back_at INTEGER NOT NULL,
    told_at INTEGER
) STRICT;
CREATE UNIQUE INDEX absences_untold ON absences ((told_at IS NULL)) WHERE told_at IS NULL;
";

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Its number.
    pub id: i64,
    /// Up to here everything was known.
    pub since: Timestamp,
    /// From here on providers are asked again.
    pub back_at: Timestamp,
}

/// Reads absences.
#[derive(Debug)]
pub struct Absences<'c> {
    pub(crate) conn: &'c Connection,
}

impl Absences<'_> {
    /// The one that was not told of yet.
    pub fn untold(&self) -> Result<Option<Absence>> {
        sql::one(
            self.conn,
            "SELECT id, since, back_at FROM absences WHERE told_at IS NULL",
            [],
            read,
        )
    }
}

fn read(row: &Row<'_>) -> Result<Absence> {
    Ok(Absence {
        id: row.get(0)?,
        since: sql::at(row.get(1)?)?,
        back_at: sql::at(row.get(2)?)?,
    })
}

/// Notes absences.
#[derive(Debug)]
pub struct AbsencesMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl AbsencesMut<'_, '_> {
    /// Notes an absence. While one was not told of, another one is part of it: several accounts come
    /// back one after the other, and so does a network that is not steady yet.
    pub fn note(&mut self, since: Timestamp, back_at: Timestamp) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "INSERT INTO absences (since, back_at) VALUES (?1, ?2)
             ON CONFLICT ((told_at IS NULL)) WHERE told_at IS NULL
                 DO UPDATE SET since = min(since, excluded.since),
                               back_at = max(back_at, excluded.back_at)",
            (sql::ms(since), sql::ms(back_at)),
        )?;
        Ok(())
    }

    /// It has been told of, or there was nothing to tell. False if it had been before.
    pub fn told(&mut self, id: i64) -> Result<bool> {
        let now = sql::ms(self.writer.now());
        Ok(sql::run(
            self.writer.conn(),
            "UPDATE absences SET told_at = ?2 WHERE id = ?1 AND told_at IS NULL",
            (id, now),
        )? == 1)
    }
}
