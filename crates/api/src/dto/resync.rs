//! Fetching what is missing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to fetch again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "scope")]
pub enum ResyncScope {
    /// One call.
    Call {
        /// Ringback's id or the provider's.
        id: String,
    },
    /// These calls.
    Calls {
        /// Ringback's ids or the provider's.
        ids: Vec<String>,
    },
    /// Every call with missing data.
    Missing,
    /// All calls of the last days, also those that are not here yet.
    Recent {
        /// How many.
        days: u32,
    },
}

/// Arguments of `resync.start`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ResyncArgs {
    /// What.
    pub scope: ResyncScope,
    /// Only this account.
    #[serde(default)]
    #[ts(optional)]
    pub account: Option<String>,
    /// Ask, compare, write nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// Arguments of `resync.pause`, `resync.resume` and `resync.cancel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ResyncRef {
    /// The number that `resync.start` gave.
    #[ts(type = "number")]
    pub run: u64,
}

/// How far a resync is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ResyncProgress {
    /// Which resync.
    #[ts(type = "number")]
    pub run: u64,
    /// The call, when it is about one.
    pub call: Option<String>,
    /// Whether it is written down: it can be paused, and goes on after the program ended.
    pub stored: bool,
    /// How many calls there are to check, as far as known.
    #[ts(type = "number")]
    pub total: u64,
    /// How long it will still take in milliseconds, when that can be told.
    #[ts(type = "number | null")]
    pub eta_ms: Option<u64>,
    /// Whether a person stopped it, to go on later.
    pub paused: bool,
    /// Whether it is over.
    pub done: bool,
    /// Whether a person stopped it for good.
    pub cancelled: bool,
    /// What came out so far. Of a stored one only calls that changed or failed are told of, the first
    /// 200, and none while it runs.
    pub report: ResyncReport,
}

/// What a resync did, as `ringback resync --json` prints it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct ResyncReport {
    /// Nothing was written.
    pub dry_run: bool,
    /// How many calls were asked for.
    #[ts(type = "number")]
    pub checked: u64,
    /// How many changed.
    #[ts(type = "number")]
    pub updated: u64,
    /// How many did not.
    #[ts(type = "number")]
    pub unchanged: u64,
    /// How many could not be asked for.
    #[ts(type = "number")]
    pub failed: u64,
    /// Call by call.
    pub items: Vec<ResyncItem>,
}

/// What a resync did with one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ResyncItem {
    /// Ringback's id; `null` in a dry run for a call that is not here yet.
    pub call: Option<String>,
    /// The provider's id.
    pub provider_call_id: String,
    /// `updated | unchanged | failed`.
    pub outcome: String,
    /// The changed fields before, and what was missing.
    #[ts(type = "Record<string, unknown>")]
    pub before: serde_json::Map<String, serde_json::Value>,
    /// The changed fields after, and what is missing.
    #[ts(type = "Record<string, unknown>")]
    pub after: serde_json::Map<String, serde_json::Value>,
    /// The names of the changed fields.
    pub changed: Vec<String>,
    /// Why it failed.
    pub error: Option<crate::ErrorJson>,
}
