//! What a try came to, and what that means for the copy and its job.

use std::sync::Arc;

use jiff::Timestamp;
use ringback_offsite::Hitch;
use ringback_store::{CopyState, Job, NewAlert, Recording, SecondCopy, StoreError, Writer};

use super::{Offsite, PAGE, Subject, make_due};
use crate::{EngineError, core::Core, deletion, news::News, schedule};

/// One alert for all copies: a storage that is down is one thing to a person.
const ALERT: (&str, &str) = ("offsite_failed", "offsite");

/// What a try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is there and was read back.
    Copied {
        /// How long it is.
        bytes: u64,
        /// What the storage recognises it by.
        mark: Option<String>,
    },
    /// It failed.
    Fails(Hitch),
    /// The program ends, or the work is another's.
    Stopped,
}

/// What may be gone when the storage works again.
const PASSING: [Hitch; 7] = [
    Hitch::Refused,
    Hitch::Clock,
    Hitch::NoPlace,
    Hitch::Region,
    Hitch::Full,
    Hitch::Unreachable,
    Hitch::Server,
];

/// What no waiting helps against.
fn is_lasting(hitch: Hitch) -> bool {
    matches!(hitch, Hitch::TooLarge | Hitch::Here)
}

/// What a person has to mend; they are told at once.
fn needs_a_person(hitch: Hitch) -> bool {
    matches!(
        hitch,
        Hitch::Refused | Hitch::Clock | Hitch::NoPlace | Hitch::Region
    )
}

/// Writes down what came of it, in one transaction.
pub(super) async fn write_down(
    core: &Arc<Core>,
    offsite: &Offsite,
    job: Job,
    subject: &Subject,
    outcome: &Outcome,
) -> Result<(), EngineError> {
    let party = core.accounts.get(subject.row.account.as_str());
    let written = Written {
        is_deleted_there: party.is_some_and(|party| deletion::is_wanted(&party)),
        now: core.clock.now(),
        place: offsite.place.clone(),
        row: subject.row.clone(),
        bytes: subject.row.size_bytes.unwrap_or(0),
        job,
    };
    let outcome = outcome.clone();
    core.applier
        .write(move |writer| written.down(writer, outcome))
        .await?;
    core.tell(News::Health);
    Ok(())
}

struct Written {
    now: Timestamp,
    place: String,
    row: Recording,
    bytes: u64,
    job: Job,
    /// Whether the recording is deleted at its provider when this copy is there.
    is_deleted_there: bool,
}

impl Written {
    fn down(&self, writer: &mut Writer<'_>, outcome: Outcome) -> Result<(), StoreError> {
        match outcome {
            Outcome::Copied { bytes, mark } => {
                self.put(writer, CopyState::Copied, None, bytes, mark)?;
                writer.jobs_mut().complete(self.job.id, self.job.owner())?;
                if self.is_deleted_there {
                    deletion::enqueue(writer, &self.row, self.now)?;
                }
                self.storage_works(writer)
            }
            Outcome::Fails(hitch) => self.fails(writer, hitch),
            Outcome::Stopped => {
                writer
                    .jobs_mut()
                    .postpone(self.job.id, self.job.owner(), self.now)?;
                Ok(())
            }
        }
    }

    /// What was given up because the storage did not work is due again, and the alert is over when
    /// nothing is given up any more.
    fn storage_works(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let reasons = PASSING.map(Hitch::as_str);
        for copy in writer.second_copies().failed(&self.place, &reasons, PAGE)? {
            make_due(writer, copy.recording, self.now)?;
            writer.second_copies_mut().put(&SecondCopy {
                state: CopyState::Waiting,
                ..copy
            })?;
        }
        if writer.second_copies().totals(&self.place)?.failed == 0 {
            writer.alerts_mut().resolve(ALERT.0, ALERT.1)?;
        }
        Ok(())
    }

    fn fails(&self, writer: &mut Writer<'_>, hitch: Hitch) -> Result<(), StoreError> {
        let pause = schedule::copy_pause(self.job.attempts + 1).filter(|_| !is_lasting(hitch));
        let (state, reason) = match pause {
            Some(_) => (CopyState::Waiting, hitch.as_str()),
            None => (CopyState::Failed, hitch.as_str()),
        };
        self.put(writer, state, Some(reason), self.bytes, None)?;
        if pause.is_none() || needs_a_person(hitch) {
            writer.alerts_mut().raise(&NewAlert {
                kind: ALERT.0.into(),
                subject: ALERT.1.into(),
                params: serde_json::json!({ "reason": reason }),
            })?;
        }
        match pause {
            Some(pause) => {
                let run_at = self.now.saturating_add(pause).unwrap_or(Timestamp::MAX);
                writer
                    .jobs_mut()
                    .retry(self.job.id, self.job.owner(), run_at, reason)?
            }
            None => writer.jobs_mut().complete(self.job.id, self.job.owner())?,
        };
        Ok(())
    }

    fn put(
        &self,
        writer: &mut Writer<'_>,
        state: CopyState,
        reason: Option<&str>,
        bytes: u64,
        mark: Option<String>,
    ) -> Result<(), StoreError> {
        writer.second_copies_mut().put(&SecondCopy {
            recording: self.row.id,
            place: self.place.clone(),
            state,
            reason: reason.map(str::to_owned),
            bytes,
            mark,
            at: self.now,
        })
    }
}
