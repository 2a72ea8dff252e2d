//! Standard Webhooks (github.com/standard-webhooks/standard-webhooks, read in November 2026): HMAC-SHA256 over
//! `id.timestamp.body`, keyed with what stands in base64 behind `whsec_`, in base64 behind `v1,`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The value of the signature's header.
pub(super) fn header(secret: &str, id: &str, unix_s: i64, body: &[u8]) -> String {
    let key = secret
        .strip_prefix("whsec_")
        .and_then(|key| STANDARD.decode(key).ok())
        .unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any size");
    mac.update(format!("{id}.{unix_s}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::header;

    const SECRET: &str = "whsec_ZWFyc2hvdC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";

    /// Made with `standardwebhooks` 1.1.1 and `svix` 1.99.1 from npm, which agree.
    #[test]
    fn the_official_signers_results_are_matched() {
        for (id, at, body, expected) in [
            (
                "msg_earshot_0002",
                1_760_000_100,
                "{\"event\":\"bot.fatal\",\"data\":{\"note\":\"h\u{e9}llo \u{260e}\"}}",
                "v1,IsFfoz9h5NKjPzU7YjZjsoKXA88Eax3bKHhEd+Cz7Q8=",
            ),
            (
                "msg_earshot_0003",
                1_760_000_200,
                "",
                "v1,/GFbzTelnivqWHUaw/7WJVBw5/0Jj5GMsLXDJwVxKQI=",
            ),
        ] {
            assert_eq!(header(SECRET, id, at, body.as_bytes()), expected);
        }
    }
}
