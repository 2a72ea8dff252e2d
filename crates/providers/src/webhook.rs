//! Where a provider sends what happens, and what may be changed about it.
//!
//! Some of these addresses drive calls: whoever stands there decides what a call does next. Ringback only
//! listens, so a provider's folder says of each place by itself whether an address may be put there, and
//! everything else is done by a person, with the [`Advice`] that the folder gives. What an address *is*
//! (ours, an earlier one of ours, somebody else's) is not known here.

use bytes::Bytes;
use http::HeaderMap;

use crate::{ApiError, SecretName};

/// The kind of the test events that Ringback sends to itself. No provider has such a kind.
pub const TEST_KIND: &str = "ringback.test";

/// A place at the provider in which an address for webhooks stands, or may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookTarget {
    /// Its name for [`WebhookChange`]: the kind and the provider's id, `agent:agent_1`.
    pub id: String,
    /// What it belongs to.
    pub kind: TargetKind,
    /// What people call it: an agent's name, a number.
    pub name: Option<String>,
    /// The provider's word for the field, as its documentation has it.
    pub field: &'static str,
    /// The address that stands there.
    pub value: Option<String>,
    /// Where the provider turns when nobody takes an event at `value`. Never changed.
    pub failover: Option<String>,
    /// Whether the address decides what calls do, rather than only hearing of them.
    pub drives_calls: bool,
    /// Whether an address may be put there while there is none.
    pub when_empty: May,
    /// Whether it may be exchanged while it is ours, or taken away.
    pub when_ours: May,
    /// What may be left to do in the dashboard after it was set.
    pub afterwards: Option<Advice>,
    /// Where the place is a draft: what has to be done in the dashboard before it counts.
    pub draft: Option<Draft>,
}

/// A place that counts only when a person makes it count. Until then events go elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What that person has to do.
    pub advice: Advice,
    /// The address that counts until then; `None`: none of this place's own.
    pub counts: Option<String>,
}

/// What an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetKind {
    /// A voice agent.
    Agent,
    /// A voice assistant.
    Assistant,
    /// A telephone number.
    PhoneNumber,
    /// An application that calls are routed through.
    Application,
}

impl TargetKind {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Assistant => "assistant",
            Self::PhoneNumber => "phone_number",
            Self::Application => "application",
        }
    }
}

/// Whether something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// It does no harm.
    Yes,
    /// Only after a person has read this and says so.
    Knowing(Advice),
    /// Not from here, for this reason.
    No(Advice),
}

/// A sentence for a person, with a word by which the window finds it in its own language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The word.
    pub code: &'static str,
    /// The sentence, in English.
    pub text: &'static str,
}

/// What has to be typed in a dashboard, step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookStep {
    /// What to do.
    pub what: Advice,
    /// Whether the account's address is pasted here.
    pub pastes_address: bool,
}

/// An address to be put in the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookChange<'a> {
    /// The [`WebhookTarget::id`].
    pub target: &'a str,
    /// What has to stand there for the change to be made; `None`: nothing.
    pub from: Option<&'a str>,
    /// What shall stand there; `None`: nothing.
    pub to: Option<&'a str>,
}

impl WebhookChange<'_> {
    /// Whether the change may be made to the place as it is now.
    pub(crate) fn check(&self, target: &WebhookTarget) -> Result<(), NotSet> {
        if target.value.as_deref() != self.from {
            return Err(NotSet::Changed);
        }
        let may = match self.from {
            None => target.when_empty,
            Some(_) => target.when_ours,
        };
        match may {
            May::No(advice) => Err(NotSet::ByHand(advice)),
            May::Yes | May::Knowing(_) => Ok(()),
        }
    }
}

/// Why an address was not set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSet {
    /// Something else stands there than what was looked at.
    #[error("another address was entered there in the meantime; look again")]
    Changed,
    /// It is a person's to do.
    #[error("{}", .0.text)]
    ByHand(Advice),
    /// The provider.
    #[error(transparent)]
    Api(#[from] ApiError),
}

/// An event that means nothing, signed as the provider signs.
#[derive(Clone, Debug)]
pub struct TestEvent {
    /// The account's secret that it is signed with.
    pub signed_with: SecretName,
    /// The headers, with the signature. Values that let somebody in are marked as sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl TestEvent {
    /// JSON with the headers that a signer adds.
    pub(crate) fn json(signed_with: SecretName, body: &serde_json::Value) -> Self {
        Self::of(signed_with, "application/json", body.to_string())
    }

    /// A body of that content type, not signed yet.
    pub(crate) fn of(signed_with: SecretName, content_type: &'static str, body: String) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(
            http::header::CONTENT_TYPE,
            http::HeaderValue::from_static(content_type),
        );
        Self {
            signed_with,
            headers,
            body: body.into(),
        }
    }

    /// Adds a header that nobody should see.
    pub(crate) fn show(&mut self, name: http::HeaderName, value: &str) -> Result<(), Advice> {
        let mut value = http::HeaderValue::from_str(value).map_err(|_| UNUSABLE_SECRET)?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }
}

/// There is nothing to sign a test event with.
pub(crate) const NO_SECRET: Advice = Advice {
    code: "no_secret",
    text: "there is no secret to sign with; set it with `ringback accounts set-secret`",
};
/// The signature covers the address.
pub(crate) const NO_ADDRESS: Advice = Advice {
    code: "no_address",
    text: "the signature covers the public address, and there is none yet",
};
/// A secret that no header or signature can be made with.
pub(crate) const UNUSABLE_SECRET: Advice = Advice {
    code: "unusable_secret",
    text: "the secret is not one that this provider signs with; copy it again, whole",
};
/// Only the provider can sign.
pub(crate) const NO_TEST: Advice = Advice {
    code: "no_test",
    text: "test events of this provider cannot be made here",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn target(value: Option<&str>, when_empty: May, when_ours: May) -> WebhookTarget {
        WebhookTarget {
            id: "agent:1".into(),
            kind: TargetKind::Agent,
            name: None,
            field: "webhook_url",
            value: value.map(str::to_owned),
            failover: None,
            drives_calls: false,
            when_empty,
            when_ours,
            afterwards: None,
            draft: None,
        }
    }

    #[test]
    fn only_what_was_looked_at_is_changed_and_only_where_it_may() {
        let change = |from| WebhookChange {
            target: "agent:1",
            from,
            to: Some("https://b.example/"),
        };
        let no = May::No(NO_TEST);
        for (present, from, when_empty, when_ours, wanted) in [
            (None, None, May::Yes, no, Ok(())),
            (None, None, May::Knowing(NO_TEST), no, Ok(())),
            (None, None, no, May::Yes, Err(NotSet::ByHand(NO_TEST))),
            (Some("a"), Some("a"), no, May::Yes, Ok(())),
            (
                Some("a"),
                Some("a"),
                May::Yes,
                no,
                Err(NotSet::ByHand(NO_TEST)),
            ),
            (Some("a"), None, May::Yes, May::Yes, Err(NotSet::Changed)),
            (None, Some("a"), May::Yes, May::Yes, Err(NotSet::Changed)),
            (
                Some("b"),
                Some("a"),
                May::Yes,
                May::Yes,
                Err(NotSet::Changed),
            ),
        ] {
            let checked = change(from).check(&target(present, when_empty, when_ours));
            assert_eq!(checked, wanted, "{present:?} {from:?}");
        }
    }
}
