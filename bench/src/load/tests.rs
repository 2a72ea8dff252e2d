//! The generator against a small receiver of our own that checks every request independently.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::net::TcpListener;

use super::*;

const KEY: &str = "a key of the tests";

/// What the receiver saw.
#[derive(Default)]
struct Seen {
    keys: HashSet<String>,
    /// Answer this many with 503 first.
    refuse: usize,
}

type Shared = Arc<Mutex<Seen>>;

async fn receive(
    State(seen): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let header = headers["x-retell-signature"].to_str().expect("a text");
    let (time, signature) = header
        .strip_prefix("v=")
        .and_then(|rest| rest.split_once(",d="))
        .expect("v= and d=");
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("any key");
    mac.update(&body);
    mac.update(time.as_bytes());
    if hex::encode(mac.finalize().into_bytes()) != signature {
        return (StatusCode::UNAUTHORIZED, r#"{"status":"rejected"}"#.into());
    }
    let mut seen = seen.lock().expect("no test panics while it holds this");
    if seen.refuse > 0 {
        seen.refuse -= 1;
        return (StatusCode::SERVICE_UNAVAILABLE, "{}".into());
    }
    let event: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let key = format!("{}:{}", event["event"], event["call"]["call_id"]);
    let word = if seen.keys.insert(key) {
        "accepted"
    } else {
        "duplicate"
    };
    (StatusCode::OK, format!(r#"{{"status":"{word}"}}"#))
}

async fn receiver(refuse: usize) -> (SocketAddr, Shared) {
    let seen = Shared::new(Mutex::new(Seen {
        refuse,
        ..Seen::default()
    }));
    let app = Router::new()
        .route("/webhooks/bench", post(receive))
        .with_state(Arc::clone(&seen));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

fn forge() -> Rc<Forge> {
    Rc::new(Forge::new("/webhooks/bench", KEY))
}

#[tokio::test]
async fn every_event_is_sent_once_and_every_answer_is_counted() {
    let (address, seen) = receiver(0).await;
    let numbers = Numbers::default();
    let stretch = send(address, 8, |number| number < 500, &forge(), &numbers)
        .await
        .expect("all are accepted");

    let mut acknowledged = stretch.acknowledged.clone();
    acknowledged.sort_unstable();
    assert_eq!(acknowledged, (0..500).collect::<Vec<_>>());
    assert_eq!(seen.lock().expect("fine").keys.len(), 500);
    assert!(stretch.latencies.percentile_ms(0.99).is_some());
    assert!(stretch.rate() > 0.0);
}

#[tokio::test]
async fn a_duplicate_where_none_was_sent_voids_the_run() {
    let (address, _seen) = receiver(0).await;
    let forge = forge();
    send(
        address,
        2,
        |number| number < 10,
        &forge,
        &Numbers::default(),
    )
    .await
    .expect("the first time they are new");
    let again = send(
        address,
        2,
        |number| number < 10,
        &forge,
        &Numbers::default(),
    )
    .await;
    assert!(again.is_err(), "the second time they are not");
}

#[tokio::test]
async fn a_refusal_voids_the_run() {
    let (address, _seen) = receiver(1).await;
    let result = send(
        address,
        1,
        |number| number < 3,
        &forge(),
        &Numbers::default(),
    )
    .await;
    let Err(error) = result else {
        panic!("a 503 is no acknowledgement");
    };
    assert!(error.to_string().contains("503"), "{error}");
}

#[tokio::test]
async fn a_bad_signature_is_recognised_as_one() {
    let (address, seen) = receiver(0).await;
    let mut connection = Connection::open(address)
        .await
        .expect("the receiver listens");
    let mut request = Vec::new();
    forge().badly_signed(Kind::Ended, 1, &mut request);
    let answer = connection.exchange(&request).await.expect("an answer");
    assert_eq!(answer.status, 401);
    assert!(seen.lock().expect("fine").keys.is_empty());
}
