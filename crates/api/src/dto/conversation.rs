//! One conversation that two accounts tell of.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CostJson, RecordingJson};

/// A call with the calls of other accounts that are the same conversation: an agent's call and the
/// carrier's call below it. Mostly there is one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationJson {
    /// The agent's first, then the carrier's.
    pub calls: Vec<ConversationCall>,
    /// The recordings of all of them.
    pub recordings: Vec<ConversationRecording>,
    /// What all of it cost, with a part for each account; its name is the account's id.
    pub cost: Option<CostJson>,
    /// What was paid in other currencies than that of `cost`, one sum for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<CostJson>>", optional)]
    pub other_costs: Vec<CostJson>,
    /// How long it was, by three ways to say so.
    pub seconds: SecondsJson,
}

/// One call of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationCall {
    /// Ringback's id.
    pub id: String,
    /// The account's id.
    pub account: String,
    /// The provider's name.
    pub provider: String,
    /// The provider's id.
    pub provider_call_id: String,
    /// `call`, or `carrier` for the call below another one.
    pub role: String,
    /// As of calls.
    pub status: String,
    /// RFC 3339.
    pub started_at: Option<String>,
    /// By the provider's word.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// What it cost by itself, in full.
    pub cost: Option<CostJson>,
}

/// One recording of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationRecording {
    /// The call that it is of.
    pub call: String,
    /// The account's id.
    pub account: String,
    /// The recording.
    #[serde(flatten)]
    pub recording: RecordingJson,
}

/// How long a conversation was, in ms, and how far the three are apart. `null` where one is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SecondsJson {
    /// What the agent's side charges for.
    #[ts(type = "number | null")]
    pub billed_ms: Option<u64>,
    /// How long the carrier's call lasted.
    #[ts(type = "number | null")]
    pub carrier_ms: Option<u64>,
    /// How much of the recording is not silence.
    #[ts(type = "number | null")]
    pub audible_ms: Option<u64>,
    /// `billed_ms - carrier_ms`.
    #[ts(type = "number | null")]
    pub billed_minus_carrier_ms: Option<i64>,
    /// `billed_ms - audible_ms`.
    #[ts(type = "number | null")]
    pub billed_minus_audible_ms: Option<i64>,
    /// `carrier_ms - audible_ms`.
    #[ts(type = "number | null")]
    pub carrier_minus_audible_ms: Option<i64>,
}
