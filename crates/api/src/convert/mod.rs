//! From the engine's words to the wire's.

mod app;
mod call;
mod conversation;
mod error;
mod player;
mod query;
mod resync;
mod row;
mod setup;

pub(crate) use app::{account_json, alert_json, tunnel_json};
pub(crate) use call::{call_json, timeline_entry};
pub(crate) use conversation::conversation_json;
pub(crate) use player::playback_json;
pub(crate) use query::filter;
pub use query::recording_word;
pub(crate) use resync::{progress_json, report_json};
pub(crate) use row::{found_json, row_json, rows_json};
pub(crate) use setup::{
    account_removed, account_setup, config_state_json, form, keys_json, removed_account,
    removed_data, secrets, setting, settings, shared_secrets,
};

use jiff::Timestamp;
use serde::Serialize;

/// RFC 3339 in UTC with milliseconds.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// The outside word of an enum that serialises as a text.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        // Our own enums of words are texts.
        other => unreachable!("not a word: {other:?}"),
    }
}

/// Millionths as a decimal text without superfluous zeros.
pub(crate) fn micros(micros: i64) -> String {
    rust_decimal::Decimal::new(micros, 6)
        .normalize()
        .to_string()
}
