//! Transcripts, apart from their calls so that lists and merges of other fields stay light.

use ringback_model::{Told, Transcript};
use rusqlite::{Connection, params};

use crate::{
    error::{Result, StoreError},
    pack::{pack, unpack},
    sql,
};

pub(crate) const V1: &str = "
CREATE TABLE transcripts (
    call INTEGER PRIMARY KEY REFERENCES calls (row) ON DELETE CASCADE,
    doc  BLOB    NOT NULL
) STRICT;
";

pub(crate) fn load(conn: &Connection, call_row: i64) -> Result<Option<Told<Transcript>>> {
    sql::one(
        conn,
        "SELECT doc FROM transcripts WHERE call = ?1",
        [call_row],
        |row| {
            let json = unpack(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?;
            serde_json::from_slice(&json).map_err(|error| sql::unreadable("transcript", &error))
        },
    )
}

/// Writes the transcript unless it is the one that is there.
pub(crate) fn put(conn: &Connection, call_row: i64, told: &Told<Transcript>) -> Result<()> {
    let json = serde_json::to_vec(told).map_err(|error| StoreError::Broken(error.to_string()))?;
    sql::run(
        conn,
        "INSERT INTO transcripts (call, doc) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET doc = excluded.doc WHERE doc <> excluded.doc",
        params![call_row, pack(&json)],
    )?;
    Ok(())
}
