//! The demo: the whole engine on a home of its own, with simulated providers that ring at once.
//!
//! Nothing in the engine knows about it. The simulated providers are real HTTP servers on loopback,
//! their webhooks come through the real door, and what was recorded stays playable when they are
//! gone.

use std::{
    collections::HashMap,
    fs, io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
};

use ringback_engine::{Engine, EngineOptions, Home, StartError};
use ringback_model::Clock;
use ringback_simulator::{AccountSetup, Config, LiveConfig, Simulator};
use url::Url;

/// How many new calls a minute ring in the demo: enough for a few at the same time on the board.
pub const CALLS_PER_MINUTE: f64 = 8.0;

/// What a `config.toml` that the demo may write over begins with.
const MARK: &str = "# Written by the demo";

/// A running demo. Dropping it ends the simulated providers; the engine is ended by
/// [`Engine::shutdown`].
#[derive(Debug)]
pub struct Demo {
    /// The engine, like any other.
    pub engine: Engine,
    /// The providers.
    pub simulator: Simulator,
}

/// Why the demo does not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The simulated providers do not start.
    #[error("the simulated providers do not start: {0}")]
    Simulator(#[from] ringback_simulator::StartError),
    /// The demo's folder cannot be written.
    #[error("the demo's folder {path} cannot be written: {error}")]
    Home {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The folder is somebody's real home: the demo would write over its `config.toml`.
    #[error("{path} was not written by the demo, and the demo would write over it")]
    NotADemo {
        /// The `config.toml` that is there.
        path: PathBuf,
    },
    /// The engine does not start.
    #[error(transparent)]
    Engine(#[from] StartError),
}

impl DemoError {
    /// What helps against [`DemoError::NotADemo`].
    pub const ANOTHER_HOME: &str =
        "Give --demo an empty folder with --home, or leave --home out: then it has one of its own.";
}

impl Demo {
    /// Starts providers and engine, and lets the first calls ring. `listen` is where the door is;
    /// without it a free port is taken.
    pub async fn start(
        home: Home,
        clock: Clock,
        listen: Option<SocketAddr>,
    ) -> Result<Self, DemoError> {
        let wrong_home = |error| DemoError::Home {
            path: home.data().to_owned(),
            error,
        };
        let file = home.config_file();
        may_write(&home, &file)?;
        home.prepare().map_err(wrong_home)?;
        let simulated_clock = clock.clone();
        let mut simulator = Simulator::start(Config {
            // Other calls on every start: the same seed would bring back the calls of the last time.
            seed: clock.now().as_millisecond().unsigned_abs(),
            accounts: AccountSetup::of_every_provider(),
            clock: Arc::new(move || simulated_clock.now()),
            ..Config::default()
        })
        .await?;
        let listen = match listen {
            Some(address) => address,
            None => free_port().map_err(wrong_home)?,
        };
        let door =
            Url::parse(&format!("http://{listen}")).expect("an address with a port is a URL");
        let config = simulator.config_toml(&door);
        fs::write(
            &file,
            format!("{MARK}, which writes it anew at each start.\n\n{config}"),
        )
        .map_err(wrong_home)?;
        let secrets: HashMap<String, String> = simulator.environment().into_iter().collect();
        let engine = Engine::start(EngineOptions {
            listen: Some(listen),
            environment: Arc::new(move |name| secrets.get(name).cloned()),
            is_demo: true,
            ..EngineOptions::new(home, clock)
        })
        .await?;
        simulator.go_live(LiveConfig {
            door,
            calls_per_minute: CALLS_PER_MINUTE,
        });
        Ok(Self { engine, simulator })
    }
}

/// Only what the demo wrote itself is written over, and whatever is in the home that only it uses.
fn may_write(home: &Home, config: &Path) -> Result<(), DemoError> {
    let is_own_home = Home::demo(None).is_ok_and(|own| own == *home);
    match fs::read(config) {
        Ok(text) if is_own_home || text.starts_with(MARK.as_bytes()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // A file that cannot be read is somebody's, too.
        Ok(_) | Err(_) => Err(DemoError::NotADemo {
            path: config.to_owned(),
        }),
    }
}

/// A port that nobody listens on at this moment.
fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}
