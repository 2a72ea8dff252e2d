//! Logs: to standard error, and for `serve` into the home's folder as well, a file a day.

use std::{io::IsTerminal, path::Path};

use tracing_appender::{non_blocking::WorkerGuard, rolling};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// How many days of logs are kept.
const KEPT_DAYS: usize = 14;

/// Starts logging. What is given back has to be held until the end, or the last lines are lost.
/// `RINGBACK_LOG` says what is logged, in the words of `RUST_LOG`.
pub(crate) fn start(folder: Option<&Path>, usual: &str) -> Option<WorkerGuard> {
    let filter = EnvFilter::try_from_env("RINGBACK_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let terminal = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false);
    let file = folder.and_then(|folder| {
        rolling::Builder::new()
            .rotation(rolling::Rotation::DAILY)
            .filename_prefix("ringback")
            .filename_suffix("log")
            .max_log_files(KEPT_DAYS)
            .build(folder)
            .ok()
    });
    let (writer, guard) = match file {
        Some(file) => {
            let (writer, guard) = tracing_appender::non_blocking(file);
            (Some(writer), Some(guard))
        }
        None => (None, None),
    };
    let file = writer.map(|writer| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(writer)
    });
    // A second start (in tests) keeps the first.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(terminal)
        .with(file)
        .try_init();
    guard
}
