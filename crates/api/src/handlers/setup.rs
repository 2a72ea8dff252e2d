//! Setting accounts up. Secrets come in and never go out.

use ringback_engine::{
    Engine, EngineError, NewAccount, Proof, config::ConfiguredAccount, providers,
};
use ringback_model::Secret;

use super::Answer;
use crate::{
    Api,
    convert::{
        account_removed, account_setup, config_state_json, form, keys_json, removed_account,
        removed_data, secrets, setting, settings, shared_secrets,
    },
    dto::*,
};

pub(crate) async fn providers_list(_: &Api, _: Nothing) -> Answer<Vec<ProviderForm>> {
    Ok(forms())
}

/// What a person fills in, for every provider.
pub fn forms() -> Vec<ProviderForm> {
    let all = providers().iter();
    all.map(|provider| form(*provider)).collect()
}

pub(crate) async fn accounts_setup(api: &Api, _: Nothing) -> Answer<Setup> {
    setup(&api.engine)
}

/// All accounts as they are configured, and those that are not any more.
pub(crate) fn setup(engine: &Engine) -> Answer<Setup> {
    let kept_in = engine.keys_kind();
    let config = engine.config();
    let accounts = config.accounts.iter();
    Ok(Setup {
        accounts: accounts
            .map(|configured| account_setup(engine, configured, kept_in))
            .collect(),
        shared: shared_secrets(&config, kept_in),
        removed: engine
            .retired_accounts()?
            .into_iter()
            .map(removed_account)
            .collect(),
    })
}

pub(crate) async fn accounts_try(api: &Api, args: TryAccountArgs) -> Answer<AccountCheck> {
    let account = NewAccount {
        id: args.id.clone().unwrap_or_default(),
        secrets: secrets(&args.secrets),
        settings: settings(args.settings),
        provider: args.provider,
    };
    let asked = providers()
        .iter()
        .any(|known| known.name() == account.provider && known.has_api());
    let like = args.id.as_deref();
    let tried = api.engine.try_account(account, like).await;
    Ok(account_check(
        args.id.clone().unwrap_or_default(),
        asked,
        tried,
    ))
}

/// What asking a provider said of an account.
fn account_check(id: String, asked: bool, tried: Result<Proof, EngineError>) -> AccountCheck {
    match tried {
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
            error: Some(error.into()),
        },
    }
}

/// Asks the account's provider whether the key works. One that is paused is left alone.
pub async fn check_account(engine: &Engine, configured: &ConfiguredAccount) -> AccountCheck {
    let id = configured.account.id.to_string();
    if configured.paused {
        return AccountCheck {
            id,
            ok: true,
            asked: false,
            name: None,
            notes: vec!["the account is paused, so its provider is not asked".into()],
            error: None,
        };
    }
    let tried = engine.check_account(&id).await;
    account_check(id, configured.provider.has_api(), tried)
}

pub(crate) async fn accounts_add(api: &Api, args: AddAccountArgs) -> Answer<AccountSetup> {
    add(&api.engine, args).await
}

/// Adds an account.
pub async fn add(engine: &Engine, args: AddAccountArgs) -> Answer<AccountSetup> {
    let account = NewAccount {
        id: args.id.clone(),
        provider: args.provider,
        secrets: secrets(&args.secrets),
        settings: settings(args.settings),
    };
    engine.add_account(account).await?;
    one(engine, &args.id)
}

pub(crate) async fn accounts_edit(api: &Api, args: EditAccountArgs) -> Answer<AccountSetup> {
    edit(&api.engine, args).await
}

/// Changes an account's settings.
pub async fn edit(engine: &Engine, args: EditAccountArgs) -> Answer<AccountSetup> {
    let changes = args.settings.into_iter();
    let changes = changes
        .map(|(key, value)| (key, value.map(setting)))
        .collect();
    engine.edit_account(&args.id, changes).await?;
    one(engine, &args.id)
}

pub(crate) async fn accounts_pause(api: &Api, args: PauseAccountArgs) -> Answer<AccountSetup> {
    pause(&api.engine, &args).await
}

/// Pauses an account, or lets it go on.
pub async fn pause(engine: &Engine, args: &PauseAccountArgs) -> Answer<AccountSetup> {
    engine.pause_account(&args.id, args.paused).await?;
    one(engine, &args.id)
}

pub(crate) async fn accounts_remove(api: &Api, args: RemoveAccountArgs) -> Answer<AccountRemoved> {
    remove(&api.engine, args).await
}

/// Removes an account; nothing of its data is deleted.
pub async fn remove(engine: &Engine, args: RemoveAccountArgs) -> Answer<AccountRemoved> {
    let data = removed_data(args.data);
    let removed = engine
        .remove_account(&args.id, data, args.forget_secrets)
        .await?;
    Ok(account_removed(args.id, removed))
}

pub(crate) async fn accounts_set_secret(api: &Api, args: SetSecretArgs) -> Answer<AccountSetup> {
    // First whether there is such an account; the secrets of none have a command of their own.
    one(&api.engine, &args.id)?;
    let secret = Secret::new(args.value.reveal());
    api.engine
        .keep_secret(&args.id, &args.name, &secret)
        .await?;
    one(&api.engine, &args.id)
}

pub(crate) async fn accounts_forget_secret(api: &Api, args: SecretRef) -> Answer<AccountSetup> {
    one(&api.engine, &args.id)?;
    api.engine.forget_secret(&args.id, &args.name).await?;
    one(&api.engine, &args.id)
}

pub(crate) async fn accounts_move_secrets(
    api: &Api,
    args: MoveSecretsArgs,
) -> Answer<MovedSecrets> {
    let variables = api.engine.move_secrets(args.id.as_deref()).await?;
    Ok(MovedSecrets { variables })
}

/// The account as it is now.
fn one(engine: &Engine, id: &str) -> Answer<AccountSetup> {
    let config = engine.config();
    let configured = config.account(id);
    let configured = configured.ok_or_else(|| EngineError::NoSuchAccount(id.to_owned()))?;
    Ok(account_setup(engine, configured, engine.keys_kind()))
}

pub(crate) async fn keys_state(api: &Api, _: Nothing) -> Answer<KeysJson> {
    Ok(keys_json(&api.engine, api.engine.keys_state()))
}

pub(crate) async fn keys_unlock(api: &Api, args: UnlockArgs) -> Answer<KeysJson> {
    let passphrase = Secret::new(args.passphrase.reveal());
    api.engine.unlock_keys(passphrase).await?;
    Ok(keys_json(&api.engine, api.engine.keys_state()))
}

pub(crate) async fn keys_read(api: &Api, _: Nothing) -> Answer<KeysJson> {
    let state = api.engine.read_keys().await?;
    Ok(keys_json(&api.engine, state))
}

pub(crate) async fn keys_set_shared(
    api: &Api,
    args: SetSecretArgs,
) -> Answer<Vec<SharedSecretJson>> {
    let secret = Secret::new(args.value.reveal());
    api.engine
        .keep_shared_secret(&args.id, &args.name, &secret)
        .await?;
    Ok(shared(&api.engine))
}

pub(crate) async fn keys_forget_shared(
    api: &Api,
    args: SecretRef,
) -> Answer<Vec<SharedSecretJson>> {
    api.engine
        .forget_shared_secret(&args.id, &args.name)
        .await?;
    Ok(shared(&api.engine))
}

fn shared(engine: &Engine) -> Vec<SharedSecretJson> {
    shared_secrets(&engine.config(), engine.keys_kind())
}

pub(crate) async fn config_state(api: &Api, _: Nothing) -> Answer<ConfigState> {
    Ok(config_state_json(&api.engine, api.engine.config_state()))
}

pub(crate) async fn checks_set(api: &Api, args: SetChecksArgs) -> Answer<ChecksJson> {
    let account = args.account.as_deref();
    api.engine.set_checks(account, args.rules).await?;
    super::checks_get(api, Nothing {}).await
}
