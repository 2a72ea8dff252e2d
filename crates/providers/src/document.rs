//! Bytes of a provider, from a webhook or from its API, and what is understood of them.

use jiff::Timestamp;
use ringback_model::{CallEvent, ProviderCallId, Source};

/// Bytes of a provider as they stand in the journal.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Whether the provider sent it or we asked for it.
    pub source: Source,
    /// For webhooks the kind of event, for snapshots the client's own word ("call", "recordings").
    pub kind: &'a str,
    /// The query of the request, if there was one.
    pub query: Option<&'a str>,
    /// The content type, if there was one.
    pub content_type: Option<&'a str>,
    /// The bytes.
    pub body: &'a [u8],
    /// When it arrived. For a snapshot: the moment it describes, by the provider's clock where it
    /// tells (the `Date` header), so that a wrong clock here does no harm.
    pub at: Timestamp,
}

/// What a document says.
#[derive(Clone, Debug, PartialEq)]
pub enum Understood {
    /// Reports about calls, usually one.
    Events(Vec<CallEvent>),
    /// A kind that is not used here. It is kept with this reason.
    Ignored(String),
    /// It names a call by an id that is not the conversation's, or says too little: the provider has
    /// to be asked. It is kept with this reason.
    Ask {
        /// What to ask for, as [`Client::call`](crate::Client::call) takes it.
        calls: Vec<ProviderCallId>,
        /// Why.
        why: String,
    },
}

impl Understood {
    /// The calls that it speaks of.
    pub fn calls(&self) -> Vec<&ProviderCallId> {
        match self {
            Self::Events(events) => events.iter().map(|event| &event.call).collect(),
            Self::Ignored(_) => Vec::new(),
            Self::Ask { calls, .. } => calls.iter().collect(),
        }
    }
}

/// A document that cannot be read. It is kept; nothing of it is applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} (at {path})")]
pub struct Misunderstood {
    /// Where in the document, for example `call.start_timestamp`. Never a value.
    pub path: String,
    /// What is wrong there, without the value.
    pub what: String,
}
