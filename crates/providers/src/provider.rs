//! What every provider offers, and the list of all of them.

use std::sync::Arc;

use jiff::Timestamp;
use ringback_model::{Call, Field};

use crate::{
    Account, Client, Document, Misunderstood, OptionField, OptionKey, RawRequest, Refusal,
    SecretField, SecretName, TestEvent, Understood, VerifiedEvent, WebhookStep,
    custom::Custom,
    http::Http,
    recall::Recall,
    retell::Retell,
    telnyx::Telnyx,
    twilio::Twilio,
    vapi::Vapi,
    webhook::{self, Advice},
};

/// A provider. Everything here is pure: bytes in, words out.
pub trait Provider: Send + Sync {
    /// Its name in `config.toml` and in JSON.
    fn name(&self) -> &'static str;

    /// Its name for people.
    fn title(&self) -> &'static str;

    /// Where its API is if the account does not say otherwise. Without an API: an address that leads
    /// nowhere.
    fn default_base_url(&self, options: &dyn Fn(OptionKey) -> Option<String>) -> String;

    /// Whether there is an API to ask. Where there is none, all that is known comes by webhooks: the
    /// account is not polled, nothing is asked about again, and a link that was told is the only way
    /// to its recording.
    fn has_api(&self) -> bool {
        true
    }

    /// Whether a leg has an id of the same kind as its call, so that a report may name a leg where a call
    /// is meant.
    fn names_legs(&self) -> bool {
        false
    }

    /// Whether a recording alone can be deleted there, so that nothing else of its call goes with it.
    ///
    /// # Errors
    /// Why not, in a sentence for people.
    fn deletes_recordings(&self) -> Result<(), &'static str> {
        Err("this provider deletes no recordings on request")
    }

    /// The secrets it needs (first) and may have, as people are asked for them.
    fn secret_fields(&self) -> &'static [SecretField];

    /// The names of its secrets, the needed one first.
    fn secrets(&self) -> Vec<SecretName> {
        self.secret_fields().iter().map(|it| it.name).collect()
    }

    /// The keys that only this provider has in `config.toml`.
    fn options(&self) -> Vec<OptionKey> {
        self.option_fields().iter().map(|it| it.key).collect()
    }

    /// The settings behind these keys, as people are asked for them.
    fn option_fields(&self) -> &'static [OptionField] {
        &[]
    }

    /// The ends of the paths in its documents below which the names are not the provider's but the
    /// customer's: own data passed through, variables, the results of own questions.
    fn free_form(&self) -> &'static [&'static str] {
        &[]
    }

    /// What of the configuration does not fit, in a sentence that says what to do.
    fn check_options(&self, _account: &Account) -> Result<(), String> {
        Ok(())
    }

    /// Finds out whether a request comes from the provider.
    fn verify(
        &self,
        account: &Account,
        request: RawRequest,
        now: Timestamp,
    ) -> Result<VerifiedEvent, Refusal>;

    /// Turns a document into reports. The same document always gives the same reports.
    fn understand(
        &self,
        account: &Account,
        document: Document<'_>,
    ) -> Result<Understood, Misunderstood>;

    /// Whether webhooks of this kind come when something has been worked out, long after the moment that
    /// they speak of. How much later says nothing about how long they were on their way.
    fn tells_late(&self, _kind: &str) -> bool {
        false
    }

    /// What this provider can tell of a call like this one by now; what of it is not there is
    /// missing.
    fn expects(&self, call: &Call) -> Vec<Field>;

    /// What a person does so that webhooks come here, in order. The steps are for the dashboard, and for
    /// whatever [`Client::set_webhook`] must not touch.
    fn webhook_steps(&self) -> &'static [WebhookStep] {
        &[]
    }

    /// Whether there are places where [`Client::set_webhook`] may put an address.
    fn sets_webhooks(&self) -> bool {
        false
    }

    /// An event of the kind [`TEST_KIND`](crate::TEST_KIND), signed with the account's secret as the
    /// provider signs. `nonce` makes it another one than all others.
    ///
    /// # Errors
    /// Why it cannot be signed, and what to do instead.
    fn test_event(
        &self,
        _account: &Account,
        _nonce: &str,
        _now: Timestamp,
    ) -> Result<TestEvent, Advice> {
        Err(webhook::NO_TEST)
    }

    /// How to ask the provider.
    fn client(&self, account: Arc<Account>, http: Http) -> Box<dyn Client>;
}

/// The provider of that name.
pub fn find(name: &str) -> Option<&'static dyn Provider> {
    registry()
        .iter()
        .copied()
        .find(|provider| provider.name() == name)
}

/// All providers, in the order in which they are offered.
pub fn all() -> &'static [&'static dyn Provider] {
    registry()
}

/// The names of all providers, for messages.
pub fn names() -> Vec<&'static str> {
    registry().iter().map(|provider| provider.name()).collect()
}

/// One line a provider.
fn registry() -> &'static [&'static dyn Provider] {
    &[&Retell, &Vapi, &Twilio, &Telnyx, &Recall, &Custom]
}
