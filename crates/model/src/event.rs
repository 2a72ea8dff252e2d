//! What somebody reports about a call.
//!
//! Webhooks, API answers, imports and replays all become [`CallEvent`]s and enter at the same door.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    CallFacts, LegFacts, LegId, Pieces, ProviderCallId, RecordingFacts, RecordingKey, SecretUrl,
    Turn,
};

/// Who told it. The order is the order of trust at the same moment: an answer of the provider's API
/// beats a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An event that the provider sent.
    Webhook,
    /// An answer of the provider's API.
    Snapshot,
}

/// As of when something is true, by the provider's clock where it tells, and by whom.
///
/// `as_of` is the moment that the report describes, not the moment it arrived: a webhook that is
/// delivered an hour late still speaks of an hour ago and does not beat what was learned since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// The moment the report describes.
    pub as_of: Timestamp,
    /// Who told it.
    pub source: Source,
}

/// One report about one call. Everything in it is optional: `None` means "not told".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallEvent {
    /// The conversation that it is about.
    pub call: ProviderCallId,
    /// As of when, and by whom.
    pub stamp: Stamp,
    /// What it says of the conversation.
    #[serde(default)]
    pub facts: CallFacts,
    /// What it says of single legs.
    #[serde(default)]
    pub legs: Vec<(LegId, LegFacts)>,
    /// What it says of recordings.
    #[serde(default)]
    pub recordings: Vec<RecordingReport>,
    /// True for a report that says that something happened and leaves most of it to be asked for:
    /// ids instead of facts. Asking the provider is worth it at once.
    #[serde(default)]
    pub is_notice: bool,
    /// What was said, where it is told turn by turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Turn>,
    /// What it says where the provider tells of no call but of pieces of one.
    #[serde(default, skip_serializing_if = "Pieces::is_empty")]
    pub pieces: Pieces,
}

impl CallEvent {
    /// A report that tells nothing yet.
    pub fn new(call: ProviderCallId, stamp: Stamp) -> Self {
        Self {
            call,
            stamp,
            facts: CallFacts::default(),
            legs: Vec::new(),
            recordings: Vec::new(),
            is_notice: false,
            turns: Vec::new(),
            pieces: Pieces::default(),
        }
    }
}

/// What a report says of one recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordingReport {
    /// Which recording of the call.
    pub key: RecordingKey,
    /// What is told of it.
    pub facts: RecordingFacts,
    /// Where it can be fetched for a while. Not part of the merged call: links do not last.
    pub link: Option<Link>,
}

/// A place a recording can be fetched from for some time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The link.
    pub url: SecretUrl,
    /// When it dies, if that is known.
    pub expires_at: Option<Timestamp>,
}
