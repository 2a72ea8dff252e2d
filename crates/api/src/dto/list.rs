//! The list of calls and the board.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::CostJson;

/// Which calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct CallQuery {
    /// Only this account.
    pub account: Option<String>,
    /// Only calls with one of these statuses; empty is all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub status: Vec<String>,
    /// Only calls with a recording in one of these states; empty is all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub recording: Vec<String>,
    /// `inbound | outbound | web | meeting`.
    pub direction: Option<String>,
    /// Only calls with missing data.
    pub missing: Option<bool>,
    /// Began at or after, RFC 3339.
    pub since: Option<String>,
    /// Began before, RFC 3339.
    pub until: Option<String>,
    /// Words of the transcript, names, numbers, ids. The last word may be unfinished.
    pub search: Option<String>,
}

/// Arguments of `calls.page`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PageArgs {
    /// Which calls.
    #[serde(default)]
    pub query: CallQuery,
    /// How many newer ones to leave out.
    #[ts(type = "number")]
    pub offset: u64,
    /// At most this many, up to 500.
    pub limit: u32,
}

/// A part of the list, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CallPage {
    /// How many calls the query has in total.
    #[ts(type = "number")]
    pub total: u64,
    /// False if there are more than `total` and counting stopped there.
    pub exact: bool,
    /// The rows.
    pub rows: Vec<CallRow>,
}

/// A call as a row of a list or a card on the board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CallRow {
    /// Ringback's id.
    pub id: String,
    /// Grows with each change of the call; an older row never replaces a newer one.
    #[ts(type = "number")]
    pub rev: u64,
    /// The account's id.
    pub account: String,
    /// The provider's name.
    pub provider: String,
    /// The provider's id.
    pub provider_call_id: String,
    /// As in [`super::CallJson`].
    pub status: String,
    /// As in [`super::CallJson`].
    pub direction: String,
    /// The calling side; in a meeting, those who took part.
    pub from: Option<String>,
    /// The called side.
    pub to: Option<String>,
    /// The agent's name, or its id.
    pub agent: Option<String>,
    /// RFC 3339.
    pub started_at: Option<String>,
    /// RFC 3339.
    pub ended_at: Option<String>,
    /// By the provider's word.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// What it cost, without parts.
    pub cost: Option<CostJson>,
    /// The first words of the summary, or the last line that was said while the call goes on.
    pub line: Option<String>,
    /// The provider's word for the caller's mood.
    pub sentiment: Option<String>,
    /// Whether it reached its purpose.
    pub successful: Option<bool>,
    /// The recording to play first, if there is one.
    pub recording: Option<RecordingMark>,
    /// Whether there is a transcript.
    pub has_transcript: bool,
    /// Whether a person has listened to it.
    pub heard: bool,
    /// The names of missing fields.
    pub missing: Vec<String>,
    /// Why the call counts as hanging, while it goes on: `still_ongoing` by the provider's word,
    /// `unreachable` is the provider, `cannot_ask` where there is nobody to ask.
    pub stuck: Option<String>,
    /// When looking for words: the place that was found, with the hit between U+0001 and U+0002.
    pub snippet: Option<String>,
}

/// The state of a call's (best) recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecordingMark {
    /// Its id.
    pub id: String,
    /// As in [`super::RecordingJson`].
    pub state: String,
    /// As in [`super::RecordingJson`].
    pub reason: Option<String>,
    /// How many recordings the call has.
    pub count: u32,
    /// When the provider's link dies, while it is not fetched yet.
    pub link_expires_at: Option<String>,
}

/// Arguments that name one call by Ringback's id or the provider's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallRef {
    /// The id.
    pub id: String,
}

/// How a call stands after somebody looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallStanding {
    /// As in [`super::CallJson`].
    pub status: String,
}

/// Arguments of `calls.hits`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HitsArgs {
    /// The call.
    pub id: String,
    /// What to look for.
    pub text: String,
}

/// A place in a transcript where a word was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Hit {
    /// Which segment, from 0.
    pub segment: u32,
    /// Which word of it, where there are words.
    pub word: Option<u32>,
    /// When it sounds.
    #[ts(type = "number | null")]
    pub start_ms: Option<u64>,
}
