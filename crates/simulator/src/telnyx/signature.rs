//! `telnyx-signature-ed25519`: base64 of Ed25519 over `timestamp|body`, with a key of the account's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

/// The account's signing key is drawn with its API key; nobody sees it.
fn key(api_key: &str) -> SigningKey {
    let seed = Sha256::digest(format!("telnyx signing key of {api_key}"));
    SigningKey::from_bytes(&seed.into())
}

/// As Mission Control shows it: base64 of 32 bytes.
pub(super) fn public_key(api_key: &str) -> String {
    STANDARD.encode(key(api_key).verifying_key().as_bytes())
}

pub(super) fn sign(api_key: &str, timestamp: &str, body: &[u8]) -> String {
    signed_with(&key(api_key), timestamp, body)
}

fn signed_with(key: &SigningKey, timestamp: &str, body: &[u8]) -> String {
    let text = [timestamp.as_bytes(), b"|", body].concat();
    STANDARD.encode(key.sign(&text).to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_what_the_official_packages_accept() {
        let seed: [u8; 32] = std::array::from_fn(|index| index as u8 + 1);
        let key = SigningKey::from_bytes(&seed);
        let public = STANDARD.encode(key.verifying_key().as_bytes());
        assert_eq!(public, "ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=");
        for (timestamp, body, signature) in [
            (
                "1760000000",
                r#"{"data":{"event_type":"call.hangup","id":"0ccc7b54-4df3-4bca-a65a-3da1ecc777f0"}}"#,
                "mWfG9iBw6Iu5d7D3faZgVojaLCJOcs3ySyyrai40FVfIymOHMHT8khgzVufneFehde/CHPD6KKKAUaTuenPYBw==",
            ),
            (
                "1760000300",
                "",
                "EDi8rTrkOlhmo6XBECe7ymeZt8SAITRTYxhtfl6D7JrenKVQij6I7QixnpVszdbah3vd4oUorkMqlntakJGnBA==",
            ),
        ] {
            assert_eq!(
                signed_with(&key, timestamp, body.as_bytes()),
                signature,
                "{body}"
            );
        }
    }
}
