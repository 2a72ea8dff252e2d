//! Beginning the log, and changing it while the program runs.

use std::{
    env,
    io::IsTerminal,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use ringback_model::Clock;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    fmt::{self, format},
    layer::SubscriberExt,
    reload,
    util::SubscriberInitExt,
};

use crate::{
    files::{Keep, Rolling},
    level::Level,
    lines::{Format, Lines},
};

/// The environment variable that says what is logged, in the words of `RUST_LOG`.
const VARIABLE: &str = "RINGBACK_LOG";

/// How a program logs.
#[derive(Clone, Debug)]
pub struct Setup<'a> {
    /// The folder of the files; without one nothing but standard error is written to.
    pub folder: Option<&'a Path>,
    /// What the files are called before the day.
    pub prefix: &'a str,
    /// What is logged unless somebody says otherwise.
    pub usual: Level,
    /// Nothing below this goes to standard error.
    pub terminal: LevelFilter,
    /// How much is kept.
    pub keep: Keep,
    /// The time.
    pub clock: Clock,
}

/// The running log. The last lines are on the disk when this is gone.
#[derive(Debug)]
pub struct Logs {
    dial: Dial,
    _writer: Option<WorkerGuard>,
}

/// Changes the running log. Clones change the same one; they do not keep it running.
#[derive(Clone)]
pub struct Dial(Arc<Turned>);

struct Turned {
    filter: reload::Handle<EnvFilter, Registry>,
    is_json: Arc<AtomicBool>,
    wishes: Mutex<Wishes>,
}

/// Who wants what logged: a person's wish comes before the environment, that before the file, that
/// before the usual.
struct Wishes {
    asked: Option<Level>,
    environment: Option<String>,
    configured: Option<Level>,
    usual: Level,
}

impl Wishes {
    fn filter(&self) -> EnvFilter {
        let told = self.environment.as_deref().map(EnvFilter::new);
        let asked = self.asked.as_ref().map(Level::filter);
        let configured = || self.configured.as_ref().map(Level::filter);
        asked
            .or(told)
            .or_else(configured)
            .unwrap_or_else(|| self.usual.filter())
    }
}

impl std::fmt::Debug for Dial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dial").finish_non_exhaustive()
    }
}

impl Logs {
    /// Begins to log. A second start in one process (in tests) leaves the first as it is.
    pub fn start(setup: &Setup<'_>) -> Self {
        let environment = env::var(VARIABLE)
            .ok()
            .filter(|words| EnvFilter::try_new(words).is_ok());
        let wishes = Wishes {
            asked: None,
            environment,
            configured: None,
            usual: setup.usual.clone(),
        };
        let is_json = Arc::new(AtomicBool::new(false));
        let (filter, handle) = reload::Layer::new(wishes.filter());
        let terminal = fmt::layer()
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr)
            .event_format(Lines {
                is_json: is_json.clone(),
                text: format::format().with_target(false),
            })
            .with_filter(setup.terminal);
        let (file, guard) = setup
            .folder
            .map(|folder| {
                let files = Rolling::new(folder, setup.prefix, setup.keep, setup.clock.clone());
                let (writer, guard) = tracing_appender::non_blocking(files);
                let layer = fmt::layer()
                    .with_ansi(false)
                    .with_writer(writer)
                    .event_format(Lines {
                        is_json: is_json.clone(),
                        text: format::format(),
                    });
                (layer, guard)
            })
            .unzip();
        let _ = tracing_subscriber::registry()
            .with(filter)
            .with(terminal)
            .with(file)
            .try_init();
        Self {
            dial: Dial(Arc::new(Turned {
                filter: handle,
                is_json,
                wishes: Mutex::new(wishes),
            })),
            _writer: guard,
        }
    }

    /// What changes it.
    pub fn dial(&self) -> Dial {
        self.dial.clone()
    }
}

impl Dial {
    /// What `config.toml` says; `None` if it says nothing.
    pub fn configure(&self, level: Option<&Level>, format: Format) {
        self.0
            .is_json
            .store(format == Format::Json, Ordering::Relaxed);
        self.change(|wishes| wishes.configured = level.cloned());
    }

    /// A person's wish, which holds until they take it back with `None`.
    pub fn set_level(&self, level: Option<&Level>) {
        self.change(|wishes| wishes.asked = level.cloned());
    }

    fn change(&self, change: impl FnOnce(&mut Wishes)) {
        let mut wishes = self.0.wishes.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut wishes);
        // In a second start the filter belongs to nobody.
        let _ = self.0.filter.reload(wishes.filter());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_asks_for_comes_before_the_environment_and_that_before_the_file() {
        let level = |text: &str| Some(text.parse::<Level>().expect("a level"));
        let mut wishes = Wishes {
            asked: None,
            environment: None,
            configured: level("error"),
            usual: Level::usual(),
        };
        assert_eq!(wishes.filter().to_string(), "error");
        wishes.environment = Some("trace".into());
        assert_eq!(wishes.filter().to_string(), "trace");
        wishes.asked = level("off");
        assert_eq!(wishes.filter().to_string(), "off");
        wishes.asked = None;
        wishes.environment = None;
        wishes.configured = None;
        assert!(wishes.filter().to_string().contains("info"));
    }

    #[test]
    fn level_and_format_change_while_the_program_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let logs = Logs::start(&Setup {
            folder: Some(folder.path()),
            prefix: "ringback",
            usual: "warn".parse().expect("a level"),
            terminal: LevelFilter::OFF,
            keep: Keep::default(),
            clock: Clock::system(),
        });
        tracing::info!("not yet");
        let dial = logs.dial();
        dial.set_level("debug".parse().ok().as_ref());
        tracing::debug!(bytes = 7, "now");
        dial.configure(None, Format::Json);
        tracing::info!(bytes = 7, word = "ready", error = ?Some(1), "as JSON");
        dial.set_level(None);
        tracing::info!("not any more");
        drop(logs);

        let files: Vec<_> = std::fs::read_dir(folder.path())
            .expect("the folder")
            .map(|entry| entry.expect("a file").path())
            .collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(&files[0]).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].contains("DEBUG") && lines[0].ends_with("now bytes=7"),
            "{text}"
        );
        let json: serde_json::Value = serde_json::from_str(lines[1]).expect("JSON");
        assert_eq!(json["message"], "as JSON");
        assert_eq!(
            (&json["bytes"], &json["word"]),
            (&7.into(), &"ready".into())
        );
        assert_eq!(json["error"], "Some(1)");
        assert_eq!(json["level"], "INFO");
    }
}
