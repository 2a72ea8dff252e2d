//! How our types become columns and come back.

use jiff::Timestamp;
use ringback_model::{Field, Reason, RecordingState, Status};
use rusqlite::{Connection, Row, types::FromSql};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Result, StoreError};

/// A moment as stored: milliseconds since 1970, UTC.
pub(crate) fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The moment of a stored number.
pub(crate) fn at(ms: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(ms)
        .map_err(|_| StoreError::Damaged("a time is out of range".into()))
}

/// The same for a moment that may be unknown.
pub(crate) fn maybe_at(ms: Option<i64>) -> Result<Option<Timestamp>> {
    ms.map(at).transpose()
}

/// A count or size as stored. SQLite has signed numbers only.
pub(crate) fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A length or limit as stored.
pub(crate) fn size(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The count or size of a stored number.
pub(crate) fn unsigned(n: i64) -> Result<u64> {
    u64::try_from(n).map_err(|_| StoreError::Damaged("a count is negative".into()))
}

/// Reads one of our own texts (an id, an account) back.
pub(crate) fn parsed<T: std::str::FromStr>(text: &str, what: &str) -> Result<T> {
    text.parse()
        .map_err(|_| StoreError::Damaged(format!("a {what} cannot be read")))
}

/// JSON of a value of ours.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Broken(error.to_string()))
}

/// A value of ours from its JSON.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    // The error of serde_json may quote the text, which may be a transcript: only its place is told.
    serde_json::from_str(text).map_err(|error| unreadable(what, &error))
}

/// The error for JSON of ours that cannot be read.
pub(crate) fn unreadable(what: &str, error: &serde_json::Error) -> StoreError {
    StoreError::Damaged(format!(
        "a {what} cannot be read, line {} column {}",
        error.line(),
        error.column()
    ))
}

/// A word of one of the closed lists, back from its text.
pub(crate) fn word<T: DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| StoreError::Damaged(format!("{what} is not a known word")))
}

/// A call's status, back from its word.
pub(crate) fn status(text: &str) -> Result<Status> {
    word(text, "a status")
}

/// A recording's state, back from its two words.
pub(crate) fn recording_state(state: &str, reason: Option<&str>) -> Result<RecordingState> {
    let reason = reason
        .map(|text| word::<Reason>(text, "a reason"))
        .transpose()?;
    let needed = || reason.ok_or_else(|| StoreError::Damaged("a reason is missing".into()));
    Ok(match state {
        "expected" => RecordingState::Expected(needed()?),
        "available" => RecordingState::Available(needed()?),
        "downloading" => RecordingState::Downloading,
        "ready" => RecordingState::Ready,
        "absent" => RecordingState::Absent(needed()?),
        "failed" => RecordingState::Failed(needed()?),
        "expired" => RecordingState::Expired(needed()?),
        "withheld" => RecordingState::Withheld(needed()?),
        "deleted" => RecordingState::Deleted(needed()?),
        _ => {
            return Err(StoreError::Damaged(
                "a recording's state is not a known word".into(),
            ));
        }
    })
}

/// The names of missing fields as stored.
pub(crate) fn fields_json(fields: &[Field]) -> Result<String> {
    to_json(&fields)
}

/// One row, or none.
pub(crate) fn one<T>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// One value of a query that always has a row.
pub(crate) fn value<T: FromSql>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<T> {
    Ok(conn
        .prepare_cached(sql)?
        .query_row(params, |row| row.get(0))?)
}

/// All rows.
pub(crate) fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// Runs a statement that changes rows. The number of rows changed.
pub(crate) fn run(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<usize> {
    Ok(conn.prepare_cached(sql)?.execute(params)?)
}
