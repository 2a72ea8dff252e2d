//! Links to recordings: unguessable, and signed where they shall die.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::account::Account;

/// The link to a file of the call with that token.
pub(crate) fn link(
    account: &Account,
    token: &str,
    file: &str,
    expires: Option<Timestamp>,
) -> String {
    let plain = format!("{}/{token}/{file}", account.storage);
    match expires {
        None => plain,
        Some(expires) => {
            // Whole seconds since 1970, as content networks write it.
            let expires = seconds(expires);
            format!(
                "{plain}?Expires={expires}&Signature={}",
                signature(account, token, file, expires)
            )
        }
    }
}

/// What a link's query is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// No signature at all.
    Unsigned,
    /// Not ours, or altered.
    Forged,
    /// Ours, but too old.
    Expired,
    /// Ours.
    Good,
}

/// Checks the query of a link to a file.
pub(crate) fn check(
    account: &Account,
    token: &str,
    file: &str,
    query: &str,
    now: Timestamp,
) -> Pass {
    let find = |name| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    };
    let (Some(expires), Some(given)) = (find("Expires"), find("Signature")) else {
        return Pass::Unsigned;
    };
    let Ok(expires) = expires.parse::<i64>() else {
        return Pass::Forged;
    };
    if given != signature(account, token, file, expires) {
        Pass::Forged
    } else if now.as_millisecond() >= expires * 1000 {
        Pass::Expired
    } else {
        Pass::Good
    }
}

fn signature(account: &Account, token: &str, file: &str, expires: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(account.credentials.key.as_bytes())
        .expect("HMAC takes keys of any size");
    mac.update(format!("{token}/{file}/{expires}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Rounded up: a link never dies before it is said to.
fn seconds(at: Timestamp) -> i64 {
    (at.as_millisecond() + 999).div_euclid(1000)
}
