//! Working on sweeps. One process of a home does it at a time: the one that holds the lock on a file,
//! which the operating system takes back from a process that dies. So no item is done by two, and
//! whoever comes next begins with the first item that has no result.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use ringback_store::{SweepId, SweepState};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{LOOK, account};
use crate::{EngineError, core::Core, pulse, role::Role};

/// How many of the last results say how long one takes.
const MEASURED: usize = 32;

/// A sweep in work.
pub(super) struct Work {
    pub(super) core: Arc<Core>,
    pub(super) id: SweepId,
    /// Cancelled when it is paused or ended, or the program ends.
    pub(super) stop: CancellationToken,
    last: Mutex<VecDeque<Instant>>,
}

impl Work {
    /// Notes that there is one more result; gives the time that one takes, in microseconds.
    pub(super) fn pace_us(&self) -> Option<u64> {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() > MEASURED {
            last.pop_front();
        }
        last.push_back(now);
        let steps = u128::try_from(last.len() - 1).ok().filter(|n| *n > 0)?;
        let first = last.front()?;
        u64::try_from(now.duration_since(*first).as_micros() / steps).ok()
    }
}

/// Works on whatever sweep there is, until the program ends.
pub(crate) async fn attend(core: Arc<Core>) {
    while !core.stop.is_cancelled() {
        let changed = core.sweeping.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        match drive_next(&core).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "a resync cannot go on now"),
        }
        tokio::select! {
            () = core.stop.cancelled() => {}
            () = changed => {}
            () = pulse::beat(LOOK) => {}
        }
    }
}

/// Works on sweeps until this one is over, as long as no process does the background work.
pub(super) async fn help(core: Arc<Core>, id: SweepId) {
    while !core.stop.is_cancelled() {
        let changed = core.sweeping.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        match core.store.read(|reader| reader.sweeps().get(id)) {
            Ok(Some(sweep)) if !sweep.state.is_over() => {}
            _ => return,
        }
        let gone_on = match nobody_is_here(&core).await {
            Ok(true) => alone(&core).await,
            other => other.map(|_| ()),
        };
        if let Err(error) = gone_on {
            tracing::error!(%error, "the resync cannot go on now");
        }
        tokio::select! {
            () = core.stop.cancelled() => {}
            () = changed => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Whether no process does the background work. What the last one had in hand when it died is free.
async fn nobody_is_here(core: &Core) -> Result<bool, EngineError> {
    let before = match Role::try_take(&core.home.role_file())? {
        Some(mut role) => role.sign("")?,
        None => return Ok(false),
    };
    if let Some(before) = before {
        core.applier
            .write(move |writer| writer.jobs_mut().release_all(&before))
            .await?;
    }
    Ok(true)
}

/// As [`drive_next`], where nobody else brings recordings in.
async fn alone(core: &Arc<Core>) -> Result<(), EngineError> {
    let fetching = async {
        loop {
            let rung = core.work.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            if let Err(error) = core.fetcher.start_due().await {
                tracing::error!(%error, "the work that is due could not be looked up");
            }
            let _ = tokio::time::timeout(LOOK, rung).await;
        }
    };
    tokio::select! {
        driven = drive_next(core) => driven.map(|_| ()),
        () = fetching => Ok(()),
    }
}

/// Works on the oldest sweep that runs until it is over, paused, or the program ends. False if there
/// is none, or another process is at it.
async fn drive_next(core: &Arc<Core>) -> Result<bool, EngineError> {
    let next = || core.store.read(|reader| reader.sweeps().running());
    if next()?.is_none() {
        return Ok(false);
    }
    let Some(_lock) = Role::try_take(&core.home.sweep_file())? else {
        return Ok(false);
    };
    // Whoever had the lock a moment ago may have ended it.
    let Some(sweep) = next()? else {
        return Ok(false);
    };
    drive(core, sweep.id).await?;
    Ok(true)
}

async fn drive(core: &Arc<Core>, id: SweepId) -> Result<(), EngineError> {
    let work = Arc::new(Work {
        core: core.clone(),
        id,
        stop: core.stop.child_token(),
        last: Mutex::default(),
    });
    let (unlisted, waiting) = core.store.read(|reader| {
        let sweeps = reader.sweeps();
        Ok((sweeps.unlisted(id)?, sweeps.accounts_waiting(id)?))
    })?;
    let accounts: BTreeSet<_> = unlisted.iter().chain(&waiting).cloned().collect();
    let mut at_work = JoinSet::new();
    // The accounts' paces are their own.
    for name in accounts {
        let is_listed = !unlisted.contains(&name);
        at_work.spawn(account::work_off(work.clone(), name, is_listed));
    }
    let stopped = until_stopped(core, id);
    tokio::pin!(stopped);
    let mut result = Ok(());
    loop {
        tokio::select! {
            ended = at_work.join_next() => match ended {
                None => break,
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(error))) => result = Err(error),
                Some(Err(_)) => {
                    result = Err(EngineError::NotNow("asking about an account ended by a panic"));
                }
            },
            () = &mut stopped, if !work.stop.is_cancelled() => work.stop.cancel(),
        }
    }
    result?;
    core.write(move |writer| writer.sweeps_mut().end_if_done(id))
        .await?;
    Ok(())
}

/// Comes back when the sweep does not run any more.
async fn until_stopped(core: &Core, id: SweepId) {
    loop {
        let changed = core.sweeping.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        match core.store.read(|reader| reader.sweeps().get(id)) {
            Ok(Some(sweep)) if sweep.state == SweepState::Running => {}
            Ok(_) => return,
            Err(error) => tracing::error!(%error, "the resync cannot be looked at"),
        }
        let _ = tokio::time::timeout(LOOK, changed).await;
    }
}
