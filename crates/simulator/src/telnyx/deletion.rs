//! `DELETE /v2/recordings/{id}`: 200 with what was deleted.

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::server::{Api, json};

use super::{document, not_found, routes::admitted};

pub(super) async fn delete(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let shown = admitted(&api, &headers, |inner, account, now| {
        let call = inner
            .calls
            .iter()
            .find(|call| call.account == api.account && call.recording_id == id);
        let document = call.and_then(|call| document::recording(account, call, now));
        document.map_or_else(not_found, |data| {
            json(StatusCode::OK, &json!({ "data": data }))
        })
    });
    if shown.status() == StatusCode::OK && !api.delete_recording(&id) {
        return not_found();
    }
    shown
}
