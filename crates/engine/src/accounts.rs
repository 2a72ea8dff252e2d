//! The configured accounts, each with its provider and the way to ask it.

use std::{sync::Arc, time::Duration};

use ringback_model::{AccountId, Clock};
use ringback_providers::{
    Account, Client, Provider,
    http::{Http, Urgency},
};

use crate::config::{Config, ConfiguredAccount};

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
pub(crate) struct Accounts(Arc<Vec<Arc<Party>>>);

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
        Self(Arc::new(parties.collect()))
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Party>> {
        self.0.iter().find(|party| party.id().as_str() == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Party>> {
        self.0.iter()
    }
}

impl ringback_intake::Accounts for Accounts {
    fn find(&self, id: &str) -> Option<(Arc<Account>, &'static dyn Provider)> {
        let party = self.get(id)?;
        Some((party.account().clone(), party.provider()))
    }
}
