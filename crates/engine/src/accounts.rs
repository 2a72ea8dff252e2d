//! The configured accounts, each with its provider and the way to ask it.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use ringback_model::{AccountId, Clock};
use ringback_providers::{
    Account, Client, Provider,
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
    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.configured.account
    }

    pub(crate) fn id(&self) -> &AccountId {
        &self.configured.account.id
    }

    pub(crate) fn provider(&self) -> &'static dyn Provider {
        self.configured.provider
    }
}

/// All of them, in the file's order.
#[derive(Clone)]
pub(crate) struct Accounts {
    parties: Arc<Vec<Arc<Party>>>,
    /// The accounts as they are under the present public address, in the same order.
    at_the_door: Arc<RwLock<Vec<Arc<Account>>>>,
}

impl Accounts {
    pub(crate) fn new(config: &Config, clock: &Clock, pace: Duration) -> Self {
        let parties = config.accounts.iter().map(|configured| {
            let account = &configured.account;
            let pace = configured.limits.pace.unwrap_or(pace);
            let http = Http::for_account(account, clock.clone(), pace);
            let client = |urgency| {
                let http = http.walked_for(urgency);
                configured.provider.client(account.clone(), http)
            };
            Arc::new(Party {
                client: client(Urgency::Live),
                fetching: client(Urgency::Recording),
                backlog: client(Urgency::Backlog),
                configured: configured.clone(),
            })
        });
        let parties: Vec<_> = parties.collect();
        let at_the_door = parties.iter().map(|party| party.account().clone());
        Self {
            at_the_door: Arc::new(RwLock::new(at_the_door.collect())),
            parties: Arc::new(parties),
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Party>> {
        self.parties.iter().find(|party| party.id().as_str() == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Party>> {
        self.parties.iter()
    }

    /// From now on webhooks come to this public address. Some signatures cover it.
    pub(crate) fn set_public_url(&self, url: Option<&Url>) {
        let accounts = self.parties.iter().map(|party| {
            let webhook_url = url.map(|url| webhook_url(url, party.id()));
            if party.account().webhook_url == webhook_url {
                return party.account().clone();
            }
            Arc::new(Account {
                webhook_url,
                ..(**party.account()).clone()
            })
        });
        let accounts = accounts.collect();
        *self
            .at_the_door
            .write()
            .unwrap_or_else(PoisonError::into_inner) = accounts;
    }
}

impl ringback_intake::Accounts for Accounts {
    fn find(&self, id: &str) -> Option<(Arc<Account>, &'static dyn Provider)> {
        let place = self
            .parties
            .iter()
            .position(|party| party.id().as_str() == id)?;
        let accounts = self
            .at_the_door
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Some((accounts.get(place)?.clone(), self.parties[place].provider()))
    }
}
