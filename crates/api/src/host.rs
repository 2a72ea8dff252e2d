//! One face of the contract: a name and JSON in, JSON out; and events.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use ringback_engine::{Engine, News};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::broadcast;

use crate::{
    ErrorCode, ErrorJson, Event,
    convert::{alert_json, config_state_json, playback_json, progress_json, rows_json},
    dto::*,
    exports::Exports,
    handlers::*,
    list::command_list,
};

/// So many of the newest alerts are told anew when one of them changed.
const MOST_ALERTS: usize = 100;

/// What only a desktop can do.
pub trait Shell: Send + Sync {
    /// Starts the demo in place of what runs.
    fn start_demo(&self) -> Result<(), ErrorJson>;
    /// Shows a file in its folder.
    fn reveal(&self, path: &Path) -> Result<(), ErrorJson>;
    /// Opens a file with the program that the system has for it.
    fn open(&self, path: &Path) -> Result<(), ErrorJson>;
    /// Asks the person where something is to be written, and waits for the answer; it is called where
    /// waiting holds nobody up.
    fn place(&self, _wanted: Wanted) -> Result<Place, ErrorJson> {
        Ok(Place::NobodyToAsk)
    }
}

/// What is to be written somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A file; this name is offered.
    File(String),
    /// Several files in one folder.
    Folder,
}

/// Where it is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The person chose this file, or this folder.
    Chosen(PathBuf),
    /// The person thought better of it.
    Declined,
    /// There is no dialog here: into the home's own folder for what is taken out.
    NobodyToAsk,
}

/// The contract over one engine. Clones are the same.
#[derive(Clone)]
pub struct Api {
    pub(crate) engine: Engine,
    pub(crate) shell: Arc<dyn Shell>,
    pub(crate) exports: Arc<Exports>,
    events: broadcast::Sender<Event>,
}

impl Api {
    /// Begins to listen to the engine's news. Has to be called within a tokio runtime.
    pub fn new(engine: Engine, shell: Arc<dyn Shell>) -> Self {
        let (events, _) = broadcast::channel(256);
        let api = Self {
            engine,
            shell,
            exports: Arc::default(),
            events,
        };
        tokio::spawn(forward(api.engine.clone(), api.events.clone()));
        api
    }

    /// For what tells of itself while it goes on.
    pub(crate) fn events_sender(&self) -> broadcast::Sender<Event> {
        self.events.clone()
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Carries out a command.
    ///
    /// # Errors
    /// With [`ErrorCode::BadRequest`] if there is no such command or its arguments do not fit.
    pub async fn call(&self, name: &str, args: Value) -> Result<Value, ErrorJson> {
        macro_rules! dispatch {
            ($($command:literal => $handler:ident($args:ty) -> $result:ty;)*) => {
                match name {
                    $($command => {
                        let result: $result = $handler(self, arguments::<$args>(name, args)?).await?;
                        to_json(&result)
                    })*
                    _ => Err(ErrorJson::new(ErrorCode::BadRequest, format!("there is no command {name:?}"))),
                }
            };
        }
        command_list!(dispatch)
    }

    /// Carries out a command whose answer is bytes: `recordings.peaks`.
    pub async fn bytes(&self, name: &str, args: Value) -> Result<Vec<u8>, ErrorJson> {
        match name {
            "recordings.peaks" => recordings_peaks(self, arguments(name, args)?).await,
            _ => Err(ErrorJson::new(
                ErrorCode::BadRequest,
                format!("there is no command {name:?}"),
            )),
        }
    }

    /// Events from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }
}

/// Arguments that are left out are those of nothing.
fn arguments<T: DeserializeOwned>(name: &str, args: Value) -> Result<T, ErrorJson> {
    let args = if args.is_null() {
        Value::Object(serde_json::Map::new())
    } else {
        args
    };
    serde_json::from_value(args).map_err(|error| {
        ErrorJson::new(
            ErrorCode::BadRequest,
            format!("the arguments of {name} do not fit: {error}"),
        )
    })
}

fn to_json<T: Serialize>(result: &T) -> Result<Value, ErrorJson> {
    serde_json::to_value(result)
        .map_err(|error| ErrorJson::new(ErrorCode::Internal, error.to_string()))
}

async fn forward(engine: Engine, events: broadcast::Sender<Event>) {
    let mut news = engine.news();
    loop {
        let news = match news.recv().await {
            Ok(news) => news,
            // Too much at once: whoever looks reads anew.
            Err(broadcast::error::RecvError::Lagged(_)) => News::Stale,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        for event in told(&engine, news) {
            // Nobody may be looking.
            let _ = events.send(event);
        }
    }
}

fn told(engine: &Engine, news: News) -> Vec<Event> {
    match news {
        News::Calls(calls) => match engine.read(|reader| rows_json(reader, &calls)) {
            // One that is not there any more turned out to be a leg of another call.
            Ok(rows) if rows.len() < calls.len() => vec![Event::Calls(rows), Event::Stale],
            Ok(rows) => vec![Event::Calls(rows)],
            Err(_) => vec![Event::Stale],
        },
        News::Stale => vec![Event::Stale],
        News::Player(playback) => vec![Event::Player(playback_json(Some(playback)))],
        News::Resync(progress) => vec![Event::Resync(progress_json(&progress))],
        News::Alerts => engine
            .read(|reader| reader.alerts().list(None, MOST_ALERTS))
            .map(|alerts| {
                alerts
                    .into_iter()
                    .map(|alert| Event::Alert(alert_json(alert)))
                    .collect()
            })
            .unwrap_or_default(),
        News::Settings => read_settings(engine)
            .map(Event::Settings)
            .into_iter()
            .collect(),
        News::Config => {
            let state = config_state_json(engine, engine.config_state());
            vec![Event::Config(state)]
        }
        News::Tunnel(_) | News::Health => vec![Event::Health],
    }
}
