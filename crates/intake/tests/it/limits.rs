//! Nobody can send too much, too slowly or too often.

use std::{future::pending, io, pin::pin, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, poll, stream};
use http::StatusCode;
use ringback_intake::{BODY_LIMIT, BodyMemory};
use serde_json::json;

use crate::support::{House, answer, event, signed};

/// A body that comes in pieces and does not say how long it is.
fn in_pieces(length: usize) -> Body {
    const PIECE: usize = 1 << 20;
    let whole = (0..length / PIECE).map(|_| PIECE);
    let pieces = whole.chain([length % PIECE]);
    Body::from_stream(stream::iter(
        pieces.map(|length| Ok::<_, io::Error>(Bytes::from(vec![b'x'; length]))),
    ))
}

#[tokio::test]
async fn the_largest_body_is_taken_and_one_byte_more_is_not() {
    let house = House::new();
    let bodies: [fn(usize) -> Body; 2] = [|length| Body::from(vec![b'x'; length]), in_pieces];
    for (key, body) in ["announced", "chunked"].into_iter().zip(bodies) {
        let answered = house.answer(event(key, body(BODY_LIMIT))).await;
        assert_eq!(answered.json(), json!({"status": "accepted"}), "{key}");
        let mut request = event("larger", body(BODY_LIMIT + 1));
        if key == "announced" {
            request
                .headers_mut()
                .insert("content-length", (BODY_LIMIT + 1).into());
        }
        let answered = house.answer(request).await;
        assert_eq!(answered.status, StatusCode::PAYLOAD_TOO_LARGE, "{key}");
        let words = json!({"status": "rejected", "reason": "body_too_large"});
        assert_eq!(answered.json(), words);
        assert_eq!(answered.header("connection"), Some("close"));
    }
    let kept = house.journal.kept.lock().expect("nobody panics");
    let lengths: Vec<_> = kept.iter().map(|event| event.request.body.len()).collect();
    assert_eq!(lengths, [BODY_LIMIT, BODY_LIMIT]);
}

#[tokio::test]
async fn a_body_in_pieces_is_put_together_in_order() {
    let house = House::new();
    let pieces = ["{\"a", "", "\": ", "1", "}"].map(|piece| Ok::<_, io::Error>(Bytes::from(piece)));
    house
        .answer(event("1", Body::from_stream(stream::iter(pieces))))
        .await;
    let kept = house.journal.kept.lock().expect("nobody panics");
    assert_eq!(kept[0].request.body, "{\"a\": 1}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_not_an_event() {
    let house = House::new();
    let broken = [
        Ok(Bytes::from("{")),
        Err(io::Error::from(io::ErrorKind::ConnectionReset)),
    ];
    let answered = house
        .answer(event("1", Body::from_stream(stream::iter(broken))))
        .await;
    assert_eq!(answered.status, StatusCode::BAD_REQUEST);
    assert_eq!((house.kept(), house.refused()), (0, 0));
}

/// A time for a body that is over before anybody gets impatient.
const SHORT: Duration = Duration::from_millis(30);

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let mut house = House::new();
    house.intake = house.intake.with_body_time(SHORT);
    let first = stream::iter([Ok::<_, io::Error>(Bytes::from("{"))]);
    let stalled = Body::from_stream(first.chain(stream::once(pending())));
    let answered = house.answer(event("1", stalled)).await;
    assert_eq!(answered.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(answered.json()["reason"], "body_too_slow");
    assert_eq!(house.kept(), 0);
}

#[tokio::test]
async fn a_body_that_drips_is_given_up_as_well() {
    let mut house = House::new();
    house.intake = house.intake.with_body_time(SHORT);
    let drops = stream::unfold((), |()| async {
        tokio::task::yield_now().await;
        Some((Ok::<_, io::Error>(Bytes::from("x")), ()))
    });
    let answered = house.answer(event("1", Body::from_stream(drops))).await;
    assert_eq!(answered.status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn bodies_in_hand_share_their_memory_and_give_it_back() {
    let (mut house, mut gate) = House::gated();
    house.intake = house.intake.with_body_memory(BodyMemory::new(1 << 20));
    let router = house.router();
    let mut first = pin!(answer(router.clone(), event("1", vec![b'x'; 700 << 10])));
    assert!(poll!(first.as_mut()).is_pending());
    // Large bodies are verified on another thread; wait until it came that far.
    tokio::select! {
        _ = first.as_mut() => panic!("the gate is closed"),
        entered = gate.entered.recv() => entered.expect("the journal has the event"),
    }
    let second = answer(router.clone(), event("2", vec![b'x'; 700 << 10])).await;
    assert_eq!(second.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(second.header("retry-after").is_some());
    gate.open.add_permits(2);
    assert_eq!(first.await.json(), json!({"status": "accepted"}));
    let again = answer(router, event("2", vec![b'x'; 700 << 10])).await;
    assert_eq!(again.json(), json!({"status": "accepted"}));
}

#[tokio::test]
async fn a_flood_of_bad_signatures_leaves_room_for_the_good_one() {
    let mut house = House::new();
    house.intake = house.intake.with_body_memory(BodyMemory::new(1 << 20));
    let router = house.router();
    for _ in 0..5_000 {
        let answered = answer(router.clone(), signed("bad", "1", vec![b'x'; 4_000])).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!((house.kept(), house.refused()), (0, 5_000));
    let answered = answer(router, event("1", "{}")).await;
    assert_eq!(answered.json(), json!({"status": "accepted"}));
}
