//! `alerts`: what a person should know.

use comfy_table::{Table, presets};
use ringback_api::{cli, dto::AlertJson};
use ringback_engine::Engine;

use super::Done;
use crate::{
    args::AlertsCommand,
    out::{DONE, Out},
};

pub(super) async fn run(engine: &Engine, command: AlertsCommand, out: Out) -> Done {
    match command {
        AlertsCommand::List { all } => {
            let alerts = cli::alerts(engine, all)?;
            out.answer(&alerts, |alerts| table(alerts))?;
        }
        AlertsCommand::Ack { id } => {
            let alert = cli::acknowledge(engine, &id).await?;
            out.answer(&alert, |alert| format!("{} is acknowledged.", words(alert)))?;
        }
    }
    Ok(DONE)
}

fn table(alerts: &[AlertJson]) -> String {
    if alerts.is_empty() {
        return "Nothing to tell.".into();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["Raised", "What", "About", "State", "Id"]);
    for alert in alerts {
        let state = match (&alert.resolved_at, &alert.acknowledged_at) {
            (Some(_), _) => "resolved",
            (None, Some(_)) => "acknowledged",
            (None, None) => "new",
        };
        table.add_row([
            &alert.raised_at,
            &words(alert),
            &alert.subject,
            state,
            &alert.id,
        ]);
    }
    table.to_string()
}

/// What is wrong, in a sentence without its subject.
fn words(alert: &AlertJson) -> String {
    let param = |name: &str| alert.params.get(name).map_or("?", String::as_str);
    match alert.kind.as_str() {
        "cost_gap" => format!(
            "the parts of the cost are {} {} from its total",
            param("gap"),
            param("currency")
        ),
        "latency_high" => format!(
            "the agent took {} ms to answer (p95), more than {} ms",
            param("p95_ms"),
            param("limit_ms")
        ),
        "cost_high" => format!(
            "the call cost {} {}, more than {}",
            param("amount"),
            param("currency"),
            param("limit")
        ),
        "success_low" => format!(
            "{} of {} calls were successful, fewer than {}",
            param("rate"),
            param("count"),
            param("limit")
        ),
        "quiet" => format!("nothing was heard for {} minutes", param("minutes")),
        "recording_failed" => format!("a recording was given up ({})", param("reason")),
        other => other.replace('_', " "),
    }
}
