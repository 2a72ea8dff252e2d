//! A write of no meaning in the journal's file: whether it goes well says whether an event could be kept.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::{error::Result, sql};

pub(crate) const JOURNAL_V3: &str = "
CREATE TABLE last_tried (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    at     INTEGER NOT NULL,
    weight BLOB    NOT NULL
) STRICT;
";

/// As much as a small event changes: its row, its body, three indexes and the counter of the rows, each on a
/// page of 16 KiB. Bytes that are the same as before would not be written.
const WEIGHT: u32 = 96 << 10;

/// Writes it.
pub(crate) fn write(journal: &Connection, now: Timestamp) -> Result<()> {
    sql::run(
        journal,
        "INSERT INTO last_tried (one, at, weight) VALUES (1, ?1, randomblob(?2))
         ON CONFLICT DO UPDATE SET at = excluded.at, weight = excluded.weight",
        (sql::ms(now), WEIGHT),
    )?;
    Ok(())
}
