//! Fetching what is missing because a person asked for it: one call, all with missing data, or the
//! last days.
//!
//! A run asks call by call at the account's pace, several accounts side by side. It can be watched,
//! and stopped between two calls. A dry run asks the provider, compares, and writes nothing.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use indexmap::IndexSet;
use jiff::{SignedDuration, Timestamp};
use ringback_model::{CallId, ProviderCallId};
use serde_json::{Map, Value};
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{EngineError, accounts::Party, apply::Taken, core::Core, news::News};

/// What to fetch again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One call, by Ringback's id or the provider's.
    Call(String),
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
    /// How many calls are to be asked for, as far as known.
    pub total: u64,
    /// Over.
    pub done: bool,
    /// Stopped by a person.
    pub cancelled: bool,
    /// What came out so far.
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

/// A run that goes on.
#[derive(Debug)]
pub struct Run {
    /// Its number.
    pub number: u64,
    /// How far it is; changes until `done`.
    pub progress: watch::Receiver<Progress>,
    stop: CancellationToken,
}

impl Run {
    /// Stops after the calls that are being asked for at this moment.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until it is over.
    pub async fn finished(&mut self) -> Progress {
        // An error means that the run's task is gone; what it said last is its end.
        let _ = self.progress.wait_for(|progress| progress.done).await;
        self.progress.borrow().clone()
    }
}

/// The runs of this process, for the window: the newest few.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    last: AtomicU64,
    kept: Mutex<Vec<(u64, CancellationToken, watch::Receiver<Progress>)>>,
}

const KEPT_RUNS: usize = 20;

impl Runs {
    pub(crate) fn list(&self) -> Vec<Progress> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .map(|(_, _, progress)| progress.borrow().clone())
            .collect()
    }

    pub(crate) fn stop(&self, number: u64) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let run = kept.iter().find(|(run, _, _)| *run == number);
        run.inspect(|(_, stop, _)| stop.cancel()).is_some()
    }

    fn begin(&self, call: Option<CallId>, dry_run: bool) -> (Telling, Run) {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let report = Arc::new(Report {
            dry_run,
            ..Report::default()
        });
        let (tell, progress) = watch::channel(Progress {
            run: number,
            call,
            total: 0,
            done: false,
            cancelled: false,
            report,
        });
        let stop = CancellationToken::new();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT_RUNS {
            kept.remove(0);
        }
        kept.push((number, stop.clone(), progress.clone()));
        drop(kept);
        (
            Telling {
                tell,
                stop: stop.clone(),
            },
            Run {
                number,
                progress,
                stop,
            },
        )
    }
}

/// The running side of a run.
struct Telling {
    tell: watch::Sender<Progress>,
    stop: CancellationToken,
}

/// One call to ask for.
struct Target {
    party: Arc<Party>,
    call: ProviderCallId,
}

/// Begins a run. What is known to be wrong (no such call, no such account) is said at once.
pub(crate) async fn begin(core: &Arc<Core>, request: Request) -> Result<Run, EngineError> {
    let parties = core.parties(request.account.as_deref())?;
    let mut call = None;
    let known = match &request.scope {
        Scope::Call(id) => {
            let found = core.find_call(id)?;
            let target = match found {
                Some(found) => {
                    call = Some(found.id);
                    Target {
                        party: core.party(found.account.as_str())?,
                        call: found.provider_call_id,
                    }
                }
                // Not here yet: with one account to ask, the provider may know it.
                None => match parties.as_slice() {
                    [party] if party.provider().has_api() => Target {
                        party: party.clone(),
                        call: ProviderCallId::new(id.clone()),
                    },
                    _ => return Err(EngineError::NoSuchCall),
                },
            };
            vec![target]
        }
        Scope::Missing => {
            let mut targets = Vec::new();
            for party in &parties {
                for call in core.calls_with_missing_data(party.id())? {
                    targets.push(Target {
                        party: party.clone(),
                        call,
                    });
                }
            }
            targets
        }
        Scope::Recent { days: 0 } => {
            return Err(EngineError::BadRequest(
                "the number of days has to be 1 or more".into(),
            ));
        }
        Scope::Recent { .. } => Vec::new(),
    };
    let (telling, run) = core.runs.begin(call, request.dry_run);
    let core = core.clone();
    core.clone()
        .spawn(async move { carry_out(&core, request, parties, known, telling).await });
    Ok(run)
}

async fn carry_out(
    core: &Arc<Core>,
    request: Request,
    parties: Vec<Arc<Party>>,
    mut targets: Vec<Target>,
    telling: Telling,
) {
    let mut report = Report {
        dry_run: request.dry_run,
        ..Report::default()
    };
    if let Scope::Recent { days } = request.scope {
        let since = core
            .clock
            .now()
            .checked_sub(SignedDuration::from_hours(24 * i64::from(days)))
            .unwrap_or(Timestamp::MIN);
        for party in &parties {
            match listed(party, since, &telling).await {
                Ok(calls) => targets.extend(calls.into_iter().map(|call| Target {
                    party: party.clone(),
                    call,
                })),
                Err(error) => report.take(failed(party.id().to_string(), error)),
            }
        }
    }
    let total = targets.len() as u64 + report.failed;
    telling.say(core, |progress| progress.total = total, &report, false);

    // One queue an account: the accounts' paces are their own.
    let mut by_account: Vec<Vec<Target>> = Vec::new();
    for target in targets {
        match by_account
            .iter_mut()
            .find(|queue| queue[0].party.id() == target.party.id())
        {
            Some(queue) => queue.push(target),
            None => by_account.push(vec![target]),
        }
    }
    let (items, mut finished) = tokio::sync::mpsc::channel(64);
    let mut workers = JoinSet::new();
    for queue in by_account {
        let (core, items, stop) = (core.clone(), items.clone(), telling.stop.clone());
        let dry_run = request.dry_run;
        workers.spawn(async move {
            for target in queue {
                if stop.is_cancelled() {
                    break;
                }
                let item = ask(&core, &target, dry_run).await;
                if items.send(item).await.is_err() {
                    break;
                }
            }
        });
    }
    drop(items);
    while let Some(item) = finished.recv().await {
        report.take(item);
        telling.say(core, |_| (), &report, false);
    }
    telling.say(core, |_| (), &report, true);
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
}

impl Telling {
    fn say(&self, core: &Core, change: impl FnOnce(&mut Progress), report: &Report, done: bool) {
        self.tell.send_modify(|progress| {
            change(progress);
            progress.done = done;
            progress.cancelled = done && self.stop.is_cancelled();
            // While it runs only the figures are of interest, and copying a long list for every
            // call would make the work quadratic.
            let items = if done {
                report.items.clone()
            } else {
                Vec::new()
            };
            progress.report = Arc::new(Report {
                items,
                ..report.figures()
            });
        });
        core.tell(News::Resync(self.tell.borrow().clone()));
    }
}

impl Report {
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

async fn listed(
    party: &Party,
    since: Timestamp,
    telling: &Telling,
) -> Result<IndexSet<ProviderCallId>, EngineError> {
    let mut calls = IndexSet::new();
    let mut page = None;
    loop {
        let listed = party.client.list(since, page.as_deref()).await?;
        calls.extend(listed.snapshots.into_iter().map(|snapshot| snapshot.call));
        page = listed.next;
        if page.is_none() || telling.stop.is_cancelled() {
            return Ok(calls);
        }
    }
}

/// Asks the provider about one call and takes in what it says; then fetches its sound, so that the
/// answer is about what is here and not about what may come.
async fn ask(core: &Arc<Core>, target: &Target, dry_run: bool) -> Item {
    match asked(core, target, dry_run).await {
        Ok(taken) => item(taken),
        Err(error) => failed(target.call.to_string(), error),
    }
}

async fn asked(core: &Arc<Core>, target: &Target, dry_run: bool) -> Result<Taken, EngineError> {
    let snapshots = target.party.client.call(&target.call).await?;
    let mut taken = core
        .applier
        .take(&target.party, &target.call, snapshots, dry_run)
        .await?;
    if !dry_run && let Some(call) = taken.call {
        core.fetcher.fetch_all_of(call).await?;
        core.applier.look_again(&target.party, call, &mut taken)?;
    }
    Ok(taken)
}

fn item(taken: Taken) -> Item {
    let Taken {
        call,
        provider_call_id,
        mut before,
        mut after,
        missing_before,
        missing_after,
    } = taken;
    let changed = crate::view::keep_differences(&mut before, &mut after);
    before.insert("missing".into(), serde_json::json!(missing_before));
    after.insert("missing".into(), serde_json::json!(missing_after));
    Item {
        call,
        provider_call_id: provider_call_id.to_string(),
        before,
        after,
        changed,
        error: None,
    }
}

fn failed(provider_call_id: String, error: EngineError) -> Item {
    Item {
        call: None,
        provider_call_id,
        before: Map::new(),
        after: Map::new(),
        changed: Vec::new(),
        error: Some(Arc::new(error)),
    }
}
