//! The parts of `/api/v1` that a review app needs. Every path ends with a slash.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::server::{Api, json, text};
use crate::world::Inner;

use super::list::{Item, Query, behind_cursor, numbered};
use super::recording::{Media, Within};
use super::{blocked, bot, error, meeting, not_found, recording};

pub(super) fn all() -> Router<Api> {
    Router::new()
        .route("/api/v1/bot/", get(bots))
        .route("/api/v1/bot/{id}/", get(retrieve_bot))
        .route("/api/v1/recording/", get(recordings))
        .route(
            "/api/v1/recording/{id}/",
            get(retrieve_recording).delete(delete_recording),
        )
        .route("/api/v1/billing/usage/", get(usage))
        .route("/api/v1/{media}/", get(media_list))
        .route("/api/v1/{media}/{id}/", get(retrieve_media))
}

/// Runs `read` for a request with the account's key and without a body.
fn admitted(
    api: &Api,
    headers: &HeaderMap,
    read: impl FnOnce(&Inner, &Account, Timestamp) -> Response,
) -> Response {
    let has_body = text(headers, header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    if has_body || headers.contains_key(header::TRANSFER_ENCODING) {
        return blocked();
    }
    let given = text(headers, header::AUTHORIZATION).unwrap_or_default();
    // The word in front is optional.
    let given = given.strip_prefix("Token ").unwrap_or(given);
    let own = |account: &Account| account.credentials.key == given;
    api.read(own, read).unwrap_or_else(|refusal| refusal)
}

fn known(inner: &Inner, account: usize, now: Timestamp) -> impl Iterator<Item = &Call> {
    inner
        .calls
        .iter()
        .filter(move |call| call.account == account && call.exists(now))
}

fn found(document: Option<Value>) -> Response {
    document.map_or_else(not_found, |document| json(StatusCode::OK, &document))
}

/// A page, or what is wrong with the query.
fn page(page: Result<Option<Value>, String>) -> Response {
    match page {
        Ok(page) => page.map_or_else(
            || error(StatusCode::NOT_FOUND, "not_found", "Invalid page."),
            |page| json(StatusCode::OK, &page),
        ),
        Err(value) => json(
            StatusCode::BAD_REQUEST,
            &json!({ "created_at_after": [format!("{value:?} is not a valid date and time.")] }),
        ),
    }
}

async fn retrieve_bot(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    admitted(&api, &headers, |inner, account, now| {
        let call = known(inner, api.account, now).find(|call| call.id == id);
        found(call.map(|call| bot::of(account, call, now)))
    })
}

async fn bots(State(api): State<Api>, RawQuery(raw): RawQuery, headers: HeaderMap) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, |inner, account, now| {
        let items = known(inner, api.account, now).filter_map(|call| {
            let status = meeting::changes(call, now)
                .into_iter()
                .rfind(|change| change.at <= now)?;
            let (platform, _) = meeting::platform(call);
            let fits = query.allows("status", status.code) && query.allows("platform", platform);
            fits.then(|| Item {
                at: call.timeline.placed,
                id: call.id.clone(),
                document: bot::of(account, call, now),
            })
        });
        let address = format!("{}/api/v1/bot/", account.api);
        page(Ok(numbered(&address, items.collect(), &query)))
    })
}

async fn retrieve_recording(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    admitted(&api, &headers, |inner, account, now| {
        let call = known(inner, api.account, now).find(|call| call.recording_id == id);
        found(call.and_then(|call| shown(account, call, now)))
    })
}

/// Deletes this recording with its media; the bot stays.
async fn delete_recording(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let admitted = admitted(&api, &headers, |_, _, _| {
        StatusCode::NO_CONTENT.into_response()
    });
    if admitted.status() != StatusCode::NO_CONTENT || api.delete_recording(&id) {
        return admitted;
    }
    not_found()
}

/// A recording, unless the API leaves it out at this moment.
fn shown(account: &Account, call: &Call, now: Timestamp) -> Option<Value> {
    let hides = call.ended(now) && call.in_hole(now);
    recording::of(account, call, now, Within::Nothing).filter(|_| !hides)
}

async fn recordings(
    State(api): State<Api>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, |inner, account, now| {
        let items = listed(known(inner, api.account, now), &query, now, |call| {
            let document = shown(account, call, now)?;
            let fits = query.allows("bot_id", &call.id)
                && query.allows("status_code", recording::code(call, now)?);
            fits.then_some((call.recording_id.clone(), document))
        });
        let address = format!("{}/api/v1/recording/", account.api);
        page(items.map(|items| behind_cursor(&address, items, &query)))
    })
}

async fn media_list(
    State(api): State<Api>,
    Path(name): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, |inner, account, now| {
        let Some(media) = Media::named(&name) else {
            return not_found();
        };
        let items = listed(known(inner, api.account, now), &query, now, |call| {
            shown(account, call, now)?;
            let document = recording::media(account, call, now, media)?;
            let fits = query.allows("recording_id", &call.recording_id)
                && query.allows("status_code", document["status"]["code"].as_str()?);
            fits.then(|| (document["id"].to_string(), document))
        });
        let address = format!("{}/api/v1/{name}/", account.api);
        page(items.map(|items| behind_cursor(&address, items, &query)))
    })
}

async fn retrieve_media(
    State(api): State<Api>,
    Path((name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    admitted(&api, &headers, |inner, account, now| {
        let Some(media) = Media::named(&name) else {
            return not_found();
        };
        let mut all = known(inner, api.account, now).filter_map(|call| {
            shown(account, call, now)?;
            recording::media(account, call, now, media)
        });
        found(all.find(|document| document["id"] == id.as_str()))
    })
}

/// Items by the moment at which their recording began, within the bounds of the query.
fn listed<'a>(
    calls: impl Iterator<Item = &'a Call>,
    query: &Query,
    now: Timestamp,
    item: impl Fn(&Call) -> Option<(String, Value)>,
) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    for call in calls {
        let created = call.timeline.answered.filter(|answered| now >= *answered);
        if !query.allows_time("created_at", created)? {
            continue;
        }
        if let (Some(at), Some((id, document))) = (created, item(call)) {
            items.push(Item { at, id, document });
        }
    }
    Ok(items)
}

async fn usage(State(api): State<Api>, headers: HeaderMap) -> Response {
    admitted(&api, &headers, |inner, _, now| {
        let seconds: u64 = known(inner, api.account, now)
            .filter(|call| call.ended(now))
            .map(|call| call.timeline.talk().as_secs())
            .sum();
        json(StatusCode::OK, &json!({ "bot_total": seconds }))
    })
}
