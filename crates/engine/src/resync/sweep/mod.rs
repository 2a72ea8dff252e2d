//! Resyncs of many calls, written down: asked for, steered and watched here, worked on in [`drive`].

mod account;
mod drive;
mod kept;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ringback_model::AccountId;
use ringback_store::{Sweep, SweepId, SweepState};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};

use super::{Item, Progress, Report, Request, Run, Scope, Steer, asking};
use crate::{EngineError, core::Core, news::News};

pub(crate) use drive::attend;

/// How often a sweep is looked at when nobody rings.
const LOOK: std::time::Duration = std::time::Duration::from_secs(1);

/// So many are told of when somebody asks for all.
const NEWEST: usize = 5;

/// So many results are told in news and lists; all of them stand in the database.
const TELLING: usize = 200;

const PAGE: usize = 500;

/// Rings when a sweep changed, in this process or another.
#[derive(Debug, Default)]
pub(crate) struct Sweeping {
    pub(crate) changed: Notify,
}

/// What was asked for, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Asked {
    scope: Scope,
    account: Option<String>,
    since: Option<Timestamp>,
}

pub(super) async fn begin(core: &Arc<Core>, request: Request) -> Result<Run, EngineError> {
    let parties = core.asked_parties(request.account.as_deref())?;
    let targets = asking::known(core, &request.scope, &parties)?;
    let (unlisted, since): (Vec<AccountId>, _) = match request.scope {
        Scope::Recent { days } => (
            parties.iter().map(|party| party.id().clone()).collect(),
            Some(asking::since(core, days)),
        ),
        _ => (Vec::new(), None),
    };
    let asked = Asked {
        // The items say which.
        scope: match request.scope {
            Scope::Calls(_) => Scope::Calls(Vec::new()),
            scope => scope,
        },
        account: request.account,
        since,
    };
    let asked = serde_json::to_value(asked).expect("our own plain structs are JSON");
    let id = core
        .write(move |writer| {
            let id = writer.sweeps_mut().add(&asked, &unlisted)?;
            for target in targets {
                let (account, call) = (target.party.id(), [target.call]);
                writer.sweeps_mut().add_items(id, account, &call)?;
            }
            writer.sweeps_mut().end_if_done(id)?;
            Ok(id)
        })
        .await?;
    core.sweeping.changed.notify_waiters();
    follow(core, id.unsigned_abs())?.ok_or(EngineError::NotNow("the resync is over already"))
}

/// The newest, newest first.
pub(super) fn newest(core: &Core) -> Result<Vec<Progress>, EngineError> {
    let told = core.store.read(|reader| {
        let mut told = Vec::new();
        for sweep in reader.sweeps().newest(NEWEST)? {
            let items = telling(reader, &sweep)?;
            told.push(progress(&sweep, items));
        }
        Ok(told)
    })?;
    Ok(told)
}

pub(super) async fn steer(core: &Arc<Core>, run: u64, steer: Steer) -> Result<bool, EngineError> {
    let Ok(id) = SweepId::try_from(run) else {
        return Ok(false);
    };
    let state = match steer {
        Steer::Pause => SweepState::Paused,
        Steer::Resume => SweepState::Running,
        Steer::Cancel => SweepState::Canceled,
    };
    let is_known = core
        .write(move |writer| {
            let Some(sweep) = writer.sweeps().get(id)? else {
                return Ok(false);
            };
            writer.sweeps_mut().set_state(id, state)?;
            Ok(!sweep.state.is_over())
        })
        .await?;
    core.sweeping.changed.notify_waiters();
    Ok(is_known)
}

/// Watches a sweep to its end. A process that never does the background work works on it itself as
/// long as no other does.
pub(super) fn follow(core: &Arc<Core>, run: u64) -> Result<Option<Run>, EngineError> {
    let Ok(id) = SweepId::try_from(run) else {
        return Ok(None);
    };
    let Some(sweep) = core.store.read(|reader| reader.sweeps().get(id))? else {
        return Ok(None);
    };
    let (tell, told) = watch::channel(progress(&sweep, Vec::new()));
    if !core.does_background && !sweep.state.is_over() {
        core.spawn(drive::help(core.clone(), id));
    }
    let follower = core.clone();
    core.spawn(async move {
        if let Err(error) = tell_to_the_end(&follower, id, tell).await {
            tracing::error!(%error, "how far a resync is cannot be read");
        }
    });
    Ok(Some(Run {
        number: run,
        progress: told,
    }))
}

async fn tell_to_the_end(
    core: &Core,
    id: SweepId,
    tell: watch::Sender<Progress>,
) -> Result<(), EngineError> {
    loop {
        let changed = core.sweeping.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        let Some(sweep) = core.store.read(|reader| reader.sweeps().get(id))? else {
            return Ok(());
        };
        if sweep.state.is_over() {
            tell.send_replace(progress(&sweep, all_items(core, id)?));
            return Ok(());
        }
        let items = match sweep.state {
            SweepState::Paused => all_items(core, id)?,
            _ => Vec::new(),
        };
        tell.send_replace(progress(&sweep, items));
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(LOOK) => {}
            () = tell.closed() => return Ok(()),
            () = core.stop.cancelled() => return Ok(()),
        }
    }
}

/// Tells everybody in this process who looks how far a sweep is by now.
pub(crate) fn tell(core: &Core, id: SweepId) {
    core.sweeping.changed.notify_waiters();
    let now = core.store.read(|reader| {
        let Some(sweep) = reader.sweeps().get(id)? else {
            return Ok(None);
        };
        let items = telling(reader, &sweep)?;
        Ok(Some(progress(&sweep, items)))
    });
    match now {
        Ok(Some(progress)) => core.tell(News::Resync(progress)),
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "how far a resync is cannot be read"),
    }
}

/// What is worth reading of it: while it runs the figures are, and the list is read many times.
fn telling(
    reader: &ringback_store::Reader<'_>,
    sweep: &Sweep,
) -> Result<Vec<Item>, ringback_store::StoreError> {
    if sweep.state == SweepState::Running {
        return Ok(Vec::new());
    }
    let items = reader.sweeps().telling(sweep.id, TELLING)?;
    Ok(items.into_iter().filter_map(kept::item).collect())
}

fn all_items(core: &Core, id: SweepId) -> Result<Vec<Item>, EngineError> {
    let mut items = Vec::new();
    let mut after = 0;
    loop {
        let page = core
            .store
            .read(|reader| reader.sweeps().results(id, after, PAGE))?;
        let Some(last) = page.last() else {
            return Ok(items);
        };
        after = last.place;
        items.extend(page.into_iter().filter_map(kept::item));
    }
}

fn progress(sweep: &Sweep, items: Vec<Item>) -> Progress {
    let left = sweep.total.saturating_sub(sweep.checked());
    let eta = sweep
        .pace_us
        .filter(|_| sweep.state == SweepState::Running && left > 0)
        .map(|pace| {
            let micros = i64::try_from(pace.saturating_mul(left)).unwrap_or(i64::MAX);
            SignedDuration::from_micros(micros)
        });
    Progress {
        run: sweep.id.unsigned_abs(),
        call: None,
        stored: true,
        total: sweep.total,
        eta,
        paused: sweep.state == SweepState::Paused,
        done: sweep.state.is_over(),
        cancelled: sweep.state == SweepState::Canceled,
        report: Arc::new(Report {
            dry_run: false,
            checked: sweep.checked(),
            updated: sweep.updated,
            unchanged: sweep.unchanged,
            failed: sweep.failed,
            items,
        }),
    }
}
