//! Agents with their webhook addresses. Every agent that had a call is there as an unpublished draft without an
//! address of its own; what is configured or changed takes its place. A published version may stand beside the
//! draft, and is never changed by what happens to that.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::server::{Api, json};
use crate::things::Thing;
use crate::world::Inner;

use super::error;
use super::routes::bearer;

fn agents(inner: &Inner, account: &Account, number: usize) -> Vec<Value> {
    let mut all = account.things.all(Thing::Agent).to_vec();
    let called = inner.calls.iter().filter(|call| call.account == number);
    for agent in called.filter_map(|call| call.agent.as_ref()) {
        if all
            .iter()
            .all(|known| known["agent_id"] != agent.id.as_str())
        {
            all.push(json!({
                "agent_id": agent.id,
                "agent_name": agent.name,
                "version": 0,
                "is_published": false,
                "webhook_url": null,
            }));
        }
    }
    all
}

pub(super) async fn list(State(api): State<Api>, headers: HeaderMap) -> Response {
    let listed = api.read(bearer(&headers), |inner, account, _| {
        let items: Vec<Value> = agents(inner, account, api.account)
            .iter()
            .map(|agent| json!({ "agent_id": agent["agent_id"], "agent_name": agent["agent_name"], "channel": "voice" }))
            .collect();
        json!({ "items": items, "has_more": false })
    });
    listed.map_or_else(|refusal| refusal, |page| json(StatusCode::OK, &page))
}

fn missing() -> Response {
    error(
        StatusCode::UNPROCESSABLE_ENTITY,
        "Cannot find requested asset under given api key.",
    )
}

pub(super) async fn get(
    State(api): State<Api>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let is_published_asked = match query.get("version").map(String::as_str) {
        None | Some("latest") => false,
        Some("latest_published") => true,
        Some(_) => return error(StatusCode::BAD_REQUEST, "Invalid version."),
    };
    let found = api.read(bearer(&headers), |inner, account, _| {
        let mut all = agents(inner, account, api.account).into_iter();
        let newest = all.find(|agent| agent["agent_id"] == id.as_str())?;
        if !is_published_asked || newest["is_published"] == true {
            return Some(newest);
        }
        account.things.find(Thing::PublishedAgent, &id).cloned()
    });
    match found {
        Ok(Some(agent)) => json(StatusCode::OK, &agent),
        Ok(None) => missing(),
        Err(refusal) => refusal,
    }
}

pub(super) async fn update(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let found = api.read(bearer(&headers), |inner, account, _| {
        let mut all = agents(inner, account, api.account).into_iter();
        all.find(|agent| agent["agent_id"] == id.as_str())
    });
    let agent = match found {
        Ok(Some(agent)) => agent,
        Ok(None) => return missing(),
        Err(refusal) => return refusal,
    };
    if agent["is_published"] == true {
        return error(
            StatusCode::BAD_REQUEST,
            "Cannot update published agent version.",
        );
    }
    let Ok(members) = serde_json::from_slice::<Map<String, Value>>(&body) else {
        return error(StatusCode::BAD_REQUEST, "Invalid request format.");
    };
    let agent = api.change(|account| account.things.patch(Thing::Agent, agent, &members));
    json(StatusCode::OK, &agent)
}
