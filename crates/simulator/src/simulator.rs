//! The simulator as a running thing: listeners on loopback over one world.

use std::net::SocketAddr;
use std::sync::Arc;

use thiserror::Error;
use tokio::task::JoinSet;
use url::Url;

use crate::account::{AccountSetup, SimAccount};
use crate::clock::{Clock, WallClock};
use crate::delivery::DeliveryReport;
use crate::live::{self, LiveConfig};
use crate::script::CallScript;
use crate::server;
use crate::switches::Switches;
use crate::truth::Truth;
use crate::world::{World, WorldError};

/// What a simulator is started with.
#[derive(Clone)]
pub struct Config {
    /// Where the first account's API listens; further accounts and the storage follow on the next ports. With port 0
    /// every one of them gets a free port.
    pub listen: SocketAddr,
    /// The same seed gives the same accounts, keys, ids, numbers and traffic.
    pub seed: u64,
    /// The providers' clock.
    pub clock: Arc<dyn Clock>,
    /// The accounts there shall be.
    pub accounts: Vec<AccountSetup>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Default for Config {
    /// Free ports on loopback, the machine's clock, one account of each provider.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 1,
            clock: Arc::new(WallClock),
            accounts: AccountSetup::usual(),
        }
    }
}

/// Why a simulator did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error(
        "the simulator cannot listen near {listen}: {source}; choose another address, or port 0 for free ports"
    )]
    Listen {
        /// What was asked for.
        listen: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The accounts do not fit.
    #[error(transparent)]
    Accounts(#[from] WorldError),
}

/// Running stand-ins. Dropping it stops everything at once.
#[derive(Debug)]
pub struct Simulator {
    world: World,
    tasks: JoinSet<()>,
}

impl Simulator {
    /// Opens the listeners and begins to answer.
    ///
    /// # Errors
    /// When an address is taken or an account's provider unknown.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let Config {
            listen,
            seed,
            clock,
            accounts,
        } = config;
        let world = World::new(seed, clock, &accounts)?;
        let refused = |source| StartError::Listen { listen, source };
        let mut tasks = JoinSet::new();
        let count = u16::try_from(accounts.len()).unwrap_or(u16::MAX);

        let storage = server::bind(listen, count).await.map_err(refused)?;
        let storage_origin = format!("http://{}", storage.local_addr().map_err(refused)?);
        for offset in 0..count {
            let api = server::bind(listen, offset).await.map_err(refused)?;
            let origin = format!("http://{}", api.local_addr().map_err(refused)?);
            world.settle(usize::from(offset), origin, storage_origin.clone());
            tasks.spawn(server::serve(
                api,
                server::api_router(world.clone(), usize::from(offset)),
            ));
        }
        tasks.spawn(server::serve(
            storage,
            server::storage_router(world.clone()),
        ));
        Ok(Self { world, tasks })
    }

    /// The world behind the listeners.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// All accounts with their addresses and secrets.
    #[must_use]
    pub fn accounts(&self) -> Vec<SimAccount> {
        self.world.accounts()
    }

    /// A complete `config.toml` for these accounts behind the door at `door`. Also tells the stand-ins that address,
    /// because Twilio signs it.
    #[must_use]
    pub fn config_toml(&self, door: &Url) -> String {
        self.world.set_door(door);
        crate::config::toml(door, &self.accounts())
    }

    /// The environment variables that hold the accounts' secrets, as the contract names them.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        crate::config::environment(&self.accounts())
    }

    /// See [`World::place`].
    ///
    /// # Errors
    /// When there is no such account.
    pub fn place(&self, account: &str, script: CallScript) -> Result<String, WorldError> {
        self.world.place(account, script)
    }

    /// See [`World::switches`].
    ///
    /// # Errors
    /// When there is no such account.
    pub fn switches(&self, account: &str) -> Result<Switches, WorldError> {
        self.world.switches(account)
    }

    /// See [`World::truth`].
    #[must_use]
    pub fn truth(&self, call: &str) -> Option<Truth> {
        self.world.truth(call)
    }

    /// See [`World::deliveries`].
    #[must_use]
    pub fn deliveries(&self) -> Vec<DeliveryReport> {
        self.world.deliveries()
    }

    /// Posts webhooks to the door as they fall due, from now on, with each provider's documented patience.
    pub fn deliver_live(&mut self, door: &Url) {
        self.world.set_door(door);
        self.tasks
            .spawn(live::deliver(self.world.clone(), door.clone()));
    }

    /// Lets believable calls come in on all accounts and delivers their webhooks.
    pub fn go_live(&mut self, config: LiveConfig) {
        self.deliver_live(&config.door);
        self.tasks
            .spawn(live::traffic(self.world.clone(), config.calls_per_minute));
    }

    /// Stops answering, calling and delivering.
    pub async fn shutdown(mut self) {
        self.tasks.shutdown().await;
    }
}
