//! Sets an address at a provider, and takes it back. A line is written before the provider is asked and
//! ended after, so that whatever happens in between, it is known what was there.

use ringback_providers::{Advice, ApiError, NotSet, WebhookChange};
use ringback_store::{NewRegistration, RegisteredFor, Writer};

use super::{LookedTarget, Whose, look};
use crate::{EngineError, accounts::Party, core::Core};

/// What came of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetTarget {
    /// The place.
    pub target: String,
    /// What came of it.
    pub outcome: SetOutcome,
}

/// What came of setting an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetOutcome {
    /// It stands there now, with what may be left to do.
    Done(Option<Advice>),
    /// It stands in a draft now, or stood there already, and counts when a person has done this.
    Drafted(Advice),
    /// It stood there already.
    Unchanged,
    /// It may not be set, and why.
    Refused(Advice),
    /// Something else stood there by then.
    Changed,
    /// There is no such place (any more).
    NoSuchPlace,
    /// The provider.
    Failed(ApiError),
}

impl SetOutcome {
    /// Whether it is as it was to be.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Drafted(_) | Self::Unchanged)
    }
}

/// There is nothing to put back.
const NOTHING_BEFORE: Advice = Advice {
    code: "nothing_before",
    text: "what stands there was not entered by Ringback, or was exchanged since, so there is nothing to put back",
};

/// The alert that an account's address is another one.
pub(super) const MOVED: &str = crate::tunnel::MOVED;

pub(super) async fn register(
    core: &Core,
    party: &Party,
    targets: &[String],
    who: &str,
) -> Result<Vec<SetTarget>, EngineError> {
    let _turn = core.webhooks.0.lock().await;
    let look = look::look(core, party).await?;
    if let Some(trouble) = look.trouble {
        return Err(trouble.into());
    }
    let mut done = Vec::new();
    if targets.is_empty() {
        let harmless =
            |looked: &&LookedTarget| looked.will_set.is_some() && looked.caution.is_none();
        for looked in look.targets.iter().filter(harmless) {
            let outcome = set(core, party, looked, RegisteredFor::Register, who).await?;
            done.push(said(looked, outcome));
        }
    }
    for target in targets {
        let found = look
            .targets
            .iter()
            .find(|looked| looked.target.id == *target);
        done.push(match found {
            Some(looked) => {
                let outcome = set(core, party, looked, RegisteredFor::Register, who).await?;
                said(looked, outcome)
            }
            None => SetTarget {
                target: target.clone(),
                outcome: SetOutcome::NoSuchPlace,
            },
        });
    }
    let all_current = done.iter().all(|set| set.outcome.is_good())
        && look
            .targets
            .iter()
            .filter(|looked| looked.whose == Whose::OursOnce)
            .all(|looked| done.iter().any(|set| set.target == looked.target.id))
        // Where a draft was filled in, the earlier address counts until somebody publishes it.
        && !look.targets.iter().any(|looked| looked.counts_still);
    let is_somewhere = !done.is_empty() || look.targets.iter().any(|it| it.whose == Whose::Ours);
    if all_current && is_somewhere {
        let account = party.id().to_string();
        core.write(move |writer: &mut Writer<'_>| writer.alerts_mut().close(MOVED, &account))
            .await?;
    }
    Ok(done)
}

fn said(looked: &LookedTarget, outcome: SetOutcome) -> SetTarget {
    SetTarget {
        target: looked.target.id.clone(),
        outcome,
    }
}

/// Sets the account's address in a place that was looked at.
pub(super) async fn set(
    core: &Core,
    party: &Party,
    looked: &LookedTarget,
    why: RegisteredFor,
    who: &str,
) -> Result<SetOutcome, EngineError> {
    if looked.whose == Whose::Ours {
        return Ok(looked
            .pending
            .map_or(SetOutcome::Unchanged, SetOutcome::Drafted));
    }
    if let Some(advice) = looked.why_not {
        return Ok(SetOutcome::Refused(advice));
    }
    write(core, party, looked, why, who, looked.will_set.clone()).await
}

pub(super) async fn restore(
    core: &Core,
    party: &Party,
    target: &str,
    who: &str,
) -> Result<SetTarget, EngineError> {
    let _turn = core.webhooks.0.lock().await;
    let look = look::look(core, party).await?;
    if let Some(trouble) = look.trouble {
        return Err(trouble.into());
    }
    let Some(looked) = look.targets.iter().find(|it| it.target.id == target) else {
        return Ok(SetTarget {
            target: target.to_owned(),
            outcome: SetOutcome::NoSuchPlace,
        });
    };
    let outcome = match looked.previous.clone() {
        Some(previous) => {
            write(
                core,
                party,
                looked,
                RegisteredFor::Restore,
                who,
                previous.value,
            )
            .await?
        }
        None => SetOutcome::Refused(NOTHING_BEFORE),
    };
    Ok(said(looked, outcome))
}

async fn write(
    core: &Core,
    party: &Party,
    looked: &LookedTarget,
    why: RegisteredFor,
    who: &str,
    value: Option<String>,
) -> Result<SetOutcome, EngineError> {
    let target = &looked.target;
    let line = NewRegistration {
        account: party.id().clone(),
        target: target.id.clone(),
        name: target.name.clone(),
        why,
        who: who.to_owned(),
        before: target.value.clone(),
        value: value.clone(),
    };
    let id = core
        .write(move |writer: &mut Writer<'_>| writer.registrations_mut().begin(&line))
        .await?;
    let change = WebhookChange {
        target: &target.id,
        from: target.value.as_deref(),
        to: value.as_deref(),
    };
    let set = party.client.set_webhook(change).await;
    let error = match &set {
        Ok(()) => None,
        // It may have arrived all the same; the next look tells.
        Err(NotSet::Api(ApiError::Transport(_))) => {
            return Ok(outcome(set, looked, value.as_deref()));
        }
        Err(error) => Some(error.to_string()),
    };
    core.write(move |writer: &mut Writer<'_>| writer.registrations_mut().end(id, error.as_deref()))
        .await?;
    tracing::info!(
        account = %party.id(), target = target.kind.as_str(), why = why.as_str(), done = set.is_ok(),
        "an address of webhooks was to be set at the provider"
    );
    Ok(outcome(set, looked, value.as_deref()))
}

fn outcome(set: Result<(), NotSet>, looked: &LookedTarget, value: Option<&str>) -> SetOutcome {
    let target = &looked.target;
    match set {
        Ok(()) => match &target.draft {
            Some(draft) if draft.counts.as_deref() != value => SetOutcome::Drafted(draft.advice),
            _ => SetOutcome::Done(target.afterwards),
        },
        Err(NotSet::Changed) => SetOutcome::Changed,
        Err(NotSet::ByHand(advice)) => SetOutcome::Refused(advice),
        Err(NotSet::Api(ApiError::NotFound)) => SetOutcome::NoSuchPlace,
        Err(NotSet::Api(error)) => SetOutcome::Failed(error),
    }
}
