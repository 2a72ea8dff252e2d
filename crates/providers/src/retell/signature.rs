//! `x-retell-signature: v=<unix ms>,d=<64 hex>`: HMAC-SHA256, keyed with the API key, over the raw
//! body followed by the decimal timestamp (<https://docs.retellai.com/features/secure-webhook>,
//! read November 2026).
//!
//! The key with the "webhook" badge signs. While the badge moves, an account has several keys, and
//! any of them will do.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use ringback_model::Secret;
use sha2::Sha256;

use super::{API_KEY, payload::Envelope};
use crate::{Account, RawRequest, Refusal, Standing, VerifiedEvent, fingerprint};

const HEADER: &str = "x-retell-signature";

/// How old or early a signature may be, inclusive.
const TOLERANCE_MS: u64 = 5 * 60 * 1000;

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
    let keys = account.secrets.all(API_KEY);
    let header = request.headers.get(HEADER);
    if account.accept_unsigned && (header.is_none() || keys.is_empty()) {
        return Ok(Standing::Hint);
    }
    let header = header.ok_or(Refusal::Missing)?;
    if keys.is_empty() {
        return Err(Refusal::NoSecret);
    }
    let signature = header
        .to_str()
        .ok()
        .and_then(Signature::parse)
        .ok_or(Refusal::Unreadable)?;
    // The digest comes first: "too old" is only worth saying of what was genuine once.
    if !keys.iter().any(|key| signature.fits(key, &request.body)) {
        return Err(Refusal::Wrong);
    }
    signature.check_age(now)?;
    Ok(Standing::Signed)
}

/// The header, taken apart.
struct Signature<'a> {
    /// As it stands in the header, because these digits are signed.
    timestamp: &'a str,
    signed_at_ms: i64,
    digest: [u8; 32],
}

impl<'a> Signature<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        let (timestamp, digest) = header.trim().split_once(',')?;
        let timestamp = timestamp.trim().strip_prefix("v=")?;
        let digest = digest.trim().strip_prefix("d=")?;
        let all_digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let mut bytes = [0; 32];
        hex::decode_to_slice(digest, &mut bytes).ok()?;
        Some(Self {
            timestamp,
            signed_at_ms: timestamp.parse().ok().filter(|_| all_digits)?,
            digest: bytes,
        })
    }

    fn fits(&self, key: &Secret, body: &[u8]) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(body);
        mac.update(self.timestamp.as_bytes());
        mac.verify_slice(&self.digest).is_ok()
    }

    fn check_age(&self, now: Timestamp) -> Result<(), Refusal> {
        let age = i128::from(now.as_millisecond()) - i128::from(self.signed_at_ms);
        if age.unsigned_abs() <= u128::from(TOLERANCE_MS) {
            Ok(())
        } else if age > 0 {
            Err(Refusal::TooOld)
        } else {
            Err(Refusal::FromTheFuture)
        }
    }
}

/// The kind of event and its name. Retell sends no delivery id; event and call would do, were it
/// not for analyses that are run again and transcripts that grow, so the content counts too.
fn name(body: &[u8], standing: Standing) -> (String, String) {
    let fingerprint = fingerprint::of_json(body);
    let (kind, key) = match Envelope::read(body) {
        Ok(envelope) => {
            let kind = fingerprint::label(&envelope.event);
            let call = envelope.call.text("call_id").unwrap_or_default();
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
