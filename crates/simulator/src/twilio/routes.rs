//! The parts of the 2010-04-01 API that a review app needs.

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
use crate::speech::Format;
use crate::world::Inner;

use super::document::{self, Level};
use super::list::{Item, Query, page};
use super::{admits, error, media, not_found, numbers};

pub(super) fn all() -> Router<Api> {
    Router::new()
        .route("/2010-04-01/Accounts/{account}", get(account))
        .route("/2010-04-01/Accounts/{account}/{list}", get(list))
        .route(
            "/2010-04-01/Accounts/{account}/{list}/{sid}",
            get(instance).delete(delete).post(numbers::update),
        )
        .route(
            "/2010-04-01/Accounts/{account}/{list}/{sid}/{sub}",
            get(of_call),
        )
        .route(
            "/2010-04-01/Accounts/{account}/{list}/{sid}/{sub}/{recording}",
            get(recording_of_call),
        )
}

/// Runs `read` for a request with good credentials whose path names this account.
pub(super) fn admitted(
    api: &Api,
    headers: &HeaderMap,
    sid: &str,
    read: impl FnOnce(&Inner, &Account, Timestamp) -> Response,
) -> Response {
    let authorization = text(headers, header::AUTHORIZATION);
    let own = |account: &Account| admits(account, authorization);
    let read = |inner: &Inner, account: &Account, now| {
        if document::account_sid(account) == sid {
            read(inner, account, now)
        } else {
            not_found()
        }
    };
    api.read(own, read).unwrap_or_else(|refusal| refusal)
}

fn found(document: Option<Value>) -> Response {
    document.map_or_else(not_found, |document| json(StatusCode::OK, &document))
}

async fn account(State(api): State<Api>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(sid) = file.strip_suffix(".json") else {
        return not_found();
    };
    admitted(&api, &headers, sid, |_, account, _| {
        found(Some(json!({
            "sid": sid,
            "friendly_name": format!("Simulated account {}", account.id),
            "status": "active",
            "type": "Full",
            "owner_account_sid": sid,
            "uri": format!("{}.json", document::base(account)),
        })))
    })
}

async fn list(
    State(api): State<Api>,
    Path((sid, list)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, &sid, |inner, account, now| {
        let calls = known(inner, api.account, now);
        let path = format!("{}/{list}", document::base(account));
        let (key, items) = match list.as_str() {
            "Calls.json" => ("calls", call_items(calls, account, now, &query)),
            "Recordings.json" => (
                "recordings",
                recording_items(calls, account, now, &query, Level::Account),
            ),
            _ => {
                let Some((kind, key)) = numbers::kind(&list) else {
                    return not_found();
                };
                let all = numbers::all(account, kind);
                return json(StatusCode::OK, &json!({ key: all, "next_page_uri": null }));
            }
        };
        listed(key, &path, items, &query)
    })
}

async fn instance(
    State(api): State<Api>,
    Path((sid, list, file)): Path<(String, String, String)>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, &sid, |inner, account, now| {
        let (name, extension) = file
            .split_once('.')
            .map_or((file.as_str(), None), |(name, ext)| (name, Some(ext)));
        let recorded = || {
            known(inner, api.account, now)
                .flat_map(Call::recorded)
                .find(|call| call.recording_id == name)
        };
        if let Some((kind, _)) = numbers::kind(&list) {
            let mut all = numbers::all(account, kind).into_iter();
            return found(all.find(|one| one["sid"] == name));
        }
        match (list.as_str(), extension) {
            ("Calls", Some("json")) => {
                let call = inner
                    .call(name)
                    .filter(|call| call.account == api.account && call.exists(now));
                found(call.and_then(|call| leg_document(account, call, name, now)))
            }
            // The metadata outlives the sound for those who ask for it.
            ("Recordings", Some("json")) => found(
                recorded()
                    .filter(|call| {
                        !call.recording_deleted || query.get("IncludeSoftDeleted") == Some("true")
                    })
                    .and_then(|call| document::recording(account, call, now, Level::Account)),
            ),
            ("Recordings", extension) => {
                let format = match extension {
                    None | Some("wav") => Format::Wav,
                    Some("mp3") => Format::Mp3,
                    Some(_) => return not_found(),
                };
                recorded().map_or_else(not_found, |call| {
                    media::answer(account, call, format, &query, now)
                })
            }
            _ => not_found(),
        }
    })
}

/// Deletes a recording; nothing else that a review app could delete.
async fn delete(
    State(api): State<Api>,
    Path((sid, list, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let admitted = admitted(&api, &headers, &sid, |_, _, _| {
        StatusCode::NO_CONTENT.into_response()
    });
    let id = file.strip_suffix(".json").unwrap_or(&file);
    if admitted.status() != StatusCode::NO_CONTENT {
        return admitted;
    }
    match list == "Recordings" && api.delete_recording(id) {
        true => admitted,
        false => not_found(),
    }
}

async fn of_call(
    State(api): State<Api>,
    Path((sid, list, call, sub)): Path<(String, String, String, String)>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = Query::of(raw.as_deref());
    admitted(&api, &headers, &sid, |inner, account, now| {
        let call_sid = call;
        let owner = known(inner, api.account, now)
            .find(|call| call.id == call_sid || is_child(call, &call_sid));
        let (Some(owner), "Calls", "Recordings.json") = (owner, list.as_str(), sub.as_str()) else {
            return not_found();
        };
        let path = format!(
            "{}/Calls/{call_sid}/Recordings.json",
            document::base(account)
        );
        let calls = std::iter::once(owner)
            .filter(|owner| document::recorded_leg(account, owner) == call_sid);
        listed(
            "recordings",
            &path,
            recording_items(calls, account, now, &query, Level::Call),
            &query,
        )
    })
}

async fn recording_of_call(
    State(api): State<Api>,
    Path((sid, list, call, sub, file)): Path<(String, String, String, String, String)>,
    headers: HeaderMap,
) -> Response {
    admitted(&api, &headers, &sid, |inner, account, now| {
        let (Some(recording), "Calls", "Recordings") =
            (file.strip_suffix(".json"), list.as_str(), sub.as_str())
        else {
            return not_found();
        };
        let owner = known(inner, api.account, now)
            .flat_map(Call::recorded)
            .find(|owner| {
                document::recorded_leg(account, owner) == call && owner.recording_id == recording
            });
        found(owner.and_then(|owner| document::recording(account, owner, now, Level::Call)))
    })
}

fn known(inner: &Inner, account: usize, now: Timestamp) -> impl Iterator<Item = &Call> {
    inner
        .calls
        .iter()
        .filter(move |call| call.account == account && call.exists(now))
}

fn is_child(call: &Call, sid: &str) -> bool {
    call.child.as_ref().is_some_and(|leg| leg.id == sid)
}

fn leg_document(account: &Account, call: &Call, sid: &str, now: Timestamp) -> Option<Value> {
    match &call.child {
        Some(leg) if leg.id == sid => {
            (now >= leg.placed).then(|| document::child(account, call, leg, now))
        }
        _ => Some(document::call(account, call, now)),
    }
}

fn listed(key: &str, path: &str, items: Result<Vec<Item>, String>, query: &Query) -> Response {
    match items {
        Ok(items) => json(StatusCode::OK, &page(key, path, items, query)),
        Err(value) => error(
            StatusCode::BAD_REQUEST,
            20001,
            &format!("{value:?} is not a valid date"),
        ),
    }
}

fn call_items<'a>(
    calls: impl Iterator<Item = &'a Call>,
    account: &Account,
    now: Timestamp,
    query: &Query,
) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    for call in calls {
        let root = (
            &call.id,
            call.timeline.placed,
            call.timeline.answered,
            call.timeline.ended,
            None,
        );
        let child = call.child.as_ref().map(|leg| {
            (
                &leg.id,
                leg.placed,
                Some(leg.answered),
                leg.ended,
                Some(call.id.as_str()),
            )
        });
        for (sid, created, answered, ended, parent) in std::iter::once(root)
            .chain(child)
            .filter(|leg| now >= leg.1)
        {
            let Some(document) = leg_document(account, call, sid, now) else {
                continue;
            };
            let told = |name: &str| document[name].as_str();
            let over = now >= ended;
            let started = answered
                .or(over.then_some(created))
                .filter(|started| now >= *started);
            if query.allows("Status", told("status"))
                && query.allows("To", told("to"))
                && query.allows("From", told("from"))
                && query.allows("ParentCallSid", parent)
                && query.allows_day("StartTime", started)?
                && query.allows_day("EndTime", over.then_some(ended))?
            {
                items.push(Item {
                    sid: sid.clone(),
                    created,
                    document,
                });
            }
        }
    }
    Ok(items)
}

fn recording_items<'a>(
    calls: impl Iterator<Item = &'a Call>,
    account: &Account,
    now: Timestamp,
    query: &Query,
    level: Level,
) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    for call in calls.flat_map(Call::recorded) {
        let Some(document) = document::recording(account, call, now, level) else {
            continue;
        };
        let created = call.timeline.answered.unwrap_or(call.timeline.placed);
        if query.allows("CallSid", Some(document::recorded_leg(account, call)))
            && query.allows_day("DateCreated", Some(created))?
        {
            items.push(Item {
                sid: call.recording_id.clone(),
                created,
                document,
            });
        }
    }
    Ok(items)
}
