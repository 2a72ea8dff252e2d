//! The parts of API v2 that a review app needs.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::server::{Api, json, text};
use crate::stand_in::Announcement;
use crate::world::Inner;

use super::leg::{self, Leg};
use super::list::{Query, by_cursor, page};
use super::{applications, deletion, document, error, not_found, webhook};

pub(super) fn all() -> Router<Api> {
    Router::new()
        .route("/v2/call_control_applications", get(applications::voice))
        .route(
            "/v2/call_control_applications/{id}",
            get(applications::voice_one).patch(applications::change_voice),
        )
        .route("/v2/texml_applications", get(applications::texml))
        .route(
            "/v2/texml_applications/{id}",
            get(applications::texml_one).patch(applications::change_texml),
        )
        .route("/v2/connections/{id}/active_calls", get(active_calls))
        .route("/v2/calls/{control}", get(call))
        .route("/v2/call_events", get(call_events))
        .route("/v2/webhook_deliveries", get(deliveries))
        .route("/v2/recordings", get(recordings))
        .route(
            "/v2/recordings/{id}",
            get(recording).delete(deletion::delete),
        )
        .route("/v2/recording_transcriptions", get(transcriptions))
        .route("/v2/detail_records", get(detail_records))
}

/// The most on a page, and of detail records.
pub(super) const MOST: usize = 250;
const MOST_RECORDS: usize = 50;

/// Runs `read` for a request with `Authorization: Bearer <API key>`.
pub(super) fn admitted(
    api: &Api,
    headers: &HeaderMap,
    read: impl FnOnce(&Inner, &Account, Timestamp) -> Response,
) -> Response {
    let given =
        text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let own = |account: &Account| given == Some(account.credentials.key.as_str());
    api.read(own, read).unwrap_or_else(|refusal| refusal)
}

fn known(inner: &Inner, account: usize, now: Timestamp) -> impl Iterator<Item = &Call> {
    inner
        .calls
        .iter()
        .filter(move |call| call.account == account && call.exists(now))
}

fn found(document: Option<Value>) -> Response {
    document.map_or_else(not_found, |data| {
        json(StatusCode::OK, &json!({ "data": data }))
    })
}

fn invalid(what: &str) -> Response {
    error(
        StatusCode::BAD_REQUEST,
        "10011",
        "Bad Request",
        &format!("{what} is not valid"),
    )
}

async fn active_calls(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    admitted(&api, &headers, |inner, _, now| {
        if id != document::CONNECTION {
            return not_found();
        }
        let items = known(inner, api.account, now).flat_map(|call| {
            let live = leg::all(call).into_iter().filter(|leg| leg.is_live(now));
            live.map(|leg| document::active_call(call, &leg, now))
                .collect::<Vec<_>>()
        });
        json(StatusCode::OK, &by_cursor(items.collect()))
    })
}

async fn call(State(api): State<Api>, Path(control): Path<String>, headers: HeaderMap) -> Response {
    admitted(&api, &headers, |inner, _, now| {
        let standing = known(inner, api.account, now).find_map(|call| {
            let leg = leg::all(call)
                .into_iter()
                .find(|leg| leg.control == control)?;
            document::standing(call, &leg, now)
        });
        found(standing)
    })
}

/// The events of all calls that the API tells of now, newest first.
fn events(inner: &Inner, account: usize, now: Timestamp) -> Vec<(&Call, Announcement)> {
    let mut all: Vec<_> = known(inner, account, now)
        .flat_map(|call| webhook::sent(call, now).map(move |announcement| (call, announcement)))
        .collect();
    all.sort_by_key(|(_, announcement)| std::cmp::Reverse(announcement.at));
    all
}

async fn call_events(
    State(api): State<Api>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, |inner, account, now| {
        const A_DAY: Duration = Duration::from_secs(24 * 3600);
        let by_id = ["leg_id", "application_session_id"]
            .iter()
            .any(|name| query.filter(name).is_some());
        let mut items = Vec::new();
        for (call, announcement) in events(inner, api.account, now) {
            let leg = webhook::leg_of(call, &announcement);
            let in_time = match query.allows_time("occurred_at", announcement.at) {
                Ok(in_time) => in_time,
                Err(value) => return invalid(&value),
            };
            let is_recent = announcement.at >= now - A_DAY;
            if in_time
                && (by_id || is_recent)
                && query.allows("leg_id", Some(&leg.id))
                && query.allows("application_session_id", Some(&call.id))
                && query.allows("type", Some("webhook"))
                && query.allows("name", Some(&announcement.kind))
            {
                items.push(document::call_event(account, call, &announcement));
            }
        }
        json(StatusCode::OK, &page(items, &query, MOST))
    })
}

async fn deliveries(
    State(api): State<Api>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, |inner, account, now| {
        let kinds: Option<Vec<&str>> = query
            .filter("event_type")
            .map(|kinds| kinds.split(',').collect());
        let mut items = Vec::new();
        for (call, announcement) in events(inner, api.account, now) {
            let in_time = match query.allows_time("started_at", announcement.at) {
                Ok(in_time) => in_time,
                Err(value) => return invalid(&value),
            };
            let is_kind = kinds
                .as_ref()
                .is_none_or(|kinds| kinds.contains(&announcement.kind.as_str()));
            if in_time && is_kind {
                items.push(document::delivery(account, call, &announcement));
            }
        }
        json(StatusCode::OK, &page(items, &query, MOST))
    })
}

async fn recordings(
    State(api): State<Api>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, |inner, account, now| {
        let mut items = Vec::new();
        for call in known(inner, api.account, now) {
            let (Some(recording), Some(saved)) = (
                document::recording(account, call, now),
                call.timeline.recording_ready,
            ) else {
                continue;
            };
            let in_time = match query.allows_time("created_at", saved) {
                Ok(in_time) => in_time,
                Err(value) => return invalid(&value),
            };
            let told = |name: &str| recording[name].as_str();
            let fits = [
                "call_control_id",
                "call_leg_id",
                "call_session_id",
                "connection_id",
                "from",
                "to",
            ]
            .iter()
            .all(|name| query.allows(name, told(name)));
            if in_time && fits {
                items.push((saved, recording));
            }
        }
        items.sort_by_key(|(saved, _)| std::cmp::Reverse(*saved));
        let items = items.into_iter().map(|(_, recording)| recording).collect();
        json(StatusCode::OK, &page(items, &query, MOST))
    })
}

async fn recording(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    admitted(&api, &headers, |inner, account, now| {
        let call = known(inner, api.account, now).find(|call| call.recording_id == id);
        found(call.and_then(|call| document::recording(account, call, now)))
    })
}

/// Nothing is transcribed after the fact.
async fn transcriptions(
    State(api): State<Api>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    admitted(&api, &headers, |_, _, _| {
        let query = Query::of(raw.as_deref());
        json(StatusCode::OK, &page(Vec::new(), &query, MOST))
    })
}

async fn detail_records(
    State(api): State<Api>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, |inner, _, now| {
        let Some(product) = query.filter("record_type") else {
            return invalid("a request without filter[record_type]");
        };
        let fields = [
            "record_type",
            "date_range",
            "telnyx_session_id",
            "cli",
            "cld",
            "direction",
        ];
        if let Some(other) = query.other_filters(&fields) {
            return invalid(&format!("filter[{other}"));
        }
        let days = match query.filter("date_range").map(|range| days(range, now)) {
            None => None,
            Some(Some(days)) => Some(days),
            Some(None) => return invalid("filter[date_range]"),
        };
        let mut items: Vec<(Timestamp, Value)> = known(inner, api.account, now)
            .flat_map(|call| leg::all(call).into_iter().map(move |leg| (call, leg)))
            .filter(|(_, leg): &(&Call, Leg)| {
                let day = date(leg.placed);
                days.is_none_or(|(first, last)| first <= day && day <= last)
            })
            .filter_map(|(call, leg)| {
                let record = document::detail_record(call, &leg, product, now)?;
                let fits = ["telnyx_session_id", "cli", "cld", "direction"]
                    .iter()
                    .all(|name| query.allows(name, record[name].as_str()));
                fits.then_some((leg.placed, record))
            })
            .collect();
        items.sort_by_key(|(placed, _)| std::cmp::Reverse(*placed));
        let items = items.into_iter().map(|(_, record)| record).collect();
        json(StatusCode::OK, &page(items, &query, MOST_RECORDS))
    })
}

fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// The first and the last day of a range. Whether today is one of the "last days" is not documented; here it is not.
fn days(range: &str, now: Timestamp) -> Option<(Date, Date)> {
    let today = date(now);
    let before = |days: i64| today.checked_sub(days.days()).ok();
    match range {
        "today" => Some((today, today)),
        "yesterday" => Some((before(1)?, before(1)?)),
        _ => {
            let count: i64 = range
                .strip_prefix("last_")?
                .strip_suffix("_days")?
                .parse()
                .ok()?;
            Some((before(count)?, before(1)?))
        }
    }
}
