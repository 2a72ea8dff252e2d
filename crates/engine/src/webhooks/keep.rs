//! Keeps the addresses at the providers up to date, where a person agreed to it beforehand: when the public
//! address is another one, the places that still have an earlier one of ours get it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use ringback_model::AccountId;
use ringback_providers::{ApiError, May};
use ringback_store::{NewAlert, Reader, RegisteredFor, StoreError, Writer};
use serde_json::json;
use tokio::sync::Mutex;

use super::{
    Consent, LookedTarget, SetOutcome, WebhookLook, Whose, consent_key, consent_of, look,
    write::{self, MOVED},
};
use crate::{EngineError, accounts::Party, core::Core};

/// The alert that an address could not be set.
const NOT_KEPT: &str = "webhook_not_kept";

/// How often it is looked whether the address is another one, when nobody rings.
const BEAT: Duration = Duration::from_secs(5);
/// The least time between two looks.
const ROUND: Duration = Duration::from_millis(250);

/// The pauses between tries: doubling from the first to the longest.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// After this many tries in vain a person is told.
const TOLD_AFTER: u32 = 3;

/// A draft that was filled in is looked at again so often, until somebody has published it.
const LOOKED_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// Who is written down.
const WHO: &str = "ringback";

/// What was tried in vain, or waits for a person.
#[derive(Clone, Debug)]
struct Tries {
    /// The address that was to be entered. Another one is tried at once.
    address: String,
    count: u32,
    next: Timestamp,
}

/// Whether a change of the address is seen to without a person.
pub(crate) fn does_it_by_itself(reader: &Reader<'_>, party: &Party) -> Result<bool, StoreError> {
    if !party.provider().sets_webhooks() {
        return Ok(false);
    }
    let consent: Option<Consent> = reader.settings().get(&consent_key(party.id()))?;
    Ok(consent.is_some_and(|consent| consent.keep))
}

/// Notes what a person says.
pub(super) async fn consent(
    core: &Core,
    party: &Party,
    keep: bool,
    who: &str,
) -> Result<(), EngineError> {
    if keep && !party.provider().sets_webhooks() {
        return Err(EngineError::BadRequest(format!(
            "{} lets nobody set webhook addresses from outside its dashboard; enter the address there",
            party.provider().title()
        )));
    }
    let (key, kept) = (consent_key(party.id()), kept_key(party.id()));
    let consent = Consent {
        keep,
        who: who.to_owned(),
        at: core.clock.now(),
    };
    core.write(move |writer: &mut Writer<'_>| {
        writer.settings_mut().set(&key, &consent)?;
        // Whatever was seen to before: it is looked at anew.
        writer.settings_mut().set(&kept, &None::<String>)
    })
    .await?;
    core.work.notify_waiters();
    Ok(())
}

/// Keeps the addresses until the program ends.
pub(crate) async fn watch(core: Arc<Core>) {
    let tries = Arc::new(Mutex::new(HashMap::new()));
    let look = |core: Arc<Core>| {
        let tries = tries.clone();
        async move {
            if let Err(error) = look::remember(&core).await {
                tracing::error!(%error, "the public address could not be kept in mind");
            }
            let mut tries = tries.lock().await;
            let parties = core.accounts.iter().filter(|party| !party.is_paused());
            for party in parties.collect::<Vec<_>>() {
                let kept = core
                    .stop
                    .run_until_cancelled(attend(&core, &party, &mut tries));
                if let Some(Err(error)) = kept.await {
                    tracing::error!(account = %party.id(), %error, "the address at the provider could not be looked after");
                }
            }
        }
    };
    core.rounds(ROUND, BEAT, look).await;
}

/// The address up to which an account's places were seen to.
fn kept_key(account: &AccountId) -> String {
    format!("webhook_kept.{account}")
}

async fn attend(
    core: &Core,
    party: &Party,
    tries: &mut HashMap<AccountId, Tries>,
) -> Result<(), EngineError> {
    let account = party.id();
    if !consent_of(core, account)?.is_some_and(|consent| consent.keep) {
        tries.remove(account);
        return Ok(());
    }
    let Some(present) = look::addresses(core, account)?.present.map(String::from) else {
        return Ok(());
    };
    let key = kept_key(account);
    let kept: Option<Option<String>> = core.store.read(|reader| reader.settings().get(&key))?;
    let now = core.clock.now();
    let before = tries.get(account).filter(|it| it.address == present);
    let is_waiting = before.is_some_and(|before| now < before.next);
    if kept.flatten().as_ref() == Some(&present) || is_waiting {
        return Ok(());
    }
    let count = before.map_or(1, |before| before.count + 1);
    let mut again = |count: u32, pause: SignedDuration| {
        let address = present.clone();
        let next = now.checked_add(pause).unwrap_or(Timestamp::MAX);
        tries.insert(
            account.clone(),
            Tries {
                address,
                count,
                next,
            },
        );
    };
    let round = round(core, party).await?;
    match round.trouble {
        Some(trouble) => {
            again(count, pause(count));
            tracing::warn!(account = %account, error = %trouble, count, "the address at the provider is not up to date yet");
            if count >= TOLD_AFTER || !trouble.may_pass() {
                let alert = NewAlert {
                    kind: NOT_KEPT.into(),
                    subject: account.to_string(),
                    params: json!({ "url": present, "reason": trouble.to_string() }),
                };
                core.write(move |writer| writer.alerts_mut().raise_once(&alert))
                    .await?;
            }
        }
        None => {
            if round.in_draft {
                again(0, LOOKED_AGAIN);
            } else {
                tries.remove(account);
            }
            let is_kept = !round.in_draft;
            let subject = account.to_string();
            let by_hand = round.by_hand.then(|| NewAlert {
                kind: MOVED.into(),
                subject: subject.clone(),
                params: json!({ "url": present, "before": round.before }),
            });
            core.write(move |writer: &mut Writer<'_>| {
                if is_kept {
                    writer.settings_mut().set(&key, &Some(present))?;
                }
                writer.alerts_mut().close(NOT_KEPT, &subject)?;
                match by_hand {
                    Some(alert) => writer.alerts_mut().raise_once(&alert),
                    None => writer.alerts_mut().close(MOVED, &subject),
                }
            })
            .await?;
        }
    }
    Ok(())
}

/// What a person has seen to: nobody is asked any more for a draft that was published.
pub(super) async fn noticed(
    core: &Core,
    party: &Party,
    look: &WebhookLook,
) -> Result<(), EngineError> {
    let is_behind = look.targets.iter().any(LookedTarget::is_behind);
    let is_somewhere = look.targets.iter().any(|it| it.whose == Whose::Ours);
    if look.keep_current != Some(true) || look.trouble.is_some() || is_behind || !is_somewhere {
        return Ok(());
    }
    let subject = party.id().to_string();
    let asks = |reader: &Reader<'_>| reader.alerts().standing(MOVED, &subject);
    if core.store.read(asks)?.is_some() {
        core.write(move |writer: &mut Writer<'_>| writer.alerts_mut().close(MOVED, &subject))
            .await?;
    }
    Ok(())
}

/// What a look after an account's places came to.
struct Round {
    /// Something that may be otherwise at the next try, or that a person has to mend.
    trouble: Option<ApiError>,
    /// Whether a place with an earlier address is left to a person, and that address.
    by_hand: bool,
    before: Option<String>,
    /// Whether that person has to publish what was entered in a draft.
    in_draft: bool,
}

async fn round(core: &Core, party: &Party) -> Result<Round, EngineError> {
    let _turn = core.webhooks.0.lock().await;
    let found = look::look(core, party).await?;
    let mut round = Round {
        trouble: found.trouble,
        by_hand: false,
        before: None,
        in_draft: false,
    };
    for looked in found.targets.iter().filter(|looked| looked.is_behind()) {
        if looked.counts_still {
            (round.by_hand, round.in_draft) = (true, true);
            let draft = looked.target.draft.as_ref();
            round.before = draft.and_then(|draft| draft.counts.clone());
        }
        if looked.whose != Whose::OursOnce {
            continue;
        }
        let outcome = match looked.target.when_ours {
            May::Yes => write::set(core, party, looked, RegisteredFor::Keep, WHO).await?,
            May::Knowing(advice) | May::No(advice) => SetOutcome::Refused(advice),
        };
        match outcome {
            SetOutcome::Done(_)
            | SetOutcome::Drafted(_)
            | SetOutcome::Unchanged
            | SetOutcome::NoSuchPlace => {}
            // Whoever changed it knows what it shall be.
            SetOutcome::Changed => {}
            SetOutcome::Refused(_) => {
                round.by_hand = true;
                round.before.clone_from(&looked.target.value);
            }
            SetOutcome::Failed(error) => round.trouble = Some(error),
        }
    }
    Ok(round)
}

fn pause(count: u32) -> SignedDuration {
    let factor = 1_i32 << count.saturating_sub(1).min(16);
    FIRST_PAUSE
        .checked_mul(factor)
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let minutes: Vec<i64> = [1, 2, 3, 7, 8, 9, 40, u32::MAX]
            .map(|count| pause(count).as_secs())
            .to_vec();
        assert_eq!(minutes, [30, 60, 120, 1920, 3600, 3600, 3600, 3600]);
    }
}
