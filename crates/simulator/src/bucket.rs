//! Files in buckets as Supabase Storage serves them: public links, links signed with a token that says when it dies,
//! and refusals that are nearly all 400 with the meaning in JSON.
//!
//! Sources: `src/http/routes/object/*`, `storage-error.ts` and `error-handler.ts` of github.com/supabase/storage
//! (commit 4fa61fb), read in November 2026.

use axum::response::Response;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::account::Account;
use crate::links::Pass;
use crate::server;

/// Where a file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) bucket: &'a str,
    /// The unguessable folder of a call's files.
    pub(crate) token: &'a str,
    pub(crate) file: &'a str,
}

impl Place<'_> {
    fn path(&self) -> String {
        format!("{}/{}/{}", self.bucket, self.token, self.file)
    }
}

const PUBLIC: &str = "/storage/v1/object/public/";
const SIGNED: &str = "/storage/v1/object/sign/";

/// The public link to a file, or one that dies at `expires`.
pub(crate) fn link(account: &Account, place: &Place<'_>, expires: Option<Timestamp>) -> String {
    let path = place.path();
    match expires {
        None => format!("{}{PUBLIC}{path}", account.storage),
        Some(expires) => {
            let claims = json!({ "url": path, "exp": expires.as_second() });
            let token = token(account, &claims.to_string());
            format!("{}{SIGNED}{path}?token={token}", account.storage)
        }
    }
}

/// The place that a request's path is about, and whether it asks with a signed link. `None`: no path of this kind.
pub(crate) fn asked_for(path: &str) -> Option<(Place<'_>, bool)> {
    let (rest, is_signed) = match path.strip_prefix(SIGNED) {
        Some(rest) => (rest, true),
        None => (path.strip_prefix(PUBLIC)?, false),
    };
    let (bucket, rest) = rest.split_once('/')?;
    let (token, file) = rest.split_once('/')?;
    let place = Place {
        bucket,
        token,
        file,
    };
    Some((place, is_signed))
}

/// What the query of a request for that place is worth.
pub(crate) fn check(
    account: &Account,
    place: &Place<'_>,
    is_signed: bool,
    query: &str,
    now: Timestamp,
) -> Pass {
    if !is_signed {
        return Pass::Unsigned;
    }
    let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "token");
    let Some((_, given)) = given else {
        return Pass::Forged;
    };
    let claims = given.split('.').nth(1).unwrap_or_default();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let text = String::from_utf8_lossy(&claims);
    if token(account, &text) != given {
        return Pass::Forged;
    }
    let claims: Value = serde_json::from_str(&text).unwrap_or_default();
    match claims["exp"].as_i64() {
        _ if claims["url"] != place.path().as_str() => Pass::Forged,
        Some(exp) if now.as_second() < exp => Pass::Good,
        _ => Pass::Expired,
    }
}

/// A JWT (RFC 7519) over these claims.
fn token(account: &Account, claims: &str) -> String {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let signed = format!(
        "{}.{}",
        encode(br#"{"alg":"HS256","typ":"JWT"}"#),
        encode(claims.as_bytes())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(account.credentials.key.as_bytes())
        .expect("HMAC takes keys of any size");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", encode(&mac.finalize().into_bytes()))
}

/// Why a file is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    NoSuchKey,
    NoSuchBucket,
    Expired,
    Forged,
}

/// The error document. The HTTP status is 400 whatever it is about.
pub(crate) fn refusal(refusal: Refusal) -> Response {
    let (status, error, code, message) = match refusal {
        Refusal::NoSuchKey => ("404", "not_found", "NoSuchKey", "Object not found"),
        Refusal::NoSuchBucket => (
            "404",
            "Bucket not found",
            "NoSuchBucket",
            "Bucket not found",
        ),
        Refusal::Expired => (
            "400",
            "InvalidJWT",
            "ExpiredToken",
            "\"exp\" claim timestamp check failed",
        ),
        Refusal::Forged => (
            "400",
            "InvalidJWT",
            "InvalidJWT",
            "signature verification failed",
        ),
    };
    let body = json!({ "statusCode": status, "error": error, "message": message, "code": code });
    server::json(StatusCode::BAD_REQUEST, &body)
}
