//! Signatures as Standard Webhooks writes them
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>,
//! read November 2026): HMAC-SHA256 over `id.timestamp.body`, in base64, several in one header while
//! keys are being rotated. Svix, where the scheme comes from, uses the same under its own names.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName};
use jiff::Timestamp;
use ringback_model::Secret;
use serde_json::Value;
use sha2::Sha256;

use crate::{
    Refusal, SecretName, Secrets, TestEvent,
    digest::Algorithm,
    webhook::{Advice, NO_SECRET, UNUSABLE_SECRET},
};

/// How old or early a signature may be, inclusive, in seconds.
const TOLERANCE_S: u64 = 300;

/// Keys are shown with and without padding.
const KEYS: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The names of the three headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Family {
    id: &'static str,
    timestamp: &'static str,
    signature: &'static str,
}

/// As in the specification.
pub(crate) const WEBHOOK: Family = Family {
    id: "webhook-id",
    timestamp: "webhook-timestamp",
    signature: "webhook-signature",
};

/// As Svix has always written them.
pub(crate) const SVIX: Family = Family {
    id: "svix-id",
    timestamp: "svix-timestamp",
    signature: "svix-signature",
};

impl Family {
    /// Whether a request is signed in these headers, well or badly.
    pub(crate) fn is_in(self, headers: &HeaderMap) -> bool {
        headers.contains_key(self.signature)
    }

    /// A test event with this body, signed with the newest secret of that name.
    pub(crate) fn test_event(
        self,
        secrets: &Secrets,
        name: SecretName,
        body: &Value,
        nonce: &str,
        now: Timestamp,
    ) -> Result<TestEvent, Advice> {
        let mut event = TestEvent::json(name, body);
        let id = format!("msg_ringback_test_{nonce}");
        let secret = secrets.first(name).ok_or(NO_SECRET)?;
        let key = key(secret).ok_or(UNUSABLE_SECRET)?;
        let timestamp = now.as_second().to_string();
        let parts: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", &event.body];
        let digest = BASE64_STANDARD.encode(Algorithm::Sha256.sign(&key, &parts));
        for (name, value) in [
            (self.id, id.as_str()),
            (self.timestamp, &timestamp),
            (self.signature, &format!("v1,{digest}")),
        ] {
            event.show(HeaderName::from_static(name), value)?;
        }
        Ok(event)
    }

    /// The message's id if one of `secrets` (`whsec_` and base64) signed it within the last or next
    /// five minutes. The id is the same for every attempt to deliver the message.
    pub(crate) fn verify(
        self,
        secrets: &[Secret],
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let text = |name| headers.get(name).map(|value| value.to_str());
        let header = |name| {
            text(name)
                .ok_or(Refusal::Missing)?
                .map_err(|_| Refusal::Unreadable)
        };
        let signatures = header(self.signature)?;
        let (id, timestamp) = (header(self.id)?.trim(), header(self.timestamp)?.trim());
        if secrets.is_empty() {
            return Err(Refusal::NoSecret);
        }
        let signed_at: i64 = timestamp.parse().map_err(|_| Refusal::Unreadable)?;
        let digests: Vec<Vec<u8>> = signatures
            .split_whitespace()
            .filter_map(|signature| signature.strip_prefix("v1,"))
            .filter_map(|digest| BASE64_STANDARD.decode(digest).ok())
            .collect();
        if digests.is_empty() || id.is_empty() {
            return Err(Refusal::Unreadable);
        }
        let fits = secrets.iter().any(|secret| {
            let Some(key) = key(secret) else { return false };
            let mut mac =
                Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
            for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
                mac.update(part);
            }
            digests
                .iter()
                .any(|digest| mac.clone().verify_slice(digest).is_ok())
        });
        if !fits {
            return Err(Refusal::Wrong);
        }
        // After the digest: "too old" is only worth saying of what was genuine once.
        let age = now.as_second().saturating_sub(signed_at);
        match age.unsigned_abs() <= TOLERANCE_S {
            true => Ok(id.to_owned()),
            false if age > 0 => Err(Refusal::TooOld),
            false => Err(Refusal::FromTheFuture),
        }
    }
}

/// The bytes of a secret; `None` if it is no such secret.
pub(crate) fn key(secret: &Secret) -> Option<Vec<u8>> {
    let text = secret.reveal();
    let text = text.strip_prefix("whsec_").unwrap_or(text);
    KEYS.decode(text).ok().filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with `standardwebhooks` 1.1.1 and `svix` 1.99.1 from npm, which agree.
    const SECRET: &str = "whsec_ZWFyc2hvdC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";
    const ROTATED: &str = "whsec_cm90YXRlZC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";
    const ONE: &str = concat!(
        r#"{"event":"recording.done","data":{"data":{"code":"done","sub_code":null,"updated_at":"2025-10-09T08:53:20Z"},"#,
        r#""recording":{"id":"11111111-1111-4111-8111-111111111111","metadata":{}},"#,
        r#""bot":{"id":"22222222-2222-4222-8222-222222222222","metadata":{}}}}"#
    );
    const BY_SECRET: &str = "v1,72Myxc0wx+rAQ1W+ANW4a+rqWNXeLtl3KgIV/k51Z4U=";
    const BY_BOTH: &str = "v1,9YYpOVT93t8xcg0UTDSsvKYloKzFagfNfE9Y28sfJwE= v1,72Myxc0wx+rAQ1W+ANW4a+rqWNXeLtl3KgIV/k51Z4U=";

    fn verified(
        family: Family,
        secrets: &[&str],
        [id, at, signature]: [&str; 3],
        body: &str,
        now: i64,
    ) -> Result<String, Refusal> {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (family.id, id),
            (family.timestamp, at),
            (family.signature, signature),
        ] {
            if !value.is_empty() {
                headers.insert(name, value.parse().expect("a header's value"));
            }
        }
        let secrets: Vec<Secret> = secrets.iter().map(Secret::new).collect();
        let now = Timestamp::from_second(now).expect("a moment");
        family.verify(&secrets, &headers, body.as_bytes(), now)
    }

    #[test]
    fn what_the_official_packages_sign_holds_in_both_families_and_while_keys_rotate() {
        for family in [WEBHOOK, SVIX] {
            for (secrets, head, body) in [
                (
                    vec![SECRET],
                    ["msg_earshot_0001", "1760000000", BY_SECRET],
                    ONE,
                ),
                (
                    vec![SECRET],
                    ["msg_earshot_0001", "1760000000", BY_BOTH],
                    ONE,
                ),
                (
                    vec![ROTATED],
                    ["msg_earshot_0001", "1760000000", BY_BOTH],
                    ONE,
                ),
                (
                    vec![ROTATED, SECRET],
                    ["msg_earshot_0001", "1760000000", BY_SECRET],
                    ONE,
                ),
                (
                    vec![SECRET],
                    [
                        "msg_earshot_0002",
                        "1760000100",
                        "v1,IsFfoz9h5NKjPzU7YjZjsoKXA88Eax3bKHhEd+Cz7Q8=",
                    ],
                    "{\"event\":\"bot.fatal\",\"data\":{\"note\":\"h\u{e9}llo \u{260e}\"}}",
                ),
                (
                    vec![SECRET],
                    [
                        "msg_earshot_0003",
                        "1760000200",
                        "v1,/GFbzTelnivqWHUaw/7WJVBw5/0Jj5GMsLXDJwVxKQI=",
                    ],
                    "",
                ),
            ] {
                assert_eq!(
                    verified(family, &secrets, head, body, 1_760_000_100).as_deref(),
                    Ok(head[0])
                );
            }
        }
    }

    #[test]
    fn each_fault_has_its_own_word() {
        let head = ["msg_earshot_0001", "1760000000", BY_SECRET];
        let [id, at, signature] = head;
        for (secrets, head, body, now, refusal) in [
            (&[SECRET][..], [id, at, ""], ONE, 0, Refusal::Missing),
            (&[SECRET], ["", at, signature], ONE, 0, Refusal::Missing),
            (&[SECRET], [id, "", signature], ONE, 0, Refusal::Missing),
            (&[], head, ONE, 0, Refusal::NoSecret),
            (
                &[SECRET],
                [id, "soon", signature],
                ONE,
                0,
                Refusal::Unreadable,
            ),
            (&[SECRET], [id, at, "v1"], ONE, 0, Refusal::Unreadable),
            (&[SECRET], [id, at, "v1,???"], ONE, 0, Refusal::Unreadable),
            (&[SECRET], [id, at, "v2,AAAA"], ONE, 0, Refusal::Unreadable),
            (&[ROTATED], head, ONE, 0, Refusal::Wrong),
            (&["whsec_"], head, ONE, 0, Refusal::Wrong),
            (&[SECRET], head, "{}", 0, Refusal::Wrong),
            (
                &[SECRET],
                ["msg_other", at, signature],
                ONE,
                0,
                Refusal::Wrong,
            ),
            (
                &[SECRET],
                [id, "1760000001", signature],
                ONE,
                0,
                Refusal::Wrong,
            ),
            (&[SECRET], head, ONE, 301, Refusal::TooOld),
            (&[SECRET], head, ONE, -301, Refusal::FromTheFuture),
        ] {
            let now = 1_760_000_000 + now;
            assert_eq!(
                verified(WEBHOOK, secrets, head, body, now),
                Err(refusal),
                "{head:?}"
            );
        }
        for moment in [1_760_000_300, 1_759_999_700] {
            assert!(verified(WEBHOOK, &[SECRET], head, ONE, moment).is_ok());
        }
    }

    #[test]
    fn one_family_is_not_taken_for_the_other() {
        let mut headers = HeaderMap::new();
        headers.insert("svix-signature", "v1,AAAA".parse().expect("a value"));
        assert!(SVIX.is_in(&headers) && !WEBHOOK.is_in(&headers));
    }
}
