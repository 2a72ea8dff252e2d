//! The background loop: what is due is started, at once when somebody rings, and at the latest every
//! second. It runs in one process per home.
//!
//! It also notices that the wall clock went another way than the steady one: ahead while the machine
//! slept, or back when it was set right. Then everything that was missed is asked for at once, and what
//! was planned by the clock that was ahead does not wait until that time comes again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use ringback_model::{HoleReason, ProviderCallId};
use ringback_providers::ApiError;
use ringback_store::{Job, StoreError};

use crate::{
    EngineError,
    accounts::Party,
    catch_up,
    claim::Claim,
    core::Core,
    deletion, fetch,
    jobs::{RESYNC, ResyncWork},
    lease::{LEASE, Lease},
    ledger::{self, reason_of},
    news::News,
    poll, pulse, schedule, stuck,
};

/// How often the loop looks when nobody rings.
const BEAT: Duration = Duration::from_secs(1);

/// The least time between two rounds. Whatever is due, and however quickly a provider that is not
/// there says so, neither it nor our own disk is asked without a pause.
const ROUND: Duration = Duration::from_millis(100);

/// So much more of wall clock than of steady time means that the machine slept, or that the clock was
/// set, after which asking again does no harm. So much back means that it was set back.
const SLEPT: SignedDuration = SignedDuration::from_secs(30);

/// How often it is looked which recordings are about to expire.
const WARN_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// Questions about single calls at the same time for one account.
const QUESTIONS_PER_ACCOUNT: usize = 5;
const QUESTIONS: usize = 12;

/// Runs until the program ends.
pub(crate) async fn run(core: Arc<Core>) {
    let mut seen = (Instant::now(), core.clock.now());
    let mut next_warning = seen.1;
    while !core.stop.is_cancelled() {
        let (steady, wall) = (Instant::now(), core.clock.now());
        if let Some(ahead) = moved(seen, (steady, wall)) {
            core.polls.all_due();
            if ahead.is_negative() {
                tracing::warn!(
                    seconds = ahead.abs().as_secs(),
                    "the clock was set back; looking at everything anew"
                );
                next_warning = wall;
                core.stuck.all_due();
                if let Err(error) = set_back(&core, ahead.abs(), wall).await {
                    tracing::error!(%error, "what was planned by the clock that was ahead waits for that time");
                }
            } else {
                tracing::info!("the machine slept; catching up");
                if let Err(error) = still_in_hand(&core, wall).await {
                    tracing::error!(%error, "what was in hand may be begun a second time");
                }
            }
        }
        seen = (steady, wall);
        if wall >= next_warning {
            next_warning = later(wall, WARN_EVERY);
            if let Err(error) = fetch::tell_of_dying(&core).await {
                tracing::error!(%error, "what is about to expire could not be looked up");
            }
        }

        let rung = core.work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        poll::start_due(&core);
        stuck::start_due(&core);
        let started = match start_due(&core).await {
            Ok(started) => started,
            Err(error) => {
                tracing::error!(%error, "the work that is due could not be looked up");
                0
            }
        };
        if started == 0
            && let Err(error) = catch_up::tell_when_done(&core).await
        {
            tracing::error!(%error, "what happened meanwhile could not be told");
        }
        let earliest = tokio::time::Instant::now() + ROUND;
        let next = async {
            if started == 0 {
                tokio::select! {
                    () = rung => {}
                    () = pulse::beat(BEAT) => {}
                }
            }
            // Over already, unless somebody rang.
            tokio::time::sleep_until(earliest).await;
        };
        core.stop.run_until_cancelled(next).await;
    }
}

/// What was in hand when the machine fell asleep still is: its leases ran out meanwhile, and nobody gave it
/// up. Otherwise a transfer or a deletion would be begun a second time beside itself.
async fn still_in_hand(core: &Core, now: Timestamp) -> Result<(), StoreError> {
    let (process, until) = (core.takers.process().to_owned(), later(now, LEASE));
    core.applier
        .write(move |writer| writer.jobs_mut().hold_all(&process, until))
        .await
}

/// What was planned while the clock was ahead comes as much later as was meant, and leases last no longer
/// than they should.
async fn set_back(core: &Core, by: SignedDuration, now: Timestamp) -> Result<(), StoreError> {
    core.applier
        .write(move |writer| writer.jobs_mut().set_back(by, now, LEASE))
        .await?;
    core.tell(News::Stale);
    Ok(())
}

/// By how much the wall clock went ahead of the steady one, if that is more than clocks do by themselves.
/// Negative if it was set back.
fn moved(before: (Instant, Timestamp), now: (Instant, Timestamp)) -> Option<SignedDuration> {
    let steady =
        SignedDuration::try_from(now.0.duration_since(before.0)).unwrap_or(SignedDuration::MAX);
    let passed = now.1.duration_since(before.1);
    let ahead = passed.saturating_sub(steady);
    (ahead > SLEPT || passed < -SLEPT).then_some(ahead)
}

async fn start_due(core: &Arc<Core>) -> Result<usize, EngineError> {
    // Most of the time there is nothing, and to look costs less than a transaction that would take it.
    let now = core.clock.now();
    if !core.store.read(|reader| reader.jobs().is_any_due(now))? {
        return Ok(0);
    }
    let fetched = core.fetcher.start_due().await?;
    let copied = match core.offsite() {
        Some(offsite) => offsite.start_due(core).await?,
        None => 0,
    };
    let deleted = deletion::start_due(core).await?;
    Ok(fetched + copied + deleted + start_questions(core).await?)
}

/// Starts asking about the calls for which it is time.
async fn start_questions(core: &Arc<Core>) -> Result<usize, EngineError> {
    let claim = claim(core, (QUESTIONS, QUESTIONS - 1));
    let due = core.applier.write(move |writer| claim.take(writer)).await?;
    let count = due.len();
    for job in due {
        let core = core.clone();
        core.clone().spawn(async move {
            let mut next = Some(job);
            while let Some(job) = next.take() {
                let lease = Lease::of(&job);
                next = match lease.during(&core, question(&core, job)).await {
                    Ok(next) => next,
                    Err(error) => {
                        tracing::error!(%error, "the result of a question to the provider is not written");
                        None
                    }
                };
            }
            core.work.notify_waiters();
        });
    }
    Ok(count)
}

fn claim(core: &Core, most: (usize, usize)) -> Claim {
    Claim::new(core, RESYNC, most, |_| QUESTIONS_PER_ACCOUNT)
}

/// Asks about one call and decides when to ask again. Gives the next question, if this one was answered.
async fn question(core: &Arc<Core>, job: Job) -> Result<Option<Job>, EngineError> {
    let work: Option<ResyncWork> = serde_json::from_value(job.work.payload.clone()).ok();
    let party = core.accounts.get(job.work.account.as_str());
    let (Some(work), Some(party)) = (&work, party) else {
        let next = match work {
            // Its account went from the file at this moment.
            Some(_) => Next::Again(later(core.clock.now(), SLEPT)),
            None => Next::Done,
        };
        return finish(core, job, None, next, None).await;
    };
    let work = work.clone();
    let client = if job.is_backlog {
        &party.backlog
    } else {
        &party.client
    };
    let asked = match client.call(&work.call).await {
        Ok(snapshots) => core
            .applier
            .take(&party, &work.call, snapshots, false)
            .await
            .map(|_| ()),
        Err(error) => Err(error.into()),
    };
    let next = next(core, &party, &work.call, &job, &asked)?;
    if matches!(next, Next::Done) {
        ledger::note_asked(core, &party, &work.call, asked.as_ref().err()).await?;
    }
    let goes_on = asked.is_ok() && !core.stop.is_cancelled();
    let then = goes_on.then(|| claim(core, (1, 1)));
    finish(core, job, Some((party, work.call)), next, then).await
}

enum Next {
    Done,
    Again(Timestamp),
    Failed(Timestamp, HoleReason),
}

fn next(
    core: &Core,
    party: &Party,
    call: &ProviderCallId,
    job: &Job,
    asked: &Result<(), EngineError>,
) -> Result<Next, StoreError> {
    let now = core.clock.now();
    match asked {
        Ok(()) => {
            let record = core
                .store
                .read(|reader| reader.calls().by_provider_id(party.id(), call))?;
            let again = record
                .filter(|record| !record.missing.is_empty())
                .and_then(|record| {
                    let ended = record.call.fields.ended_at.as_ref()?.value;
                    schedule::next_refetch(ended, now)
                });
            Ok(again.map_or(Next::Done, Next::Again))
        }
        Err(EngineError::Provider(ApiError::RateLimited(until))) => Ok(Next::Again(*until)),
        Err(error @ EngineError::Provider(ApiError::NotFound)) => {
            // Asked too early, or deleted there. A few more looks, then it is as it is.
            Ok(
                match schedule::failed_pause(job.attempts + 1).filter(|_| job.attempts < 3) {
                    Some(pause) => Next::Failed(later(now, pause), reason_of(error)),
                    None => Next::Done,
                },
            )
        }
        Err(error) => {
            tracing::warn!(account = %party.id(), %error, "a call could not be asked for");
            Ok(match schedule::failed_pause(job.attempts + 1) {
                Some(pause) => Next::Failed(later(now, pause), reason_of(error)),
                None => Next::Done,
            })
        }
    }
}

fn later(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

async fn finish(
    core: &Arc<Core>,
    job: Job,
    about: Option<(Arc<Party>, ProviderCallId)>,
    next: Next,
    then: Option<Claim>,
) -> Result<Option<Job>, EngineError> {
    let taken = core
        .applier
        .write(move |writer| {
            let owner = job.owner();
            match next {
                Next::Done => writer.jobs_mut().complete(job.id, owner)?,
                Next::Again(run_at) => writer.jobs_mut().postpone(job.id, owner, run_at)?,
                Next::Failed(run_at, reason) => {
                    let retried =
                        writer
                            .jobs_mut()
                            .retry(job.id, owner, run_at, reason.as_str())?;
                    if let Some((party, call)) = &about {
                        ledger::note_failing(writer, party, call, reason)?;
                    }
                    retried
                }
            };
            if let Some((party, call)) = about {
                ledger::remark(writer, &party, &call)?;
            }
            then.map_or(Ok(Vec::new()), |then| then.take(writer))
        })
        .await?;
    Ok(taken.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_and_a_clock_that_is_set_are_told_from_time_that_passes() {
        let (steady, wall) = (Instant::now(), Timestamp::UNIX_EPOCH);
        let after = |real: u64, told: i64| {
            let now = (
                steady + Duration::from_secs(real),
                wall + SignedDuration::from_secs(told),
            );
            moved((steady, wall), now).map(|ahead| ahead.as_secs())
        };
        assert_eq!(after(1, 1), None);
        assert_eq!(after(3600, 3600), None, "a round that took long");
        assert_eq!(after(1, 31), None);
        assert_eq!(after(1, -29), None);
        assert_eq!(after(1, 3601), Some(3600), "it slept");
        assert_eq!(after(1, -7199), Some(-7200), "it was set back");
        assert_eq!(after(90, 0), None, "one that stands still was not set back");
    }
}
