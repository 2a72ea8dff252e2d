//! Calls that seem to go on and of which nothing has been heard for longer than their account allows.
//!
//! The provider is asked, whether the account is polled or not. What it says resolves the call; if it
//! still says that the call goes on, or cannot be asked, a person is told: by an alert, and by a mark
//! on the call. Where nobody can be asked, a person may say that the call is over. That is an entry of
//! the journal like any other, so it stands after a rebuild as well.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use ringback_model::CallId;
use ringback_providers::ApiError;
use ringback_store::{CallFilter, NewAlert, StoreError, Writer};

use crate::{EngineError, accounts::Party, apply::Ours, core::Core};

/// The kind of the alert. Its subject is the call's id.
pub const STUCK: &str = "stuck_call";

/// How often the board is looked over.
const LOOK: SignedDuration = SignedDuration::from_secs(30);

/// A call that was found to go on is asked about again after this long.
const AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// A provider that does not answer is asked again after this long...
const FAILED_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// ...and after so many times a person is told. A network that comes back after a night is nothing to
/// be told about.
const FAILURES: u32 = 3;

/// So many calls are looked at.
const MOST: usize = 500;

/// Why a call counts as stuck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StuckBecause {
    /// The provider still says that it goes on.
    StillOngoing,
    /// The provider does not answer.
    Unreachable,
    /// There is nobody to ask.
    CannotAsk,
}

impl StuckBecause {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StillOngoing => "still_ongoing",
            Self::Unreachable => "unreachable",
            Self::CannotAsk => "cannot_ask",
        }
    }
}

/// What is remembered between two looks.
#[derive(Debug, Default)]
pub(crate) struct Watch(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    next_look: Option<Timestamp>,
    is_looking: bool,
    asked: BTreeMap<CallId, Asked>,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    next: Timestamp,
    failures: u32,
}

impl Watch {
    /// After the clock was set back everything is looked at anew.
    pub(crate) fn all_due(&self) {
        let mut state = self.lock();
        state.next_look = None;
        for asked in state.asked.values_mut() {
            asked.next = Timestamp::MIN;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks the board over, if it is time.
pub(crate) fn start_due(core: &Arc<Core>) {
    let now = core.clock.now();
    {
        let mut state = core.stuck.lock();
        if state.is_looking || state.next_look.is_some_and(|at| now < at) {
            return;
        }
        state.is_looking = true;
        state.next_look = Some(now.saturating_add(LOOK).unwrap_or(Timestamp::MAX));
    }
    let core = core.clone();
    core.clone().spawn(async move {
        let _looking = Looking(&core.stuck);
        if let Err(error) = look(&core, now).await {
            tracing::error!(%error, "the calls that go on could not be looked over");
        }
    });
}

/// Says that nobody is looking any more, also when looking ends by a panic.
struct Looking<'a>(&'a Watch);

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.0.lock().is_looking = false;
    }
}

async fn look(core: &Arc<Core>, now: Timestamp) -> Result<(), EngineError> {
    let all = CallFilter {
        with_parts: true,
        ..CallFilter::ongoing()
    };
    let page = core
        .store
        .read(|reader| reader.calls().page(&all, None, MOST))?;
    core.stuck
        .lock()
        .asked
        .retain(|call, _| page.rows.iter().any(|row| row.id == *call));
    for row in page.rows {
        let Some(party) = core.accounts.get(row.account.as_str()) else {
            continue;
        };
        let limit = party.configured.limits.stuck_after;
        let Some(limit) = limit.filter(|_| !party.is_paused()) else {
            continue;
        };
        if now.duration_since(row.updated_at) <= limit {
            // There was news: it is not stuck, or not any more.
            core.stuck.lock().asked.remove(&row.id);
            release(core, row.id).await?;
            continue;
        }
        let asked = core.stuck.lock().asked.get(&row.id).copied();
        if asked.is_none_or(|asked| asked.next <= now) {
            check(core, &party, row.id).await?;
        }
        if core.stop.is_cancelled() {
            break;
        }
    }
    Ok(())
}

/// Asks about one call now, and marks it or takes the mark from it.
async fn check(core: &Arc<Core>, party: &Arc<Party>, call: CallId) -> Result<(), EngineError> {
    let Some(before) = core.store.read(|reader| reader.calls().row(call))? else {
        return Ok(());
    };
    let now = core.clock.now();
    let failures = core
        .stuck
        .lock()
        .asked
        .get(&call)
        .map_or(0, |asked| asked.failures);
    let (because, failures) = if party.provider().has_api() {
        match ask(core, party, &before.provider_call_id).await {
            Ok(()) => (StuckBecause::StillOngoing, 0),
            Err(error) => {
                tracing::warn!(account = %party.id(), %error, "a call that hangs could not be asked about");
                (StuckBecause::Unreachable, failures + 1)
            }
        }
    } else {
        (StuckBecause::CannotAsk, 0)
    };
    let again = match because {
        StuckBecause::Unreachable => FAILED_AGAIN,
        _ => AGAIN,
    };
    let next = now.saturating_add(again).unwrap_or(Timestamp::MAX);
    core.stuck
        .lock()
        .asked
        .insert(call, Asked { next, failures });
    let after = core.store.read(|reader| reader.calls().row(call))?;
    let goes_on_silently =
        after.is_some_and(|after| after.status.is_live() && after.updated_at == before.updated_at);
    let is_worth_telling = because != StuckBecause::Unreachable || failures >= FAILURES;
    if goes_on_silently && is_worth_telling {
        let account = party.id().clone();
        core.applier
            .write(move |writer| mark(writer, call, because, account.as_str()))
            .await?;
    }
    Ok(())
}

async fn ask(
    core: &Arc<Core>,
    party: &Arc<Party>,
    call: &ringback_model::ProviderCallId,
) -> Result<(), EngineError> {
    match party.client.call(call).await {
        Ok(snapshots) => {
            core.applier.take(party, call, snapshots, false).await?;
            Ok(())
        }
        Err(ApiError::NotFound) => core.applier.take_ours(party, call, Ours::Gone).await,
        Err(error) => Err(error.into()),
    }
}

fn mark(
    writer: &mut Writer<'_>,
    call: CallId,
    because: StuckBecause,
    account: &str,
) -> Result<(), StoreError> {
    let subject = call.to_string();
    let params = serde_json::json!({ "because": because.as_str(), "account": account });
    // A person who has seen it is not told again.
    if let Some(standing) = writer.alerts().standing(STUCK, &subject)? {
        if standing.what.params == params {
            return Ok(());
        }
        writer.alerts_mut().close(STUCK, &subject)?;
    }
    writer.alerts_mut().raise(&NewAlert {
        kind: STUCK.into(),
        subject,
        params,
    })?;
    writer.calls_mut().touch(call)
}

async fn release(core: &Core, call: CallId) -> Result<(), EngineError> {
    let subject = call.to_string();
    let standing = core
        .store
        .read(|reader| reader.alerts().standing(STUCK, &subject))?;
    if standing.is_some() {
        core.applier
            .write(move |writer| {
                writer.alerts_mut().close(STUCK, &subject)?;
                writer.calls_mut().touch(call)
            })
            .await?;
    }
    Ok(())
}

/// The call is over, so it does not hang.
pub(crate) fn is_over(writer: &mut Writer<'_>, call: CallId) -> Result<(), StoreError> {
    writer.alerts_mut().close(STUCK, &call.to_string())?;
    Ok(())
}

/// A person asks for a look at one call now.
pub(crate) async fn check_now(core: &Arc<Core>, id: &str) -> Result<(), EngineError> {
    let found = core.find_call(id)?.ok_or(EngineError::NoSuchCall)?;
    let party = core.asked_party(found.account.as_str())?;
    if !party.provider().has_api() {
        return Err(EngineError::NotNow(
            "there is nobody to ask about this call; if it is over, mark it as ended",
        ));
    }
    ask(core, &party, &found.provider_call_id).await
}

/// A person says that a call is over of which nobody else can say it.
pub(crate) async fn mark_ended(core: &Arc<Core>, id: &str) -> Result<(), EngineError> {
    let found = core.find_call(id)?.ok_or(EngineError::NoSuchCall)?;
    let party = core.party(found.account.as_str())?;
    if party.provider().has_api() {
        return Err(EngineError::NotNow(
            "the provider knows whether this call goes on; have it checked instead",
        ));
    }
    let row = core.store.read(|reader| reader.calls().row(found.id))?;
    if row.is_none_or(|row| !row.status.is_live()) {
        return Err(EngineError::NotNow("this call does not go on"));
    }
    core.applier
        .take_ours(&party, &found.provider_call_id, Ours::Ended)
        .await
}
