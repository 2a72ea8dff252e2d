//! The second copies.

use ringback_engine::{
    Engine, EngineError,
    store::{CopyState, Reader, Recording, StoreError},
};

use super::Answer;
use crate::{Api, convert::time, dto::*};

pub(crate) async fn offsite_push(api: &Api, _: Nothing) -> Answer<OffsiteQueued> {
    let queued = api.engine.queue_offsite().await?;
    Ok(OffsiteQueued { queued })
}

/// The copies in figures; `None` if none are configured.
pub(crate) fn offsite_json(engine: &Engine) -> Result<Option<OffsiteJson>, EngineError> {
    let Some(place) = engine.offsite_place() else {
        return Ok(None);
    };
    let totals = engine.read(|reader| reader.second_copies().totals(&place))?;
    Ok(Some(OffsiteJson {
        place,
        recordings: totals.ready,
        copied: totals.copied,
        waiting: totals.ready.saturating_sub(totals.copied + totals.failed),
        failed: totals.failed,
        bytes: totals.bytes,
        last_at: totals.last_at.map(time),
    }))
}

/// The copies of a call's recordings that are here.
pub(crate) fn copies_json(
    reader: &Reader<'_>,
    place: Option<&str>,
    recordings: &[Recording],
) -> Result<indexmap::IndexMap<String, CopyJson>, StoreError> {
    let mut copies = indexmap::IndexMap::new();
    let Some(place) = place else {
        return Ok(copies);
    };
    for recording in recordings {
        if recording.state != ringback_model::RecordingState::Ready {
            continue;
        }
        let known = reader.second_copies().of(recording.id, place)?;
        let copy = CopyJson {
            state: known
                .as_ref()
                .map_or(CopyState::Waiting, |copy| copy.state)
                .as_str()
                .to_owned(),
            reason: known.as_ref().and_then(|copy| copy.reason.clone()),
            at: known.map(|copy| time(copy.at)),
        };
        copies.insert(recording.id.to_string(), copy);
    }
    Ok(copies)
}
