//! `x-retell-signature: v=<unix ms>,d=<hex>`: HMAC-SHA256 over the raw body followed by the decimal timestamp, keyed
//! with the API key that carries the webhook badge (docs.retellai.com/features/secure-webhook).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header's value for a body sent at `unix_ms`.
pub(super) fn header(key: &str, body: &[u8], unix_ms: i64) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any size");
    mac.update(body);
    mac.update(unix_ms.to_string().as_bytes());
    format!("v={unix_ms},d={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::header;

    const KEY: &str = "key_earshot_test_0123456789abcdef";

    #[test]
    fn the_official_signers_results_are_matched() {
        let bodies = [
            (
                r#"{"event":"call_ended","call":{"call_id":"call_0001","call_status":"ended"}}"#,
                1_760_000_000_000,
                "v=1760000000000,d=165d7227053717eeec9c4710e04a37e7d2204f9605b5c6ee499df594913a758e",
            ),
            (
                r#"{"event":"call_analyzed","call":{"call_id":"call_0002","transcript":"Agent: héllo ☎\n"}}"#,
                1_760_000_123_456,
                "v=1760000123456,d=214b91c39337143541c1e00c3418d7f85cb0190da9b251a22938a7919678de95",
            ),
            (
                "",
                1_760_000_000_000,
                "v=1760000000000,d=82cd4b3d270409855f101827fcfb2c555962230955e42ed923d44e0732337031",
            ),
        ];
        for (body, at, expected) in bodies {
            assert_eq!(header(KEY, body.as_bytes(), at), expected, "{body}");
        }
    }

    #[test]
    fn a_changed_body_or_time_changes_the_digest() {
        let digest = |body: &str, at| {
            header(KEY, body.as_bytes(), at)
                .split_once(",d=")
                .map(|(_, d)| d.to_owned())
        };
        assert_ne!(digest("{}", 1), digest("{} ", 1));
        assert_ne!(digest("{}", 1), digest("{}", 2));
    }
}
