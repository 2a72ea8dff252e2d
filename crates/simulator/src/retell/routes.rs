//! The parts of Retell's REST API that a review app needs.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, patch, post};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use crate::account::Account;
use crate::server::{Api, json, text};

use super::document::{self, For};
use super::{agents, error, list};

pub(super) fn all() -> Router<Api> {
    Router::new()
        .route("/v2/get-call/{id}", get(get_call))
        .route("/v3/list-calls", post(list_calls))
        .route("/v2/list-agents", post(agents::list))
        .route("/get-agent/{id}", get(agents::get))
        .route("/update-agent/{id}", patch(agents::update))
        .route("/get-api-key-info", get(key_info))
        .route("/get-concurrency", get(concurrency))
}

/// `Authorization: Bearer <API key>`.
pub(super) fn bearer(headers: &HeaderMap) -> impl FnOnce(&Account) -> bool {
    move |account| {
        text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "))
            == Some(account.credentials.key.as_str())
    }
}

async fn get_call(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let found = api.read(bearer(&headers), |inner, account, now| {
        let call = inner
            .call(&id)
            .filter(|call| call.id == id && call.account == api.account && call.exists(now));
        call.map(|call| document::of(account, call, now, For::Get))
    });
    match found {
        Ok(Some(document)) => json(StatusCode::OK, &document),
        Ok(None) => error(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Cannot find requested asset under given api key.",
        ),
        Err(refusal) => refusal,
    }
}

async fn list_calls(State(api): State<Api>, headers: HeaderMap, body: Bytes) -> Response {
    let params = if body.is_empty() {
        Ok(list::Params::default())
    } else {
        serde_json::from_slice(&body)
    };
    let page = api.read(bearer(&headers), |inner, account, now| match params {
        Ok(params) => {
            list::page(inner, api.account, account, now, &params).map_err(|refusal| refusal.0)
        }
        Err(error) => Err(format!("Invalid request format: {error}")),
    });
    match page {
        Ok(Ok(page)) => json(StatusCode::OK, &page),
        Ok(Err(message)) => error(StatusCode::BAD_REQUEST, &message),
        Err(refusal) => refusal,
    }
}

async fn key_info(State(api): State<Api>, headers: HeaderMap) -> Response {
    let info = api.read(bearer(&headers), |_, account, _| {
        json!({ "api_key_name": "Ringback", "org_name": format!("Simulated workspace {}", account.id) })
    });
    info.map_or_else(|refusal| refusal, |info| json(StatusCode::OK, &info))
}

async fn concurrency(State(api): State<Api>, headers: HeaderMap) -> Response {
    let counted = api.read(bearer(&headers), |inner, _, now| {
        let ongoing = |call: &&crate::call::Call| {
            call.account == api.account && call.exists(now) && call.answered(now) && !call.ended(now)
        };
        json!({ "current_concurrency": inner.calls.iter().filter(ongoing).count(), "concurrency_limit": 20 })
    });
    counted.map_or_else(|refusal| refusal, |counted| json(StatusCode::OK, &counted))
}
