//! Resyncs: how far a run is, and what it did call by call.

use ringback_engine::resync::{Item, Progress, Report};

use crate::{
    ErrorJson,
    dto::{ResyncItem, ResyncProgress, ResyncReport},
};

pub(crate) fn progress_json(progress: &Progress) -> ResyncProgress {
    ResyncProgress {
        run: progress.run,
        call: progress.call.map(|call| call.to_string()),
        stored: progress.stored,
        total: progress.total,
        eta_ms: progress
            .eta
            .and_then(|eta| u64::try_from(eta.as_millis()).ok()),
        paused: progress.paused,
        done: progress.done,
        cancelled: progress.cancelled,
        report: report_json(&progress.report),
    }
}

pub(crate) fn report_json(report: &Report) -> ResyncReport {
    ResyncReport {
        dry_run: report.dry_run,
        checked: report.checked,
        updated: report.updated,
        unchanged: report.unchanged,
        failed: report.failed,
        items: report.items.iter().map(item_json).collect(),
    }
}

fn item_json(item: &Item) -> ResyncItem {
    let outcome = match (&item.error, item.changed.is_empty()) {
        (Some(_), _) => "failed",
        (None, true) => "unchanged",
        (None, false) => "updated",
    };
    ResyncItem {
        call: item.call.map(|call| call.to_string()),
        provider_call_id: item.provider_call_id.clone(),
        outcome: outcome.into(),
        before: item.before.clone(),
        after: item.after.clone(),
        changed: item.changed.clone(),
        error: item.error.as_deref().map(ErrorJson::from),
    }
}
