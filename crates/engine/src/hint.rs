//! What nobody vouches for: of an unsigned event, where an account takes such at all, only the calls count
//! that it names. The door keeps them in a note of our own and nothing else, so that a stranger's megabytes
//! do not become ours.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ringback_model::{ProviderCallId, Source};
use ringback_providers::{Account, Document, Misunderstood, Provider, Understood, VerifiedEvent};
use ringback_store::{Event, NewEvent, Request, Standing};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What our notes are told by. What was kept before there were notes is the provider's document.
const NOTE: &str = "application/vnd.ringback.hint+json";

/// So many calls of one event are asked about. A real one names one, or a few.
const MOST_CALLS: usize = 20;

/// What is longer, in bytes, is no call's id.
const LONGEST_ID: usize = 256;

/// So much of a stranger's words is kept as kind and reason, in characters.
const LONGEST_WORDS: usize = 80;

/// A key that is longer, in bytes, is kept as its digest.
const LONGEST_KEY: usize = 256;

/// The note.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hint {
    /// The calls that it names.
    pub(crate) calls: Vec<ProviderCallId>,
    /// Why there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
}

impl Hint {
    /// What the provider's code makes of a document.
    pub(crate) fn of(provider: &dyn Provider, account: &Account, document: Document<'_>) -> Self {
        // A mistake of ours in reading must cost nobody else anything.
        let read = catch_unwind(AssertUnwindSafe(|| provider.understand(account, document)));
        match read {
            Ok(understood) => Self::in_words(understood),
            Err(_) => Self::nothing("reading it failed by a mistake of ours"),
        }
    }

    fn in_words(understood: Result<Understood, Misunderstood>) -> Self {
        let named = match understood {
            Ok(Understood::Events(events)) => events.into_iter().map(|event| event.call).collect(),
            Ok(Understood::Ask { calls, .. }) => calls,
            Ok(Understood::Ignored(reason)) => return Self::nothing(&reason),
            Err(error) => return Self::nothing(&error.to_string()),
        };
        let mut calls: Vec<ProviderCallId> = Vec::new();
        for call in named {
            if call.as_str().len() <= LONGEST_ID && !calls.contains(&call) {
                calls.push(call);
            }
            if calls.len() == MOST_CALLS {
                break;
            }
        }
        match calls.is_empty() {
            true => Self::nothing("it names no call"),
            false => Self { calls, why: None },
        }
    }

    fn nothing(why: &str) -> Self {
        Self {
            calls: Vec::new(),
            why: Some(cut(why)),
        }
    }

    /// The note of an entry of the journal, if it is one.
    pub(crate) fn read(event: &Event) -> Option<Self> {
        let is_note = event.head.standing == Standing::Hint
            && event.request.content_type.as_deref() == Some(NOTE);
        is_note.then(|| {
            serde_json::from_slice(&event.body)
                .unwrap_or_else(|_| Self::nothing("its note cannot be read"))
        })
    }

    /// The entry of the journal that is kept of `event`.
    pub(crate) fn entry(&self, account: &Account, event: &VerifiedEvent) -> NewEvent {
        let key = match event.key.len() > LONGEST_KEY {
            true => format!("hint:{}", hex::encode(Sha256::digest(&event.key))),
            false => event.key.clone(),
        };
        NewEvent {
            account: account.id.clone(),
            provider: account.provider.to_owned(),
            source: Source::Webhook,
            kind: Some(cut(&event.kind)),
            key,
            received_at: event.request.received_at,
            as_of: None,
            request: Request {
                method: Some(event.request.method.to_string()),
                content_type: Some(NOTE.to_owned()),
                ..Request::default()
            },
            standing: Standing::Hint,
            body: serde_json::to_vec(self).expect("our own plain struct is JSON"),
        }
    }
}

fn cut(words: &str) -> String {
    words.chars().take(LONGEST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_a_stranger_names_only_a_few_calls_with_possible_ids_are_kept() {
        let mut named: Vec<_> = (0..50)
            .map(|n| ProviderCallId::new(format!("call_{}", n / 2)))
            .collect();
        named.insert(0, ProviderCallId::new("x".repeat(LONGEST_ID + 1)));
        let hint = Hint::in_words(Ok(Understood::Ask {
            calls: named,
            why: "a notice".into(),
        }));
        assert_eq!(hint.calls.len(), MOST_CALLS, "each once");
        assert_eq!(hint.calls[0].as_str(), "call_0");
        assert_eq!(hint.why, None);
    }

    #[test]
    fn why_it_names_none_is_kept_in_few_words_whatever_it_says() {
        let ignored = Hint::in_words(Ok(Understood::Ignored("ü".repeat(1_000))));
        assert_eq!(ignored.why, Some("ü".repeat(LONGEST_WORDS)));
        let unreadable = Hint::in_words(Err(Misunderstood {
            path: "call.call_id".into(),
            what: "it has to be a text".into(),
        }));
        assert_eq!(
            unreadable.why.as_deref(),
            Some("it has to be a text (at call.call_id)")
        );
        let too_long = ProviderCallId::new("x".repeat(LONGEST_ID + 1));
        let none = Hint::in_words(Ok(Understood::Ask {
            calls: vec![too_long],
            why: String::new(),
        }));
        assert_eq!(none, Hint::nothing("it names no call"));
    }
}
