//! `status`: accounts and queue at a glance.

use ringback_api::{cli, dto::Health};
use ringback_engine::Engine;

use super::Done;
use crate::out::{DONE, Out};

pub(super) fn run(engine: &Engine, out: Out) -> Done {
    let health = cli::health(engine)?;
    out.answer(&health, text)?;
    Ok(DONE)
}

fn text(health: &Health) -> String {
    let mut lines = Vec::new();
    for account in &health.accounts {
        let last = account.last_webhook_at.as_deref().unwrap_or("never");
        lines.push(format!(
            "{} ({}): {} calls, last webhook {last}",
            account.id, account.title, account.calls
        ));
    }
    let queue = &health.queue;
    lines.push(format!(
        "recordings: {} waiting, {} coming in, {} failed",
        queue.waiting, queue.running, queue.failed
    ));
    if let Some(deadline) = &queue.nearest_deadline {
        lines.push(format!("the next link dies at {deadline}"));
    }
    lines.push(format!(
        "events: {} pending, {} unreadable",
        queue.events_pending, queue.events_failed
    ));
    lines.join("\n")
}
