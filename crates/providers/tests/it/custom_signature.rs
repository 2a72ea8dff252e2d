//! Who sent it: the vectors of the official packages, in both families of headers, and everything that
//! must fail.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use ringback_providers::{Account, RawRequest, Refusal, Standing, VerifiedEvent};
use sha2::Sha256;

use crate::accounts::{account, provider, request};

pub(crate) const SECRET: &str = "whsec_ZWFyc2hvdC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";
const ROTATED: &str = "whsec_cm90YXRlZC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";

const ENDED: &str = include_str!("../fixtures/custom/ended.json");
const RECORDING: &str = include_str!("../fixtures/custom/recording.json");
const TRANSCRIPT: &str = include_str!("../fixtures/custom/transcript.json");

/// Id, moment, body and what `standardwebhooks` 1.1.1 and `svix` 1.99.1 from npm sign for them with
/// `SECRET`; they agree.
const VECTORS: [(&str, i64, &str, &str); 3] = [
    (
        "msg_0001",
        1_772_359_234,
        ENDED,
        "v1,zVgSX/v7SQBRnOqKDuD05wt2HsHLrlndfN3mPkxAZSI=",
    ),
    (
        "msg_0002",
        1_772_359_252,
        RECORDING,
        "v1,Ko1Izsk4IgpY968bqD2sKcEQcI9D7nBszBYlRbODRgo=",
    ),
    (
        "msg_0003",
        1_772_359_270,
        TRANSCRIPT,
        "v1,KjSddPed9/o5xyshdutoCZNcw6lNe34xTBJwaEuitwc=",
    ),
];
/// The first of them with `ROTATED`.
const BY_ROTATED: &str = "v1,ZyAUjzNt/Zy1UJQz7j6PKX1UFa1ExOlXUca8uRQp5m4=";

const WEBHOOK: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const SVIX: [&str; 3] = ["svix-id", "svix-timestamp", "svix-signature"];

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn custom(secrets: &str) -> Account {
    account("custom", &[("webhook_secret", secrets)])
}

fn signed_in(
    [id_name, at_name, signature_name]: [&'static str; 3],
    id: &str,
    at: i64,
    body: &str,
    signature: &str,
) -> RawRequest {
    let at = at.to_string();
    request(
        body,
        &[
            (id_name, id),
            (at_name, at.as_str()),
            (signature_name, signature),
        ],
    )
}

fn verify(account: &Account, request: RawRequest, now: i64) -> Result<VerifiedEvent, Refusal> {
    provider("custom").verify(account, request, second(now))
}

/// A request that an account with `SECRET` lets in at the second 0.
pub(crate) fn signed_by_us(body: &[u8]) -> RawRequest {
    let key = BASE64_STANDARD
        .decode(SECRET.trim_start_matches("whsec_"))
        .expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("keys of any size");
    mac.update(b"msg_1.0.");
    mac.update(body);
    let digest = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    request(
        body,
        &[
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "0"),
            ("webhook-signature", &format!("v1,{digest}")),
        ],
    )
}

#[test]
fn what_the_official_packages_sign_is_let_in_and_named_by_its_message_id() {
    for family in [WEBHOOK, SVIX] {
        for (id, at, body, signature) in VECTORS {
            let event = verify(
                &custom(SECRET),
                signed_in(family, id, at, body, signature),
                at,
            )
            .expect("genuine");
            assert_eq!(event.key, id);
            assert_eq!(event.standing, Standing::Signed);
            assert_eq!(event.request.body, body.as_bytes());
        }
    }
    let kinds = VECTORS.map(|(id, at, body, signature)| {
        let request = signed_in(WEBHOOK, id, at, body, signature);
        verify(&custom(SECRET), request, at).expect("genuine").kind
    });
    assert_eq!(
        kinds,
        ["call.ended", "recording.available", "transcript.done"]
    );
}

#[test]
fn any_of_several_secrets_and_any_of_several_signatures_will_do_while_they_are_changed() {
    let (id, at, body, signature) = VECTORS[0];
    let both = format!("{BY_ROTATED} {signature}");
    for (secrets, signature) in [
        (format!("{ROTATED} {SECRET}"), signature),
        (format!("{SECRET} {ROTATED}"), BY_ROTATED),
        (SECRET.to_owned(), both.as_str()),
        (ROTATED.to_owned(), both.as_str()),
    ] {
        let request = signed_in(WEBHOOK, id, at, body, signature);
        assert!(verify(&custom(&secrets), request, at).is_ok(), "{secrets}");
    }
}

#[test]
fn the_same_message_signed_again_later_keeps_its_name() {
    let (id, at, body, signature) = VECTORS[0];
    let first = verify(
        &custom(SECRET),
        signed_in(WEBHOOK, id, at, body, signature),
        at,
    );
    let again = verify(
        &custom(SECRET),
        signed_in(SVIX, id, at, body, signature),
        at + 200,
    );
    assert_eq!(
        first.expect("genuine").key,
        again.expect("genuine").key,
        "also in the other family"
    );
}

#[test]
fn each_fault_has_its_own_word() {
    let (id, at, body, signature) = VECTORS[0];
    let changed = body.replace("\"ended\"", "\"ongoing\"");
    let reordered = format!(" {body}");
    for family in [WEBHOOK, SVIX] {
        let table = [
            (SECRET, id, at, body, "v1", at, Refusal::Unreadable),
            (SECRET, id, at, body, "v1,%%%", at, Refusal::Unreadable),
            (SECRET, id, at, body, "v1a,AAAA", at, Refusal::Unreadable),
            (SECRET, id, at, body, BY_ROTATED, at, Refusal::Wrong),
            (ROTATED, id, at, body, signature, at, Refusal::Wrong),
            (
                SECRET,
                id,
                at,
                changed.as_str(),
                signature,
                at,
                Refusal::Wrong,
            ),
            (
                SECRET,
                id,
                at,
                reordered.as_str(),
                signature,
                at,
                Refusal::Wrong,
            ),
            (SECRET, "msg_0002", at, body, signature, at, Refusal::Wrong),
            (SECRET, id, at + 1, body, signature, at, Refusal::Wrong),
            (SECRET, id, at, body, signature, at + 301, Refusal::TooOld),
            (
                SECRET,
                id,
                at,
                body,
                signature,
                at - 301,
                Refusal::FromTheFuture,
            ),
            ("", id, at, body, signature, at, Refusal::NoSecret),
        ];
        for (secret, id, at, body, signature, now, refusal) in table {
            let request = signed_in(family, id, at, body, signature);
            assert_eq!(
                verify(&custom(secret), request, now).map(|event| event.key),
                Err(refusal),
                "{signature} at {now}"
            );
        }
        for moment in [at - 300, at + 300] {
            let request = signed_in(family, id, at, body, signature);
            assert!(verify(&custom(SECRET), request, moment).is_ok());
        }
    }
}

#[test]
fn a_header_that_is_missing_is_missed_and_half_a_family_is_none() {
    let (id, at, body, signature) = VECTORS[0];
    let at_text = at.to_string();
    let all = [
        ("webhook-id", id),
        ("webhook-timestamp", at_text.as_str()),
        ("webhook-signature", signature),
    ];
    for left_out in 0..all.len() {
        let mut headers = all.to_vec();
        headers.remove(left_out);
        let told = verify(&custom(SECRET), request(body, &headers), at).map(|event| event.key);
        assert_eq!(told, Err(Refusal::Missing), "without {}", all[left_out].0);
    }
    let mixed = [
        ("svix-id", id),
        ("webhook-timestamp", at_text.as_str()),
        ("webhook-signature", signature),
    ];
    let told = verify(&custom(SECRET), request(body, &mixed), at).map(|event| event.key);
    assert_eq!(told, Err(Refusal::Missing));
    let soon = [
        ("webhook-id", id),
        ("webhook-timestamp", "soon"),
        ("webhook-signature", signature),
    ];
    let told = verify(&custom(SECRET), request(body, &soon), at).map(|event| event.key);
    assert_eq!(told, Err(Refusal::Unreadable));
}

#[test]
fn nothing_unsigned_is_taken_as_a_hint_because_there_is_nobody_to_ask() {
    let mut lenient = custom(SECRET);
    lenient.accept_unsigned = true;
    let told = verify(&lenient, request(ENDED, &[]), 0).map(|event| event.standing);
    assert_eq!(told, Err(Refusal::Missing));
    let mut keyless = account("custom", &[]);
    keyless.accept_unsigned = true;
    let told = verify(&keyless, request(ENDED, &[]), 0).map(|event| event.standing);
    assert_eq!(told, Err(Refusal::Missing));
}

#[test]
fn what_is_signed_is_let_in_whatever_is_inside() {
    for (body, kind) in [
        (&b"{}"[..], "call.updated"),
        (br#"{"type": "invoice.paid"}"#, "invoice.paid"),
        (br#"{"type": 7}"#, "unreadable"),
        (b"", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"[1]", "unreadable"),
    ] {
        let event = verify(&custom(SECRET), signed_by_us(body), 0).expect("genuine");
        assert_eq!(event.kind, kind);
    }
}
