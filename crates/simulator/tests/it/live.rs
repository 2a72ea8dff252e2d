//! Live delivery against a door that answers as it is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode, Uri};
use ringback_simulator::{CallScript, LiveConfig, Simulator};
use tokio::sync::mpsc;

use crate::setting::{RETELL, Setting, TWILIO};

type Post = (String, HeaderMap, Bytes);

#[derive(Clone)]
struct Door {
    posts: mpsc::UnboundedSender<Post>,
    answers: Arc<Mutex<Vec<StatusCode>>>,
}

/// A door that gives the answers in order, then 200, and hands on what it got.
async fn door(answers: &[StatusCode]) -> (url::Url, mpsc::UnboundedReceiver<Post>) {
    let (posts, received) = mpsc::unbounded_channel();
    let answers = Arc::new(Mutex::new(answers.iter().rev().copied().collect()));
    async fn answer(
        State(door): State<Door>,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> StatusCode {
        let _ = door.posts.send((uri.path().into(), headers, body));
        door.answers.lock().unwrap().pop().unwrap_or(StatusCode::OK)
    }
    let router = Router::new()
        .fallback(answer)
        .with_state(Door { posts, answers });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, received)
}

async fn next(received: &mut mpsc::UnboundedReceiver<Post>) -> Post {
    tokio::time::timeout(Duration::from_secs(90), received.recv())
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn webhooks_are_posted_when_they_fall_due() {
    let mut setting = Setting::start().await;
    let (url, mut received) = door(&[]).await;
    setting.simulator.deliver_live(&url);
    setting
        .simulator
        .place(TWILIO, CallScript::outbound())
        .unwrap();
    let (path, headers, body) = next(&mut received).await;
    assert_eq!(path, format!("/webhooks/{TWILIO}"));
    assert_eq!(headers["x-twilio-signature"].len(), 28);
    assert!(
        String::from_utf8(body.to_vec())
            .unwrap()
            .contains("CallStatus=initiated")
    );
    setting.later(1);
    assert!(
        String::from_utf8(next(&mut received).await.2.to_vec())
            .unwrap()
            .contains("CallStatus=ringing")
    );
}

#[tokio::test]
async fn retell_repeats_what_was_not_taken_and_twilio_does_not() {
    let mut setting = Setting::start().await;
    let (url, mut received) = door(&[StatusCode::SERVICE_UNAVAILABLE]).await;
    setting.simulator.deliver_live(&url);
    setting
        .simulator
        .place(RETELL, CallScript::default())
        .unwrap();
    setting.later(2);
    let (first, second) = (next(&mut received).await, next(&mut received).await);
    assert_eq!(first.2, second.2, "the same body again, after a pause");

    let (url, mut received) = door(&[StatusCode::SERVICE_UNAVAILABLE]).await;
    let mut other = Setting::start().await;
    other.simulator.deliver_live(&url);
    let sid = other
        .simulator
        .place(TWILIO, CallScript::outbound())
        .unwrap();
    next(&mut received).await;
    let report = loop {
        if let Some(report) = other.simulator.deliveries().pop() {
            break report;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(
        (
            report.call_id,
            report.attempts,
            report.status,
            report.delivered
        ),
        (sid, 1, Some(503), false)
    );
}

#[tokio::test]
async fn live_traffic_rings_at_once() {
    let mut simulator = Simulator::start(ringback_simulator::Config::default())
        .await
        .unwrap();
    let (door, mut received) = door(&[]).await;
    simulator.go_live(LiveConfig {
        door,
        calls_per_minute: 600.0,
    });
    let (path, ..) = next(&mut received).await;
    assert!(path.starts_with("/webhooks/"));
    simulator.shutdown().await;
}
