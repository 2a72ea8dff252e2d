//! One call, as `ringback calls show --json` prints it and the call's page shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AlertJson, ConversationJson};

/// Everything that is known of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CallJson {
    /// Ringback's id.
    pub id: String,
    /// The account's id.
    pub account: String,
    /// The provider's name.
    pub provider: String,
    /// The provider's id.
    pub provider_call_id: String,
    /// `scheduled | ringing | ongoing | ended | not_connected | failed`.
    pub status: String,
    /// `inbound | outbound | web | meeting | unknown`.
    pub direction: String,
    /// The calling side. In a meeting: the names of those who took part, in the order in which they
    /// came, joined with ", ".
    pub from: Option<String>,
    /// The called side. In a meeting: the platform, as people call it ("Zoom").
    pub to: Option<String>,
    /// Who handled it. In a meeting: the bot.
    pub agent: AgentJson,
    /// RFC 3339.
    pub started_at: Option<String>,
    /// RFC 3339.
    pub answered_at: Option<String>,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// By the provider's word.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// Why it ended.
    pub ended_reason: Option<EndedReasonJson>,
    /// The provider's summary.
    pub summary: Option<String>,
    /// The provider's word for the caller's mood.
    pub sentiment: Option<String>,
    /// Whether it reached its purpose.
    pub successful: Option<bool>,
    /// What it cost.
    pub cost: Option<CostJson>,
    /// Latencies by what was measured, in ms.
    #[ts(type = "Record<string, PercentilesJson> | null")]
    pub latency: Option<indexmap::IndexMap<String, PercentilesJson>>,
    /// What was said. Not there in lists; `null` when nobody told.
    #[serde(default, skip_serializing_if = "Absent::is_left_out")]
    #[ts(optional = nullable, as = "Option<Vec<SegmentJson>>")]
    pub transcript: Absent<Vec<SegmentJson>>,
    /// Further legs of the same conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<LegJson>>", optional)]
    pub legs: Vec<LegJson>,
    /// Its recordings.
    pub recordings: Vec<RecordingJson>,
    /// The names of fields that should be there by now and are not.
    pub missing: Vec<String>,
    /// The conversation that this call is, or is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub conversation: Option<ConversationJson>,
}

/// A field that a list leaves out (`LeftOut`), that nobody told (`Null`), or a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Absent<T> {
    /// A value.
    Value(T),
    /// Nobody told.
    Null,
    /// Not part of this answer.
    #[default]
    #[serde(skip)]
    LeftOut,
}

impl<T> Absent<T> {
    /// Whether the field is not part of this answer.
    pub fn is_left_out(&self) -> bool {
        matches!(self, Self::LeftOut)
    }
}

/// Who handled a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AgentJson {
    /// The provider's id.
    pub id: Option<String>,
    /// The name.
    pub name: Option<String>,
}

/// Why a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EndedReasonJson {
    /// `caller_hangup | agent_hangup | transferred | voicemail | no_answer | busy | canceled |
    /// inactivity | max_duration | error | unknown`.
    pub code: String,
    /// The provider's word.
    pub raw: String,
}

/// What a call cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CostJson {
    /// Decimal text.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// True while it may still change.
    pub provisional: bool,
    /// What it is made of.
    pub parts: Vec<CostPartJson>,
}

/// One part of a cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CostPartJson {
    /// The provider's name for it.
    pub name: String,
    /// Decimal text.
    pub amount: String,
}

/// Percentiles in ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct PercentilesJson {
    /// The median.
    pub p50: Option<f64>,
    /// 90th.
    pub p90: Option<f64>,
    /// 95th.
    pub p95: Option<f64>,
    /// 99th.
    pub p99: Option<f64>,
}

/// One turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SegmentJson {
    /// `agent | caller | tool | system`, or a participant's name.
    pub speaker: String,
    /// From the start of the recording.
    #[ts(type = "number | null")]
    pub start_ms: Option<u64>,
    /// From the start of the recording.
    #[ts(type = "number | null")]
    pub end_ms: Option<u64>,
    /// What was said.
    pub text: String,
    /// Word by word, where told.
    pub words: Vec<WordJson>,
}

/// One word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WordJson {
    /// The word.
    pub text: String,
    /// From the start of the recording.
    #[ts(type = "number")]
    pub start_ms: u64,
    /// From the start of the recording.
    #[ts(type = "number")]
    pub end_ms: u64,
}

/// A further leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LegJson {
    /// The provider's id of the leg.
    pub id: String,
    /// As of calls.
    pub status: Option<String>,
    /// As of calls.
    pub direction: Option<String>,
    /// The calling side.
    pub from: Option<String>,
    /// The called side.
    pub to: Option<String>,
    /// RFC 3339.
    pub started_at: Option<String>,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// By the provider's word.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// What this leg cost by itself.
    pub cost: Option<CostJson>,
}

/// One recording of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecordingJson {
    /// Ringback's id.
    pub id: String,
    /// The provider's id, where it has one.
    pub provider_recording_id: Option<String>,
    /// `expected | available | downloading | ready | absent | failed | expired | withheld | deleted`.
    pub state: String,
    /// Why it is not ready, as a closed word.
    pub reason: Option<String>,
    /// How many channels.
    pub channels: Option<u16>,
    /// How long.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// How much of the file is not silence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number", optional)]
    pub audible_ms: Option<u64>,
    /// The container: `wav`, `mp3`, ...
    pub format: Option<String>,
    /// Size of the file.
    #[ts(type = "number | null")]
    pub size_bytes: Option<u64>,
    /// Of the file, in lower-case hex.
    pub sha256: Option<String>,
    /// Relative to the folder `recordings`.
    pub path: Option<String>,
    /// When the provider's link dies, while it is not fetched yet.
    pub link_expires_at: Option<String>,
    /// Only where the provider does not say which call it is of: `number_and_time` if the numbers and
    /// the time fit to this call and to no other. It may be the wrong one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub matched_by: Option<String>,
}

/// What the call's page shows beyond the call itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CallDetail {
    /// The call.
    pub call: CallJson,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Who listened to it, newest first.
    pub listens: Vec<ListenJson>,
    /// How many ms after the start of the call each recording begins, by the recording's id.
    #[ts(type = "Record<string, number>")]
    pub offsets_ms: indexmap::IndexMap<String, i64>,
    /// The second copies by the recording's id; not there when none are configured.
    #[serde(default, skip_serializing_if = "indexmap::IndexMap::is_empty")]
    #[ts(type = "Record<string, CopyJson>", optional)]
    pub second_copies: indexmap::IndexMap<String, crate::dto::CopyJson>,
    /// What was deleted at the provider after it was copied, by the recording's id.
    #[serde(default, skip_serializing_if = "indexmap::IndexMap::is_empty")]
    #[ts(type = "Record<string, DeletionJson>", optional)]
    pub deletions: indexmap::IndexMap<String, DeletionJson>,
    /// Which channel each speaker is on, where that is known: `{"caller": 0, "agent": 1}`.
    #[ts(type = "Record<string, number>")]
    pub channel_of: indexmap::IndexMap<String, u16>,
    /// What a person should know about it, seen or not, newest first.
    pub alerts: Vec<AlertJson>,
}

/// A recording was, or could not be, deleted at its provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeletionJson {
    /// `deleted | was_gone | failed`.
    pub outcome: String,
    /// Why it failed: `file_here | copy_missing | no_id | unauthorized | network | provider_error |
    /// unreachable`.
    pub reason: Option<String>,
    /// Who wanted it.
    pub who: String,
    /// RFC 3339.
    pub at: String,
}

/// One thing that arrived about a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimelineEntry {
    /// The id of the journal's entry.
    pub event: String,
    /// RFC 3339.
    pub at: String,
    /// `webhook | snapshot`.
    pub source: String,
    /// The provider's word for the kind.
    pub kind: String,
    /// `pending | applied | ignored | failed`.
    pub state: String,
    /// Why it was ignored or failed.
    pub reason: Option<String>,
}

/// Somebody listened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ListenJson {
    /// Who.
    pub who: String,
    /// RFC 3339.
    pub at: String,
    /// From where in the recording.
    #[ts(type = "number")]
    pub from_ms: u64,
    /// To where.
    #[ts(type = "number")]
    pub to_ms: u64,
}
