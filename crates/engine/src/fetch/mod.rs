//! The fetch queue: recordings from the provider onto the disk, nearest deadline first.
//!
//! A job is a durable row with a lease: a program that dies leaves it behind, and whoever comes next
//! goes on from the bytes that are here. What each outcome means for the recording and the job
//! stands in [`outcome`]; how bytes are brought in stands in [`transfer`].

mod bring;
mod claim;
mod deadline;
mod here;
mod naming;
mod outcome;
mod told;
mod transfer;

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use ringback_archive::RecordingPath;
use ringback_model::{CallId, RecordingId, RecordingInput, RecordingState};
use ringback_store::{CallRecord, Job, Recording, StoreError, Writer};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    EngineError,
    accounts::Party,
    apply::settle,
    core::Core,
    deletion::is_gone_there,
    jobs::{self, FETCH, FetchWork},
    lease::{LEASE, Lease},
};

pub use deadline::LINK_DYING;
pub(crate) use deadline::{deadline, tell_of_dying};
pub(crate) use outcome::Outcome;

use bring::Waiting;
use naming::Naming;

/// Transfers at the same time over all accounts: as many as the accounts may have together, within
/// these bounds.
const FEWEST_TRANSFERS: usize = 6;
const MOST_TRANSFERS: usize = 32;
/// A recording that can be had for no longer goes before all others.
const DYING_WITHIN: SignedDuration = SignedDuration::from_mins(30);
/// So many places are left to what is live.
const LEFT_FREE: usize = 2;

/// How often it is looked whether another process is done with a recording.
const LOOK_AT_OTHERS: Duration = Duration::from_millis(500);

/// Fetches recordings.
pub(crate) struct Fetcher {
    room: Arc<Semaphore>,
    waiting: Waiting,
    core: std::sync::Weak<Core>,
}

/// What to do after a recording landed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Take the next job that is due.
    TheNext,
    Nothing,
}

/// A recording with everything that is needed to fetch it.
pub(crate) struct Task {
    pub job: Job,
    pub work: FetchWork,
    pub party: Arc<Party>,
    pub record: CallRecord,
    pub recording: Recording,
    /// Cancelled when the job is another process's.
    pub lost: CancellationToken,
}

impl Fetcher {
    pub(crate) fn new(core: std::sync::Weak<Core>) -> Self {
        Self {
            room: Arc::new(Semaphore::new(MOST_TRANSFERS)),
            waiting: Waiting::default(),
            core,
        }
    }

    fn core(&self) -> Result<Arc<Core>, EngineError> {
        self.core
            .upgrade()
            .ok_or(EngineError::NotNow("the program is ending"))
    }

    /// Takes what is due, as far as there is room, and starts it. Gives how many were started.
    pub(crate) async fn start_due(&self) -> Result<usize, EngineError> {
        let core = self.core()?;
        let room = self.room_now(&core);
        if room == 0 {
            return Ok(0);
        }
        let claim = self.claim(&core, room, room);
        let due = core
            .applier
            .write(move |writer| claim::take(&claim, writer))
            .await?;
        let count = due.len();
        for job in due {
            let permit = self.room.clone().acquire_owned().await;
            let core = core.clone();
            core.clone().spawn(async move {
                let _permit = permit;
                core.fetcher.carry_out_in_a_row(job).await;
                // There is room again, and what failed may have changed what is due.
                core.work.notify_waiters();
            });
        }
        Ok(count)
    }

    /// How many transfers may begin now: as many as the accounts may have together, without those that
    /// go on.
    fn room_now(&self, core: &Core) -> usize {
        let parties = core.accounts.iter();
        let together: usize = parties
            .map(|party| party.configured.limits.max_downloads)
            .sum();
        let going_on = MOST_TRANSFERS - self.room.available_permits();
        together
            .clamp(FEWEST_TRANSFERS, MOST_TRANSFERS)
            .saturating_sub(going_on)
    }

    /// Carries out a job, and then the next one that is due, as long as each lands. What does not
    /// land ends the row: a provider that is not there is not asked without a pause.
    async fn carry_out_in_a_row(&self, first: Job) {
        let mut next = Some(first);
        while let Some(job) = next.take() {
            next = match self.carry_out(job, Then::TheNext).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "a transfer ended without a result; it is tried again");
                    None
                }
            };
        }
    }

    /// Fetches the recordings of one call that are due, and waits for them: somebody is looking.
    /// Those that were given up are tried once more, and those whose file is gone from the disk.
    pub(crate) async fn fetch_all_of(&self, call: CallId) -> Result<(), EngineError> {
        let core = self.core()?;
        for recording in core
            .store
            .read(|reader| reader.recordings().of_call(call))?
        {
            if is_gone(&core, &recording) {
                core.applier
                    .write(move |writer| vanish(writer, recording.id))
                    .await?;
            }
            self.fetch_now(&core, recording.id).await?;
        }
        Ok(())
    }

    /// Tries one recording now, whatever its schedule says.
    async fn fetch_now(&self, core: &Arc<Core>, id: RecordingId) -> Result<(), EngineError> {
        let (now, owner) = (core.clock.now(), core.takers.next());
        let claimed = core
            .applier
            .write(move |writer| {
                if !ask_again(writer, id, now)? {
                    return Ok(None);
                }
                // The claim takes what is nearest; the key makes sure that it is this one.
                writer
                    .jobs_mut()
                    .claim_one(FETCH, &id.to_string(), now, &owner, LEASE)
            })
            .await?;
        match claimed {
            Some(job) => self.carry_out(job, Then::Nothing).await.map(|_| ()),
            None => until_nobody_has_it(core, id).await,
        }
    }

    /// One try of one job, to its end: whatever comes of it is written down. Gives the next job, if that
    /// was asked for and the recording is here.
    async fn carry_out(&self, job: Job, then: Then) -> Result<Option<Job>, EngineError> {
        let core = self.core()?;
        let key = job.work.key.clone();
        let lease = Lease::of(&job);
        let tried = self.try_once(&core, job, lease.lost(), then);
        let carried_out = lease.during(&core, tried).await;
        self.waiting.tried(&key);
        carried_out
    }

    async fn try_once(
        &self,
        core: &Arc<Core>,
        job: Job,
        lost: CancellationToken,
        then: Then,
    ) -> Result<Option<Job>, EngineError> {
        let Some(mut task) = self.task(core, job, lost).await? else {
            return Ok(None);
        };
        let outcome = match naming::learn_id(core, &mut task).await? {
            Naming::GoOn => transfer::run(core, &task).await,
            Naming::Wait => Outcome::NotReady,
        };
        let goes_on = then == Then::TheNext
            && matches!(outcome, Outcome::Lands(_))
            && !core.stop.is_cancelled();
        // The place of the one that landed is free.
        let next = goes_on.then(|| self.claim(core, self.room_now(core) + 1, 1));
        outcome::write_down(core, task, outcome, next).await
    }

    /// Looks up what the job is about. A job about nothing, or about what is here, ends.
    async fn task(
        &self,
        core: &Arc<Core>,
        job: Job,
        lost: CancellationToken,
    ) -> Result<Option<Task>, EngineError> {
        let work: Option<FetchWork> = serde_json::from_value(job.work.payload.clone()).ok();
        let found = match &work {
            Some(work) => look_up(core, work.recording)?,
            None => None,
        };
        let (id, owner) = (job.id, job.owner().to_owned());
        let party = core.accounts.get(job.work.account.as_str());
        match (work, found, party) {
            (Some(work), Some((record, mut recording)), Some(party))
                if recording.state.wants_fetch() =>
            {
                let recording_id = recording.id;
                let call = record.id;
                if recording.link.is_none() && !party.provider().has_api() {
                    recording.link = told::link(core, &party, &record, &recording.key).await?;
                    if recording.link.is_none() {
                        let state = recording.state;
                        core.applier
                            .write(move |writer| {
                                told::wait_for_one(writer, recording_id, state)?;
                                settle_call(writer, &party, call)?;
                                writer.jobs_mut().complete(id, &owner).map(|_| ())
                            })
                            .await?;
                        return Ok(None);
                    }
                }
                if recording.state != RecordingState::Downloading {
                    core.applier
                        .write(move |writer| {
                            step(writer, recording_id, RecordingInput::FetchBegins).map(|_| ())
                        })
                        .await?;
                }
                Ok(Some(Task {
                    job,
                    work,
                    party,
                    record,
                    recording,
                    lost,
                }))
            }
            // Its account went from the file at this moment.
            (Some(_), Some((_, recording)), None) if recording.state.wants_fetch() => {
                let run_at = job.work.run_at;
                core.applier
                    .write(move |writer| writer.jobs_mut().postpone(id, &owner, run_at))
                    .await?;
                Ok(None)
            }
            _ => {
                core.applier
                    .write(move |writer| writer.jobs_mut().complete(id, &owner))
                    .await?;
                Ok(None)
            }
        }
    }
}

/// A recording and its call, as they are known now.
fn look_up(core: &Core, id: RecordingId) -> Result<Option<(CallRecord, Recording)>, StoreError> {
    core.store.read(|reader| {
        let Some(recording) = reader.recordings().by_id(id)? else {
            return Ok(None);
        };
        let record = reader.calls().by_id(recording.call)?;
        Ok(record.map(|record| (record, recording)))
    })
}

/// Waits as long as somebody else is fetching this recording: the loop beside, or another process.
async fn until_nobody_has_it(core: &Core, id: RecordingId) -> Result<(), EngineError> {
    let key = id.to_string();
    loop {
        let rung = core.work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        let job = core.store.read(|reader| reader.jobs().get(FETCH, &key))?;
        let lease = job.and_then(|job| job.lease);
        if lease.is_none_or(|(_, until)| until <= core.clock.now()) {
            return Ok(());
        }
        tokio::select! {
            () = rung => {}
            () = tokio::time::sleep(LOOK_AT_OTHERS) => {}
            () = core.stop.cancelled() => return Ok(()),
        }
    }
}

/// Whether a recording that should be here has lost its file.
fn is_gone(core: &Core, recording: &Recording) -> bool {
    let path = recording.path.as_deref().map(RecordingPath::new);
    match (recording.state, path) {
        (RecordingState::Ready, Some(Ok(path))) => !core.archive.locate(&path).exists(),
        (RecordingState::Ready, _) => true,
        _ => false,
    }
}

/// Notes that a recording's file is gone from the disk: it can be fetched again.
pub(crate) fn vanish(writer: &mut Writer<'_>, id: RecordingId) -> Result<(), StoreError> {
    // What we had deleted at the provider comes back from the second copy only.
    if is_gone_there(writer, id)? {
        return Ok(());
    }
    if let Some(mut recording) = step(writer, id, RecordingInput::FileVanishes)? {
        recording.path = None;
        recording.landed_at = None;
        writer.recordings_mut().put(&recording)?;
    }
    Ok(())
}

/// Makes a recording due now because a person asks. False if there is nothing to fetch.
pub(crate) fn ask_again(
    writer: &mut Writer<'_>,
    id: RecordingId,
    now: jiff::Timestamp,
) -> Result<bool, StoreError> {
    ask_again_as(writer, id, now, false)
}

/// The same; what is backlog gives way to what is live.
fn ask_again_as(
    writer: &mut Writer<'_>,
    id: RecordingId,
    now: jiff::Timestamp,
    is_backlog: bool,
) -> Result<bool, StoreError> {
    let Some(recording) = step(writer, id, RecordingInput::TryAgain)? else {
        return Ok(false);
    };
    // The word of a provider that is still processing is taken, unless the call is over.
    if !recording.state.wants_fetch() {
        return Ok(false);
    }
    let deadline = deadline(recording.link.as_ref());
    let job = jobs::fetch(&recording.account, id, now, deadline);
    jobs::enqueue(writer, &job, is_backlog)?;
    Ok(true)
}

/// Moves a recording's state. Gives the recording as it is then.
pub(crate) fn step(
    writer: &mut Writer<'_>,
    id: RecordingId,
    input: RecordingInput,
) -> Result<Option<Recording>, StoreError> {
    let Some(mut recording) = writer.recordings().by_id(id)? else {
        return Ok(None);
    };
    let next = recording.state.next(input);
    if next != recording.state {
        recording.state = next;
        if !matches!(
            next,
            RecordingState::Expected(_)
                | RecordingState::Available(_)
                | RecordingState::Downloading
        ) {
            recording.link = None;
        }
        writer.recordings_mut().put(&recording)?;
    }
    Ok(Some(recording))
}

/// Writes what is missing of the recording's call by now.
pub(crate) fn settle_call(
    writer: &mut Writer<'_>,
    party: &Party,
    call: CallId,
) -> Result<(), StoreError> {
    match writer.calls().by_id(call)? {
        Some(mut record) => settle(writer, party, &mut record),
        None => Ok(()),
    }
}
