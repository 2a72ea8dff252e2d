//! The background role: door, polling, jobs, applying. One process per home has it; the others wait
//! until it is free.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread::JoinHandle,
    time::Duration,
};

use ringback_intake::{Canary, Door, DoorError, Intake};
use tokio::sync::watch;

use crate::{
    EngineError, checks,
    core::Core,
    daily,
    engine::{Bell, start_applying},
    journal::DoorJournal,
    lost,
    news::News,
    pulse,
    rebuild::restore,
    reload, resync,
    role::Role,
    shapes, tunnel, webhooks, work,
};

/// How often a process without the role looks whether it is free.
const LOOK: Duration = Duration::from_secs(1);

/// So often a lost database is begun to be built again, where the disk or another program is in the way.
const RESTORE_TRIES: u32 = 10;

/// How often a door that could not be opened is tried again.
const DOOR_AGAIN: Duration = Duration::from_secs(5);

/// How this process stands with the role.
#[derive(Clone, Debug, Default)]
pub(crate) struct Background(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    has_role: bool,
    door: Option<SocketAddr>,
    problem: Option<String>,
    applying: Option<JoinHandle<()>>,
}

impl Background {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn door(&self) -> Option<SocketAddr> {
        self.lock().door
    }

    pub(crate) fn has_role(&self) -> bool {
        self.lock().has_role
    }

    pub(crate) fn problem(&self) -> Option<String> {
        self.lock().problem.clone()
    }

    fn stands(&self, door: Option<SocketAddr>, problem: Option<String>) {
        let mut state = self.lock();
        state.door = door;
        state.problem = problem;
    }

    /// The door cannot be where it should.
    fn has_trouble(&self, core: &Core, error: &DoorError) {
        if self.lock().problem.replace(error.to_string()).is_none() {
            tracing::error!(%error, "the door cannot be opened");
        }
        core.tell(News::Health);
    }

    /// The door is where it should be.
    fn is_well(&self, core: &Core) {
        if self.lock().problem.take().is_some() {
            core.tell(News::Health);
        }
    }

    /// Waits until the apply thread has ended.
    pub(crate) async fn wait_for_apply(&self) {
        let Some(applying) = self.lock().applying.take() else {
            return;
        };
        let ended = tokio::task::spawn_blocking(move || applying.join());
        if !matches!(ended.await, Ok(Ok(()))) {
            tracing::error!(
                "the apply thread ended by a panic; what is in the journal is applied at the next start"
            );
        }
    }
}

/// Takes the role now or as soon as it is free, and does the work until the program ends.
pub(crate) fn start(
    core: &Arc<Core>,
    background: Background,
    door: Option<Door>,
    listen: Option<SocketAddr>,
    rings: Bell,
    alive: Weak<()>,
) {
    let core = core.clone();
    core.clone().spawn(async move {
        let Some(mut role) = wait_for_role(&core).await else {
            return;
        };
        take_over(&core, &mut role).await;
        background.lock().has_role = true;
        core.tell(News::Health);
        restore_if_lost(&core).await;
        if let Some(offsite) = core.offsite() {
            offsite.take_stock(&core);
        }
        match start_applying(&core.applier, rings, alive) {
            Ok(applying) => background.lock().applying = Some(applying),
            Err(error) => {
                tracing::error!(%error, "the apply thread does not start");
                return;
            }
        }
        let loops = tokio::spawn(keep(core.clone(), "the work loop", work::run));
        core.spawn(keep(core.clone(), "a resync", resync::attend));
        let beside = [
            tokio::spawn(keep(
                core.clone(),
                "the watch over config.toml",
                reload::attend,
            )),
            tokio::spawn(keep(core.clone(), "the checks", checks::watch)),
            tokio::spawn(keep(core.clone(), "the daily look", daily::watch)),
            tokio::spawn(keep(core.clone(), "reading of shapes", shapes::watch)),
            tokio::spawn(keep(core.clone(), "the webhook addresses", webhooks::watch)),
        ];
        open(&core, &background, door, listen).await;
        if loops.await.is_err() {
            tracing::error!("the watch over the work ended by a panic");
        }
        futures_util::future::join_all(beside).await;
        background.lock().has_role = false;
    });
}

/// Runs something until the program ends. Should it panic, it is logged and begins anew: what it had in
/// hand is found again, jobs by their leases and a resync by its items.
async fn keep<F>(core: Arc<Core>, what: &'static str, run: impl Fn(Arc<Core>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while !core.stop.is_cancelled() {
        if tokio::spawn(run(core.clone())).await.is_ok() {
            return;
        }
        tracing::error!(what, "ended by a panic and begins anew");
        tokio::time::sleep(LOOK).await;
    }
}

/// What can be known of a lost database is, before anything else is done, so that no recording is fetched
/// that is here.
async fn restore_if_lost(core: &Arc<Core>) {
    match lost::is_lost(core) {
        Ok(false) => return,
        Ok(true) => {}
        Err(error) => {
            tracing::error!(%error, "the database cannot be looked at");
            return;
        }
    }
    tracing::info!("the database is not whole: it is built again from the journal and the files");
    let mut tries = RESTORE_TRIES;
    let restored = loop {
        tries -= 1;
        match restore(core).await {
            Err(EngineError::Store(error)) if error.may_pass() && tries > 0 => {
                tracing::warn!(%error, "the database cannot be built again now; it is tried again");
                core.stop
                    .run_until_cancelled(tokio::time::sleep(LOOK))
                    .await;
            }
            restored => break restored,
        }
    };
    match restored {
        Ok(found) => tracing::info!(recordings = found, "the database is as it was"),
        Err(error) => {
            tracing::error!(%error, "the database could not be built again to the end; the next start goes on with it");
        }
    }
    core.tell(News::Stale);
}

async fn wait_for_role(core: &Core) -> Option<Role> {
    let path = core.home.role_file();
    loop {
        match Role::try_take(&path) {
            Ok(Some(role)) => return Some(role),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "the lock of the background work cannot be used"),
        }
        tokio::select! {
            () = core.stop.cancelled() => return None,
            () = pulse::beat(LOOK) => {}
        }
    }
}

/// Whoever had the role before is gone, perhaps by a crash: what it had in hand is free at once, not
/// only when its leases run out.
async fn take_over(core: &Core, role: &mut Role) {
    let before = match role.sign(core.takers.process()) {
        Ok(Some(before)) => before,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%error, "who did the background work before is not known; its leases run out");
            return;
        }
    };
    let released = core
        .applier
        .write(move |writer| writer.jobs_mut().release_all(&before))
        .await;
    if let Err(error) = released {
        tracing::warn!(%error, "the work that was left lying is free when its leases run out");
    }
}

/// Opens the door and serves until the program ends, at the address that is configured at the time.
async fn open(
    core: &Arc<Core>,
    background: &Background,
    door: Option<Door>,
    listen: Option<SocketAddr>,
) {
    let journal = DoorJournal::new(
        core.store.clone(),
        core.accounts.clone(),
        core.applier.clone(),
        core.clock.clone(),
    );
    let canary = Canary::new(rand::random());
    let intake = Intake::new(
        Arc::new(core.accounts.clone()),
        Arc::new(journal),
        core.clock.clone(),
    )
    .with_canary(canary.clone());
    let (stands, standing) = watch::channel(None);
    core.spawn(tunnel::keep(core.clone(), standing, canary));

    let wanted = || listen.unwrap_or(core.config().listen);
    let mut changes = core.live.changes();
    let mut at = wanted();
    let mut first = door;
    loop {
        let bound = match first.take() {
            Some(door) => Some(door),
            None => bind(core, background, &mut changes, &mut at, &wanted).await,
        };
        let Some(door) = bound else { break };
        background.stands(Some(door.local_addr()), None);
        stands.send_replace(Some(door.local_addr()));
        tracing::info!(address = %door.local_addr(), "the door is open");
        core.tell(News::Health);
        let closing = core.stop.child_token();
        let serving = tokio::spawn(door.serve(intake.clone(), closing.clone()));
        first = until_elsewhere(core, background, &mut changes, &mut at, &wanted).await;
        closing.cancel();
        let closed = async move {
            if serving.await.is_err() {
                tracing::error!("the door ended by a panic");
            }
        };
        if first.is_some() {
            // The new one takes what comes, while the old one ends what it has in hand.
            core.spawn(closed);
        } else {
            background.stands(None, None);
            closed.await;
        }
        if core.stop.is_cancelled() {
            break;
        }
    }
    background.stands(None, None);
}

/// Takes the address that is wanted. A port that is taken is tried again: the other program may end, and
/// calls are found by polling meanwhile. `None` when the program ends.
async fn bind(
    core: &Core,
    background: &Background,
    changes: &mut watch::Receiver<u64>,
    at: &mut SocketAddr,
    wanted: &impl Fn() -> SocketAddr,
) -> Option<Door> {
    loop {
        changes.borrow_and_update();
        *at = wanted();
        match Door::bind(*at).await {
            Ok(door) => return Some(door),
            Err(error) => background.has_trouble(core, &error),
        }
        tokio::select! {
            () = core.stop.cancelled() => return None,
            _ = changes.changed() => {}
            () = tokio::time::sleep(DOOR_AGAIN) => {}
        }
    }
}

/// Waits until the door is to be elsewhere. Gives the new one if there can be two of them for a moment, so
/// that no event finds none. An address that cannot be had leaves the door where it is.
async fn until_elsewhere(
    core: &Core,
    background: &Background,
    changes: &mut watch::Receiver<u64>,
    at: &mut SocketAddr,
    wanted: &impl Fn() -> SocketAddr,
) -> Option<Door> {
    loop {
        let is_elsewhere = wanted() != *at;
        if is_elsewhere {
            let address = wanted();
            match Door::bind(address).await {
                Ok(door) => {
                    *at = address;
                    return Some(door);
                }
                // Perhaps it is our own door that is in the way.
                Err(DoorError::Taken(_)) if address.port() == at.port() => return None,
                Err(error) => background.has_trouble(core, &error),
            }
        } else {
            background.is_well(core);
        }
        let again = async {
            if is_elsewhere {
                tokio::time::sleep(DOOR_AGAIN).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = core.stop.cancelled() => return None,
            _ = changes.changed() => {}
            () = again => {}
        }
    }
}
