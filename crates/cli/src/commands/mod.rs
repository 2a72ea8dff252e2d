//! The commands, one file each.

mod accounts;
mod alerts;
mod backup;
mod calls;
mod doctor;
mod events;
mod keys;
mod ledger;
mod log;
mod offsite;
mod rebuild;
mod recordings;
mod resync;
mod serve;
mod setup;
mod simulate;
mod status;
mod webhook;

use std::sync::Arc;

use ringback_api::{ErrorCode, ErrorJson};
use ringback_engine::{
    Engine, EngineOptions, Home, config::SHARED_SECRETS, keys::Vault, store::Durability,
};
use ringback_model::Clock;

use self::keys::Sealed;
use crate::{
    args::{AccountsCommand, Cli, Command},
    logs,
    out::Out,
};

/// What a command gives: its exit code, or an error to be told.
type Done = Result<u8, ErrorJson>;

/// Runs the command.
pub(crate) async fn run(cli: Cli, out: Out) -> Done {
    let asked = cli.home.as_deref();
    if let Command::Serve(args) = &cli.command {
        return serve::run(asked, args).await;
    }
    let _logs = logs::start(None);
    let home = home(asked)?;
    match cli.command {
        Command::Simulate(args) => simulate::run(home, args, out).await,
        Command::Backup { to } => backup::run(home, &to, out).await,
        Command::Rebuild => rebuild::run(home, out).await,
        command => {
            let vault = keys::vault(&home, Sealed::wanted(&command))?;
            let engine = open(home, vault, gives_keys(&command)).await?;
            let done = answer(&engine, command, out).await;
            engine.shutdown().await;
            done
        }
    }
}

async fn answer(engine: &Engine, command: Command, out: Out) -> Done {
    match command {
        Command::Accounts(command) => accounts::run(engine, command, out).await,
        Command::Calls(command) => calls::run(engine, command, out),
        Command::Resync(args) => resync::run(engine, args, out).await,
        Command::Ledger(args) => ledger::run(engine, args, out).await,
        Command::Events(command) => events::run(engine, command, out).await,
        Command::Alerts(command) => alerts::run(engine, command, out).await,
        Command::Recordings(command) => recordings::run(engine, command, out).await,
        Command::Offsite(command) => offsite::run(engine, command, out).await,
        Command::Doctor(args) => doctor::run(engine, args.bundle.as_deref(), out).await,
        Command::Log(command) => log::run(engine, command, out).await,
        Command::Status => status::run(engine, out),
        Command::Serve(_) | Command::Simulate(_) | Command::Backup { .. } | Command::Rebuild => {
            unreachable!("these start an engine of their own kind, or none")
        }
    }
}

fn home(asked: Option<&std::path::Path>) -> Result<Home, ErrorJson> {
    Home::find(asked).map_err(|error| {
        ErrorJson::new(
            ErrorCode::Config,
            format!("the home folder cannot be found: {error}"),
        )
        .hint("Give one with --home DIR.")
    })
}

/// Whether it keeps or forgets a key.
fn gives_keys(command: &Command) -> bool {
    matches!(
        command,
        Command::Accounts(AccountsCommand::SetSecret { .. } | AccountsCommand::ForgetSecret { .. })
    )
}

/// An engine that answers and does nothing in the background.
///
/// A file with a bucket is refused as long as the bucket's keys are missing, so whoever gives them, one after
/// the other, is let in without them.
async fn open(home: Home, vault: Arc<dyn Vault>, gives_keys: bool) -> Result<Engine, ErrorJson> {
    let mut options = EngineOptions {
        background: false,
        vault,
        ..EngineOptions::new(home, Clock::system())
    };
    if gives_keys {
        let usual = options.environment.clone();
        options.environment = Arc::new(move |name| {
            let is_needed = SHARED_SECRETS
                .iter()
                .any(|secret| secret.of == "offsite" && secret.variable == name);
            usual(name).or_else(|| is_needed.then(|| "not given yet".to_owned()))
        });
    }
    Ok(Engine::start(options).await?)
}

/// What an answered event survives; anything else than everything is for measuring the difference.
fn durability() -> Durability {
    match std::env::var("RINGBACK_DURABILITY").as_deref() {
        Ok("off-for-measuring") => Durability::OffForMeasuring,
        _ => Durability::Full,
    }
}
