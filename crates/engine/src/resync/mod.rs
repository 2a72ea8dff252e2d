//! Fetching what is missing because a person asked for it: one call, picked calls, all with missing
//! data, or the last days.
//!
//! One call, and everything that only looks (a dry run), is a run of this process: see [`runs`]. What
//! is about many calls and writes is a [`sweep`]: it stands in the database, survives the process,
//! and is seen by every process on the home. Both tell the same [`Progress`] and [`Report`].

mod asking;
mod carried;
mod fault;
mod runs;
mod sweep;

use std::sync::Arc;

use jiff::SignedDuration;
use ringback_model::CallId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::{EngineError, core::Core};

pub(crate) use runs::Runs;
pub(crate) use sweep::{Sweeping, attend, tell};

/// What to fetch again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One call, by Ringback's id or the provider's.
    Call(String),
    /// These calls, each by Ringback's id or the provider's.
    Calls(Vec<String>),
    /// Every call with missing data.
    Missing,
    /// All calls of the last days, also those that are not here.
    Recent {
        /// How many days.
        days: u32,
    },
}

/// A request for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What.
    pub scope: Scope,
    /// Only this account.
    pub account: Option<String>,
    /// Write nothing.
    pub dry_run: bool,
}

/// How far a run is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Tells runs apart.
    pub run: u64,
    /// The call, when it is about one.
    pub call: Option<CallId>,
    /// Whether it is written down: it can be paused, and goes on after the program ended.
    pub stored: bool,
    /// How many calls are to be asked for, as far as known.
    pub total: u64,
    /// How long it will still take, when that can be told.
    pub eta: Option<SignedDuration>,
    /// A person stopped it, to go on later.
    pub paused: bool,
    /// Over.
    pub done: bool,
    /// Stopped by a person for good.
    pub cancelled: bool,
    /// What came out so far. While it goes on, and in news, the list of calls is left out or cut;
    /// [`Run::finished`] gives all of it.
    pub report: Arc<Report>,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Nothing was written.
    pub dry_run: bool,
    /// Asked for.
    pub checked: u64,
    /// Changed.
    pub updated: u64,
    /// Did not change.
    pub unchanged: u64,
    /// Could not be asked for.
    pub failed: u64,
    /// Call by call.
    pub items: Vec<Item>,
}

/// What a run did with one call.
#[derive(Clone, Debug)]
pub struct Item {
    /// Ringback's id, if it is here.
    pub call: Option<CallId>,
    /// The provider's id.
    pub provider_call_id: String,
    /// The changed fields and what was missing, before.
    pub before: Map<String, Value>,
    /// The same after.
    pub after: Map<String, Value>,
    /// The names of the changed fields.
    pub changed: Vec<String>,
    /// Why it could not be asked for.
    pub error: Option<Arc<EngineError>>,
}

impl Report {
    fn take(&mut self, item: Item) {
        self.checked += 1;
        match (&item.error, item.changed.is_empty()) {
            (Some(_), _) => self.failed += 1,
            (None, true) => self.unchanged += 1,
            (None, false) => self.updated += 1,
        }
        self.items.push(item);
    }

    fn figures(&self) -> Self {
        Self {
            dry_run: self.dry_run,
            checked: self.checked,
            updated: self.updated,
            unchanged: self.unchanged,
            failed: self.failed,
            items: Vec::new(),
        }
    }
}

/// A run that goes on.
#[derive(Debug)]
pub struct Run {
    /// Its number.
    pub number: u64,
    /// How far it is; changes until `done`.
    pub progress: watch::Receiver<Progress>,
}

impl Run {
    /// Waits until it is over. One that is paused is not.
    pub async fn finished(&mut self) -> Progress {
        // An error means that the run's task is gone; what it said last is its end.
        let _ = self.progress.wait_for(|progress| progress.done).await;
        self.progress.borrow().clone()
    }
}

/// Begins a run. What is known to be wrong (no such call, no such account) is said at once.
pub(crate) async fn begin(core: &Arc<Core>, request: Request) -> Result<Run, EngineError> {
    if request.scope == (Scope::Recent { days: 0 }) {
        return Err(EngineError::BadRequest(
            "the number of days has to be 1 or more".into(),
        ));
    }
    if request.dry_run || matches!(request.scope, Scope::Call(_)) {
        carried::begin(core, request)
    } else {
        sweep::begin(core, request).await
    }
}

/// The newest runs of this process and the newest sweeps of the home.
pub(crate) fn list(core: &Core) -> Result<Vec<Progress>, EngineError> {
    let mut all = core.runs.list();
    all.extend(sweep::newest(core)?);
    Ok(all)
}

/// What may be done with a run from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// Stop between two calls, to go on later.
    Pause,
    /// Go on.
    Resume,
    /// Stop between two calls for good.
    Cancel,
}

/// Steers a run. False if there is none with this number, or it is over.
pub(crate) async fn steer(core: &Arc<Core>, run: u64, steer: Steer) -> Result<bool, EngineError> {
    if steer == Steer::Cancel && core.runs.stop(run) {
        return Ok(true);
    }
    sweep::steer(core, run, steer).await
}

/// The newest sweep that is not over.
pub(crate) fn unfinished(core: &Core) -> Result<Option<Progress>, EngineError> {
    let sweeps = sweep::newest(core)?;
    Ok(sweeps.into_iter().find(|progress| !progress.done))
}

/// Watches a sweep, and works on it if nobody else does.
pub(crate) fn follow(core: &Arc<Core>, run: u64) -> Result<Option<Run>, EngineError> {
    sweep::follow(core, run)
}
