//! `accounts webhook`: where an account's provider sends what happens.

use ringback_api::{
    cli,
    dto::{
        WebhookConsentArgs, WebhookLook, WebhookRegisterArgs, WebhookSet, WebhookTargetJson,
        WebhookTargetRef, WebhookTrial,
    },
};
use ringback_engine::Engine;

use super::Done;
use crate::{
    args::WebhookArgs,
    out::{DONE, Out, PARTLY},
};

pub(super) async fn run(engine: &Engine, args: WebhookArgs, out: Out) -> Done {
    let account = args.id;
    if args.register {
        let asked = WebhookRegisterArgs {
            account,
            targets: args.target,
        };
        return told(&cli::webhook_register(engine, &asked).await?, out);
    }
    if let Some(target) = args.restore {
        let asked = WebhookTargetRef { account, target };
        return told(&cli::webhook_restore(engine, &asked).await?, out);
    }
    if args.test {
        let trial = cli::webhook_test(engine, &account).await?;
        out.answer(&trial, tried)?;
        return Ok(if trial.outcome == "accepted" {
            DONE
        } else {
            PARTLY
        });
    }
    if let Some(word) = args.keep_current {
        let keep = word == "yes";
        let asked = WebhookConsentArgs {
            account: account.clone(),
            keep,
        };
        cli::webhook_consent(engine, &asked).await?;
    }
    let look = cli::webhook(engine, &account).await?;
    out.answer(&look, looked)?;
    Ok(if look.error.is_none() { DONE } else { PARTLY })
}

fn told(set: &WebhookSet, out: Out) -> Done {
    out.answer(set, |set| {
        if set.results.is_empty() {
            return "Nothing to enter. `ringback accounts webhook ID` shows each place and why."
                .into();
        }
        let lines = set.results.iter().map(|result| {
            let mut line = format!("{}: {}", result.target, result.outcome.replace('_', " "));
            if let Some(advice) = &result.advice {
                line.push_str(&format!("\n  {}", advice.text));
            }
            if let Some(error) = &result.error {
                line.push_str(&format!("\n  {}", error.message));
            }
            line
        });
        lines.collect::<Vec<_>>().join("\n")
    })?;
    let is_good = |outcome: &str| matches!(outcome, "done" | "drafted" | "unchanged");
    Ok(
        if set.results.iter().all(|result| is_good(&result.outcome)) {
            DONE
        } else {
            PARTLY
        },
    )
}

fn tried(trial: &WebhookTrial) -> String {
    let mut text = trial.message.clone();
    if let Some(hint) = &trial.hint {
        text.push_str(&format!("\n  {hint}"));
    }
    match &trial.last_event_at {
        Some(at) => text.push_str(&format!(
            "\nThe provider's newest event came at {at} ({}).",
            trial.last_event_kind.as_deref().unwrap_or("unnamed")
        )),
        None => text.push_str("\nNo event of the provider itself has come yet."),
    }
    text
}

fn looked(look: &WebhookLook) -> String {
    let mut lines = vec![match &look.address {
        Some(address) => format!("The account's address: {address}"),
        None => "The account has no public address yet: configure a tunnel or public_url.".into(),
    }];
    if let Some(error) = &look.error {
        lines.push(format!(
            "The provider could not be asked: {}",
            error.message
        ));
    }
    lines.extend(look.targets.iter().map(place));
    if look.can_set {
        lines.push(match look.keep_current {
            Some(true) => "A changed address is entered by itself.".into(),
            Some(false) => "A changed address is not entered by itself.".into(),
            None => "A changed address is not entered by itself; --keep-current yes changes that."
                .into(),
        });
    }
    lines.push("By hand:".into());
    for (number, step) in look.steps.iter().enumerate() {
        lines.push(format!("  {}. {}", number + 1, step.what.text));
        lines.extend(step.paste.iter().map(|paste| format!("     {paste}")));
    }
    lines.join("\n")
}

fn place(target: &WebhookTargetJson) -> String {
    let mut text = format!(
        "{} {} ({}): {}",
        target.id,
        target.name.as_deref().unwrap_or_default(),
        target.field,
        target.state
    );
    if let Some(value) = &target.value {
        text.push_str(&format!(" {value}"));
    }
    if let Some(value) = &target.will_set {
        text.push_str(&format!("\n  --register enters {value}"));
    }
    let advice = target.caution.iter().chain(&target.why_not);
    for advice in advice.chain(&target.pending) {
        text.push_str(&format!("\n  {}", advice.text));
    }
    if let Some(counts) = &target.counts {
        text.push_str(&format!("\n  until then events go to {counts}"));
    }
    if let Some(previous) = &target.previous {
        let before = previous.value.as_deref().unwrap_or("nothing");
        text.push_str(&format!(
            "\n  --restore puts back {before}, as before {} ({})",
            previous.at, previous.who
        ));
    }
    text
}
