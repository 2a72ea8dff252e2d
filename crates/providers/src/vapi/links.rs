//! Where Vapi's recordings are, and how long they can be had.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{Link, SecretUrl};
use url::Url;

use super::payload::VapiCall;
use crate::{
    ApiError,
    http::{Storage, path},
    signed_link::signed_until,
};

/// Files lie in a private bucket at Cloudflare; links to it were seen in July 2026. Vapi's own domain
/// stands for a host of its own in front of it.
pub(super) const STORAGE: Storage = &["r2.cloudflarestorage.com", "vapi.ai"];

/// How long a pay-as-you-go account keeps its calls
/// (<https://docs.vapi.ai/assistants/call-recording>). Others have agreed on something else, mostly
/// longer; that is not told, so this is the day to be ready before.
const RETENTION: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The files of a call, as the last part of the address of the API that leads to them.
pub(super) const STEREO: &str = "stereo-recording";
pub(super) const MONO: &str = "mono-recording";

/// The address of the API that leads to a file.
pub(super) fn recording(base: &Url, call: &str, file: &str) -> Result<Url, ApiError> {
    path(base, &["call", call, file])
}

/// What a message links to: signed, and gone within the hour. It needs no key and is at hand.
pub(super) fn presigned(call: &VapiCall<'_>, now: Timestamp) -> Option<Link> {
    let url = call.recordings.links().next()?.clone();
    let expires_at = call.recordings.expires_at.or_else(|| signed_until(&url));
    if expires_at.is_some_and(|expires_at| expires_at <= now) {
        return None;
    }
    Some(Link {
        url: SecretUrl::new(url),
        expires_at,
    })
}

/// The place where fresh links are given out, which is there as long as Vapi keeps the call.
pub(super) fn lasting(base: &Url, call: &VapiCall<'_>, now: Timestamp) -> Option<Link> {
    let kept_until = call
        .created_at
        .and_then(|created_at| created_at.checked_add(RETENTION).ok());
    Some(Link {
        url: SecretUrl::new(recording(base, &call.id, STEREO).ok()?),
        // A call that is still there after that belongs to an account that agreed on longer.
        expires_at: kept_until.filter(|until| *until > now),
    })
}

/// Whether a link that was told is one of those that open without a key.
pub(super) fn is_presigned(base: &Url, link: &Link) -> bool {
    link.url.reveal().origin() != base.origin()
}
