//! The completeness ledger.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Arguments of `ledger.get` and `ledger.export`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct LedgerArgs {
    /// Only this account.
    pub account: Option<String>,
    /// The first day (UTC), `2026-03-01`; a year back if left out.
    pub since: Option<String>,
    /// The last day (UTC), included; today if left out.
    pub until: Option<String>,
}

/// What is expected and what is held, account by account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LedgerJson {
    /// The first day.
    pub since: String,
    /// The last day.
    pub until: String,
    /// The accounts, as in `config.toml`.
    pub accounts: Vec<AccountLedgerJson>,
}

/// How complete an account is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountLedgerJson {
    /// The account's id.
    pub account: String,
    /// The provider's name.
    pub provider: String,
    /// The provider's name for people.
    pub title: String,
    /// Whether the provider can be asked. Where not, nothing is claimed to be complete.
    pub has_api: bool,
    /// Every call that began before is here, over, and whole or excused. RFC 3339.
    pub complete_through: Option<String>,
    /// Up to when the provider's list was read without a gap. RFC 3339.
    pub walked_until: Option<String>,
    /// When the earliest call began that goes on or lacks something without excuse. RFC 3339.
    pub blocked_at: Option<String>,
    /// All its days together.
    pub total: LedgerSums,
    /// The days that were asked for, oldest first, without those that had no calls.
    pub days: Vec<LedgerDayJson>,
}

/// The sums of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LedgerDayJson {
    /// The day (UTC).
    pub day: String,
    /// Its sums.
    pub sums: LedgerSums,
}

/// Sums over calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LedgerSums {
    /// Calls that are known to exist.
    #[ts(type = "number")]
    pub calls: u64,
    /// Things that are expected of them.
    #[ts(type = "number")]
    pub expected: u64,
    /// Of these, held.
    #[ts(type = "number")]
    pub held: u64,
    /// Of these, holes that are explained for good.
    #[ts(type = "number")]
    pub excused: u64,
    /// Of these, holes that are not.
    #[ts(type = "number")]
    pub open: u64,
    /// `record | recording | transcript | analysis | cost`: expected and held.
    #[ts(type = "Record<string, [number, number]>")]
    pub things: IndexMap<String, [u64; 2]>,
    /// Holes by reason.
    #[ts(type = "Record<string, number>")]
    pub holes: IndexMap<String, u64>,
}

/// Arguments of `ledger.holes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HolesArgs {
    /// The account.
    pub account: String,
    /// The day (UTC).
    pub day: String,
    /// What the page before gave as `next`.
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<String>,
    /// At most this many calls, up to 500.
    pub limit: u32,
}

/// Calls of a day with something lacking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HolesPage {
    /// The calls, oldest first.
    pub rows: Vec<HoleJson>,
    /// Gives the next page; `null` if there is none.
    pub next: Option<String>,
}

/// A call with something lacking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HoleJson {
    /// Ringback's id, if the call is here and can be looked at.
    pub call: Option<String>,
    /// The account's id.
    pub account: String,
    /// The provider's id.
    pub provider_call_id: String,
    /// When it began, or was first heard of. RFC 3339.
    pub began: String,
    /// Since when something is lacking. RFC 3339.
    pub since: String,
    /// How long that is by now.
    #[ts(type = "number")]
    pub age_ms: u64,
    /// What is lacking.
    pub holes: Vec<HoleThing>,
    /// Whether asking again may help.
    pub repairable: bool,
}

/// One thing that a call lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HoleThing {
    /// `record | recording | transcript | analysis | cost`.
    pub thing: String,
    /// Why: `too_short`, `policy`, `link_expired`, `not_due`, `network`, ...
    pub reason: String,
    /// What kind of reason: `absent | withheld | expired | gone | cannot_be_asked | not_due | failed |
    /// never_asked`. The last three stand in the way of `complete_through`.
    pub class: String,
}

/// What to repair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "scope")]
pub enum RepairScopeJson {
    /// One call.
    Call {
        /// Its account; found by the id if left out.
        #[serde(default)]
        #[ts(optional)]
        account: Option<String>,
        /// Ringback's id or the provider's.
        id: String,
    },
    /// Everything that may be filled of one day.
    Day {
        /// The account.
        account: String,
        /// The day (UTC).
        day: String,
    },
    /// Everything that may be filled.
    All {
        /// Only this account.
        #[serde(default)]
        #[ts(optional)]
        account: Option<String>,
    },
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WrittenFile {
    /// Where it is.
    pub file: String,
}

/// How complete an account is, at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletenessJson {
    /// The account's id.
    pub account: String,
    /// As in [`AccountLedgerJson`].
    pub complete_through: Option<String>,
    /// Things that are expected.
    pub expected: u64,
    /// Of these, held.
    pub held: u64,
    /// Holes by reason.
    pub holes: IndexMap<String, u64>,
}
