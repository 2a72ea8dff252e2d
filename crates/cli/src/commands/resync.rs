//! `resync`: fetch what is missing, with a progress bar and before/after per field.

use indicatif::{ProgressBar, ProgressStyle};
use ringback_api::{
    cli,
    dto::{ResyncArgs, ResyncItem, ResyncReport, ResyncScope},
};
use ringback_engine::Engine;

use super::Done;
use crate::{
    args,
    out::{DONE, Out, PARTLY},
};

pub(super) async fn run(engine: &Engine, args: args::ResyncArgs, out: Out) -> Done {
    let scope = match (args.call, args.recent) {
        (Some(id), _) => ResyncScope::Call { id },
        (None, Some(days)) => ResyncScope::Recent { days },
        (None, None) => ResyncScope::Missing,
    };
    let request = cli::resync_request(ResyncArgs {
        scope,
        account: args.account,
        dry_run: args.dry_run,
    });
    // What already waits in the journal may be what is missing.
    engine.apply_pending()?;
    let mut run = engine.resync(request).await?;
    let bar = bar();
    let progress = loop {
        let progress = run.progress.borrow_and_update().clone();
        bar.set_length(progress.total);
        bar.set_position(progress.report.checked);
        bar.set_message(format!(
            "{} changed, {} failed",
            progress.report.updated, progress.report.failed
        ));
        if progress.done {
            break progress;
        }
        tokio::select! {
            changed = run.progress.changed() => {
                if changed.is_err() {
                    break run.finished().await;
                }
            }
            _ = tokio::signal::ctrl_c() => run.stop(),
        }
    };
    bar.finish_and_clear();
    let report = cli::resync_report(&progress);
    out.answer(&report, text)?;
    Ok(if report.failed == 0 { DONE } else { PARTLY })
}

/// Drawn on standard error, and only if that is a terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} {msg} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

fn text(report: &ResyncReport) -> String {
    let mut lines: Vec<String> = report.items.iter().filter_map(item).collect();
    let wrote = if report.dry_run {
        " (nothing was written)"
    } else {
        ""
    };
    lines.push(format!(
        "{} checked, {} changed, {} unchanged, {} failed{wrote}",
        report.checked, report.updated, report.unchanged, report.failed
    ));
    lines.join("\n")
}

fn item(item: &ResyncItem) -> Option<String> {
    if let Some(error) = &item.error {
        return Some(format!("{}: {}", item.provider_call_id, error.message));
    }
    if item.changed.is_empty() {
        return None;
    }
    let mut lines = vec![item.provider_call_id.clone()];
    for field in &item.changed {
        let show = |side: &serde_json::Map<String, serde_json::Value>| {
            side.get(field)
                .map_or_else(|| "null".into(), ToString::to_string)
        };
        lines.push(format!(
            "  {field}: {} -> {}",
            show(&item.before),
            show(&item.after)
        ));
    }
    Some(lines.join("\n"))
}
