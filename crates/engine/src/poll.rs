//! Asking the providers, so that what webhooks missed is found: the list of calls every few minutes,
//! and the calls that seem to go on every few seconds.
//!
//! How far the list is known to be complete is a cursor in the database; it moves only when a whole
//! walk has been taken in. A walk begins earlier than the cursor, because a call is listed by its
//! start and a long one was not over when the last walk came by. The cursor is a moment of the
//! provider's clock where it tells the time: ours may be wrong while it is read.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use ringback_model::{AccountId, ProviderCallId, Status};
use ringback_providers::ApiError;
use ringback_store::{CallFilter, NewAlert, StoreError};

use crate::{EngineError, accounts::Party, apply::Ours, catch_up, core::Core, news::News};

/// How far back the first walk of a new account goes.
const FIRST_WALK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Calls that seem to go on are looked at this often.
const ONGOING_EVERY: SignedDuration = SignedDuration::from_secs(15);

/// A call that the provider does not know so long after it was first heard of is gone.
const GONE_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// While the network is gone, it is looked this often whether it is back.
const CUT_OFF: SignedDuration = SignedDuration::from_secs(30);

/// How often an alert is worth raising for a provider that cannot be reached.
const FAILURES_BEFORE_ALERT: u32 = 3;

/// How far the list is known to be complete.
pub(crate) const CURSOR: &str = "list_complete_until";

/// When each account was asked last, and how that went.
#[derive(Debug, Default)]
pub(crate) struct Polls(Mutex<BTreeMap<AccountId, Poll>>);

/// The state of asking one account.
#[derive(Clone, Debug, Default)]
pub struct Poll {
    /// When the list was last read to its end.
    pub last_at: Option<Timestamp>,
    /// What went wrong the last time, if it did.
    pub last_error: Option<Arc<EngineError>>,
    next_list: Option<Timestamp>,
    next_ongoing: Option<Timestamp>,
    failures: u32,
    running: bool,
}

impl Poll {
    /// Whether the account is being asked at this moment, or would be at `now`.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.running || is_due(self.next_list, now) || is_due(self.next_ongoing, now)
    }
}

impl Polls {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<AccountId, Poll>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How asking this account went.
    pub(crate) fn of(&self, account: &AccountId) -> Poll {
        self.lock().get(account).cloned().unwrap_or_default()
    }

    /// Nothing is known of how asking it went: it is another account now, and due.
    pub(crate) fn forget(&self, account: &AccountId) {
        if let Some(poll) = self.lock().get_mut(account) {
            *poll = Poll {
                running: poll.running,
                ..Poll::default()
            };
        }
    }

    /// After a sleep, or when the clock was set, everything is due.
    pub(crate) fn all_due(&self) {
        for poll in self.lock().values_mut() {
            poll.next_list = None;
            poll.next_ongoing = None;
        }
    }

    fn begin(&self, account: &AccountId, now: Timestamp) -> Option<Due> {
        let mut polls = self.lock();
        let poll = polls.entry(account.clone()).or_default();
        if poll.running {
            return None;
        }
        let due = Due {
            list: is_due(poll.next_list, now),
            ongoing: is_due(poll.next_ongoing, now),
        };
        (due.list || due.ongoing).then(|| {
            poll.running = true;
            due
        })
    }
}

fn is_due(next: Option<Timestamp>, now: Timestamp) -> bool {
    next.is_none_or(|at| at <= now)
}

#[derive(Clone, Copy)]
struct Due {
    list: bool,
    ongoing: bool,
}

/// Starts asking every account for which it is time.
pub(crate) fn start_due(core: &Arc<Core>) {
    let now = core.clock.now();
    for party in core.accounts.iter() {
        let Some(every) = party.configured.poll_every.filter(|_| !party.is_paused()) else {
            continue;
        };
        // Without an answer nothing would be known to be complete, and no call known to be gone.
        if !party.provider().has_api() {
            continue;
        }
        let Some(due) = core.polls.begin(party.id(), now) else {
            continue;
        };
        let (core, party) = (core.clone(), party.clone());
        core.clone().spawn(async move {
            let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::from_mins(5));
            poll(&core, &party, due, every).await;
        });
    }
}

/// Says that nobody is asking any more, also when asking ends by a panic.
struct Asking<'a>(&'a Polls, &'a AccountId);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(poll) = self.0.lock().get_mut(self.1) {
            poll.running = false;
        }
    }
}

async fn poll(core: &Arc<Core>, party: &Arc<Party>, due: Due, every: SignedDuration) {
    let _asking = Asking(&core.polls, party.id());
    let began = core.clock.now();
    let was_cut_off = core
        .polls
        .of(party.id())
        .last_error
        .is_some_and(|error| catch_up::is_network(&error));
    let mut result = Ok(());
    if due.list {
        result = walk(core, party, began, every).await;
        core.applier.meters.polled(party.id(), result.is_ok());
    }
    if due.ongoing && result.is_ok() {
        result = look_at_ongoing(core, party).await;
    }
    let alert = {
        let mut polls = core.polls.lock();
        let poll = polls.entry(party.id().clone()).or_default();
        // The clock may have been set back meanwhile.
        let began = began.min(core.clock.now());
        let later = |pause| began.saturating_add(pause).unwrap_or(Timestamp::MAX);
        poll.next_ongoing = Some(later(ONGOING_EVERY));
        if due.list {
            let is_cut_off = result.as_ref().is_err_and(catch_up::is_network);
            let pause = if is_cut_off {
                every.min(CUT_OFF)
            } else {
                every
            };
            poll.next_list = Some(later(pause));
        }
        match result {
            Ok(()) => {
                if due.list {
                    poll.last_at = Some(began);
                    poll.last_error = None;
                    poll.failures = 0;
                }
                None
            }
            Err(error) => {
                poll.failures += 1;
                let is_refused = matches!(error, EngineError::Provider(ApiError::KeyRefused));
                tracing::warn!(account = %party.id(), %error, "the provider's list could not be read");
                poll.last_error = Some(Arc::new(error));
                (is_refused || poll.failures >= FAILURES_BEFORE_ALERT).then_some(is_refused)
            }
        }
    };
    let is_back = was_cut_off && alert.is_none() && core.polls.of(party.id()).last_error.is_none();
    if is_back && let Err(error) = catch_up::network_is_back(core, party.id()).await {
        tracing::error!(%error, "what failed without a network is tried again later");
    }
    if let Err(error) = tell(core, party, alert, due.list).await {
        tracing::error!(%error, "an alert is not written");
    }
    core.tell(News::Health);
}

async fn tell(
    core: &Core,
    party: &Party,
    alert: Option<bool>,
    walked: bool,
) -> Result<(), EngineError> {
    let subject = party.id().to_string();
    let is_well = walked && core.polls.of(party.id()).last_error.is_none();
    core.applier
        .write(move |writer| {
            if let Some(is_refused) = alert {
                let kind = if is_refused {
                    "key_refused"
                } else {
                    "poll_failed"
                };
                writer.alerts_mut().raise(&NewAlert {
                    kind: kind.into(),
                    subject,
                    params: serde_json::json!({}),
                })?;
            } else if is_well {
                writer.alerts_mut().resolve("key_refused", &subject)?;
                writer.alerts_mut().resolve("poll_failed", &subject)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Reads the list from where it is known to be complete.
async fn walk(
    core: &Arc<Core>,
    party: &Arc<Party>,
    began: Timestamp,
    every: SignedDuration,
) -> Result<(), EngineError> {
    let cursor = core.store.read(|reader| {
        let cursors = reader.cursors();
        // A database that was lost may not have it yet.
        match cursors.get(party.id(), CURSOR)? {
            None => cursors.kept(party.id(), CURSOR),
            cursor => Ok(cursor),
        }
    })?;
    let complete_until = cursor.and_then(|text| text.parse::<Timestamp>().ok());
    let since = match complete_until {
        Some(until) => until.min(began).saturating_sub(party.client.list_overlap()),
        None => began.saturating_sub(FIRST_WALK),
    }
    .unwrap_or(Timestamp::MIN);
    let (mut page, mut read_at) = (None, None);
    loop {
        let listed = party.client.list(since, page.as_deref()).await?;
        // What changes while the pages are read may be missing on those that were read before.
        read_at = read_at.or(listed.at);
        core.applier.take_listed(party, listed.snapshots).await?;
        page = listed.next;
        if page.is_none() {
            break;
        }
        if core.stop.is_cancelled() {
            return Ok(());
        }
    }
    let account = party.id().clone();
    let until = read_at.map_or(began, |at| at.min(began));
    let absence = catch_up::absence(complete_until, until, every);
    core.applier
        .write(move |writer| {
            if let Some(since) = absence {
                writer.absences_mut().note(since, began)?;
            }
            writer
                .cursors_mut()
                .set(&account, CURSOR, &until.to_string())
        })
        .await?;
    keep_cursor(core, party, until).await?;
    Ok(())
}

/// What the walk found stands in the journal; so does, from now on, that it was all there was.
async fn keep_cursor(core: &Core, party: &Party, until: Timestamp) -> Result<(), StoreError> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let account = party.id().clone();
    core.store
        .keep_cursor_async(account, CURSOR, until.to_string(), move |result| {
            let _ = answer.send(result);
        });
    answered.await.unwrap_or(Err(StoreError::Closed))
}

/// Asks about the calls that seem to go on. One that the provider does not name among its ongoing
/// ones is asked for by itself: its end was missed.
async fn look_at_ongoing(core: &Arc<Core>, party: &Arc<Party>) -> Result<(), EngineError> {
    let ours = ongoing_here(core, party)?;
    if ours.is_empty() {
        return Ok(());
    }
    let snapshots = party.client.ongoing().await?;
    let theirs: Vec<ProviderCallId> = snapshots
        .iter()
        .map(|snapshot| snapshot.call.clone())
        .collect();
    core.applier.take_listed(party, snapshots).await?;
    let mut first_error = None;
    for call in ours.into_iter().filter(|call| !theirs.contains(call)) {
        let Err(error) = look_at_one(core, party, &call).await else {
            continue;
        };
        let is_about_all = is_about_all(&error);
        first_error.get_or_insert(error);
        if is_about_all || core.stop.is_cancelled() {
            break;
        }
    }
    first_error.map_or(Ok(()), Err)
}

async fn look_at_one(
    core: &Arc<Core>,
    party: &Arc<Party>,
    call: &ProviderCallId,
) -> Result<(), EngineError> {
    match party.client.call(call).await {
        Ok(snapshots) => {
            core.applier.take(party, call, snapshots, false).await?;
        }
        // Too new to be found: the next look will tell. After a while it is gone.
        Err(ApiError::NotFound) => {
            if is_old(core, party, call)? {
                core.applier.take_ours(party, call, Ours::Gone).await?;
            }
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Whether asking about the next call would end the same way. What is wrong with one call, also an answer
/// that cannot be read, is no reason to leave the others on the board.
fn is_about_all(error: &EngineError) -> bool {
    match error {
        EngineError::Provider(error) => matches!(
            error,
            ApiError::KeyRefused
                | ApiError::NoKey(_)
                | ApiError::RateLimited(_)
                | ApiError::Transport(_)
        ),
        EngineError::Store(error) => error.may_pass(),
        _ => false,
    }
}

fn is_old(core: &Core, party: &Party, call: &ProviderCallId) -> Result<bool, EngineError> {
    let record = core
        .store
        .read(|reader| reader.calls().by_provider_id(party.id(), call))?;
    Ok(record
        .is_some_and(|record| core.clock.now().duration_since(record.first_seen_at) > GONE_AFTER))
}

fn ongoing_here(core: &Core, party: &Party) -> Result<Vec<ProviderCallId>, EngineError> {
    let filter = CallFilter {
        account: Some(party.id().clone()),
        status: vec![Status::Scheduled, Status::Ringing, Status::Ongoing],
        ..CallFilter::default()
    };
    let page = core
        .store
        .read(|reader| reader.calls().page(&filter, None, 500))?;
    Ok(page
        .rows
        .into_iter()
        .map(|row| row.provider_call_id)
        .collect())
}
