//! The program's log: warnings to standard error, more to a file a day in the home's `logs/`.

use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{RollingFileAppender, Rotation},
};
use tracing_subscriber::{EnvFilter, Layer, filter::LevelFilter, fmt, prelude::*};

use crate::launch::Launch;

/// So many days are kept.
const DAYS: usize = 14;

/// Begins the log. It is complete on disk when the answer is dropped. Without a place for the file
/// there is still standard error.
pub(crate) fn begin(launch: &Launch) -> Option<WorkerGuard> {
    let terminal = fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(LevelFilter::WARN);
    let registry = tracing_subscriber::registry().with(terminal);

    let appender = launch.home.prepare().map_err(|_| ()).and_then(|()| {
        RollingFileAppender::builder()
            .rotation(Rotation::DAILY)
            .filename_prefix("ringback-desktop")
            .filename_suffix("log")
            .max_log_files(DAYS)
            .build(launch.home.logs())
            .map_err(|_| ())
    });
    let Ok(appender) = appender else {
        // The engine says why when it starts.
        registry.init();
        return None;
    };
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let filter = EnvFilter::try_from_env("RINGBACK_LOG").unwrap_or_else(|_| {
        EnvFilter::new("info,hyper=warn,reqwest=warn,russh=warn,symphonia=warn")
    });
    registry
        .with(
            fmt::layer()
                .with_writer(writer)
                .with_ansi(false)
                .with_filter(filter),
        )
        .init();
    Some(guard)
}
