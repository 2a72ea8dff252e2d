//! Setting accounts up: what a person fills in, how it is now, and changes to it.
//!
//! Secrets travel inwards only, in [`SecretText`], which prints redacted and is in no answer.

use std::{collections::BTreeMap, fmt};

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use ts_rs::TS;

/// What a person fills in to set up an account of one provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderForm {
    /// The provider's name in `config.toml`.
    pub provider: String,
    /// The provider's name for people.
    pub title: String,
    /// Whether there is an API to ask. Without, there is nothing to poll and no key to try.
    pub has_api: bool,
    /// Where its API is if nothing else is said.
    pub default_base_url: String,
    /// Why recordings cannot be deleted there one by one; `null` if they can.
    pub cannot_delete: Option<String>,
    /// Its secrets, the needed ones first.
    pub secrets: Vec<SecretField>,
    /// Its settings: first those that only this provider has, then those that every account has.
    pub settings: Vec<SettingField>,
}

/// A secret that a person fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SecretField {
    /// `api_key`, `webhook_secret`, ...
    pub name: String,
    /// Whether nothing works without it.
    pub required: bool,
    /// What it is called in the provider's dashboard.
    pub title: String,
    /// Where it is found there, in a sentence.
    pub place: String,
    /// What its value begins with, if that is always the same: `whsec_`, `SK`, ...
    pub begins_with: Option<String>,
}

/// A setting that a person fills in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SettingField {
    /// Its key in `[[accounts]]`.
    pub key: String,
    /// Whether every account has it, not only those of this provider.
    pub common: bool,
    /// Whether an account cannot be without it.
    pub required: bool,
    /// What kind of value it takes.
    pub kind: SettingKind,
    /// What counts if it is left out; `null` if nothing does.
    pub default: Option<SettingValue>,
    /// The values that it can have, where `kind` is `choice`.
    pub choices: Vec<String>,
    /// What it is for, in a sentence.
    pub about: String,
    /// It only counts, and is only allowed, while the setting `key` has one of `values`.
    pub only_with: Option<SettingCondition>,
}

/// When a setting is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingCondition {
    /// The other setting.
    pub key: String,
    /// Its values (its default counts, too, if it is left out).
    pub values: Vec<String>,
}

/// What kind of value a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SettingKind {
    /// Any text.
    Text,
    /// One of `choices`.
    Choice,
    /// True or false.
    Flag,
    /// A number, or (`max_downloads`) a whole one.
    Number,
    /// A length of time such as `5m`; `0s` is never.
    Duration,
    /// A web address.
    Address,
    /// A list of texts.
    List,
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum SettingValue {
    /// True or false.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

/// All accounts as they are configured, and those that are not any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Setup {
    /// In the file's order.
    pub accounts: Vec<AccountSetup>,
    /// The keys of no account, of the tunnel and of the second copies: those that are taken or there.
    pub shared: Vec<SharedSecretJson>,
    /// Accounts that are not in the file and of which calls are here.
    pub removed: Vec<RemovedAccount>,
}

/// A key that belongs to no account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SharedSecretJson {
    /// Whose it is.
    #[ts(type = "\"tunnel\" | \"offsite\"")]
    pub of: String,
    /// Whether what is configured takes it.
    pub taken: bool,
    /// Its name, and where it comes from.
    pub secret: SecretStanding,
}

/// An account as it is configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AccountSetup {
    /// As in `config.toml`.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// The provider's name for people.
    pub title: String,
    /// Whether it is paused: nothing is asked or fetched, the door still takes everything in.
    pub paused: bool,
    /// The settings that stand in the file, by key.
    #[ts(type = "Record<string, SettingValue>")]
    pub settings: IndexMap<String, SettingValue>,
    /// Every secret that its provider knows.
    pub secrets: Vec<SecretStanding>,
    /// The address to give the provider, if one is known.
    pub webhook_url: Option<String>,
}

/// How a secret stands. Never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SecretStanding {
    /// `api_key`, `webhook_secret`, ...
    pub name: String,
    /// Whether nothing works without it.
    pub required: bool,
    /// Where it comes from.
    pub source: SecretPlace,
    /// Its environment variable, also the name it is kept under.
    pub variable: String,
}

/// Where a secret comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SecretPlace {
    /// The environment of this process.
    Environment,
    /// The system's key store.
    KeyStore,
    /// The file that a passphrase opens.
    SealedFile,
    /// Nowhere.
    Missing,
}

/// An account that is not configured any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RemovedAccount {
    /// As it was in `config.toml`.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// How many of its calls are here.
    #[ts(type = "number")]
    pub calls: u64,
}

/// Arguments of `accounts.try`: whether these settings and secrets work. Nothing is written.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct TryAccountArgs {
    /// The account that is edited, if it is there already: secrets that are left out are its own.
    #[serde(default)]
    pub id: Option<String>,
    /// The provider's name.
    pub provider: String,
    /// By key.
    #[serde(default)]
    #[ts(type = "Record<string, SettingValue>")]
    pub settings: IndexMap<String, SettingValue>,
    /// By name.
    #[serde(default)]
    pub secrets: SecretTexts,
}

/// Arguments of `accounts.add`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct AddAccountArgs {
    /// `[a-z0-9-]`, shown to people, part of addresses and file names.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// By key.
    #[serde(default)]
    #[ts(type = "Record<string, SettingValue>")]
    pub settings: IndexMap<String, SettingValue>,
    /// By name; kept where keys are kept, before the account is written.
    #[serde(default)]
    pub secrets: SecretTexts,
}

/// Arguments of `accounts.edit`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct EditAccountArgs {
    /// The account's id.
    pub id: String,
    /// What changes, by key; `null` takes a setting out of the file.
    #[ts(type = "Record<string, SettingValue | null>")]
    pub settings: IndexMap<String, Option<SettingValue>>,
}

/// Arguments of `accounts.pause`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PauseAccountArgs {
    /// The account's id.
    pub id: String,
    /// Whether it is to be paused; false lets it go on.
    pub paused: bool,
}

/// Arguments of `accounts.remove`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RemoveAccountArgs {
    /// The account's id.
    pub id: String,
    /// What happens to what is here of it.
    pub data: RemovedData,
    /// Whether its kept keys are forgotten, too.
    #[serde(default)]
    pub forget_secrets: bool,
}

/// What happens to the data of a removed account. Nothing is ever deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RemovedData {
    /// Calls and recordings stay and can be found and heard.
    Keep,
    /// Calls stay; the recordings' files are moved to `quarantine/`, from where they can be put back.
    Quarantine,
}

/// What became of a removed account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountRemoved {
    /// The account's id.
    pub id: String,
    /// How many of its calls stay here.
    #[ts(type = "number")]
    pub calls: u64,
    /// How many files were moved to `quarantine/`.
    #[ts(type = "number")]
    pub quarantined: u64,
    /// How many files could not be moved; they are where they were.
    #[ts(type = "number")]
    pub not_moved: u64,
    /// How many kept keys were forgotten.
    #[ts(type = "number")]
    pub secrets_forgotten: u64,
}

/// Arguments of `accounts.set_secret` and `keys.set_shared`.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SetSecretArgs {
    /// The account's id; `tunnel` or `offsite`.
    pub id: String,
    /// The secret's name.
    pub name: String,
    /// The secret; several, separated by spaces, while a signing secret is rotated.
    pub value: SecretText,
}

/// Arguments of `accounts.forget_secret` and `keys.forget_shared`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SecretRef {
    /// The account's id; `tunnel` or `offsite`.
    pub id: String,
    /// The secret's name.
    pub name: String,
}

/// Arguments of `accounts.move_secrets`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct MoveSecretsArgs {
    /// Only this account's.
    pub id: Option<String>,
}

/// Secrets that are kept now and can be taken out of the environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MovedSecrets {
    /// The names of their environment variables.
    pub variables: Vec<String>,
}

/// How the place for keys is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeysJson {
    /// What kind of place it is.
    pub kind: KeysKind,
    /// Whether it can be read at this moment.
    pub open: bool,
    /// The sealed file, where it is or would be.
    pub file: String,
}

/// What kind of place for keys it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeysKind {
    /// The system's key store.
    System,
    /// The file that a passphrase opens.
    SealedFile,
    /// None; a passphrase makes a sealed file.
    None,
}

/// Arguments of `keys.unlock`: opens the sealed file, or begins one where there is no key store.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct UnlockArgs {
    /// The passphrase.
    pub passphrase: SecretText,
}

/// Whether what stands in `config.toml` is what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConfigState {
    /// The file.
    pub file: String,
    /// Whether the file is in force.
    pub ok: bool,
    /// The line at fault, counted from 1, if the file is refused and the fault has a place.
    pub line: Option<u32>,
    /// What is wrong, with the place.
    pub message: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Since when what runs is in force, RFC 3339.
    pub since: String,
    /// Since when the file is refused, RFC 3339.
    pub refused_since: Option<String>,
}

/// Arguments of `checks.set`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetChecksArgs {
    /// Only for this account; without, for all.
    #[serde(default)]
    pub account: Option<String>,
    /// What changes, by key of `[checks]`, as it is written; `"off"` is never, `null` takes it out of
    /// the file.
    #[ts(type = "Record<string, string | null>")]
    pub rules: IndexMap<String, Option<String>>,
}

/// A secret on its way in. Printing it shows nothing, and no error repeats it.
#[derive(Clone, PartialEq, Eq, Serialize, TS)]
#[ts(type = "string")]
pub struct SecretText(String);

impl SecretText {
    /// Takes a text for a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(redacted)")
    }
}

impl<'de> Deserialize<'de> for SecretText {
    /// By hand, because serde's own complaints repeat what they complain about.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer) {
            Ok(serde_json::Value::String(text)) => Ok(Self(text)),
            _ => Err(D::Error::custom("a secret has to be a text")),
        }
    }
}

/// Secrets on their way in, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(type = "Record<string, string>")]
pub struct SecretTexts(pub BTreeMap<String, SecretText>);

impl<'de> Deserialize<'de> for SecretTexts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Ok(serde_json::Value::Object(members)) = serde_json::Value::deserialize(deserializer)
        else {
            return Err(D::Error::custom("secrets have to be an object of texts"));
        };
        let text = |(name, value)| match value {
            serde_json::Value::String(text) => Ok((name, SecretText(text))),
            _ => Err(D::Error::custom("a secret has to be a text")),
        };
        members
            .into_iter()
            .map(text)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_debug_nor_an_error_repeats_a_secret() {
        let args: AddAccountArgs = serde_json::from_value(serde_json::json!({
            "id": "a", "provider": "retell", "secrets": {"api_key": "key_very_secret"}
        }))
        .unwrap();
        assert!(!format!("{args:?}").contains("very_secret"), "{args:?}");
        assert_eq!(args.secrets.0["api_key"].reveal(), "key_very_secret");

        for secrets in [
            serde_json::json!("key_very_secret"),
            serde_json::json!({"api_key": ["key_very_secret"]}),
            serde_json::json!(["key_very_secret"]),
        ] {
            let args = serde_json::json!({"id": "a", "provider": "retell", "secrets": secrets});
            let wrong = serde_json::from_value::<AddAccountArgs>(args).unwrap_err();
            assert!(!wrong.to_string().contains("very_secret"), "{wrong}");
        }
        let args = serde_json::json!({"id": "a", "name": "api_key", "value": 424_242});
        let wrong = serde_json::from_value::<SetSecretArgs>(args).unwrap_err();
        assert!(!wrong.to_string().contains("424242"), "{wrong}");
    }
}
