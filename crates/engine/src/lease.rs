//! How long a job is ours without a sign of life, and the sign of life.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use ringback_store::JobId;

use crate::core::Core;

/// Work that lasts longer than a minute renews its lease every half minute.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_mins(1);

/// Renews the lease of a job while it is worked on. Comes back only when it went to another process.
pub(crate) async fn hold(core: &Arc<Core>, owner: &str, job: JobId) {
    let half = Duration::try_from(LEASE / 2).expect("a lease is a positive length of time");
    loop {
        tokio::time::sleep(half).await;
        let owner = owner.to_owned();
        let until = core
            .clock
            .now()
            .saturating_add(LEASE)
            .unwrap_or(Timestamp::MAX);
        let ours = core
            .applier
            .write(move |writer| writer.jobs_mut().heartbeat(job, &owner, until))
            .await;
        if matches!(ours, Ok(false)) {
            return;
        }
    }
}
