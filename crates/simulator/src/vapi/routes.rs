//! The parts of Vapi's REST API that a review app needs.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;

use crate::account::Account;
use crate::call::Call;
use crate::links;
use crate::server::{Api, json, text};
use crate::world::Inner;

use super::{LOG, MONO, STEREO, document, error, list, servers};

/// What the edge in front of the API takes for robots.
const ROBOTS: [&str; 6] = [
    "python-requests/",
    "python-urllib/",
    "go-http-client/",
    "okhttp/",
    "axios/",
    "reqwest/",
];

pub(super) fn all() -> Router<Api> {
    Router::new()
        .route("/call", get(calls))
        .route("/call/{id}", get(call))
        .route("/call/{id}/{file}", get(file))
        .route("/phone-number", get(numbers))
        .route(
            "/phone-number/{id}",
            get(number).patch(servers::update_number),
        )
        .route("/assistant", get(assistants))
        .route(
            "/assistant/{id}",
            get(assistant).patch(servers::update_assistant),
        )
}

/// Runs `read` for a request with the private key, unless the edge takes it for a robot's.
pub(super) fn admitted(
    api: &Api,
    headers: &HeaderMap,
    read: impl FnOnce(&Inner, &Account, Timestamp) -> Response,
) -> Response {
    let agent = text(headers, header::USER_AGENT)
        .unwrap_or_default()
        .to_lowercase();
    if ROBOTS.iter().any(|robot| agent.starts_with(robot)) {
        return error(StatusCode::FORBIDDEN, "Forbidden");
    }
    let key = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let own = |account: &Account| key == Some(account.credentials.key.as_str());
    api.read(own, read).unwrap_or_else(|refusal| refusal)
}

pub(super) fn not_found(what: &str) -> Response {
    error(StatusCode::NOT_FOUND, &format!("{what} not found."))
}

fn query(raw: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

async fn calls(State(api): State<Api>, RawQuery(raw): RawQuery, headers: HeaderMap) -> Response {
    let query = query(raw.as_deref());
    admitted(&api, &headers, |inner, account, now| {
        match list::calls(inner, api.account, account, now, &query) {
            Ok(calls) => json(StatusCode::OK, &Value::Array(calls)),
            Err(message) => error(StatusCode::BAD_REQUEST, &message),
        }
    })
}

/// The call of that id, or the answer for one that is not there: calls beyond the plan's retention are a bad request.
#[expect(
    clippy::result_large_err,
    reason = "an HTTP answer, made once per refused request"
)]
fn find<'a>(api: &Api, inner: &'a Inner, id: &str, now: Timestamp) -> Result<&'a Call, Response> {
    let is_uuid = id.len() == 36 && id.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-');
    if !is_uuid {
        return Err(error(StatusCode::BAD_REQUEST, "id must be a UUID"));
    }
    let known = inner
        .call(id)
        .filter(|call| call.id == id && call.account == api.account && call.exists(now));
    match known {
        None => Err(not_found("Call")),
        Some(call) if list::is_beyond_retention(call, now) => Err(error(
            StatusCode::BAD_REQUEST,
            "Your plan keeps calls for 14 days. Upgrade to see older calls.",
        )),
        Some(call) => Ok(call),
    }
}

async fn call(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    admitted(&api, &headers, |inner, account, now| {
        match find(&api, inner, &id, now) {
            Ok(call) => json(StatusCode::OK, &document::of(account, call, now)),
            Err(answer) => answer,
        }
    })
}

/// A redirect to a link that lives for a while.
async fn file(
    State(api): State<Api>,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    admitted(&api, &headers, |inner, account, now| {
        let call = match find(&api, inner, &id, now) {
            Ok(call) => call,
            Err(answer) => return answer,
        };
        let late = account.switches.faults().recordings_late_by;
        let is_ready = document::is_stored(call)
            && call
                .timeline
                .recording_ready
                .is_some_and(|ready| now >= ready + late)
            && !call.in_hole(now);
        let name = match file.as_str() {
            _ if !is_ready => return not_found("Artifact"),
            "stereo-recording" if call.two_channels() => STEREO,
            "mono-recording" => MONO,
            "call-logs" => LOG,
            _ => return not_found("Artifact"),
        };
        let until = document::presigned_until(account, now);
        let link = links::link(account, &call.token, name, Some(until));
        let location = HeaderValue::from_str(&link).expect("links are ASCII");
        let headers: [(HeaderName, HeaderValue); 1] = [(header::LOCATION, location)];
        (StatusCode::FOUND, headers).into_response()
    })
}

pub(super) fn own_calls(inner: &Inner, account: usize) -> impl Iterator<Item = &Call> {
    inner
        .calls
        .iter()
        .filter(move |call| call.account == account)
}

fn one(all: Vec<Value>, id: &str, what: &str) -> Response {
    all.iter()
        .find(|document| document["id"] == id)
        .map_or_else(
            || not_found(what),
            |document| json(StatusCode::OK, document),
        )
}

async fn numbers(State(api): State<Api>, headers: HeaderMap) -> Response {
    admitted(&api, &headers, |inner, account, _| {
        let all = servers::numbers(inner, account, api.account);
        json(StatusCode::OK, &all.into())
    })
}

async fn number(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    admitted(&api, &headers, |inner, account, _| {
        one(
            servers::numbers(inner, account, api.account),
            &id,
            "Phone number",
        )
    })
}

async fn assistants(State(api): State<Api>, headers: HeaderMap) -> Response {
    admitted(&api, &headers, |inner, account, _| {
        let all = servers::assistants(inner, account, api.account);
        json(StatusCode::OK, &all.into())
    })
}

async fn assistant(State(api): State<Api>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    admitted(&api, &headers, |inner, account, _| {
        one(
            servers::assistants(inner, account, api.account),
            &id,
            "Assistant",
        )
    })
}
