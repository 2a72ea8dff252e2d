//! What fields the documents of each provider have, by the kind of document: names and kinds of
//! values, never values. What a shape is, is the engine's business; here it is a document.
//!
//! Derived from the journal, in its order, up to the mark.

use rusqlite::Connection;
use serde::{Serialize, de::DeserializeOwned};

use crate::{error::Result, sql, writing::Writer};

pub(crate) const V1: &str = "
CREATE TABLE shapes (
    provider TEXT NOT NULL,
    kind     TEXT NOT NULL,
    doc      TEXT NOT NULL,
    PRIMARY KEY (provider, kind)
) STRICT, WITHOUT ROWID;
CREATE TABLE shapes_mark (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO shapes_mark (one, seq) VALUES (1, 0);
";

/// Reads shapes.
#[derive(Debug)]
pub struct Shapes<'c> {
    pub(crate) conn: &'c Connection,
}

impl Shapes<'_> {
    /// The last event of the journal that the shapes know.
    pub fn up_to(&self) -> Result<i64> {
        sql::value(self.conn, "SELECT seq FROM shapes_mark", [])
    }

    /// All of them, by provider and kind.
    pub fn all<T: DeserializeOwned>(&self) -> Result<Vec<(String, String, T)>> {
        sql::all(
            self.conn,
            "SELECT provider, kind, doc FROM shapes ORDER BY provider, kind",
            [],
            |row| {
                let doc: String = row.get(2)?;
                Ok((row.get(0)?, row.get(1)?, sql::from_json(&doc, "shape")?))
            },
        )
    }

    /// One of them.
    pub fn get<T: DeserializeOwned>(&self, provider: &str, kind: &str) -> Result<Option<T>> {
        sql::one(
            self.conn,
            "SELECT doc FROM shapes WHERE provider = ?1 AND kind = ?2",
            (provider, kind),
            |row| {
                let doc: String = row.get(0)?;
                sql::from_json(&doc, "shape")
            },
        )
    }

    /// How many kinds of documents of this provider there are.
    pub fn kinds_of(&self, provider: &str) -> Result<u64> {
        let n = sql::value(
            self.conn,
            "SELECT count(*) FROM shapes WHERE provider = ?1",
            [provider],
        )?;
        sql::unsigned(n)
    }
}

/// Writes shapes.
#[derive(Debug)]
pub struct ShapesMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl ShapesMut<'_, '_> {
    /// Writes one as it is now.
    pub fn put<T: Serialize>(&mut self, provider: &str, kind: &str, doc: &T) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "INSERT INTO shapes (provider, kind, doc) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET doc = excluded.doc",
            (provider, kind, sql::to_json(doc)?),
        )?;
        Ok(())
    }

    /// Everything up to this event is in the shapes. False if somebody else came further meanwhile;
    /// then what was worked out here must not be written.
    pub fn advance(&mut self, from: i64, to: i64) -> Result<bool> {
        let moved = sql::run(
            self.writer.conn(),
            "UPDATE shapes_mark SET seq = ?2 WHERE seq = ?1",
            (from, to),
        )?;
        Ok(moved == 1)
    }
}
