//! What a person looks for, in the store's words.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use ringback_engine::store::{CallFilter, RecordingWord};
use ringback_model::{AccountId, Direction, Status};
use serde::de::DeserializeOwned;

use crate::{ErrorCode, ErrorJson, dto::CallQuery};

/// The filter of a query; words that there are not are told with those that there are.
pub(crate) fn filter(query: &CallQuery) -> Result<CallFilter, ErrorJson> {
    Ok(CallFilter {
        account: query.account.as_deref().map(account).transpose()?,
        status: query
            .status
            .iter()
            .map(|word| status(word))
            .collect::<Result<_, _>>()?,
        recording: query
            .recording
            .iter()
            .map(|word| recording(word))
            .collect::<Result<_, _>>()?,
        direction: query.direction.as_deref().map(direction).transpose()?,
        since: query.since.as_deref().map(moment).transpose()?,
        until: query.until.as_deref().map(moment).transpose()?,
        has_missing: query.missing.unwrap_or(false),
        text: query.search.clone().filter(|text| !text.trim().is_empty()),
        with_parts: false,
    })
}

fn account(text: &str) -> Result<AccountId, ErrorJson> {
    AccountId::new(text).map_err(|error| wrong("account", error))
}

pub(crate) fn status(word: &str) -> Result<Status, ErrorJson> {
    parsed(word).ok_or_else(|| {
        wrong(
            "status",
            "one of scheduled, ringing, ongoing, ended, not_connected, failed",
        )
    })
}

fn direction(word: &str) -> Result<Direction, ErrorJson> {
    parsed(word).ok_or_else(|| {
        wrong(
            "direction",
            "one of inbound, outbound, web, meeting, unknown",
        )
    })
}

const RECORDING_WORDS: [(&str, RecordingWord); 10] = [
    ("none", RecordingWord::None),
    ("expected", RecordingWord::Expected),
    ("available", RecordingWord::Available),
    ("downloading", RecordingWord::Downloading),
    ("ready", RecordingWord::Ready),
    ("absent", RecordingWord::Absent),
    ("failed", RecordingWord::Failed),
    ("expired", RecordingWord::Expired),
    ("withheld", RecordingWord::Withheld),
    ("deleted", RecordingWord::Deleted),
];

/// The outside word for a state of recordings.
pub fn recording_word(state: RecordingWord) -> &'static str {
    let known = RECORDING_WORDS.iter().find(|(_, known)| *known == state);
    known.map_or("none", |(word, _)| word)
}

pub(crate) fn recording(word: &str) -> Result<RecordingWord, ErrorJson> {
    let known = RECORDING_WORDS.iter().find(|(known, _)| *known == word);
    known.map(|(_, state)| *state).ok_or_else(|| {
        let words: Vec<_> = RECORDING_WORDS.iter().map(|(word, _)| *word).collect();
        wrong("recording", format!("one of {}", words.join(", ")))
    })
}

/// A moment, or a day (its beginning in UTC).
fn moment(text: &str) -> Result<Timestamp, ErrorJson> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    text.parse::<Date>()
        .ok()
        .and_then(|day| day.to_zoned(TimeZone::UTC).ok())
        .map(|at| at.timestamp())
        .ok_or_else(|| {
            wrong(
                "time",
                "a day such as 2026-03-01 or a moment such as 2026-03-01T10:00:00Z",
            )
        })
}

fn parsed<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

fn wrong(what: &str, expected: impl std::fmt::Display) -> ErrorJson {
    ErrorJson::new(ErrorCode::BadRequest, format!("{what} is not understood"))
        .hint(format!("It has to be {expected}."))
}
