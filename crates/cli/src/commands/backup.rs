//! `backup`: the databases and `config.toml` in a new folder, while everything goes on.

use std::{
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use indicatif::{ProgressBar, ProgressStyle};
use ringback_engine::{EngineError, Home, back_up, store::Copied};

use super::Done;
use crate::out::{DONE, Out};

pub(super) async fn run(home: Home, to: &Path, out: Out) -> Done {
    let style = ProgressStyle::with_template("{bar:32} {bytes}/{total_bytes} copied {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    // Drawn on standard error, and only if that is a terminal.
    let bar = ProgressBar::no_length().with_style(style);
    let drawn = bar.clone();
    let is_over = Arc::new(AtomicBool::new(false));
    let is_stopped = is_over.clone();
    let work = back_up(&home, to, move |Copied { done, all }| {
        drawn.set_length(all);
        drawn.set_position(done);
        match is_stopped.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    tokio::pin!(work);
    let copied = tokio::select! {
        done = &mut work => done,
        _ = tokio::signal::ctrl_c() => {
            is_over.store(true, Ordering::Relaxed);
            // It takes away what it began.
            work.await.and(Err(EngineError::NotNow("stopped")))
        }
    };
    bar.finish_and_clear();
    let copied = copied?;
    let answer = serde_json::json!({
        "to": copied.to.display().to_string(),
        "files": copied.files,
        "bytes": copied.bytes,
    });
    out.answer(&answer, |_| {
        format!(
            "{} ({} MB) are in {}. Recordings and keys are not in it: docs/backup.md.",
            copied.files.join(", "),
            copied.bytes >> 20,
            copied.to.display()
        )
    })?;
    Ok(DONE)
}
