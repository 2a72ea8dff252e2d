//! Recall.ai as `us-west-2.recall.ai` speaks it (API v1.11): bots that take part in meetings, recordings with files of
//! their own, webhooks that carry ids and nothing else, signed as Standard Webhooks.
//!
//! A call of a script is a meeting here: the ring is the time in the waiting room, the talk the time in the meeting, the
//! agent the host, and the caller two guests who take turns. With `two_channels` the sound was ordered as a file of its
//! own beside the video, otherwise there is only the video.
//!
//! Sources: docs.recall.ai, read in November 2026.

mod bot;
mod file;
mod list;
mod meeting;
mod notice;
mod recording;
mod routes;
mod signature;
mod truth;

use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{StatusCode, header};
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

/// The stand-in for Recall.ai.
#[derive(Debug)]
pub(crate) struct Recall;

const WEBHOOK_SECRET: &str = "WEBHOOK_SECRET";

impl StandIn for Recall {
    fn name(&self) -> &'static str {
        "recall"
    }

    fn real_api(&self) -> &'static str {
        "https://us-west-2.recall.ai"
    }

    /// Real files lie in S3; this host resolves nowhere, so that nobody asks it for invented ones.
    fn real_storage(&self) -> &'static str {
        "https://recallai-bot-data.s3.invalid"
    }

    /// Times have microseconds. A recording is uploaded when the meeting is over.
    fn pace(&self) -> Pace {
        Pace {
            grain: Duration::from_millis(1),
            dialing: Duration::from_secs(1),
            recording_after: Duration::from_secs(10),
        }
    }

    /// Fifteen seconds, and Svix's schedule.
    fn patience(&self) -> Patience {
        const PAUSES: [Duration; 7] = [
            Duration::from_secs(5),
            Duration::from_secs(5 * 60),
            Duration::from_secs(30 * 60),
            Duration::from_secs(2 * 3600),
            Duration::from_secs(5 * 3600),
            Duration::from_secs(10 * 3600),
            Duration::from_secs(10 * 3600),
        ];
        let total = Duration::from_secs(15);
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
        let secret = dice.hex("recall secret", number, 32);
        Credentials {
            key: dice.hex("recall key", number, 40),
            key_name: "API_KEY",
            more_secrets: vec![(WEBHOOK_SECRET, format!("whsec_{}", STANDARD.encode(secret)))],
            options: vec![("region", "us-west-2".into())],
            second: None,
        }
    }

    /// The bot has a name that the others see, and no identity beyond the meeting.
    fn agent(&self, _: Dice, business: &str) -> Option<TruthAgent> {
        Some(TruthAgent {
            id: String::new(),
            name: format!("Notes for {business}"),
        })
    }

    fn call_id(&self, dice: Dice, number: u64) -> String {
        uuid(&dice.hex("recall bot", number, 32))
    }

    /// Never shown: a meeting has no legs.
    fn child_id(&self, dice: Dice, number: u64) -> String {
        uuid(&dice.hex("recall child", number, 32))
    }

    fn recording_id(&self, dice: Dice, number: u64) -> String {
        uuid(&dice.hex("recall recording", number, 32))
    }

    fn announcements(&self, call: &Call) -> Vec<Announcement> {
        notice::all(call)
    }

    fn body(&self, _: &Inner, call: &Call, announcement: &Announcement) -> Vec<u8> {
        notice::body(call, announcement).to_string().into_bytes()
    }

    fn headers(
        &self,
        account: &Account,
        _: &str,
        body: &[u8],
        number: u64,
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let secret = account
            .credentials
            .secret(WEBHOOK_SECRET)
            .unwrap_or_default();
        let id = format!("msg_{}_{number}", account.id);
        let signature = signature::header(secret, &id, now.as_second(), body);
        vec![
            ("content-type", "application/json".into()),
            ("webhook-id", id),
            ("webhook-timestamp", now.as_second().to_string()),
            ("webhook-signature", signature),
        ]
    }

    fn routes(&self) -> Router<Api> {
        routes::all()
    }

    fn refusal(&self, refusal: Refusal) -> Response {
        match refusal {
            Refusal::Unauthorized => error(
                StatusCode::UNAUTHORIZED,
                "authentication_failed",
                "Invalid API token",
            ),
            Refusal::TooMany => error(
                StatusCode::TOO_MANY_REQUESTS,
                "throttled",
                "Request was throttled.",
            ),
            Refusal::ServerError => error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "error",
                "A server error occurred.",
            ),
            Refusal::Unavailable => error(
                StatusCode::SERVICE_UNAVAILABLE,
                "service_unavailable",
                "Our servers have dropped the request due to high load.",
            ),
            Refusal::UnknownRoute => not_found(),
        }
    }

    fn file(&self, call: &Call, name: &str) -> Option<StoredFile> {
        file::of(call, name)
    }

    fn public_links(&self, _: &Call) -> bool {
        false
    }

    fn truth(&self, account: &Account, call: &Call, at: Timestamp) -> Truth {
        truth::of(account, call, at)
    }

    fn documents(&self, inner: &Inner, call: &Call, at: Timestamp) -> Vec<Value> {
        vec![bot::of(&inner.accounts[call.account], call, at)]
    }
}

/// `{code, detail}`.
fn error(status: StatusCode, code: &str, detail: &str) -> Response {
    server::json(status, &json!({ "code": code, "detail": detail }))
}

fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, "not_found", "Not found.")
}

/// What the firewall in front of the API says to a GET with a body.
fn blocked() -> Response {
    (
        StatusCode::FORBIDDEN,
        [(header::CONTENT_TYPE, "text/html")],
        "<html><head><title>403 Forbidden</title></head></html>",
    )
        .into_response()
}

/// 32 hex digits as a version 4 UUID.
fn uuid(hex: &str) -> String {
    format!(
        "{}-{}-4{}-8{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    )
}

/// The id of one of a meeting's further objects.
fn part_id(call: &Call, part: u8) -> String {
    let hex = format!("{:02x}{}", part, &call.token[..30]);
    uuid(&hex)
}

/// ISO 8601 with microseconds.
fn moment(at: Timestamp) -> String {
    format!("{at:.6}")
}
