//! Setting accounts up: forms, how it is, and what goes in.

use indexmap::IndexMap;
use ringback_engine::{
    ConfigState as State, Engine, OptionField, OptionKind, Provider, Removed, RemovedData as Data,
    Retired,
    config::{
        COMMON_FIELDS, CommonField, CommonKind, Config, ConfiguredAccount, SHARED_SECRETS,
        SecretSource, Setting, SharedSecret,
    },
    keys::{KeysState, Kind},
};
use ringback_model::Secret;

use super::time;
use crate::dto::*;

/// What a person fills in for a provider.
pub(crate) fn form(provider: &'static dyn Provider) -> ProviderForm {
    let own = provider.option_fields().iter().map(own_field);
    let common = COMMON_FIELDS.iter().map(common_field);
    ProviderForm {
        provider: provider.name().to_owned(),
        title: provider.title().to_owned(),
        has_api: provider.has_api(),
        default_base_url: provider.default_base_url(&|_| None),
        cannot_delete: provider.deletes_recordings().err().map(str::to_owned),
        secrets: provider
            .secret_fields()
            .iter()
            .enumerate()
            .map(|(place, field)| SecretField {
                name: field.name.to_owned(),
                required: place == 0,
                title: field.title.to_owned(),
                place: field.place.to_owned(),
                begins_with: field.begins_with.map(str::to_owned),
            })
            .collect(),
        settings: own.chain(common).collect(),
    }
}

fn own_field(field: &OptionField) -> SettingField {
    let (kind, choices) = match field.kind {
        OptionKind::Text => (SettingKind::Text, &[][..]),
        OptionKind::Choice(choices) => (SettingKind::Choice, choices),
        OptionKind::Flag => (SettingKind::Flag, &[][..]),
    };
    SettingField {
        key: field.key.to_owned(),
        common: false,
        required: field.required,
        kind,
        default: field.default.map(|text| match kind {
            SettingKind::Flag => SettingValue::Flag(text == "true"),
            _ => SettingValue::Text(text.to_owned()),
        }),
        choices: choices.iter().map(|word| (*word).to_owned()).collect(),
        about: field.about.to_owned(),
        only_with: field.only_with.map(|(key, values)| SettingCondition {
            key: key.to_owned(),
            values: values.iter().map(|word| (*word).to_owned()).collect(),
        }),
    }
}

fn common_field(field: &CommonField) -> SettingField {
    let (kind, default) = match field.kind {
        CommonKind::Address => (SettingKind::Address, None),
        CommonKind::Duration(usual) => {
            let usual = SettingValue::Text(usual.to_owned());
            (SettingKind::Duration, Some(usual))
        }
        CommonKind::Flag => (SettingKind::Flag, Some(SettingValue::Flag(false))),
        CommonKind::List => (SettingKind::List, Some(SettingValue::List(Vec::new()))),
        CommonKind::Number(usual) => (SettingKind::Number, usual.map(SettingValue::Number)),
    };
    SettingField {
        key: field.key.to_owned(),
        common: true,
        required: false,
        kind,
        default,
        choices: Vec::new(),
        about: field.about.to_owned(),
        only_with: None,
    }
}

/// An account as it is configured.
pub(crate) fn account_setup(
    engine: &Engine,
    configured: &ConfiguredAccount,
    kept_in: Kind,
) -> AccountSetup {
    let id = configured.account.id.as_str();
    let settings = engine.config().settings_of(id);
    AccountSetup {
        id: id.to_owned(),
        provider: configured.provider.name().to_owned(),
        title: configured.provider.title().to_owned(),
        paused: configured.paused,
        settings: settings
            .into_iter()
            .map(|(key, setting)| (key, value(setting)))
            .collect(),
        secrets: configured
            .provider
            .secrets()
            .into_iter()
            .enumerate()
            .map(|(place, name)| SecretStanding {
                name: name.to_owned(),
                required: place == 0,
                source: secret_place(configured, name, kept_in),
                variable: configured.variable(name),
            })
            .collect(),
        webhook_url: engine.webhook_url(configured).map(|url| url.to_string()),
    }
}

fn secret_place(configured: &ConfiguredAccount, name: &str, kept_in: Kind) -> SecretPlace {
    let mut sources = configured.secret_sources.iter();
    place(
        sources
            .find(|(known, _)| *known == name)
            .map(|(_, source)| *source),
        kept_in,
    )
}

fn place(source: Option<SecretSource>, kept_in: Kind) -> SecretPlace {
    match source {
        None => SecretPlace::Missing,
        Some(SecretSource::Environment) => SecretPlace::Environment,
        Some(SecretSource::Kept) if kept_in == Kind::SealedFile => SecretPlace::SealedFile,
        Some(SecretSource::Kept) => SecretPlace::KeyStore,
    }
}

/// The secrets of no account that are taken by what is configured, or are there.
pub(crate) fn shared_secrets(config: &Config, kept_in: Kind) -> Vec<SharedSecretJson> {
    let standing = |secret: &'static SharedSecret| {
        let mut sources = config.shared_sources.iter();
        let source = sources.find(|(known, _)| *known == secret);
        SharedSecretJson {
            of: secret.of.to_owned(),
            taken: config.takes(secret),
            secret: SecretStanding {
                name: secret.name.to_owned(),
                // A bucket takes nobody without keys; a tunnel may do without.
                required: secret.of == "offsite",
                source: place(source.map(|(_, source)| *source), kept_in),
                variable: secret.variable.to_owned(),
            },
        }
    };
    SHARED_SECRETS
        .iter()
        .map(standing)
        .filter(|one| one.taken || one.secret.source != SecretPlace::Missing)
        .collect()
}

fn value(setting: Setting) -> SettingValue {
    match setting {
        Setting::Flag(flag) => SettingValue::Flag(flag),
        Setting::Number(number) => SettingValue::Number(number),
        Setting::Text(text) => SettingValue::Text(text),
        Setting::List(texts) => SettingValue::List(texts),
    }
}

/// The same on its way in.
pub(crate) fn setting(value: SettingValue) -> Setting {
    match value {
        SettingValue::Flag(flag) => Setting::Flag(flag),
        SettingValue::Number(number) => Setting::Number(number),
        SettingValue::Text(text) => Setting::Text(text),
        SettingValue::List(texts) => Setting::List(texts),
    }
}

pub(crate) fn settings(values: IndexMap<String, SettingValue>) -> IndexMap<String, Setting> {
    let pairs = values.into_iter();
    pairs.map(|(key, value)| (key, setting(value))).collect()
}

pub(crate) fn secrets(texts: &SecretTexts) -> std::collections::BTreeMap<String, Secret> {
    let pairs = texts.0.iter();
    pairs
        .map(|(name, text)| (name.clone(), Secret::new(text.reveal())))
        .collect()
}

pub(crate) fn removed_account(retired: Retired) -> RemovedAccount {
    RemovedAccount {
        id: retired.id.to_string(),
        provider: retired.provider,
        calls: retired.calls,
    }
}

pub(crate) fn removed_data(data: RemovedData) -> Data {
    match data {
        RemovedData::Keep => Data::Keep,
        RemovedData::Quarantine => Data::Quarantine,
    }
}

pub(crate) fn account_removed(id: String, removed: Removed) -> AccountRemoved {
    AccountRemoved {
        id,
        calls: removed.calls,
        quarantined: removed.quarantined,
        not_moved: removed.not_moved,
        secrets_forgotten: removed.secrets_forgotten,
    }
}

pub(crate) fn keys_json(engine: &Engine, state: KeysState) -> KeysJson {
    KeysJson {
        kind: match state.kind {
            Kind::System => KeysKind::System,
            Kind::SealedFile => KeysKind::SealedFile,
            Kind::None => KeysKind::None,
        },
        open: state.is_open,
        file: engine.home().sealed_keys().display().to_string(),
    }
}

/// Whether what stands in the file is what runs.
pub(crate) fn config_state_json(engine: &Engine, state: State) -> ConfigState {
    let refused = state.refused;
    let error = refused.as_ref().map(|refused| &refused.error);
    ConfigState {
        file: engine.home().config_file().display().to_string(),
        ok: refused.is_none(),
        line: error
            .and_then(|error| error.line)
            .and_then(|line| u32::try_from(line).ok()),
        message: error.map(ToString::to_string),
        hint: error.and_then(|error| error.hint.clone()),
        since: time(state.since),
        refused_since: refused.as_ref().map(|refused| time(refused.since)),
    }
}
