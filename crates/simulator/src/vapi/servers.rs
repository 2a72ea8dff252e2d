//! Assistants and numbers with their `server`, which is replaced as a whole.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use crate::account::Account;
use crate::server::{Api, json};
use crate::things::Thing;
use crate::world::Inner;

use super::routes::{admitted, not_found, own_calls};
use super::{error, names};

/// What was configured or changed, and behind it what calls make known.
pub(super) fn numbers(inner: &Inner, account: &Account, place: usize) -> Vec<Value> {
    let known = names::numbers(account, own_calls(inner, place));
    let known = known
        .into_iter()
        .map(|number| names::number(account, number));
    with(account, Thing::Number, known)
}

/// The same for assistants.
pub(super) fn assistants(inner: &Inner, account: &Account, place: usize) -> Vec<Value> {
    let known = names::assistants(own_calls(inner, place));
    let known = known
        .into_iter()
        .map(|agent| names::assistant(account, agent));
    with(account, Thing::Assistant, known)
}

fn with(account: &Account, kind: Thing, known: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut all = account.things.all(kind).to_vec();
    for document in known {
        if all.iter().all(|one| one["id"] != document["id"]) {
            all.push(document);
        }
    }
    all
}

pub(super) async fn update_number(
    api: State<Api>,
    id: Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    update(api, id, headers, body, Thing::Number, numbers).await
}

pub(super) async fn update_assistant(
    api: State<Api>,
    id: Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    update(api, id, headers, body, Thing::Assistant, assistants).await
}

async fn update(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
    kind: Thing,
    all: fn(&Inner, &Account, usize) -> Vec<Value>,
) -> Response {
    let mut found = None;
    let refused = admitted(&api, &headers, |inner, account, _| {
        found = all(inner, account, api.account)
            .into_iter()
            .find(|document| document["id"] == id.as_str());
        not_found("What was asked for")
    });
    let Some(document) = found else {
        return refused;
    };
    let Ok(members) = serde_json::from_slice::<Map<String, Value>>(&body) else {
        return error(StatusCode::BAD_REQUEST, "Bad Request");
    };
    let document = api.change(|account| account.things.patch(kind, document, &members));
    json(StatusCode::OK, &document)
}
