//! Telnyx's signatures: vectors that the official SDKs accept, and everything that must fail.

use ed25519_dalek::{Signer, SigningKey};
use ringback_providers::{Account, RawRequest, Refusal, Standing, VerifiedEvent};

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::accounts::{account, at, provider, request};

const PUBLIC_KEY: &str = "ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=";
const PUBLIC_KEY_DER: &str = "MCowBQYDK2VwAyEAebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=";
const OTHER_KEY: &str = "JUO5L/EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0=";
const SIGNATURE: &str = "telnyx-signature-ed25519";
const TIMESTAMP: &str = "telnyx-timestamp";

const T1: (i64, &str, &str) = (
    1_760_000_000,
    r#"{"data":{"event_type":"call.hangup","id":"0ccc7b54-4df3-4bca-a65a-3da1ecc777f0"}}"#,
    "mWfG9iBw6Iu5d7D3faZgVojaLCJOcs3ySyyrai40FVfIymOHMHT8khgzVufneFehde/CHPD6KKKAUaTuenPYBw==",
);

/// Verified by `telnyx` 7.24.0 (npm) and 4.189.0 (PyPI) at the moment of their timestamp.
const VECTORS: [(i64, &str, &str); 5] = [
    T1,
    (
        1_760_000_100,
        r#"{"data":{"event_type":"call.initiated","payload":{"caller_id_name":"Zoë Müller"}}}"#,
        "iTCo0eY721J0/W2xaHb9TbS1DI0LYNDbym46a2DIFxEBqaBrC6HcT7LjZjwYp4hL4IDwtfGAz/u7l1XHaFToAA==",
    ),
    (
        1_760_000_200,
        "AccountSid=acct-1&CallSid=v3%3Aabc&RecordingUrl=https%3A%2F%2Fexample.com%2Fa.mp3&RecordingStatus=completed",
        "DavDF4DZQMCPjQYrBqCnixpZhuqB5w8ZGLq+THjm8LAmccwADhKLOAB1ufeTgrekGJ5TAOeQQ+aLSYEoV4ygCg==",
    ),
    (
        1_760_000_300,
        "",
        "EDi8rTrkOlhmo6XBECe7ymeZt8SAITRTYxhtfl6D7JrenKVQij6I7QixnpVszdbah3vd4oUorkMqlntakJGnBA==",
    ),
    (
        1_760_000_400,
        "{\n  \"data\": { \"event_type\": \"call.answered\" }\n}\n",
        "Ro7NUcOpyCMLxq5p3+CRpaOGCLMbptAfxZ4pbGJY31TuwY2Q2oXUG91cObmB9l0xFTJ3yapVm9IcF+jM1p1TDQ==",
    ),
];

fn telnyx(public_key: &str) -> Account {
    let mut account = account("telnyx", &[]);
    if !public_key.is_empty() {
        account
            .options
            .insert("public_key".into(), public_key.into());
    }
    account
}

fn verify(account: &Account, request: RawRequest, now: i64) -> Result<VerifiedEvent, Refusal> {
    provider("telnyx").verify(account, request, at(now * 1000))
}

fn signed(timestamp: &str, body: &str, signature: &str) -> RawRequest {
    request(body, &[(TIMESTAMP, timestamp), (SIGNATURE, signature)])
}

fn check(
    public_key: &str,
    (timestamp, body, signature): (i64, &str, &str),
    now: i64,
) -> Result<Standing, Refusal> {
    let request = signed(&timestamp.to_string(), body, signature);
    verify(&telnyx(public_key), request, now).map(|event| event.standing)
}

#[test]
fn what_the_official_packages_accept_holds_with_the_key_in_every_form() {
    let both = format!("{OTHER_KEY} {PUBLIC_KEY}");
    for vector in VECTORS {
        for key in [PUBLIC_KEY, PUBLIC_KEY_DER, &both] {
            assert_eq!(
                check(key, vector, vector.0),
                Ok(Standing::Signed),
                "{vector:?}"
            );
        }
    }
}

#[test]
fn a_signature_is_good_for_five_minutes_either_way() {
    for (offset, result) in [
        (300, Ok(Standing::Signed)),
        (-300, Ok(Standing::Signed)),
        (301, Err(Refusal::TooOld)),
        (-301, Err(Refusal::FromTheFuture)),
    ] {
        assert_eq!(check(PUBLIC_KEY, T1, T1.0 + offset), result, "{offset}");
    }
}

#[test]
fn each_fault_has_its_own_word() {
    let (at, body, signature) = T1;
    let spaced = format!("{body} ");
    // base64 of an HMAC-SHA256, as older packages expected one.
    let hmac = "72Myxc0wx+rAQ1W+ANW4a+rqWNXeLtl3KgIV/k51Z4U=";
    let unpadded = signature.trim_end_matches('=');
    for (key, vector, refusal) in [
        (PUBLIC_KEY, (at, spaced.as_str(), signature), Refusal::Wrong),
        (PUBLIC_KEY, (at + 1, body, signature), Refusal::Wrong),
        (OTHER_KEY, T1, Refusal::Wrong),
        (PUBLIC_KEY, (at, body, VECTORS[1].2), Refusal::Wrong),
        (PUBLIC_KEY, (at, body, hmac), Refusal::Unreadable),
        (PUBLIC_KEY, (at, body, unpadded), Refusal::Unreadable),
        (PUBLIC_KEY, (at, body, "???"), Refusal::Unreadable),
        (PUBLIC_KEY, (at, body, ""), Refusal::Unreadable),
        ("", T1, Refusal::NoSecret),
        ("not a key", T1, Refusal::NoSecret),
    ] {
        assert_eq!(check(key, vector, at), Err(refusal), "{vector:?}");
    }
    let account = telnyx(PUBLIC_KEY);
    for odd in [
        "",
        "soon",
        "-1760000000",
        "1760000000.0",
        "+1760000000",
        "99999999999999999999",
    ] {
        let refused = verify(&account, signed(odd, body, signature), at);
        assert_eq!(refused.map(|_| ()), Err(Refusal::Unreadable), "{odd:?}");
    }
    let one = |header, value: &str| {
        let request = request(body, &[(header, value)]);
        verify(&account, request, at).map(|_| ())
    };
    assert_eq!(one(TIMESTAMP, "1760000000"), Err(Refusal::Missing));
    assert_eq!(one(SIGNATURE, signature), Err(Refusal::Missing));
}

#[test]
fn names_of_headers_are_met_in_any_case() {
    let (at, body, signature) = T1;
    let mut request = request(body, &[]);
    for (name, value) in [
        ("Telnyx-Signature-Ed25519", signature.to_owned()),
        ("Telnyx-Timestamp", at.to_string()),
    ] {
        let name: http::HeaderName = name.parse().expect("a header name");
        request
            .headers
            .insert(name, value.parse().expect("a value"));
    }
    assert!(verify(&telnyx(PUBLIC_KEY), request, at).is_ok());
}

#[test]
fn unsigned_events_are_hints_only_where_the_account_says_so() {
    let (at, body, signature) = T1;
    let unsigned = || request(body, &[]);
    let mut account = telnyx(PUBLIC_KEY);
    assert_eq!(
        verify(&account, unsigned(), at).map(|_| ()),
        Err(Refusal::Missing)
    );
    account.accept_unsigned = true;
    let hint = verify(&account, unsigned(), at).expect("a hint");
    assert_eq!(hint.standing, Standing::Hint);
    assert!(hint.key.starts_with("hint:"), "{}", hint.key);
    // A signature that is there has to hold all the same.
    let wrong = verify(&account, signed("1760000001", body, signature), at);
    assert_eq!(wrong.map(|_| ()), Err(Refusal::Wrong));
}

fn name_of(body: &str, content_type: &str) -> (String, String) {
    let seed: [u8; 32] = std::array::from_fn(|index| u8::try_from(index + 1).expect("small"));
    let key = SigningKey::from_bytes(&seed);
    let text = [b"1760000000|", body.as_bytes()].concat();
    let signature = BASE64_STANDARD.encode(key.sign(&text).to_bytes());
    let mut request = signed("1760000000", body, &signature);
    let content_type = content_type.parse().expect("a value");
    request.headers.insert("content-type", content_type);
    let event = verify(&telnyx(PUBLIC_KEY), request, 1_760_000_000).expect("signed");
    (event.kind, event.key)
}

#[test]
fn every_attempt_to_deliver_an_event_has_the_same_name() {
    let json = "application/json";
    let first = name_of(
        r#"{"data":{"event_type":"call.hangup","id":"e1","payload":{}},"meta":{"attempt":1}}"#,
        json,
    );
    let again = name_of(
        r#"{"meta":{"attempt":2},"data":{"id":"e1","event_type":"call.hangup","payload":{}}}"#,
        json,
    );
    assert_eq!(first, again);
    assert_eq!(first, ("call.hangup".into(), "call.hangup:e1".into()));
    let other = r#"{"data":{"event_type":"call.hangup","id":"e2","payload":{}}}"#;
    assert_ne!(name_of(other, json).1, first.1);
    let flat = r#"{"event_type":"call_hangup","webhook_id":"e3","payload":{}}"#;
    assert_eq!(name_of(flat, json).1, "call_hangup:e3");
    let nameless = r#"{"event_type":"call.hangup","payload":{"a":1}}"#;
    let reordered = r#"{"payload":{"a":1},"event_type":"call.hangup"}"#;
    assert_eq!(name_of(nameless, json), name_of(reordered, json));

    let form = "application/x-www-form-urlencoded";
    let (kind, key) = name_of("CallSid=v3%3Aa&CallStatus=completed", form);
    assert_eq!(kind, "texml.call.completed");
    assert!(key.starts_with("texml.call.completed:v3:a:"), "{key}");
    assert_eq!(name_of("CallStatus=completed&CallSid=v3%3Aa", form).1, key);
    assert_eq!(name_of("not json", json).0, "unreadable");
}
