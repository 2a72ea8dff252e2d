//! The real providers at the door, with signatures of our own making.

use axum::body::Body;
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, StatusCode};
use ringback_providers::Account;
use serde_json::json;
use sha1::Sha1;
use sha2::Sha256;

use crate::support::{House, account, noon};

const KEY: &str = "key_for_tests";

fn retell() -> House {
    let mut account = Account {
        provider: "retell",
        ..account()
    };
    account.secrets.add("api_key", KEY);
    House::at(account)
}

/// As <https://docs.retellai.com/features/secure-webhook> has it.
fn from_retell(body: &str, signed_at_ms: i64) -> Request<Body> {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("any length");
    mac.update(format!("{body}{signed_at_ms}").as_bytes());
    let digest = hex::encode(mac.finalize().into_bytes());
    Request::post("/webhooks/clinic")
        .header("x-retell-signature", format!("v={signed_at_ms},d={digest}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .expect("a request")
}

const ENDED: &str = r#"{"event":"call_ended","call":{"call_id":"call_0001","call_status":"ended","end_timestamp":1772366400000}}"#;

#[tokio::test]
async fn retell_is_believed_with_its_signature_only() {
    let house = retell();
    let now = noon().as_millisecond();
    for (minutes, status, words) in [
        (0, StatusCode::OK, json!({"status": "accepted"})),
        (-1, StatusCode::OK, json!({"status": "duplicate"})),
        (
            -6,
            StatusCode::UNAUTHORIZED,
            json!({"status": "rejected", "reason": "signature_too_old"}),
        ),
        (
            6,
            StatusCode::UNAUTHORIZED,
            json!({"status": "rejected", "reason": "signature_from_the_future"}),
        ),
    ] {
        let answered = house
            .answer(from_retell(ENDED, now + minutes * 60_000))
            .await;
        assert_eq!(
            (answered.status, answered.json()),
            (status, words),
            "{minutes}"
        );
    }
    let mut changed = from_retell(ENDED, now);
    *changed.body_mut() = Body::from(ENDED.replace("0001", "0002"));
    let answered = house.answer(changed).await;
    assert_eq!(answered.json()["reason"], "signature_wrong");
    let kept = house.journal.kept.lock().expect("nobody panics");
    let [event] = &kept[..] else {
        panic!("{kept:?}")
    };
    assert_eq!(
        (event.kind.as_str(), event.request.body.as_ref()),
        ("call_ended", ENDED.as_bytes())
    );
}

#[tokio::test]
async fn signed_words_that_nobody_understands_are_kept_all_the_same() {
    let house = retell();
    let deep = "[".repeat(100_000);
    let bodies = [
        "",
        "null",
        "{\"event\": 7}",
        "\0",
        "{\"event\":\"new_kind\"}",
        &deep,
    ];
    for body in bodies {
        let answered = house
            .answer(from_retell(body, noon().as_millisecond()))
            .await;
        assert_eq!(answered.status, StatusCode::OK);
        assert_eq!(answered.json(), json!({"status": "accepted"}));
    }
    assert_eq!(house.kept(), bodies.len());
}

#[tokio::test]
async fn twilio_is_believed_by_its_public_address() {
    let mut account = Account {
        provider: "twilio",
        webhook_url: Some(
            "https://hooks.example/webhooks/clinic"
                .parse()
                .expect("a URL"),
        ),
        ..account()
    };
    account.secrets.add("auth_token", KEY);
    let house = House::at(account);
    // As <https://www.twilio.com/docs/usage/webhooks/webhooks-security> has it: the address, then
    // every name and value in the order of names.
    let signed = "https://hooks.example/webhooks/clinicCallSidCA1CallStatuscompleted";
    let mut mac = Hmac::<Sha1>::new_from_slice(KEY.as_bytes()).expect("any length");
    mac.update(signed.as_bytes());
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    let said = |form: &str| {
        Request::post("/webhooks/clinic")
            .header("x-twilio-signature", &signature)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .expect("a request")
    };
    let form = "CallStatus=completed&CallSid=CA1";
    assert_eq!(
        house.answer(said(form)).await.json(),
        json!({"status": "accepted"})
    );
    assert_eq!(
        house.answer(said(form)).await.json(),
        json!({"status": "duplicate"})
    );
    let changed = house.answer(said("CallStatus=busy&CallSid=CA1")).await;
    assert_eq!(changed.json()["reason"], "signature_wrong");
}

#[tokio::test]
async fn recall_is_believed_under_both_names_of_its_headers_and_unsigned_by_nobody() {
    let mut account = Account {
        provider: "recall",
        ..account()
    };
    let secret = format!("whsec_{}", BASE64_STANDARD.encode(KEY));
    account.secrets.add("webhook_secret", &secret);
    let house = House::at(account);
    let body = r#"{"event":"bot.done","data":{"data":{"code":"done"},"bot":{"id":"bot_1"}}}"#;
    // As <https://docs.recall.ai/docs/authenticating-requests-from-recallai> has it.
    let signed = |family: &str, id: &str| {
        let at = noon().as_second();
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("any length");
        mac.update(format!("{id}.{at}.{body}").as_bytes());
        let digest = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        Request::post("/webhooks/clinic")
            .header(format!("{family}-id"), id)
            .header(format!("{family}-timestamp"), at.to_string())
            .header(format!("{family}-signature"), format!("v1,{digest}"))
            .body(Body::from(body))
            .expect("a request")
    };
    for (family, id, status) in [
        ("webhook", "msg_1", "accepted"),
        ("webhook", "msg_1", "duplicate"),
        ("svix", "msg_1", "duplicate"),
        ("svix", "msg_2", "accepted"),
    ] {
        let answered = house.answer(signed(family, id)).await;
        assert_eq!(answered.json(), json!({"status": status}), "{family} {id}");
    }
    let unsigned = Request::post("/webhooks/clinic").body(Body::from(body));
    let answered = house.answer(unsigned.expect("a request")).await;
    assert_eq!(answered.json()["reason"], "signature_missing");
}
