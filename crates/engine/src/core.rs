//! What all parts of the running engine share.

use std::{future::Future, sync::Arc};

use ringback_archive::Archive;
use ringback_keys::Vault;
use ringback_model::{AccountId, CallId, Clock, ProviderCallId};
use ringback_store::{CallFilter, Store, StoreError, Writer};
use tokio::sync::{Notify, broadcast};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    EngineError, Home,
    accounts::{Accounts, Party},
    apply::Applier,
    config::Config,
    fetch::Fetcher,
    news::News,
    offsite::Offsite,
    playback::Desk,
    poll::Polls,
    resync::{Runs, Sweeping},
    stuck,
    tunnel::Tunneling,
    webhooks::Turn,
};

/// The shared parts. Everything that runs holds it; it holds nothing that runs.
pub(crate) struct Core {
    pub home: Home,
    pub clock: Clock,
    pub config: Config,
    pub vault: Arc<dyn Vault>,
    pub is_demo: bool,
    /// Whether this process does the background work when no other does.
    pub does_background: bool,
    pub store: Arc<Store>,
    pub archive: Archive,
    pub accounts: Accounts,
    pub applier: Applier,
    pub fetcher: Fetcher,
    /// The second copies, if they are configured.
    pub offsite: Option<Offsite>,
    pub runs: Runs,
    pub sweeping: Sweeping,
    pub polls: Polls,
    pub stuck: stuck::Watch,
    pub desk: Desk,
    pub tunnel: Tunneling,
    /// Whose turn it is to write webhook addresses at providers.
    pub webhooks: Turn,
    pub news: broadcast::Sender<News>,
    /// Rung when there may be something to fetch or to ask for.
    pub work: Arc<Notify>,
    /// Cancelled when the program ends.
    pub stop: CancellationToken,
    pub tasks: TaskTracker,
}

impl Core {
    /// Runs something beside; it is waited for at the end.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// Tells whoever looks.
    pub(crate) fn tell(&self, news: News) {
        // Nobody may be looking.
        let _ = self.news.send(news);
    }

    /// Writes what people ask for: it is on the disk when this comes back.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.store.write_async(work, move |result| {
            // Whoever asked may be gone; it is written all the same.
            let _ = answer.send(result);
        });
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    pub(crate) fn party(&self, account: &str) -> Result<Arc<Party>, EngineError> {
        let party = self.accounts.get(account).cloned();
        party.ok_or_else(|| EngineError::NoSuchAccount(account.to_owned()))
    }

    /// The account asked for, or all.
    pub(crate) fn parties(&self, account: Option<&str>) -> Result<Vec<Arc<Party>>, EngineError> {
        match account {
            Some(account) => Ok(vec![self.party(account)?]),
            None => Ok(self.accounts.iter().cloned().collect()),
        }
    }

    /// The call that `text` names: Ringback's id, or a provider's id of it or of one of its legs.
    pub(crate) fn find_call(&self, text: &str) -> Result<Option<FoundCall>, EngineError> {
        let found = self.store.read(|reader| {
            let Some(id) = reader.calls().named(text)?.first().copied() else {
                return Ok(None);
            };
            reader.calls().light(id)
        })?;
        Ok(found.map(|record| FoundCall {
            id: record.id,
            account: record.account,
            provider_call_id: record.call.provider_call_id,
        }))
    }

    pub(crate) fn calls_with_missing_data(
        &self,
        account: &AccountId,
    ) -> Result<Vec<ProviderCallId>, EngineError> {
        let filter = CallFilter {
            account: Some(account.clone()),
            has_missing: true,
            ..CallFilter::default()
        };
        let mut calls = Vec::new();
        let mut after = None;
        loop {
            let page = self
                .store
                .read(|reader| reader.calls().page(&filter, after, 500))?;
            calls.extend(page.rows.into_iter().map(|row| row.provider_call_id));
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(calls),
            }
        }
    }
}

/// A call that was found by some name.
pub(crate) struct FoundCall {
    pub id: CallId,
    pub account: AccountId,
    pub provider_call_id: ProviderCallId,
}
