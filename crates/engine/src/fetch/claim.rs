//! Taking recordings to fetch, and noting of each that its transfer begins: one transaction for both.

use ringback_model::RecordingInput;
use ringback_store::{Job, StoreError, Writer};

use super::{DYING_WITHIN, Fetcher, LEFT_FREE, step};
use crate::{
    claim::Claim,
    core::Core,
    jobs::{FETCH, FetchWork},
};

impl Fetcher {
    /// Up to `most` jobs, with so many places free at this moment.
    pub(super) fn claim(&self, core: &Core, room: usize, most: usize) -> Claim {
        let most = (most, room.saturating_sub(LEFT_FREE));
        Claim::new(core, FETCH, most, |party| {
            party.configured.limits.max_downloads
        })
        .dying_within(DYING_WITHIN)
    }
}

/// Takes them.
pub(super) fn take(claim: &Claim, writer: &mut Writer<'_>) -> Result<Vec<Job>, StoreError> {
    let jobs = claim.take(writer)?;
    for job in &jobs {
        begin(writer, job)?;
    }
    Ok(jobs)
}

/// Where a link is known, nothing but the transfer itself is between the job and the bytes. Otherwise it
/// is seen first whether there is anybody to ask for one.
fn begin(writer: &mut Writer<'_>, job: &Job) -> Result<(), StoreError> {
    let Ok(work) = serde_json::from_value::<FetchWork>(job.work.payload.clone()) else {
        return Ok(());
    };
    let recording = writer.recordings().by_id(work.recording)?;
    if recording.is_some_and(|it| it.state.wants_fetch() && it.link.is_some()) {
        step(writer, work.recording, RecordingInput::FetchBegins)?;
    }
    Ok(())
}
