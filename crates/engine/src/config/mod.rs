//! `config.toml` and the environment: what accounts there are and where the door is.
//!
//! Defaults < file < environment < flags. Secrets are never in the file. A wrong or unknown key is
//! an error that names the line, the key and the nearest right one; nothing starts half configured.

mod checks;
mod complaint;
mod file;
mod hours;
mod limits;
mod observed;
mod offsite;
mod spell;
#[cfg(test)]
mod tests;
mod tunnel;

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use ringback_providers::{Account, Provider};

pub use checks::{Checks, Over};
pub use complaint::ConfigError;
pub(crate) use file::webhook_url;
pub use hours::BusinessHours;
pub use limits::Limits;
pub use observed::LogConfig;
pub use tunnel::{TunnelConfig, TunnelKind};

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
}

/// An account with its provider and its own pace.
#[derive(Clone)]
pub struct ConfiguredAccount {
    /// What the provider's code needs.
    pub account: Arc<Account>,
    /// The provider.
    pub provider: &'static dyn Provider,
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

impl std::fmt::Debug for ConfiguredAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.account.fmt(f)
    }
}

impl ConfiguredAccount {
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
            .iter()
            .take(1)
            .copied()
            .filter(|name| self.account.secrets.first(name).is_none())
            .collect()
    }
}

impl Config {
    /// Reads the file, if there is one; without a file there are no accounts and all defaults. A
    /// secret that the environment does not have is looked up where secrets are kept.
    pub fn load(
        path: &Path,
        environment: Environment<'_>,
        kept: Environment<'_>,
    ) -> Result<Self, ConfigError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(ConfigError::unreadable(path, &error)),
        };
        let either = |name: &str| environment(name).or_else(|| kept(name));
        let mut config = Self::parse(&text, &either).map_err(|error| error.in_file(path))?;
        for configured in &mut config.accounts {
            for source in &mut configured.secret_sources {
                let variable = file::variable(&configured.account.id, source.0);
                if environment(&variable).is_none() {
                    source.1 = SecretSource::Kept;
                }
            }
        }
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
