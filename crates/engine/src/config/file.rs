//! From the text of `config.toml` to a [`Config`].
//!
//! The tables are walked by hand with the spans that the TOML parser gives, because an account's
//! allowed keys depend on its provider and every complaint has to name a line.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use jiff::SignedDuration;
use ringback_intake::DEFAULT_LISTEN;
use ringback_model::AccountId;
use ringback_providers::{Account, Provider, Secrets, find, http::is_media_host_entry, names};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use url::Url;

use super::{
    Checks, Config, ConfigError, ConfiguredAccount, Environment, LogConfig, SecretSource, limits,
    observed, offsite, spell::nearest, tunnel,
};

const DEFAULT_POLL: Duration = Duration::from_secs(300);
const TABLES: [&str; 7] = [
    "intake", "accounts", "offsite", "tunnel", "checks", "log", "metrics",
];
const INTAKE_KEYS: [&str; 2] = ["listen", "public_url"];
pub(super) const ACCOUNT_KEYS: [&str; 10] = [
    "id",
    "paused",
    "provider",
    "base_url",
    "poll_every",
    "accept_unsigned",
    "media_hosts",
    "allow_private_network",
    "delete_at_provider",
    "checks",
];

pub(super) type Value<'a> = Spanned<DeValue<'a>>;
pub(super) type Result<T> = std::result::Result<T, ConfigError>;

pub(super) fn parse(text: &str, environment: Environment<'_>) -> Result<Config> {
    let lines = Lines(text);
    let root = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| lines.of(span.start));
        ConfigError::at_line(line, format!("not valid TOML: {}", error.message()))
    })?;
    let root = root.into_inner();
    let file = Table {
        lines: &lines,
        name: "config.toml",
        table: &root,
        line: 1,
    };
    file.only(&TABLES)?;

    let mut listen = None;
    let mut public_url = None;
    if let Some(intake) = file.table("intake")? {
        intake.only(&INTAKE_KEYS)?;
        listen = intake.with("listen", |text| {
            text.parse::<SocketAddr>()
                .map_err(|_| "is no address with a port, such as \"127.0.0.1:7480\"".into())
        })?;
        public_url = intake.with("public_url", web_address)?;
    }
    let offsite = match file.table("offsite")? {
        Some(table) => Some(offsite::read(&table, environment)?),
        None => None,
    };
    let tunnel = match file.table("tunnel")? {
        Some(table) => tunnel::read(&table, public_url.as_ref(), environment)?,
        None => tunnel::without(public_url.as_ref()),
    };
    let public_url = tunnel.public_url.clone();
    let log = match file.table("log")? {
        Some(table) => LogConfig::read(&table)?,
        None => LogConfig::default(),
    };
    let metrics = match file.table("metrics")? {
        Some(table) => observed::metrics(&table)?,
        None => None,
    };
    let mut checks = Checks::default();
    if let Some(table) = file.table("checks")? {
        checks = checks.changed_by(&table)?;
    }
    let written: toml::Table = toml::from_str(text).expect("it was understood above");
    let mut config = Config {
        text: text.to_owned(),
        tunnel_mark: tunnel::mark(&written, environment),
        written,
        listen: listen.unwrap_or(DEFAULT_LISTEN),
        public_url,
        tunnel,
        offsite,
        log,
        metrics,
        accounts: Vec::new(),
        shared_sources: Vec::new(),
    };
    for (table, line) in file.tables("accounts")? {
        let configured = account(
            &table,
            line,
            config.public_url.as_ref(),
            &checks,
            environment,
        )?;
        if config.account(configured.account.id.as_str()).is_some() {
            let what = format!(
                "there are two accounts with the id {:?}",
                configured.account.id.as_str()
            );
            return Err(ConfigError::at_line(line, what).hint("Give one of them another id."));
        }
        config.accounts.push(configured);
    }
    Ok(config)
}

/// What a text says of the log, whatever else is wrong with it.
pub(super) fn log_alone(text: &str) -> Result<LogConfig> {
    let lines = Lines(text);
    let root = DeTable::parse(text).map_err(|_| ConfigError::at_line(1, "not valid TOML"))?;
    let root = root.into_inner();
    let file = Table {
        lines: &lines,
        name: "config.toml",
        table: &root,
        line: 1,
    };
    match file.table("log")? {
        Some(table) => LogConfig::read(&table),
        None => Ok(LogConfig::default()),
    }
}

fn account(
    table: &Table<'_>,
    line: usize,
    public_url: Option<&Url>,
    checks: &Checks,
    environment: Environment<'_>,
) -> Result<ConfiguredAccount> {
    let id: AccountId = table
        .with("id", |text| {
            AccountId::new(text).map_err(|error| format!("does not fit: {error}"))
        })?
        .ok_or_else(|| {
            ConfigError::at_line(line, "an account without an id").hint("Add: id = \"my-account\"")
        })?;
    let provider: &'static dyn Provider = table
        .with("provider", |text| {
            find(text).ok_or_else(|| {
                let known = names();
                match nearest(text, known.iter().copied()) {
                    Some(near) => format!("is no provider; did you mean {near:?}?"),
                    None => format!("is no provider; known are {}", known.join(", ")),
                }
            })
        })?
        .ok_or_else(|| {
            ConfigError::at_line(line, format!("account {id} names no provider")).hint(format!(
                "Add: provider = \"...\" with one of {}",
                names().join(", ")
            ))
        })?;

    let mut allowed: Vec<&str> = ACCOUNT_KEYS.to_vec();
    allowed.extend(limits::KEYS);
    allowed.extend(provider.options());
    table.only(&allowed)?;

    let mut options = BTreeMap::new();
    for key in provider.options() {
        if let Some(text) = table.scalar(key)? {
            options.insert(key.to_owned(), text);
        }
    }
    let base_url = match table.with("base_url", web_address)? {
        Some(url) => url,
        None => {
            let text = provider.default_base_url(&|key| options.get(key).cloned());
            Url::parse(&text).map_err(|_| {
                ConfigError::at_line(
                    line,
                    format!("account {id}: its settings give no valid address of the provider"),
                )
            })?
        }
    };
    let account = Account {
        provider: provider.name(),
        base_url,
        webhook_url: public_url.map(|base| webhook_url(base, &id)),
        options,
        secrets: secrets(&id, provider, environment),
        media_hosts: media_hosts(table)?,
        allow_private_network: table.flag("allow_private_network")?,
        accept_unsigned: table.flag("accept_unsigned")?,
        id,
    };
    provider
        .check_options(&account)
        .map_err(|what| ConfigError::at_line(line, format!("account {}: {what}", account.id)))?;
    let secret_sources = provider
        .secrets()
        .into_iter()
        .filter(|name| account.secrets.first(name).is_some())
        .map(|name| (name, SecretSource::Environment))
        .collect();
    Ok(ConfiguredAccount {
        account: Arc::new(account),
        provider,
        secret_sources,
        paused: table.flag("paused")?,
        poll_every: table
            .with("poll_every", pause)?
            .map_or(Some(DEFAULT_POLL), |pause| {
                (!pause.is_zero()).then_some(pause)
            }),
        delete_at_provider: table.flag("delete_at_provider")?,
        limits: limits::read(table)?,
        checks: match table.table("checks")? {
            Some(own) => checks.changed_by(&own)?,
            None => checks.clone(),
        },
    })
}

fn media_hosts(table: &Table<'_>) -> Result<Vec<String>> {
    let hosts = table.list("media_hosts")?;
    match hosts.iter().find(|host| !is_media_host_entry(host)) {
        None => Ok(hosts),
        Some(host) => {
            let value = table
                .get("media_hosts")
                .expect("a list with an entry is there");
            let what = format!("has {host:?}, which is no host; write \"host\" or \"host:port\"");
            Err(table.wrong("media_hosts", value, what))
        }
    }
}

/// The address that a provider posts to: the public address and the door's path.
pub(crate) fn webhook_url(base: &Url, account: &AccountId) -> Url {
    let mut url = base.clone();
    let path = format!("{}/webhooks/{account}", base.path().trim_end_matches('/'));
    url.set_path(&path);
    url
}

/// `RINGBACK_CLINIC_RETELL_API_KEY` for the account `clinic-retell` and the secret `api_key`.
fn secrets(id: &AccountId, provider: &dyn Provider, environment: Environment<'_>) -> Secrets {
    let mut secrets = Secrets::default();
    for name in provider.secrets() {
        if let Some(text) = environment(&variable(id, name)) {
            secrets.add(name, &text);
        }
    }
    secrets
}

/// The environment variable of a secret.
pub(crate) fn variable(id: &AccountId, secret: &str) -> String {
    format!("RINGBACK_{id}_{secret}")
        .replace('-', "_")
        .to_ascii_uppercase()
}

/// A web address that can stand in the file.
pub(super) fn web_address(text: &str) -> std::result::Result<Url, String> {
    let url =
        Url::parse(text).map_err(|_| "is no address such as \"https://example.com\"".to_owned())?;
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        return Err("has to begin with https://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password".into());
    }
    Ok(url)
}

/// Reads a length of time.
pub(super) fn pause(text: &str) -> std::result::Result<Duration, String> {
    let wrong = || "is no length of time such as \"5m\", \"30s\" or \"0s\"".to_owned();
    let pause: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(pause).map_err(|_| wrong())
}

/// Turns positions in the text into line numbers.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn of(&self, position: usize) -> usize {
        let position = position.min(self.0.len());
        1 + self.0.as_bytes()[..position]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
    }
}

/// A table with what is needed to complain about it.
pub(super) struct Table<'a> {
    lines: &'a Lines<'a>,
    name: &'a str,
    table: &'a DeTable<'a>,
    line: usize,
}

impl<'a> Table<'a> {
    /// Refuses keys that are not in `allowed`.
    pub(super) fn only(&self, allowed: &[&str]) -> Result<()> {
        for key in self.table.keys() {
            let word: &str = key.get_ref();
            if allowed.contains(&word) {
                continue;
            }
            let line = self.lines.of(key.span().start);
            let complaint =
                ConfigError::at_line(line, format!("unknown key {word:?} in {}", self.name));
            return Err(match nearest(word, allowed.iter().copied()) {
                Some(near) => complaint.hint(format!("Did you mean {near:?}?")),
                None => complaint.hint(format!("Known keys: {}", allowed.join(", "))),
            });
        }
        Ok(())
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.table.get(key)
    }

    pub(super) fn wrong(&self, key: &str, value: &Value<'_>, what: impl AsRef<str>) -> ConfigError {
        let line = self.lines.of(value.span().start);
        ConfigError::at_line(line, format!("{key} in {} {}", self.name, what.as_ref()))
    }

    /// A key that has to be there is not.
    pub(super) fn missing(&self, key: &str) -> ConfigError {
        ConfigError::at_line(self.line, format!("{} has no {key}", self.name))
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::String(text) => Ok(Some(text)),
            _ => Err(self.wrong(key, value, "has to be a text in quotes")),
        }
    }

    pub(super) fn with<T>(
        &self,
        key: &str,
        read: impl FnOnce(&str) -> std::result::Result<T, String>,
    ) -> Result<Option<T>> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let value = self.get(key).expect("it was there a line ago");
        read(text)
            .map(Some)
            .map_err(|what| self.wrong(key, value, what))
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool> {
        let Some(value) = self.get(key) else {
            return Ok(false);
        };
        match value.get_ref() {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self.wrong(key, value, "has to be true or false")),
        }
    }

    /// A provider's own setting: text, or true/false, as text.
    fn scalar(&self, key: &str) -> Result<Option<String>> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::String(text) => Ok(Some(text.to_string())),
            DeValue::Boolean(flag) => Ok(Some(flag.to_string())),
            _ => Err(self.wrong(key, value, "has to be a text in quotes, or true or false")),
        }
    }

    pub(super) fn list(&self, key: &str) -> Result<Vec<String>> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let wrong = || {
            self.wrong(
                key,
                value,
                "has to be a list of texts, such as [\"host\", \"host:443\"]",
            )
        };
        let DeValue::Array(items) = value.get_ref() else {
            return Err(wrong());
        };
        items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => Ok(text.to_string()),
                _ => Err(wrong()),
            })
            .collect()
    }

    fn table(&self, key: &'a str) -> Result<Option<Table<'a>>> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(Table {
                lines: self.lines,
                name: key,
                table,
                line: self.lines.of(value.span().start),
            })),
            _ => Err(self.wrong(key, value, format!("has to be a table: [{key}]"))),
        }
    }

    /// The tables of an array of tables, each with its line.
    fn tables(&self, key: &'a str) -> Result<Vec<(Table<'a>, usize)>> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let wrong = || {
            self.wrong(
                key,
                value,
                format!("has to be written as [[{key}]], once for each"),
            )
        };
        let DeValue::Array(items) = value.get_ref() else {
            return Err(wrong());
        };
        items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::Table(table) => Ok((
                    Table {
                        lines: self.lines,
                        name: key,
                        table,
                        line: self.lines.of(item.span().start),
                    },
                    self.lines.of(item.span().start),
                )),
                _ => Err(wrong()),
            })
            .collect()
    }
}
