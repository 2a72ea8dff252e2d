//! `config.toml` and the environment: what accounts there are and where the door is.
//!
//! Defaults < file < environment < flags. Secrets are never in the file. A wrong or unknown key is
//! an error that names the line, the key and the nearest right one; nothing starts half configured.

mod checks;
mod complaint;
mod edit;
mod file;
mod hours;
mod limits;
mod observed;
mod offsite;
mod shared_keys;
mod shared_secrets;
mod spell;
#[cfg(test)]
mod tests;
mod tunnel;
mod written;

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use ringback_providers::{Account, Provider};

pub use checks::{Checks, Over};
pub use complaint::ConfigError;
pub(crate) use edit::{CannotEdit, Edit, edited};
pub(crate) use file::{variable as variable_of, webhook_url};
pub use hours::BusinessHours;
pub use limits::Limits;
pub use observed::LogConfig;
pub use shared_keys::{COMMON_FIELDS, CommonField, CommonKind};
pub use shared_secrets::{SHARED_SECRETS, SharedSecret};
pub use tunnel::{TunnelConfig, TunnelKind};
pub use written::{Setting, WrittenRule};

/// Where to look up environment variables; tests bring their own.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Everything that is configured, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the door listens.
    pub listen: std::net::SocketAddr,
    /// Where the tunnel ends, if it is known.
    pub public_url: Option<url::Url>,
    /// How the door becomes public.
    pub tunnel: TunnelConfig,
    /// Where the second copy of every recording goes, if it goes anywhere.
    pub offsite: Option<ringback_offsite::Place>,
    /// What is logged.
    pub log: LogConfig,
    /// Where figures are given to a monitoring system, if anywhere.
    pub metrics: Option<std::net::SocketAddr>,
    /// The accounts, in the file's order.
    pub accounts: Vec<ConfiguredAccount>,
    /// The secrets of no account that are there, and where each comes from.
    pub shared_sources: Vec<(&'static SharedSecret, SecretSource)>,
    /// The text that it was read from.
    pub(crate) text: String,
    /// What stands in the file, without its comments.
    written: toml::Table,
    /// Another one when the tunnel is another one.
    pub(crate) tunnel_mark: u64,
}

/// An account with its provider and its own pace.
#[derive(Clone)]
pub struct ConfiguredAccount {
    /// What the provider's code needs.
    pub account: Arc<Account>,
    /// The provider.
    pub provider: &'static dyn Provider,
    /// Whether its provider is left alone: nothing is asked or fetched, the door still takes in.
    pub paused: bool,
    /// How often its list of calls is read; `None` is never.
    pub poll_every: Option<Duration>,
    /// Whether recordings are deleted at the provider after a verified copy.
    pub delete_at_provider: bool,
    /// How hard it may be worked, and how long its calls may be silent.
    pub limits: Limits,
    /// From when on a person is told about its calls.
    pub checks: Checks,
    /// The secrets that are there, and where each comes from.
    pub secret_sources: Vec<(&'static str, SecretSource)>,
}

/// Where a secret comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// The environment of this process.
    Environment,
    /// The key store or the sealed file.
    Kept,
}

impl PartialEq for ConfiguredAccount {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            account,
            provider,
            paused,
            poll_every,
            delete_at_provider,
            limits,
            checks,
            secret_sources,
        } = self;
        *account == other.account
            && provider.name() == other.provider.name()
            && *paused == other.paused
            && *poll_every == other.poll_every
            && *delete_at_provider == other.delete_at_provider
            && *limits == other.limits
            && *checks == other.checks
            && *secret_sources == other.secret_sources
    }
}

impl std::fmt::Debug for ConfiguredAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.account.fmt(f)
    }
}

impl ConfiguredAccount {
    /// An account that is not in the file any more. It is never asked for anything.
    pub(crate) fn retired(account: Arc<Account>, provider: &'static dyn Provider) -> Self {
        Self {
            account,
            provider,
            paused: true,
            poll_every: None,
            delete_at_provider: false,
            limits: Limits::default(),
            checks: Checks::default(),
            secret_sources: Vec::new(),
        }
    }

    /// Said where recordings are to be deleted at a provider that cannot delete one alone.
    pub fn cannot_delete(&self) -> Option<String> {
        let why = self.provider.deletes_recordings().err()?;
        self.delete_at_provider
            .then(|| format!("delete_at_provider is set, but {why}; nothing is deleted there"))
    }

    /// The environment variable of a secret; also its name where it is kept.
    pub fn variable(&self, secret: &str) -> String {
        file::variable(&self.account.id, secret)
    }

    /// The names of the secrets that are needed and not there. The first secret that a provider
    /// names is the needed one.
    pub fn missing_secrets(&self) -> Vec<&'static str> {
        self.provider
            .secrets()
            .into_iter()
            .take(1)
            .filter(|name| self.account.secrets.first(name).is_none())
            .collect()
    }
}

impl Config {
    /// Reads the file, if there is one; without a file there are no accounts and all defaults. A
    /// secret that the environment does not have is looked up where secrets are kept; there, an empty
    /// one cannot be read at this moment.
    pub fn load(
        path: &Path,
        environment: Environment<'_>,
        kept: Environment<'_>,
    ) -> Result<Self, ConfigError> {
        Self::of_text(&text(path)?, path, environment, kept)
    }

    /// The same of a text that was read from `path`, or is to be written there.
    pub(crate) fn of_text(
        text: &str,
        path: &Path,
        environment: Environment<'_>,
        kept: Environment<'_>,
    ) -> Result<Self, ConfigError> {
        // A variable that is set to nothing is not set.
        let environment = |name: &str| environment(name).filter(|text| !text.trim().is_empty());
        let either = |name: &str| environment(name).or_else(|| kept(name));
        let mut config = Self::parse(text, &either).map_err(|error| error.in_file(path))?;
        for configured in &mut config.accounts {
            for source in &mut configured.secret_sources {
                let variable = file::variable(&configured.account.id, source.0);
                if environment(&variable).is_none() {
                    source.1 = SecretSource::Kept;
                }
            }
        }
        config.shared_sources = shared_secrets::sources(&environment, kept);
        Ok(config)
    }

    /// Reads the text of a file.
    pub fn parse(text: &str, environment: Environment<'_>) -> Result<Self, ConfigError> {
        file::parse(text, environment)
    }

    /// The account of that id.
    pub fn account(&self, id: &str) -> Option<&ConfiguredAccount> {
        self.accounts
            .iter()
            .find(|configured| configured.account.id.as_str() == id)
    }
}

/// The text of the file; without a file, nothing.
pub(crate) fn text(path: &Path) -> Result<String, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(ConfigError::unreadable(path, &error)),
    }
}
