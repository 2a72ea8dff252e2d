//! `serve`: door, polling and jobs without a window, until it is told to end.

use std::path::Path;

use ringback_api::{ErrorCode, ErrorJson};
use ringback_demo::{Demo, DemoError};
use ringback_engine::{Engine, EngineOptions, Home, config::LogConfig};
use ringback_model::Clock;

use super::{
    Done, durability, home,
    keys::{self, Sealed},
};
use crate::{args::ServeArgs, logs, metrics, out};

pub(super) async fn run(asked: Option<&Path>, args: &ServeArgs) -> Done {
    let home = match args.demo {
        true => Home::demo(asked).map_err(|error| {
            ErrorJson::new(
                ErrorCode::Config,
                format!("the demo's folder cannot be found: {error}"),
            )
        })?,
        false => home(asked)?,
    };
    // The folder has to be there before the first line is logged.
    let folder = home.prepare().ok().map(|()| home.logs());
    let logs = logs::start(folder.as_deref());
    let log = LogConfig::of_file(&home.config_file());
    logs.dial().configure(log.level.as_ref(), log.format);
    let engine = if args.demo {
        demo(home, args).await?
    } else {
        usual(home, args).await?
    };
    let running = engine.engine();
    let followed = ringback_api::logs::follow(running.clone(), logs.dial());
    tokio::spawn(followed);
    let figures = match metrics::address(args.metrics, running.config().metrics) {
        Ok(None) => Ok(None),
        Ok(Some(address)) => metrics::serve(running.clone(), address).await.map(Some),
        Err(error) => Err(error),
    };
    let _figures = match figures {
        Ok(figures) => figures,
        Err(error) => {
            running.shutdown().await;
            return Err(error);
        }
    };
    wait_for_the_end().await;
    tracing::info!("ending: what is in hand is finished");
    engine.engine().shutdown().await;
    Ok(out::DONE)
}

/// What runs; the demo holds its simulated providers.
enum Running {
    Usual(Engine),
    Demo(Box<Demo>),
}

impl Running {
    fn engine(&self) -> &Engine {
        match self {
            Self::Usual(engine) => engine,
            Self::Demo(demo) => &demo.engine,
        }
    }
}

async fn usual(home: Home, args: &ServeArgs) -> Result<Running, ErrorJson> {
    let vault = keys::vault(&home, Sealed::AsItIs)?;
    let engine = Engine::start(EngineOptions {
        listen: args.listen,
        door_required: true,
        durability: durability(),
        vault,
        ..EngineOptions::new(home, Clock::system())
    })
    .await?;
    if engine.config().accounts.is_empty() {
        tracing::warn!(file = %engine.home().config_file().display(), "no account is configured; the door answers 404 to everything");
    }
    Ok(Running::Usual(engine))
}

async fn demo(home: Home, args: &ServeArgs) -> Result<Running, ErrorJson> {
    let demo = Demo::start(home, Clock::system(), args.listen)
        .await
        .map_err(|error| match error {
            DemoError::Engine(error) => error.into(),
            DemoError::NotADemo { .. } => {
                ErrorJson::new(ErrorCode::Config, error.to_string()).hint(DemoError::ANOTHER_HOME)
            }
            other => ErrorJson::new(ErrorCode::Internal, other.to_string()),
        })?;
    tracing::info!(home = %demo.engine.home().data().display(), "the demo runs; simulated calls come in");
    Ok(Running::Demo(Box::new(demo)))
}

/// Waits for Ctrl-C or the signal that service managers send.
async fn wait_for_the_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals there is nothing to wait for but Ctrl-C.
    let _ = tokio::signal::ctrl_c().await;
}
