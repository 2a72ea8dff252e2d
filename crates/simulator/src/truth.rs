//! What really happened in a call, to hold against what somebody made of webhooks and API documents.
//!
//! The shape follows the JSON of a call in Ringback's contract, so that a test compares field by field; it is built
//! from the script and never from the provider documents.

use jiff::Timestamp;
use serde::Serialize;

use crate::call::Call;
use crate::speech::{Format, Speaker, Turn};

/// One call as its provider knows it at a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// The account's id.
    pub account: String,
    /// As in `config.toml`: `retell`, `twilio`, ...
    pub provider: String,
    /// The provider's id of the call (the root leg).
    pub provider_call_id: String,
    /// `scheduled | ringing | ongoing | ended | not_connected | failed`.
    pub status: String,
    /// `inbound | outbound | web | meeting`.
    pub direction: String,
    /// The calling number; in a meeting, who took part.
    pub from: Option<String>,
    /// The called number; in a meeting, the platform.
    pub to: Option<String>,
    /// The voice agent.
    pub agent: Option<TruthAgent>,
    /// RFC 3339 in UTC with milliseconds.
    pub started_at: Option<String>,
    /// RFC 3339 in UTC with milliseconds.
    pub ended_at: Option<String>,
    /// How long they talked.
    pub duration_ms: Option<u64>,
    /// Why it ended.
    pub ended_reason: Option<TruthReason>,
    /// The provider's summary.
    pub summary: Option<String>,
    /// In lower case.
    pub sentiment: Option<String>,
    /// The provider's verdict.
    pub successful: Option<bool>,
    /// In dollars.
    pub cost: Option<TruthCost>,
    /// End-to-end latency.
    pub latency: Option<TruthLatency>,
    /// What was said, as far as the provider tells it.
    pub transcript: Vec<TruthSegment>,
    /// Recordings, also those that will never be there.
    pub recordings: Vec<TruthRecording>,
    /// Legs that belong to it, oldest first.
    pub child_legs: Vec<TruthLeg>,
}

/// A leg that belongs to a call, such as the one to the person it was put through to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthLeg {
    /// The provider's id.
    pub provider_call_id: String,
    /// The number it was dialed from.
    pub from: Option<String>,
    /// The number it was dialed to.
    pub to: Option<String>,
    /// As [`Truth::status`].
    pub status: String,
    /// Its own price in dollars; [`Truth::cost`] holds the root leg's only.
    pub cost: Option<String>,
}

/// The voice agent of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthAgent {
    /// The provider's id; empty where it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Why a call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthReason {
    /// The contract's code.
    pub code: String,
    /// The provider's word.
    pub raw: String,
}

/// What a call cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthCost {
    /// A decimal number of dollars without trailing zeros.
    pub amount: String,
    /// `USD`.
    pub currency: String,
    /// Per product, in dollars.
    pub parts: Vec<TruthCostPart>,
}

/// One part of a cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthCostPart {
    /// The provider's product name.
    pub name: String,
    /// A decimal number of dollars.
    pub amount: String,
}

/// End-to-end latency in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TruthLatency {
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
}

/// One turn or one word of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthSegment {
    /// `agent` or `caller`; in a meeting, a participant's name.
    pub speaker: String,
    /// From the start of the recording, where the provider tells it.
    pub start_ms: Option<u64>,
    /// From the start of the recording.
    pub end_ms: u64,
    /// What was said.
    pub text: String,
    /// The same word by word.
    pub words: Vec<TruthWord>,
}

/// One word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthWord {
    /// The word with its punctuation.
    pub text: String,
    /// From the start of the recording.
    pub start_ms: u64,
    /// From the start of the recording.
    pub end_ms: u64,
}

/// One recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthRecording {
    /// The provider's id, where it has one.
    pub provider_recording_id: Option<String>,
    /// The contract's word: `expected`, `available`, `absent`, `withheld`, `deleted`.
    pub state: String,
    /// `too_short`, `silent`, `policy`.
    pub reason: Option<String>,
    /// Its length.
    pub duration_ms: Option<u64>,
    /// Each file the provider can serve for it.
    pub files: Vec<TruthFile>,
}

/// One file of a recording; its bytes come from [`crate::World::recording_bytes`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthFile {
    /// `wav`, `mp3` or `mp4`.
    pub format: String,
    /// 1 or 2.
    pub channels: u16,
    /// Exact size.
    pub size_bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
}

/// RFC 3339 in UTC with milliseconds.
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Millionths of a dollar as a decimal number of dollars without trailing zeros.
pub(crate) fn dollars(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let (whole, rest) = (
        micros.unsigned_abs() / 1_000_000,
        micros.unsigned_abs() % 1_000_000,
    );
    let text = format!("{sign}{whole}.{rest:06}");
    text.trim_end_matches('0').trim_end_matches('.').into()
}

/// What was said.
pub(crate) fn segments(turns: &[Turn]) -> Vec<TruthSegment> {
    let words = |turn: &Turn| {
        let word = |word: &crate::speech::Word| TruthWord {
            text: word.text.clone(),
            start_ms: word.start_ms,
            end_ms: word.end_ms,
        };
        turn.words.iter().map(word).collect()
    };
    turns
        .iter()
        .map(|turn| TruthSegment {
            speaker: if turn.speaker == Speaker::Agent {
                "agent"
            } else {
                "caller"
            }
            .into(),
            start_ms: Some(turn.start_ms),
            end_ms: turn.end_ms,
            text: turn.text.clone(),
            words: words(turn),
        })
        .collect()
}

/// The files of a recording in those of the given forms that exist.
pub(crate) fn files(call: &Call, forms: &[(Format, u16)]) -> Vec<TruthFile> {
    let exists = |channels: u16| call.kept() && (channels == 1 || call.two_channels());
    forms
        .iter()
        .filter(|(_, channels)| exists(*channels))
        .map(|&(format, channels)| {
            let sound = call.sound(format, channels);
            TruthFile {
                format: format.extension().into(),
                channels,
                size_bytes: sound.len(),
                sha256: sound.sha256(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_without_trailing_zeros() {
        let written = [52_180, 13_000, 0, 2_000_000, -8_500].map(dollars);
        assert_eq!(written, ["0.05218", "0.013", "0", "2", "-0.0085"]);
    }

    #[test]
    fn a_moment_has_milliseconds() {
        assert_eq!(
            moment("2026-03-01T10:00:03Z".parse().unwrap()),
            "2026-03-01T10:00:03.000Z"
        );
    }
}
