//! Telnyx as `api.telnyx.com/v2` speaks it: Bearer keys, no document of a call, webhooks about single legs signed with
//! Ed25519, recordings and detail records as resources of their own, links that die after ten minutes.
//!
//! Sources: developers.telnyx.com, the OpenAPI description `team-telnyx/openapi` and the official SDK `telnyx` (npm
//! 7.24.0), read in November 2026. Fields of detail records are those that users report.

mod applications;
mod deletion;
mod document;
mod leg;
mod list;
mod routes;
mod signature;
mod truth;
mod webhook;

use std::time::Duration;

use axum::Router;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use crate::account::{Account, Credentials};
use crate::call::Call;
use crate::dice::Dice;
use crate::script::StoragePolicy;
use crate::server::{self, Api};
use crate::speech::Format;
use crate::stand_in::{Announcement, Patience, Refusal, RepeatAfter, StandIn, StoredFile};
use crate::timeline::Pace;
use crate::truth::{Truth, TruthAgent};
use crate::world::Inner;

/// The stand-in for Telnyx.
#[derive(Debug)]
pub(crate) struct Telnyx;

impl StandIn for Telnyx {
    fn name(&self) -> &'static str {
        "telnyx"
    }

    fn real_api(&self) -> &'static str {
        "https://api.telnyx.com"
    }

    fn base_path(&self) -> &'static str {
        "/v2"
    }

    /// Real files lie at S3; this host resolves nowhere, so that nobody asks it for invented ones.
    fn real_storage(&self) -> &'static str {
        "https://recordings.telnyx.invalid"
    }

    /// A recording is saved a moment after it ended (0.8 s in a published sample).
    fn pace(&self) -> Pace {
        Pace {
            grain: Duration::from_millis(1),
            dialing: Duration::from_secs(1),
            recording_after: Duration::from_millis(800),
        }
    }

    /// The retries of voice are not documented; the delays can be chosen per call, up to a minute together.
    fn patience(&self) -> Patience {
        const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
        let total = Duration::from_secs(10);
        Patience {
            connect: total,
            total,
            repeat: RepeatAfter::AnyFailure(&PAUSES),
        }
    }

    fn usual_format(&self) -> Format {
        Format::Mp3
    }

    fn web_calls(&self) -> bool {
        false
    }

    fn credentials(&self, dice: Dice, number: u64) -> Credentials {
        let key = format!("KEY{}", dice.hex("telnyx key", number, 48).to_uppercase());
        let public_key = signature::public_key(&key);
        Credentials {
            key,
            key_name: "API_KEY",
            more_secrets: Vec::new(),
            options: vec![("public_key", public_key)],
            second: None,
        }
    }

    /// Telnyx knows telephones only, unless one of its own assistants answers.
    fn agent(&self, _: Dice, _: &str) -> Option<TruthAgent> {
        None
    }

    /// The session.
    fn call_id(&self, dice: Dice, number: u64) -> String {
        leg::uuid(&dice.hex("telnyx session", number, 32))
    }

    fn child_id(&self, dice: Dice, number: u64) -> String {
        leg::uuid(&dice.hex("telnyx child", number, 32))
    }

    fn recording_id(&self, dice: Dice, number: u64) -> String {
        leg::uuid(&dice.hex("telnyx recording", number, 32))
    }

    fn announcements(&self, call: &Call) -> Vec<Announcement> {
        webhook::all(call)
    }

    fn body(&self, inner: &Inner, call: &Call, announcement: &Announcement) -> Vec<u8> {
        let account = &inner.accounts[call.account];
        json!({
            "data": webhook::event(account, call, announcement),
            "meta": { "attempt": 1, "delivered_to": format!("{}{}", account.door, account.url_path()) },
        })
        .to_string()
        .into_bytes()
    }

    fn headers(
        &self,
        account: &Account,
        _: &str,
        body: &[u8],
        _: u64,
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let timestamp = now.as_second().to_string();
        let signature = signature::sign(&account.credentials.key, &timestamp, body);
        vec![
            ("content-type", "application/json".into()),
            ("user-agent", "telnyx-webhooks".into()),
            ("telnyx-signature-ed25519", signature),
            ("telnyx-timestamp", timestamp),
        ]
    }

    fn routes(&self) -> Router<Api> {
        routes::all()
    }

    fn refusal(&self, refusal: Refusal) -> Response {
        match refusal {
            Refusal::Unauthorized => error(
                StatusCode::UNAUTHORIZED,
                "10009",
                "Authentication failed",
                "The required authentication headers were either invalid or not included in the request.",
            ),
            Refusal::TooMany => error(
                StatusCode::TOO_MANY_REQUESTS,
                "10011",
                "Too many requests",
                "You have exceeded the maximum number of allowed requests.",
            ),
            Refusal::ServerError => error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "10007",
                "Unexpected error",
                "An unexpected error occured.",
            ),
            Refusal::Unavailable => error(
                StatusCode::SERVICE_UNAVAILABLE,
                "10016",
                "Service unavailable",
                "The service is temporarily unavailable.",
            ),
            Refusal::UnknownRoute => not_found(),
        }
    }

    /// `{recording id}.mp3`: only the format that was asked for when recording began.
    fn file(&self, call: &Call, name: &str) -> Option<StoredFile> {
        let is_it = name.strip_suffix(".mp3") == Some(call.recording_id.as_str());
        let is_here = call.kept() && !in_own_bucket(call);
        (is_it && is_here)
            .then(|| StoredFile::Sound(call.sound(Format::Mp3, document::channels(call))))
    }

    /// Every link is signed.
    fn public_links(&self, _: &Call) -> bool {
        false
    }

    fn truth(&self, account: &Account, call: &Call, at: Timestamp) -> Truth {
        truth::of(account, call, at)
    }

    /// The events of the call as `/call_events` gives them, then `{"recordings": [...]}`.
    fn documents(&self, inner: &Inner, call: &Call, at: Timestamp) -> Vec<serde_json::Value> {
        let account = &inner.accounts[call.account];
        let mut all: Vec<_> = webhook::sent(call, at)
            .map(|announcement| document::call_event(account, call, &announcement))
            .collect();
        let recording = document::recording(account, call, at);
        all.push(json!({ "recordings": recording.into_iter().collect::<Vec<_>>() }));
        all
    }
}

/// With custom storage credentials recordings are put into the customer's own bucket.
fn in_own_bucket(call: &Call) -> bool {
    call.script.storage == StoragePolicy::BasicAttributesOnly
}

/// `{errors: [{code, title, detail}]}`; the code is a text.
fn error(status: StatusCode, code: &str, title: &str, detail: &str) -> Response {
    server::json(
        status,
        &json!({ "errors": [{ "code": code, "title": title, "detail": detail }] }),
    )
}

fn not_found() -> Response {
    error(
        StatusCode::NOT_FOUND,
        "10005",
        "Resource not found",
        "The requested resource or URL could not be found.",
    )
}
