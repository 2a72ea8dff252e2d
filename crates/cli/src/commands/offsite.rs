//! `offsite`: what is in the second copy, bringing there what is missing, bringing back what is lost.

use indicatif::{ProgressBar, ProgressStyle};
use ringback_api::{
    ErrorCode, ErrorJson,
    offsite::{self, FaultJson, PullJson, PushJson, StatusJson},
};
use ringback_engine::Engine;

use super::Done;
use crate::{
    args::OffsiteCommand,
    out::{DONE, Out, PARTLY},
};

pub(super) async fn run(engine: &Engine, command: OffsiteCommand, out: Out) -> Done {
    // What takes long can be ended; what is half way there goes on at the next time.
    let work = answer(engine, command, out);
    tokio::select! {
        done = work => done,
        _ = tokio::signal::ctrl_c() => Err(ErrorJson::new(ErrorCode::NotNow, "stopped")),
    }
}

async fn answer(engine: &Engine, command: OffsiteCommand, out: Out) -> Done {
    let all_is_well = match command {
        OffsiteCommand::Status { read_all } => {
            let report = offsite::status(engine, read_all).await?;
            out.answer(&report, status)?;
            report.faults.is_empty()
        }
        OffsiteCommand::Push => {
            let bar = bar("copied");
            let drawn = bar.clone();
            let report = offsite::push(engine, move |done, all| draw(&drawn, done, all)).await?;
            bar.finish_and_clear();
            out.answer(&report, pushed)?;
            report.faults.is_empty()
        }
        OffsiteCommand::Pull => {
            let bar = bar("looked at");
            let drawn = bar.clone();
            let report = offsite::pull(engine, move |done, all| draw(&drawn, done, all)).await?;
            bar.finish_and_clear();
            out.answer(&report, pulled)?;
            report.failed == 0
        }
    };
    Ok(if all_is_well { DONE } else { PARTLY })
}

/// Drawn on standard error, and only if that is a terminal.
fn bar(word: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{bar:32}} {{pos}}/{{len}} {word} {{eta}}"))
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::no_length().with_style(style)
}

fn draw(bar: &ProgressBar, done: u64, all: u64) {
    bar.set_length(all);
    bar.set_position(done);
}

fn status(report: &StatusJson) -> String {
    let mut lines = vec![format!(
        "{} of {} recordings are also at {} ({} MB).",
        report.copied,
        report.recordings,
        report.place,
        report.bytes >> 20
    )];
    for (count, what) in [
        (report.waiting, "wait for their turn or their next try"),
        (report.missing, "were never copied"),
        (report.failed, "could not be copied, or are gone there"),
        (report.damaged, "are damaged there"),
        (report.only_there, "are only there"),
    ] {
        if count > 0 {
            lines.push(format!("{count} {what}."));
        }
    }
    lines.extend(report.faults.iter().map(fault));
    if report.missing > 0 || !report.faults.is_empty() {
        lines.push("`ringback offsite push` copies them now.".into());
    }
    if report.only_there > 0 {
        lines.push("`ringback offsite pull` brings back what is not here.".into());
    }
    lines.join("\n")
}

fn pushed(report: &PushJson) -> String {
    let mut lines = vec![format!(
        "{} copied, {} were there already, {} of {} are not there.",
        report.copied,
        report.already,
        report.faults.len(),
        report.checked
    )];
    lines.extend(report.faults.iter().map(fault));
    lines.join("\n")
}

fn pulled(report: &PullJson) -> String {
    let mut lines = vec![format!(
        "{} came back, {} were whole here already, {} did not come back.",
        report.brought, report.whole, report.failed
    )];
    for item in &report.items {
        if let Some(reason) = item.reason {
            lines.push(format!("{reason:<12} {}", item.path));
        }
    }
    if report.without_call > 0 {
        lines.push(format!(
            "{} of them belong to no call that is known; `ringback rebuild` finds their calls.",
            report.without_call
        ));
    }
    lines.join("\n")
}

fn fault(fault: &FaultJson) -> String {
    let path = fault.path.as_deref().unwrap_or("(no file on record)");
    let reason = fault.reason.as_deref().unwrap_or_default();
    format!("{:<10} {reason:<12} {path}", fault.fault)
}
