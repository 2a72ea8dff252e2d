//! `accounts`: which there are, whether their keys work, and where the keys are kept.

use comfy_table::{Table, presets};
use ringback_api::{
    ErrorJson, cli,
    dto::{AccountCheck, AccountJson},
};
use ringback_engine::{Engine, config::ConfiguredAccount};

use super::{Done, keys, webhook};
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
                checks.push(check(engine, configured).await);
            }
            out.answer(&checks, |checks| findings(checks))?;
            Ok(if checks.iter().all(|check| check.ok) {
                DONE
            } else {
                PARTLY
            })
        }
        AccountsCommand::SetSecret { id, name, .. } => {
            // The name first: nobody wants to type a key for nothing.
            engine.variable(&id, &name)?;
            let secret = keys::typed(&format!("{name} of {id}"))?;
            let kept = engine.keep_secret(&id, &name, &secret)?;
            out.answer(&SecretJson::new(&id, &kept), |_| {
                "Kept. Programs that run already use it from their next start on.".into()
            })?;
            Ok(DONE)
        }
        AccountsCommand::Webhook(args) => webhook::run(engine, args, out).await,
        AccountsCommand::ForgetSecret { id, name } => {
            let variable = engine.variable(&id, &name)?;
            let was_there = engine.forget_secret(&id, &name)?;
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
            let moved = engine.move_secrets()?;
            out.answer(&moved, |moved| match moved.len() {
                0 => "The environment has no key of a configured account.".into(),
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

pub(super) async fn check(engine: &Engine, configured: &ConfiguredAccount) -> AccountCheck {
    let (id, asked) = (
        configured.account.id.to_string(),
        configured.provider.has_api(),
    );
    match engine.check_account(&id).await {
        Ok(proof) => AccountCheck {
            id,
            ok: true,
            asked,
            name: proof.name,
            notes: proof.notes,
            error: None,
        },
        Err(error) => AccountCheck {
            id,
            ok: false,
            asked,
            name: None,
            notes: Vec::new(),
            error: Some(ErrorJson::from(error)),
        },
    }
}

fn list(accounts: &[AccountJson]) -> String {
    if accounts.is_empty() {
        return "No accounts. Add one to config.toml; the README shows how for each provider."
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
            account.id.clone(),
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
