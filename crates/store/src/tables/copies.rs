//! The second copies: which recordings are also in the bucket or folder elsewhere.
//!
//! A row is what was found out last about one place. If another place is configured, what is known of
//! the one before does not count.

use jiff::Timestamp;
use ringback_model::RecordingId;
use rusqlite::{Connection, Row, params};

use crate::{
    error::{Result, StoreError},
    sql,
    tables::changes::ChangeKind,
    writing::Writer,
};

pub(crate) const V1: &str = "
CREATE TABLE copies (
    recording TEXT    NOT NULL PRIMARY KEY,
    place     TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    reason    TEXT,
    bytes     INTEGER NOT NULL,
    mark      TEXT,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX copies_state ON copies (place, state, at);
";

/// How far the second copy of a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopyState {
    /// It is there and was read back.
    Copied,
    /// It is tried (again) by itself.
    Waiting,
    /// It was given up, or it is not as it was any more.
    Failed,
}

impl CopyState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Result<Self> {
        [Self::Copied, Self::Waiting, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| StoreError::Damaged("a copy's state is no word of ours".into()))
    }
}

/// The second copy of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondCopy {
    /// Of which recording.
    pub recording: RecordingId,
    /// Where.
    pub place: String,
    /// How far it is.
    pub state: CopyState,
    /// Why it is not (yet) there, as a code.
    pub reason: Option<String>,
    /// The size of the file.
    pub bytes: u64,
    /// What the storage recognises it by since it was read back.
    pub mark: Option<String>,
    /// When that was found out.
    pub at: Timestamp,
}

/// The copies at one place in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyTotals {
    /// Recordings that are here.
    pub ready: u64,
    /// Those of them with a copy.
    pub copied: u64,
    /// The size of these copies.
    pub bytes: u64,
    /// Given up.
    pub failed: u64,
    /// When the newest copy was read back.
    pub last_at: Option<Timestamp>,
}

const COLUMNS: &str = "copies.recording, copies.place, copies.state, copies.reason, copies.bytes, \
                       copies.mark, copies.at";

/// Reads what is known of second copies.
#[derive(Debug)]
pub struct SecondCopies<'c> {
    pub(crate) conn: &'c Connection,
}

impl SecondCopies<'_> {
    /// That of a recording at a place.
    pub fn of(&self, recording: RecordingId, place: &str) -> Result<Option<SecondCopy>> {
        sql::one(
            self.conn,
            &format!("SELECT {COLUMNS} FROM copies WHERE recording = ?1 AND place = ?2"),
            (recording.to_string(), place),
            read,
        )
    }

    /// Recordings that are here and have no copy at the place, in the order of their ids, after
    /// `after` (`None`: from the first). With `failed`, those that were given up too.
    pub fn lacking(
        &self,
        place: &str,
        failed: bool,
        after: Option<RecordingId>,
        limit: usize,
    ) -> Result<Vec<RecordingId>> {
        sql::all(
            self.conn,
            "SELECT recordings.id FROM recordings
             LEFT JOIN copies ON copies.recording = recordings.id AND copies.place = ?1
             WHERE recordings.state = 'ready' AND recordings.id > ?2
                 AND (copies.state IS NULL OR copies.state = 'waiting'
                      OR copies.state = 'failed' AND ?3)
             ORDER BY recordings.id LIMIT ?4",
            params![
                place,
                after.map_or_else(String::new, |id| id.to_string()),
                failed,
                sql::size(limit)
            ],
            |row| {
                let id: String = row.get(0)?;
                sql::parsed(&id, "recording's id")
            },
        )
    }

    /// The newest given up at a place for one of `reasons`.
    pub fn failed(&self, place: &str, reasons: &[&str], limit: usize) -> Result<Vec<SecondCopy>> {
        sql::all(
            self.conn,
            &format!(
                "SELECT {COLUMNS} FROM copies
                 WHERE place = ?1 AND state = 'failed'
                     AND reason IN (SELECT value FROM json_each(?2))
                 ORDER BY at DESC LIMIT ?3"
            ),
            params![place, sql::to_json(&reasons)?, sql::size(limit)],
            read,
        )
    }

    /// How much is there.
    pub fn totals(&self, place: &str) -> Result<CopyTotals> {
        let ready: i64 = sql::value(
            self.conn,
            "SELECT count(*) FROM recordings WHERE state = 'ready'",
            [],
        )?;
        let totals = sql::one(
            self.conn,
            "SELECT count(*) FILTER (WHERE copies.state = 'copied'),
                    coalesce(sum(bytes) FILTER (WHERE copies.state = 'copied'), 0),
                    count(*) FILTER (WHERE copies.state = 'failed'),
                    max(at) FILTER (WHERE copies.state = 'copied')
             FROM copies JOIN recordings ON recordings.id = copies.recording
             WHERE place = ?1 AND recordings.state = 'ready'",
            [place],
            |row| {
                Ok(CopyTotals {
                    ready: 0,
                    copied: sql::unsigned(row.get(0)?)?,
                    bytes: sql::unsigned(row.get(1)?)?,
                    failed: sql::unsigned(row.get(2)?)?,
                    last_at: sql::maybe_at(row.get(3)?)?,
                })
            },
        )?;
        Ok(CopyTotals {
            ready: sql::unsigned(ready)?,
            ..totals.unwrap_or_default()
        })
    }
}

fn read(row: &Row<'_>) -> Result<SecondCopy> {
    let recording: String = row.get(0)?;
    let state: String = row.get(2)?;
    Ok(SecondCopy {
        recording: sql::parsed(&recording, "recording's id")?,
        place: row.get(1)?,
        state: CopyState::from_word(&state)?,
        reason: row.get(3)?,
        bytes: sql::unsigned(row.get(4)?)?,
        mark: row.get(5)?,
        at: sql::at(row.get(6)?)?,
    })
}

/// Writes what is found out of second copies.
#[derive(Debug)]
pub struct SecondCopiesMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl SecondCopiesMut<'_, '_> {
    /// Writes it as it is now.
    pub fn put(&mut self, copy: &SecondCopy) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "INSERT INTO copies (recording, place, state, reason, bytes, mark, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (recording) DO UPDATE SET place = excluded.place,
                 state = excluded.state, reason = excluded.reason, bytes = excluded.bytes,
                 mark = excluded.mark, at = excluded.at",
            params![
                copy.recording.to_string(),
                copy.place,
                copy.state.as_str(),
                copy.reason,
                sql::signed(copy.bytes),
                copy.mark,
                sql::ms(copy.at),
            ],
        )?;
        self.writer
            .note(ChangeKind::Recording, copy.recording.to_string())
    }
}
