//! Taking jobs, and noting of each recording that its transfer begins: one transaction for both.

use jiff::Timestamp;
use ringback_model::RecordingInput;
use ringback_store::{Budgets, ClaimLimits, Job, StoreError, Writer};

use super::{DYING_WITHIN, Fetcher, LEFT_FREE, step};
use crate::{
    core::{Core, NOT_CONFIGURED},
    jobs::{FETCH, FetchWork},
    lease::LEASE,
};

/// What is to be taken.
pub(super) struct Claim {
    now: Timestamp,
    owner: String,
    limits: ClaimLimits,
    budgets: Budgets,
}

impl Fetcher {
    /// Up to `most` jobs, with so many places free at this moment.
    pub(super) fn claim(&self, core: &Core, room: usize, most: usize) -> Claim {
        Claim {
            now: core.clock.now(),
            owner: self.owner.clone(),
            limits: ClaimLimits {
                jobs: most,
                per_account: NOT_CONFIGURED,
                lease: LEASE,
            },
            budgets: Budgets {
                dying_within: DYING_WITHIN,
                per_account: core.budgets(|party| party.configured.limits.max_downloads),
                backlog: room.saturating_sub(LEFT_FREE),
            },
        }
    }
}

impl Claim {
    /// Takes them.
    pub(super) fn take(&self, writer: &mut Writer<'_>) -> Result<Vec<Job>, StoreError> {
        let jobs = writer.jobs_mut().claim_within(
            &[FETCH],
            self.now,
            &self.owner,
            self.limits,
            &self.budgets,
        )?;
        for job in &jobs {
            begin(writer, job)?;
        }
        Ok(jobs)
    }
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
