//! `resync`: fetch what is missing, with a progress bar and before/after per field.
//!
//! What is about many calls is written down and worked on by whoever does the background work on this
//! home, or by this program if nobody does. So it may end at any time and go on later.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ringback_api::{
    ErrorCode, ErrorJson, cli,
    dto::{ResyncArgs, ResyncItem, ResyncReport, ResyncScope},
};
use ringback_engine::{
    Engine,
    resync::{Progress, Run, Steer},
};

use super::Done;
use crate::{
    args,
    out::{DONE, Out, PARTLY, notice},
};

/// How often the time that is left is drawn anew.
const DRAW: Duration = Duration::from_secs(1);

pub(super) async fn run(engine: &Engine, args: args::ResyncArgs, out: Out) -> Done {
    let run = if args.resume || args.cancel {
        let known = engine.unfinished_resync()?.ok_or_else(|| {
            ErrorJson::new(ErrorCode::NotFound, "no resync is under way or paused")
                .hint("`ringback resync --all` begins one.")
        })?;
        let steer = if args.cancel {
            Steer::Cancel
        } else {
            Steer::Resume
        };
        engine.steer_resync(known.run, steer).await?;
        engine.follow_resync(known.run)?
    } else {
        Some(begin(engine, args).await?)
    };
    let Some(run) = run else {
        return Err(ErrorJson::new(
            ErrorCode::NotFound,
            "the resync is not kept any more",
        ));
    };
    follow(engine, run, out).await
}

/// Shows how far a run is until it is over or paused, and then what it did.
pub(super) async fn follow(engine: &Engine, run: Run, out: Out) -> Done {
    let progress = watch(engine, run).await?;
    if progress.stored && !progress.done {
        notice(&format!(
            "Paused after {} of {}. `ringback resync --resume` goes on, `ringback resync --cancel` ends it.",
            progress.report.checked, progress.total
        ));
    }
    let report = cli::resync_report(&progress);
    out.answer(&report, text)?;
    Ok(if report.failed == 0 && progress.done {
        DONE
    } else {
        PARTLY
    })
}

async fn begin(engine: &Engine, args: args::ResyncArgs) -> Result<Run, ErrorJson> {
    let scope = match (args.call, args.recent) {
        (Some(id), _) => ResyncScope::Call { id },
        (None, Some(days)) => ResyncScope::Recent { days },
        (None, None) => ResyncScope::Missing,
    };
    let dry_run = args.dry_run;
    let request = cli::resync_request(ResyncArgs {
        scope,
        account: args.account,
        dry_run,
    });
    if dry_run {
        tell_what_waits(engine)?;
    } else {
        // What already waits in the journal may be what is missing.
        engine.apply_pending()?;
    }
    Ok(engine.resync(request).await?)
}

/// Nothing is written in a dry run, so what is in the journal already stands there as missing.
fn tell_what_waits(engine: &Engine) -> Result<(), ErrorJson> {
    match engine.read(|reader| reader.events().count_pending(usize::MAX))? {
        0 => {}
        1 => notice("An event waits to be read; what it brings counts as missing here."),
        n => notice(&format!(
            "{n} events wait to be read; what they bring counts as missing here."
        )),
    }
    Ok(())
}

/// Draws how far it is until it is over, or paused: by Ctrl-C here, or by somebody else.
async fn watch(engine: &Engine, mut run: Run) -> Result<Progress, ErrorJson> {
    let bar = bar();
    let (number, mut is_stopping) = (run.number, false);
    let progress = loop {
        let progress = run.progress.borrow_and_update().clone();
        draw(&bar, &progress);
        if progress.done || progress.paused {
            break progress;
        }
        tokio::select! {
            changed = run.progress.changed() => {
                if changed.is_err() {
                    break run.finished().await;
                }
            }
            () = tokio::time::sleep(DRAW) => {}
            _ = tokio::signal::ctrl_c() => {
                if is_stopping {
                    break progress;
                }
                is_stopping = true;
                let steer = if progress.stored { Steer::Pause } else { Steer::Cancel };
                engine.steer_resync(number, steer).await?;
            }
        }
    };
    bar.finish_and_clear();
    Ok(progress)
}

fn draw(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.report.checked);
    let left = match progress.eta {
        Some(eta) => format!(", {} left", length(eta.as_secs().unsigned_abs())),
        None => String::new(),
    };
    bar.set_message(format!(
        "{} changed, {} failed{left}",
        progress.report.updated, progress.report.failed
    ));
}

/// "1 h 05 min", "12 min", "40 s".
fn length(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    match (seconds, minutes) {
        (..60, _) => format!("{} s", seconds.max(1)),
        (_, ..60) => format!("{minutes} min"),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// Drawn on standard error, and only if that is a terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} {msg}")
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

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn the_time_that_is_left_is_said_as_people_say_it() {
        let said = [0, 40, 60, 61, 3_600, 3_900].map(length);
        assert_eq!(
            said,
            ["1 s", "40 s", "1 min", "2 min", "1 h 00 min", "1 h 05 min"]
        );
    }
}
