//! Twilio's Programmable Voice as `api.twilio.com/2010-04-01` speaks it: Basic auth, strings everywhere, recordings
//! as resources of their own, form-encoded webhooks signed over the address the customer configured.
//!
//! Sources: twilio.com/docs (voice, usage/webhooks), the OpenAPI description `twilio-oai` and the official SDKs, read
//! in November 2026.

mod callback;
mod document;
mod list;
mod media;
mod numbers;
mod routes;
mod signature;
mod truth;

use std::time::Duration;

use axum::Router;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use crate::account::{Account, Credentials};
use crate::call::Call;
use crate::dice::Dice;
use crate::server::{self, Api};
use crate::speech::Format;
use crate::stand_in::{Announcement, Patience, Refusal, RepeatAfter, StandIn, StoredFile};
use crate::timeline::Pace;
use crate::truth::{Truth, TruthAgent};
use crate::world::Inner;

/// The stand-in for Twilio.
#[derive(Debug)]
pub(crate) struct Twilio;

impl StandIn for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn real_api(&self) -> &'static str {
        "https://api.twilio.com"
    }

    /// The host that media redirects lead to is not documented; this one resolves nowhere.
    fn real_storage(&self) -> &'static str {
        "https://media.twilio.invalid"
    }

    /// Everything is told in whole seconds; a recording takes a while.
    fn pace(&self) -> Pace {
        let second = Duration::from_secs(1);
        Pace {
            grain: second,
            dialing: second,
            recording_after: 6 * second,
        }
    }

    /// The defaults of connection overrides: `ct=5000`, `tt=15000`, `rc=1`, `rp=ct`.
    fn patience(&self) -> Patience {
        let seconds = Duration::from_secs;
        Patience {
            connect: seconds(5),
            total: seconds(15),
            repeat: RepeatAfter::ConnectFailure,
        }
    }

    fn usual_format(&self) -> Format {
        Format::Mp3
    }

    fn web_calls(&self) -> bool {
        false
    }

    fn credentials(&self, dice: Dice, number: u64) -> Credentials {
        let sid = format!("SK{}", dice.hex("twilio key sid", number, 32));
        Credentials {
            key: dice.hex("twilio token", number, 32),
            key_name: "AUTH_TOKEN",
            more_secrets: Vec::new(),
            options: vec![(
                "account_sid",
                format!("AC{}", dice.hex("twilio account", number, 32)),
            )],
            second: Some((sid, dice.hex("twilio key secret", number, 32))),
        }
    }

    /// Twilio knows telephones only.
    fn agent(&self, _: Dice, _: &str) -> Option<TruthAgent> {
        None
    }

    fn call_id(&self, dice: Dice, number: u64) -> String {
        format!("CA{}", dice.hex("twilio call", number, 32))
    }

    fn child_id(&self, dice: Dice, number: u64) -> String {
        format!("CA{}", dice.hex("twilio child", number, 32))
    }

    fn recording_id(&self, dice: Dice, number: u64) -> String {
        format!("RE{}", dice.hex("twilio recording", number, 32))
    }

    fn announcements(&self, call: &Call) -> Vec<Announcement> {
        callback::all(call)
    }

    fn body(&self, inner: &Inner, call: &Call, announcement: &Announcement) -> Vec<u8> {
        callback::form(&callback::params(
            &inner.accounts[call.account],
            call,
            announcement,
        ))
        .into_bytes()
    }

    fn headers(
        &self,
        account: &Account,
        url: &str,
        body: &[u8],
        number: u64,
        _: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let params: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        vec![
            (
                "content-type",
                "application/x-www-form-urlencoded; charset=UTF-8".into(),
            ),
            (
                "x-twilio-signature",
                signature::of_form(&account.credentials.key, url, &params),
            ),
            (
                "i-twilio-idempotency-token",
                format!("{}-{number}", account.id),
            ),
            ("user-agent", "TwilioProxy/1.1".into()),
        ]
    }

    fn routes(&self) -> Router<Api> {
        routes::all()
    }

    fn refusal(&self, refusal: Refusal) -> Response {
        match refusal {
            Refusal::Unauthorized => error(StatusCode::UNAUTHORIZED, 20003, "Authenticate"),
            Refusal::TooMany => error(StatusCode::TOO_MANY_REQUESTS, 20429, "Too Many Requests"),
            Refusal::ServerError => error(
                StatusCode::INTERNAL_SERVER_ERROR,
                20500,
                "Internal Server Error",
            ),
            Refusal::Unavailable => error(
                StatusCode::SERVICE_UNAVAILABLE,
                20503,
                "Service Unavailable",
            ),
            Refusal::UnknownRoute => not_found(),
        }
    }

    /// `{recording sid}.{channels}.{extension}`.
    fn file(&self, call: &Call, name: &str) -> Option<StoredFile> {
        let (channels, extension) = name
            .strip_prefix(&call.recording_id)?
            .strip_prefix('.')?
            .split_once('.')?;
        let format = [Format::Wav, Format::Mp3]
            .into_iter()
            .find(|format| format.extension() == extension)?;
        let channels = channels
            .parse()
            .ok()
            .filter(|&it| it == 1 || (it == 2 && call.two_channels()))?;
        call.kept()
            .then(|| StoredFile::Sound(call.sound(format, channels)))
    }

    fn public_links(&self, _: &Call) -> bool {
        false
    }

    fn truth(&self, account: &Account, call: &Call, at: Timestamp) -> Truth {
        truth::of(account, call, at)
    }

    /// The call, its child leg if it has one, then `{"recordings": [...]}` as the call's subresource gives them.
    fn documents(&self, inner: &Inner, call: &Call, at: Timestamp) -> Vec<serde_json::Value> {
        let account = &inner.accounts[call.account];
        let mut all = vec![document::call(account, call, at)];
        all.extend(
            call.child
                .as_ref()
                .map(|leg| document::child(account, call, leg, at)),
        );
        let recording = document::recording(account, call, at, document::Level::Call);
        all.push(json!({ "recordings": recording.into_iter().collect::<Vec<_>>() }));
        all
    }
}

/// `{code, message, more_info, status}`.
fn error(status: StatusCode, code: u32, message: &str) -> Response {
    server::json(
        status,
        &json!({
            "code": code,
            "message": message,
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
            "status": status.as_u16(),
        }),
    )
}

fn not_found() -> Response {
    error(
        StatusCode::NOT_FOUND,
        20404,
        "The requested resource was not found",
    )
}

/// Basic credentials: account SID and auth token, or the SID and secret of an API key.
fn admits(account: &Account, authorization: Option<&str>) -> bool {
    let Some(encoded) = authorization.and_then(|value| value.strip_prefix("Basic ")) else {
        return false;
    };
    let Some(given) = STANDARD
        .decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
    else {
        return false;
    };
    let credentials = &account.credentials;
    let (sid, token) = (document::account_sid(account), &credentials.key);
    let token = std::iter::once(format!("{sid}:{token}"));
    let key = credentials
        .second
        .iter()
        .map(|(sid, secret)| format!("{sid}:{secret}"));
    token.chain(key).any(|pair| pair == given)
}
