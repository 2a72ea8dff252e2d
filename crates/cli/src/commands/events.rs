//! `events`: the journal.

use comfy_table::{Table, presets};
use ringback_api::{
    cli::{self, EventJson, ReplayJson},
    dto::DriftJson,
};
use ringback_engine::Engine;

use super::Done;
use crate::{
    args::EventsCommand,
    out::{DONE, Out, PARTLY},
};

pub(super) async fn run(engine: &Engine, command: EventsCommand, out: Out) -> Done {
    match command {
        EventsCommand::List { state, limit } => {
            let events = cli::events(engine, state.as_deref(), limit)?;
            out.answer(&events, |events| table(events))?;
        }
        EventsCommand::Show { id } => {
            let event = cli::event(engine, &id)?;
            out.answer(&event, page)?;
        }
        EventsCommand::Drift => {
            let drift = cli::drift(engine)?;
            out.answer(&drift, |drift| drift_table(drift))?;
        }
        EventsCommand::Replay { id, .. } => {
            let replayed = cli::replay(engine, id.as_deref()).await?;
            out.answer(&replayed, |ReplayJson { replayed, failed }| {
                format!("{replayed} events read again, {failed} still cannot be read.")
            })?;
            return Ok(if replayed.failed == 0 { DONE } else { PARTLY });
        }
    }
    Ok(DONE)
}

fn table(events: &[EventJson]) -> String {
    if events.is_empty() {
        return "No events.".into();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "Received", "Account", "Source", "Kind", "State", "Reason", "Id",
    ]);
    for event in events {
        table.add_row([
            event.received_at.clone(),
            event.account.clone(),
            event.source.clone(),
            event.kind.clone().unwrap_or_default(),
            event.state.clone(),
            event.reason.clone().unwrap_or_default(),
            event.id.clone(),
        ]);
    }
    table.to_string()
}

fn drift_table(drift: &[DriftJson]) -> String {
    if drift.is_empty() {
        return "The documents are as they were.".into();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["Since", "Provider", "Document", "Field", "What", "Seen"]);
    for one in drift {
        let what = match one.change.as_str() {
            "changed" => format!("was {}, is {}", one.before.join("/"), one.after.join("/")),
            "gone" => "not told any more".into(),
            _ => format!("new, {}", one.after.join("/")),
        };
        table.add_row([
            one.since.clone(),
            one.title.clone(),
            one.event.clone(),
            one.path.clone(),
            what,
            one.seen.to_string(),
        ]);
    }
    table.to_string()
}

fn page(event: &EventJson) -> String {
    let head = table(std::slice::from_ref(event));
    let body = event.body.as_ref().map(|body| match body {
        serde_json::Value::String(text) => text.clone(),
        json => format!("{json:#}"),
    });
    let cut = event
        .body_bytes
        .map(|bytes| format!("\n\n(the beginning of {bytes} bytes)"));
    format!(
        "{head}\n\n{}{}",
        body.unwrap_or_default(),
        cut.unwrap_or_default()
    )
}
