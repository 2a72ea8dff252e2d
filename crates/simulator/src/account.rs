//! The accounts at the simulated providers.

use serde::Serialize;

use crate::dice::Dice;
use crate::stand_in::StandIn;
use crate::switches::Switches;
use crate::things::Things;

/// One account as a user of the simulator gets to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SimAccount {
    /// For `config.toml` and the door's path.
    pub id: String,
    /// As in `config.toml`: `retell`, `telnyx`, `twilio`, ...
    pub provider: String,
    /// The stand-in's API, without a trailing slash.
    pub base_url: String,
    /// `host:port` of the storage that links and redirects lead to.
    pub media_hosts: Vec<String>,
    /// Names as in the contract (`API_KEY`, `AUTH_TOKEN`) with their values.
    pub secrets: Vec<(String, String)>,
    /// Further credentials that work: Twilio's `API_KEY_SID` and `API_KEY_SECRET`.
    pub optional_secrets: Vec<(String, String)>,
    /// The keys that only this provider has in `config.toml` (Twilio's `account_sid`), with their values.
    pub options: Vec<(String, String)>,
    /// How often a user lets it be asked, as in `config.toml`; `None` leaves it to what is usual.
    pub poll_every: Option<String>,
}

impl SimAccount {
    /// The value of one of [`SimAccount::options`].
    #[must_use]
    pub fn option(&self, key: &str) -> Option<&str> {
        let found = self.options.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }
}

/// An account that the world should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSetup {
    /// `[a-z0-9-]`.
    pub id: String,
    /// As in `config.toml`: `retell`, `twilio`, ...
    pub provider: String,
    /// How often a user lets it be asked, as in `config.toml`; `None` leaves it to what is usual.
    pub poll_every: Option<String>,
}

impl AccountSetup {
    /// An account of that provider.
    #[must_use]
    pub fn new(id: impl Into<String>, provider: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            provider: provider.into(),
            poll_every: None,
        }
    }

    /// The same, asked as often as this text of `config.toml` says.
    #[must_use]
    pub fn polled_every(self, often: &str) -> Self {
        Self {
            poll_every: Some(often.into()),
            ..self
        }
    }

    /// Two accounts that could hardly be less alike: a clinic's voice agent and a restaurant's telephone lines.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        Self::named(&[("clinic-retell", "retell"), ("bistro-twilio", "twilio")])
    }

    /// One account of every provider, and a team's own backend.
    #[must_use]
    pub fn of_every_provider() -> Vec<Self> {
        Self::named(&[
            ("clinic-retell", "retell"),
            ("sales-vapi", "vapi"),
            ("bistro-twilio", "twilio"),
            ("courier-telnyx", "telnyx"),
            ("team-recall", "recall"),
            ("shop-custom", "custom"),
        ])
    }

    fn named(accounts: &[(&str, &str)]) -> Vec<Self> {
        accounts
            .iter()
            .map(|&(id, provider)| Self::new(id, provider))
            .collect()
    }
}

/// The stand-in's side of an account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) provider: &'static dyn StandIn,
    pub(crate) credentials: Credentials,
    /// The account's own telephone number.
    pub(crate) number: String,
    /// Scheme, host and port of the API.
    pub(crate) api: String,
    /// Scheme, host and port of the storage.
    pub(crate) storage: String,
    /// What the account's webhook address starts with.
    pub(crate) door: String,
    pub(crate) switches: Switches,
    /// What the customer configured: agents, numbers, applications.
    pub(crate) things: Things,
    pub(crate) poll_every: Option<String>,
}

/// What lets a client in, and what webhooks are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    /// Opens the API; signs webhooks as well unless the provider has another secret for that.
    pub(crate) key: String,
    /// The contract's name for it.
    pub(crate) key_name: &'static str,
    /// Further secrets that an account needs, by the contract's names (`WEBHOOK_SECRET`).
    pub(crate) more_secrets: Vec<(&'static str, String)>,
    /// What an account of this provider has to say in `config.toml` (`account_sid`).
    pub(crate) options: Vec<(&'static str, String)>,
    /// Twilio's API key: SID and secret. Opens the API, signs nothing.
    pub(crate) second: Option<(String, String)>,
}

impl Credentials {
    /// The value of one of the options.
    pub(crate) fn option(&self, key: &str) -> Option<&str> {
        let found = self.options.iter().find(|(name, _)| *name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// One of the further secrets.
    pub(crate) fn secret(&self, name: &str) -> Option<&str> {
        let found = self.more_secrets.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Account {
    pub(crate) fn of(
        setup: &AccountSetup,
        provider: &'static dyn StandIn,
        dice: Dice,
        number: u64,
    ) -> Self {
        Self {
            id: setup.id.clone(),
            provider,
            credentials: provider.credentials(dice, number),
            number: format!("+150055501{:02}", number % 100),
            api: provider.real_api().into(),
            storage: provider.real_storage().into(),
            door: "http://127.0.0.1:7480".into(),
            switches: Switches::default(),
            things: Things::default(),
            poll_every: setup.poll_every.clone(),
        }
    }

    /// The webhook's path at the door.
    pub(crate) fn url_path(&self) -> String {
        format!("/webhooks/{}", self.id)
    }

    pub(crate) fn public(&self) -> SimAccount {
        let Credentials {
            key,
            key_name,
            more_secrets,
            options,
            second,
        } = &self.credentials;
        let storage = self
            .storage
            .split_once("://")
            .map_or(self.storage.as_str(), |(_, host)| host);
        SimAccount {
            id: self.id.clone(),
            provider: self.provider.name().into(),
            base_url: format!("{}{}", self.api, self.provider.base_path()),
            media_hosts: vec![storage.into()],
            secrets: std::iter::once((key_name, key))
                .chain(more_secrets.iter().map(|(name, value)| (name, value)))
                .map(|(name, value)| ((*name).into(), value.clone()))
                .collect(),
            optional_secrets: second
                .iter()
                .flat_map(|(sid, secret)| {
                    [
                        ("API_KEY_SID".into(), sid.clone()),
                        ("API_KEY_SECRET".into(), secret.clone()),
                    ]
                })
                .collect(),
            options: options
                .iter()
                .map(|(name, value)| ((*name).into(), value.clone()))
                .collect(),
            poll_every: self.poll_every.clone(),
        }
    }
}
