//! The door on a real address of this machine.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures_util::poll;
use ringback_intake::{DEFAULT_LISTEN, Door, DoorError, Limits};
use tokio::net::TcpStream;

use crate::{
    line::{HEALTH, Open, post},
    support::House,
};

/// Limits that are over before anybody gets impatient.
fn short() -> Limits {
    Limits {
        head_time: Duration::from_millis(50),
        closing_time: Duration::from_millis(50),
        ..Limits::default()
    }
}

#[test]
fn the_usual_address_is_on_this_machine_only() {
    assert!(DEFAULT_LISTEN.ip().is_loopback());
    assert_eq!(DEFAULT_LISTEN.port(), 7480);
}

#[tokio::test]
async fn many_events_come_over_one_connection() {
    let house = House::new();
    let door = Open::new(&house.intake, Limits::default()).await;
    let mut line = door.connect().await;
    for key in ["1", "2", "3"] {
        line.send(post(key, "{}")).await;
        let answer = line.answer().await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.ends_with("{\"status\":\"accepted\"}"), "{answer}");
    }
    line.send([post("4", "{}"), post("4", "{}")].concat()).await;
    assert!(line.answer().await.contains("accepted"));
    assert!(
        line.answer().await.contains("duplicate"),
        "sent without waiting"
    );
    door.close().await;
}

#[tokio::test]
async fn a_chunked_body_is_an_event_like_any_other() {
    let house = House::new();
    let door = Open::new(&house.intake, Limits::default()).await;
    let mut line = door.connect().await;
    line.send(
        "POST /webhooks/clinic HTTP/1.1\r\nhost: x\r\nx-signature: good\r\n\
         transfer-encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n4\r\n: 1}\r\n0\r\n\r\n",
    )
    .await;
    assert!(line.answer().await.contains("accepted"));
    let kept = house.journal.kept.lock().expect("nobody panics");
    assert_eq!(kept[0].request.body, "{\"a\": 1}");
}

#[tokio::test]
async fn who_sends_20_mb_gets_to_read_why_that_is_too_much() {
    let house = House::new();
    let door = Open::new(&house.intake, Limits::default()).await;
    for framing in ["content-length: 20000000", "transfer-encoding: chunked"] {
        let mut line = door.connect().await;
        let head = format!("POST /webhooks/clinic HTTP/1.1\r\nhost: x\r\n{framing}\r\n\r\n");
        line.send(head).await;
        if framing.starts_with("content") {
            line.send(vec![b'x'; 20_000_000]).await;
        } else {
            let size = format!("{:x}\r\n", 20_000_000);
            line.send(size).await;
            line.send(vec![b'x'; 20_000_000]).await;
            line.send("\r\n0\r\n\r\n").await;
        }
        let answer = line.answer().await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{framing}: {answer}");
        assert_eq!(line.rest().await, "", "the connection is closed");
    }
    door.close().await;
}

#[tokio::test]
async fn who_asks_before_sending_20_mb_need_not_send_them() {
    let house = House::new();
    let door = Open::new(&house.intake, Limits::default()).await;
    let mut line = door.connect().await;
    line.send(
        "POST /webhooks/clinic HTTP/1.1\r\nhost: x\r\ncontent-length: 20000000\r\n\
         expect: 100-continue\r\n\r\n",
    )
    .await;
    let answer = line.answer().await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    door.close().await;
}

#[tokio::test]
async fn what_is_no_http_is_answered_and_closed() {
    let house = House::new();
    let door = Open::new(&house.intake, Limits::default()).await;
    for bytes in [
        b"POST /webhooks/cli\0nic HTTP/1.1\r\nhost: x\r\n\r\n".as_slice(),
        b"POST /webhooks/\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /webhooks/clinic HTTP/1.1\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"POST /webhooks/clinic HTTP/1.1\r\ncontent-length: -1\r\n\r\n{}",
    ] {
        let mut line = door.connect().await;
        line.send(bytes).await;
        let rest = line.rest().await;
        let is_refused = rest.is_empty() || rest.starts_with("HTTP/1.1 4");
        assert!(is_refused, "{rest}");
    }
    assert_eq!(house.kept(), 0);
    door.close().await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let house = House::new();
    let door = Open::new(&house.intake, Limits::default()).await;
    let mut line = door.connect().await;
    let head = format!("GET /healthz HTTP/1.1\r\nx: {}", "x".repeat(64 << 10));
    line.send(head).await;
    let rest = line.rest().await;
    assert!(rest.starts_with("HTTP/1.1 431 "), "{rest}");
    door.close().await;
}

#[tokio::test]
async fn a_client_that_dawdles_or_idles_is_hung_up_on() {
    let house = House::new();
    let door = Open::new(&house.intake, short()).await;
    let mut dawdling = door.connect().await;
    dawdling
        .send("POST /webhooks/clinic HTTP/1.1\r\nx-signature: go")
        .await;
    let mut silent = door.connect().await;
    let mut idle = door.connect().await;
    idle.send(HEALTH).await;
    assert!(idle.answer().await.contains("200 OK"));
    for line in [&mut dawdling, &mut silent, &mut idle] {
        let rest = line.rest().await;
        assert!(!rest.contains("200 OK"), "{rest}");
    }
    door.close().await;
}

#[tokio::test]
async fn further_connections_wait_while_the_requests_of_all_others_are_in_hand() {
    let (house, mut gate) = House::gated();
    let limits = Limits {
        connections: 1,
        grace: Duration::from_millis(50),
        ..Limits::default()
    };
    let door = Open::new(&house.intake, limits).await;
    let mut first = door.connect().await;
    first.send(post("1", "{}")).await;
    gate.entered.recv().await.expect("the journal has it");
    let mut second = door.connect().await;
    second.send(HEALTH).await;
    {
        let mut waiting = std::pin::pin!(second.answer());
        for _ in 0..200 {
            assert!(
                poll!(waiting.as_mut()).is_pending(),
                "there is no place yet"
            );
            tokio::task::yield_now().await;
        }
        gate.open.add_permits(1);
        assert!(first.answer().await.contains("\"accepted\""));
        assert!(waiting.await.contains("200 OK"));
    }
    door.close().await;
}

#[tokio::test]
async fn closing_finishes_what_is_in_hand_and_takes_nothing_new() {
    let (house, mut gate) = House::gated();
    let door = Open::new(&house.intake, Limits::default()).await;
    let addr = door.addr;
    let mut idle = door.connect().await;
    idle.send(HEALTH).await;
    idle.answer().await;
    let mut line = door.connect().await;
    line.send(post("1", "{}")).await;
    gate.entered
        .recv()
        .await
        .expect("the journal has the event");

    door.shutdown.cancel();
    assert_eq!(idle.rest().await, "", "who only waits is sent away at once");
    assert!(!door.served.is_finished(), "an event is in hand");
    gate.open.add_permits(1);
    let answer = line.answer().await;
    assert!(answer.contains("accepted"), "{answer}");
    door.served.await.expect("it ends in order");
    assert!(
        TcpStream::connect(addr).await.is_err(),
        "nobody is there any more"
    );
}

#[tokio::test]
async fn closing_does_not_wait_for_ever() {
    let (house, mut gate) = House::gated();
    let door = Open::new(&house.intake, short()).await;
    let mut line = door.connect().await;
    line.send(post("1", "{}")).await;
    gate.entered
        .recv()
        .await
        .expect("the journal has the event");
    door.close().await;
    assert_eq!(line.rest().await, "", "not answered, so it is sent again");
    assert_eq!(
        Arc::strong_count(&house.journal),
        2,
        "the requests are gone"
    );
}

#[tokio::test]
async fn a_taken_port_is_named_with_what_to_do() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let first = Door::bind(any).await.expect("a free port");
    let error = Door::bind(first.local_addr())
        .await
        .expect_err("it is taken");
    assert!(matches!(error, DoorError::Taken(_)));
    let words = error.to_string();
    let port = first.local_addr().port().to_string();
    assert!(
        words.contains(&port) && words.contains("config.toml"),
        "{words}"
    );
}

#[tokio::test]
async fn an_address_of_another_machine_is_named_as_such() {
    // 192.0.2.0/24 is set apart for documentation (RFC 5737).
    let other = SocketAddr::from(([192, 0, 2, 1], 7480));
    let error = Door::bind(other).await.expect_err("not ours");
    assert!(matches!(error, DoorError::NotOurs(_)), "{error:?}");
}
