//! What is found about one account without asking its provider.

use ringback_engine::config::ConfiguredAccount;

use crate::dto::*;

/// All that is not well; where nothing is, when it was last heard of.
pub(super) fn checks(account: &AccountJson, configured: Option<&ConfiguredAccount>) -> Vec<Check> {
    let subject = format!("account:{}", account.id);
    let missing = account
        .missing_secrets
        .iter()
        .map(|secret| Finding::SecretMissing {
            account: account.id.clone(),
            secret: secret.clone(),
            variable: configured.map_or_else(String::new, |own| own.variable(secret)),
        });
    let poll = account.last_poll_error.iter().map(|error| {
        let error = error.clone();
        Finding::PollFailed { error }
    });
    let refused = account
        .refusals
        .iter()
        .cloned()
        .map(Finding::WebhooksRefused);
    let mut findings: Vec<Finding> = missing.chain(poll).chain(refused).collect();
    if account.paused {
        findings.push(Finding::Paused);
    }
    if findings.is_empty() {
        findings.push(heard_of(account));
    }
    let cannot = configured.and_then(ConfiguredAccount::cannot_delete);
    findings.extend(cannot.map(|why| Finding::CannotDelete { why }));
    findings
        .into_iter()
        .map(|finding| Check::new(&subject, finding))
        .collect()
}

fn heard_of(account: &AccountJson) -> Finding {
    match (&account.last_webhook_at, &account.last_poll_at) {
        (Some(at), _) => Finding::LastWebhook { at: at.clone() },
        (None, Some(at)) => Finding::NoWebhookYet {
            polled_at: at.clone(),
        },
        (None, None) => Finding::NothingYet,
    }
}
