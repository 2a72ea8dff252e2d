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
        "down" => {
            let next_try = tunnel.next_try.as_ref();
            format!(
                "tunnel: DOWN ({}): {}{}",
                tunnel.reason.as_deref().unwrap_or_default(),
                tunnel.message.as_deref().unwrap_or_default(),
                next_try.map_or_else(String::new, |at| format!("; next try at {at}"))
            )
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_that_is_down_is_told_with_its_reason_and_the_next_try() {
        let mut told: TunnelJson = serde_json::from_value(serde_json::json!({
            "kind": "ssh", "state": "down", "url": null, "last_url": null, "since": null,
            "round_trip_ms": null, "reason": "unreachable", "message": "desk.example does not answer",
            "hint": null, "tries": 3, "next_try": "2026-03-01T10:07:12.000Z"
        }))
        .expect("a tunnel as the contract tells it");
        let down = "tunnel: DOWN (unreachable): desk.example does not answer";
        assert_eq!(
            tunnel(&told),
            format!("{down}; next try at 2026-03-01T10:07:12.000Z")
        );
        told.next_try = None;
        assert_eq!(tunnel(&told), down, "it is being tried");
    }
}
