//! Figures over many calls.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Arguments of `insights.get`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsArgs {
    /// How many days back, 1 to 366.
    pub days: u32,
}

/// Figures over the last days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Insights {
    /// Day by day, oldest first, without holes.
    pub days: Vec<DayFigures>,
    /// How many recordings are in which state.
    #[ts(type = "Record<string, number>")]
    pub recordings: indexmap::IndexMap<String, u64>,
    /// Bytes of sound on disk.
    #[ts(type = "number")]
    pub bytes: u64,
    /// What the calls cost, by currency.
    #[ts(type = "Record<string, string>")]
    pub cost: indexmap::IndexMap<String, String>,
    /// From the end of a call to its recording being ready: the median, in ms.
    #[ts(type = "number | null")]
    pub to_ready_p50_ms: Option<u64>,
    /// The same, 95th percentile.
    #[ts(type = "number | null")]
    pub to_ready_p95_ms: Option<u64>,
}

/// Figures of one day (UTC).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DayFigures {
    /// `2026-03-01`.
    pub day: String,
    /// Calls that began.
    #[ts(type = "number")]
    pub calls: u64,
    /// Of these, calls that connected and ended.
    #[ts(type = "number")]
    pub ended: u64,
    /// Of these, calls that never connected.
    #[ts(type = "number")]
    pub not_connected: u64,
    /// Of these, calls that failed.
    #[ts(type = "number")]
    pub failed: u64,
    /// How long they lasted together.
    #[ts(type = "number")]
    pub duration_ms: u64,
    /// Of these, calls whose recording is here.
    #[ts(type = "number")]
    pub with_recording: u64,
}
