//! The second copy of every recording, in a bucket or a folder elsewhere.
//!
//! When a recording becomes `ready`, a job for its copy is written in the same transaction. The jobs
//! have a budget of their own here, so that a slow or dead storage holds up no transfer from a
//! provider. [`attempt`] is one try, [`outcome`] what it means; [`status`], [`push`] and [`pull`] are
//! what people ask for. Nothing is deleted there.

mod attempt;
mod outcome;
mod pull;
mod push;
mod status;

use std::sync::Arc;

use jiff::Timestamp;
use ringback_archive::RecordingPath;
use ringback_model::RecordingId;
use ringback_offsite::{Copies, Place, Trouble};
use ringback_store::{ClaimLimits, Job, Recording, StoreError, Writer};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    EngineError,
    core::Core,
    jobs::{self, OFFSITE, OffsiteWork},
    lease::{LEASE, Lease},
};

pub use pull::{Brought, Pull, PullItem};
pub use push::{Push, PushItem, PushOutcome};
pub use status::{CopyFault, CopyFaultKind, OffsiteStatus};

/// Copies at the same time.
const AT_ONCE: usize = 2;

/// So many rows are read or written in one go.
const PAGE: usize = 500;

/// The second copies of this home.
pub(crate) struct Offsite {
    /// Where they are, as rows name it.
    pub(crate) place: String,
    copies: Copies,
    room: Arc<Semaphore>,
    /// Its keys may be there and cannot be read yet; then nothing is begun.
    waits_for_keys: bool,
}

impl Offsite {
    pub(crate) fn open(place: &Place) -> Result<Self, Trouble> {
        Ok(Self {
            place: place.to_string(),
            copies: Copies::at(place)?,
            room: Arc::new(Semaphore::new(AT_ONCE)),
            waits_for_keys: match place {
                Place::Bucket(bucket) => bucket.keys.id.is_empty() || bucket.keys.secret.is_empty(),
                Place::Folder(_) => false,
            },
        })
    }

    /// Takes what is due, as far as there is room, and starts it. Gives how many were started.
    pub(crate) async fn start_due(&self, core: &Arc<Core>) -> Result<usize, EngineError> {
        let room = self.room.available_permits();
        if room == 0 || self.waits_for_keys {
            return Ok(0);
        }
        let (now, owner) = (core.clock.now(), core.takers.next());
        let limits = ClaimLimits {
            jobs: room,
            per_account: AT_ONCE,
            lease: LEASE,
        };
        let due = core
            .applier
            .write(move |writer| writer.jobs_mut().claim(&[OFFSITE], now, &owner, limits))
            .await?;
        let count = due.len();
        for job in due {
            let permit = self.room.clone().acquire_owned().await;
            let core = core.clone();
            core.clone().spawn(async move {
                let _permit = permit;
                if let Some(offsite) = core.offsite()
                    && let Err(error) = offsite.carry_out(&core, job).await
                {
                    tracing::error!(%error, "a second copy ended without a result; it is tried again");
                }
                core.work.notify_waiters();
            });
        }
        Ok(count)
    }

    /// Writes a job for every recording that is here and has no copy: those of the time before copies
    /// were configured, or after the database was lost. Works in the background.
    pub(crate) fn take_stock(&self, core: &Arc<Core>) {
        let core = core.clone();
        core.clone().spawn(async move {
            let Some(offsite) = core.offsite() else {
                return;
            };
            match offsite.queue(&core, false).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "recordings without a second copy are queued"),
                Err(error) => tracing::error!(%error, "what has no second copy cannot be queued"),
            }
        });
    }

    /// Makes everything that has no copy due now; with `failed` also what was given up. Gives how many
    /// jobs there are for it.
    async fn queue(&self, core: &Arc<Core>, failed: bool) -> Result<u64, EngineError> {
        let (mut after, mut count) = (None, 0);
        while !core.stop.is_cancelled() {
            let (place, now) = (self.place.clone(), core.clock.now());
            let page = core
                .applier
                .write(move |writer| {
                    let page = writer
                        .second_copies()
                        .lacking(&place, failed, after, PAGE)?;
                    for id in &page {
                        make_due(writer, *id, now)?;
                    }
                    Ok(page)
                })
                .await?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            count += page.len() as u64;
        }
        core.work.notify_waiters();
        Ok(count)
    }

    /// The copy of a file, without reading it.
    pub(crate) async fn find(
        &self,
        path: &str,
    ) -> Result<Option<ringback_offsite::Stored>, Trouble> {
        self.copies.find(path).await
    }

    /// One try of one job, to its end: whatever comes of it is written down.
    async fn carry_out(
        &self,
        core: &Arc<Core>,
        job: Job,
    ) -> Result<Option<outcome::Outcome>, EngineError> {
        let lease = Lease::of(&job);
        let tried = self.try_once(core, job, lease.lost());
        lease.during(core, tried).await
    }

    async fn try_once(
        &self,
        core: &Arc<Core>,
        job: Job,
        lost: CancellationToken,
    ) -> Result<Option<outcome::Outcome>, EngineError> {
        let work: Option<OffsiteWork> = serde_json::from_value(job.work.payload.clone()).ok();
        let found = match &work {
            Some(work) => Subject::find(core, work.recording)?,
            None => None,
        };
        let (Some(work), Some(subject)) = (work, found) else {
            core.applier
                .write(move |writer| writer.jobs_mut().complete(job.id, job.owner()))
                .await?;
            return Ok(None);
        };
        let outcome = attempt::run(core, self, &job, work.begun, &subject, &lost).await;
        outcome::write_down(core, self, job, &subject, &outcome).await?;
        Ok(Some(outcome))
    }
}

/// A recording that is here, as far as its copy is concerned.
#[derive(Clone, Debug)]
struct Subject {
    row: Recording,
    path: RecordingPath,
    sha256: String,
}

impl Subject {
    fn find(core: &Core, id: RecordingId) -> Result<Option<Self>, StoreError> {
        let row = core.store.read(|reader| reader.recordings().by_id(id))?;
        Ok(row.and_then(Self::of))
    }

    fn of(row: Recording) -> Option<Self> {
        let is_here = matches!(row.state, ringback_model::RecordingState::Ready);
        let path = RecordingPath::new(row.path.as_deref()?).ok()?;
        let sha256 = row.sha256.clone()?;
        is_here.then_some(Self { row, path, sha256 })
    }
}

/// Makes the copy of a recording due now. What an upload in parts came to is kept.
fn make_due(writer: &mut Writer<'_>, id: RecordingId, now: Timestamp) -> Result<(), StoreError> {
    let Some(row) = writer.recordings().by_id(id)? else {
        return Ok(());
    };
    let mut job = jobs::offsite(&row.account, id, now);
    if let Some(known) = writer.jobs().get(OFFSITE, &job.key)? {
        if known.lease.is_some_and(|(_, until)| until > now) {
            return Ok(());
        }
        job.payload = known.work.payload;
        // It is asked for anew, so its tries count anew.
        writer.jobs_mut().cancel(OFFSITE, &job.key)?;
    }
    writer.jobs_mut().enqueue(&job)?;
    Ok(())
}

/// The name of the words beside a recording.
fn sidecar_of(path: &RecordingPath) -> String {
    let whole = path.as_str();
    let stem = whole.rsplit_once('.').map_or(whole, |(stem, _)| stem);
    format!("{stem}.json")
}
