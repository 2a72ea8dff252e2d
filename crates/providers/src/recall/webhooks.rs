//! Where Recall.ai sends its events: to endpoints that are kept in the dashboard only; its API knows
//! nothing of them (<https://docs.recall.ai/docs/bot-status-change-events>, read November 2026).

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
            code: "recall_paste",
            text: "In the dashboard of your region open Webhooks, Add Endpoint, and paste this address.",
        },
        pastes_address: true,
    },
    WebhookStep {
        what: Advice {
            code: "recall_tick",
            text: "Tick all bot.*, recording.* and transcript.* events, sdk_upload.* if you record with the Desktop SDK, and audio_mixed.deleted and video_mixed.deleted.",
        },
        pastes_address: false,
    },
    WebhookStep {
        what: Advice {
            code: "recall_secret",
            text: "Under API Keys & Secrets make a workspace secret and keep it with `ringback accounts set-secret` as webhook_secret; until then Recall.ai signs nothing.",
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
        "event": TEST_KIND,
        "data": { "nonce": nonce },
    });
    WEBHOOK.test_event(&account.secrets, WEBHOOK_SECRET, &body, nonce, now)
}
