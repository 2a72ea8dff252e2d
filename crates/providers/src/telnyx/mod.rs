//! Telnyx: Voice API ("Call Control"), TeXML and SIP trunks, and their recordings.
//!
//! Documentation: <https://developers.telnyx.com/docs/voice/programmable-voice/voice-api-webhooks>
//! and its neighbours, the OpenAPI description (`team-telnyx/openapi`, July 2026) and the official
//! SDKs (`telnyx` 7.24.0 from npm, 4.189.0 from PyPI), read November 2026. Where they disagree, both
//! ways are taken.
//!
//! Things to know: there is no document of a call and no list of calls. Each webhook speaks of one
//! leg; legs belong together by their session, whose id is the conversation's here, and the leg that
//! began first is its root. So everything is told in [`Pieces`](ringback_model::Pieces) and the call
//! is put together from them: any order and any repetition of reports gives the same call. A
//! `call.recording.saved` has no recording id. Links live ten minutes. Costs come by webhook only if
//! that is switched on, and otherwise from detail records, one for each product.

mod billing;
mod client;
mod deletion;
mod events;
mod fields;
mod hangup;
mod links;
mod matching;
mod media;
mod page;
mod payload;
mod public_key;
mod recordings;
mod session;
mod signature;
mod snapshots;
mod texml;
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

/// Opens the API; signs nothing.
const API_KEY: SecretName = "api_key";

/// The key that webhooks are checked with. Not a secret.
const PUBLIC_KEY: OptionKey = "public_key";

/// Telnyx.
pub(crate) struct Telnyx;

impl Provider for Telnyx {
    fn name(&self) -> &'static str {
        "telnyx"
    }

    fn title(&self) -> &'static str {
        "Telnyx"
    }

    fn default_base_url(&self, _options: &dyn Fn(OptionKey) -> Option<String>) -> String {
        "https://api.telnyx.com/v2".into()
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

    /// Without a public key webhooks are refused, and calls are found by asking; that is a choice.
    fn check_options(&self, account: &Account) -> Result<(), String> {
        match account.option(PUBLIC_KEY) {
            Some(text) => public_key::read(text).map(|_| ()),
            None => Ok(()),
        }
    }

    fn free_form(&self) -> &'static [&'static str] {
        &["meta", "custom_headers", "metadata"]
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
        snapshots::understand(account, document)
    }

    fn expects(&self, call: &Call) -> Vec<Field> {
        snapshots::expects(call)
    }

    fn webhook_steps(&self) -> &'static [WebhookStep] {
        webhooks::STEPS
    }

    fn sets_webhooks(&self) -> bool {
        true
    }

    fn test_event(
        &self,
        _account: &Account,
        _nonce: &str,
        _now: Timestamp,
    ) -> Result<TestEvent, Advice> {
        Err(webhooks::TELNYX_SIGNS)
    }

    fn client(&self, account: Arc<Account>, http: Http) -> Box<dyn Client> {
        Box::new(client::TelnyxClient::new(account, http))
    }
}
