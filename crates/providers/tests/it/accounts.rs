//! Accounts, requests and documents for the tests.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ringback_model::{AccountId, CallEvent, Source};
use ringback_providers::{
    Account, Document, Misunderstood, Provider, RawRequest, Secrets, Understood, find,
};
use url::Url;

pub(crate) const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";

pub(crate) fn provider(name: &str) -> &'static dyn Provider {
    find(name).expect("a provider of that name")
}

pub(crate) fn account(provider: &'static str, secrets: &[(&str, &str)]) -> Account {
    let mut held = Secrets::default();
    for (name, value) in secrets {
        held.add(name, value);
    }
    let mut options = BTreeMap::new();
    if provider == "twilio" {
        options.insert("account_sid".to_owned(), ACCOUNT_SID.to_owned());
    }
    let base_url = self::provider(provider).default_base_url(&|key| options.get(key).cloned());
    Account {
        id: AccountId::new("clinic").expect("an id"),
        provider,
        base_url: Url::parse(&base_url).expect("a URL"),
        webhook_url: None,
        options,
        secrets: held,
        media_hosts: Vec::new(),
        allow_private_network: false,
        accept_unsigned: false,
    }
}

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).expect("in range")
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn request(body: impl Into<Vec<u8>>, headers: &[(&'static str, &str)]) -> RawRequest {
    let mut map = http::HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().expect("a header value"));
    }
    RawRequest {
        method: http::Method::POST,
        query: None,
        headers: map,
        body: body.into().into(),
        received_at: at(1_760_000_000_000),
    }
}

pub(crate) fn webhook<'a>(body: &'a [u8], at: Timestamp) -> Document<'a> {
    Document {
        source: Source::Webhook,
        kind: "webhook",
        query: None,
        content_type: None,
        body,
        at,
    }
}

pub(crate) fn snapshot<'a>(kind: &'a str, body: &'a [u8], at: Timestamp) -> Document<'a> {
    Document {
        source: Source::Snapshot,
        kind,
        ..webhook(body, at)
    }
}

pub(crate) fn understand(
    account: &Account,
    document: Document<'_>,
) -> Result<Understood, Misunderstood> {
    provider(account.provider).understand(account, document)
}

/// The events of a document that has to be understood.
pub(crate) fn events(account: &Account, document: Document<'_>) -> Vec<CallEvent> {
    match understand(account, document) {
        Ok(Understood::Events(events)) => events,
        other => panic!("not understood: {other:?}"),
    }
}

/// The one event of a document that has to be understood.
pub(crate) fn event(account: &Account, document: Document<'_>) -> CallEvent {
    let mut events = events(account, document);
    assert_eq!(events.len(), 1, "one event");
    events.remove(0)
}
