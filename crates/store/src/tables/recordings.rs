//! The recordings: how far each is, where its file is, where it can be fetched for a while.

use jiff::Timestamp;
use ringback_model::{
    AccountId, CallId, Link, Reason, RecordingFields, RecordingId, RecordingKey, RecordingState,
    SecretUrl,
};
use rusqlite::{Connection, Row, params};

use super::calls::RecordingWord;
use crate::{
    error::{Result, StoreError},
    sql,
    tables::{calls, changes::ChangeKind},
    writing::Writer,
};

pub(crate) const V1: &str = "
CREATE TABLE recordings (
    row             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    call            INTEGER NOT NULL REFERENCES calls (row) ON DELETE CASCADE,
    account         TEXT    NOT NULL,
    key             TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    reason          TEXT,
    channels        INTEGER,
    duration_ms     INTEGER,
    format          TEXT,
    size_bytes      INTEGER,
    sha256          TEXT,
    path            TEXT UNIQUE,
    analysis_path   TEXT,
    link            TEXT,
    link_expires_at INTEGER,
    expected_since  INTEGER NOT NULL,
    landed_at       INTEGER,
    fetch_attempts  INTEGER NOT NULL DEFAULT 0,
    last_error      TEXT,
    facts           TEXT    NOT NULL,
    UNIQUE (call, key)
) STRICT;
CREATE INDEX recordings_state ON recordings (state, row);
CREATE INDEX recordings_landed ON recordings (landed_at) WHERE landed_at IS NOT NULL;
CREATE INDEX recordings_expiring ON recordings (link_expires_at) WHERE link_expires_at IS NOT NULL;
";

pub(crate) const V2: &str = "ALTER TABLE recordings ADD COLUMN audible_ms INTEGER;";

/// A recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Ringback's id.
    pub id: RecordingId,
    /// The call that it is of.
    pub call: CallId,
    /// Whose it is.
    pub account: AccountId,
    /// Which recording of the call.
    pub key: RecordingKey,
    /// How far it is.
    pub state: RecordingState,
    /// Channels of the file.
    pub channels: Option<u16>,
    /// Length of the file in ms.
    pub duration_ms: Option<u64>,
    /// How much of the file is not silence, in ms.
    pub audible_ms: Option<u64>,
    /// The file's format: `wav`, `mp3`.
    pub format: Option<String>,
    /// The file's size.
    pub size_bytes: Option<u64>,
    /// The file's SHA-256, in hexadecimal.
    pub sha256: Option<String>,
    /// The file, relative to `recordings/`, with `/` between folders.
    pub path: Option<String>,
    /// Peaks and silence, relative to `recordings/`.
    pub analysis_path: Option<String>,
    /// Where it can be fetched for a while. Not stored once it is settled.
    pub link: Option<Link>,
    /// When it was first heard of.
    pub expected_since: Timestamp,
    /// When the file was here, whole.
    pub landed_at: Option<Timestamp>,
    /// How often fetching failed.
    pub fetch_attempts: u32,
    /// Why it failed last, as a code.
    pub last_error: Option<String>,
    /// What the provider says of it.
    pub facts: RecordingFields,
}

impl Recording {
    /// The key with the provider's id, also where the recording was first reported without it.
    pub fn named_key(&self) -> RecordingKey {
        let told = self.facts.provider_id.as_ref();
        match told.filter(|_| self.key.unnamed_parts().is_some()) {
            Some(id) => RecordingKey::new(&id.value),
            None => self.key.clone(),
        }
    }
}

const COLUMNS: &str = "recordings.id, calls.id, recordings.account, key, state, reason, channels, \
     recordings.duration_ms, format, size_bytes, sha256, path, analysis_path, link, \
     link_expires_at, expected_since, landed_at, fetch_attempts, last_error, facts, audible_ms";

/// Reads recordings.
#[derive(Debug)]
pub struct Recordings<'c> {
    pub(crate) conn: &'c Connection,
}

impl Recordings<'_> {
    /// One recording.
    pub fn by_id(&self, id: RecordingId) -> Result<Option<Recording>> {
        sql::one(
            self.conn,
            &select("recordings.id = ?1"),
            [id.to_string()],
            read,
        )
    }

    /// The recording of a call with this key.
    pub fn by_key(&self, call: CallId, key: &RecordingKey) -> Result<Option<Recording>> {
        let sql = select("calls.id = ?1 AND key = ?2");
        sql::one(self.conn, &sql, (call.to_string(), key.as_str()), read)
    }

    /// The recordings of a call, by their key.
    pub fn of_call(&self, call: CallId) -> Result<Vec<Recording>> {
        let sql = select("calls.id = ?1 ORDER BY key");
        sql::all(self.conn, &sql, [call.to_string()], read)
    }

    /// The recording whose file this is.
    pub fn by_path(&self, path: &str) -> Result<Option<Recording>> {
        sql::one(self.conn, &select("path = ?1"), [path], read)
    }

    /// Recordings in a state, after `after` (`None`: from the first), in the order of their ids.
    /// For verifying files and for finding what to do after a start.
    pub fn in_state(
        &self,
        state: RecordingWord,
        after: Option<RecordingId>,
        limit: usize,
    ) -> Result<Vec<Recording>> {
        let after = match after {
            Some(id) => sql::one(
                self.conn,
                "SELECT row FROM recordings WHERE id = ?1",
                [id.to_string()],
                |row| Ok(row.get::<_, i64>(0)?),
            )?,
            None => None,
        };
        sql::all(
            self.conn,
            &select("state = ?1 AND recordings.row > ?2 ORDER BY recordings.row LIMIT ?3"),
            params![state.stored(), after.unwrap_or(0), sql::size(limit)],
            read,
        )
    }

    /// The recordings of an account that were given up for this reason.
    pub fn failed_because(&self, account: &AccountId, reason: Reason) -> Result<Vec<RecordingId>> {
        sql::all(
            self.conn,
            "SELECT id FROM recordings
             WHERE state = 'failed' AND reason = ?2 AND account = ?1 ORDER BY row",
            (account.as_str(), reason.as_str()),
            |row| sql::parsed(&row.get::<_, String>(0)?, "recording's id"),
        )
    }

    /// Recordings that are not here and whose link dies before `before`, the nearest first.
    pub fn expiring(&self, before: Timestamp, limit: usize) -> Result<Vec<Recording>> {
        sql::all(
            self.conn,
            &select("link_expires_at < ?1 ORDER BY link_expires_at LIMIT ?2"),
            params![sql::ms(before), sql::size(limit)],
            read,
        )
    }
}

fn select(condition: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM recordings JOIN calls ON calls.row = recordings.call
         WHERE {condition}"
    )
}

fn read(row: &Row<'_>) -> Result<Recording> {
    let id: String = row.get(0)?;
    let call: String = row.get(1)?;
    let account: String = row.get(2)?;
    let key: String = row.get(3)?;
    let state: String = row.get(4)?;
    let reason: Option<String> = row.get(5)?;
    let link: Option<String> = row.get(13)?;
    let facts: String = row.get(19)?;
    let count = |n: Option<i64>| n.map(sql::unsigned).transpose();
    let expires_at = sql::maybe_at(row.get(14)?)?;
    Ok(Recording {
        id: sql::parsed(&id, "recording's id")?,
        call: sql::parsed(&call, "call's id")?,
        account: sql::parsed(&account, "recording's account")?,
        key: RecordingKey::new(key),
        state: sql::recording_state(&state, reason.as_deref())?,
        channels: row.get(6)?,
        duration_ms: count(row.get(7)?)?,
        audible_ms: count(row.get(20)?)?,
        format: row.get(8)?,
        size_bytes: count(row.get(9)?)?,
        sha256: row.get(10)?,
        path: row.get(11)?,
        analysis_path: row.get(12)?,
        link: link
            .map(|url| {
                let url: SecretUrl = sql::word(&url, "a link")?;
                Ok::<_, StoreError>(Link { url, expires_at })
            })
            .transpose()?,
        expected_since: sql::at(row.get(15)?)?,
        landed_at: sql::maybe_at(row.get(16)?)?,
        fetch_attempts: row.get(17)?,
        last_error: row.get(18)?,
        facts: sql::from_json(&facts, "recording's facts")?,
    })
}

/// Writes recordings.
#[derive(Debug)]
pub struct RecordingsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl RecordingsMut<'_, '_> {
    /// Writes the recording as it is now, and how its call stands in the list. A link is forgotten
    /// as soon as the recording is settled: it would be a key to nothing, or to what we have.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if its call is not there, or its path belongs to another recording.
    pub fn put(&mut self, recording: &Recording) -> Result<()> {
        let conn = self.writer.conn();
        let call_row: Option<i64> = sql::one(
            conn,
            "SELECT row FROM calls WHERE id = ?1",
            [recording.call.to_string()],
            |row| Ok(row.get(0)?),
        )?;
        let call_row = call_row
            .ok_or_else(|| StoreError::Broken("a recording was written before its call".into()))?;
        write(conn, call_row, recording)?;
        let all = sql::all(
            conn,
            "SELECT id, state, reason, link_expires_at FROM recordings WHERE call = ?1
             ORDER BY key",
            [call_row],
            |row| {
                let id: String = row.get(0)?;
                let state: String = row.get(1)?;
                let reason: Option<String> = row.get(2)?;
                Ok(calls::Standing {
                    id: sql::parsed(&id, "recording's id")?,
                    state: sql::recording_state(&state, reason.as_deref())?,
                    link_expires_at: sql::maybe_at(row.get(3)?)?,
                })
            },
        )?;
        calls::summarize(conn, call_row, &all, sql::ms(self.writer.now()))?;
        self.writer
            .note(ChangeKind::Recording, recording.id.to_string())?;
        self.writer
            .note(ChangeKind::Call, recording.call.to_string())?;
        calls::touch_whole(self.writer, recording.call)
    }
}

fn write(conn: &Connection, call_row: i64, recording: &Recording) -> Result<()> {
    let link = recording
        .link
        .as_ref()
        .filter(|_| !recording.state.is_settled());
    sql::run(
        conn,
        "INSERT INTO recordings (id, call, account, key, state, reason, channels, duration_ms,
             format, size_bytes, sha256, path, analysis_path, link, link_expires_at,
             expected_since, landed_at, fetch_attempts, last_error, facts, audible_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19, ?20, ?21)
         ON CONFLICT (id) DO UPDATE SET
             state = excluded.state, reason = excluded.reason, channels = excluded.channels,
             duration_ms = excluded.duration_ms, format = excluded.format,
             size_bytes = excluded.size_bytes, sha256 = excluded.sha256, path = excluded.path,
             analysis_path = excluded.analysis_path, link = excluded.link,
             link_expires_at = excluded.link_expires_at,
             expected_since = excluded.expected_since, landed_at = excluded.landed_at,
             fetch_attempts = excluded.fetch_attempts, last_error = excluded.last_error,
             facts = excluded.facts, audible_ms = excluded.audible_ms",
        params![
            recording.id.to_string(),
            call_row,
            recording.account.as_str(),
            recording.key.as_str(),
            recording.state.as_str(),
            recording.state.reason().map(|reason| reason.as_str()),
            recording.channels,
            recording.duration_ms.map(sql::signed),
            recording.format,
            recording.size_bytes.map(sql::signed),
            recording.sha256,
            recording.path,
            recording.analysis_path,
            link.map(|link| link.url.reveal().as_str()),
            link.and_then(|link| link.expires_at).map(sql::ms),
            sql::ms(recording.expected_since),
            recording.landed_at.map(sql::ms),
            recording.fetch_attempts,
            recording.last_error,
            sql::to_json(&recording.facts)?,
            recording.audible_ms.map(sql::signed),
        ],
    )?;
    Ok(())
}
