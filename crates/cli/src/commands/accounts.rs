//! `accounts`: which there are, whether their keys work, and where the keys are kept.

use comfy_table::{Table, presets};
use ringback_api::{
    cli,
    dto::{AccountCheck, AccountJson},
};
use ringback_engine::Engine;

use super::{Done, keys, setup, webhook};
use crate::{
    args::AccountsCommand,
    out::{DONE, Out, PARTLY},
};

pub(super) async fn run(engine: &Engine, command: AccountsCommand, out: Out) -> Done {
    match command {
        AccountsCommand::List => {
            let accounts = cli::accounts(engine)?;
            out.answer(&accounts, |accounts| list(accounts))?;
            Ok(DONE)
        }
        AccountsCommand::Check => {
            let mut checks = Vec::new();
            for configured in &engine.config().accounts {
                checks.push(cli::check_account(engine, configured).await);
            }
            out.answer(&checks, |checks| findings(checks))?;
            Ok(if checks.iter().all(|check| check.ok) {
                DONE
            } else {
                PARTLY
            })
        }
        AccountsCommand::Add {
            id,
            provider,
            settings,
            secrets,
            ..
        } => setup::add(engine, (id, provider), settings, secrets, out).await,
        AccountsCommand::Edit {
            id,
            settings,
            unset,
        } => setup::edit(engine, id, settings, unset, out).await,
        AccountsCommand::Pause { id } => setup::pause(engine, id, true, out).await,
        AccountsCommand::Resume { id } => setup::pause(engine, id, false, out).await,
        AccountsCommand::Remove {
            id,
            data,
            forget_secrets,
        } => setup::remove(engine, id, data, forget_secrets, out).await,
        AccountsCommand::SetSecret { id, name, .. } => {
            // The name first: nobody wants to type a key for nothing.
            engine.variable(&id, &name)?;
            let secret = keys::typed(&format!("{name} of {id}"))?;
            let kept = engine.keep_secret(&id, &name, &secret).await?;
            out.answer(&SecretJson::new(&id, &kept), |_| {
                "Kept, and in force.".into()
            })?;
            Ok(DONE)
        }
        AccountsCommand::Webhook(args) => webhook::run(engine, args, out).await,
        AccountsCommand::ForgetSecret { id, name } => {
            let variable = engine.variable(&id, &name)?;
            let was_there = engine.forget_secret(&id, &name).await?;
            out.answer(&SecretJson::new(&id, &variable), |_| {
                if was_there {
                    "Forgotten."
                } else {
                    "There was none."
                }
                .into()
            })?;
            Ok(if was_there { DONE } else { PARTLY })
        }
        AccountsCommand::MoveSecrets { .. } => {
            let moved = engine.move_secrets(None).await?;
            out.answer(&moved, |moved| match moved.len() {
                0 => "The environment has no key that is used here.".into(),
                _ => format!(
                    "Kept; take these out of the environment now:\n  {}",
                    moved.join("\n  ")
                ),
            })?;
            Ok(DONE)
        }
    }
}

/// A secret by its names; never the secret itself.
#[derive(serde::Serialize)]
struct SecretJson<'a> {
    account: &'a str,
    variable: &'a str,
}

impl<'a> SecretJson<'a> {
    fn new(account: &'a str, variable: &'a str) -> Self {
        Self { account, variable }
    }
}

fn list(accounts: &[AccountJson]) -> String {
    if accounts.is_empty() {
        return "No accounts. `ringback accounts add` or the window sets one up; the README shows how for each provider."
            .into();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "Account",
        "Provider",
        "Calls",
        "Last webhook",
        "Refused",
        "Missing secrets",
        "Webhook URL",
    ]);
    for account in accounts {
        table.add_row([
            if account.paused {
                format!("{} (paused)", account.id)
            } else {
                account.id.clone()
            },
            account.title.clone(),
            account.calls.to_string(),
            account.last_webhook_at.clone().unwrap_or_default(),
            account.refused.to_string(),
            account.missing_secrets.join(", "),
            account.webhook_url.clone().unwrap_or_default(),
        ]);
    }
    table.to_string()
}

fn findings(checks: &[AccountCheck]) -> String {
    let lines = checks.iter().map(|check| {
        let mut line = match &check.error {
            None if !check.asked => format!("{}: the settings fit", check.id),
            None => format!(
                "{}: the key works ({})",
                check.id,
                check.name.as_deref().unwrap_or("unnamed")
            ),
            Some(error) => format!("{}: {}", check.id, error.message),
        };
        if let Some(hint) = check.error.as_ref().and_then(|error| error.hint.as_ref()) {
            line.push_str(&format!("\n  {hint}"));
        }
        for note in &check.notes {
            line.push_str(&format!("\n  {note}"));
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}
