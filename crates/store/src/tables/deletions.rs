//! What was deleted at the providers after it was copied, and what could not be: one line a recording.
//!
//! Lines of what was deleted come from entries of the journal, and are there again after a rebuild.

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
CREATE TABLE deletions (
    recording TEXT    NOT NULL PRIMARY KEY,
    outcome   TEXT    NOT NULL,
    reason    TEXT,
    who       TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// What came of deleting a recording at its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeletionOutcome {
    /// The provider deleted it.
    Deleted,
    /// The provider did not have it any more.
    WasGone,
    /// It was given up; it is still there.
    Failed,
}

impl DeletionOutcome {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::WasGone => "was_gone",
            Self::Failed => "failed",
        }
    }

    /// The outcome of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Deleted, Self::WasGone, Self::Failed]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
    }
}

/// A line about a recording at its provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Which recording.
    pub recording: RecordingId,
    /// What came of it.
    pub outcome: DeletionOutcome,
    /// Why it failed, as a code.
    pub reason: Option<String>,
    /// Who wanted it: `delete_at_provider` of an account.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

impl Deletion {
    /// Whether the provider does not have it any more.
    pub fn is_gone(&self) -> bool {
        self.outcome != DeletionOutcome::Failed
    }
}

/// Reads the lines.
#[derive(Debug)]
pub struct Deletions<'c> {
    pub(crate) conn: &'c Connection,
}

impl Deletions<'_> {
    /// The line about a recording.
    pub fn of(&self, recording: RecordingId) -> Result<Option<Deletion>> {
        sql::one(
            self.conn,
            "SELECT recording, outcome, reason, who, at FROM deletions WHERE recording = ?1",
            [recording.to_string()],
            read,
        )
    }
}

fn read(row: &Row<'_>) -> Result<Deletion> {
    let recording: String = row.get(0)?;
    let outcome: String = row.get(1)?;
    Ok(Deletion {
        recording: sql::parsed(&recording, "recording's id")?,
        outcome: DeletionOutcome::from_word(&outcome)
            .ok_or_else(|| StoreError::Damaged("a deletion's outcome is no word of ours".into()))?,
        reason: row.get(2)?,
        who: row.get(3)?,
        at: sql::at(row.get(4)?)?,
    })
}

/// Writes the lines.
#[derive(Debug)]
pub struct DeletionsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl DeletionsMut<'_, '_> {
    /// Writes the line about a recording. What is gone stays gone: a failure does not come after it.
    pub fn put(&mut self, deletion: &Deletion) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "INSERT INTO deletions (recording, outcome, reason, who, at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (recording) DO UPDATE SET outcome = excluded.outcome,
                 reason = excluded.reason, who = excluded.who, at = excluded.at
             WHERE deletions.outcome = 'failed'",
            params![
                deletion.recording.to_string(),
                deletion.outcome.as_str(),
                deletion.reason,
                deletion.who,
                sql::ms(deletion.at),
            ],
        )?;
        self.writer
            .note(ChangeKind::Recording, deletion.recording.to_string())
    }
}
