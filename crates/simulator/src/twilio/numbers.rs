//! Numbers and TwiML applications with their callbacks. As long as none is configured there is one number, whose
//! status callback is the account's webhook address.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::server::{Api, json};
use crate::things::Thing;

use super::routes::admitted;
use super::{document, error, not_found};

/// The kind behind a name in the path, and the list's name in answers.
pub(super) fn kind(list: &str) -> Option<(Thing, &'static str)> {
    match list.strip_suffix(".json").unwrap_or(list) {
        "IncomingPhoneNumbers" => Some((Thing::Number, "incoming_phone_numbers")),
        "Applications" => Some((Thing::Application, "applications")),
        _ => None,
    }
}

pub(super) fn all(account: &Account, kind: Thing) -> Vec<Value> {
    let configured = account.things.all(kind);
    if kind != Thing::Number || !configured.is_empty() {
        return configured.to_vec();
    }
    vec![json!({
        "sid": "PN00000000000000000000000000000001",
        "account_sid": document::account_sid(account),
        "phone_number": account.number,
        "friendly_name": "Front desk",
        "voice_url": "https://pbx.invalid/voice",
        "voice_fallback_url": "",
        "voice_application_sid": "",
        "trunk_sid": null,
        "status_callback": format!("{}{}", account.door, account.url_path()),
        "status_callback_method": "POST",
    })]
}

pub(super) async fn update(
    State(api): State<Api>,
    Path((account_sid, list, file)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((kind, _)) = kind(&list) else {
        return not_found();
    };
    let sid = file.trim_end_matches(".json");
    let mut found = None;
    let refused = admitted(&api, &headers, &account_sid, |_, account, _| {
        found = all(account, kind).into_iter().find(|one| one["sid"] == sid);
        not_found()
    });
    let Some(document) = found else {
        return refused;
    };
    let mut members = Map::new();
    for (name, value) in form_urlencoded::parse(&body) {
        let field = match &*name {
            "StatusCallback" => "status_callback",
            "StatusCallbackMethod" => "status_callback_method",
            "VoiceUrl" => "voice_url",
            _ => {
                return error(
                    StatusCode::BAD_REQUEST,
                    20001,
                    &format!("{name} is not known to the stand-in"),
                );
            }
        };
        members.insert(field.into(), value.into_owned().into());
    }
    let document = api.change(|account| account.things.patch(kind, document, &members));
    json(StatusCode::OK, &document)
}
