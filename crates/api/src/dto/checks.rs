//! What is checked, and what changed in the providers' documents.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is checked in each account, as `config.toml` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChecksJson {
    /// The file in which they are set.
    pub file: String,
    /// For each account its rules.
    pub accounts: Vec<AccountRules>,
    /// What stands in the file, in its order.
    pub written: Vec<RuleWritten>,
}

/// A key of `[checks]` or `[accounts.checks]` as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RuleWritten {
    /// Of this account only; `null` if it is for all.
    pub account: Option<String>,
    /// `cost_gap`, `success_over`, `business_hours`, `time_zone`, ...
    pub key: String,
    /// The value, as a text.
    pub value: String,
}

/// The rules of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountRules {
    /// The account's id.
    pub account: String,
    /// Its rules, in the order of the documentation.
    pub rules: Vec<CheckRule>,
    /// Of which calls `success_rate` is: `20 calls` or a length of time.
    pub success_over: String,
    /// When calls are expected, as it is written: `Mon-Fri 08:00-18:00`.
    pub business_hours: String,
    /// By the clock of which place: `Europe/Berlin`.
    pub time_zone: String,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckRule {
    /// The alert that it raises: `cost_gap | latency_high | cost_high | success_low | quiet`.
    pub kind: String,
    /// Its key in `[checks]`.
    pub key: String,
    /// The limit, as it would be written; `null` if the rule is off.
    pub limit: Option<String>,
    /// Of which calls, or within which hours.
    pub scope: Option<String>,
}

/// A field of a provider's documents that is new, changed or gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DriftJson {
    /// The provider's name in `config.toml`.
    pub provider: String,
    /// The provider's name for people.
    pub title: String,
    /// The kind of document: a kind of event, or what was asked for.
    pub event: String,
    /// Where the field stands, such as `call.words[].start`.
    pub path: String,
    /// `new | changed | gone`.
    pub change: String,
    /// RFC 3339.
    pub since: String,
    /// In how many documents it was seen so; of a field that is gone, how many came without it.
    #[ts(type = "number")]
    pub seen: u64,
    /// The kinds of values that it had before: `boolean | number | text | list | object`.
    pub before: Vec<String>,
    /// The kinds of values that it has since.
    pub after: Vec<String>,
}
