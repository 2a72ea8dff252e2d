//! The runs of this process that are written down nowhere.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use ringback_model::CallId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Progress, Report, Run};
use crate::{core::Core, news::News};

/// Their numbers begin here, far above those of sweeps and below what JavaScript counts exactly.
const FIRST: u64 = 1 << 40;

const KEPT: usize = 20;

/// The newest few, for the window.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    made: AtomicU64,
    kept: Mutex<Vec<(u64, CancellationToken, watch::Receiver<Progress>)>>,
}

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

    pub(super) fn begin(&self, call: Option<CallId>, dry_run: bool) -> (Telling, Run) {
        let number = FIRST + self.made.fetch_add(1, Ordering::Relaxed);
        let report = Arc::new(Report {
            dry_run,
            ..Report::default()
        });
        let (tell, progress) = watch::channel(Progress {
            run: number,
            call,
            stored: false,
            total: 0,
            eta: None,
            paused: false,
            done: false,
            cancelled: false,
            report,
        });
        let stop = CancellationToken::new();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((number, stop.clone(), progress.clone()));
        drop(kept);
        (Telling { tell, stop }, Run { number, progress })
    }
}

/// The running side of a run.
pub(super) struct Telling {
    tell: watch::Sender<Progress>,
    pub(super) stop: CancellationToken,
}

impl Telling {
    pub(super) fn say(
        &self,
        core: &Core,
        change: impl FnOnce(&mut Progress),
        report: &Report,
        done: bool,
    ) {
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
