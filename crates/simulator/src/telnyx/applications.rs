//! Voice API and TeXML applications with their addresses. As long as none is configured there is one Voice API
//! application that somebody's own server drives.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::server::{Api, json};
use crate::things::Thing;

use super::list::{Query, page};
use super::routes::{MOST, admitted};
use super::{document, error, not_found};

fn all(account: &Account, kind: Thing) -> Vec<Value> {
    let configured = account.things.all(kind);
    if kind != Thing::Application || !configured.is_empty() {
        return configured.to_vec();
    }
    vec![json!({
        "id": document::CONNECTION,
        "record_type": "call_control_application",
        "application_name": format!("Simulated application {}", account.id),
        "active": true,
        "webhook_event_url": "https://agent.invalid/telnyx",
        "webhook_event_failover_url": null,
        "webhook_api_version": "2",
        "call_cost_in_webhooks": true,
    })]
}

pub(super) async fn voice(
    State(api): State<Api>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    list(&api, raw.as_deref(), &headers, Thing::Application)
}

pub(super) async fn texml(
    State(api): State<Api>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    list(&api, raw.as_deref(), &headers, Thing::TexmlApplication)
}

fn list(api: &Api, raw: Option<&str>, headers: &HeaderMap, kind: Thing) -> Response {
    admitted(api, headers, |_, account, _| {
        json(
            StatusCode::OK,
            &page(all(account, kind), &Query::of(raw), MOST),
        )
    })
}

/// What has to be in every change (OpenAPI of `PATCH`, read November 2026).
fn required(kind: Thing) -> [&'static str; 2] {
    match kind {
        Thing::TexmlApplication => ["friendly_name", "voice_url"],
        _ => ["application_name", "webhook_event_url"],
    }
}

pub(super) async fn voice_one(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    one(&api, &id, &headers, Thing::Application).map_or_else(|answer| answer, found)
}

pub(super) async fn texml_one(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    one(&api, &id, &headers, Thing::TexmlApplication).map_or_else(|answer| answer, found)
}

fn found(document: Value) -> Response {
    json(StatusCode::OK, &json!({ "data": document }))
}

#[expect(
    clippy::result_large_err,
    reason = "an HTTP answer, made once per refused request"
)]
fn one(api: &Api, id: &str, headers: &HeaderMap, kind: Thing) -> Result<Value, Response> {
    let mut found = None;
    let refused = admitted(api, headers, |_, account, _| {
        found = all(account, kind).into_iter().find(|one| one["id"] == id);
        not_found()
    });
    found.ok_or(refused)
}

pub(super) async fn change_voice(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&api, &id, &headers, &body, Thing::Application)
}

pub(super) async fn change_texml(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    change(&api, &id, &headers, &body, Thing::TexmlApplication)
}

fn change(api: &Api, id: &str, headers: &HeaderMap, body: &Bytes, kind: Thing) -> Response {
    let document = match one(api, id, headers, kind) {
        Ok(document) => document,
        Err(answer) => return answer,
    };
    let members = serde_json::from_slice::<Map<String, Value>>(body).unwrap_or_default();
    if required(kind)
        .iter()
        .any(|name| members.get(*name).is_none_or(|value| !value.is_string()))
    {
        return error(
            StatusCode::UNPROCESSABLE_ENTITY,
            "10004",
            "Missing required parameter",
            "A required parameter is missing.",
        );
    }
    found(api.change(|account| account.things.patch(kind, document, &members)))
}
