//! `status`: accounts and queue at a glance.

use ringback_api::{
    cli,
    dto::{Health, TunnelJson},
};
use ringback_engine::Engine;

use super::Done;
use crate::out::{DONE, Out};

pub(super) fn run(engine: &Engine, out: Out) -> Done {
    let health = cli::health(engine)?;
    out.answer(&health, text)?;
    Ok(DONE)
}

fn text(health: &Health) -> String {
    let mut lines = vec![tunnel(&health.tunnel)];
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

fn tunnel(tunnel: &TunnelJson) -> String {
    match tunnel.state.as_str() {
        "up" => format!(
            "tunnel: up as {} since {} ({:.0} ms)",
            tunnel.url.as_deref().unwrap_or_default(),
            tunnel.since.as_deref().unwrap_or_default(),
            tunnel.round_trip_ms.unwrap_or_default()
        ),
        "down" => format!(
            "tunnel: DOWN ({}): {}",
            tunnel.reason.as_deref().unwrap_or_default(),
            tunnel.message.as_deref().unwrap_or_default()
        ),
        state => format!("tunnel: {state}"),
    }
}
