//! What a try came to, and what that means for the recording and its job.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ringback_archive::Landed;
use ringback_audio::Examination;
use ringback_model::{Availability, Reason, RecordingInput};
use ringback_providers::ApiError;
use ringback_store::{Job, NewAlert, Recording, StoreError, Writer};

use super::{Task, claim, deadline, settle_call, step};
use crate::{
    EngineError, claim::Claim, core::Core, deletion, jobs, meters::Transfer, news::News, schedule,
    sound,
};

/// When the disk is full, room is looked for again after this long. Nothing counts as failed.
const DISK_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// When another process fetches the same, its result is looked for after this long.
const ELSEWHERE_PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// What a try came to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is here.
    Lands(Box<Landed<Examination>>),
    /// The provider has it, but not yet for us.
    NotReady,
    /// The provider asks to wait.
    Wait(Timestamp),
    /// It failed; there are more tries.
    Fails(Reason),
    /// Trying again does not help.
    GivenUp(Reason),
    /// The provider does not have it, or does not give it.
    Settled(Availability),
    /// The disk is full or does not work.
    Disk,
    /// The program ends, or the time for one try is up.
    Stopped,
    /// Another process is at it.
    Elsewhere,
}

impl Outcome {
    /// How it counts, and the bytes that came.
    fn counted(&self) -> Option<(Transfer, u64)> {
        match self {
            Self::Lands(landed) => Some((Transfer::Landed, landed.bytes)),
            Self::NotReady | Self::Wait(_) | Self::Disk => Some((Transfer::Later, 0)),
            Self::Fails(_) => Some((Transfer::Failed, 0)),
            Self::GivenUp(_) => Some((Transfer::GivenUp, 0)),
            Self::Settled(_) => Some((Transfer::Settled, 0)),
            // Nothing was tried here.
            Self::Stopped | Self::Elsewhere => None,
        }
    }

    /// What an answer of the provider means.
    pub(super) fn of_provider(error: &ApiError) -> Self {
        match error {
            ApiError::NotReady => Self::NotReady,
            ApiError::RateLimited(until) => Self::Wait(*until),
            ApiError::KeyRefused | ApiError::NoKey(_) => Self::Fails(Reason::Unauthorized),
            ApiError::NotFound => Self::Fails(Reason::NotFound),
            ApiError::LinkDead => Self::Fails(Reason::LinkExpired),
            ApiError::Withheld(Reason::DeletedAtProvider) => Self::Settled(Availability::Deleted),
            ApiError::Withheld(
                reason @ (Reason::TooShort
                | Reason::Silent
                | Reason::NotConnected
                | Reason::NotRecorded),
            ) => Self::Settled(Availability::Absent(*reason)),
            ApiError::Withheld(reason @ (Reason::LinkExpired | Reason::Retention)) => {
                Self::GivenUp(*reason)
            }
            ApiError::Withheld(reason) => Self::Settled(Availability::Withheld(*reason)),
            ApiError::Forbidden(_) => Self::GivenUp(Reason::ForbiddenAddress),
            ApiError::Unexpected(_) | ApiError::Server(_) => Self::Fails(Reason::ProviderError),
            ApiError::Transport(_) => Self::Fails(Reason::Network),
        }
    }
}

/// Writes down what came of it and takes the next job, in one transaction, and tells who looks.
pub(super) async fn write_down(
    core: &Arc<Core>,
    task: Task,
    outcome: Outcome,
    next: Option<Claim>,
) -> Result<Option<Job>, EngineError> {
    let now = core.clock.now();
    if let Some((what, bytes)) = outcome.counted() {
        core.applier
            .meters
            .transferred(task.party.id(), what, bytes);
    }
    let is_copied = core.offsite().is_some();
    let taken = core
        .applier
        .write(move |writer| {
            let written = Written {
                now,
                task: &task,
                is_copied,
            };
            written.down(writer, &outcome)?;
            settle_call(writer, &task.party, task.record.id)?;
            next.map_or(Ok(Vec::new()), |next| claim::take(&next, writer))
        })
        .await?;
    core.tell(News::Health);
    Ok(taken.into_iter().next())
}

struct Written<'a> {
    now: Timestamp,
    task: &'a Task,
    /// Whether recordings are copied elsewhere too.
    is_copied: bool,
}

impl Written<'_> {
    fn down(&self, writer: &mut Writer<'_>, outcome: &Outcome) -> Result<(), StoreError> {
        let recording = self.task.recording.id;
        match outcome {
            Outcome::Lands(landed) => self.lands(writer, landed),
            Outcome::NotReady => self.not_ready(writer),
            Outcome::Wait(until) => {
                step(
                    writer,
                    recording,
                    RecordingInput::FetchFails(Reason::RateLimited),
                )?;
                self.postpone(writer, *until)
            }
            Outcome::Fails(reason) => self.fails(writer, *reason),
            Outcome::GivenUp(reason) => self.given_up(writer, *reason),
            Outcome::Settled(availability) => {
                step(
                    writer,
                    recording,
                    RecordingInput::FetchFails(Reason::Queued),
                )?;
                step(writer, recording, RecordingInput::Provider(*availability))?;
                self.complete(writer)
            }
            Outcome::Disk => {
                step(
                    writer,
                    recording,
                    RecordingInput::FetchFails(Reason::DiskFull),
                )?;
                writer.alerts_mut().raise(&NewAlert {
                    kind: "disk_full".into(),
                    subject: "recordings".into(),
                    params: serde_json::json!({}),
                })?;
                self.postpone(writer, after(self.now, DISK_PAUSE))
            }
            Outcome::Stopped => {
                step(
                    writer,
                    recording,
                    RecordingInput::FetchFails(Reason::Queued),
                )?;
                self.postpone(writer, self.now)
            }
            Outcome::Elsewhere => self.postpone(writer, after(self.now, ELSEWHERE_PAUSE)),
        }
    }

    fn lands(
        &self,
        writer: &mut Writer<'_>,
        landed: &Landed<Examination>,
    ) -> Result<(), StoreError> {
        let id = self.task.recording.id;
        if let Some(mut row) = writer.recordings().by_id(id)? {
            fill_in(&mut row, landed, self.now);
            writer.recordings_mut().put(&row)?;
            if self.is_copied {
                let copy = jobs::offsite(&row.account, id, self.now);
                writer.jobs_mut().enqueue(&copy)?;
            } else if deletion::is_wanted(&self.task.party) {
                deletion::enqueue(writer, &row, self.now)?;
            }
        }
        let call = self.task.record.id.to_string();
        writer.alerts_mut().resolve("recording_failed", &call)?;
        deadline::is_over(writer, &call)?;
        writer.alerts_mut().resolve("disk_full", "recordings")?;
        self.complete(writer)
    }

    fn not_ready(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        step(writer, self.task.recording.id, RecordingInput::NotReadyYet)?;
        let mut work = self.task.work.clone();
        work.not_ready += 1;
        let since = *work.not_ready_since.get_or_insert(self.now);
        let soon = schedule::not_ready_pause(work.not_ready, since, self.now);
        let ended = self
            .task
            .record
            .call
            .fields
            .ended_at
            .as_ref()
            .map_or(since, |told| told.value);
        let next = match soon {
            Some(pause) => Some(after(self.now, pause)),
            None => schedule::next_refetch(ended, self.now),
        };
        match next {
            Some(run_at) => {
                writer.jobs_mut().set_payload(
                    self.task.job.id,
                    self.task.job.owner(),
                    &jobs::payload(&work),
                )?;
                self.postpone(writer, run_at)
            }
            None => self.given_up(writer, Reason::NotFound),
        }
    }

    fn fails(&self, writer: &mut Writer<'_>, reason: Reason) -> Result<(), StoreError> {
        match schedule::failed_pause(self.task.job.attempts + 1) {
            Some(pause) => {
                step(
                    writer,
                    self.task.recording.id,
                    RecordingInput::FetchFails(reason),
                )?;
                let run_at = after(self.now, pause);
                writer.jobs_mut().retry(
                    self.task.job.id,
                    self.task.job.owner(),
                    run_at,
                    reason.as_str(),
                )?;
                Ok(())
            }
            None => self.given_up(writer, reason),
        }
    }

    fn given_up(&self, writer: &mut Writer<'_>, reason: Reason) -> Result<(), StoreError> {
        let input = match reason {
            Reason::LinkExpired | Reason::Retention => RecordingInput::Expires(reason),
            _ => RecordingInput::FetchGivenUp(reason),
        };
        step(writer, self.task.recording.id, input)?;
        deadline::is_over(writer, &self.task.record.id.to_string())?;
        writer.alerts_mut().raise(&NewAlert {
            kind: "recording_failed".into(),
            subject: self.task.record.id.to_string(),
            params: serde_json::json!({ "reason": reason.as_str(), "account": self.task.record.account }),
        })?;
        self.complete(writer)
    }

    fn postpone(&self, writer: &mut Writer<'_>, run_at: Timestamp) -> Result<(), StoreError> {
        writer
            .jobs_mut()
            .postpone(self.task.job.id, self.task.job.owner(), run_at)?;
        Ok(())
    }

    fn complete(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        writer
            .jobs_mut()
            .complete(self.task.job.id, self.task.job.owner())?;
        Ok(())
    }
}

fn fill_in(row: &mut Recording, landed: &Landed<Examination>, now: Timestamp) {
    let facts = &landed.facts.facts;
    row.state = row.state.next(RecordingInput::Lands);
    row.channels = Some(facts.channels);
    row.duration_ms = Some(facts.duration_ms);
    row.audible_ms = Some(sound::audible_ms(&landed.facts.analysis, facts.duration_ms));
    row.format = Some(facts.format.to_string());
    row.size_bytes = Some(landed.bytes);
    row.sha256 = Some(landed.sha256.clone());
    row.path = Some(landed.path.as_str().to_owned());
    row.landed_at = Some(now);
    row.link = None;
    row.last_error = None;
}

fn after(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}
