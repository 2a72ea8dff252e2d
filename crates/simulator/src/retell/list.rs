//! `POST /v3/list-calls`: sorted by start, one page at a time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::world::Inner;

use super::document::{self, For};
use super::filter::{self, BadFilter};

/// The request's body.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Params {
    #[serde(default)]
    filter_criteria: Map<String, Value>,
    #[serde(default)]
    sort_order: SortOrder,
    limit: Option<u64>,
    pagination_key: Option<String>,
    skip: Option<u64>,
    #[serde(default)]
    include_total: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SortOrder {
    Ascending,
    #[default]
    Descending,
}

/// The page that was asked for.
pub(super) fn page<'a>(
    inner: &'a Inner,
    index: usize,
    account: &Account,
    now: Timestamp,
    params: &Params,
) -> Result<Value, BadFilter> {
    let limit = params.limit.unwrap_or(50);
    if !(1..=1000).contains(&limit) {
        return Err(BadFilter("limit must be between 1 and 1000".into()));
    }
    if params.pagination_key.is_some() && params.skip.is_some() {
        return Err(BadFilter(
            "pagination_key and skip are mutually exclusive".into(),
        ));
    }
    // Calls that were not joined yet are known by their id only.
    let mut calls: Vec<&Call> = inner
        .calls
        .iter()
        .filter(|call| {
            call.account == index && call.exists(now) && (call.answered(now) || call.ended(now))
        })
        .collect();
    calls.sort_by(|one, other| place(one).cmp(&place(other)));
    if params.sort_order == SortOrder::Descending {
        calls.reverse();
    }

    let begin = match &params.pagination_key {
        Some(key) => {
            let last =
                unsealed(key).ok_or_else(|| BadFilter("pagination_key is invalid".into()))?;
            let last = (last.0, last.1.as_str());
            match params.sort_order {
                SortOrder::Descending => calls.partition_point(|call| place(call) >= last),
                SortOrder::Ascending => calls.partition_point(|call| place(call) <= last),
            }
        }
        None => 0,
    };
    let skip = usize::try_from(params.skip.unwrap_or(0)).unwrap_or(usize::MAX);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // A document is made only of what may be shown: an account may have more calls than anybody waits for.
    let passing = |calls: &[&'a Call], most: usize| -> Result<Vec<(Place<'a>, Value)>, BadFilter> {
        let mut passed = Vec::new();
        for call in calls {
            if passed.len() >= most {
                break;
            }
            let doc = document::of(account, call, now, For::List);
            if filter::passes(&doc, &params.filter_criteria)? {
                passed.push((place(call), doc));
            }
        }
        Ok(passed)
    };
    let one_more = skip.saturating_add(limit).saturating_add(1);
    let rest: Vec<_> = passing(&calls[begin..], one_more)?
        .into_iter()
        .skip(skip)
        .collect();
    let has_more = rest.len() > limit;
    let items: Vec<_> = rest.into_iter().take(limit).collect();

    let mut page = json!({ "has_more": has_more });
    if let Some((place, _)) = items.last().filter(|_| has_more) {
        page["pagination_key"] = json!(sealed(*place));
    }
    if params.include_total {
        page["total"] = json!(passing(&calls, usize::MAX)?.len());
    }
    page["items"] = items.into_iter().map(|(_, doc)| doc).collect();
    Ok(page)
}

/// Calls that never connected have no start; they are sorted by when they were created.
type Place<'a> = (i64, &'a str);

fn place(call: &Call) -> Place<'_> {
    let at = call.timeline.answered.unwrap_or(call.timeline.placed);
    (at.as_millisecond(), &call.id)
}

fn sealed((at, id): Place<'_>) -> String {
    URL_SAFE_NO_PAD.encode(format!("{at} {id}"))
}

fn unsealed(key: &str) -> Option<(i64, String)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(key).ok()?).ok()?;
    let (at, id) = text.split_once(' ')?;
    Some((at.parse().ok()?, id.into()))
}
