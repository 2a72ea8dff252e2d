//! What will happen in a call, written down before it rings.
//!
//! A script says nothing about a provider's words; each stand-in tells the same story in its own documents.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One call from the first ring to the last correction. `..CallScript::default()` fills in what a test does not care
/// about: an inbound call that is answered, spoken, hung up by the caller, recorded and analysed.
#[derive(Debug, Clone, PartialEq)]
pub struct CallScript {
    /// Who called whom.
    pub direction: Direction,
    /// The calling number; drawn from the fiction range when `None`.
    pub from: Option<String>,
    /// The called number; the account's own or one from the fiction range when `None`.
    pub to: Option<String>,
    /// Which of the [`crate::speech::conversations`] is spoken; drawn when `None`.
    pub conversation: Option<usize>,
    /// From placing the call until it is answered or given up.
    pub ring: Duration,
    /// How long they talk; the length of the conversation when `None`. Longer than the conversation repeats it.
    pub talk: Option<Duration>,
    /// Why it ended; decides as well whether it was ever answered.
    pub ending: Ending,
    /// What becomes of the recording.
    pub recording: RecordingPlan,
    /// Further recordings of the same call, each from the answer on and so long (Twilio only).
    pub further_recordings: Vec<Duration>,
    /// What the customer lets the provider keep (Retell's `data_storage_setting`).
    pub storage: StoragePolicy,
    /// From the end of the call until its analysis is there (Recall.ai: its transcript).
    pub analysis_after: Duration,
    /// From the end of the call until its price is known (Twilio; Retell knows it at once).
    pub price_after: Duration,
    /// Whether each turn is announced while the call goes on (Retell's `transcript_updated`, Recall.ai's
    /// `transcript.data`).
    pub transcript_updates: bool,
    /// A later correction of cost and duration.
    pub correction: Option<Correction>,
    /// For this long after the end the API lists the call without transcript, analysis, cost and recording.
    pub hole_for: Option<Duration>,
    /// From the end of the call until the provider forgets it.
    pub deleted_after: Option<Duration>,
    /// The carrier's id of the call, where an agent's provider tells it; drawn when `None`. That of a call placed with
    /// the carrier before makes the two one conversation.
    pub carrier_call: Option<String>,
}

impl Default for CallScript {
    fn default() -> Self {
        Self {
            direction: Direction::Inbound,
            from: None,
            to: None,
            conversation: None,
            ring: Duration::from_secs(2),
            talk: None,
            ending: Ending::CallerHangup,
            recording: RecordingPlan::default(),
            further_recordings: Vec::new(),
            storage: StoragePolicy::Everything,
            analysis_after: Duration::from_secs(5),
            price_after: Duration::from_secs(60),
            transcript_updates: false,
            correction: None,
            hole_for: None,
            deleted_after: None,
            carrier_call: None,
        }
    }
}

impl CallScript {
    /// A call the agent makes.
    #[must_use]
    pub fn outbound() -> Self {
        Self {
            direction: Direction::Outbound,
            ..Self::default()
        }
    }

    /// An outbound call that nobody takes, for the reason `ending`.
    #[must_use]
    pub fn unanswered(ending: Ending) -> Self {
        Self {
            ending,
            recording: RecordingPlan::None,
            ..Self::outbound()
        }
    }

    /// The same over a call of the carrier.
    #[must_use]
    pub fn over(mut self, carrier_call: impl Into<String>) -> Self {
        self.carrier_call = Some(carrier_call.into());
        self
    }

    /// The same with another ending.
    #[must_use]
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }
}

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A person calls the agent's number.
    Inbound,
    /// The agent calls a person.
    Outbound,
    /// From a web page, without telephone numbers (Retell only; an inbound call elsewhere).
    Web,
}

/// Why a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The person hung up.
    CallerHangup,
    /// The agent hung up.
    AgentHangup,
    /// A voicemail answered.
    Voicemail,
    /// Put through to a person. Twilio dials a child leg that lasts for the second half of the talk.
    Transferred,
    /// Nobody said anything for too long.
    Inactivity,
    /// The longest allowed duration was reached.
    MaxDuration,
    /// The agent broke down in the middle.
    AgentError,
    /// Rang in vain.
    NoAnswer,
    /// Engaged.
    Busy,
    /// The network could not reach the number.
    Unreachable,
    /// Given up before it was answered.
    Canceled,
}

impl Ending {
    /// Whether somebody answered at all.
    #[must_use]
    pub fn connects(&self) -> bool {
        !matches!(
            self,
            Self::NoAnswer | Self::Busy | Self::Unreachable | Self::Canceled
        )
    }
}

/// What becomes of a call's recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordingPlan {
    /// Recorded and kept.
    Kept {
        /// From the end of the call until the file can be fetched; the provider's usual time when `None`.
        ready_after: Option<Duration>,
        /// Whether a version with one party per channel exists (Recall.ai: whether there is a file of the sound
        /// alone beside the video).
        two_channels: bool,
    },
    /// Recorded, but too short to be kept (Twilio `absent`, 16101).
    TooShort,
    /// Recorded, but nothing was heard (Twilio `absent`, 16102).
    Silent,
    /// Not recorded.
    None,
}

impl Default for RecordingPlan {
    fn default() -> Self {
        Self::Kept {
            ready_after: None,
            two_channels: true,
        }
    }
}

/// What the customer lets the provider keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoragePolicy {
    /// Everything.
    Everything,
    /// Only what is free of personal data: `scrubbed_*` media, no caller number.
    EverythingExceptPii,
    /// Nothing but the basic attributes; links in webhooks die after ten minutes.
    BasicAttributesOnly,
}

/// Figures that the provider corrects after the fact, without telling anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// From the end of the call until the corrected figures show.
    pub after: Duration,
    /// Added to the cost, in millionths of a dollar.
    pub extra_cost_micros: i64,
    /// Added to the duration (whole seconds on Twilio).
    pub extra_duration: Duration,
}
