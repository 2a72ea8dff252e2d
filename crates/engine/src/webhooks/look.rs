//! Asks a provider what is entered there, and puts it together with what was written here.

use std::time::Duration;

use jiff::SignedDuration;
use ringback_model::AccountId;
use ringback_providers::{May, WebhookTarget};
use ringback_store::{RegisteredFor, Registration, RegistrationOutcome, StoreError, Writer};
use url::Url;

use super::{
    FOREIGN, LookedTarget, NO_PUBLIC_ADDRESS, Previous, WebhookLook, Whose, consent_of,
    place::Addresses,
};
use crate::{EngineError, accounts::Party, config::webhook_url, core::Core, tunnel};

/// So far back the lines about a place are read.
const MOST_LINES: usize = 200;

/// How long a write may take. One that was begun longer ago belongs to a program that died.
const LONGEST_WRITE: Duration = Duration::from_secs(10 * 60);

/// Said of a write that nobody ended and that is not there.
const CUT_OFF: &str = "the program ended before the provider had it";

pub(super) async fn look(core: &Core, party: &Party) -> Result<WebhookLook, EngineError> {
    remember(core).await?;
    let account = party.id();
    let addresses = addresses(core, account)?;
    let (found, trouble) = match party.client.webhooks().await {
        Ok(found) => (found, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    settle(core, account, &found).await?;
    let (last_event, lines) = core.store.read(|reader| {
        let newest = reader.events().newest_webhook(account)?;
        let lines: Result<Vec<_>, StoreError> = found
            .iter()
            .map(|target| {
                reader
                    .registrations()
                    .of_target(account, &target.id, MOST_LINES)
            })
            .collect();
        Ok((newest.map(|head| (head.received_at, head.kind)), lines?))
    })?;
    let targets = found.into_iter().zip(lines);
    Ok(WebhookLook {
        keep_current: consent_of(core, account)?.map(|consent| consent.keep),
        can_set: party.provider().sets_webhooks(),
        steps: party.provider().webhook_steps(),
        targets: targets
            .map(|(target, lines)| looked(target, &lines, &addresses))
            .collect(),
        address: addresses.present,
        trouble,
        last_event,
    })
}

fn looked(target: WebhookTarget, lines: &[Registration], addresses: &Addresses) -> LookedTarget {
    let value = target.value.as_deref();
    let whose = addresses.whose(value);
    let may = match whose {
        Whose::Nobodys => target.when_empty,
        Whose::OursOnce => target.when_ours,
        Whose::Ours => May::Yes,
        Whose::SomebodyElses => May::No(FOREIGN),
    };
    let (mut why_not, caution) = match may {
        May::Yes => (None, None),
        May::Knowing(advice) => (None, Some(advice)),
        May::No(advice) => (Some(advice), None),
    };
    let will_set = match whose {
        Whose::Nobodys | Whose::OursOnce if why_not.is_none() => {
            let instead = addresses.instead_of(value);
            if instead.is_none() {
                why_not = Some(NO_PUBLIC_ADDRESS);
            }
            instead
        }
        _ => None,
    };
    let can_be_taken = !matches!(target.when_ours, May::No(_));
    let counts = target
        .draft
        .as_ref()
        .map(|draft| addresses.whose(draft.counts.as_deref()));
    let is_pending = whose == Whose::Ours && counts.is_some_and(|counts| counts != Whose::Ours);
    LookedTarget {
        pending: target
            .draft
            .as_ref()
            .filter(|_| is_pending)
            .map(|draft| draft.advice),
        counts_still: counts == Some(Whose::OursOnce),
        whose,
        will_set,
        why_not,
        caution,
        previous: previous(lines, value).filter(|_| can_be_taken),
        is_restored: newest_done(lines).is_some_and(|line| {
            line.what.why == RegisteredFor::Restore && line.what.value.as_deref() == value
        }),
        target,
    }
}

fn newest_done(lines: &[Registration]) -> Option<&Registration> {
    lines
        .iter()
        .find(|line| line.outcome == RegistrationOutcome::Done)
}

/// What stood in a place before Ringback set something, as long as what Ringback set stands there. An
/// address that was only kept up to date is not what anybody wants back.
fn previous(lines: &[Registration], value: Option<&str>) -> Option<Previous> {
    let mut done = lines
        .iter()
        .filter(|line| line.outcome == RegistrationOutcome::Done);
    let newest = done.next()?;
    let is_ours_still = newest.what.value.as_deref() == value;
    if newest.what.why == RegisteredFor::Restore || !is_ours_still {
        return None;
    }
    let mut first = newest;
    for earlier in done {
        let leads_on = earlier.what.value == first.what.before
            && earlier.what.why != RegisteredFor::Restore
            && first.what.before.is_some();
        if !leads_on {
            break;
        }
        first = earlier;
    }
    Some(Previous {
        value: first.what.before.clone(),
        at: first.began_at,
        who: first.what.who.clone(),
    })
}

/// Ends the lines of programs that died between asking the provider and writing down what it said: what
/// stands there now tells.
async fn settle(
    core: &Core,
    account: &AccountId,
    found: &[WebhookTarget],
) -> Result<(), EngineError> {
    let lines = core
        .store
        .read(|reader| reader.registrations().of(account, MOST_LINES))?;
    let now = core.clock.now();
    let longest = SignedDuration::try_from(LONGEST_WRITE).unwrap_or(SignedDuration::MAX);
    let ended: Vec<(i64, bool)> = lines
        .iter()
        .filter(|line| line.outcome == RegistrationOutcome::Begun)
        .filter_map(|line| {
            let target = found.iter().find(|target| target.id == line.what.target)?;
            let is_there = target.value == line.what.value;
            let is_over = now.duration_since(line.began_at).abs() >= longest;
            (is_there || is_over).then_some((line.id, is_there))
        })
        .collect();
    if ended.is_empty() {
        return Ok(());
    }
    core.write(move |writer| {
        for (id, is_there) in ended {
            let error = (!is_there).then_some(CUT_OFF);
            writer.registrations_mut().end(id, error)?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// The account's addresses.
pub(super) fn addresses(core: &Core, account: &AccountId) -> Result<Addresses, EngineError> {
    let known = core.store.read(|reader| reader.addresses().all())?;
    let earlier = known
        .iter()
        .filter_map(|(url, _)| Url::parse(url).ok())
        .map(|url| webhook_url(&url, account));
    Ok(Addresses {
        present: tunnel::public_url(core).map(|url| webhook_url(&url, account)),
        earlier: earlier.collect(),
    })
}

/// Keeps the present public address for the time when it is an earlier one.
pub(super) async fn remember(core: &Core) -> Result<(), EngineError> {
    let Some(url) = tunnel::public_url(core).map(String::from) else {
        return Ok(());
    };
    if core.store.read(|reader| reader.addresses().knows(&url))? {
        return Ok(());
    }
    core.write(move |writer: &mut Writer<'_>| writer.addresses_mut().remember(&url))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use ringback_store::NewRegistration;

    use super::*;

    fn line(why: RegisteredFor, before: Option<&str>, value: Option<&str>) -> Registration {
        Registration {
            id: 0,
            what: NewRegistration {
                account: "desk".parse().expect("an id"),
                target: "agent:1".into(),
                name: None,
                why,
                who: "ada".into(),
                before: before.map(str::to_owned),
                value: value.map(str::to_owned),
            },
            began_at: jiff::Timestamp::UNIX_EPOCH,
            outcome: RegistrationOutcome::Done,
            ended_at: None,
            error: None,
        }
    }

    #[test]
    fn what_stood_there_first_is_what_can_be_put_back() {
        use RegisteredFor::{Keep, Register, Restore};
        let registered = line(Register, None, Some("a"));
        let kept = line(Keep, Some("a"), Some("b"));
        let back = line(Restore, Some("b"), None);
        let pasted = line(Keep, Some("x"), Some("b"));
        let some = |value: Option<&str>| Some(value.map(str::to_owned));
        for (lines, present, wanted) in [
            (vec![], None, None),
            (vec![registered.clone()], Some("a"), some(None)),
            (vec![registered.clone()], Some("else"), None),
            (vec![registered.clone()], None, None),
            (
                vec![kept.clone(), registered.clone()],
                Some("b"),
                some(None),
            ),
            (vec![pasted, registered.clone()], Some("b"), some(Some("x"))),
            (vec![back.clone(), kept, registered.clone()], None, None),
            (vec![registered, back], Some("a"), some(None)),
        ] {
            let previous = previous(&lines, present).map(|previous| previous.value);
            assert_eq!(previous, wanted, "{lines:?}");
        }
    }

    #[test]
    fn what_failed_or_was_cut_off_was_never_there() {
        let mut failed = line(RegisteredFor::Register, None, Some("a"));
        failed.outcome = RegistrationOutcome::Failed;
        let mut begun = failed.clone();
        begun.outcome = RegistrationOutcome::Begun;
        assert_eq!(previous(&[begun, failed], Some("a")), None);
    }
}
