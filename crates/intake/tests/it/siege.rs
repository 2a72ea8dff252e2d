//! A crowd of dawdlers that fills the door and comes back as soon as it is sent away.

use std::{net::SocketAddr, time::Duration};

use ringback_intake::{BodyMemory, Limits};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::timeout,
};

use crate::{
    line::{HEALTH, Open, post},
    support::House,
};

/// Longer than anything takes that is right.
const PATIENCE: Duration = Duration::from_secs(60);

/// A small door whose own time limits help nobody within a test.
fn small() -> Limits {
    Limits {
        connections: 32,
        grace: Duration::from_millis(100),
        head_time: Duration::from_secs(3_600),
        ..Limits::default()
    }
}

/// What dawdlers begin with. None of it is a whole request, except for the one whose answers nobody reads.
fn beginnings() -> [Vec<u8>; 6] {
    let head = "POST /webhooks/clinic HTTP/1.1\r\nhost: x\r\nx-signature: good\r\n";
    [
        Vec::new(),
        head.into(),
        format!("{head}content-length: 9\r\n\r\n{{").into(),
        format!("{head}transfer-encoding: chunked\r\n\r\n1\r\n{{\r\n").into(),
        "POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{".into(),
        HEALTH.repeat(3).into(),
    ]
}

/// Somebody who holds a connection for as long as it lasts, and then opens the next.
fn dawdler(addr: SocketAddr, beginning: Vec<u8>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let Ok(mut line) = TcpStream::connect(addr).await else {
                continue;
            };
            let mut byte = [0];
            let _ = line.write_all(&beginning).await;
            while matches!(line.read(&mut byte).await, Ok(1..)) {}
        }
    })
}

#[tokio::test]
async fn honest_senders_are_answered_while_a_crowd_of_dawdlers_fills_the_door_again_and_again() {
    const DAWDLERS: usize = 160;
    const HONEST: usize = 40;
    let mut house = House::new();
    house.intake = house.intake.with_body_time(Duration::from_secs(3_600));
    let door = Open::new(&house.intake, small()).await;
    let kinds = beginnings().into_iter().cycle();
    let dawdlers: Vec<_> = kinds
        .take(DAWDLERS)
        .map(|beginning| dawdler(door.addr, beginning))
        .collect();
    // One after the other, each over a connection of its own, which has to get in beside all of them.
    for key in 0..HONEST {
        let sent = async {
            let mut line = door.connect().await;
            line.send(post(&format!("honest {key}"), "{}")).await;
            line.answer().await
        };
        let answer = timeout(PATIENCE, sent).await.expect("it gets in");
        assert!(answer.contains("\"accepted\""), "{answer}");
    }
    assert_eq!(house.kept(), HONEST);
    for dawdler in &dawdlers {
        assert!(!dawdler.is_finished(), "the siege stands to the end");
        dawdler.abort();
    }
    door.close().await;
}

#[tokio::test]
async fn who_idles_after_an_answer_makes_room_and_whose_event_is_being_kept_does_not() {
    let (house, mut gate) = House::gated();
    let limits = Limits {
        connections: 2,
        ..small()
    };
    let door = Open::new(&house.intake, limits).await;
    let mut idle = door.connect().await;
    idle.send(HEALTH).await;
    assert!(idle.answer().await.contains("200 OK"));
    let mut kept = door.connect().await;
    kept.send(post("1", "{}")).await;
    gate.entered.recv().await.expect("the journal has it");

    let mut third = door.connect().await;
    third.send(HEALTH).await;
    assert!(third.answer().await.contains("200 OK"));
    assert_eq!(idle.rest().await, "", "the idle one is gone");
    let mut fourth = door.connect().await;
    fourth.send(HEALTH).await;
    assert!(fourth.answer().await.contains("200 OK"));
    assert_eq!(third.rest().await, "", "and then the next idle one");

    gate.open.add_permits(1);
    assert!(kept.answer().await.contains("\"accepted\""));
    door.close().await;
}

#[tokio::test]
async fn who_reads_no_answers_makes_room_too() {
    let house = House::new();
    let limits = Limits {
        connections: 1,
        ..small()
    };
    let door = Open::new(&house.intake, limits).await;
    let mut deaf = door.connect().await;
    // Until neither side takes any more: the answers fill all there is between us.
    let questions = HEALTH.repeat(1_000);
    let full = Duration::from_millis(500);
    while timeout(full, deaf.0.write_all(questions.as_bytes()))
        .await
        .is_ok_and(|sent| sent.is_ok())
    {}
    let mut honest = door.connect().await;
    honest.send(post("1", "{}")).await;
    let answer = timeout(PATIENCE, honest.answer())
        .await
        .expect("it gets in");
    assert!(answer.contains("\"accepted\""), "{answer}");
    door.close().await;
}

#[tokio::test]
async fn memory_that_slow_bodies_hold_is_given_back_to_one_that_comes() {
    let mut house = House::new();
    house.intake = house
        .intake
        .with_body_memory(BodyMemory::new(1 << 20))
        .with_body_time(Duration::from_secs(3_600));
    let limits = Limits {
        connections: 64,
        ..small()
    };
    let door = Open::new(&house.intake, limits).await;
    let mut slow = Vec::new();
    for key in 0..16 {
        let mut line = door.connect().await;
        let whole = post(&format!("slow {key}"), &"x".repeat(60 << 10));
        line.send(&whole[..whole.len() - 1]).await;
        slow.push(line);
    }
    let mut honest = door.connect().await;
    let mut answer = String::new();
    // Whoever is told to try again does; the first may come before the others are late.
    while !answer.contains("\"accepted\"") {
        let body = "y".repeat(200 << 10);
        honest.send(post("1", &body)).await;
        answer = timeout(PATIENCE, honest.answer()).await.expect("an answer");
        let status = &answer[.."HTTP/1.1 200".len()];
        assert!(
            ["HTTP/1.1 200", "HTTP/1.1 503"].contains(&status),
            "{answer}"
        );
    }
    assert_eq!(house.kept(), 1);
    door.close().await;
    let kept = house.journal.kept.lock().expect("nobody panics");
    assert_eq!(kept[0].request.body.len(), 200 << 10);
}
