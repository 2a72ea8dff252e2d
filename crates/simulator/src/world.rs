//! Everything the simulated providers know. One world, all accounts, one lock; clones are handles to the same world.
//!
//! Nothing here waits: what a provider says at a moment follows from the calls' timelines and the clock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use thiserror::Error;
use url::Url;

use crate::account::{Account, AccountSetup, SimAccount};
use crate::call::{Call, Draft};
use crate::clock::Clock;
use crate::delivery::{Delivery, DeliveryReport};
use crate::dice::Dice;
use crate::script::CallScript;
use crate::seen::SeenRequest;
use crate::speech::Format;
use crate::stand_in::{self, Announcement, Patience};
use crate::switches::Switches;
use crate::things::Thing;
use crate::timeline::Timeline;
use crate::truth::Truth;

/// A test asked for something that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorldError {
    /// The account's provider has no stand-in.
    #[error("no stand-in for the provider {0:?}; there are {names}", names = stand_in::names())]
    UnknownProvider(String),
    /// No such account.
    #[error("the simulator has no account {0:?}")]
    UnknownAccount(String),
    /// No such call.
    #[error("the simulator has no call {0:?}")]
    UnknownCall(String),
}

/// A handle to the simulated providers.
#[derive(Clone)]
pub struct World {
    inner: Arc<Mutex<Inner>>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inner = self.lock();
        f.debug_struct("World")
            .field("accounts", &inner.accounts.len())
            .field("calls", &inner.calls.len())
            .finish()
    }
}

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) dice: Dice,
    pub(crate) accounts: Vec<Account>,
    pub(crate) calls: Vec<Call>,
    /// Ids of calls and of their child legs.
    by_id: HashMap<String, usize>,
    by_token: HashMap<String, usize>,
    pending: Vec<Pending>,
    announced: u64,
    seen: Vec<SeenRequest>,
    forgotten: usize,
    reports: Vec<DeliveryReport>,
}

#[derive(Debug, Clone)]
struct Pending {
    number: u64,
    call: usize,
    announcement: Announcement,
    /// How often it was lost.
    lost: usize,
    /// How much later it comes for that.
    held: Duration,
}

impl World {
    /// A world with these accounts and no calls yet.
    ///
    /// # Errors
    /// When a provider has no stand-in.
    pub fn new(
        seed: u64,
        clock: Arc<dyn Clock>,
        accounts: &[AccountSetup],
    ) -> Result<Self, WorldError> {
        let inner = Inner::new(seed, accounts)?;
        Ok(Self {
            inner: Arc::new(Mutex::new(inner)),
            clock,
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// All accounts.
    #[must_use]
    pub fn accounts(&self) -> Vec<SimAccount> {
        self.lock().accounts.iter().map(Account::public).collect()
    }

    /// The address that the customer configured as webhook address, without `/webhooks/...`. Twilio signs it.
    pub fn set_door(&self, door: &Url) {
        let door = door.as_str().trim_end_matches('/');
        self.lock()
            .accounts
            .iter_mut()
            .for_each(|account| account.door = door.into());
    }

    /// Sets one of the keys that only this provider has in `config.toml`. What the key is about changes at the stand-in
    /// as well: with Vapi's `webhook_auth = "hmac"` it signs.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn set_option(
        &self,
        account: &str,
        key: &'static str,
        value: &str,
    ) -> Result<(), WorldError> {
        let mut inner = self.lock();
        let index = inner.account_index(account)?;
        let options = &mut inner.accounts[index].credentials.options;
        options.retain(|(name, _)| *name != key);
        options.push((key, value.into()));
        Ok(())
    }

    /// Puts a thing there as its provider's API shows it (an agent, a number, an application), in place of the one with
    /// the same id.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn configure(
        &self,
        account: &str,
        kind: Thing,
        document: serde_json::Value,
    ) -> Result<(), WorldError> {
        let mut inner = self.lock();
        let index = inner.account_index(account)?;
        inner.accounts[index].things.put(kind, document);
        Ok(())
    }

    /// A thing that was configured or changed, as it is now.
    #[must_use]
    pub fn configured(&self, account: &str, kind: Thing, id: &str) -> Option<serde_json::Value> {
        let inner = self.lock();
        let index = inner.account_index(account).ok()?;
        inner.accounts[index].things.find(kind, id).cloned()
    }

    /// Tells an account where its listeners are.
    pub(crate) fn settle(&self, account: usize, api: String, storage: String) {
        let mut inner = self.lock();
        inner.accounts[account].api = api;
        inner.accounts[account].storage = storage;
    }

    /// Places a call now and returns the provider's id of it.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn place(&self, account: &str, script: CallScript) -> Result<String, WorldError> {
        self.place_at(account, script, self.now())
    }

    /// Places a call at any moment, also in the past; its webhooks are due from then on.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn place_at(
        &self,
        account: &str,
        script: CallScript,
        at: Timestamp,
    ) -> Result<String, WorldError> {
        let mut inner = self.lock();
        let index = inner.account_index(account)?;
        let draft = Draft {
            number: inner.calls.len() as u64,
            account: index,
            script,
            placed: at,
            story: None,
        };
        let call = Call::of(draft, &inner.accounts[index], inner.dice);
        let id = call.id.clone();
        inner.enter(call);
        Ok(id)
    }

    /// The account's switchboard.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn switches(&self, account: &str) -> Result<Switches, WorldError> {
        let inner = self.lock();
        Ok(inner.accounts[inner.account_index(account)?]
            .switches
            .clone())
    }

    /// Takes all webhooks that are due by `until`, in the order in which they reach the door, signed now. Faults have
    /// struck already: lost ones are missing, duplicates are there twice.
    #[must_use]
    pub fn webhooks_due(&self, until: Timestamp) -> Vec<Delivery> {
        let now = self.now();
        self.lock().take_due(until, now)
    }

    /// When the next webhook is due.
    #[must_use]
    pub fn next_webhook_at(&self) -> Option<Timestamp> {
        let inner = self.lock();
        inner.pending.iter().map(|pending| inner.due(pending)).min()
    }

    /// The same webhook signed again now, as a provider does when it repeats one.
    #[must_use]
    pub fn signed_again(&self, delivery: &Delivery) -> Delivery {
        let now = self.now();
        let inner = self.lock();
        let mut again = delivery.clone();
        if let Ok(index) = inner.account_index(&delivery.account) {
            let account = &inner.accounts[index];
            let url = format!("{}{}", account.door, delivery.url_path);
            again.headers =
                account
                    .provider
                    .headers(account, &url, &delivery.body, delivery.number, now);
        }
        again
    }

    /// What the provider knows about the call now. `None` also when it forgot it.
    #[must_use]
    pub fn truth(&self, call: &str) -> Option<Truth> {
        self.truth_at(call, self.now())
    }

    /// What the provider knows about the call at a moment.
    #[must_use]
    pub fn truth_at(&self, call: &str, at: Timestamp) -> Option<Truth> {
        let inner = self.lock();
        let call = inner.call(call)?;
        let account = &inner.accounts[call.account];
        call.exists(at)
            .then(|| account.provider.truth(account, call, at))
    }

    /// Whether the API was asked to delete the recording of a call, and did.
    #[must_use]
    pub fn recording_is_deleted(&self, call: &str) -> bool {
        let inner = self.lock();
        inner.call(call).is_some_and(|call| call.recording_deleted)
    }

    /// When what happens in a call.
    #[must_use]
    pub fn timeline(&self, call: &str) -> Option<Timeline> {
        self.lock().call(call).map(|call| call.timeline.clone())
    }

    /// The ids of all calls of the account that its provider knows now, oldest first.
    #[must_use]
    pub fn calls(&self, account: &str) -> Vec<String> {
        let now = self.now();
        let inner = self.lock();
        let Ok(index) = inner.account_index(account) else {
            return Vec::new();
        };
        inner
            .calls
            .iter()
            .filter(|call| call.account == index && call.exists(now))
            .map(|call| call.id.clone())
            .collect()
    }

    /// The exact bytes of a recording's file, whether it can be fetched or not.
    #[must_use]
    pub fn recording_bytes(&self, call: &str, format: Format, channels: u16) -> Option<Bytes> {
        let sound = {
            let inner = self.lock();
            let call = inner.call(call).filter(|call| call.kept())?;
            call.sound(format, channels)
        };
        Some(sound.bytes())
    }

    /// Lets the API leave out transcript, analysis, cost and recording of an ended call until `until`.
    ///
    /// # Errors
    /// When there is no such call.
    pub fn hide(&self, call: &str, until: Timestamp) -> Result<(), WorldError> {
        self.change(call, |call| call.hidden_until = Some(until))
    }

    /// Lets the provider forget a call and its files.
    ///
    /// # Errors
    /// When there is no such call.
    pub fn delete(&self, call: &str) -> Result<(), WorldError> {
        self.change(call, |call| call.deleted = true)
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Call)) -> Result<(), WorldError> {
        let mut inner = self.lock();
        let index = *inner
            .by_id
            .get(id)
            .ok_or_else(|| WorldError::UnknownCall(id.into()))?;
        change(&mut inner.calls[index]);
        Ok(())
    }

    /// All requests so far, oldest first.
    #[must_use]
    pub fn seen(&self) -> Vec<SeenRequest> {
        self.lock().seen.clone()
    }

    /// Forgets the requests so far.
    pub fn forget_seen(&self) {
        let mut inner = self.lock();
        inner.forgotten += inner.seen.len();
        inner.seen.clear();
    }

    /// Writes a request down and returns its place for [`World::answered`].
    pub(crate) fn see(&self, request: SeenRequest) -> usize {
        let mut inner = self.lock();
        inner.seen.push(request);
        inner.forgotten + inner.seen.len() - 1
    }

    pub(crate) fn answered(&self, place: usize, status: u16) {
        let mut inner = self.lock();
        if let Some(index) = place.checked_sub(inner.forgotten)
            && let Some(seen) = inner.seen.get_mut(index)
        {
            seen.status = Some(status);
        }
    }

    pub(crate) fn patience(&self, account: &str) -> Option<Patience> {
        let inner = self.lock();
        inner
            .account_index(account)
            .ok()
            .map(|index| inner.accounts[index].provider.patience())
    }

    pub(crate) fn dice(&self) -> Dice {
        self.lock().dice
    }

    /// How live deliveries went, oldest first.
    #[must_use]
    pub fn deliveries(&self) -> Vec<DeliveryReport> {
        self.lock().reports.clone()
    }

    pub(crate) fn report(&self, report: DeliveryReport) {
        self.lock().reports.push(report);
    }
}

impl Inner {
    pub(crate) fn new(seed: u64, accounts: &[AccountSetup]) -> Result<Self, WorldError> {
        let dice = Dice::new(seed);
        let accounts = (0..)
            .zip(accounts)
            .map(|(number, setup)| {
                let provider = stand_in::named(&setup.provider)
                    .ok_or_else(|| WorldError::UnknownProvider(setup.provider.clone()))?;
                Ok(Account::of(setup, provider, dice, number))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            dice,
            accounts,
            calls: Vec::new(),
            by_id: HashMap::new(),
            by_token: HashMap::new(),
            pending: Vec::new(),
            announced: 0,
            seen: Vec::new(),
            forgotten: 0,
            reports: Vec::new(),
        })
    }

    pub(crate) fn account_index(&self, id: &str) -> Result<usize, WorldError> {
        let found = self.accounts.iter().position(|account| account.id == id);
        found.ok_or_else(|| WorldError::UnknownAccount(id.into()))
    }

    /// The call of that id, or the call that the leg of that id belongs to.
    pub(crate) fn call(&self, id: &str) -> Option<&Call> {
        self.by_id.get(id).map(|&index| &self.calls[index])
    }

    /// The call whose files have that token.
    pub(crate) fn call_of_token(&self, token: &str) -> Option<&Call> {
        self.by_token.get(token).map(|&index| &self.calls[index])
    }

    fn enter(&mut self, call: Call) {
        let index = self.calls.len();
        self.by_id.insert(call.id.clone(), index);
        self.by_id
            .extend(call.child.as_ref().map(|leg| (leg.id.clone(), index)));
        self.by_token.insert(call.token.clone(), index);
        for announcement in self.accounts[call.account].provider.announcements(&call) {
            self.announced += 1;
            self.pending.push(Pending {
                number: self.announced,
                call: index,
                announcement,
                lost: 0,
                held: Duration::ZERO,
            });
        }
        self.calls.push(call);
    }

    /// When it really reaches the door.
    fn due(&self, pending: &Pending) -> Timestamp {
        let call = &self.calls[pending.call];
        let faults = self.accounts[call.account].switches.faults();
        let at = pending.announcement.at;
        let held_back = faults.recording_before_call && !pending.announcement.about_recording;
        let announced = call.timeline.recording_ready.filter(|_| held_back);
        let at = announced.map_or(at, |ready| at.max(ready + Duration::from_secs(1)));
        at + faults.delay_webhooks + pending.held
    }

    fn take_due(&mut self, until: Timestamp, now: Timestamp) -> Vec<Delivery> {
        let mut due: Vec<(Timestamp, Pending)> = Vec::new();
        let pending = std::mem::take(&mut self.pending);
        for pending in pending {
            let at = self.due(&pending);
            if at <= until {
                due.push((at, pending))
            } else {
                self.pending.push(pending)
            }
        }
        due.sort_by_key(|(at, pending)| (*at, pending.number));

        let mut deliveries: Vec<Delivery> = Vec::new();
        for (at, pending) in due {
            let call = &self.calls[pending.call];
            let account = &self.accounts[call.account];
            if account.switches.strikes(|faults| &mut faults.lose_webhooks) {
                let again = account.provider.lost_again_after().get(pending.lost);
                self.pending.extend(again.map(|pause| Pending {
                    lost: pending.lost + 1,
                    held: pending.held + *pause,
                    ..pending
                }));
                continue;
            }
            let delivery = self.delivery(&pending, at, now);
            if account
                .switches
                .strikes(|faults| &mut faults.duplicate_webhooks)
            {
                deliveries.push(delivery.clone());
            }
            deliveries.push(delivery);
        }
        for account in self
            .accounts
            .iter()
            .filter(|account| account.switches.faults().reorder_webhooks)
        {
            let places: Vec<usize> = (0..deliveries.len())
                .filter(|&index| deliveries[index].account == account.id)
                .collect();
            for swap in 0..places.len() / 2 {
                deliveries.swap(places[swap], places[places.len() - 1 - swap]);
            }
        }
        deliveries
    }

    fn delivery(&self, pending: &Pending, due: Timestamp, now: Timestamp) -> Delivery {
        let call = &self.calls[pending.call];
        let account = &self.accounts[call.account];
        let url_path = account.url_path();
        let body = account.provider.body(self, call, &pending.announcement);
        let url = format!("{}{url_path}", account.door);
        Delivery {
            number: pending.number,
            account: account.id.clone(),
            call_id: call.id.clone(),
            kind: pending.announcement.kind.clone(),
            due,
            url_path,
            method: "POST",
            headers: account
                .provider
                .headers(account, &url, &body, pending.number, now),
            body: body.into(),
        }
    }
}
