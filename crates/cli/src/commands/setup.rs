//! `accounts add · edit · pause · resume · remove`: changes of `config.toml` that a running program takes up
//! by itself.

use indexmap::IndexMap;
use ringback_api::{
    ErrorCode, ErrorJson, cli,
    dto::{
        AccountRemoved, AccountSetup, AddAccountArgs, EditAccountArgs, PauseAccountArgs,
        RemoveAccountArgs, RemovedData, SecretText, SecretTexts, SettingField, SettingKind,
        SettingValue,
    },
};
use ringback_engine::{Engine, EngineError};

use super::{Done, keys};
use crate::{
    args::Data,
    out::{DONE, Out, PARTLY},
};

/// Settings as they were typed.
pub(super) type Typed = Vec<(String, String)>;

pub(super) async fn add(
    engine: &Engine,
    (id, provider): (String, String),
    settings: Typed,
    secrets: Vec<String>,
    out: Out,
) -> Done {
    let fields = fields(&provider);
    let settings = settings
        .into_iter()
        .map(|(key, text)| Ok((key.clone(), value(&fields, &key, text)?)))
        .collect::<Result<_, ErrorJson>>()?;
    let secrets = keys::several(&id, &secrets)?;
    let texts = secrets
        .into_iter()
        .map(|(name, secret)| (name.to_ascii_lowercase(), SecretText::new(secret.reveal())));
    let args = AddAccountArgs {
        id,
        provider,
        settings,
        secrets: SecretTexts(texts.collect()),
    };
    let account = cli::add_account(engine, args).await?;
    out.answer(&account, |account| {
        let mut lines = vec![format!("{} is added.", account.id)];
        let missing = account.secrets.iter().filter(|secret| {
            secret.required && secret.source == ringback_api::dto::SecretPlace::Missing
        });
        lines.extend(missing.map(|secret| {
            format!(
                "Its {} is missing: `ringback accounts set-secret {} {}`.",
                secret.name, account.id, secret.name
            )
        }));
        lines.extend(address(account));
        lines.join("\n")
    })?;
    Ok(DONE)
}

pub(super) async fn edit(
    engine: &Engine,
    id: String,
    settings: Typed,
    unset: Vec<String>,
    out: Out,
) -> Done {
    let config = engine.config();
    let configured = config
        .account(&id)
        .ok_or_else(|| EngineError::NoSuchAccount(id.clone()))?;
    let fields = fields(configured.provider.name());
    let mut changes = IndexMap::new();
    for (key, text) in settings {
        let value = value(&fields, &key, text)?;
        changes.insert(key, Some(value));
    }
    changes.extend(unset.into_iter().map(|key| (key, None)));
    if changes.is_empty() {
        return Err(ErrorJson::new(ErrorCode::BadRequest, "nothing to change")
            .hint("Give --set KEY=VALUE or --unset KEY."));
    }
    let args = EditAccountArgs {
        id,
        settings: changes,
    };
    let account = cli::edit_account(engine, args).await?;
    out.answer(&account, |account| format!("{} is changed.", account.id))?;
    Ok(DONE)
}

pub(super) async fn pause(engine: &Engine, id: String, paused: bool, out: Out) -> Done {
    let account = cli::pause_account(engine, &PauseAccountArgs { id, paused }).await?;
    out.answer(&account, |account| {
        if account.paused {
            format!(
                "{} is paused: its provider is left alone, webhooks are still taken in.",
                account.id
            )
        } else {
            format!("{} goes on.", account.id)
        }
    })?;
    Ok(DONE)
}

pub(super) async fn remove(
    engine: &Engine,
    id: String,
    data: Data,
    forget_secrets: bool,
    out: Out,
) -> Done {
    let args = RemoveAccountArgs {
        id,
        data: match data {
            Data::Keep => RemovedData::Keep,
            Data::Quarantine => RemovedData::Quarantine,
        },
        forget_secrets,
    };
    let removed = cli::remove_account(engine, args).await?;
    out.answer(&removed, |removed| told(removed, data))?;
    Ok(if removed.not_moved == 0 { DONE } else { PARTLY })
}

fn told(removed: &AccountRemoved, data: Data) -> String {
    let mut lines = vec![format!(
        "{} is removed; its {} calls stay.",
        removed.id, removed.calls
    )];
    if data == Data::Quarantine {
        lines.push(format!(
            "{} recordings are in quarantine; `ringback recordings orphans` shows them, `restore` puts one back.",
            removed.quarantined
        ));
    }
    if removed.not_moved > 0 {
        lines.push(format!(
            "{} recordings could not be moved and are where they were.",
            removed.not_moved
        ));
    }
    if removed.secrets_forgotten > 0 {
        lines.push(format!("{} keys are forgotten.", removed.secrets_forgotten));
    }
    lines.join("\n")
}

fn address(account: &AccountSetup) -> Option<String> {
    let url = account.webhook_url.as_deref()?;
    Some(format!(
        "Give the provider this address for webhooks: {url}"
    ))
}

fn fields(provider: &str) -> Vec<SettingField> {
    let mut forms = cli::forms().into_iter();
    let form = forms.find(|form| form.provider == provider);
    form.map(|form| form.settings).unwrap_or_default()
}

/// A typed text as the setting takes it. What is no setting is refused further on, with the nearest one.
fn value(fields: &[SettingField], key: &str, text: String) -> Result<SettingValue, ErrorJson> {
    let wrong = |what: &str| {
        ErrorJson::new(
            ErrorCode::BadRequest,
            format!("{key} has to be {what}, not {text:?}"),
        )
    };
    let field = fields.iter().find(|field| field.key == key);
    Ok(match field.map(|field| field.kind) {
        Some(SettingKind::Flag) => {
            SettingValue::Flag(text.parse().map_err(|_| wrong("true or false"))?)
        }
        Some(SettingKind::Number) => {
            SettingValue::Number(text.parse().map_err(|_| wrong("a number"))?)
        }
        Some(SettingKind::List) => SettingValue::List(
            text.split(',')
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect(),
        ),
        _ => SettingValue::Text(text),
    })
}
