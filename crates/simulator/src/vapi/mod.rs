//! Vapi as `api.vapi.ai` speaks it: Bearer keys, calls as one big document, server messages around an old copy of that
//! document, files behind a redirect to links that live for half an hour.
//!
//! Sources: docs.vapi.ai and the OpenAPI description in VapiAI/docs (August 2026), and the official SDK
//! `@vapi-ai/server-sdk` 2.0.1, read in November 2026.

mod conversation;
mod document;
mod list;
mod message;
mod names;
mod routes;
mod servers;
mod signature;
mod truth;

use std::time::Duration;

use axum::Router;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::{Account, Credentials};
use crate::call::Call;
use crate::dice::Dice;
use crate::server::{self, Api};
use crate::speech::Format;
use crate::stand_in::{Announcement, Patience, Refusal, RepeatAfter, StandIn, StoredFile};
use crate::timeline::Pace;
use crate::truth::{Truth, TruthAgent};
use crate::world::Inner;

/// The stand-in for Vapi.
#[derive(Debug)]
pub(crate) struct Vapi;

/// Names of the files at the storage.
const MONO: &str = "mono.wav";
const STEREO: &str = "stereo.wav";
const LOG: &str = "call.log";

/// The contract's name of what server messages are authenticated with.
const WEBHOOK_SECRET: &str = "WEBHOOK_SECRET";

impl StandIn for Vapi {
    fn name(&self) -> &'static str {
        "vapi"
    }

    fn real_api(&self) -> &'static str {
        "https://api.vapi.ai"
    }

    /// Real files lie in a private bucket; this host resolves nowhere.
    fn real_storage(&self) -> &'static str {
        "https://recordings.vapi.invalid"
    }

    /// A recording can be fetched when the call is over; only the report about it takes longer.
    fn pace(&self) -> Pace {
        Pace {
            grain: Duration::from_millis(1),
            dialing: Duration::from_secs(1),
            recording_after: Duration::ZERO,
        }
    }

    /// The defaults of `server`: twenty seconds, and no second try.
    fn patience(&self) -> Patience {
        let total = Duration::from_secs(20);
        Patience {
            connect: total,
            total,
            repeat: RepeatAfter::AnyFailure(&[]),
        }
    }

    fn usual_format(&self) -> Format {
        Format::Wav
    }

    fn web_calls(&self) -> bool {
        true
    }

    /// The secret is hexadecimal and of a length that is good base64 as well, so that it fits every plan.
    fn credentials(&self, dice: Dice, number: u64) -> Credentials {
        Credentials {
            key: names::uuid(&dice.hex("vapi key", number, 32)),
            key_name: "API_KEY",
            more_secrets: vec![(WEBHOOK_SECRET, dice.hex("vapi webhook", number, 40))],
            options: Vec::new(),
            second: None,
        }
    }

    fn agent(&self, dice: Dice, business: &str) -> Option<TruthAgent> {
        Some(TruthAgent {
            id: names::uuid(&dice.hex(&format!("vapi {business}"), 0, 32)),
            name: business.into(),
        })
    }

    fn call_id(&self, dice: Dice, number: u64) -> String {
        names::uuid(&dice.hex("vapi call", number, 32))
    }

    /// Never shown: Vapi has no child legs.
    fn child_id(&self, dice: Dice, number: u64) -> String {
        names::uuid(&dice.hex("vapi child", number, 32))
    }

    /// Never shown: Vapi's recordings have no ids.
    fn recording_id(&self, _: Dice, _: u64) -> String {
        String::new()
    }

    fn announcements(&self, call: &Call) -> Vec<Announcement> {
        message::all(call)
    }

    fn body(&self, inner: &Inner, call: &Call, announcement: &Announcement) -> Vec<u8> {
        let message = message::of(&inner.accounts[call.account], call, announcement);
        json!({ "message": message }).to_string().into_bytes()
    }

    fn headers(
        &self,
        account: &Account,
        url: &str,
        body: &[u8],
        number: u64,
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let mut headers = vec![("content-type", "application/json".into())];
        headers.extend(signature::headers(account, url, body, number, now));
        headers
    }

    fn routes(&self) -> Router<Api> {
        routes::all()
    }

    fn refusal(&self, refusal: Refusal) -> Response {
        let (status, message) = match refusal {
            Refusal::Unauthorized => (StatusCode::UNAUTHORIZED, "Invalid Key."),
            Refusal::TooMany => (StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
            Refusal::ServerError => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "An unexpected error occurred.",
            ),
            Refusal::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Try again later."),
            Refusal::UnknownRoute => (StatusCode::NOT_FOUND, "Cannot find this route."),
        };
        error(status, message)
    }

    fn file(&self, call: &Call, name: &str) -> Option<StoredFile> {
        match name {
            _ if !call.kept() => None,
            MONO => Some(StoredFile::Sound(call.sound(Format::Wav, 1))),
            STEREO if call.two_channels() => Some(StoredFile::Sound(call.sound(Format::Wav, 2))),
            LOG => Some(StoredFile::Text(format!("call {} finished\n", call.id))),
            _ => None,
        }
    }

    /// Files are private since July 2026.
    fn public_links(&self, _: &Call) -> bool {
        false
    }

    fn truth(&self, account: &Account, call: &Call, at: Timestamp) -> Truth {
        truth::of(account, call, at)
    }

    fn documents(&self, inner: &Inner, call: &Call, at: Timestamp) -> Vec<Value> {
        vec![document::of(&inner.accounts[call.account], call, at)]
    }
}

/// `{message, error, statusCode}`.
fn error(status: StatusCode, message: &str) -> Response {
    server::json(
        status,
        &json!({
            "message": message,
            "error": status.canonical_reason(),
            "statusCode": status.as_u16(),
        }),
    )
}
