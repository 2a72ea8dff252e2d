//! Twilio Programmable Voice: phone calls and their recordings.
//!
//! Documentation: <https://www.twilio.com/docs/voice/api/call-resource> and its neighbours, the
//! OpenAPI description (`twilio/twilio-oai`, April 2026) and the official SDKs (read November 2026).
//!
//! Things to know: one conversation has several legs, each with its own id; the recording hangs on
//! the root leg by the documentation, and the root leg's id is the conversation's here. A recording that
//! names a further leg finds its way to the conversation all the same. Numbers come as texts, prices
//! are negative and null for minutes, times are RFC 2822. By default nothing is recorded. Signatures
//! cover the public address as it is configured at Twilio.

mod client;
mod deletion;
mod events;
mod fields;
mod links;
mod payload;
mod signature;
mod webhooks;

use std::sync::Arc;

use jiff::Timestamp;
use ringback_model::{Call, Field};

use crate::{
    Account, Client, Document, Misunderstood, OptionField, OptionKey, Provider, RawRequest,
    Refusal, SecretField, SecretName, TestEvent, Understood, VerifiedEvent, WebhookStep,
    http::Http, webhook::Advice,
};

/// The primary auth token: signs the webhooks, and is a password for the API.
const AUTH_TOKEN: SecretName = "auth_token";
/// An API key (`SK...`) and its secret: for the API only.
const API_KEY_SID: SecretName = "api_key_sid";
const API_KEY_SECRET: SecretName = "api_key_secret";

const ACCOUNT_SID: OptionKey = "account_sid";

/// Twilio.
pub(crate) struct Twilio;

impl Provider for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn title(&self) -> &'static str {
        "Twilio"
    }

    fn default_base_url(&self, _options: &dyn Fn(OptionKey) -> Option<String>) -> String {
        "https://api.twilio.com".into()
    }

    fn names_legs(&self) -> bool {
        true
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
        let Some(sid) = account.option(ACCOUNT_SID) else {
            return Err("account_sid is missing; it begins with AC and stands on the start page of the Twilio console".into());
        };
        let is_sid = sid.len() > 2
            && sid.starts_with("AC")
            && sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_sid {
            return Err("account_sid is not the id of a Twilio account; it begins with AC and has 32 digits and letters after that".into());
        }
        let has = |name| {
            account
                .secrets
                .first(name)
                .is_some_and(|secret| !secret.is_empty())
        };
        match (has(API_KEY_SID), has(API_KEY_SECRET)) {
            (true, false) => {
                Err("api_key_sid is set without api_key_secret; set both or neither".into())
            }
            (false, true) => {
                Err("api_key_secret is set without api_key_sid; set both or neither".into())
            }
            _ => Ok(()),
        }
    }

    fn verify(
        &self,
        account: &Account,
        request: RawRequest,
        _now: Timestamp,
    ) -> Result<VerifiedEvent, Refusal> {
        signature::verify(account, request)
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
        Box::new(client::TwilioClient::new(account, http))
    }
}
