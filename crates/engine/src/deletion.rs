//! Deleting recordings at their providers, where an account says `delete_at_provider = true` and the
//! provider can delete a recording alone.
//!
//! The job is written when the copy here is verified or, where second copies are configured, when that
//! one was read back. Before the provider is asked, everything is looked at once more: the setting, the
//! file here to its last byte, the second copy, and that nothing of the call is missing any more, because
//! some providers delete the words with the sound. What was done stands in the journal.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ringback_archive::{RecordingPath, Verdict};
use ringback_model::{RecordingId, RecordingState};
use ringback_providers::ApiError;
use ringback_store::{
    Budgets, CallRecord, ClaimLimits, CopyState, Deletion, DeletionOutcome, Job, NewAlert,
    Recording, StoreError, Writer,
};

use crate::{
    EngineError,
    accounts::Party,
    apply::DeletionNote,
    core::{Core, NOT_CONFIGURED},
    jobs::{self, DELETE, DeleteWork},
    lease::{LEASE, Lease},
    news::News,
    schedule,
};

/// Deletions at the same time, and those of one account.
const AT_ONCE: usize = 2;
const PER_ACCOUNT: usize = 1;

/// What is missing of a call may still come; it is looked for again after this long.
const MISSING_PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// So long after its end the provider tells nothing new about a call.
const NOTHING_NEW_AFTER: SignedDuration = SignedDuration::from_hours(25);

const ALERT: &str = "delete_failed";

/// Whether the account wants it and its provider can.
pub(crate) fn is_wanted(party: &Party) -> bool {
    party.configured.delete_at_provider && party.provider().deletes_recordings().is_ok()
}

/// Writes the job for a recording whose copies are verified, unless it is gone there already.
pub(crate) fn enqueue(
    writer: &mut Writer<'_>,
    recording: &Recording,
    now: Timestamp,
) -> Result<(), StoreError> {
    if is_gone_there(writer, recording.id)? {
        return Ok(());
    }
    let job = jobs::delete(&recording.account, recording.id, now);
    writer.jobs_mut().enqueue(&job)?;
    Ok(())
}

/// Whether the provider does not have a recording any more because we had it deleted.
pub(crate) fn is_gone_there(
    reader: &ringback_store::Reader<'_>,
    id: RecordingId,
) -> Result<bool, StoreError> {
    Ok(reader
        .deletions()
        .of(id)?
        .is_some_and(|line| line.is_gone()))
}

/// Starts what is due. Gives how many were started.
pub(crate) async fn start_due(core: &Arc<Core>) -> Result<usize, EngineError> {
    let (now, owner) = (core.clock.now(), core.takers.next());
    let limits = ClaimLimits {
        jobs: AT_ONCE,
        per_account: NOT_CONFIGURED,
        lease: LEASE,
    };
    let budgets = Budgets {
        dying_within: SignedDuration::ZERO,
        per_account: core.budgets(|_| PER_ACCOUNT),
        backlog: AT_ONCE,
    };
    let due = core
        .applier
        .write(move |writer| {
            writer
                .jobs_mut()
                .claim_within(&[DELETE], now, &owner, limits, &budgets)
        })
        .await?;
    let count = due.len();
    for job in due {
        let core = core.clone();
        core.clone().spawn(async move {
            let lease = Lease::of(&job);
            let carried_out = lease.during(&core, carry_out(&core, job)).await;
            if let Err(error) = carried_out {
                tracing::error!(%error, "a deletion at a provider ended without a result; it is tried again");
            }
            core.work.notify_waiters();
        });
    }
    Ok(count)
}

/// What a try came to.
enum Outcome {
    /// The provider does not have it any more.
    Gone(Box<DeletionNote>, Arc<Party>),
    /// There is nothing to do (any more).
    Nothing,
    /// Not before this moment.
    Wait(Timestamp),
    /// It failed; there are more tries.
    Fails(&'static str),
    /// It is left there.
    GivenUp(&'static str),
}

async fn carry_out(core: &Arc<Core>, job: Job) -> Result<(), EngineError> {
    let work: Option<DeleteWork> = serde_json::from_value(job.work.payload.clone()).ok();
    let subject = match &work {
        Some(work) => Subject::find(core, work.recording)?,
        None => None,
    };
    let outcome = match &subject {
        Some(subject) => subject.try_once(core).await?,
        None => Outcome::Nothing,
    };
    if let Outcome::Gone(note, party) = &outcome {
        tracing::info!(account = %party.id(), "a recording was deleted at its provider");
        core.applier.take_deleted(party, note).await?;
    }
    let now = core.clock.now();
    core.applier
        .write(move |writer| write_down(writer, &job, subject.as_ref(), &outcome, now))
        .await?;
    core.tell(News::Health);
    Ok(())
}

fn write_down(
    writer: &mut Writer<'_>,
    job: &Job,
    subject: Option<&Subject>,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    let pause = schedule::failed_pause(job.attempts + 1);
    let given_up = match (outcome, pause) {
        (Outcome::Wait(until), _) => {
            writer.jobs_mut().postpone(job.id, job.owner(), *until)?;
            return Ok(());
        }
        (Outcome::Fails(reason), Some(pause)) => {
            let run_at = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
            writer
                .jobs_mut()
                .retry(job.id, job.owner(), run_at, reason)?;
            return Ok(());
        }
        (Outcome::Fails(reason), None) | (Outcome::GivenUp(reason), _) => Some(*reason),
        (Outcome::Gone(..) | Outcome::Nothing, _) => None,
    };
    writer.jobs_mut().complete(job.id, job.owner())?;
    let Some(subject) = subject else {
        return Ok(());
    };
    let call = subject.record.id.to_string();
    match given_up {
        None => {
            writer.alerts_mut().resolve(ALERT, &call)?;
        }
        Some(reason) => {
            writer.deletions_mut().put(&Deletion {
                recording: subject.row.id,
                outcome: DeletionOutcome::Failed,
                reason: Some(reason.into()),
                who: subject.who(),
                at: now,
            })?;
            writer.alerts_mut().raise(&NewAlert {
                kind: ALERT.into(),
                subject: call,
                params: serde_json::json!({ "reason": reason, "account": subject.row.account }),
            })?;
        }
    }
    Ok(())
}

/// A recording that may be deleted at its provider.
struct Subject {
    row: Recording,
    record: CallRecord,
    party: Arc<Party>,
}

impl Subject {
    fn find(core: &Core, id: RecordingId) -> Result<Option<Self>, StoreError> {
        let found = core.store.read(|reader| {
            if is_gone_there(reader, id)? {
                return Ok(None);
            }
            let Some(row) = reader.recordings().by_id(id)? else {
                return Ok(None);
            };
            let record = reader.calls().by_id(row.call)?;
            Ok(record.map(|record| (row, record)))
        })?;
        Ok(found.and_then(|(row, record)| {
            let party = core.accounts.get(row.account.as_str())?;
            Some(Self { row, record, party })
        }))
    }

    fn who(&self) -> String {
        format!("delete_at_provider of {}", self.row.account)
    }

    async fn try_once(&self, core: &Arc<Core>) -> Result<Outcome, EngineError> {
        if !is_wanted(&self.party) || self.row.state != RecordingState::Ready {
            return Ok(Outcome::Nothing);
        }
        if let Some(until) = self.waits_until(core.clock.now()) {
            return Ok(Outcome::Wait(until));
        }
        let key = self.row.named_key();
        let Some(provider_id) = key.provider_id().map(str::to_owned) else {
            return Ok(Outcome::GivenUp("no_id"));
        };
        let Some(sha256) = self.verified_here(core).await? else {
            return Ok(Outcome::GivenUp("file_here"));
        };
        let second_copy = match self.second_copy(core).await? {
            Elsewhere::NotConfigured => None,
            Elsewhere::There(place) => Some(place),
            Elsewhere::NotYet => return Ok(Outcome::Nothing),
            Elsewhere::Lost => return Ok(Outcome::GivenUp("copy_missing")),
            Elsewhere::Unknown => return Ok(Outcome::Fails("unreachable")),
        };
        let call = &self.record.call.provider_call_id;
        let outcome = match self.party.client.delete(call, &key).await {
            Ok(()) => DeletionOutcome::Deleted,
            Err(ApiError::NotFound) => DeletionOutcome::WasGone,
            Err(ApiError::RateLimited(until)) => return Ok(Outcome::Wait(until)),
            Err(error) => {
                tracing::warn!(account = %self.party.id(), %error, "a recording is not deleted at its provider");
                return Ok(Outcome::Fails(reason(&error)));
            }
        };
        let note = DeletionNote {
            call: call.clone(),
            key: self.row.key.clone(),
            provider_recording_id: Some(provider_id),
            outcome: outcome.as_str().to_owned(),
            who: self.who(),
            sha256,
            second_copy,
        };
        Ok(Outcome::Gone(Box::new(note), self.party.clone()))
    }

    /// As long as something of the call may still come.
    fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        let ended = self.record.call.fields.ended_at.as_ref();
        let ended = ended.map_or(self.record.first_seen_at, |told| told.value);
        let is_old = now.duration_since(ended) > NOTHING_NEW_AFTER;
        let is_over = self.record.call.status().is_terminal();
        let waits = !is_old && (!self.record.missing.is_empty() || !is_over);
        waits.then(|| now.saturating_add(MISSING_PAUSE).unwrap_or(Timestamp::MAX))
    }

    /// Reads the file here to its last byte. Gives its SHA-256 if it is the one on record.
    async fn verified_here(&self, core: &Arc<Core>) -> Result<Option<String>, EngineError> {
        let path = self.row.path.as_deref().map(RecordingPath::new);
        let (Some(Ok(path)), Some(sha256)) = (path, self.row.sha256.clone()) else {
            return Ok(None);
        };
        let (archive, wanted) = (core.archive.clone(), sha256.clone());
        let verdict = tokio::task::spawn_blocking(move || archive.verify(&path, &wanted))
            .await
            .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()));
        Ok(matches!(verdict, Ok(Verdict::Same)).then_some(sha256))
    }

    /// Whether the second copy was read back once and is there as it was then.
    async fn second_copy(&self, core: &Arc<Core>) -> Result<Elsewhere, EngineError> {
        let Some(offsite) = core.offsite() else {
            return Ok(Elsewhere::NotConfigured);
        };
        let (id, place) = (self.row.id, &offsite.place);
        let copy = core
            .store
            .read(|reader| reader.second_copies().of(id, place))?;
        let Some(copy) = copy.filter(|copy| copy.state == CopyState::Copied) else {
            // The job comes again when the copy is there.
            return Ok(Elsewhere::NotYet);
        };
        let path = self.row.path.as_deref().unwrap_or_default();
        Ok(match offsite.find(path).await {
            Ok(Some(there)) if there.bytes == copy.bytes && there.mark == copy.mark => {
                Elsewhere::There(place.clone())
            }
            Ok(_) => Elsewhere::Lost,
            Err(_) => Elsewhere::Unknown,
        })
    }
}

/// How the second copy is.
enum Elsewhere {
    NotConfigured,
    There(String),
    NotYet,
    Lost,
    Unknown,
}

fn reason(error: &ApiError) -> &'static str {
    match error {
        ApiError::KeyRefused | ApiError::NoKey(_) => "unauthorized",
        ApiError::Transport(_) => "network",
        _ => "provider_error",
    }
}
