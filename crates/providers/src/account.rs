//! What a provider's code needs to know of an account.

use std::{collections::BTreeMap, fmt};

use ringback_model::{AccountId, Secret};
use url::Url;

/// The name of a secret of an account, as in `RINGBACK_<ACCOUNT>_<NAME>` in lower case:
/// `api_key`, `auth_token`, `webhook_secret`, ...
pub type SecretName = &'static str;

/// The name of a provider-specific key in `config.toml`, for example `account_sid`.
pub type OptionKey = &'static str;

/// One account, ready to be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// As written in `config.toml`.
    pub id: AccountId,
    /// The provider's name, as in the registry.
    pub provider: &'static str,
    /// Where its API is, without a trailing slash in the path.
    pub base_url: Url,
    /// The address under which the provider posts to this account's door, exactly as it is
    /// configured there (scheme, host, port, path, query). Some signatures cover it.
    pub webhook_url: Option<Url>,
    /// Provider-specific settings by their key.
    pub options: BTreeMap<String, String>,
    /// The account's secrets.
    pub secrets: Secrets,
    /// Further hosts that recordings may be fetched from: `host` or `host:port`.
    pub media_hosts: Vec<String>,
    /// True for stand-ins only: plain http and private addresses are allowed.
    pub allow_private_network: bool,
    /// True if events without a signature are taken as hints.
    pub accept_unsigned: bool,
}

impl Account {
    /// A provider-specific setting.
    pub fn option(&self, key: OptionKey) -> Option<&str> {
        self.options.get(key).map(String::as_str)
    }
}

/// The secrets of one account. A name may have several values while keys are being rotated.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<String, Vec<Secret>>);

impl Secrets {
    /// Adds the values in `text`, separated by white space. Empty values do not count.
    pub fn add(&mut self, name: &str, text: &str) {
        let values = text.split_whitespace().map(Secret::new);
        self.0.entry(name.to_owned()).or_default().extend(values);
    }

    /// All values of a name, newest first as given.
    pub fn all(&self, name: SecretName) -> &[Secret] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// All values of a name as one text, as [`Secrets::add`] takes it.
    pub fn joined(&self, name: SecretName) -> Secret {
        let values: Vec<&str> = self.all(name).iter().map(Secret::reveal).collect();
        Secret::new(values.join(" "))
    }

    /// The first value of a name.
    pub fn first(&self, name: SecretName) -> Option<&Secret> {
        self.all(name).first()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
