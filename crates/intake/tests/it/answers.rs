//! Every row of the table of answers.

use std::{pin::pin, sync::atomic::Ordering::SeqCst};

use axum::body::Body;
use futures_util::poll;
use http::{Request, StatusCode};
use ringback_providers::Refusal;
use serde_json::json;

use crate::support::{House, answer, event, noon, request, signed};

#[tokio::test]
async fn a_verified_event_is_kept_byte_for_byte_and_accepted() {
    let house = House::new();
    let body = b"\xff\x00 not even \xc3\x28 text \r\n".as_slice();
    let request = Request::post("/webhooks/clinic?a=1&a=2&b=%20")
        .header("x-signature", "good")
        .header("x-other", "kept too")
        .body(Body::from(body))
        .expect("a request");
    let answered = house.answer(request).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(answered.json(), json!({"status": "accepted"}));

    let kept = house.journal.kept.lock().expect("nobody panics");
    let [event] = &kept[..] else {
        panic!("{kept:?}")
    };
    assert_eq!(event.request.body, body);
    assert_eq!(event.request.query.as_deref(), Some("a=1&a=2&b=%20"));
    assert_eq!(event.request.headers["x-other"], "kept too");
    assert_eq!(event.request.received_at, noon());
}

#[tokio::test]
async fn the_same_again_is_a_duplicate() {
    let house = House::new();
    house.answer(event("1", "{}")).await;
    let again = house.answer(event("1", "{}")).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(again.json(), json!({"status": "duplicate"}));
    let other = house.answer(event("2", "{}")).await;
    assert_eq!(other.json(), json!({"status": "accepted"}));
    assert_eq!(house.kept(), 2);
}

#[tokio::test]
async fn nothing_is_answered_before_the_event_is_durable() {
    let (house, mut gate) = House::gated();
    let mut answered = pin!(house.answer(event("1", "{}")));
    assert!(poll!(answered.as_mut()).is_pending());
    gate.entered
        .recv()
        .await
        .expect("the journal has the event");
    for _ in 0..100 {
        assert!(
            poll!(answered.as_mut()).is_pending(),
            "it is not durable yet"
        );
    }
    gate.open.add_permits(1);
    assert_eq!(answered.await.json(), json!({"status": "accepted"}));
}

#[tokio::test]
async fn who_is_not_vouched_for_is_told_why_and_noted_apart() {
    for (signature, reason, refusal) in [
        ("bad", "signature_wrong", Refusal::Wrong),
        ("?", "signature_unreadable", Refusal::Unreadable),
        ("old", "signature_too_old", Refusal::TooOld),
        (
            "future",
            "signature_from_the_future",
            Refusal::FromTheFuture,
        ),
        ("no secret", "no_secret", Refusal::NoSecret),
        ("no url", "no_public_url", Refusal::NoPublicUrl),
    ] {
        let house = House::new();
        let answered = house
            .answer(signed(signature, "1", "a stranger's words"))
            .await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED, "{signature}");
        assert_eq!(
            answered.json(),
            json!({"status": "rejected", "reason": reason})
        );
        assert_eq!(
            house.kept(),
            0,
            "a stranger's event is not among the events"
        );
        let noted = house.journal.refused.lock().expect("nobody panics");
        let [(account, request, why)] = &noted[..] else {
            panic!("{noted:?}")
        };
        assert_eq!((account.as_str(), *why), ("clinic", refusal));
        assert_eq!(request.body, "a stranger's words");
    }
    let house = House::new();
    let unsigned = Request::post("/webhooks/clinic").body(Body::empty());
    let answered = house.answer(unsigned.expect("a request")).await;
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answered.json()["reason"], "signature_missing");
}

#[tokio::test]
async fn a_stranger_cannot_occupy_the_key_of_a_real_event() {
    let house = House::new();
    house.answer(signed("bad", "1", "{}")).await;
    let answered = house.answer(event("1", "{}")).await;
    assert_eq!(answered.json(), json!({"status": "accepted"}));
}

#[tokio::test]
async fn what_is_nowhere_is_not_found() {
    let house = House::new();
    for path in [
        "/",
        "/webhooks",
        "/webhooks/",
        "/webhooks/unknown",
        "/webhooks/CLINIC",
        "/webhooks/clinic/",
        "/webhooks/clinic/more",
        "/webhooks//clinic",
        "//webhooks/clinic",
        "/webhooks/%63linic",
        "/webhooks/clinic%00",
        "/webhooks/%ff%fe",
        "/webhooks/%",
        "/webhooks/..%2fclinic",
        "/webhooks/clinic;a=1",
        "/healthz/",
    ] {
        let answered = house.answer(request("POST", path)).await;
        assert_eq!(answered.status, StatusCode::NOT_FOUND, "{path}");
        let words = json!({"status": "rejected", "reason": "not_found"});
        assert_eq!(answered.json(), words, "{path}");
    }
    assert_eq!((house.kept(), house.refused()), (0, 0));
}

#[tokio::test]
async fn an_account_that_leaves_the_configuration_is_not_found_any_more() {
    let house = House::new();
    let router = house.router();
    let before = answer(router.clone(), event("1", "{}")).await;
    assert_eq!(before.status, StatusCode::OK);
    house.is_account_gone.store(true, SeqCst);
    let after = answer(router, event("2", "{}")).await;
    assert_eq!(after.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_one() {
    let house = House::new();
    let wrong = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"]
        .map(|method| (method, "/webhooks/clinic", "POST"));
    let wrong_for_health = [("POST", "/healthz", "GET, HEAD")];
    for (method, path, allow) in wrong.into_iter().chain(wrong_for_health) {
        let answered = house.answer(request(method, path)).await;
        assert_eq!(
            answered.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{method} {path}"
        );
        assert_eq!(answered.header("allow"), Some(allow), "{method} {path}");
        if method != "HEAD" {
            assert_eq!(answered.json()["reason"], "method_not_allowed");
        }
    }
    assert_eq!(house.kept(), 0);
}

#[tokio::test]
async fn when_nothing_can_be_kept_the_sender_is_asked_to_try_again() {
    let house = House::new();
    house.journal.is_down.store(true, SeqCst);
    let answered = house.answer(event("1", "{}")).await;
    assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answered.json(), json!({"status": "unavailable"}));
    let seconds: u64 = answered
        .header("retry-after")
        .and_then(|seconds| seconds.parse().ok())
        .expect("in seconds");
    assert!((1..=60).contains(&seconds));

    house.journal.is_down.store(false, SeqCst);
    let again = house.answer(event("1", "{}")).await;
    assert_eq!(
        again.json(),
        json!({"status": "accepted"}),
        "it was not kept before"
    );
}

#[tokio::test]
async fn health_is_whether_events_can_be_kept() {
    let house = House::new();
    let answered = house.answer(request("GET", "/healthz")).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert_eq!(answered.json(), json!({"status": "ok"}));
    house.journal.is_down.store(true, SeqCst);
    let answered = house.answer(request("GET", "/healthz")).await;
    assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answered.header("retry-after").is_some());
    house.journal.is_down.store(false, SeqCst);
    let answered = house.answer(request("GET", "/healthz")).await;
    assert_eq!(
        answered.status,
        StatusCode::OK,
        "no event had to come first"
    );
    assert_eq!(house.kept(), 0);
}

#[tokio::test]
async fn a_bug_in_a_provider_costs_its_own_request_only() {
    let house = House::new();
    for body in ["{}".to_owned(), "x".repeat(1 << 20)] {
        let answered = house.answer(signed("bug", "1", body)).await;
        assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    let answered = house.answer(event("1", "{}")).await;
    assert_eq!(answered.json(), json!({"status": "accepted"}));
}
