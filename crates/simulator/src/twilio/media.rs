//! Downloads of recordings: credentials at the API, then a redirect to signed storage on another host
//! (twilio.com/docs/voice/api/recording, "Fetch a Recording's media file").

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;

use crate::account::Account;
use crate::call::Call;
use crate::links;
use crate::speech::Format;

use super::list::Query;
use super::{document, error, not_found};

/// How long a redirect works unless a fault says otherwise. Twilio documents none.
const REDIRECT_LIVES: Duration = Duration::from_secs(300);

/// The answer to `GET .../Recordings/{RE}[.wav|.mp3]`.
pub(super) fn answer(
    account: &Account,
    call: &Call,
    format: Format,
    query: &Query,
    now: Timestamp,
) -> Response {
    let faults = account.switches.faults();
    let late = |ready| ready + faults.recordings_late_by;
    if document::recording_status(call, now) != "completed"
        || call
            .timeline
            .recording_ready
            .map(late)
            .is_none_or(|ready| now < ready)
    {
        return not_found();
    }
    let channels = match query.get("RequestedChannels") {
        None => document::channels(call),
        Some("1") => 1,
        Some("2") if call.two_channels() => 2,
        Some("2") => {
            return error(
                StatusCode::BAD_REQUEST,
                20001,
                "A dual-channel version of this recording does not exist",
            );
        }
        Some(_) => {
            return error(
                StatusCode::BAD_REQUEST,
                20001,
                "RequestedChannels must be 1 or 2",
            );
        }
    };
    let name = format!("{}.{channels}.{}", call.recording_id, format.extension());
    let expires = now + faults.links_expire_after.unwrap_or(REDIRECT_LIVES);
    let link = links::link(account, &call.token, &name, Some(expires));
    let location = HeaderValue::from_str(&link).expect("links are ASCII");
    let headers: [(HeaderName, HeaderValue); 1] = [(header::LOCATION, location)];
    (StatusCode::TEMPORARY_REDIRECT, headers).into_response()
}
