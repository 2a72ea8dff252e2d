//! Bringing up what runs behind the window: the engine on a home, or the demo on its own.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use ringback_api::{Api, ErrorCode, ErrorJson};
use ringback_demo::{Demo, DemoError};
use ringback_engine::{Engine, EngineOptions, Home, keys};
use ringback_logs::Dial;
use ringback_model::Clock;
use sha2::{Digest, Sha256};
use tauri::{AppHandle, Manager, Runtime};
use tokio::{sync::Mutex, time::timeout};

use crate::{
    arguments::Arguments,
    host::{Host, Stage},
    shell::Desktop,
    windows,
};

/// How long the engine may take to put down what it has in hand.
const FAREWELL: Duration = Duration::from_secs(10);

/// How this program was started.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Where everything lies.
    pub home: Home,
    /// With simulated providers.
    pub demo: bool,
    /// Without a window, in the tray.
    pub hidden: bool,
    /// The folder that was named, if it is not the usual one.
    pub folder: Option<PathBuf>,
}

impl Launch {
    /// What the command line asks for.
    ///
    /// # Errors
    ///
    /// The system does not say where this user's files are.
    pub fn of(arguments: &Arguments) -> io::Result<Self> {
        let asked = arguments.home.as_deref();
        let (home, folder) = match arguments.demo {
            true => (Home::demo(asked)?, arguments.home.clone()),
            false => (Home::find(asked)?, Home::named(asked)?),
        };
        Ok(Self {
            home,
            demo: arguments.demo,
            hidden: arguments.hidden,
            folder,
        })
    }

    /// The real thing, on the home in this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self {
            home: Home::at(&folder),
            demo: false,
            hidden: false,
            folder: Some(folder),
        }
    }

    /// Where the window keeps what is its own: its size and place, and what the webview stores.
    pub(crate) fn window_folder(&self) -> PathBuf {
        self.home.data().join("window")
    }

    /// Makes the program one of its kind for each home: a second start on the same home shows the
    /// window that is there, one on another home opens another window.
    pub(crate) fn identifier(&self, program: &str) -> String {
        let digest = Sha256::digest(self.home.data().as_os_str().as_encoded_bytes());
        // Part of a D-Bus name, where no part may begin with a digit.
        format!("{program}.home-{}", hex::encode(&digest[..8]))
    }
}

/// The engines that this process runs: one, or none.
#[derive(Default)]
pub(crate) struct Engines {
    running: Mutex<Option<Running>>,
}

/// What runs behind the window.
enum Running {
    Real(Engine),
    /// Dropping it ends the simulated providers.
    Demo(Demo),
}

/// Starts what the command line asked for, in the background, and tells the window how it went.
/// Asked for again after a failure, it tries again.
pub(crate) fn start<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let host = app.state::<Host>();
        let shows_problem = match host.stage() {
            Stage::Running(_) => return,
            Stage::Failed(_) => true,
            Stage::Starting => false,
        };
        host.enter(Stage::Starting);
        let launch = app.state::<Launch>();
        let started = if launch.demo {
            begin_demo(launch.home.clone()).await
        } else {
            begin(launch.home.clone()).await
        };
        match started {
            Ok(running) => {
                take_over(&app, running).await;
                if shows_problem {
                    windows::show_page(&app);
                }
            }
            Err(error) => give_up(&app, error),
        }
    });
}

/// Puts the demo behind the window instead of what is there. If it cannot start, nothing changes.
pub(crate) fn change_to_demo<R: Runtime>(app: &AppHandle<R>) -> Result<(), ErrorJson> {
    let home = Home::demo(None).map_err(|error| {
        ErrorJson::new(
            ErrorCode::Internal,
            format!("the demo has no folder: {error}"),
        )
    })?;
    // The contract asks from within its runtime; the engine that is replaced goes on meanwhile.
    tokio::task::block_in_place(|| {
        tauri::async_runtime::block_on(async {
            let running = begin_demo(home).await?;
            take_over(app, running).await;
            Ok(())
        })
    })
}

/// Ends what runs behind the window, and waits until it has put down what it has in hand.
pub(crate) async fn end<R: Runtime>(app: &AppHandle<R>) {
    let running = app.state::<Engines>().running.lock().await.take();
    if let Some(running) = running {
        running.end().await;
    }
}

async fn begin(home: Home) -> Result<Running, ErrorJson> {
    let options = EngineOptions::new(home, Clock::system());
    // Nobody can be asked for a passphrase before there is a window.
    let vault = keys::vault(&options.home, &options.environment, &|| None)
        .map_err(|error| ErrorJson::from(&error))?;
    let engine = Engine::start(EngineOptions { vault, ..options }).await?;
    Ok(Running::Real(engine))
}

async fn begin_demo(home: Home) -> Result<Running, ErrorJson> {
    let started = Demo::start(home, Clock::system(), None).await;
    started.map(Running::Demo).map_err(|error| match error {
        DemoError::Engine(error) => error.into(),
        DemoError::NotADemo { .. } => {
            ErrorJson::new(ErrorCode::Config, error.to_string()).hint(DemoError::ANOTHER_HOME)
        }
        error => ErrorJson::new(ErrorCode::Internal, error.to_string()),
    })
}

async fn take_over<R: Runtime>(app: &AppHandle<R>, running: Running) {
    let shell = Arc::new(Desktop::new(app.clone()));
    // Tests build the program without a log of its own.
    if let Some(dial) = app.try_state::<Dial>() {
        let followed = ringback_api::logs::follow(running.engine().clone(), dial.inner().clone());
        tauri::async_runtime::spawn(followed);
    }
    let api = Api::new(running.engine().clone(), shell);
    app.state::<Host>().enter(Stage::Running(Arc::new(api)));
    let replaced = app.state::<Engines>().running.lock().await.replace(running);
    if let Some(replaced) = replaced {
        replaced.end().await;
    }
}

fn give_up<R: Runtime>(app: &AppHandle<R>, error: ErrorJson) {
    crate::program::complain(&error);
    app.state::<Host>().enter(Stage::Failed(error));
    windows::show_problem(app);
}

impl Running {
    fn engine(&self) -> &Engine {
        match self {
            Self::Real(engine) => engine,
            Self::Demo(demo) => &demo.engine,
        }
    }

    async fn end(self) {
        if timeout(FAREWELL, self.engine().shutdown()).await.is_err() {
            tracing::warn!("the engine did not come to its end in time");
        }
    }
}
