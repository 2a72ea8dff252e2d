//! How long a job is ours without a sign of life, and the sign of life.
//!
//! Whoever works on a job holds its lease for as long as the work lasts, whatever the work waits for: a
//! provider that hangs is worked on too. So nobody begins the same a second time, and what comes of it is
//! written down by the one who began.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use ringback_store::{Job, JobId};
use tokio_util::sync::CancellationToken;

use crate::{core::Core, pulse};

/// A lease that is not renewed ends after this long.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_mins(1);

/// How old it is when it is renewed. What is left then outlasts every jump of the clock that does not
/// count as sleep.
const RENEWED_AFTER: SignedDuration = SignedDuration::from_secs(20);

/// How often it is looked whether it is that old.
const LOOK: Duration = Duration::from_secs(1);

/// Under which names this process takes jobs. Each taking has a name of its own, so that two tries of the
/// same job are told apart, and the first cannot end the second's lease.
#[derive(Debug)]
pub(crate) struct Takers {
    process: String,
    taken: AtomicU64,
}

impl Takers {
    pub(crate) fn new(process: String) -> Self {
        Self {
            process,
            taken: AtomicU64::new(0),
        }
    }

    /// What all the names begin with.
    pub(crate) fn process(&self) -> &str {
        &self.process
    }

    /// The name for the next taking.
    pub(crate) fn next(&self) -> String {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        format!("{}/{number}", self.process)
    }
}

/// The lease of a job that was taken.
pub(crate) struct Lease {
    job: JobId,
    owner: String,
    lost: CancellationToken,
}

impl Lease {
    pub(crate) fn of(job: &Job) -> Self {
        Self {
            job: job.id,
            owner: job.owner().to_owned(),
            lost: CancellationToken::new(),
        }
    }

    /// Cancelled when another process has taken the job.
    pub(crate) fn lost(&self) -> CancellationToken {
        self.lost.clone()
    }

    /// Does the work, and holds the lease meanwhile. It is the work that ends: where it is worth nothing
    /// once the job is another's, it looks at [`Lease::lost`].
    pub(crate) async fn during<T>(&self, core: &Core, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = self.hold(core) => self.lost.cancel(),
        }
        work.await
    }

    /// Renews it again and again. Comes back only when the job went to another process.
    async fn hold(&self, core: &Core) {
        let mut renewed_at = core.clock.now();
        loop {
            pulse::beat(LOOK).await;
            let now = core.clock.now();
            if now.duration_since(renewed_at).abs() < RENEWED_AFTER {
                continue;
            }
            let (job, owner) = (self.job, self.owner.clone());
            let until = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
            let ours = core
                .applier
                .write(move |writer| writer.jobs_mut().heartbeat(job, &owner, until))
                .await;
            match ours {
                Ok(true) => renewed_at = now,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "a lease cannot be renewed now; it is tried again");
                }
            }
        }
    }
}
