//! `doctor`: each line says what was found and what to do.

use std::path::{Path, PathBuf};

use ringback_api::{
    ErrorCode, ErrorJson, cli,
    dto::{Check, Finding, Health},
    report,
};
use ringback_engine::Engine;

use super::Done;
use crate::out::{DONE, Out, PARTLY, notice};

pub(super) async fn run(engine: &Engine, bundle: Option<&Path>, out: Out) -> Done {
    let mut health = cli::health(engine)?;
    if let Err(error) = engine.check_database() {
        health.checks.push(Check::new(
            "database",
            Finding::DatabaseDamaged {
                error: error.to_string(),
            },
        ));
    }
    for configured in &engine.config().accounts {
        let subject = format!("account:{}", configured.account.id);
        let found = cli::check_account(engine, configured).await;
        let finding = match found.error {
            None if found.asked => Finding::KeyAccepted,
            None => Finding::SettingsFit {
                note: (!found.notes.is_empty()).then(|| found.notes.join(" ")),
            },
            Some(error) => Finding::KeyFailed { error },
        };
        health.checks.push(Check::new(&subject, finding));
    }
    if let Some(path) = bundle {
        let file = write(engine, &health, path).await?;
        notice(&format!(
            "The report is in {}. It has no keys, numbers, names or words of calls; have a look before you send it.",
            file.display()
        ));
    }
    out.answer(&health, text)?;
    let is_well = health.checks.iter().all(|check| check.state != "problem");
    Ok(if is_well { DONE } else { PARTLY })
}

/// Into the folder, or to the file that does not exist yet.
async fn write(engine: &Engine, health: &Health, path: &Path) -> Result<PathBuf, ErrorJson> {
    if path.is_dir() {
        return report::write_into(engine, path).await;
    }
    if path.exists() {
        return Err(ErrorJson::new(
            ErrorCode::BadRequest,
            format!("there is something at {}", path.display()),
        )
        .hint("Give a new file or a folder."));
    }
    report::write(engine, health.clone(), path).await?;
    Ok(path.to_owned())
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
