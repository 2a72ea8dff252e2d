//! Where a team's own backend posts to: wherever the team tells it to.

use jiff::Timestamp;
use serde_json::json;

use super::WEBHOOK_SECRET;
use crate::{
    Account, TestEvent, WebhookStep,
    standard_webhooks::WEBHOOK,
    webhook::{Advice, TEST_KIND},
};

pub(super) const STEPS: &[WebhookStep] = &[
    WebhookStep {
        what: Advice {
            code: "custom_paste",
            text: "Have your backend post its events to this address.",
        },
        pastes_address: true,
    },
    WebhookStep {
        what: Advice {
            code: "custom_sign",
            text: "Sign them as Standard Webhooks with the account's webhook_secret; docs/custom.md has the format and examples.",
        },
        pastes_address: false,
    },
];

pub(super) fn test_event(
    account: &Account,
    nonce: &str,
    now: Timestamp,
) -> Result<TestEvent, Advice> {
    let body = json!({
        "type": TEST_KIND,
        "timestamp": now.to_string(),
        "data": { "nonce": nonce },
    });
    WEBHOOK.test_event(&account.secrets, WEBHOOK_SECRET, &body, nonce, now)
}
