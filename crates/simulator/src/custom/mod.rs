//! A team's own backend: voice agents on telephone lines, recordings in a bucket, and a queue that pushes events to
//! the door as `docs/custom.md` asks for them. It has no API.
//!
//! Each part of a call is an event of its own, and what comes after the end comes in an order that differs from call to
//! call. What the door did not take, or what was lost on the way, is sent again with growing pauses, as the
//! specification of Standard Webhooks suggests
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, read in November
//! 2026): nothing else can bring it back.

mod event;
mod signature;
mod truth;

use std::time::Duration;

use axum::Router;
use axum::response::Response;
use base64::{Engine, prelude::BASE64_STANDARD};
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

/// The stand-in for a team's own backend.
#[derive(Debug)]
pub(crate) struct Custom;

/// The pauses between the attempts to deliver one event.
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];

impl StandIn for Custom {
    fn name(&self) -> &'static str {
        "custom"
    }

    fn real_api(&self) -> &'static str {
        "https://backend.invalid"
    }

    fn real_storage(&self) -> &'static str {
        "https://storage.backend.invalid"
    }

    /// The recording is uploaded while the analysis runs.
    fn pace(&self) -> Pace {
        Pace {
            grain: Duration::from_millis(1),
            dialing: Duration::from_secs(1),
            recording_after: Duration::from_secs(4),
        }
    }

    fn patience(&self) -> Patience {
        Patience {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(15),
            repeat: RepeatAfter::AnyFailure(&PAUSES),
        }
    }

    fn lost_again_after(&self) -> &'static [Duration] {
        &PAUSES
    }

    fn usual_format(&self) -> Format {
        Format::Mp3
    }

    fn web_calls(&self) -> bool {
        true
    }

    fn credentials(&self, dice: Dice, number: u64) -> Credentials {
        let key = dice.hex("custom webhook secret", number, 32);
        Credentials {
            key: format!("whsec_{}", BASE64_STANDARD.encode(key)),
            key_name: "WEBHOOK_SECRET",
            more_secrets: Vec::new(),
            options: Vec::new(),
            second: None,
        }
    }

    fn agent(&self, dice: Dice, business: &str) -> Option<TruthAgent> {
        Some(TruthAgent {
            id: format!("desk-{}", dice.hex(business, 0, 8)),
            name: business.into(),
        })
    }

    fn call_id(&self, dice: Dice, number: u64) -> String {
        format!("conv_{}", dice.hex("custom call", number, 24))
    }

    /// Never shown: a conversation is one call here.
    fn child_id(&self, dice: Dice, number: u64) -> String {
        format!("conv_{}", dice.hex("custom child", number, 24))
    }

    fn recording_id(&self, dice: Dice, number: u64) -> String {
        format!("rec_{}", dice.hex("custom recording", number, 24))
    }

    fn announcements(&self, call: &Call) -> Vec<Announcement> {
        event::all(call)
    }

    fn body(&self, inner: &Inner, call: &Call, announcement: &Announcement) -> Vec<u8> {
        let account = &inner.accounts[call.account];
        event::body(account, call, announcement)
            .to_string()
            .into_bytes()
    }

    fn headers(
        &self,
        account: &Account,
        _: &str,
        body: &[u8],
        number: u64,
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let id = signature::message_id(number, body);
        let signature = signature::of(&account.credentials.key, &id, now.as_second(), body);
        vec![
            ("content-type", "application/json".into()),
            ("webhook-id", id),
            ("webhook-timestamp", now.as_second().to_string()),
            ("webhook-signature", signature),
        ]
    }

    /// There is nothing to ask.
    fn routes(&self) -> Router<Api> {
        Router::new()
    }

    fn refusal(&self, refusal: Refusal) -> Response {
        let status = match refusal {
            Refusal::Unauthorized => StatusCode::UNAUTHORIZED,
            Refusal::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Refusal::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::UnknownRoute => StatusCode::NOT_FOUND,
        };
        server::json(status, &json!({ "error": "this backend answers nothing" }))
    }

    /// `{recording id}.mp3`: the one version there is.
    fn file(&self, call: &Call, name: &str) -> Option<StoredFile> {
        (call.kept() && name == event::file_name(call))
            .then(|| StoredFile::Sound(call.sound(Format::Mp3, event::channels(call))))
    }

    fn in_buckets(&self) -> bool {
        true
    }

    fn public_links(&self, call: &Call) -> bool {
        call.script.storage != StoragePolicy::BasicAttributesOnly
    }

    fn truth(&self, account: &Account, call: &Call, at: Timestamp) -> Truth {
        truth::of(account, call, at)
    }

    /// Everything that was ever told of the call, in one event.
    fn documents(&self, inner: &Inner, call: &Call, at: Timestamp) -> Vec<serde_json::Value> {
        vec![event::whole(&inner.accounts[call.account], call, at)]
    }
}
