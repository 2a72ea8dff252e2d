//! Vapi: voice agents on phone and web.
//!
//! Documentation: <https://docs.vapi.ai> and the OpenAPI description beside it (`VapiAI/docs`, August
//! 2026), and the official SDK (`@vapi-ai/server-sdk` 2.0.1), read November 2026. The SDK has neither
//! a verifier nor a signer.
//!
//! Things to know: costs are dollars. Messages carry a snapshot of the call that is older than the
//! message itself, so the message's own fields count and the API is asked for the rest. By default
//! messages are neither signed nor sent again. Files are private: the API redirects to a link that
//! lives for minutes. After two weeks a pay-as-you-go account has lost the call. Numbers and
//! assistants are named by id, so what they are called travels beside the call (`composed`).

mod api;
mod auth;
mod client;
mod composed;
mod cost;
mod directory;
mod ended;
mod events;
mod fields;
mod latency;
mod links;
mod messages;
mod payload;
mod plan;
mod signature;
mod transcript;
mod walk;
mod webhooks;

use std::sync::Arc;

use jiff::Timestamp;
use ringback_model::{Call, Field};

use crate::{
    Account, Client, Document, Misunderstood, OptionField, OptionKey, Provider, RawRequest,
    Refusal, SecretField, SecretName, TestEvent, Understood, VerifiedEvent, WebhookStep,
    http::Http, webhook::Advice,
};

/// The private key: opens the API.
const API_KEY: SecretName = "api_key";
/// The token of the Bearer credential or the key of the HMAC credential.
const WEBHOOK_SECRET: SecretName = "webhook_secret";

/// Vapi.
pub(crate) struct Vapi;

impl Provider for Vapi {
    fn name(&self) -> &'static str {
        "vapi"
    }

    fn title(&self) -> &'static str {
        "Vapi"
    }

    fn default_base_url(&self, _options: &dyn Fn(OptionKey) -> Option<String>) -> String {
        "https://api.vapi.ai".into()
    }

    /// `DELETE /call/{id}` is the only way (read August 2026).
    fn deletes_recordings(&self) -> Result<(), &'static str> {
        Err(
            "Vapi deletes whole calls only, with their transcripts and costs; a recording alone cannot be deleted",
        )
    }

    fn secret_fields(&self) -> &'static [SecretField] {
        &fields::SECRETS
    }

    fn option_fields(&self) -> &'static [OptionField] {
        &fields::OPTIONS
    }

    fn check_options(&self, account: &Account) -> Result<(), String> {
        auth::check(account)
    }

    fn free_form(&self) -> &'static [&'static str] {
        &[
            "metadata",
            "variableValues",
            "variables",
            "structuredData",
            "structuredOutputs",
            "scorecards",
            "arguments",
            "parameters",
            "headers",
            "assistant",
            "assistantOverrides",
            "squad",
            "workflow",
        ]
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
        account: &Account,
        document: Document<'_>,
    ) -> Result<Understood, Misunderstood> {
        events::understand(account, document)
    }

    fn expects(&self, call: &Call) -> Vec<Field> {
        events::expects(call)
    }

    fn webhook_steps(&self) -> &'static [WebhookStep] {
        webhooks::STEPS
    }

    fn sets_webhooks(&self) -> bool {
        true
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
        Box::new(client::VapiClient::new(account, http))
    }
}
