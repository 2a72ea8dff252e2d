//! The account's public key, in the forms in which people paste it.
//!
//! Mission Control shows the raw 32 bytes in base64. The same key is also met wrapped as
//! SubjectPublicKeyInfo (RFC 8410), in base64 or as PEM; the official SDKs refuse that, and people
//! lose an evening over it.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use ed25519_dalek::VerifyingKey;

/// Pasted with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What stands in front of the 32 bytes in a SubjectPublicKeyInfo of an Ed25519 key.
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";

/// The keys in `text`: one, or several separated by white space while Telnyx changes it.
///
/// # Errors
/// A sentence that says what to do.
pub(super) fn read(text: &str) -> Result<Vec<VerifyingKey>, String> {
    let keys: Vec<VerifyingKey> = match pem(text) {
        Some(inner) => vec![key(&inner)?],
        None => text
            .split_whitespace()
            .map(key)
            .collect::<Result<_, String>>()?,
    };
    if keys.is_empty() {
        return Err(format!("public_key is empty; {WHERE}, or leave it out"));
    }
    Ok(keys)
}

const WHERE: &str = "copy it from Mission Control, API Keys, Public Key";

/// What is between the lines of a PEM file, if it is one.
fn pem(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(PEM_BEGIN)?;
    let (inner, _) = rest.split_once(PEM_END)?;
    Some(inner.split_whitespace().collect())
}

fn key(text: &str) -> Result<VerifyingKey, String> {
    let bytes = BASE64
        .decode(text)
        .map_err(|_| format!("public_key is not base64; {WHERE}"))?;
    let raw = bytes.strip_prefix(&SPKI).unwrap_or(&bytes);
    let raw: &[u8; 32] = raw.try_into().map_err(|_| {
        format!(
            "public_key has {} bytes where an Ed25519 key has 32; it is neither the API key nor a secret: {WHERE}",
            bytes.len()
        )
    })?;
    VerifyingKey::from_bytes(raw)
        .ok()
        .filter(|key| !key.is_weak())
        .ok_or_else(|| format!("public_key is no Ed25519 key; {WHERE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=";
    const OTHER: &str = "JUO5L/EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0=";
    const DER: &str = "MCowBQYDK2VwAyEAebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=";

    #[test]
    fn a_key_is_the_same_in_all_its_forms() {
        let raw = read(RAW).expect("a key");
        let pem = format!("{PEM_BEGIN}\n{}\n{}\n{PEM_END}\n", &DER[..30], &DER[30..]);
        for text in [DER, RAW.trim_end_matches('='), &format!(" {RAW}\n"), &pem] {
            assert_eq!(read(text), Ok(raw.clone()), "{text}");
        }
        let both = read(&format!("{OTHER} {RAW}")).expect("two keys");
        assert_eq!((both.len(), both[1]), (2, raw[0]));
    }

    #[test]
    fn what_is_no_key_says_what_to_do() {
        let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        for (text, said) in [
            ("", "empty"),
            ("  ", "empty"),
            ("KEY0123_abc", "not base64"),
            ("aGVsbG8=", "has 5 bytes"),
            (&DER[..56], "has 42 bytes"),
            (zero, "no Ed25519 key"),
        ] {
            let sentence = read(text).expect_err("no key");
            assert!(sentence.contains(said), "{sentence}");
            assert!(sentence.contains("Mission Control"), "{sentence}");
        }
    }
}
