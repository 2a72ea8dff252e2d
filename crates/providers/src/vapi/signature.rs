//! Whether a server message comes from Vapi, and what it is called.
//!
//! A shared secret and a bearer token carry no time, so nothing is too old; a replay is recognised by
//! its name.

use http::HeaderName;
use jiff::Timestamp;
use ringback_model::Secret;
use subtle::ConstantTimeEq;

use super::{WEBHOOK_SECRET, auth::Auth, payload::Envelope};
use crate::{Account, RawRequest, Refusal, Standing, VerifiedEvent, fingerprint};

pub(super) fn verify(
    account: &Account,
    request: RawRequest,
    now: Timestamp,
) -> Result<VerifiedEvent, Refusal> {
    let standing = standing(account, &request, now)?;
    let (kind, key) = name(&request.body, standing);
    Ok(VerifiedEvent {
        request,
        standing,
        kind,
        key,
    })
}

fn standing(account: &Account, request: &RawRequest, now: Timestamp) -> Result<Standing, Refusal> {
    // Settings that do not fit are refused at the start, so this is for accounts made by hand.
    let auth = Auth::of(account).map_err(|_| Refusal::NoSecret)?;
    let secrets = account.secrets.all(WEBHOOK_SECRET);
    let is_shown = match &auth {
        Auth::Nothing => false,
        Auth::Secret(header) | Auth::Bearer(header) => request.headers.contains_key(header),
        Auth::Hmac(plan) => plan.is_signed(request),
    };
    if account.accept_unsigned && (!is_shown || secrets.is_empty()) {
        return Ok(Standing::Hint);
    }
    match &auth {
        Auth::Nothing => return Err(Refusal::Missing),
        Auth::Secret(header) => shows(secrets, request, header, "")?,
        Auth::Bearer(header) => shows(secrets, request, header, "bearer ")?,
        Auth::Hmac(plan) => plan.verify(secrets, account, request, now)?,
    }
    Ok(Standing::Signed)
}

/// Whether a header shows one of the secrets, behind `prefix` or alone.
fn shows(
    secrets: &[Secret],
    request: &RawRequest,
    header: &HeaderName,
    prefix: &str,
) -> Result<(), Refusal> {
    let shown = request.headers.get(header).ok_or(Refusal::Missing)?;
    if secrets.is_empty() {
        return Err(Refusal::NoSecret);
    }
    let shown = shown.as_bytes().trim_ascii();
    let (start, rest) = shown.split_at(prefix.len().min(shown.len()));
    let shown = match start.eq_ignore_ascii_case(prefix.as_bytes()) {
        true => rest.trim_ascii(),
        false => shown,
    };
    if shown.is_empty() {
        return Err(Refusal::Unreadable);
    }
    let is_one = |secret: &Secret| bool::from(secret.reveal().as_bytes().ct_eq(shown));
    if secrets.iter().any(is_one) {
        Ok(())
    } else {
        Err(Refusal::Wrong)
    }
}

/// The kind of message and its name. Vapi gives a message no id; its type, its call and its time are
/// not enough, because lines of a conversation may share a millisecond, so the content counts too. A
/// report that is sent again with fresh links has another name then, and is worth taking in.
fn name(body: &[u8], standing: Standing) -> (String, String) {
    let fingerprint = fingerprint::of_json(body);
    let (kind, key) = match Envelope::read(body) {
        Ok(envelope) => {
            let kind = fingerprint::label(&envelope.kind);
            let call = envelope.call_id().unwrap_or_default();
            let key = format!("{kind}:{}:{fingerprint}", fingerprint::label(&call));
            (kind, key)
        }
        Err(_) => ("unreadable".to_owned(), format!("unreadable:{fingerprint}")),
    };
    match standing {
        Standing::Signed => (kind, key),
        // What nobody vouches for must not occupy the name of what somebody will.
        Standing::Hint => (kind, format!("hint:{key}")),
    }
}
