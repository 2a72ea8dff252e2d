//! Retell as `api.retellai.com` speaks it: Bearer keys, calls as one big document, webhooks with that same document.
//!
//! Sources: docs.retellai.com and the official SDKs `retell-sdk` (npm 5.66.1, PyPI 6.2.13), read in November 2026.

mod agents;
mod document;
mod filter;
mod list;
mod routes;
mod signature;
mod truth;

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

/// The stand-in for Retell.
#[derive(Debug)]
pub(crate) struct Retell;

/// Names of the files at the storage.
const MONO: &str = "recording.wav";
const MULTI_CHANNEL: &str = "recording_multichannel.wav";
const LOG: &str = "public.log";

impl StandIn for Retell {
    fn name(&self) -> &'static str {
        "retell"
    }

    fn real_api(&self) -> &'static str {
        "https://api.retellai.com"
    }

    /// Real files lie behind a content network; this host resolves nowhere, so that nobody asks it for invented ones.
    fn real_storage(&self) -> &'static str {
        "https://recordings.retell.invalid"
    }

    /// A recording is there with `call_ended`.
    fn pace(&self) -> Pace {
        Pace {
            grain: Duration::from_millis(1),
            dialing: Duration::from_secs(1),
            recording_after: Duration::ZERO,
        }
    }

    /// Ten seconds, up to three repetitions; their pauses are not documented.
    fn patience(&self) -> Patience {
        const PAUSES: [Duration; 3] = [
            Duration::from_secs(1),
            Duration::from_secs(5),
            Duration::from_secs(30),
        ];
        let total = Duration::from_secs(10);
        Patience {
            connect: total,
            total,
            repeat: RepeatAfter::AnyFailure(&PAUSES),
        }
    }

    fn usual_format(&self) -> Format {
        Format::Wav
    }

    fn web_calls(&self) -> bool {
        true
    }

    fn credentials(&self, dice: Dice, number: u64) -> Credentials {
        let key = format!("key_{}", dice.hex("retell key", number, 28));
        Credentials {
            key,
            key_name: "API_KEY",
            more_secrets: Vec::new(),
            options: Vec::new(),
            second: None,
        }
    }

    fn agent(&self, dice: Dice, business: &str) -> Option<TruthAgent> {
        Some(TruthAgent {
            id: format!("agent_{}", dice.hex(business, 0, 26)),
            name: business.into(),
        })
    }

    fn call_id(&self, dice: Dice, number: u64) -> String {
        format!("call_{}", dice.hex("retell call", number, 27))
    }

    /// Never shown: Retell has no child legs.
    fn child_id(&self, dice: Dice, number: u64) -> String {
        format!("call_{}", dice.hex("retell child", number, 27))
    }

    /// Never shown: Retell's recordings have no ids.
    fn recording_id(&self, _: Dice, _: u64) -> String {
        String::new()
    }

    fn announcements(&self, call: &Call) -> Vec<Announcement> {
        let of = |at, kind: &str, index| Announcement {
            at,
            kind: kind.into(),
            index,
            about_recording: false,
        };
        let timeline = &call.timeline;
        let mut all = Vec::new();
        if let Some(answered) = timeline.answered {
            all.push(of(answered, "call_started", 0));
            if call.script.transcript_updates {
                let turns = call.turns(timeline.ended);
                all.extend(turns.iter().enumerate().map(|(index, turn)| {
                    of(
                        answered + Duration::from_millis(turn.end_ms),
                        "transcript_updated",
                        index,
                    )
                }));
            }
        }
        all.push(of(timeline.ended, "call_ended", 0));
        all.push(of(timeline.analyzed, "call_analyzed", 0));
        all
    }

    fn body(&self, inner: &Inner, call: &Call, announcement: &Announcement) -> Vec<u8> {
        let account = &inner.accounts[call.account];
        let call = document::of(
            account,
            call,
            announcement.at,
            document::For::Webhook(&announcement.kind),
        );
        json!({ "event": announcement.kind, "call": call })
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
        let signature = signature::header(&account.credentials.key, body, now.as_millisecond());
        vec![
            ("content-type", "application/json".into()),
            ("x-retell-signature", signature),
        ]
    }

    fn routes(&self) -> Router<Api> {
        routes::all()
    }

    fn refusal(&self, refusal: Refusal) -> Response {
        let (status, message) = match refusal {
            Refusal::Unauthorized => (StatusCode::UNAUTHORIZED, "API key is missing or invalid."),
            Refusal::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "Account rate limited, please throttle your requests.",
            ),
            Refusal::ServerError => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "An unexpected server error occurred.",
            ),
            Refusal::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is temporarily unavailable.",
            ),
            Refusal::UnknownRoute => (
                StatusCode::NOT_FOUND,
                "The requested resource was not found.",
            ),
        };
        error(status, message)
    }

    fn file(&self, call: &Call, name: &str) -> Option<StoredFile> {
        let name = name.strip_prefix("scrubbed_").unwrap_or(name);
        match name {
            _ if !call.kept() => None,
            MONO => Some(StoredFile::Sound(call.sound(Format::Wav, 1))),
            MULTI_CHANNEL if call.two_channels() => {
                Some(StoredFile::Sound(call.sound(Format::Wav, 2)))
            }
            LOG => Some(StoredFile::Text(format!("call {} finished\n", call.id))),
            _ => None,
        }
    }

    fn public_links(&self, call: &Call) -> bool {
        call.script.storage != StoragePolicy::BasicAttributesOnly
    }

    fn truth(&self, account: &Account, call: &Call, at: Timestamp) -> Truth {
        truth::of(account, call, at)
    }

    fn documents(&self, inner: &Inner, call: &Call, at: Timestamp) -> Vec<serde_json::Value> {
        vec![document::of(
            &inner.accounts[call.account],
            call,
            at,
            document::For::Get,
        )]
    }
}

/// `{status: "error", message}`.
fn error(status: StatusCode, message: &str) -> Response {
    server::json(status, &json!({ "status": "error", "message": message }))
}
