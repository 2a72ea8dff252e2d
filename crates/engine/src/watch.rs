//! From committed changes to news, whoever made them: this process or another one on the same home.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use ringback_model::CallId;
use ringback_store::{Change, ChangeKind, Feed, StoreError};
use tokio::sync::Notify;

use crate::{StartError, core::Core, news::News, pulse, reload, resync, tunnel};

/// How often another process's commits are looked for.
const LOOK: Duration = Duration::from_secs(1);

/// With more changed calls than this at once, whoever looks reads anew instead.
const MANY: usize = 200;

pub(crate) fn start(core: &Arc<Core>) -> Result<(), StartError> {
    let failed = |error| StartError::Store {
        path: core.home.database(),
        error,
    };
    // The version first: what another process commits in between makes it another one, and is read.
    let mut version = core.store.data_version().map_err(failed)?;
    let mut last = core
        .store
        .read(|reader| reader.last_change())
        .map_err(failed)?;
    let committed = Arc::new(Notify::new());
    let ring = committed.clone();
    core.store.on_commit(move |_| ring.notify_one());

    let core = core.clone();
    core.clone().spawn(async move {
        loop {
            tokio::select! {
                () = core.stop.cancelled() => return,
                () = committed.notified() => {}
                () = pulse::beat(LOOK) => {
                    match core.store.data_version() {
                        Ok(now) if now == version => continue,
                        Ok(now) => {
                            version = now;
                            // What another process wrote into the journal rings no bell here.
                            core.applier.wake();
                        }
                        Err(error) => tracing::error!(%error, "the database cannot be looked at"),
                    }
                }
            }
            match core.store.read(|reader| reader.changes_since(last)) {
                Ok(feed) => last = tell(&core, feed, last),
                Err(error) => report(&error),
            }
        }
    });
    Ok(())
}

fn report(error: &StoreError) {
    tracing::error!(%error, "what changed cannot be read");
}

/// Tells what changed; gives the number of the last change told.
fn tell(core: &Arc<Core>, feed: Feed, last: i64) -> i64 {
    let changes = match feed {
        Feed::Changes(changes) => changes,
        Feed::TooOld { last } => {
            core.tell(News::Stale);
            return last;
        }
    };
    let newest = changes.last().map_or(last, |change| change.seq);
    let any = |kind| changes.iter().any(|change| change.kind == kind);
    // Whoever looks on or not: a secret of another process is in force here too.
    if changes
        .iter()
        .any(|change| reload::is_of_keys(change.kind, &change.id))
    {
        follow_keys(core);
    }
    if core.news.receiver_count() == 0 {
        // A server without a window: nobody is there to be told. Who waits for a resync looks itself.
        if any(ChangeKind::Sweep) {
            core.sweeping.changed.notify_waiters();
        }
        return newest;
    }
    let calls = calls(core, &changes);
    match calls.len() {
        0 => {}
        1..=MANY => core.tell(News::Calls(calls.into_iter().collect())),
        _ => core.tell(News::Stale),
    }
    let sweeps: BTreeSet<&str> = changes
        .iter()
        .filter(|change| change.kind == ChangeKind::Sweep)
        .map(|change| change.id.as_str())
        .collect();
    for id in sweeps.into_iter().filter_map(|id| id.parse().ok()) {
        resync::tell(core, id);
    }
    if any(ChangeKind::Alert) {
        core.tell(News::Alerts);
    }
    let settings = |is_tunnel: bool| {
        let mut settings = changes
            .iter()
            .filter(|change| change.kind == ChangeKind::Setting);
        settings.any(|change| match change.id.as_str() {
            reload::KEYS_CHANGED => false,
            id => (id == tunnel::SETTING) == is_tunnel,
        })
    };
    if settings(false) {
        core.tell(News::Settings);
    }
    if any(ChangeKind::Refused) || any(ChangeKind::Job) || settings(true) {
        core.tell(News::Health);
    }
    newest
}

/// A secret is another one, changed here or by another process.
fn follow_keys(core: &Arc<Core>) {
    let core = core.clone();
    core.clone().spawn(async move {
        core.keys.look(&core.home);
        // What is wrong was written down.
        let _ = reload::again(&core).await;
    });
}

/// The calls whose rows look different now.
fn calls(core: &Core, changes: &[Change]) -> BTreeSet<CallId> {
    let mut calls = BTreeSet::new();
    for change in changes {
        match change.kind {
            ChangeKind::Call => calls.extend(change.id.parse::<CallId>()),
            ChangeKind::Recording => {
                let Ok(id) = change.id.parse() else { continue };
                let recording = core.store.read(|reader| reader.recordings().by_id(id));
                calls.extend(recording.ok().flatten().map(|recording| recording.call));
            }
            _ => {}
        }
    }
    calls
}
