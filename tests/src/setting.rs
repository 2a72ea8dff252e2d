//! Simulated providers, a clock in the test's hand, an empty home, and the engine on it.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use ringback_api::{cli, dto::CallQuery};
use ringback_engine::{
    DIGEST, Engine, EngineError, EngineOptions, Home, StartError,
    resync::{Request, Run, Scope},
    store::RecordingWord,
};
use ringback_model::Clock;
use ringback_simulator::{
    AccountSetup, CallScript, Config, Delivery, HandClock, Simulator, Switches, Timeline,
    WallClock, World,
};
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use crate::{
    cases::Case,
    door::{self, Answer, Sender},
    patience::{SOON, until},
    program::{self, Ringback},
    rest,
    witness::{Witness, testimony},
};

/// The simulated Retell account.
pub const RETELL: &str = "clinic-retell";
/// The simulated Twilio account.
pub const TWILIO: &str = "bistro-twilio";
/// The simulated account of a team's own backend.
pub const CUSTOM: &str = "shop-custom";
/// A simulated Telnyx account.
pub const TELNYX: &str = "intake-telnyx";

/// The moment at which every journey begins whose clock is moved by hand.
pub const BEGIN: &str = "2026-03-01T10:00:00Z";

/// Everything around the app in one journey.
#[derive(Debug)]
pub struct Setting {
    /// The providers.
    pub simulator: Simulator,
    /// The time of the providers and of an engine in this process; stands still by itself.
    pub clock: HandClock,
    /// Posts to the door.
    pub sender: Sender,
    folder: TempDir,
    listen: std::net::SocketAddr,
    _witness: Witness,
}

impl Setting {
    /// Nothing is asked for unless a webhook or a person gives reason to.
    pub async fn webhooks_only() -> Self {
        Self::make("0s", None, AccountSetup::usual()).await
    }

    /// One account at this provider, polled as often as told.
    pub async fn of_one(id: &str, provider: &str, poll_every: &str) -> Self {
        let account = AccountSetup::new(id, provider);
        Self::make(poll_every, None, vec![account]).await
    }

    /// The same with these accounts only.
    pub async fn webhooks_only_of(accounts: Vec<AccountSetup>) -> Self {
        Self::make("0s", None, accounts).await
    }

    /// The accounts are polled every five minutes as usual.
    pub async fn polling() -> Self {
        Self::make("5m", None, AccountSetup::usual()).await
    }

    /// With a team's own backend among the accounts; polled as usual, where there is something to
    /// poll.
    pub async fn with_backend() -> Self {
        Self::make("5m", None, accounts_with_backend()).await
    }

    /// The same for real programs.
    pub async fn with_backend_in_real_time() -> Self {
        Self::make("0s", Some(Arc::new(WallClock)), accounts_with_backend()).await
    }

    /// The same with these accounts only.
    pub async fn polling_of(accounts: Vec<AccountSetup>) -> Self {
        Self::make("5m", None, accounts).await
    }

    /// For real programs: the providers live in real time. Nothing is polled.
    pub async fn in_real_time() -> Self {
        Self::make("0s", Some(Arc::new(WallClock)), AccountSetup::usual()).await
    }

    /// As [`Setting::webhooks_only`], with these accounts only.
    pub async fn told(cases: &[&Case]) -> Self {
        Self::webhooks_only_of(setups(cases)).await
    }

    /// As [`Setting::polling`], with these accounts only.
    pub async fn asking(cases: &[&Case]) -> Self {
        Self::polling_of(setups(cases)).await
    }

    /// As [`Setting::in_real_time`], with these accounts only.
    pub async fn told_in_real_time(cases: &[&Case]) -> Self {
        Self::make("0s", Some(Arc::new(WallClock)), setups(cases)).await
    }

    async fn make(
        poll_every: &str,
        time: Option<Arc<dyn ringback_simulator::Clock>>,
        accounts: Vec<AccountSetup>,
    ) -> Self {
        let clock = HandClock::at(BEGIN.parse().expect("a time"));
        let simulator = Simulator::start(Config {
            clock: time.unwrap_or_else(|| Arc::new(clock.clone())),
            accounts,
            ..Config::default()
        })
        .await
        .expect("free ports on loopback");
        let listen = door::address();
        let url = Url::parse(&format!("http://{listen}")).expect("an address is a URL");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (world, home) = (simulator.world().clone(), folder.path().join("home"));
        let setting = Self {
            sender: Sender::new(&url),
            simulator,
            clock,
            folder,
            listen,
            _witness: Witness::new("the providers and the programs", move || {
                format!("{}{}", asked(&world), program::last_words(&home))
            }),
        };
        fs::create_dir(setting.folder()).expect("a new folder");
        setting.configure(|text| {
            text.replace(
                "allow_private_network = true",
                &format!("allow_private_network = true\npoll_every = \"{poll_every}\""),
            )
        });
        setting
    }

    /// Writes `config.toml` for the simulated accounts, changed by `change`.
    ///
    /// # Panics
    /// When the home cannot be written.
    pub fn configure(&self, change: impl FnOnce(String) -> String) {
        let usual = self.simulator.config_toml(self.sender.door());
        fs::write(self.home().config_file(), change(usual)).expect("the home can be written");
    }

    /// The same file with `more` at its end; nothing is polled.
    ///
    /// # Panics
    /// When the home cannot be written.
    pub fn configure_with(&self, more: &str) {
        self.configure(|text| {
            let text = text.replace(
                "allow_private_network = true",
                "allow_private_network = true\npoll_every = \"0s\"",
            );
            format!("{text}\n{more}\n")
        });
    }

    /// Lets the time go by until every call has settled, and keeps its webhooks.
    pub fn hold_everything(&self) -> Vec<Delivery> {
        let mut held = Vec::new();
        while let Some(at) = self.world().next_webhook_at() {
            self.clock.set(at.max(self.now()));
            held.extend(self.world().webhooks_due(self.now()));
        }
        held
    }

    /// The home's folder.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The home.
    pub fn home(&self) -> Home {
        Home::at(self.folder())
    }

    /// Every request that the providers have answered could be answered well. One that is still on its
    /// way says nothing yet.
    ///
    /// # Panics
    /// Otherwise; the message has all requests.
    pub fn asked_nothing_in_vain(&self) {
        let seen = self.world().seen();
        let is_fine = |status: Option<u16>| status.is_none_or(|status| status < 400);
        assert!(
            seen.iter().all(|seen| is_fine(seen.status)),
            "something was asked for in vain: {seen:?}"
        );
    }

    /// The providers' world.
    pub fn world(&self) -> &World {
        self.simulator.world()
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.world().now()
    }

    /// Time passes at once. Everybody sees it: providers and engine.
    pub fn pass(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Lets a call begin now.
    ///
    /// # Panics
    /// When there is no such account.
    pub fn place(&self, case: &Case, script: CallScript) -> String {
        let placed = self.simulator.place(case.account, script);
        placed.expect("one of ours")
    }

    /// When what happens in a call.
    ///
    /// # Panics
    /// When there is no such call.
    pub fn timeline(&self, id: &str) -> Timeline {
        self.world().timeline(id).expect("one of ours")
    }

    /// An account's faults.
    ///
    /// # Panics
    /// When there is no such account.
    pub fn switches(&self, account: &str) -> Switches {
        self.simulator.switches(account).expect("one of ours")
    }

    /// How an engine of this process is started here.
    pub fn options(&self) -> EngineOptions {
        let secrets: HashMap<String, String> = self.simulator.environment().into_iter().collect();
        let world = self.world().clone();
        EngineOptions {
            environment: Arc::new(move |name| secrets.get(name).cloned()),
            listen: Some(self.listen),
            door_required: true,
            pace: Duration::ZERO,
            ..EngineOptions::new(self.home(), Clock::from_fn(move || world.now()))
        }
    }

    /// Starts the engine in this process, with its door open.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(&self) -> House {
        self.start_as(self.options())
            .await
            .expect("the engine starts")
    }

    /// The same with other options.
    pub async fn start_as(&self, options: EngineOptions) -> Result<House, StartError> {
        let has_door = options.background;
        let engine = Engine::start(options).await?;
        let house = House::of(engine, self);
        if has_door {
            until(SOON, "the door opens", async || house.engine.door()).await;
        }
        Ok(house)
    }

    /// A second engine on this home, as a window has it: it does no background work.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn beside(&self) -> House {
        let options = EngineOptions {
            door_required: false,
            background: false,
            ..self.options()
        };
        self.start_as(options).await.expect("it starts beside")
    }

    /// The real program on this home.
    pub fn program(&self) -> Ringback {
        Ringback::new(&self.folder(), self.simulator.environment())
    }

    /// Posts a webhook that has to be answered.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn post(&self, delivery: &Delivery) -> Answer {
        self.sender.post(delivery).await.expect("the door answers")
    }

    /// Posts all webhooks that are due by now.
    pub async fn deliver_due(&self) -> Vec<(Delivery, Answer)> {
        let mut answered = Vec::new();
        for delivery in self.world().webhooks_due(self.now()) {
            let answer = self.post(&delivery).await;
            answered.push((delivery, answer));
        }
        answered
    }

    /// Lets the time go by from webhook to webhook until none is left, each posted at its moment.
    pub async fn live_through(&self) -> Vec<(Delivery, Answer)> {
        let mut answered = Vec::new();
        while let Some(at) = self.world().next_webhook_at() {
            self.clock.set(at.max(self.now()));
            answered.extend(self.deliver_due().await);
        }
        answered
    }

    /// Lets the time go by until every call has settled, and loses its webhooks.
    pub fn miss_everything(&self) {
        while let Some(at) = self.world().next_webhook_at() {
            self.clock.set(at.max(self.now()));
            let _lost = self.world().webhooks_due(self.now());
        }
    }
}

/// The newest requests to the providers, a line each.
fn asked(world: &World) -> String {
    let seen = world.seen();
    let newest = seen.iter().skip(seen.len().saturating_sub(15));
    let line = |seen: &ringback_simulator::SeenRequest| {
        let status = seen.status.unwrap_or_default();
        format!("{} {} {} {status}\n", seen.at, seen.method, seen.path)
    };
    newest.map(line).collect()
}

fn accounts_with_backend() -> Vec<AccountSetup> {
    let mut accounts = AccountSetup::usual();
    if accounts.iter().all(|account| account.id != CUSTOM) {
        accounts.push(AccountSetup::new(CUSTOM, "custom"));
    }
    accounts
}

fn setups(cases: &[&Case]) -> Vec<AccountSetup> {
    cases.iter().map(|case| case.setup()).collect()
}

/// An engine in this process, asked as a face asks it.
#[derive(Clone, Debug)]
pub struct House {
    /// The engine.
    pub engine: Engine,
    pub(crate) recordings: PathBuf,
    pub(crate) clock: HandClock,
    _witness: Witness,
}

impl House {
    /// An engine that was started on this home.
    pub fn of(engine: Engine, setting: &Setting) -> Self {
        let own = engine.clone();
        Self {
            engine,
            recordings: setting.home().recordings(),
            clock: setting.clock.clone(),
            _witness: Witness::new("an engine", move || rest::state(&own)),
        }
    }

    /// The JSON of a call, if it is here.
    pub fn call(&self, id: &str) -> Option<Value> {
        let detail = cli::call(&self.engine, id).ok()?;
        Some(serde_json::to_value(detail.call).expect("plain structs are JSON"))
    }

    /// What happened to the call, as its page shows it: kind and state of each entry.
    pub fn timeline(&self, id: &str) -> Vec<(String, String)> {
        let detail = cli::call(&self.engine, id).map(|detail| detail.timeline);
        detail
            .unwrap_or_default()
            .into_iter()
            .map(|entry| (entry.kind, entry.state))
            .collect()
    }

    /// `calls list`, filtered.
    ///
    /// # Panics
    /// When the engine cannot be asked.
    pub fn calls(&self, query: &CallQuery) -> Vec<Value> {
        let calls = cli::calls(&self.engine, query, 10_000).expect("the database can be read");
        calls
            .into_iter()
            .map(|call| serde_json::to_value(call).expect("plain structs are JSON"))
            .collect()
    }

    /// The provider's ids of the calls on the board.
    pub fn board(&self) -> Vec<String> {
        let query = CallQuery {
            status: vec!["ringing".into(), "ongoing".into()],
            ..CallQuery::default()
        };
        self.calls(&query)
            .iter()
            .map(|call| {
                call["provider_call_id"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    /// Waits until the call is as it should be, and gives it.
    pub async fn call_that(&self, id: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let mut last = None;
        let wanted = format!("{what} of {id}");
        let limit = tokio::time::Instant::now() + SOON;
        until(SOON * 2, &wanted, async || {
            last = self.call(id);
            assert!(
                tokio::time::Instant::now() < limit,
                "waited in vain for {wanted}; it is {}, its timeline {:?}{}",
                last.as_ref().map_or_else(|| "not here".into(), in_short),
                self.timeline(id),
                testimony()
            );
            last.clone().filter(|call| is(call))
        })
        .await
    }

    /// The journal, newest first.
    ///
    /// # Panics
    /// When the engine cannot be asked.
    pub fn events(&self, state: Option<&str>) -> Vec<cli::EventJson> {
        cli::events(&self.engine, state, 10_000).expect("the journal can be read")
    }

    /// Has the engine look at once for what is due; by itself it looks every second.
    pub fn look(&self) {
        self.engine.catch_up();
    }

    /// The kinds of the alerts that stand, each with its subject.
    ///
    /// # Panics
    /// When the engine cannot be asked.
    pub fn alerts(&self) -> Vec<(String, String)> {
        let alerts = self.engine.read(|reader| reader.alerts().open());
        alerts
            .expect("the database can be read")
            .into_iter()
            .filter(|alert| alert.what.kind != DIGEST)
            .map(|alert| (alert.what.kind, alert.what.subject))
            .collect()
    }

    /// What is told of absences and not put away yet, newest first.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub fn digests(&self) -> Vec<Value> {
        let alerts = self.engine.read(|reader| reader.alerts().open());
        alerts
            .expect("the database can be read")
            .into_iter()
            .filter(|alert| alert.what.kind == DIGEST)
            .map(|alert| alert.what.params)
            .collect()
    }

    /// Begins to fetch all calls of the last days.
    ///
    /// # Errors
    /// Those of the engine.
    pub async fn resync_days(&self, days: u32) -> Result<Run, EngineError> {
        let request = Request {
            scope: Scope::Recent { days },
            account: None,
            dry_run: false,
        };
        self.engine.resync(request).await
    }

    /// How many recordings are here.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub fn ready(&self) -> u64 {
        let totals = self.engine.read(|reader| reader.figures().recordings());
        totals
            .expect("the database can be read")
            .into_iter()
            .filter(|total| total.state == RecordingWord::Ready)
            .map(|total| total.count)
            .sum()
    }

    /// The file of a call's first recording.
    pub fn file(&self, call: &Value) -> PathBuf {
        let path = call["recordings"][0]["path"].as_str().unwrap_or_default();
        self.recordings.join(path)
    }
}

/// A call without what was said in it.
fn in_short(call: &Value) -> String {
    let mut call = call.clone();
    if let Some(text) = call.get_mut("transcript").filter(|text| !text.is_null()) {
        *text = "(left out)".into();
    }
    format!("{call:#}")
}

/// All files below a folder, relative to it, sorted.
pub fn files_below(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, base: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, base, found);
            } else if let Ok(relative) = path.strip_prefix(base) {
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}
