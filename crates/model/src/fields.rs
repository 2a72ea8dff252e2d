//! The fields of a call, listed once.
//!
//! From the list follow [`CallFacts`] (what one report tells), [`CallFields`] (what stands after
//! merging, each with its stamp) and [`Field`] (their names, for "missing", "changed" and
//! before/after).

use serde::{Deserialize, Serialize};

use crate::{
    Agent, Cost, Direction, EndedReason, Latency, Stamp, Status, StoragePolicy, Told, Transcript,
    TranscriptOutlook,
    told::{join, settle},
};

/// Declares told facts, merged fields and, for calls, their names.
macro_rules! told_fields {
    (
        $(#[$facts_doc:meta])* facts $facts:ident;
        $(#[$fields_doc:meta])* fields $fields:ident;
        $( $(#[$doc:meta])* $name:ident : $type:ty, )*
    ) => {
        $(#[$facts_doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $facts {
            $( $(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$type>, )*
        }

        $(#[$fields_doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $fields {
            $( $(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$crate::Told<$type>>, )*
        }

        impl $fields {
            /// Takes in what was told. Names the fields whose value is another one now.
            pub(crate) fn take(&mut self, facts: &$facts, stamp: $crate::Stamp) -> Vec<&'static str> {
                let mut changed = Vec::new();
                $( if $crate::fields::settle_field(&mut self.$name, facts.$name.as_ref(), stamp) {
                    changed.push(stringify!($name));
                } )*
                changed
            }

            /// The join of two sides.
            pub(crate) fn join(&mut self, other: $fields) {
                $( $crate::fields::join_field(&mut self.$name, other.$name); )*
            }
        }
    };
}
pub(crate) use told_fields;

pub(crate) fn settle_field<T: crate::Fact>(
    slot: &mut Option<Told<T>>,
    told: Option<&T>,
    stamp: Stamp,
) -> bool {
    settle(slot, told, stamp)
}

pub(crate) fn join_field<T: crate::Fact>(slot: &mut Option<Told<T>>, told: Option<Told<T>>) {
    join(slot, told);
}

told_fields! {
    /// What one report tells of a call. `None` is "not told" and never overwrites anything.
    facts CallFacts;
    /// What is known of a call, each value with the stamp of the report that it comes from.
    fields CallFields;
    /// Where the call stands.
    status: Status,
    /// Which way it went.
    direction: Direction,
    /// The calling side: a number, a SIP address, a client name. In a meeting the names of those who
    /// took part, joined with ", " in the order in which they came.
    from: String,
    /// The called side. In a meeting the platform that it took place on ("Zoom", "Google Meet").
    to: String,
    /// Who handled it on our side. In a meeting the bot, by the name that the others saw.
    agent: Agent,
    /// When it began.
    started_at: jiff::Timestamp,
    /// When it was answered.
    answered_at: jiff::Timestamp,
    /// When it was over.
    ended_at: jiff::Timestamp,
    /// How long it lasted by the provider's word, in ms.
    duration_ms: u64,
    /// Why it ended.
    ended_reason: EndedReason,
    /// The provider's summary.
    summary: String,
    /// The provider's word for the caller's mood, in lower case.
    sentiment: String,
    /// Whether the call reached its purpose, by the provider's analysis.
    successful: bool,
    /// What it cost.
    cost: Cost,
    /// How fast the agent answered.
    latency: Latency,
    /// What was said, told as a whole.
    transcript: Transcript,
    /// Whether there is a transcript at all, where the provider does not make one of every call.
    transcript_outlook: TranscriptOutlook,
    /// What the provider may keep of it.
    storage_policy: StoragePolicy,
    /// The carrier's id of the same call, where the provider tells it.
    carrier_call_id: String,
}

/// The name of a field of a call as people and JSON see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "each is the field of CallFields of the same name"
)]
pub enum Field {
    Status,
    Direction,
    From,
    To,
    Agent,
    StartedAt,
    AnsweredAt,
    EndedAt,
    DurationMs,
    EndedReason,
    Summary,
    Sentiment,
    Successful,
    Cost,
    Latency,
    Transcript,
    /// The call's sound, here, as a file.
    Recording,
}

impl Field {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Direction => "direction",
            Self::From => "from",
            Self::To => "to",
            Self::Agent => "agent",
            Self::StartedAt => "started_at",
            Self::AnsweredAt => "answered_at",
            Self::EndedAt => "ended_at",
            Self::DurationMs => "duration_ms",
            Self::EndedReason => "ended_reason",
            Self::Summary => "summary",
            Self::Sentiment => "sentiment",
            Self::Successful => "successful",
            Self::Cost => "cost",
            Self::Latency => "latency",
            Self::Transcript => "transcript",
            Self::Recording => "recording",
        }
    }

    /// Whether the call has a value for it. A recording is not a field of the call and counts as
    /// had; `missing` looks at recordings itself.
    pub(crate) fn is_told(self, fields: &CallFields) -> bool {
        match self {
            Self::Status => fields.status.is_some(),
            Self::Direction => fields.direction.is_some(),
            Self::From => fields.from.is_some(),
            Self::To => fields.to.is_some(),
            Self::Agent => fields.agent.is_some(),
            Self::StartedAt => fields.started_at.is_some(),
            Self::AnsweredAt => fields.answered_at.is_some(),
            Self::EndedAt => fields.ended_at.is_some(),
            Self::DurationMs => fields.duration_ms.is_some(),
            Self::EndedReason => fields.ended_reason.is_some(),
            Self::Summary => fields.summary.is_some(),
            Self::Sentiment => fields.sentiment.is_some(),
            Self::Successful => fields.successful.is_some(),
            Self::Cost => fields.cost.is_some(),
            Self::Latency => fields.latency.is_some(),
            Self::Transcript => fields
                .transcript
                .as_ref()
                .is_some_and(|told| told.value.is_final),
            Self::Recording => true,
        }
    }
}
