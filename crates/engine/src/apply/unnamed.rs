//! Recordings that are reported without their id.
//!
//! A webhook may say that a recording of this leg, begun at that moment, is ready, and not which one
//! it is. It gets a row of its own, the API is asked at once, and soon it is known by its id. Then it
//! moves into the row of the id, unless its bytes are here or coming in: what was begun under one key
//! is ended under it.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{Link, RecordingId, RecordingKey, RecordingState};
use ringback_store::{CallRecord, Result, Writer};

use crate::jobs;

/// How long the API has to tell a recording's id before it is fetched without.
const GRACE: SignedDuration = SignedDuration::from_secs(10);

/// When a recording without an id is fetched that was heard of at `at`.
pub(super) fn fetch_at(at: Timestamp) -> Timestamp {
    at.saturating_add(GRACE).unwrap_or(Timestamp::MAX)
}

/// Where a recording has its row.
pub(super) struct Place {
    pub(super) key: RecordingKey,
    /// A link that was told for it under another key.
    pub(super) link: Option<Link>,
}

/// Finds the row of the recording that is reported under `key`, and clears away the one that it had
/// without its id.
pub(super) fn place(
    writer: &mut Writer<'_>,
    record: &CallRecord,
    key: &RecordingKey,
) -> Result<Place> {
    let call = &record.call;
    let named = call.named(key).unwrap_or(key);
    let mut link = None;
    for other in call.unnamed(named) {
        let id = RecordingId::derive(record.id, other);
        let Some(row) = writer.recordings().by_id(id)? else {
            continue;
        };
        if matches!(
            row.state,
            RecordingState::Ready | RecordingState::Downloading
        ) || row.path.is_some()
        {
            return Ok(Place {
                key: other.clone(),
                link: None,
            });
        }
        writer.jobs_mut().cancel(jobs::FETCH, &id.to_string())?;
        writer.recordings_mut().forget(&row)?;
        link = link.or(row.link);
    }
    Ok(Place {
        key: named.clone(),
        link,
    })
}
