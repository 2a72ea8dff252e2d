//! Where Retell sends its events: to the agent's `webhook_url`, else to the account's, which only the
//! dashboard knows (<https://docs.retellai.com/features/webhook-overview>, read November 2026).
//!
//! An agent with an address of its own takes its events from the account's. A published version of an
//! agent is never changed; a draft can be, and counts when it is published, with everything else that is
//! in it and in the prompt or flow behind it, which the agent does not show. So publishing stays a person's
//! to do, and until then the published version says where its events go
//! (`version` of <https://docs.retellai.com/api-references/get-agent>, read November 2026).

use http::{HeaderName, Method};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{API_KEY, client::RetellClient};
use crate::{
    Account, ApiError, NotSet, TestEvent, WebhookChange, WebhookStep, WebhookTarget,
    digest::Algorithm,
    http::path,
    json::Object,
    webhook::{Advice, Draft, May, NO_SECRET, TEST_KIND, TargetKind},
};

const LIST_AGENTS: &str = "/v2/list-agents";
const GET_AGENT: &str = "/get-agent/{agent_id}";
const UPDATE_AGENT: &str = "/update-agent/{agent_id}";

/// Agents on a page, and pages that are read.
const PAGE: &str = "1000";
const MOST_PAGES: usize = 5;
/// Agents that are looked at one by one.
const MOST_AGENTS: usize = 500;

const PREFIX: &str = "agent:";

const HIDES_ACCOUNT: May = May::Knowing(Advice {
    code: "retell_hides_account",
    text: "an agent with an address of its own no longer sends anything to the account's webhook URL; if a server of yours is entered there, it would hear nothing of this agent's calls any more",
});
const PUBLISHED: May = May::No(Advice {
    code: "retell_published",
    text: "this version of the agent is published, and Retell lets nobody change it; make a draft in the dashboard, enter the address there, and publish it",
});
const PUBLISH: Advice = Advice {
    code: "retell_publish",
    text: "open this agent in Retell's dashboard and publish its draft; the address counts from then on",
};

pub(super) const STEPS: &[WebhookStep] = &[
    WebhookStep {
        what: Advice {
            code: "retell_open",
            text: "In Retell's dashboard open Settings, then Webhooks (for all agents), or one agent's Webhook Settings (for that agent alone).",
        },
        pastes_address: false,
    },
    WebhookStep {
        what: Advice {
            code: "retell_paste",
            text: "Paste this address as the webhook URL and save. If another address stands there already, leave it: Ringback then finds the calls by polling.",
        },
        pastes_address: true,
    },
    WebhookStep {
        what: Advice {
            code: "retell_badge",
            text: "Under API Keys, the key that Ringback has must be the one with the webhook badge.",
        },
        pastes_address: false,
    },
];

/// `x-retell-signature` as Retell makes it.
pub(super) fn test_event(
    account: &Account,
    nonce: &str,
    now: Timestamp,
) -> Result<TestEvent, Advice> {
    let key = account.secrets.first(API_KEY).ok_or(NO_SECRET)?;
    let body = json!({
        "event": TEST_KIND,
        "call": { "call_id": format!("ringback-test-{nonce}") },
    });
    let mut event = TestEvent::json(API_KEY, &body);
    let timestamp = now.as_millisecond().to_string();
    let digest = Algorithm::Sha256.sign(
        key.reveal().as_bytes(),
        &[&event.body, timestamp.as_bytes()],
    );
    let signature = format!("v={timestamp},d={}", hex::encode(digest));
    event.show(HeaderName::from_static("x-retell-signature"), &signature)?;
    Ok(event)
}

impl RetellClient {
    pub(super) async fn agents(&self) -> Result<Vec<WebhookTarget>, ApiError> {
        let mut targets = Vec::new();
        for id in self.agent_ids().await? {
            match self.agent(&id).await {
                Ok(target) => targets.push(target),
                // Deleted since it was listed.
                Err(ApiError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(targets)
    }

    async fn agent_ids(&self) -> Result<Vec<String>, ApiError> {
        let wrong = |what: &str| wrong(LIST_AGENTS, what);
        let mut ids: Vec<String> = Vec::new();
        let mut key: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut url = path(self.http.base(), &["v2", "list-agents"])?;
            url.query_pairs_mut().append_pair("limit", PAGE);
            if let Some(key) = &key {
                url.query_pairs_mut().append_pair("pagination_key", key);
            }
            let body = Some(json!({}));
            let answer = self.ask(Method::POST, LIST_AGENTS, url, body).await?;
            let page =
                Object::parse(&answer.body, "").map_err(|error| wrong(&error.to_string()))?;
            let items = page
                .objects("items")
                .ok_or_else(|| wrong("items is no list"))?;
            for id in items.iter().filter_map(|agent| agent.text("agent_id")) {
                // Several versions of an agent may be listed.
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            let next = page.text("pagination_key");
            if page.boolean("has_more") != Some(true) || next.is_none() || next == key {
                break;
            }
            key = next;
        }
        ids.truncate(MOST_AGENTS);
        Ok(ids)
    }

    async fn agent(&self, id: &str) -> Result<WebhookTarget, ApiError> {
        let answer = self.get(GET_AGENT, &["get-agent", id]).await?;
        let agent = Object::parse(&answer.body, "agent")
            .map_err(|error| wrong(GET_AGENT, &error.to_string()))?;
        let is_published = agent.boolean("is_published") == Some(true);
        let value = agent.text("webhook_url");
        let draft = match is_published || agent.integer("version") == Some(0) {
            true => None,
            false => self.draft(id, value.as_deref()).await?,
        };
        Ok(WebhookTarget {
            id: format!("{PREFIX}{id}"),
            kind: TargetKind::Agent,
            name: agent.text("agent_name"),
            field: "webhook_url",
            value,
            failover: None,
            drives_calls: false,
            when_empty: if is_published {
                PUBLISHED
            } else {
                HIDES_ACCOUNT
            },
            when_ours: if is_published { PUBLISHED } else { May::Yes },
            // Without a published version nothing else counts either.
            afterwards: (!is_published && draft.is_none()).then_some(PUBLISH),
            draft,
        })
    }

    /// Where the events of an agent's published version go, while this address stands in its draft; `None`
    /// if no version was ever published.
    async fn draft(&self, id: &str, value: Option<&str>) -> Result<Option<Draft>, ApiError> {
        let mut url = path(self.http.base(), &["get-agent", id])?;
        url.query_pairs_mut()
            .append_pair("version", "latest_published");
        let counts = match self.ask(Method::GET, GET_AGENT, url, None).await {
            Ok(answer) => {
                let published = Object::parse(&answer.body, "agent")
                    .map_err(|error| wrong(GET_AGENT, &error.to_string()))?;
                published.text("webhook_url")
            }
            Err(ApiError::NotFound) => return Ok(None),
            // Asked in vain, it is taken to say what the draft says, and to hear of no change of that.
            Err(error @ (ApiError::Server(400) | ApiError::Unexpected(_))) => {
                tracing::warn!(%error, "Retell does not tell what the published version of an agent says");
                value.map(str::to_owned)
            }
            Err(error) => return Err(error),
        };
        let advice = PUBLISH;
        Ok(Some(Draft { advice, counts }))
    }

    pub(super) async fn set_agent(&self, change: WebhookChange<'_>) -> Result<(), NotSet> {
        let id = change
            .target
            .strip_prefix(PREFIX)
            .ok_or(ApiError::NotFound)?;
        change.check(&self.agent(id).await?)?;
        let url = path(self.http.base(), &["update-agent", id])?;
        let body = json!({ "webhook_url": change.to.map_or(Value::Null, Value::from) });
        self.ask(Method::PATCH, UPDATE_AGENT, url, Some(body))
            .await?;
        Ok(())
    }
}

fn wrong(template: &str, what: &str) -> ApiError {
    ApiError::Unexpected(format!("{what} in the answer to {template}"))
}
