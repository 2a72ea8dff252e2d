//! `rebuild`: a new database from the journal and the files.

use ringback_engine::{EngineOptions, Home, rebuild};
use ringback_model::Clock;

use super::Done;
use crate::out::{DONE, Out};

pub(super) async fn run(home: Home, out: Out) -> Done {
    let report = rebuild(EngineOptions {
        background: false,
        ..EngineOptions::new(home, Clock::system())
    })
    .await?;
    let answer = serde_json::json!({
        "events": report.events,
        "calls": report.calls,
        "recordings": report.recordings,
        "kept": report.kept.as_ref().map(|path| path.display().to_string()),
    });
    out.answer(&answer, |_| {
        let kept = report
            .kept
            .as_ref()
            .map(|path| format!(" The old one is kept as {}.", path.display()));
        format!(
            "{} events gave {} calls; {} recordings were found again.{}",
            report.events,
            report.calls,
            report.recordings,
            kept.unwrap_or_default()
        )
    })?;
    Ok(DONE)
}
