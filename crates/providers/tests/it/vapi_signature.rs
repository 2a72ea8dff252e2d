//! How Vapi's messages prove where they come from: the plan's vectors, shared secrets, and everything
//! that must fail.

use http::HeaderMap;
use jiff::Timestamp;
use ringback_providers::{Account, Refusal, Standing, VerifiedEvent};

use crate::accounts::{account, at, provider, request};

const BODY: &str = r#"{"message":{"type":"status-update","status":"ended","call":{"id":"33333333-3333-4333-8333-333333333333"}}}"#;
const KEY: &str = "earshot-vapi-hmac-secret";
const SECONDS: &str = "1760000000";
const MILLISECONDS: &str = "1760000000000";
const BY_SECONDS: &str = "43b02fffe816cfea0e02ab594f3b36e7b5906c18f91ceda3f6a1faf87f3ee832";
const NOW: i64 = 1_760_000_000_000;

/// A plan of a credential, in the words of `config.toml`.
type Plan = &'static [(&'static str, &'static str)];

const SVIX: Plan = &[
    ("signature_header", "svix-signature"),
    ("timestamp_header", "svix-timestamp"),
    ("message_id_header", "svix-id"),
    ("signature_prefix", "v1,"),
    ("payload_format", "{svix-id}.{timestamp}.{body}"),
    ("signature_encoding", "base64"),
    ("secret_is_base64", "true"),
];
const SVIX_KEY: &str = "whsec_ZWFyc2hvdC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";
const SVIX_ID: &str = "msg_earshot_vapi_1";
const BY_SVIX: &str = "v1,4PBDEAV/UujZeSWIK3CT209X9sSc2UjJ2T/PYlW6toM=";

fn vapi(auth: &str, plan: Plan, secrets: &str) -> Account {
    let mut account = account("vapi", &[("webhook_secret", secrets)]);
    for (key, value) in plan.iter().copied().chain([("webhook_auth", auth)]) {
        account.options.insert(key.into(), value.into());
    }
    account
}

fn hmac(plan: Plan) -> Account {
    vapi("hmac", plan, KEY)
}

fn verified(
    account: &Account,
    body: &str,
    headers: &[(&'static str, &str)],
    now: Timestamp,
) -> Result<VerifiedEvent, Refusal> {
    provider("vapi").verify(account, request(body, headers), now)
}

fn check(account: &Account, headers: &[(&'static str, &str)]) -> Result<Standing, Refusal> {
    verified(account, BODY, headers, at(NOW)).map(|event| event.standing)
}

/// The two headers of the usual plan.
fn signed<'a>(timestamp: &'a str, signature: &'a str) -> [(&'static str, &'a str); 2] {
    [("x-timestamp", timestamp), ("x-signature", signature)]
}

#[test]
fn what_each_plan_signs_is_accepted() {
    let table: [(Plan, &str, &str); 5] = [
        (&[], SECONDS, BY_SECONDS),
        (
            &[],
            MILLISECONDS,
            "ba1bf7e29e2b9f4defe99847e907a494e7d1970c559d3968dff27e88444c922c",
        ),
        (
            &[
                ("algorithm", "sha256"),
                ("payload_format", "{body}"),
                ("signature_prefix", "sha256="),
            ],
            "",
            "sha256=77b885af7f58106c17201d12eaaefc0ef36e6ef22f6ad123479e7bf789c1cb1f",
        ),
        (
            &[("algorithm", "sha512")],
            SECONDS,
            "9b65bd0e1b68b3b61f47041f1da3dc86808b484cf856083eee86203b7edd6eeb4c3ec2946e9a0f81a6ecd01d33f68adfbfdc4ad5840b125537e045c9560cfdd4",
        ),
        (
            &[("algorithm", "sha1"), ("signature_encoding", "base64")],
            SECONDS,
            "3WXzaS3wGKbG970pESXFfIgPmdE=",
        ),
    ];
    for (plan, timestamp, signature) in table {
        let account = hmac(plan);
        assert_eq!(provider("vapi").check_options(&account), Ok(()), "{plan:?}");
        let headers = signed(timestamp, signature);
        assert_eq!(check(&account, &headers), Ok(Standing::Signed), "{plan:?}");
    }
}

#[test]
fn a_plan_in_the_manner_of_svix_is_accepted_with_the_key_as_svix_shows_it() {
    let account = vapi("hmac", SVIX, SVIX_KEY);
    assert_eq!(provider("vapi").check_options(&account), Ok(()));
    let headers = [
        ("svix-id", SVIX_ID),
        ("svix-timestamp", SECONDS),
        ("svix-signature", BY_SVIX),
    ];
    assert_eq!(check(&account, &headers), Ok(Standing::Signed));
    let both = format!("v1,AAAA {BY_SVIX}");
    let headers = [headers[0], headers[1], ("svix-signature", &both)];
    assert_eq!(
        check(&account, &headers),
        Ok(Standing::Signed),
        "another key's signature beside it"
    );
    let bare = vapi("hmac", SVIX, SVIX_KEY.trim_start_matches("whsec_"));
    assert_eq!(check(&bare, &headers), Ok(Standing::Signed));

    // The placeholder names the header where the credential says nothing else.
    let mut without_name = account;
    without_name.options.remove("message_id_header");
    assert_eq!(check(&without_name, &headers), Ok(Standing::Signed));
    let other_id = [("svix-id", "msg_other"), headers[1], headers[2]];
    assert_eq!(check(&without_name, &other_id), Err(Refusal::Wrong));
    assert_eq!(
        check(&without_name, &headers[1..]),
        Err(Refusal::Missing),
        "the id is signed"
    );
}

#[test]
fn a_signature_covers_the_address_and_the_method_where_the_plan_says_so() {
    let mut account = hmac(&[("payload_format", "{method} {url} {body}")]);
    let digest = digest("POST https://hooks.example/webhooks/sales {}");
    let sent = |account: &Account| {
        let sent = verified(account, "{}", &[("x-signature", &digest)], at(NOW));
        sent.map(|event| event.standing)
    };
    assert_eq!(sent(&account), Err(Refusal::NoPublicUrl));
    let url = |text: &str| Some(text.parse().expect("a URL"));
    account.webhook_url = url("https://hooks.example/webhooks/sales");
    assert_eq!(sent(&account), Ok(Standing::Signed));
    account.webhook_url = url("https://hooks.example/webhooks/support");
    assert_eq!(sent(&account), Err(Refusal::Wrong));
}

/// HMAC-SHA256 under the key, in hex.
fn digest(text: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[test]
fn without_a_time_in_the_plan_the_body_alone_is_signed() {
    let account = hmac(&[("include_timestamp", "false")]);
    assert_eq!(provider("vapi").check_options(&account), Ok(()));
    let digest = digest(BODY);
    let headers = [("x-signature", digest.as_str())];
    assert_eq!(check(&account, &headers), Ok(Standing::Signed));
    let years_later = verified(&account, BODY, &headers, at(NOW * 2));
    assert!(years_later.is_ok(), "nothing says when it was signed");
}

#[test]
fn a_signature_is_good_for_five_minutes_in_both_directions_inclusive_in_either_unit() {
    for (timestamp, signature) in [
        (SECONDS, BY_SECONDS.to_owned()),
        (MILLISECONDS, digest(&format!("{MILLISECONDS}.{BODY}"))),
    ] {
        for (offset, standing) in [
            (300_000, Ok(Standing::Signed)),
            (300_001, Err(Refusal::TooOld)),
            (-300_000, Ok(Standing::Signed)),
            (-300_001, Err(Refusal::FromTheFuture)),
        ] {
            let headers = signed(timestamp, &signature);
            let sent = verified(&hmac(&[]), BODY, &headers, at(NOW + offset));
            assert_eq!(sent.map(|event| event.standing), standing, "{offset}");
        }
    }
}

#[test]
fn a_changed_body_timestamp_or_key_is_refused() {
    let headers = signed(SECONDS, BY_SECONDS);
    let changed = verified(&hmac(&[]), &format!("{BODY} "), &headers, at(NOW));
    assert_eq!(changed.map(|_| ()), Err(Refusal::Wrong));
    let later = signed("1760000001", BY_SECONDS);
    assert_eq!(check(&hmac(&[]), &later), Err(Refusal::Wrong));
    let padded = signed("01760000000", BY_SECONDS);
    assert_eq!(
        check(&hmac(&[]), &padded),
        Err(Refusal::Wrong),
        "the digits are signed"
    );
    let other = vapi("hmac", &[], "another-key");
    assert_eq!(check(&other, &headers), Err(Refusal::Wrong));
    let rotated = vapi("hmac", &[], &format!("new-key {KEY}"));
    assert_eq!(check(&rotated, &headers), Ok(Standing::Signed));
    let base64 = vapi("hmac", &[("secret_is_base64", "true")], KEY);
    assert_eq!(
        check(&base64, &headers),
        Err(Refusal::Wrong),
        "a key that is no base64 fits nothing"
    );
}

#[test]
fn what_is_no_signature_is_unreadable_and_what_is_not_there_is_missing() {
    let account = hmac(&[]);
    for odd in ["", "sha256=", "g3b0", &BY_SECONDS[2..], "v1,AAAA"] {
        let headers = signed(SECONDS, odd);
        assert_eq!(check(&account, &headers), Err(Refusal::Unreadable), "{odd}");
    }
    for odd in [
        "",
        "soon",
        "-1",
        "1.76e9",
        "99999999999999999999",
        "17600 0",
    ] {
        let headers = signed(odd, BY_SECONDS);
        assert_eq!(check(&account, &headers), Err(Refusal::Unreadable), "{odd}");
    }
    assert_eq!(
        check(&account, &[("x-timestamp", SECONDS)]),
        Err(Refusal::Missing)
    );
    assert_eq!(
        check(&account, &[("x-signature", BY_SECONDS)]),
        Err(Refusal::Missing)
    );
    assert_eq!(
        check(&account, &[("x-vapi-secret", KEY)]),
        Err(Refusal::Missing),
        "the secret in the clear is no signature"
    );
    let prefixed = hmac(&[("signature_prefix", "sha256=")]);
    assert_eq!(
        check(&prefixed, &signed(SECONDS, BY_SECONDS)),
        Err(Refusal::Unreadable),
        "the prefix is part of it"
    );
    let without_key = vapi("hmac", &[], "");
    assert_eq!(
        check(&without_key, &signed(SECONDS, BY_SECONDS)),
        Err(Refusal::NoSecret)
    );
}

#[test]
fn the_shared_secret_is_the_default_and_fits_to_the_byte() {
    let account = account("vapi", &[("webhook_secret", "earshot-shared-1")]);
    let shown = |secret| check(&account, &[("x-vapi-secret", secret)]);
    assert_eq!(shown("earshot-shared-1"), Ok(Standing::Signed));
    for wrong in [
        "earshot-shared-2",
        "earshot-shared-",
        "earshot-shared-11",
        "Earshot-shared-1",
        "Bearer earshot-shared-1",
    ] {
        assert_eq!(shown(wrong), Err(Refusal::Wrong), "{wrong}");
    }
    assert_eq!(shown(""), Err(Refusal::Unreadable));
    assert_eq!(check(&account, &[]), Err(Refusal::Missing));
    assert_eq!(
        check(&account, &[("authorization", "Bearer earshot-shared-1")]),
        Err(Refusal::Missing),
        "the header counts"
    );
    assert_eq!(
        check(&vapi("secret", &[], ""), &[("x-vapi-secret", "x")]),
        Err(Refusal::NoSecret)
    );
    let two = vapi("secret", &[], "new-one earshot-shared-1");
    assert_eq!(
        check(&two, &[("x-vapi-secret", "earshot-shared-1")]),
        Ok(Standing::Signed),
        "while it is rotated either will do"
    );
    let named = vapi("secret", &[("header_name", "X-My-Token")], "token");
    assert_eq!(
        check(&named, &[("x-my-token", "token")]),
        Ok(Standing::Signed)
    );
    assert_eq!(
        check(&named, &[("x-vapi-secret", "token")]),
        Err(Refusal::Missing)
    );
}

#[test]
fn a_bearer_token_comes_with_or_without_its_word() {
    let account = vapi("bearer", &[], "earshot-token-2");
    let shown = |value| check(&account, &[("authorization", value)]);
    assert_eq!(shown("Bearer earshot-token-2"), Ok(Standing::Signed));
    assert_eq!(shown("bearer earshot-token-2"), Ok(Standing::Signed));
    assert_eq!(
        shown("earshot-token-2"),
        Ok(Standing::Signed),
        "bearerPrefixEnabled = false"
    );
    for wrong in [
        "Bearer earshot-token-3",
        "Basic earshot-token-2",
        "Bearerearshot-token-2",
        "Bearer Bearer earshot-token-2",
        "Bearer earshot-token-2 earshot-token-2",
    ] {
        assert_eq!(shown(wrong), Err(Refusal::Wrong), "{wrong}");
    }
    assert_eq!(shown("Bearer "), Err(Refusal::Wrong));
    assert_eq!(check(&account, &[]), Err(Refusal::Missing));
}

#[test]
fn without_authentication_everything_is_refused_until_the_account_says_otherwise() {
    let mut account = vapi("none", &[], "");
    assert_eq!(provider("vapi").check_options(&account), Ok(()));
    assert_eq!(check(&account, &[]), Err(Refusal::Missing));
    assert_eq!(
        check(&account, &[("x-vapi-secret", "anything")]),
        Err(Refusal::Missing)
    );
    account.accept_unsigned = true;
    assert_eq!(check(&account, &[]), Ok(Standing::Hint));
    let event = verified(&account, BODY, &[], at(NOW)).expect("taken");
    assert!(event.key.starts_with("hint:"), "{}", event.key);
}

#[test]
fn an_account_that_takes_unsigned_messages_still_refuses_wrong_ones() {
    let mut account = vapi("secret", &[], "right");
    account.accept_unsigned = true;
    assert_eq!(check(&account, &[]), Ok(Standing::Hint));
    assert_eq!(
        check(&account, &[("x-vapi-secret", "right")]),
        Ok(Standing::Signed)
    );
    assert_eq!(
        check(&account, &[("x-vapi-secret", "wrong")]),
        Err(Refusal::Wrong)
    );
    let mut account = hmac(&[]);
    account.accept_unsigned = true;
    assert_eq!(
        check(&account, &signed(SECONDS, &digest("another body"))),
        Err(Refusal::Wrong)
    );
}

#[test]
fn bytes_that_are_no_text_are_no_secret_and_no_signature() {
    let mut headers = HeaderMap::new();
    let bytes = http::HeaderValue::from_bytes(b"\xff\xfe").expect("bytes may stand in a header");
    for name in ["x-vapi-secret", "x-signature", "x-timestamp"] {
        headers.insert(name, bytes.clone());
    }
    for (account, refusal) in [
        (vapi("secret", &[], "x"), Refusal::Wrong),
        (hmac(&[]), Refusal::Unreadable),
    ] {
        let mut request = request(BODY, &[]);
        request.headers = headers.clone();
        let sent = provider("vapi").verify(&account, request, at(NOW));
        assert_eq!(sent.map(|_| ()), Err(refusal));
    }
}

/// The name of a body, with nothing to show in the way.
fn name(body: &str) -> (String, String) {
    let mut account = vapi("none", &[], "");
    account.accept_unsigned = true;
    let event = verified(&account, body, &[], at(NOW)).expect("taken");
    (event.kind, event.key)
}

#[test]
fn a_repetition_has_the_same_name_even_if_it_was_serialised_anew() {
    let one = name(r#"{"message":{"type":"hang","timestamp":1,"call":{"id":"c"}}}"#);
    let again = name(r#"{ "message": {"call": {"id": "c"}, "timestamp": 1, "type": "hang"} }"#);
    assert_eq!(one, again);
    assert_eq!(one.0, "hang");
}

#[test]
fn other_messages_have_other_names() {
    let bodies = [
        r#"{"message":{"type":"transcript","timestamp":1,"role":"user","transcript":"Yes","call":{"id":"c"}}}"#,
        r#"{"message":{"type":"transcript","timestamp":1,"role":"bot","transcript":"Yes","call":{"id":"c"}}}"#,
        r#"{"message":{"type":"transcript","timestamp":2,"role":"user","transcript":"Yes","call":{"id":"c"}}}"#,
        r#"{"message":{"type":"transcript","timestamp":1,"role":"user","transcript":"Yes","call":{"id":"d"}}}"#,
        r#"{"message":{"type":"status-update","timestamp":1,"call":{"id":"c"}}}"#,
        r#"{"message":{"type":"status-update","timestamp":1}}"#,
        "not json",
        "",
    ];
    let keys: std::collections::BTreeSet<_> = bodies.iter().map(|body| name(body).1).collect();
    assert_eq!(keys.len(), bodies.len());
    assert_eq!(name("not json").0, "unreadable");
}
