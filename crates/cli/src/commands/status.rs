//! `status`: accounts, queue and completeness at a glance.

use ringback_api::{
    cli,
    dto::{CompletenessJson, Health, TunnelJson},
    ledger,
};
use ringback_engine::Engine;
use serde::Serialize;

use super::Done;
use crate::out::{DONE, Out};

#[derive(Serialize)]
struct Status {
    #[serde(flatten)]
    health: Health,
    completeness: Vec<CompletenessJson>,
}

pub(super) fn run(engine: &Engine, out: Out) -> Done {
    let status = Status {
        health: cli::health(engine)?,
        completeness: ledger::completeness(engine)?,
    };
    out.answer(&status, text)?;
    Ok(DONE)
}

fn text(
    Status {
        health,
        completeness,
    }: &Status,
) -> String {
    let mut lines = vec![tunnel(&health.tunnel)];
    for account in &health.accounts {
        let last = account.last_webhook_at.as_deref().unwrap_or("never");
        lines.push(format!(
            "{} ({}): {} calls, last webhook {last}",
            account.id, account.title, account.calls
        ));
        let own = |one: &&CompletenessJson| one.account == account.id;
        lines.extend(completeness.iter().find(own).map(whole));
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

fn whole(one: &CompletenessJson) -> String {
    let through = match &one.complete_through {
        Some(at) => format!("complete through {at}"),
        None => "nothing is claimed to be complete".into(),
    };
    let holes: Vec<String> = one
        .holes
        .iter()
        .map(|(reason, n)| format!("{reason} {n}"))
        .collect();
    let holes = if holes.is_empty() {
        String::new()
    } else {
        format!(" ({})", holes.join(", "))
    };
    format!("  {through}; {} of {} held{holes}", one.held, one.expected)
}
