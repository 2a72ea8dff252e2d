//! Recordings that are reported without their id.
//!
//! A webhook may say that a recording of this leg, begun at that moment, is ready, and not which one
//! it is. It gets a row; before it is fetched the API is asked, and then it is known by its id. It
//! stays in the row that it had first: whoever looks at it goes on looking at the same recording.

use ringback_model::RecordingKey;
use ringback_store::{CallRecord, Result, Writer};

/// The key of the row that the recording reported under `key` has, or will get.
pub(crate) fn row_key(
    writer: &Writer<'_>,
    record: &CallRecord,
    key: &RecordingKey,
) -> Result<RecordingKey> {
    let call = &record.call;
    let named = call.named(key).unwrap_or(key);
    for other in call.unnamed(named) {
        if writer.recordings().by_key(record.id, other)?.is_some() {
            return Ok(other.clone());
        }
    }
    Ok(named.clone())
}
