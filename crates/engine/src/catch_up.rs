//! Coming back: after a start, a sleep, or a network that was gone, the lists are read from where they
//! are known to be complete. When all of it is here, a person is told once what happened meanwhile.
//!
//! An absence is seen by the walk that closes it: the list had not been read for longer than usual,
//! for whatever reason. So nothing has to be noticed at the moment it begins.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ringback_model::{AccountId, Reason, RecordingState};
use ringback_providers::ApiError;
use ringback_store::{Absence, CallFilter, NewAlert, Reader, StoreError, Writer};

use crate::{
    EngineError,
    core::Core,
    fetch::ask_again,
    jobs::{FETCH, RESYNC},
};

/// The kind of the alert that tells of an absence. Its subject is the moment of coming back.
pub const DIGEST: &str = "digest";

/// A list that was not read for no longer than this is nothing to tell of.
const UNTOLD: SignedDuration = SignedDuration::from_mins(15);

/// An account that does not answer holds up the telling for so long.
const WAIT_FOR_OTHERS: SignedDuration = SignedDuration::from_mins(10);

/// What is not here after so long is counted as missing.
const WAIT_AT_MOST: SignedDuration = SignedDuration::from_hours(6);

/// Calls begin this long before they end, at the most.
const LONGEST_CALL: SignedDuration = SignedDuration::from_hours(24);

const PAGE: usize = 500;

/// Whether it is an absence that the list was complete until then.
pub(crate) fn absence(
    complete_until: Option<Timestamp>,
    now: Timestamp,
    every: SignedDuration,
) -> Option<Timestamp> {
    let usual = every.saturating_mul(3);
    complete_until.filter(|until| now.duration_since(*until) > usual.max(UNTOLD))
}

/// The network is back for this account: what failed because of it is tried now.
pub(crate) async fn network_is_back(
    core: &Arc<Core>,
    account: &AccountId,
) -> Result<(), EngineError> {
    let (now, account) = (core.clock.now(), account.clone());
    core.applier
        .write(move |writer| {
            let word = Reason::Network.as_str();
            writer.jobs_mut().hurry(FETCH, &account, word, now)?;
            let failed = writer
                .recordings()
                .failed_because(&account, Reason::Network)?;
            for id in failed {
                ask_again(writer, id, now)?;
            }
            Ok(())
        })
        .await?;
    core.work.notify_waiters();
    Ok(())
}

/// Tells of an absence, if there was one and everything has been caught up on.
pub(crate) async fn tell_when_done(core: &Arc<Core>) -> Result<(), EngineError> {
    let Some(absence) = core.store.read(|reader| reader.absences().untold())? else {
        return Ok(());
    };
    let now = core.clock.now();
    let waited = now.duration_since(absence.back_at);
    if waited < WAIT_AT_MOST && !(is_read(core, absence, waited) && is_at_rest(core, now)?) {
        return Ok(());
    }
    let digest = core.store.read(|reader| Digest::of(reader, absence))?;
    core.applier
        .write(move |writer| {
            // Another process may have been faster.
            if writer.absences_mut().told(absence.id)? && digest.calls > 0 {
                digest.tell(writer, absence)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Whether every list has been read since.
fn is_read(core: &Core, absence: Absence, waited: SignedDuration) -> bool {
    core.accounts.iter().all(|party| {
        let is_asked = party.configured.poll_every.is_some()
            && party.provider().has_api()
            && !party.is_paused();
        let poll = core.polls.of(party.id());
        let is_known = match poll.last_error.as_deref() {
            None => poll.last_at.is_some_and(|at| at >= absence.back_at),
            // It may answer in a moment.
            Some(EngineError::Provider(
                ApiError::Transport(_) | ApiError::RateLimited(_) | ApiError::Server(_),
            )) => waited > WAIT_FOR_OTHERS,
            Some(_) => true,
        };
        !is_asked || is_known
    })
}

/// Whether nothing is in hand or due.
fn is_at_rest(core: &Core, now: Timestamp) -> Result<bool, StoreError> {
    let working: Vec<_> = core
        .accounts
        .iter()
        .filter(|party| !party.is_paused())
        .map(|party| party.id().clone())
        .collect();
    core.store.read(|reader| {
        let is_held = reader
            .jobs()
            .counts(now)?
            .iter()
            .any(|count| [FETCH, RESYNC].contains(&count.kind.as_str()) && count.leased > 0);
        let is_due = reader
            .jobs()
            .next_due_of(&[FETCH, RESYNC], &working)?
            .is_some_and(|at| at <= now);
        Ok(!is_held && !is_due && reader.events().count_pending(1)? == 0)
    })
}

/// What happened meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Digest {
    /// Calls that began or ended.
    calls: u64,
    /// Recordings of theirs that are here by now.
    recordings: u64,
    /// Calls of which something is missing, or whose recording could not be brought in.
    holes: u64,
}

impl Digest {
    fn of(reader: &Reader<'_>, absence: Absence) -> Result<Self, StoreError> {
        let filter = CallFilter {
            since: Some(
                absence
                    .since
                    .saturating_sub(LONGEST_CALL)
                    .unwrap_or(Timestamp::MIN),
            ),
            until: Some(absence.back_at),
            ..CallFilter::default()
        };
        let meanwhile = |at: Option<Timestamp>| {
            at.is_some_and(|at| absence.since <= at && at <= absence.back_at)
        };
        let mut digest = Self::default();
        let mut after = None;
        loop {
            let page = reader.calls().page(&filter, after, PAGE)?;
            for row in &page.rows {
                if !meanwhile(row.started_at) && !meanwhile(row.ended_at) {
                    continue;
                }
                digest.calls += 1;
                let recordings = reader.recordings().of_call(row.id)?;
                let is_here = |state| state == RecordingState::Ready;
                let is_lost = |state| {
                    matches!(
                        state,
                        RecordingState::Failed(_) | RecordingState::Expired(_)
                    )
                };
                digest.recordings += recordings
                    .iter()
                    .filter(|recording| is_here(recording.state))
                    .count() as u64;
                let has_hole = !row.missing.is_empty()
                    || recordings.iter().any(|recording| is_lost(recording.state));
                digest.holes += u64::from(has_hole && row.status.is_terminal());
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(digest),
            }
        }
    }

    fn tell(self, writer: &mut Writer<'_>, absence: Absence) -> Result<(), StoreError> {
        writer.alerts_mut().raise(&NewAlert {
            kind: DIGEST.into(),
            subject: absence.back_at.to_string(),
            params: serde_json::json!({
                "since": absence.since.to_string(),
                "until": absence.back_at.to_string(),
                "calls": self.calls,
                "recordings": self.recordings,
                "holes": self.holes,
            }),
        })?;
        Ok(())
    }
}

/// Whether an error says that the network is gone.
pub(crate) fn is_network(error: &EngineError) -> bool {
    matches!(error, EngineError::Provider(ApiError::Transport(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_was_not_read_for_much_longer_than_usual_is_an_absence() {
        let at =
            |minute: i64| Timestamp::from_second(1_760_000_000 + 60 * minute).expect("in range");
        let every = SignedDuration::from_mins;
        assert_eq!(absence(None, at(600), every(5)), None, "a new account");
        assert_eq!(absence(Some(at(0)), at(15), every(5)), None);
        assert_eq!(absence(Some(at(0)), at(16), every(5)), Some(at(0)));
        assert_eq!(
            absence(Some(at(0)), at(16), every(60)),
            None,
            "as usual there"
        );
        assert_eq!(absence(Some(at(0)), at(181), every(60)), Some(at(0)));
    }
}
