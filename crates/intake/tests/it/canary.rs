//! Probes of our own: a right one is answered with a proof, to everybody else nothing is there.

use axum::body::Body;
use http::{Request, StatusCode};
use ringback_intake::{Canary, router};

use crate::support::{Answered, House, answer, request};

const NONCE: [u8; 16] = [7; 16];

fn canary() -> Canary {
    Canary::new([1; 32])
}

async fn posted(house: &House, canary: &Canary, body: impl Into<Body>) -> Answered {
    let request = Request::post(Canary::PATH).body(body.into());
    let router = router(house.intake.clone().with_canary(canary.clone()));
    answer(router, request.expect("a request")).await
}

#[tokio::test]
async fn a_probe_is_answered_with_a_proof_of_its_own_number_only() {
    let (house, canary) = (House::new(), canary());
    let answered = posted(&house, &canary, canary.question(NONCE)).await;
    assert_eq!(answered.status, StatusCode::OK);
    assert!(canary.is_proof(NONCE, &answered.body));
    assert!(
        !canary.is_proof([8; 16], &answered.body),
        "an old answer is no proof"
    );
    let other = Canary::new([2; 32]);
    assert!(
        !other.is_proof(NONCE, &answered.body),
        "nor is another door's"
    );
    for forged in [
        String::new(),
        "ok".to_owned(),
        r#"{"status":"ok"}"#.to_owned(),
        r#"{"status":"ok","proof":""}"#.to_owned(),
        // A page that says back what it was asked.
        format!(
            r#"{{"proof":"{}"}}"#,
            canary.question(NONCE).split_once('.').expect("two parts").1
        ),
    ] {
        assert!(!canary.is_proof(NONCE, forged.as_bytes()), "{forged}");
    }
    assert_eq!(house.kept() + house.refused(), 0, "it leaves no trace");
}

#[tokio::test]
async fn to_anybody_else_it_looks_like_an_account_that_is_not_there() {
    let (house, canary) = (House::new(), canary());
    let unknown = house.answer(request("POST", "/webhooks/nobody")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let stranger = Canary::new([9; 32]).question(NONCE);
    let right = canary.question(NONCE);
    let swapped = right.replacen("07", "08", 1);
    for body in [
        "",
        "{}",
        "a.b",
        &stranger,
        &swapped,
        &right[..40],
        &right.repeat(2),
    ] {
        let answered = posted(&house, &canary, body.to_owned()).await;
        assert_eq!(
            (
                answered.status,
                &answered.body,
                answered.header("content-type")
            ),
            (
                unknown.status,
                &unknown.body,
                unknown.header("content-type")
            ),
            "{body:?}"
        );
    }
    let read = Request::get(Canary::PATH)
        .body(Body::empty())
        .expect("a request");
    let with = router(house.intake.clone().with_canary(canary.clone()));
    let wrong = answer(with, read).await;
    let known = house.answer(request("GET", "/webhooks/nobody")).await;
    assert_eq!((wrong.status, &wrong.body), (known.status, &known.body));
    // And without a canary even a right probe finds nothing.
    let none = Request::post(Canary::PATH).body(Body::from(right));
    let answered = house.answer(none.expect("a request")).await;
    assert_eq!(answered.status, StatusCode::NOT_FOUND);
    assert_eq!(house.kept() + house.refused(), 0);
}
