//! `recordings`: whether the files are as they landed, what belongs to nothing, and a copy of one.

use indicatif::{ProgressBar, ProgressStyle};
use ringback_api::recordings::{
    self, Export, ExportedJson, FaultJson, OrphansJson, RestoredJson, VerifyJson,
};
use ringback_engine::Engine;

use super::Done;
use crate::{
    args::RecordingsCommand,
    out::{DONE, Out, PARTLY},
};

pub(super) async fn run(engine: &Engine, command: RecordingsCommand, out: Out) -> Done {
    match command {
        RecordingsCommand::Verify { mend } => {
            let bar = bar();
            let drawn = bar.clone();
            let report = recordings::verify(engine, mend, move |n| drawn.set_position(n)).await?;
            bar.finish_and_clear();
            out.answer(&report, verified)?;
            Ok(if report.faults.is_empty() {
                DONE
            } else {
                PARTLY
            })
        }
        RecordingsCommand::Orphans { set_aside } => {
            let found = recordings::orphans(engine, set_aside).await?;
            out.answer(&found, orphans)?;
            Ok(DONE)
        }
        RecordingsCommand::Restore { id } => {
            let restored = recordings::restore(engine, &id).await?;
            out.answer(&restored, |RestoredJson { path }| {
                format!("Back at {path}.")
            })?;
            Ok(DONE)
        }
        RecordingsCommand::Export {
            id,
            to,
            format,
            force,
        } => {
            let bar = share_bar();
            let drawn = bar.clone();
            let tell = move |share: f64| drawn.set_position((share * SHARES as f64) as u64);
            let wanted = Export {
                id: &id,
                to: &to,
                format: format.as_deref(),
                replaces: force,
            };
            let exported = recordings::export(engine, wanted, tell).await;
            bar.finish_and_clear();
            let exported = exported?;
            out.answer(&exported, |ExportedJson { file }| {
                format!("Written to {file}.")
            })?;
            Ok(DONE)
        }
    }
}

/// Drawn on standard error, and only if that is a terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {pos} recordings read")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::no_length().with_style(style)
}

/// An export is told in so many shares.
const SHARES: u64 = 1000;

fn share_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent} %")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(SHARES).with_style(style)
}

fn verified(report: &VerifyJson) -> String {
    let mut lines = vec![format!(
        "{} of {} recordings are as they landed.",
        report.whole, report.checked
    )];
    lines.extend(report.faults.iter().map(fault));
    if report.faults.iter().any(|fault| !fault.refetched) {
        lines.push("`ringback recordings verify --mend` fetches what it can again.".into());
    }
    lines.join("\n")
}

fn fault(fault: &FaultJson) -> String {
    let path = fault.path.as_deref().unwrap_or("(no file on record)");
    let then = match fault.refetched {
        true => "; it is fetched again",
        false => "",
    };
    format!("{:<10} {path}{then}", fault.fault)
}

fn orphans(found: &OrphansJson) -> String {
    let mut lines = Vec::new();
    for file in &found.files {
        let then = match &file.set_aside {
            Some(id) => format!("set aside as {id}"),
            None => "belongs to nothing that is known".into(),
        };
        lines.push(format!("file       {}: {then}", file.path));
    }
    lines.extend(found.rows.iter().map(fault));
    lines.extend(found.parts.iter().map(|path| format!("leftover   {path}")));
    let lone = |path| format!("alone      {path}: its sound is gone");
    lines.extend(found.sidecars.iter().map(lone));
    for entry in &found.quarantined {
        let from = entry.from.as_deref().unwrap_or("a transfer");
        lines.push(format!("set aside  {} from {from}", entry.id));
    }
    if lines.is_empty() {
        return "Files and database belong together.".into();
    }
    if found.files.iter().any(|file| file.set_aside.is_none()) {
        lines.push(
            "`ringback recordings orphans --set-aside` moves such files to quarantine; \
             `recordings restore ID` brings one back."
                .into(),
        );
    }
    lines.join("\n")
}
