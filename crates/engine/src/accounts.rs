//! The configured accounts, each with its provider and the way to ask it.

use std::{sync::Arc, time::Duration};

use ringback_model::{AccountId, Clock};
use ringback_providers::{Account, Client, Provider, http::Http};

use crate::config::{Config, ConfiguredAccount};

/// The pause between the starts of two requests to one account.
pub(crate) const PACE: Duration = Duration::from_millis(100);

/// An account that can be asked.
pub(crate) struct Party {
    pub(crate) configured: ConfiguredAccount,
    pub(crate) client: Box<dyn Client>,
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
            let http = Http::for_account(account, clock.clone(), pace);
            Arc::new(Party {
                client: configured.provider.client(account.clone(), http),
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
