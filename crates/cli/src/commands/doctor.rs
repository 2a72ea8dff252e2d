//! `doctor`: each line says what was found and what to do.

use ringback_api::{
    cli,
    dto::{Check, Health},
};
use ringback_engine::Engine;

use super::Done;
use crate::out::{DONE, Out, PARTLY};

pub(super) async fn run(engine: &Engine, out: Out) -> Done {
    let mut health = cli::health(engine)?;
    if let Err(error) = engine.check_database() {
        health.checks.push(Check {
            subject: "database".into(),
            state: "problem".into(),
            message: error.to_string(),
            hint: Some("`ringback rebuild` makes a new one from the journal and the files.".into()),
        });
    }
    for configured in &engine.config().accounts {
        let id = configured.account.id.to_string();
        let found = cli::check_account(engine, configured).await;
        health.checks.push(match found.error {
            None if !found.asked => Check {
                subject: format!("account:{id}"),
                state: "ok".into(),
                message: "the settings fit".into(),
                hint: Some(found.notes.join(" ")),
            },
            None => Check {
                subject: format!("account:{id}"),
                state: "ok".into(),
                message: "the provider accepts the key".into(),
                hint: None,
            },
            Some(error) => Check {
                subject: format!("account:{id}"),
                state: "problem".into(),
                message: error.message,
                hint: error.hint,
            },
        });
    }
    out.answer(&health, text)?;
    let is_well = health.checks.iter().all(|check| check.state != "problem");
    Ok(if is_well { DONE } else { PARTLY })
}

fn text(health: &Health) -> String {
    let lines = health.checks.iter().map(|check| {
        let mark = match check.state.as_str() {
            "ok" => "ok     ",
            "warning" => "look at",
            _ => "PROBLEM",
        };
        match &check.hint {
            Some(hint) => format!(
                "{mark} {}: {}\n        {hint}",
                check.subject, check.message
            ),
            None => format!("{mark} {}: {}", check.subject, check.message),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
