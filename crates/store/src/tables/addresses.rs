//! The public addresses that the door has had: what stands at a provider and begins with one of them was
//! put there for this home.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::{error::Result, sql, writing::Writer};

pub(crate) const V1: &str = "
CREATE TABLE addresses (
    url      TEXT    NOT NULL PRIMARY KEY,
    first_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Reads the addresses.
#[derive(Debug)]
pub struct Addresses<'c> {
    pub(crate) conn: &'c Connection,
}

impl Addresses<'_> {
    /// All, oldest first, each with the moment since when it is known.
    pub fn all(&self) -> Result<Vec<(String, Timestamp)>> {
        sql::all(
            self.conn,
            "SELECT url, first_at FROM addresses ORDER BY first_at, url",
            [],
            |row| Ok((row.get(0)?, sql::at(row.get(1)?)?)),
        )
    }

    /// Whether this one is known.
    pub fn knows(&self, url: &str) -> Result<bool> {
        sql::value(
            self.conn,
            "SELECT EXISTS (SELECT 1 FROM addresses WHERE url = ?1)",
            [url],
        )
    }
}

/// Writes the addresses.
#[derive(Debug)]
pub struct AddressesMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl AddressesMut<'_, '_> {
    /// Remembers an address for good.
    pub fn remember(&mut self, url: &str) -> Result<()> {
        let now = self.writer.now();
        self.take_over(url, now)
    }

    /// The same with the moment since when it is known elsewhere.
    pub fn take_over(&mut self, url: &str, first_at: Timestamp) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "INSERT OR IGNORE INTO addresses (url, first_at) VALUES (?1, ?2)",
            (url, sql::ms(first_at)),
        )?;
        Ok(())
    }
}
