//! The addresses of webhooks at the providers, and the test event.

use ringback_engine::{
    Advice, Engine, LookedTarget, SetOutcome, SetTarget, Trial, TrialOutcome, WebhookLook as Look,
};
use url::Url;

use super::{Answer, player::listener, read_settings};
use crate::{Api, ErrorJson, convert::time, dto::*};

pub(crate) async fn webhook_look(api: &Api, args: WebhookRef) -> Answer<WebhookLook> {
    look(&api.engine, &args.account).await
}

pub(crate) async fn webhook_register(api: &Api, args: WebhookRegisterArgs) -> Answer<WebhookSet> {
    register(&api.engine, &args).await
}

pub(crate) async fn webhook_restore(api: &Api, args: WebhookTargetRef) -> Answer<WebhookSet> {
    restore(&api.engine, &args).await
}

pub(crate) async fn webhook_test(api: &Api, args: WebhookRef) -> Answer<WebhookTrial> {
    test(&api.engine, &args.account).await
}

pub(crate) async fn webhook_consent(api: &Api, args: WebhookConsentArgs) -> Answer<Nothing> {
    consent(&api.engine, &args).await?;
    Ok(Nothing {})
}

/// What is entered at the account's provider.
pub async fn look(engine: &Engine, account: &str) -> Answer<WebhookLook> {
    let Look {
        address,
        can_set,
        keep_current,
        targets,
        steps,
        trouble,
        last_event,
    } = engine.look_at_webhooks(account).await?;
    let address = address.map(String::from);
    let (last_event_at, last_event_kind) = last_event_json(last_event);
    Ok(WebhookLook {
        account: account.to_owned(),
        can_set,
        keep_current,
        targets: targets.into_iter().map(target).collect(),
        steps: steps
            .iter()
            .map(|step| WebhookStepJson {
                what: advice(step.what),
                paste: address.clone().filter(|_| step.pastes_address),
            })
            .collect(),
        address,
        error: trouble.as_ref().map(ErrorJson::from),
        last_event_at,
        last_event_kind,
    })
}

/// Enters the account's address in the places that were asked for, or wherever it does no harm.
pub async fn register(engine: &Engine, args: &WebhookRegisterArgs) -> Answer<WebhookSet> {
    let who = who(engine)?;
    let set = engine
        .register_webhooks(&args.account, &args.targets, &who)
        .await?;
    Ok(WebhookSet {
        results: set.into_iter().map(result).collect(),
    })
}

/// Puts back what stood in a place before.
pub async fn restore(engine: &Engine, args: &WebhookTargetRef) -> Answer<WebhookSet> {
    let who = who(engine)?;
    let set = engine
        .restore_webhook(&args.account, &args.target, &who)
        .await?;
    Ok(WebhookSet {
        results: vec![result(set)],
    })
}

/// Whether a changed address is entered by itself from now on.
pub async fn consent(engine: &Engine, args: &WebhookConsentArgs) -> Answer<()> {
    let who = who(engine)?;
    Ok(engine
        .keep_webhook_current(&args.account, args.keep, &who)
        .await?)
}

/// Sends a test event and says what came of it.
pub async fn test(engine: &Engine, account: &str) -> Answer<WebhookTrial> {
    let Trial {
        address,
        is_public,
        variable,
        outcome,
        last_event,
    } = engine.try_webhook(account).await?;
    let (message, hint) = words(&outcome, is_public, variable.as_deref());
    let (last_event_at, last_event_kind) = last_event_json(last_event);
    Ok(WebhookTrial {
        account: account.to_owned(),
        outcome: outcome.as_str().to_owned(),
        address: address.map(String::from),
        is_public,
        took_ms: match &outcome {
            TrialOutcome::Accepted { took } => Some((took.as_secs_f64() * 10_000.0).round() / 10.0),
            _ => None,
        },
        reason: match &outcome {
            TrialOutcome::CannotSign(advice) => Some(advice.code.to_owned()),
            TrialOutcome::Rejected(reason) => Some(reason.clone()),
            TrialOutcome::Unreachable(reason) => Some(reason.code.as_str().to_owned()),
            TrialOutcome::Elsewhere(status) => Some(status.to_string()),
            _ => None,
        },
        variable,
        message,
        hint,
        last_event_at,
        last_event_kind,
    })
}

fn who(engine: &Engine) -> Answer<String> {
    let told = read_settings(engine)?.listener;
    Ok(told.unwrap_or_else(listener))
}

fn last_event_json(
    last: Option<(jiff::Timestamp, Option<String>)>,
) -> (Option<String>, Option<String>) {
    last.map_or((None, None), |(at, kind)| (Some(time(at)), kind))
}

fn advice(advice: Advice) -> AdviceJson {
    AdviceJson {
        code: advice.code.into(),
        text: advice.text.into(),
    }
}

fn target(looked: LookedTarget) -> WebhookTargetJson {
    let LookedTarget {
        target,
        whose,
        will_set,
        why_not,
        caution,
        pending,
        previous,
        ..
    } = looked;
    let counts = target.draft.as_ref().filter(|_| pending.is_some());
    let counts = counts.and_then(|draft| draft.counts.as_deref().map(shown));
    WebhookTargetJson {
        id: target.id,
        kind: target.kind.as_str().into(),
        name: target.name,
        field: target.field.into(),
        state: match pending {
            Some(_) => "draft".into(),
            None => whose.as_str().into(),
        },
        value: target.value.as_deref().map(shown),
        failover: target.failover.as_deref().map(shown),
        drives_calls: target.drives_calls,
        will_set: will_set.as_deref().map(shown),
        why_not: why_not.map(advice),
        caution: caution.map(advice),
        pending: pending.map(advice),
        counts,
        previous: previous.map(|previous| WebhookPrevious {
            value: previous.value.as_deref().map(shown),
            at: time(previous.at),
            who: previous.who,
        }),
    }
}

/// An address for showing. What lets somebody in may stand before `@` and behind `?`.
fn shown(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return "(no address)".into();
    };
    // An address that cannot have a user has none to hide.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if url.query().is_some() {
        url.set_query(Some("…"));
    }
    url.set_fragment(None);
    url.as_str().replace("%E2%80%A6", "…")
}

fn result(set: SetTarget) -> WebhookResult {
    let (outcome, advised, error) = match set.outcome {
        SetOutcome::Done(afterwards) => ("done", afterwards, None),
        SetOutcome::Drafted(advice) => ("drafted", Some(advice), None),
        SetOutcome::Unchanged => ("unchanged", None, None),
        SetOutcome::Refused(advice) => ("refused", Some(advice), None),
        SetOutcome::Changed => ("changed", None, None),
        SetOutcome::NoSuchPlace => ("no_such_place", None, None),
        SetOutcome::Failed(error) => ("failed", None, Some(ErrorJson::from(&error))),
    };
    WebhookResult {
        target: set.target,
        outcome: outcome.into(),
        advice: advised.map(advice),
        error,
    }
}

/// What happened, and what to do about it.
fn words(
    outcome: &TrialOutcome,
    is_public: bool,
    variable: Option<&str>,
) -> (String, Option<String>) {
    let hint = |text: &str| Some(text.to_owned());
    match outcome {
        TrialOutcome::Accepted { took } => {
            let ms = took.as_millis();
            if is_public {
                (format!("sent, verified and kept in {ms} ms"), None)
            } else {
                (
                    format!("the door itself took it in {ms} ms"),
                    hint(
                        "There is no public address, so only the door was tried. Configure a tunnel or public_url, so that the provider reaches it.",
                    ),
                )
            }
        }
        TrialOutcome::CannotSign(advice) => (advice.text.to_owned(), None),
        TrialOutcome::Rejected(reason) => (
            format!("the door turned it away: {reason}"),
            Some(format!(
                "The program that runs the door has another secret for this account. A kept key counts in every program within a second, but {} in a program's environment comes before it: correct or remove it where that program is started, then start it again.",
                variable.unwrap_or("the account's variable")
            )),
        ),
        TrialOutcome::UnknownAccount => (
            "a door of Ringback answers that does not know this account".into(),
            hint(
                "The address leads to another home, or the program that runs the door cannot use config.toml as it is now: `ringback doctor` says so.",
            ),
        ),
        TrialOutcome::Elsewhere(status) => (
            format!("something else answers at the address, with {status}"),
            hint(
                "The tunnel leads elsewhere. It has to lead to this door, with the path unchanged; docs/tunnels.md shows how.",
            ),
        ),
        TrialOutcome::OtherHome => (
            "a door took it, but it is not in this home's journal".into(),
            hint("The address leads to another machine or another home that has the same account."),
        ),
        TrialOutcome::Unavailable => (
            "the door is there and cannot keep anything now".into(),
            hint("Make room on the disk, or see what `ringback doctor` says."),
        ),
        TrialOutcome::Unreachable(reason) => {
            (reason.what.clone(), Some(reason.code.hint().to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_somebody_in_is_not_shown() {
        for (address, text) in [
            ("https://a.example/hook", "https://a.example/hook"),
            (
                "https://user:word@a.example:8443/hook?token=abc#rc=3",
                "https://a.example:8443/hook?…",
            ),
            ("token=abc", "(no address)"),
        ] {
            assert_eq!(shown(address), text);
        }
    }
}
