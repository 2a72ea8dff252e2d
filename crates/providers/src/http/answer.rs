//! What comes back from an API.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::DATE};
use jiff::{SignedDuration, Timestamp};
use ringback_model::Secret;
use url::Url;

use super::{destinations, guard::NotPublic, retry};
use crate::ApiError;

/// A successful answer of the API, read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The bytes.
    pub(crate) body: Bytes,
    /// The moment it describes: the server's `Date`, or our clock where it sends none.
    pub(crate) at: Timestamp,
}

/// The value of an `Authorization` header with a bearer token.
pub(crate) fn authorization_bearer(token: &Secret) -> Result<HeaderValue, ApiError> {
    header_value(&format!("Bearer {}", token.reveal()))
}

/// The value of an `Authorization` header with a token, as Django's REST framework wants it.
pub(crate) fn authorization_token(token: &Secret) -> Result<HeaderValue, ApiError> {
    header_value(&format!("Token {}", token.reveal()))
}

/// The value of an `Authorization` header with a user name and a password.
pub(crate) fn authorization_basic(user: &str, password: &Secret) -> Result<HeaderValue, ApiError> {
    let pair = BASE64_STANDARD.encode(format!("{user}:{}", password.reveal()));
    header_value(&format!("Basic {pair}"))
}

/// A key with characters that no header can carry cannot be the right one.
fn header_value(text: &str) -> Result<HeaderValue, ApiError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| ApiError::KeyRefused)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The error for an answer that is not a success.
///
/// 422 is Retell's "cannot find asset under this key", and no other provider answers a reading
/// request with it.
pub(super) fn error_of(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> ApiError {
    match status.as_u16() {
        401 | 403 => ApiError::KeyRefused,
        404 | 410 | 422 => ApiError::NotFound,
        429 => {
            let wait = retry::refused_wait(headers, now).unwrap_or(retry::UNSAID_WAIT);
            ApiError::RateLimited(later(now, wait))
        }
        status => ApiError::Server(status),
    }
}

pub(super) fn later(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// The server's time of the answer.
pub(super) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    retry::http_date(headers.get(DATE)?.to_str().ok()?)
}

/// What went wrong on the way, without the URL that the library's own text has.
pub(super) fn error_on_the_way(url: &Url, error: &reqwest::Error) -> ApiError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotPublic>() {
            return destinations::not_public(url);
        }
        cause = error.source();
    }
    let what = if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_body() || error.is_decode() {
        "the answer was cut off"
    } else {
        "the connection broke"
    };
    ApiError::Transport(format!("{}: {what}", destinations::host(url)))
}
