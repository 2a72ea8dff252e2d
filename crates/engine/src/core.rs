//! What all parts of the running engine share.

use std::{
    future::Future,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use ringback_archive::Archive;
use ringback_model::{AccountId, CallId, Clock, ProviderCallId};
use ringback_store::{CallFilter, Store, StoreError, Writer};
use tokio::{
    sync::{Notify, broadcast},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    EngineError, Home,
    accounts::{Accounts, Party},
    apply::Applier,
    config::Config,
    engine::Variables,
    fetch::Fetcher,
    health::LandedLately,
    keys::Keys,
    lease::Takers,
    live::Live,
    news::News,
    offsite::Offsite,
    playback::Desk,
    poll::Polls,
    pulse,
    resync::{Runs, Sweeping},
    stuck,
    tunnel::Tunneling,
    webhooks::Turn,
};

/// How many jobs of an account that is not in `config.toml` are taken: none. They wait for it to come
/// back, so that a slip in the file costs nothing.
pub(crate) const NOT_CONFIGURED: usize = 0;

/// The shared parts. Everything that runs holds it; it holds nothing that runs.
pub(crate) struct Core {
    pub home: Home,
    pub clock: Clock,
    pub live: Live,
    /// Names this process, and each time it takes jobs, in leases.
    pub takers: Takers,
    pub environment: Variables,
    pub keys: Keys,
    pub is_demo: bool,
    /// Whether this process does the background work when no other does.
    pub does_background: bool,
    pub store: Arc<Store>,
    pub archive: Archive,
    pub accounts: Accounts,
    pub applier: Applier,
    pub fetcher: Fetcher,
    /// The second copies, if they are configured.
    pub offsite: RwLock<Option<Arc<Offsite>>>,
    pub runs: Runs,
    pub sweeping: Sweeping,
    pub polls: Polls,
    pub stuck: stuck::Watch,
    pub desk: Desk,
    pub tunnel: Tunneling,
    /// What landed lately, for what is foretold of the disk.
    pub landed: LandedLately,
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
    /// What is configured now.
    pub(crate) fn config(&self) -> Arc<Config> {
        self.live.config()
    }

    /// The second copies, if they are configured now.
    pub(crate) fn offsite(&self) -> Option<Arc<Offsite>> {
        let offsite = self.offsite.read().unwrap_or_else(PoisonError::into_inner);
        offsite.clone()
    }

    pub(crate) fn set_offsite(&self, offsite: Option<Arc<Offsite>>) {
        *self.offsite.write().unwrap_or_else(PoisonError::into_inner) = offsite;
    }

    /// Runs something beside; it is waited for at the end.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// Looks again and again until the program ends: when somebody rings for work, and at the latest
    /// after `most`. Between two looks is a pause of `least`, however often it rings meanwhile.
    pub(crate) async fn rounds<F>(
        self: &Arc<Self>,
        least: Duration,
        most: Duration,
        mut look: impl FnMut(Arc<Self>) -> F,
    ) where
        F: Future<Output = ()>,
    {
        while !self.stop.is_cancelled() {
            let rung = self.work.notified();
            tokio::pin!(rung);
            // A ring during the look counts: what it is about may not have been seen.
            rung.as_mut().enable();
            look(self.clone()).await;
            let earliest = Instant::now() + least;
            let next = async {
                tokio::select! {
                    () = rung => {}
                    () = pulse::beat(most) => {}
                }
                // Over already, unless somebody rang.
                tokio::time::sleep_until(earliest).await;
            };
            self.stop.run_until_cancelled(next).await;
        }
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
        let party = self.accounts.get(account);
        party.ok_or_else(|| EngineError::NoSuchAccount(account.to_owned()))
    }

    /// The account asked for, or all.
    pub(crate) fn parties(&self, account: Option<&str>) -> Result<Vec<Arc<Party>>, EngineError> {
        match account {
            Some(account) => Ok(vec![self.party(account)?]),
            None => Ok(self.accounts.iter().collect()),
        }
    }

    /// The account whose provider is to be asked.
    pub(crate) fn asked_party(&self, account: &str) -> Result<Arc<Party>, EngineError> {
        let party = self.party(account)?;
        if party.is_paused() {
            return Err(EngineError::NotNow(
                "the account is paused, so its provider is not asked; let it go on first",
            ));
        }
        Ok(party)
    }

    /// The account asked for, or all that are not paused, to ask their providers.
    pub(crate) fn asked_parties(
        &self,
        account: Option<&str>,
    ) -> Result<Vec<Arc<Party>>, EngineError> {
        if let Some(account) = account {
            return Ok(vec![self.asked_party(account)?]);
        }
        let all = self.accounts.iter();
        Ok(all.filter(|party| !party.is_paused()).collect())
    }

    /// How many jobs of each account may be in work that asks its provider: `most` says it for the
    /// accounts that are to be asked, and the others wait. What is not configured (any more) waits too: see
    /// [`NOT_CONFIGURED`].
    pub(crate) fn budgets(&self, most: impl Fn(&Party) -> usize) -> Vec<(AccountId, usize)> {
        let budget = |party: Arc<Party>| {
            let most = if party.is_paused() { 0 } else { most(&party) };
            (party.id().clone(), most)
        };
        self.accounts.iter().map(budget).collect()
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
