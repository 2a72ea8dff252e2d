//! `simulate`: stand-ins for the providers, or a home full of finished calls.

use std::{collections::HashMap, fs, path::PathBuf, sync::Arc};

use indicatif::ProgressBar;
use ringback_api::{ErrorCode, ErrorJson};
use ringback_engine::{Engine, EngineOptions, Home, Import, ImportFacts, ImportSound};
use ringback_model::Clock;
use ringback_simulator::{
    AccountSetup, ArchivedCall, ArchivedRecording, Config, LiveConfig, Simulator, archive, speech,
};
use url::Url;

use super::Done;
use crate::{
    args::SimulateArgs,
    out::{DONE, Out},
};

/// How many calls are taken in at once.
const BATCH: usize = 500;

pub(super) async fn run(home: Home, args: SimulateArgs, out: Out) -> Done {
    match args.archive {
        Some(count) => fill(home, count, args, out).await,
        None => stand_in(args, out).await,
    }
}

/// Runs the stand-ins until Ctrl-C. What has to go into config.toml and the environment is printed.
async fn stand_in(args: SimulateArgs, out: Out) -> Done {
    let door: Url = args.door.parse().map_err(|_| {
        ErrorJson::new(ErrorCode::BadRequest, "--door is no address")
            .hint("It has to be something like http://127.0.0.1:7480.")
    })?;
    let mut simulator = start(&args, AccountSetup::of_every_provider()).await?;
    let config = simulator.config_toml(&door);
    let environment = simulator.environment();
    let answer = serde_json::json!({
        "config_toml": config,
        "environment": environment.iter().cloned().collect::<HashMap<_, _>>(),
    });
    out.answer(&answer, |_| {
        let exports: Vec<_> = environment
            .iter()
            .map(|(name, value)| format!("export {name}='{value}'"))
            .collect();
        format!(
            "# config.toml\n{config}\n# environment\n{}",
            exports.join("\n")
        )
    })?;
    simulator.go_live(LiveConfig {
        door,
        calls_per_minute: f64::from(args.calls_per_minute),
    });
    // Without a signal there is nothing to wait for.
    let _ = tokio::signal::ctrl_c().await;
    simulator.shutdown().await;
    Ok(DONE)
}

async fn start(args: &SimulateArgs, accounts: Vec<AccountSetup>) -> Result<Simulator, ErrorJson> {
    let config = Config {
        listen: args.listen,
        seed: args.seed,
        accounts,
        ..Config::default()
    };
    Simulator::start(config)
        .await
        .map_err(|error| ErrorJson::new(ErrorCode::Locked, error.to_string()))
}

/// Fills the home with finished calls.
async fn fill(home: Home, count: u64, args: SimulateArgs, out: Out) -> Done {
    let secrets = describe_accounts(&home, &args).await?;
    let engine = Engine::start(EngineOptions {
        background: false,
        environment: Arc::new(move |name| secrets.get(name).cloned()),
        ..EngineOptions::new(home, Clock::system())
    })
    .await?;
    let sounds = Sounds::new(engine.home().data().join("recordings").join(".simulated"));
    let bar = ProgressBar::new(count);
    let mut batch = Vec::with_capacity(BATCH);
    let mut taken = 0u64;
    let mut sounds = sounds?;
    for call in archive(count, args.seed, engine.clock().now()) {
        batch.push(import(call, &mut sounds)?);
        if batch.len() == BATCH {
            taken += engine.import(std::mem::take(&mut batch)).await? as u64;
            bar.set_position(taken);
        }
    }
    taken += engine.import(batch).await? as u64;
    bar.finish_and_clear();
    engine.shutdown().await;
    let answer = serde_json::json!({ "calls": taken });
    out.answer(&answer, |_| format!("{taken} calls are in the home."))?;
    Ok(DONE)
}

/// Writes config.toml for the simulated accounts if there is none. Gives their secrets.
async fn describe_accounts(
    home: &Home,
    args: &SimulateArgs,
) -> Result<HashMap<String, String>, ErrorJson> {
    let cannot = |error: std::io::Error| {
        ErrorJson::new(
            ErrorCode::Internal,
            format!("the home cannot be written: {error}"),
        )
    };
    home.prepare().map_err(cannot)?;
    let mut args_of_names = SimulateArgs {
        listen: ([127, 0, 0, 1], 0).into(),
        ..args.clone()
    };
    args_of_names.archive = None;
    // Nobody answers behind these accounts, so nobody is asked.
    let accounts = AccountSetup::usual().into_iter();
    let accounts = accounts.map(|account| account.polled_every("0s")).collect();
    let simulator = start(&args_of_names, accounts).await?;
    let door: Url = args
        .door
        .parse()
        .map_err(|_| ErrorJson::new(ErrorCode::BadRequest, "--door is no address"))?;
    let secrets = simulator.environment().into_iter().collect();
    let file = home.config_file();
    if !file.exists() {
        fs::write(&file, simulator.config_toml(&door)).map_err(cannot)?;
    }
    simulator.shutdown().await;
    Ok(secrets)
}

/// The conversations as files, each written once and then linked.
struct Sounds {
    folder: PathBuf,
    known: HashMap<PathBuf, Arc<ImportFacts>>,
}

impl Sounds {
    fn new(folder: PathBuf) -> Result<Self, ErrorJson> {
        fs::create_dir_all(&folder).map_err(|error| {
            ErrorJson::new(
                ErrorCode::Internal,
                format!("the home cannot be written: {error}"),
            )
        })?;
        Ok(Self {
            folder,
            known: HashMap::new(),
        })
    }

    fn of(&mut self, recording: &ArchivedRecording) -> Result<ImportSound, ErrorJson> {
        let extension = recording.format.extension();
        let file = self
            .folder
            .join(format!("{}.{extension}", recording.conversation));
        if !self.known.contains_key(&file) {
            let sound =
                speech::recording(recording.conversation, recording.format, recording.channels);
            fs::write(&file, sound.bytes()).map_err(|error| {
                ErrorJson::new(
                    ErrorCode::DiskFull,
                    format!("a recording cannot be written: {error}"),
                )
            })?;
            self.known
                .insert(file.clone(), Arc::new(ImportFacts::of(&file)?));
        }
        Ok(ImportSound {
            key: recording.provider_recording_id.clone().unwrap_or_default(),
            facts: self.known[&file].clone(),
            file,
        })
    }
}

impl Drop for Sounds {
    fn drop(&mut self) {
        // The links stay; the folder itself was only the way there.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn import(call: ArchivedCall, sounds: &mut Sounds) -> Result<Import, ErrorJson> {
    let sound = call
        .recording
        .as_ref()
        .map(|recording| sounds.of(recording))
        .transpose()?;
    let documents = call
        .docs
        .iter()
        .map(|document| {
            let kind = if document.get("recordings").is_some() {
                "recordings"
            } else {
                "call"
            };
            (kind, document.to_string().into_bytes())
        })
        .collect();
    Ok(Import {
        account: call.account,
        call: call.provider_call_id,
        at: call.ended_at,
        documents,
        sound,
    })
}
