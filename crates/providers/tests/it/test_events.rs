//! Test events of our own are signed as the provider signs: what vouches for the provider's events vouches
//! for them.

use ringback_providers::{Account, RawRequest, Standing, TEST_KIND, TestEvent, names};

use crate::accounts::{account, provider, time};

const SECRET: &str = "whsec_ZWFyc2hvdC10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGU=";
const NOW: &str = "2026-03-01T12:00:00Z";

fn able(name: &'static str) -> Account {
    let secrets = [
        ("api_key", "key_1"),
        ("auth_token", "token"),
        ("webhook_secret", SECRET),
    ];
    let mut account = account(name, &secrets);
    let url = "https://hooks.example/webhooks/clinic".parse();
    account.webhook_url = Some(url.expect("a URL"));
    account
}

fn made(account: &Account, nonce: &str) -> TestEvent {
    let made = provider(account.provider).test_event(account, nonce, time(NOW));
    made.unwrap_or_else(|advice| panic!("{}: {}", account.provider, advice.text))
}

fn request(event: TestEvent) -> RawRequest {
    RawRequest {
        method: http::Method::POST,
        query: None,
        headers: event.headers,
        body: event.body,
        received_at: time(NOW),
    }
}

/// Its key, if the provider's own check lets it in.
fn let_in(account: &Account, event: TestEvent) -> String {
    let verified = provider(account.provider).verify(account, request(event), time(NOW));
    let verified = verified.unwrap_or_else(|why| panic!("{}: {why}", account.provider));
    assert_eq!(verified.standing, Standing::Signed, "{}", account.provider);
    assert_eq!(verified.kind, TEST_KIND, "{}", account.provider);
    verified.key
}

#[test]
fn every_provider_that_shares_a_secret_lets_its_test_events_in_and_tells_them_apart() {
    for name in names() {
        if name == "telnyx" {
            continue;
        }
        let account = able(name);
        let one = let_in(&account, made(&account, "one"));
        let other = let_in(&account, made(&account, "other"));
        assert_ne!(one, other, "{name}");
    }
}

#[test]
fn a_test_event_of_another_secret_is_turned_away() {
    for name in names() {
        if name == "telnyx" {
            continue;
        }
        let mut other = able(name);
        other.secrets = ringback_providers::Secrets::default();
        for secret in ["api_key", "auth_token"] {
            other.secrets.add(secret, "another");
        }
        other.secrets.add("webhook_secret", "whsec_YW5vdGhlcg==");
        let event = made(&other, "one");
        let verified = provider(name).verify(&able(name), request(event), time(NOW));
        assert!(verified.is_err(), "{name}");
    }
}

#[test]
fn every_way_of_proving_it_that_vapi_has_is_mastered() {
    for options in [
        &[("webhook_auth", "secret")][..],
        &[("webhook_auth", "secret"), ("header_name", "x-my-token")],
        &[("webhook_auth", "bearer")],
        &[("webhook_auth", "bearer"), ("header_name", "x-my-token")],
        &[("webhook_auth", "hmac")],
        &[
            ("webhook_auth", "hmac"),
            ("algorithm", "sha512"),
            ("signature_encoding", "base64"),
            ("signature_prefix", "v1,"),
            (
                "payload_format",
                "{method}:{url}:{svix-id}.{timestamp}.{body}",
            ),
            ("secret_is_base64", "true"),
        ],
        &[
            ("webhook_auth", "hmac"),
            ("include_timestamp", "false"),
            ("signature_prefix", "sha256="),
        ],
    ] {
        let mut account = able("vapi");
        for (key, value) in options {
            account.options.insert((*key).into(), (*value).into());
        }
        let_in(&account, made(&account, "one"));
    }
}

#[test]
fn what_cannot_be_signed_says_why() {
    let why = |account: &Account| {
        let made = provider(account.provider).test_event(account, "one", time(NOW));
        made.expect_err("there is nothing to sign with").code
    };
    assert_eq!(why(&able("telnyx")), "telnyx_signs");
    for name in ["retell", "vapi", "twilio", "recall", "custom"] {
        let mut bare = able(name);
        bare.secrets = ringback_providers::Secrets::default();
        assert_eq!(why(&bare), "no_secret", "{name}");
    }
    let mut unreachable = able("twilio");
    unreachable.webhook_url = None;
    assert_eq!(why(&unreachable), "no_address");
    let mut silent = able("vapi");
    silent.options.insert("webhook_auth".into(), "none".into());
    assert_eq!(why(&silent), "no_test");
}

#[test]
fn what_proves_it_is_not_printed() {
    let event = made(&able("vapi"), "one");
    let printed = format!("{event:?}");
    assert!(!printed.contains(SECRET), "{printed}");
}

#[test]
fn every_provider_says_what_to_paste() {
    for name in names() {
        let steps = provider(name).webhook_steps();
        assert!(steps.iter().any(|step| step.pastes_address), "{name}");
    }
}
