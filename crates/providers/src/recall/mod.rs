//! Recall.ai: bots that take part in meetings and record them.
//!
//! Documentation: <https://docs.recall.ai> (API v1.11, read November 2026; where a page of the older
//! v1.10 says something else, both are understood).
//!
//! Things to know: the conversation is the bot, and its id is the call's; what the Desktop SDK records
//! has no bot, so there the recording is the conversation. Webhooks carry ids and statuses and nothing
//! else, so most of them are notices: the API is asked for what they mean. Who took part and what was
//! said lie in JSON files behind links that die. There are no phone numbers and no costs. Workspaces
//! belong to a region; keys and data of one are unknown in the others.

mod client;
mod deletion;
mod ending;
mod events;
mod fields;
mod file;
mod life;
mod links;
mod participants;
mod payload;
mod platform;
mod signature;
mod transcript;
mod webhooks;

use std::sync::Arc;

use jiff::Timestamp;
use ringback_model::{Call, Field};

use crate::{
    Account, Client, Document, Misunderstood, OptionField, OptionKey, Provider, RawRequest,
    Refusal, SecretField, SecretName, TestEvent, Understood, VerifiedEvent, WebhookStep,
    http::Http, standard_webhooks, webhook::Advice,
};

/// Opens the API.
const API_KEY: SecretName = "api_key";
/// Signs the webhooks: the workspace's secret, or that of an endpoint in an older workspace.
const WEBHOOK_SECRET: SecretName = "webhook_secret";

const REGION: OptionKey = "region";

/// <https://docs.recall.ai/docs/regions>, read November 2026.
const REGIONS: [&str; 4] = ["us-west-2", "us-east-1", "eu-central-1", "ap-northeast-1"];
const DEFAULT_REGION: &str = REGIONS[0];

/// Recall.ai.
pub(crate) struct Recall;

impl Provider for Recall {
    fn name(&self) -> &'static str {
        "recall"
    }

    fn title(&self) -> &'static str {
        "Recall.ai"
    }

    fn default_base_url(&self, options: &dyn Fn(OptionKey) -> Option<String>) -> String {
        // Only a region that is known becomes part of an address; `check_options` says what is wrong
        // with any other.
        let region = options(REGION)
            .and_then(|wanted| REGIONS.into_iter().find(|region| *region == wanted))
            .unwrap_or(DEFAULT_REGION);
        format!("https://{region}.recall.ai")
    }

    fn deletes_recordings(&self) -> Result<(), &'static str> {
        Ok(())
    }

    fn secret_fields(&self) -> &'static [SecretField] {
        &fields::SECRETS
    }

    fn option_fields(&self) -> &'static [OptionField] {
        &fields::OPTIONS
    }

    fn check_options(&self, account: &Account) -> Result<(), String> {
        let region = account.option(REGION).unwrap_or(DEFAULT_REGION);
        if !REGIONS.contains(&region) {
            return Err(format!(
                "region is none of Recall.ai's; write one of {} (it is the beginning of the dashboard's address), or set base_url for a new one",
                REGIONS.join(", ")
            ));
        }
        let is_secret = |secret| standard_webhooks::key(secret).is_some();
        if !account.secrets.all(WEBHOOK_SECRET).iter().all(is_secret) {
            return Err(
                "webhook_secret is no signing secret; it begins with whsec_ and stands in Recall.ai's dashboard under Developers, API Keys & Secrets (in workspaces from before December 2025: under Webhooks, at the endpoint); several are separated by spaces"
                    .into(),
            );
        }
        Ok(())
    }

    fn free_form(&self) -> &'static [&'static str] {
        &["metadata", "recording_config", "extra_data"]
    }

    fn verify(
        &self,
        account: &Account,
        request: RawRequest,
        now: Timestamp,
    ) -> Result<VerifiedEvent, Refusal> {
        signature::verify(account, request, now)
    }

    fn understand(
        &self,
        _account: &Account,
        document: Document<'_>,
    ) -> Result<Understood, Misunderstood> {
        events::understand(document)
    }

    fn expects(&self, call: &Call) -> Vec<Field> {
        events::expects(call)
    }

    fn webhook_steps(&self) -> &'static [WebhookStep] {
        webhooks::STEPS
    }

    fn test_event(
        &self,
        account: &Account,
        nonce: &str,
        now: Timestamp,
    ) -> Result<TestEvent, Advice> {
        webhooks::test_event(account, nonce, now)
    }

    fn client(&self, account: Arc<Account>, http: Http) -> Box<dyn Client> {
        Box::new(client::RecallClient::new(account, http))
    }
}
