//! Everything the door ever answers, as a closed list.

use std::time::Duration;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use ringback_providers::Refusal;
use serde::Serialize;

/// When a sender may try again after it could not be served.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// An answer of the door. Each has its own status code and word; none repeats anything that the
/// sender sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The door is open and the journal can be written.
    Ok,
    /// The event is new and durable.
    Accepted,
    /// The event was here before.
    Duplicate,
    /// Nobody vouches for the request.
    Rejected(Refusal),
    /// There is nothing under this address, in particular no such account.
    NotFound,
    /// Only `allow` is understood under this address.
    WrongMethod {
        /// The method to use.
        allow: &'static str,
    },
    /// The body is larger than [`BODY_LIMIT`](crate::BODY_LIMIT).
    TooLarge,
    /// The body did not arrive in time.
    TooSlow,
    /// The body broke off or is not valid HTTP.
    BrokenBody,
    /// Nothing can be kept at the moment.
    Unavailable,
}

/// The JSON of an answer.
#[derive(Serialize)]
struct Words {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl Answer {
    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Ok | Self::Accepted | Self::Duplicate => StatusCode::OK,
            Self::Rejected(_) => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenBody => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn words(self) -> Words {
        let (status, reason) = match self {
            Self::Ok => ("ok", None),
            Self::Accepted => ("accepted", None),
            Self::Duplicate => ("duplicate", None),
            Self::Rejected(refusal) => ("rejected", Some(refusal.code())),
            Self::NotFound => ("rejected", Some("not_found")),
            Self::WrongMethod { .. } => ("rejected", Some("method_not_allowed")),
            Self::TooLarge => ("rejected", Some("body_too_large")),
            Self::TooSlow => ("rejected", Some("body_too_slow")),
            Self::BrokenBody => ("rejected", Some("body_broken")),
            Self::Unavailable => ("unavailable", None),
        };
        Words { status, reason }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.words())).into_response();
        let headers = response.headers_mut();
        match self {
            Self::Unavailable => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER.as_secs().into());
            }
            Self::WrongMethod { allow } => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            // The rest of such a body is not waited for, so nothing can follow it.
            Self::TooLarge | Self::TooSlow | Self::BrokenBody => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Self::Ok | Self::Accepted | Self::Duplicate | Self::Rejected(_) | Self::NotFound => {}
        }
        response
    }
}
