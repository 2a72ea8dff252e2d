//! `telnyx-signature-ed25519` and `telnyx-timestamp`: Ed25519 over `timestamp|raw body`
//! (<https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks>, read
//! November 2026), the same for JSON and for TeXML's forms.
//!
//! Neither the address nor the query are signed. Older packages checked an HMAC here, and one guide
//! signs the body alone with a PEM key; both are wrong for what Telnyx really sends.

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;

use super::{PUBLIC_KEY, payload::Envelope, public_key, texml};
use crate::{Account, RawRequest, Refusal, Standing, VerifiedEvent, fingerprint, form::Params};

const SIGNATURE: &str = "telnyx-signature-ed25519";
const TIMESTAMP: &str = "telnyx-timestamp";

/// How old or early a signature may be, inclusive, in seconds.
const TOLERANCE_S: u64 = 300;

pub(super) fn verify(
    account: &Account,
    request: RawRequest,
    now: Timestamp,
) -> Result<VerifiedEvent, Refusal> {
    let standing = standing(account, &request, now)?;
    let (kind, key) = name(&request, standing);
    Ok(VerifiedEvent {
        request,
        standing,
        kind,
        key,
    })
}

fn standing(account: &Account, request: &RawRequest, now: Timestamp) -> Result<Standing, Refusal> {
    // What cannot be read as a key is found when the configuration is read.
    let keys = account
        .option(PUBLIC_KEY)
        .and_then(|text| public_key::read(text).ok())
        .unwrap_or_default();
    let signature = request.headers.get(SIGNATURE);
    if account.accept_unsigned && (signature.is_none() || keys.is_empty()) {
        return Ok(Standing::Hint);
    }
    let signature = signature.ok_or(Refusal::Missing)?;
    let timestamp = request.headers.get(TIMESTAMP).ok_or(Refusal::Missing)?;
    if keys.is_empty() {
        return Err(Refusal::NoSecret);
    }
    let signature = BASE64_STANDARD
        .decode(signature.as_bytes().trim_ascii())
        .ok()
        .and_then(|bytes| Signature::from_slice(&bytes).ok())
        .ok_or(Refusal::Unreadable)?;
    let timestamp = timestamp.as_bytes().trim_ascii();
    let signed_at = seconds(timestamp).ok_or(Refusal::Unreadable)?;

    let signed = [timestamp, b"|", &request.body].concat();
    let fits = |key: &VerifyingKey| key.verify_strict(&signed, &signature).is_ok();
    if !keys.iter().any(fits) {
        return Err(Refusal::Wrong);
    }
    // After the signature: "too old" is only worth saying of what was genuine once.
    let age = now.as_second().saturating_sub(signed_at);
    match age.unsigned_abs() <= TOLERANCE_S {
        true => Ok(Standing::Signed),
        false if age > 0 => Err(Refusal::TooOld),
        false => Err(Refusal::FromTheFuture),
    }
}

fn seconds(text: &[u8]) -> Option<i64> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(text).ok().filter(|_| is_number)?;
    text.parse().ok()
}

/// The kind of event and its name. Every attempt to deliver an event has the same id, in another
/// envelope; forms have none, and their content is their name.
fn name(request: &RawRequest, standing: Standing) -> (String, String) {
    let content_type = request
        .headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let (kind, key) = if texml::is_form(content_type, &request.body) {
        form_name(content_type, request)
    } else {
        match Envelope::read(&request.body) {
            Ok(event) => {
                let kind = fingerprint::label(&event.name);
                let id = match &event.id {
                    Some(id) => fingerprint::label(id),
                    None => fingerprint::of_json(&request.body),
                };
                let key = format!("{kind}:{id}");
                (kind, key)
            }
            Err(_) => unreadable(&request.body),
        }
    };
    match standing {
        Standing::Signed => (kind, key),
        // What nobody vouches for must not occupy the name of what somebody will.
        Standing::Hint => (kind, format!("hint:{key}")),
    }
}

fn form_name(content_type: Option<&str>, request: &RawRequest) -> (String, String) {
    match Params::read(content_type, request.query.as_deref(), &request.body) {
        Ok(params) => {
            let kind = texml::kind(&params);
            let mut key = kind.clone();
            for part in ["RecordingSid", "CallSid"]
                .iter()
                .filter_map(|id| params.get(id))
            {
                key.push(':');
                key.push_str(&fingerprint::label(part));
            }
            (kind, format!("{key}:{}", params.fingerprint()))
        }
        Err(_) => unreadable(&request.body),
    }
}

fn unreadable(body: &[u8]) -> (String, String) {
    let fingerprint = fingerprint::of_bytes(body);
    ("unreadable".to_owned(), format!("unreadable:{fingerprint}"))
}
