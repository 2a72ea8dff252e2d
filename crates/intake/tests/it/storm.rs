//! Many at once, and none of them kind: repetitions, forgeries and dawdlers beside honest senders.

use std::time::Duration;

use ringback_intake::Limits;

use crate::{
    line::{HEALTH, Open, post},
    support::House,
};

/// A request whose signature is somebody else's.
fn forged(key: usize) -> String {
    let body = "x".repeat(4_000);
    format!(
        "POST /webhooks/clinic HTTP/1.1\r\nhost: x\r\nx-signature: bad\r\nx-event: {key}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn one_event_sent_twenty_thousand_times_is_one_event() {
    const SENDERS: usize = 16;
    const TIMES: usize = 20_000;
    let house = House::new();
    let door = Open::new(&house.intake, Limits::default()).await;
    let mut senders = Vec::new();
    for _ in 0..SENDERS {
        let mut line = door.connect().await;
        senders.push(tokio::spawn(async move {
            let mut accepted = 0;
            for _ in 0..TIMES / SENDERS {
                line.send(post("the same", "{}")).await;
                let answer = line.answer().await;
                assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
                accepted += usize::from(answer.contains("\"accepted\""));
            }
            accepted
        }));
    }
    let mut accepted = 0;
    for sender in senders {
        accepted += sender.await.expect("nobody is cut off");
    }
    assert_eq!((accepted, house.kept()), (1, 1));
    door.close().await;
}

#[tokio::test]
async fn hundreds_who_dawdle_are_sent_away_and_nobody_waits_for_them() {
    const DAWDLERS: usize = 300;
    let mut house = House::new();
    // Over soon enough for a test, and long enough that all honest events come before.
    let patience = Duration::from_secs(5);
    house.intake = house.intake.with_body_time(patience);
    let limits = Limits {
        head_time: patience,
        ..Limits::default()
    };
    let door = Open::new(&house.intake, limits).await;
    let mut dawdlers = Vec::new();
    for number in 0..DAWDLERS {
        let mut line = door.connect().await;
        let beginning = match number % 3 {
            0 => "POST /webhooks/clinic HTTP/1.1\r\nx-signature: good\r\nx-",
            1 => {
                "POST /webhooks/clinic HTTP/1.1\r\nhost: x\r\nx-signature: good\r\ncontent-length: 9\r\n\r\n{"
            }
            _ => {
                "POST /webhooks/clinic HTTP/1.1\r\nhost: x\r\nx-signature: good\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n"
            }
        };
        line.send(beginning).await;
        dawdlers.push(line);
    }
    let mut honest = door.connect().await;
    for key in 0..200 {
        honest.send(post(&format!("honest {key}"), "{}")).await;
        let answer = honest.answer().await;
        assert!(answer.contains("\"accepted\""), "{answer}");
    }
    assert_eq!(house.kept(), 200);
    for mut line in dawdlers {
        let rest = line.rest().await;
        assert!(
            rest.is_empty() || rest.starts_with("HTTP/1.1 408 "),
            "{rest}"
        );
    }
    assert_eq!(house.kept(), 200, "half a request is no event");
    door.close().await;
}

#[tokio::test]
async fn forgeries_without_number_beside_honest_events_keep_none_of_them_out() {
    const FORGERS: usize = 16;
    let house = House::new();
    let door = Open::new(&house.intake, Limits::default()).await;
    let mut forgers = Vec::new();
    for number in 0..FORGERS {
        let mut line = door.connect().await;
        forgers.push(tokio::spawn(async move {
            // They go on until they are stopped.
            loop {
                line.send(forged(number)).await;
                let answer = line.answer().await;
                assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
            }
        }));
    }
    let mut honest = door.connect().await;
    for key in 0..500 {
        honest.send(post(&key.to_string(), "{}")).await;
        let answer = honest.answer().await;
        assert!(answer.contains("\"accepted\""), "{answer}");
    }
    for forger in &forgers {
        assert!(!forger.is_finished(), "each forgery was answered in order");
        forger.abort();
    }
    assert_eq!(house.kept(), 500);
    assert!(
        house.refused() > 500,
        "there were more forgeries than events"
    );
    honest.send(HEALTH).await;
    assert!(honest.answer().await.contains("200 OK"));
    door.close().await;
}
