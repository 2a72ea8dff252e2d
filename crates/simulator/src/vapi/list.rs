//! `GET /call`: a bare array, newest first, without a cursor or a total.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::account::Account;
use crate::call::Call;
use crate::world::Inner;

use super::document;

/// What may be asked for.
const KNOWN: [&str; 12] = [
    "id",
    "assistantId",
    "phoneNumberId",
    "limit",
    "createdAtGt",
    "createdAtLt",
    "createdAtGe",
    "createdAtLe",
    "updatedAtGt",
    "updatedAtLt",
    "updatedAtGe",
    "updatedAtLe",
];

/// The calls that a query asks for; what is wrong with it, if it is.
pub(super) fn calls(
    inner: &Inner,
    index: usize,
    account: &Account,
    now: Timestamp,
    query: &[(String, String)],
) -> Result<Vec<Value>, String> {
    let mut limit = 100;
    for (name, value) in query {
        match name.as_str() {
            name if !KNOWN.contains(&name) => {
                return Err(format!("property {name} should not exist"));
            }
            "limit" => {
                limit = value
                    .parse()
                    .ok()
                    .filter(|limit| *limit <= 1000)
                    .ok_or("limit must not be greater than 1000")?;
            }
            name if name.contains("At") => {
                moment(value).ok_or(format!("{name} must be a valid ISO 8601 date string"))?;
            }
            _ => {}
        }
    }
    let mut calls: Vec<&Call> = inner
        .calls
        .iter()
        .filter(|call| call.account == index && is_there(call, now))
        .collect();
    calls.sort_by_key(|call| std::cmp::Reverse((call.timeline.placed, call.id.clone())));
    Ok(calls
        .into_iter()
        .map(|call| document::of(account, call, now))
        .filter(|document| {
            query
                .iter()
                .all(|(name, value)| passes(document, name, value))
        })
        .take(limit)
        .collect())
}

/// Whether Vapi has the call (still).
pub(super) fn is_there(call: &Call, now: Timestamp) -> bool {
    call.exists(now) && !is_beyond_retention(call, now)
}

pub(super) fn is_beyond_retention(call: &Call, now: Timestamp) -> bool {
    let retention = SignedDuration::try_from(document::RETENTION).unwrap_or(SignedDuration::MAX);
    now.duration_since(call.timeline.placed) > retention
}

fn passes(document: &Value, name: &str, value: &str) -> bool {
    let Some((field, compare)) = name
        .split_at_checked(name.len().saturating_sub(2))
        .filter(|(field, _)| field.ends_with("At"))
    else {
        return name == "limit" || document[name] == value;
    };
    let told = document[field].as_str().and_then(moment);
    let (Some(told), Some(wanted)) = (told, moment(value)) else {
        return false;
    };
    match compare {
        "Gt" => told > wanted,
        "Ge" => told >= wanted,
        "Lt" => told < wanted,
        "Le" => told <= wanted,
        _ => false,
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
