//! The running thing: starts everything in order, hands out answers, ends everything in order.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, RwLock, Weak},
    time::Duration,
};

use ringback_archive::Archive;
use ringback_audio::PlayerCommand;
use ringback_intake::Door;
use ringback_model::{CallId, Clock, RecordingId};
use ringback_store::{Durability, Options, Reader, Store, StoreError, Writer};
use ringback_tunnel::{Names, SystemNames};
use tokio::sync::{Notify, broadcast};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    EngineError, Home, StartError,
    accounts::{Accounts, PACE},
    apply::{self, Applier},
    background::{self, Background},
    config::{Config, ConfiguredAccount, webhook_url},
    core::Core,
    fetch::{Fetcher, ask_again},
    health::LandedLately,
    keys::{self, Keys, NoStore, Vault},
    lease::Takers,
    live::{ConfigState, Live},
    lost,
    news::News,
    offsite::Offsite,
    open_files,
    playback::{Desk, Playback},
    poll::{Poll, Polls},
    rebuild, reload,
    resync::{self, Progress, Runs, Sweeping},
    role::Role,
    stuck,
    tunnel::{self, Pace, TunnelReport, Tunneling},
    watch,
    webhooks::Turn,
};

/// Looks up an environment variable.
pub type Variables = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// How the engine is to run.
#[derive(Clone)]
pub struct EngineOptions {
    /// Where everything is.
    pub home: Home,
    /// The time.
    pub clock: Clock,
    /// Where secrets come from.
    pub environment: Variables,
    /// Where secrets are kept that the environment does not have.
    pub vault: Arc<dyn Vault>,
    /// Where the door listens, instead of what `config.toml` says.
    pub listen: Option<SocketAddr>,
    /// Whether this process does door, polling and jobs when no other does.
    pub background: bool,
    /// Whether it is an error if the door cannot be opened at the start.
    pub door_required: bool,
    /// Whether the providers are simulated.
    pub is_demo: bool,
    /// The pause between two requests to one account.
    pub pace: Duration,
    /// What an answered event survives. Anything but the usual is for measuring.
    pub durability: Durability,
    /// How patient the tunnel is.
    pub tunnel: Pace,
    /// Who knows where the names of tunnels' servers lead.
    pub names: Arc<dyn Names>,
}

impl EngineOptions {
    /// The usual: secrets from the process's environment only, background work, door where the file says.
    pub fn new(home: Home, clock: Clock) -> Self {
        Self {
            home,
            clock,
            environment: Arc::new(|name| std::env::var(name).ok()),
            vault: Arc::new(NoStore),
            listen: None,
            background: true,
            door_required: false,
            is_demo: false,
            pace: PACE,
            durability: Durability::Full,
            tunnel: Pace::default(),
            names: Arc::new(SystemNames),
        }
    }

    /// How the database is opened.
    pub(crate) fn of_store(&self) -> Options {
        Options {
            durability: self.durability,
            ..Options::default()
        }
    }
}

/// The running engine. Clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    core: Arc<Core>,
    background: Background,
    alive: Arc<Mutex<Option<Arc<()>>>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("home", &self.core.home)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Reads the configuration, opens everything and begins to work.
    pub async fn start(options: EngineOptions) -> Result<Self, StartError> {
        let EngineOptions {
            home,
            clock,
            environment,
            vault,
            pace,
            ..
        } = options.clone();
        open_files::raise();
        let (config, keys) = reload::first(&home, environment.clone(), Keys::new(vault)).await?;
        let bad_home = |error: io::Error| StartError::Home {
            path: home.data().to_owned(),
            error,
        };
        home.prepare().map_err(bad_home)?;
        let archive =
            Archive::open(home.data()).map_err(|error| bad_home(io::Error::other(error)))?;
        let store = open_store(&home, options.of_store(), &clock).await?;
        let store = Arc::new(store);

        let accounts = Accounts::new(&config, &clock, pace);
        let work = Arc::new(Notify::new());
        let (applier, rings) =
            apply::applier(store.clone(), accounts.clone(), clock.clone(), work.clone());
        let (news, _) = broadcast::channel(1024);
        let offsite = config
            .offsite
            .as_ref()
            .map(|place| Offsite::open(place).map(Arc::new))
            .transpose()?;
        let core = Arc::new_cyclic(|core: &Weak<Core>| Core {
            desk: Desk::new(clock.clone(), store.clone(), news.clone()),
            fetcher: Fetcher::new(core.clone()),
            offsite: RwLock::new(offsite),
            home,
            live: Live::new(config, clock.now()),
            clock,
            takers: Takers::new(process()),
            environment,
            keys,
            is_demo: options.is_demo,
            does_background: options.background,
            store,
            archive,
            accounts,
            applier,
            runs: Runs::default(),
            sweeping: Sweeping::default(),
            polls: Polls::default(),
            stuck: stuck::Watch::default(),
            landed: LandedLately::default(),
            tunnel: Tunneling::at(options.tunnel, options.names.clone()),
            webhooks: Turn::default(),
            news,
            work,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });

        watch::start(&core)?;
        core.spawn(reload::watch(core.clone()));
        core.spawn(keys::attend(core.clone()));
        let alive = Arc::new(());
        let background = Background::default();
        if options.background {
            let door = first_door(&core, &options).await?;
            background::start(
                &core,
                background.clone(),
                door,
                options.listen,
                rings,
                Arc::downgrade(&alive),
            );
        }
        Ok(Self {
            core,
            background,
            alive: Arc::new(Mutex::new(Some(alive))),
        })
    }

    /// Ends: finishes what is in hand within ten seconds, closes the record and the files.
    pub async fn shutdown(&self) {
        let core = &self.core;
        core.stop.cancel();
        core.tasks.close();
        let in_hand = tokio::time::timeout(Duration::from_secs(8), core.tasks.wait());
        if in_hand.await.is_err() {
            tracing::warn!("something in hand took too long; it goes on at the next start");
        }
        core.desk.close();
        // The apply thread ends when nobody holds this any more.
        self.alive
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        core.applier.wake();
        self.background.wait_for_apply().await;
    }

    /// Waits until the engine is told to end.
    pub async fn stopped(&self) {
        self.core.stop.cancelled().await;
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// Where everything is.
    pub fn home(&self) -> &Home {
        &self.core.home
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.core.clock
    }

    /// What is configured.
    pub fn config(&self) -> Arc<Config> {
        self.core.config()
    }

    /// Whether what stands in `config.toml` is what runs.
    pub fn config_state(&self) -> ConfigState {
        self.core.live.state()
    }

    /// Whether the providers are simulated.
    pub fn is_demo(&self) -> bool {
        self.core.is_demo
    }

    /// Where the door of this process listens; `None` if it has none (now).
    pub fn door(&self) -> Option<SocketAddr> {
        self.background.door()
    }

    /// Whether this process does the background work.
    pub fn has_role(&self) -> bool {
        self.background.has_role()
    }

    /// Why the door is not open, if it should be.
    pub fn door_problem(&self) -> Option<String> {
        self.background.problem()
    }

    /// How the tunnel is, whichever process on this home runs it.
    pub fn tunnel(&self) -> TunnelReport {
        tunnel::report(&self.core)
    }

    /// The public address of the door: the configured one, or the last one that worked.
    pub fn public_url(&self) -> Option<url::Url> {
        tunnel::public_url(&self.core)
    }

    /// The address to give an account's provider.
    pub fn webhook_url(&self, account: &ConfiguredAccount) -> Option<url::Url> {
        let public = self.public_url()?;
        Some(webhook_url(&public, &account.account.id))
    }

    /// Begins the tunnel anew.
    pub fn restart_tunnel(&self) -> Result<(), EngineError> {
        if self.core.tunnel.restart() {
            return Ok(());
        }
        Err(EngineError::NotNow(if self.has_role() {
            "there is no tunnel to restart"
        } else {
            "another process on this home runs the tunnel; restart it there"
        }))
    }

    /// News from now on.
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.core.news.subscribe()
    }

    /// Reads one consistent state of the database. Short reads only.
    pub fn read<T>(
        &self,
        read: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, EngineError> {
        Ok(self.core.store.read(read)?)
    }

    /// Checks every page of the database.
    pub fn check_database(&self) -> Result<(), EngineError> {
        Ok(self.core.store.integrity()?)
    }

    /// The call that `text` names: Ringback's id, or a provider's id of it or of one of its legs.
    pub fn find_call(&self, text: &str) -> Result<CallId, EngineError> {
        self.core
            .find_call(text)?
            .map(|found| found.id)
            .ok_or(EngineError::NoSuchCall)
    }

    /// How asking this account went.
    pub fn poll_of(&self, account: &ConfiguredAccount) -> Poll {
        self.core.polls.of(&account.account.id)
    }

    /// Asks the provider whether the account's key works.
    pub async fn check_account(
        &self,
        account: &str,
    ) -> Result<ringback_providers::Proof, EngineError> {
        let party = self.core.asked_party(account)?;
        let mut proof = party.client.check().await?;
        proof.notes.extend(party.configured.cannot_delete());
        Ok(proof)
    }

    /// Begins to fetch what is missing.
    pub async fn resync(&self, request: resync::Request) -> Result<resync::Run, EngineError> {
        resync::begin(&self.core, request).await
    }

    /// The newest runs of this process, and the newest of many calls on this home.
    pub fn resyncs(&self) -> Result<Vec<Progress>, EngineError> {
        resync::list(&self.core)
    }

    /// Pauses a run, lets it go on, or ends it. False if there is none with this number that is not
    /// over; only one that is [`stored`](Progress::stored) can be paused.
    pub async fn steer_resync(&self, run: u64, steer: resync::Steer) -> Result<bool, EngineError> {
        resync::steer(&self.core, run, steer).await
    }

    /// The newest resync of many calls that is not over, whoever began it.
    pub fn unfinished_resync(&self) -> Result<Option<Progress>, EngineError> {
        resync::unfinished(&self.core)
    }

    /// Watches a resync of many calls. A process that does no background work works on it as long as
    /// no other does. `None` if there is none with this number.
    pub fn follow_resync(&self, run: u64) -> Result<Option<resync::Run>, EngineError> {
        resync::follow(&self.core, run)
    }

    /// Asks the provider about a call that seems to hang, and takes in what it says.
    pub async fn check_call(&self, id: &str) -> Result<(), EngineError> {
        stuck::check_now(&self.core, id).await
    }

    /// A person says that a call is over whose account has nobody to ask.
    pub async fn mark_call_ended(&self, id: &str) -> Result<(), EngineError> {
        stuck::mark_ended(&self.core, id).await
    }

    /// Fetches a recording that was given up once more, beginning now.
    pub async fn retry_recording(&self, id: RecordingId) -> Result<(), EngineError> {
        let now = self.core.clock.now();
        let asked = self
            .core
            .applier
            .write(move |writer| ask_again(writer, id, now))
            .await?;
        if !asked {
            return Err(EngineError::NotNow(
                "there is nothing to fetch for this recording",
            ));
        }
        self.core.work.notify_waiters();
        Ok(())
    }

    /// Loads a recording into the player. `who` goes into the record of who listened.
    pub fn load(
        &self,
        id: RecordingId,
        at_ms: u64,
        play: bool,
        who: String,
    ) -> Result<(), EngineError> {
        let playable = self.core.playable(id)?;
        self.core.desk.load(playable, at_ms, play, who)?;
        Ok(())
    }

    /// Tells the player something.
    pub fn player(&self, command: PlayerCommand) -> Result<(), EngineError> {
        self.core.desk.tell(command)
    }

    /// Hears only the caller's channel, or all.
    pub fn hear_caller_only(&self, caller_only: bool) -> Result<(), EngineError> {
        self.core.desk.set_caller_only(caller_only)
    }

    /// What the player is doing; `None` if nobody wanted to listen yet.
    pub fn playback(&self) -> Option<Playback> {
        self.core.desk.now()
    }

    /// The waveform of a recording in `columns` columns.
    pub fn waveform(&self, id: RecordingId, columns: usize) -> Result<Waveform, EngineError> {
        self.core.waveform(id, columns)
    }

    /// Where a recording's file is.
    pub fn file_of(&self, id: RecordingId) -> Result<std::path::PathBuf, EngineError> {
        self.core.file_of(id)
    }

    /// Free bytes where the recordings are.
    pub fn free_space(&self) -> Result<u64, EngineError> {
        self.core
            .archive
            .free_space()
            .map_err(|error| EngineError::Io(io::Error::other(error)))
    }

    /// Writes small things that people set: settings, acknowledged alerts.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, EngineError> {
        Ok(self.core.write(work).await?)
    }

    /// Applies what waits in the journal, on this thread; for programs that end soon. A database that was
    /// lost is built again as a whole, here or by whoever does the background work.
    pub fn apply_pending(&self) -> Result<(), EngineError> {
        if !self.has_role() && lost::is_lost(&self.core)? {
            let role = Role::try_take(&self.core.home.role_file()).map_err(EngineError::Io)?;
            if role.is_some() {
                rebuild::restore_here(&self.core)?;
            }
            return Ok(());
        }
        while self.core.applier.apply_pending()? > 0 {}
        Ok(())
    }

    /// Which fields of the providers' documents are new, changed or gone, newest first.
    pub fn drift(&self) -> Result<Vec<crate::Drifted>, EngineError> {
        Ok(crate::shapes::report(&self.core.store)?)
    }

    /// Everything is asked for at once, as after a sleep.
    pub fn catch_up(&self) {
        self.core.polls.all_due();
        self.core.tunnel.look();
        self.core.work.notify_waiters();
    }
}

/// A drawn recording.
#[derive(Clone, Debug)]
pub struct Waveform {
    /// How many channels.
    pub channels: usize,
    /// How long, in ms.
    pub duration_ms: u64,
    /// For each channel `columns` pairs of lowest and highest.
    pub bytes: Vec<u8>,
}

async fn open_store(home: &Home, options: Options, clock: &Clock) -> Result<Store, StartError> {
    let (file, clock) = (home.database(), clock.clone());
    tokio::task::spawn_blocking(move || Store::open(&file, options, clock))
        .await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
        .map_err(|error| StartError::Store {
            // The journal lies beside the database and may be what is wrong.
            path: home.data().to_owned(),
            error,
        })
}

/// A door at once, where the caller cannot do without.
async fn first_door(core: &Core, options: &EngineOptions) -> Result<Option<Door>, StartError> {
    if !options.door_required {
        return Ok(None);
    }
    Ok(Some(
        Door::bind(options.listen.unwrap_or(core.config().listen)).await?,
    ))
}

/// Names this process in leases.
fn process() -> String {
    format!("{}-{:08x}", std::process::id(), rand::random::<u32>())
}

pub(crate) type Bell = std::sync::mpsc::Receiver<()>;

/// Starts the apply thread.
pub(crate) fn start_applying(
    applier: &Applier,
    rings: Bell,
    alive: Weak<()>,
) -> io::Result<std::thread::JoinHandle<()>> {
    apply::start(applier, rings, alive)
}
