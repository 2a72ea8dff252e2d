//! How this program logs: to standard error, and for `serve` into the home's folder as well.

use std::path::Path;

use ringback_logs::{Keep, Level, Logs, Setup};
use ringback_model::Clock;
use tracing::level_filters::LevelFilter;

/// Begins to log.
pub(crate) fn start(folder: Option<&Path>) -> Logs {
    Logs::start(&Setup {
        folder,
        prefix: "ringback",
        // A command that only answers says what is wrong and nothing else.
        usual: match folder {
            Some(_) => Level::usual(),
            None => Level::quiet(),
        },
        terminal: LevelFilter::TRACE,
        keep: Keep::default(),
        clock: Clock::system(),
    })
}
