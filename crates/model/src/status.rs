//! Where a call stands, which way it went, how it ended.

use serde::{Deserialize, Serialize};

use crate::told::Fact;

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Created at the provider, nobody is called yet.
    Scheduled,
    /// The other side's phone rings.
    Ringing,
    /// People (or agents) are talking.
    Ongoing,
    /// Over, after a connection.
    Ended,
    /// Over, and never connected (busy, no answer, canceled).
    NotConnected,
    /// Over because something broke.
    Failed,
}

impl Status {
    /// All of them, in the order in which a call may come to them.
    pub const ALL: [Self; 6] = [
        Self::Scheduled,
        Self::Ringing,
        Self::Ongoing,
        Self::Ended,
        Self::NotConnected,
        Self::Failed,
    ];

    /// The status with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether the call is over. What is over never goes on again.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Ended | Self::NotConnected | Self::Failed)
    }

    /// Whether the call belongs on the board of ongoing calls.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Ringing | Self::Ongoing)
    }

    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Ringing => "ringing",
            Self::Ongoing => "ongoing",
            Self::Ended => "ended",
            Self::NotConnected => "not_connected",
            Self::Failed => "failed",
        }
    }
}

impl Fact for Status {
    /// A call only goes forward; between two terminal words the later one stands.
    fn rank(&self) -> u8 {
        match self {
            Self::Scheduled => 0,
            Self::Ringing => 1,
            Self::Ongoing => 2,
            Self::Ended | Self::NotConnected | Self::Failed => 3,
        }
    }
}

/// Which way a call went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Somebody called us.
    Inbound,
    /// We called somebody.
    Outbound,
    /// A call from a web page; there are no numbers.
    Web,
    /// A meeting; there are participants instead of numbers.
    Meeting,
    /// Nobody told.
    #[default]
    Unknown,
}

impl Direction {
    /// The word for it in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Web => "web",
            Self::Meeting => "meeting",
            Self::Unknown => "unknown",
        }
    }
}

impl Fact for Direction {}

/// Why a call ended, in words that all providers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedCode {
    /// The caller (the person) hung up.
    CallerHangup,
    /// The agent hung up.
    AgentHangup,
    /// The call was handed on.
    Transferred,
    /// A voicemail answered.
    Voicemail,
    /// Nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// Called off before it connected.
    Canceled,
    /// Nobody said anything for too long.
    Inactivity,
    /// The longest allowed time was over.
    MaxDuration,
    /// Something broke.
    Error,
    /// The provider's word is not known here.
    Unknown,
}

/// Why a call ended: the shared word and the provider's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedReason {
    /// The shared word.
    pub code: EndedCode,
    /// The provider's word, unchanged.
    pub raw: String,
}

impl Fact for EndedReason {}

/// One of the two sides of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side that placed the call.
    Calling,
    /// The side that was called.
    Called,
}

impl Fact for Side {}

/// Who or what handled the call on our side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The provider's id of it.
    pub id: Option<String>,
    /// Its name, if the provider tells.
    pub name: Option<String>,
}

impl Fact for Agent {
    /// A report with the name knows more than one without.
    fn rank(&self) -> u8 {
        u8::from(self.name.is_some())
    }
}

/// What the customer lets the provider keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoragePolicy {
    /// Everything.
    Everything,
    /// Everything with personal data removed.
    ExceptPersonalData,
    /// Neither recording nor transcript.
    BasicsOnly,
}

impl Fact for StoragePolicy {}
