//! Twilio's signatures: the vectors of the official SDKs and everything that must fail.

use http::Method;
use ringback_providers::{Account, RawRequest, Refusal, Standing, VerifiedEvent};
use url::Url;

use crate::accounts::{account, at, provider, request};

const A: &str = "12345";
const B: &str = "earshot-test-token-0001";
const HEADER: &str = "x-twilio-signature";
const W2_URL: &str = "https://calls.example.com/hooks/twilio/recording";
const W2: &str = "AiiAxNj+0HhvjB+7ndCkxGELi0U=";
const W2_BODY: &str = include_str!("../fixtures/twilio/recording_completed.form");
const W6_URL: &str = "https://calls.example.com/hooks/twilio/json?bodySHA256=59a20194891f38cd171c0ef3732ad268d22196530a891fe038fde7970ba9816d";
const W6: &str = "A50NlyxiIZlXLU1R0U3zEAOdxKo=";
const W6_BODY: &str =
    r#"{"RecordingStatus":"completed","CallSid":"CA00000000000000000000000000000003"}"#;

fn twilio(token: &str, url: &str) -> Account {
    let mut account = account("twilio", &[("auth_token", token)]);
    account.webhook_url = Some(Url::parse(url).expect("a URL"));
    account
}

fn verify(account: &Account, request: RawRequest) -> Result<VerifiedEvent, Refusal> {
    provider("twilio").verify(account, request, at(1_760_000_000_000))
}

/// A POST as the door sees it: the query of the address arrives, the rest of it does not.
fn post(url: &str, body: &str, signature: &str) -> RawRequest {
    let mut request = request(
        body,
        &[
            (HEADER, signature),
            ("content-type", "application/x-www-form-urlencoded"),
        ],
    );
    request.query = Url::parse(url).expect("a URL").query().map(str::to_owned);
    request
}

fn check(token: &str, url: &str, body: &str, signature: &str) -> Result<Standing, Refusal> {
    verify(&twilio(token, url), post(url, body, signature)).map(|event| event.standing)
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

#[test]
fn what_the_official_sdk_signed_is_accepted() {
    let w1 = form(&[
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675310"),
        ("Digits", "1234"),
        ("From", "+14158675310"),
        ("To", "+18005551212"),
    ]);
    let w3 = form(&[
        ("CallSid", "CA00000000000000000000000000000002"),
        ("CallStatus", "completed"),
        ("CallDuration", "7"),
        ("CallerName", "Zoë & Co"),
        ("From", "+15550100001"),
        ("To", "+15550100002"),
    ]);
    let dup = "https://calls.example.com/hooks/twilio/dup";
    let w3_url = "https://calls.example.com:8443/hooks/twilio/status?src=a";
    let table = [
        (
            "W1",
            A,
            "https://example.com/myapp.php?foo=1&bar=2",
            w1,
            "L/OH5YylLD5NRKLltdqwSvS0BnU=",
        ),
        ("W2", B, W2_URL, W2_BODY.to_owned(), W2),
        ("W3a", B, w3_url, w3.clone(), "7xxuWk9KPiHLW3QUpM1fCfdoCCQ="),
        ("W3b", B, w3_url, w3, "pG/noLLWYG1ulJ/EU3Kj+wc0LHs="),
        (
            "W4",
            B,
            dup,
            form(&[
                ("Tag", "b"),
                ("Tag", "a"),
                ("Tag", "b"),
                ("To", "+15550100002"),
            ]),
            "IMvi0/oWrpcZAdiCyTNe+RRFFco=",
        ),
        (
            "W4 without the repetition",
            B,
            dup,
            form(&[("Tag", "a"), ("Tag", "b"), ("To", "+15550100002")]),
            "IMvi0/oWrpcZAdiCyTNe+RRFFco=",
        ),
        (
            "W5",
            B,
            dup,
            form(&[("b", "2"), ("B", "1"), ("a", ""), ("A", "0")]),
            "HL83Q+JPmo+ueHoXQ8VQnqeJUiI=",
        ),
        ("W6", B, W6_URL, W6_BODY.to_owned(), W6),
        (
            "W7",
            B,
            "https://calls.example.com/hooks/twilio/json?src=a&bodySHA256=59a20194891f38cd171c0ef3732ad268d22196530a891fe038fde7970ba9816d",
            W6_BODY.to_owned(),
            "clDTwrZbhqLjwtQHM0gwfUl8A9o=",
        ),
    ];
    for (name, token, url, body, signature) in table {
        assert_eq!(
            check(token, url, &body, signature),
            Ok(Standing::Signed),
            "{name}"
        );
    }
}

#[test]
fn a_get_is_signed_by_its_address_alone() {
    let url = "https://calls.example.com/hooks/twilio/voice?CallSid=CA1&From=%2B15550100001";
    let signature = "mRcvioGodNrgw3ldd0fV2rFeALw=";
    let mut get = post(url, "", signature);
    get.method = Method::GET;
    let account = twilio(B, "https://calls.example.com/hooks/twilio/voice");
    assert!(
        verify(&account, get.clone()).is_ok(),
        "the query that arrived counts"
    );
    get.query = Some("CallSid=CA2&From=%2B15550100001".into());
    assert_eq!(
        verify(&account, get.clone()).map(|_| ()),
        Err(Refusal::Wrong)
    );
    get.query = None;
    let configured = verify(&twilio(B, url), get).map(|_| ());
    assert_eq!(
        configured,
        Err(Refusal::Wrong),
        "a GET says nothing without its query"
    );
}

#[test]
fn a_shared_key_signs_with_sha256_when_the_header_says_so() {
    let settings = "x-twilio-webhooks-signature-settings";
    let w9 = "woDDGTcAEEPGQKqv4IKy2NW4Uy7/KI64Vt+FsNd1z7g=";
    let mut request = post(W2_URL, W2_BODY, w9);
    assert_eq!(
        verify(&twilio(B, W2_URL), request.clone()).map(|_| ()),
        Err(Refusal::Unreadable),
        "without the header it is no SHA-1"
    );
    request.headers.insert(
        settings,
        "key=abc,algorithm=HMAC_SHA256".parse().expect("a value"),
    );
    assert!(verify(&twilio(B, W2_URL), request).is_ok());
}

#[test]
fn port_user_name_and_fragment_of_the_configured_address_do_not_matter() {
    for url in [
        "https://calls.example.com:443/hooks/twilio/recording",
        "https://calls.example.com:8443/hooks/twilio/recording",
        "https://calls.example.com/hooks/twilio/recording#rc=5&rp=all",
        "https://u:p@calls.example.com/hooks/twilio/recording",
        "https://CALLS.example.com/hooks/twilio/recording",
    ] {
        assert_eq!(check(B, url, W2_BODY, W2), Ok(Standing::Signed), "{url}");
    }
}

#[test]
fn every_other_address_is_refused() {
    for url in [
        "https://calls.example.com/hooks/twilio/recording/",
        "http://calls.example.com/hooks/twilio/recording",
        "https://calls.example.com/hooks/twilio/Recording",
        "https://other.example.com/hooks/twilio/recording",
        "https://calls.example.com/hooks/twilio/recording?a=b",
    ] {
        assert_eq!(check(B, url, W2_BODY, W2), Err(Refusal::Wrong), "{url}");
    }
}

#[test]
fn a_changed_parameter_or_token_is_refused() {
    let changed = W2_BODY.replace("RecordingDuration=42", "RecordingDuration=43");
    assert_eq!(check(B, W2_URL, &changed, W2), Err(Refusal::Wrong));
    let more = format!("{W2_BODY}&Extra=1");
    assert_eq!(check(B, W2_URL, &more, W2), Err(Refusal::Wrong));
    assert_eq!(check(A, W2_URL, W2_BODY, W2), Err(Refusal::Wrong));
    let rotating = format!("{A} {B}");
    assert_eq!(check(&rotating, W2_URL, W2_BODY, W2), Ok(Standing::Signed));
}

#[test]
fn a_hashed_body_has_to_be_that_body() {
    assert_eq!(
        check(B, W6_URL, &format!("{W6_BODY} "), W6),
        Err(Refusal::Wrong)
    );
    let (path, hash) = W6_URL.split_once('=').expect("a hash");
    let capitals = format!("{path}={}", hash.to_uppercase());
    assert_eq!(check(B, &capitals, W6_BODY, W6), Err(Refusal::Wrong));
}

#[test]
fn a_body_that_is_no_form_does_not_slip_in_under_a_signature_of_the_address() {
    let url = "https://calls.example.com/hooks/twilio/voice?CallSid=CA1&From=%2B15550100001";
    let of_the_get = "mRcvioGodNrgw3ldd0fV2rFeALw=";
    let mut request = post(
        url,
        r#"{"CallSid":"CA666","CallStatus":"completed"}"#,
        of_the_get,
    );
    request
        .headers
        .insert("content-type", "application/json".parse().expect("a value"));
    assert_eq!(
        verify(&twilio(B, url), request).map(|_| ()),
        Err(Refusal::Wrong)
    );
}

#[test]
fn what_is_no_signature_is_unreadable() {
    for odd in [
        "",
        "abc",
        "AiiAxNj+0HhvjB+7ndCkxGELi0U",
        "AAAA",
        "not base64 at all!",
    ] {
        assert_eq!(
            check(B, W2_URL, W2_BODY, odd),
            Err(Refusal::Unreadable),
            "{odd:?}"
        );
    }
}

#[test]
fn each_thing_that_is_not_configured_is_said() {
    let request = || post(W2_URL, W2_BODY, W2);
    let mut unsigned = request();
    unsigned.headers.remove(HEADER);
    let refusal = |account: &Account, request| verify(account, request).map(|_| ());
    assert_eq!(
        refusal(&twilio(B, W2_URL), unsigned.clone()),
        Err(Refusal::Missing)
    );
    assert_eq!(
        refusal(&twilio("", W2_URL), request()),
        Err(Refusal::NoSecret)
    );
    let mut nowhere = twilio(B, W2_URL);
    nowhere.webhook_url = None;
    assert_eq!(refusal(&nowhere, request()), Err(Refusal::NoPublicUrl));

    nowhere.accept_unsigned = true;
    let hint = verify(&nowhere, request()).expect("taken as a hint");
    assert_eq!(hint.standing, Standing::Hint);
    let mut lenient = twilio(B, W2_URL);
    lenient.accept_unsigned = true;
    assert_eq!(
        verify(&lenient, unsigned).map(|event| event.standing),
        Ok(Standing::Hint)
    );
    let forged = post(W2_URL, "CallSid=CA666", W2);
    assert_eq!(refusal(&lenient, forged), Err(Refusal::Wrong));
}

fn name(body: &str) -> (String, String) {
    let mut account = account("twilio", &[]);
    account.accept_unsigned = true;
    let event = verify(&account, request(body, &[])).expect("taken");
    (event.kind, event.key)
}

#[test]
fn a_retry_has_the_same_name_and_every_other_callback_another() {
    let base = [
        ("CallSid", "CA1"),
        ("CallStatus", "ringing"),
        ("SequenceNumber", "1"),
    ];
    let one = name(&form(&base));
    let reversed: Vec<_> = base.iter().rev().copied().collect();
    assert_eq!(
        one,
        name(&form(&reversed)),
        "the order of a form says nothing"
    );
    assert_eq!(one.0, "call.ringing");
    let others = [
        form(&[
            ("CallSid", "CA1"),
            ("CallStatus", "in-progress"),
            ("SequenceNumber", "2"),
        ]),
        form(&[
            ("CallSid", "CA2"),
            ("CallStatus", "ringing"),
            ("SequenceNumber", "1"),
        ]),
        form(&[
            ("CallSid", "CA1"),
            ("RecordingSid", "RE1"),
            ("RecordingStatus", "in-progress"),
        ]),
        form(&[
            ("CallSid", "CA1"),
            ("RecordingSid", "RE1"),
            ("RecordingStatus", "completed"),
        ]),
        form(&[
            ("CallSid", "CA1"),
            ("RecordingSid", "RE2"),
            ("RecordingStatus", "completed"),
        ]),
        "CallSid=%FF".into(),
        String::new(),
    ];
    let mut keys: std::collections::BTreeSet<_> = others.iter().map(|body| name(body).1).collect();
    keys.insert(one.1);
    assert_eq!(keys.len(), others.len() + 1);
    assert_eq!(name("CallSid=%FF").0, "unreadable");
    assert_eq!(name(W2_BODY).0, "recording.completed");
}
