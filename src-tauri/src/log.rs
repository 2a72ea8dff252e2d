//! The program's log: warnings to standard error, more into the home's `logs/`.

use ringback_engine::config::LogConfig;
use ringback_logs::{Keep, Level, Logs, Setup};
use ringback_model::Clock;
use tracing::level_filters::LevelFilter;

use crate::launch::Launch;

/// Begins the log. It is complete on disk when the answer is dropped. Without a place for the files
/// there is still standard error; the engine says why when it starts.
pub(crate) fn begin(launch: &Launch) -> Logs {
    let folder = launch.home.prepare().ok().map(|()| launch.home.logs());
    let logs = Logs::start(&Setup {
        folder: folder.as_deref(),
        prefix: "ringback-desktop",
        usual: Level::usual(),
        terminal: LevelFilter::WARN,
        keep: Keep::default(),
        clock: Clock::system(),
    });
    let config = LogConfig::of_file(&launch.home.config_file());
    logs.dial().configure(config.level.as_ref(), config.format);
    logs
}
