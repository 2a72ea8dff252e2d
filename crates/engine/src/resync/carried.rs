//! Runs that this process carries out for whoever waits: one call, and everything that only looks.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{
    Report, Request, Run, Scope,
    asking::{Target, ask, failed, known, listed, named, since},
    runs::Telling,
};
use crate::{EngineError, accounts::Party, core::Core};

pub(super) fn begin(core: &Arc<Core>, request: Request) -> Result<Run, EngineError> {
    let parties = core.asked_parties(request.account.as_deref())?;
    let mut call = None;
    let targets = match &request.scope {
        Scope::Call(id) => {
            let (target, found) = named(core, id, &parties)?;
            call = found.map(|found| found.id);
            vec![target]
        }
        scope => known(core, scope, &parties)?,
    };
    let (telling, run) = core.runs.begin(call, request.dry_run);
    let core = core.clone();
    core.clone()
        .spawn(async move { carry_out(&core, request, parties, targets, telling).await });
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
        let since = since(core, days);
        for party in &parties {
            match listed(party, since, &telling.stop).await {
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
