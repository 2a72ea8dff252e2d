//! A team's own backend: it pushes what it knows about calls and where their recordings lie, and
//! nobody can be asked.
//!
//! What it has to send is ours to say, in `docs/custom.md`: events signed as Standard Webhooks, with
//! the field names of a call's JSON, any part of a call first, alone, late or twice.
//!
//! Things to know: there is no API, so what was not told stays unknown, and a link that was told is
//! the only way to its recording. The sender is somebody who can mend what is wrong, so a value that
//! does not fit is an error that names its path, where other providers' fields count as not told.

mod checked;
mod client;
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
    Account, Client, Document, Misunderstood, OptionKey, Provider, RawRequest, Refusal,
    SecretField, SecretName, TestEvent, Understood, VerifiedEvent, WebhookStep, http::Http,
    standard_webhooks, webhook::Advice,
};

/// The secret's name: what the backend signs its events with.
const WEBHOOK_SECRET: SecretName = "webhook_secret";

/// Every account has an address of its API, and here is none. The ending is reserved (RFC 6761), so
/// it leads nowhere, and nothing is ever sent to it.
const NOWHERE: &str = "https://no-api.invalid";

/// A team's own backend.
pub(crate) struct Custom;

impl Provider for Custom {
    fn name(&self) -> &'static str {
        "custom"
    }

    fn title(&self) -> &'static str {
        "Own backend"
    }

    fn default_base_url(&self, _options: &dyn Fn(OptionKey) -> Option<String>) -> String {
        NOWHERE.into()
    }

    fn has_api(&self) -> bool {
        false
    }

    fn deletes_recordings(&self) -> Result<(), &'static str> {
        Err("a backend of your own has no API to ask")
    }

    fn secret_fields(&self) -> &'static [SecretField] {
        &fields::SECRETS
    }

    fn check_options(&self, account: &Account) -> Result<(), String> {
        if account.accept_unsigned {
            return Err("accept_unsigned cannot be used here: what is unsigned only counts as a hint to ask the provider, and a backend of your own has no API to ask. Leave it out and sign the events with webhook_secret".into());
        }
        let secrets = account.secrets.all(WEBHOOK_SECRET);
        if secrets
            .iter()
            .any(|secret| standard_webhooks::key(secret).is_none())
        {
            return Err("webhook_secret is no secret of Standard Webhooks; it is whsec_ and base64 after that, several separated by spaces".into());
        }
        Ok(())
    }

    fn free_form(&self) -> &'static [&'static str] {
        &["metadata"]
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
        Box::new(client::CustomClient::new(account, http))
    }
}
