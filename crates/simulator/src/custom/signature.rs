//! Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, in base64, keyed with what stands in base64 behind
//! `whsec_` (github.com/standard-webhooks/standard-webhooks, read in November 2026).

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The same for every attempt to deliver one event; never used for two, also not by another run of the simulator.
pub(super) fn message_id(number: u64, body: &[u8]) -> String {
    let digest = hex::encode(Sha256::digest(body));
    format!("msg_{number}_{}", &digest[..16])
}

/// The value of `webhook-signature`.
pub(super) fn of(secret: &str, id: &str, unix_seconds: i64, body: &[u8]) -> String {
    let key = secret.trim_start_matches("whsec_");
    let key = BASE64_STANDARD
        .decode(key)
        .expect("the stand-in makes its secrets itself");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any size");
    mac.update(format!("{id}.{unix_seconds}.").as_bytes());
    mac.update(body);
    let digest = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    format!("v1,{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `standardwebhooks` 1.1.1 from npm.
    #[test]
    fn the_official_signer_s_result_is_matched() {
        let secret = "whsec_ZWFyc2hvdC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";
        let body = "{\"event\":\"bot.fatal\",\"data\":{\"note\":\"h\u{e9}llo \u{260e}\"}}";
        assert_eq!(
            of(secret, "msg_earshot_0002", 1_760_000_100, body.as_bytes()),
            "v1,IsFfoz9h5NKjPzU7YjZjsoKXA88Eax3bKHhEd+Cz7Q8="
        );
    }

    #[test]
    fn an_id_belongs_to_one_event() {
        assert_eq!(message_id(1, b"{}"), message_id(1, b"{}"));
        assert_ne!(message_id(1, b"{}"), message_id(2, b"{}"));
        assert_ne!(message_id(1, b"{}"), message_id(1, b"[]"));
    }
}
