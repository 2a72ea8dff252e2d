//! Retell AI: voice agents on phone and web.
//!
//! Documentation: <https://docs.retellai.com> (read November 2026); where the official SDKs say
//! something else, the SDKs are followed (`retell-sdk` 5.66.1 for TypeScript, 6.2.13 for Python).
//!
//! Things to know: costs are US cents. Times are milliseconds since 1970. The signing secret is the
//! API key itself. Recordings have no id of their own, a call has one. There is no "changed since",
//! so late changes are only seen by asking for a call again.

mod client;
mod events;
mod fields;
mod links;
mod payload;
mod signature;
mod transcript;
mod webhooks;

use std::sync::Arc;

use jiff::Timestamp;
use ringback_model::{Call, Field};

use crate::{
    Account, Client, Document, Misunderstood, OptionKey, Provider, RawRequest, Refusal,
    SecretField, SecretName, TestEvent, Understood, VerifiedEvent, WebhookStep, http::Http,
    webhook::Advice,
};

/// The secret's name: the API key, which also signs the webhooks.
const API_KEY: SecretName = "api_key";

/// Retell AI.
pub(crate) struct Retell;

impl Provider for Retell {
    fn name(&self) -> &'static str {
        "retell"
    }

    fn title(&self) -> &'static str {
        "Retell AI"
    }

    fn default_base_url(&self, _options: &dyn Fn(OptionKey) -> Option<String>) -> String {
        "https://api.retellai.com".into()
    }

    /// `DELETE /v2/delete-call/{id}` is the only way (read August 2026).
    fn deletes_recordings(&self) -> Result<(), &'static str> {
        Err(
            "Retell deletes whole calls only, with their transcripts and costs; a recording alone cannot be deleted",
        )
    }

    fn secret_fields(&self) -> &'static [SecretField] {
        &fields::SECRETS
    }

    fn free_form(&self) -> &'static [&'static str] {
        &[
            "metadata",
            "retell_llm_dynamic_variables",
            "collected_dynamic_variables",
            "custom_analysis_data",
            "custom_attributes",
            "custom_sip_headers",
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
        _account: &Account,
        document: Document<'_>,
    ) -> Result<Understood, Misunderstood> {
        events::understand(document)
    }

    fn tells_late(&self, kind: &str) -> bool {
        kind == events::ANALYZED
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
        Box::new(client::RetellClient::new(account, http))
    }
}
