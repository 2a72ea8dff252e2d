//! The configured accounts, each with its provider and the way to ask it.
//!
//! They are one snapshot that is replaced as a whole when the configuration changes. Whoever has taken an
//! account goes on with it as it was; whoever asks again gets it as it is. An account that did not change
//! stays the same one, with its pace and its connections.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use ringback_model::{AccountId, Clock};
use ringback_providers::{
    Account, Client, Provider, Secrets, find,
    http::{Http, Urgency},
};
use url::Url;

use crate::config::{Config, ConfiguredAccount, webhook_url};

/// The pause between the starts of two requests to one account that says nothing else.
pub(crate) const PACE: Duration = Duration::from_millis(100);

/// An account that can be asked.
pub(crate) struct Party {
    pub(crate) configured: ConfiguredAccount,
    /// Asks about calls that are live, and for people who wait.
    pub(crate) client: Box<dyn Client>,
    /// Asks for recordings.
    pub(crate) fetching: Box<dyn Client>,
    /// Asks about what is to be mended or caught up on.
    pub(crate) backlog: Box<dyn Client>,
}

impl Party {
    fn new(configured: &ConfiguredAccount, clock: &Clock, pace: Duration) -> Self {
        let account = &configured.account;
        let pace = configured.limits.pace.unwrap_or(pace);
        let http = Http::for_account(account, clock.clone(), pace);
        let client = |urgency| {
            let http = http.walked_for(urgency);
            configured.provider.client(account.clone(), http)
        };
        Self {
            client: client(Urgency::Live),
            fetching: client(Urgency::Recording),
            backlog: client(Urgency::Backlog),
            configured: configured.clone(),
        }
    }

    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.configured.account
    }

    pub(crate) fn id(&self) -> &AccountId {
        &self.configured.account.id
    }

    pub(crate) fn provider(&self) -> &'static dyn Provider {
        self.configured.provider
    }

    /// Whether its provider is to be left alone.
    pub(crate) fn is_paused(&self) -> bool {
        self.configured.paused
    }
}

/// All of them, in the file's order. Clones are the same.
#[derive(Clone)]
pub(crate) struct Accounts {
    now: Arc<RwLock<Snapshot>>,
    clock: Clock,
    pace: Duration,
}

struct Snapshot {
    parties: Arc<[Arc<Party>]>,
    /// The accounts as they are under the present public address, in the same order.
    at_the_door: Vec<Arc<Account>>,
    public_url: Option<Url>,
}

impl Accounts {
    pub(crate) fn new(config: &Config, clock: &Clock, pace: Duration) -> Self {
        let accounts = Self {
            now: Arc::new(RwLock::new(Snapshot {
                parties: Arc::new([]),
                at_the_door: Vec::new(),
                public_url: None,
            })),
            clock: clock.clone(),
            pace,
        };
        accounts.replace(config);
        accounts
    }

    /// From now on these are the accounts. Gives those that are new or other ones than before.
    pub(crate) fn replace(&self, config: &Config) -> Vec<AccountId> {
        let before = self.all();
        let mut changed = Vec::new();
        let parties = config.accounts.iter().map(|configured| {
            let known = before
                .iter()
                .find(|party| party.id() == &configured.account.id);
            match known {
                Some(party) if party.configured == *configured => party.clone(),
                _ => {
                    changed.push(configured.account.id.clone());
                    Arc::new(Party::new(configured, &self.clock, self.pace))
                }
            }
        });
        let parties: Arc<[_]> = parties.collect();
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        // A configured address counts at once; one that a tunnel told goes on counting.
        if let Some(url) = &config.public_url {
            now.public_url = Some(url.clone());
        }
        now.at_the_door = at_the_door(&parties, now.public_url.as_ref());
        now.parties = parties;
        changed
    }

    /// The pause between two requests where an account says nothing else.
    pub(crate) fn pace(&self) -> Duration {
        self.pace
    }

    fn all(&self) -> Arc<[Arc<Party>]> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.parties.clone()
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Party>> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let found = now.parties.iter().find(|party| party.id().as_str() == id);
        found.cloned()
    }

    /// As [`Accounts::get`]; for an account that is not configured any more, one that can read what is
    /// here of it and has no keys to ask with.
    pub(crate) fn known(&self, id: &AccountId, provider: &str) -> Option<Arc<Party>> {
        self.get(id.as_str()).or_else(|| {
            let configured = retired(id, find(provider)?)?;
            Some(Arc::new(Party::new(&configured, &self.clock, self.pace)))
        })
    }

    /// As they are now.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Arc<Party>> {
        let all = self.all();
        (0..all.len()).map(move |place| all[place].clone())
    }

    /// From now on webhooks come to this public address. Some signatures cover it.
    pub(crate) fn set_public_url(&self, url: Option<&Url>) {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        now.at_the_door = at_the_door(&now.parties, url);
        now.public_url = url.cloned();
    }
}

fn at_the_door(parties: &[Arc<Party>], url: Option<&Url>) -> Vec<Arc<Account>> {
    let account = |party: &Arc<Party>| {
        let webhook_url = url.map(|url| webhook_url(url, party.id()));
        if party.account().webhook_url == webhook_url {
            return party.account().clone();
        }
        Arc::new(Account {
            webhook_url,
            ..(**party.account()).clone()
        })
    };
    parties.iter().map(account).collect()
}

/// An account that is gone from the file: its provider can still be told what its documents are.
fn retired(id: &AccountId, provider: &'static dyn Provider) -> Option<ConfiguredAccount> {
    let base_url = Url::parse(&provider.default_base_url(&|_| None)).ok()?;
    let account = Account {
        id: id.clone(),
        provider: provider.name(),
        base_url,
        webhook_url: None,
        options: std::collections::BTreeMap::new(),
        secrets: Secrets::default(),
        media_hosts: Vec::new(),
        allow_private_network: false,
        accept_unsigned: false,
    };
    Some(ConfiguredAccount::retired(Arc::new(account), provider))
}

impl ringback_intake::Accounts for Accounts {
    fn find(&self, id: &str) -> Option<(Arc<Account>, &'static dyn Provider)> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let is_it = |party: &Arc<Party>| party.id().as_str() == id;
        let place = now.parties.iter().position(is_it)?;
        let account = now.at_the_door.get(place)?;
        Some((account.clone(), now.parties[place].provider()))
    }
}
