//! Who listened to what: one line for each stretch somebody heard.

use jiff::Timestamp;
use ringback_model::{CallId, RecordingId};
use rusqlite::{Connection, Row, params};

use crate::{
    error::Result,
    sql,
    tables::{calls, changes::ChangeKind},
    writing::Writer,
};

pub(crate) const V1: &str = "
CREATE TABLE listens (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    recording TEXT    NOT NULL,
    call_id   TEXT    NOT NULL,
    who       TEXT    NOT NULL,
    from_ms   INTEGER NOT NULL,
    to_ms     INTEGER NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX listens_call ON listens (call_id, id);
";

/// The number of a line.
pub type ListenId = i64;

/// One stretch that somebody heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// What was heard.
    pub recording: RecordingId,
    /// Of which call.
    pub call: CallId,
    /// Who heard it.
    pub who: String,
    /// From where in the recording, in ms.
    pub from_ms: u64,
    /// To where, in ms.
    pub to_ms: u64,
    /// When it began.
    pub at: Timestamp,
}

/// Reads who listened.
#[derive(Debug)]
pub struct Listens<'c> {
    pub(crate) conn: &'c Connection,
}

impl Listens<'_> {
    /// Who listened to the recordings of `call`, newest first.
    pub fn of_call(&self, call: CallId) -> Result<Vec<(ListenId, Listen)>> {
        sql::all(
            self.conn,
            "SELECT id, recording, call_id, who, from_ms, to_ms, at FROM listens
             WHERE call_id = ?1 ORDER BY id DESC",
            [call.to_string()],
            read,
        )
    }

    /// The newest before the line `before` (`None`: from the newest).
    pub fn list(&self, before: Option<ListenId>, limit: usize) -> Result<Vec<(ListenId, Listen)>> {
        sql::all(
            self.conn,
            "SELECT id, recording, call_id, who, from_ms, to_ms, at FROM listens
             WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
            params![before.unwrap_or(i64::MAX), sql::size(limit)],
            read,
        )
    }
}

fn read(row: &Row<'_>) -> Result<(ListenId, Listen)> {
    let recording: String = row.get(1)?;
    let call: String = row.get(2)?;
    let listen = Listen {
        recording: sql::parsed(&recording, "recording's id")?,
        call: sql::parsed(&call, "call's id")?,
        who: row.get(3)?,
        from_ms: sql::unsigned(row.get(4)?)?,
        to_ms: sql::unsigned(row.get(5)?)?,
        at: sql::at(row.get(6)?)?,
    };
    Ok((row.get(0)?, listen))
}

/// Writes who listens.
#[derive(Debug)]
pub struct ListensMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl ListensMut<'_, '_> {
    /// Writes a line, and that the call was heard. Its number is for moving its end on.
    pub fn add(&mut self, listen: &Listen) -> Result<ListenId> {
        let conn = self.writer.conn();
        sql::run(
            conn,
            "INSERT INTO listens (recording, call_id, who, from_ms, to_ms, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                listen.recording.to_string(),
                listen.call.to_string(),
                listen.who,
                sql::signed(listen.from_ms),
                sql::signed(listen.to_ms),
                sql::ms(listen.at),
            ],
        )?;
        let id = conn.last_insert_rowid();
        let is_first = calls::note_heard(conn, listen.call, sql::ms(self.writer.now()))?;
        self.writer
            .note(ChangeKind::Listen, listen.recording.to_string())?;
        if is_first {
            self.writer
                .note(ChangeKind::Call, listen.call.to_string())?;
        }
        Ok(id)
    }

    /// The stretch goes on to `to_ms`.
    pub fn reach(&mut self, id: ListenId, to_ms: u64) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "UPDATE listens SET to_ms = ?2 WHERE id = ?1",
            (id, sql::signed(to_ms)),
        )?;
        Ok(())
    }
}
