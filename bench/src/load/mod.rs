//! The load generator: many connections that each send one event, wait for the whole answer, check
//! it, and send the next. It talks HTTP/1.1 itself, because it shares the machine with the server
//! under test and every cycle it saves is one the server gets.

mod connection;
mod event;
mod latency;

use std::{
    cell::Cell,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::task::LocalSet;

pub(crate) use connection::{Answer, Connection};
pub(crate) use event::{Forge, Kind, ids_in};
pub(crate) use latency::Latencies;

/// Numbers for events, each given once.
#[derive(Clone, Default)]
pub(crate) struct Numbers(Rc<Cell<u64>>);

impl Numbers {
    /// The next one.
    pub(crate) fn take(&self) -> u64 {
        let number = self.0.get();
        self.0.set(number + 1);
        number
    }

    /// How far they have got: the next number.
    pub(crate) fn next(&self) -> u64 {
        self.0.get()
    }
}

/// What a stretch of load came to. Every event counted here was answered 200 `accepted`.
pub(crate) struct Stretch {
    /// From the first byte sent to the last answer.
    pub(crate) elapsed: Duration,
    /// The numbers of the acknowledged events.
    pub(crate) acknowledged: Vec<u64>,
    /// How long each acknowledgement took.
    pub(crate) latencies: Latencies,
}

impl Stretch {
    /// Acknowledged events per second.
    pub(crate) fn rate(&self) -> f64 {
        self.acknowledged.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// Sends fresh events over so many connections, as long as `go_on` agrees to the next number. What is
/// on its way then is still waited for. Any other answer than 200 `accepted` is an error:
/// a wrong answer voids the run.
pub(crate) async fn send(
    address: SocketAddr,
    connections: usize,
    go_on: impl Fn(u64) -> bool + Clone + 'static,
    forge: &Rc<Forge>,
    numbers: &Numbers,
) -> anyhow::Result<Stretch> {
    let mut opened = Vec::with_capacity(connections);
    for _ in 0..connections {
        opened.push(Connection::open(address).await?);
    }

    let start = Instant::now();
    let local = LocalSet::new();
    let senders: Vec<_> = opened
        .into_iter()
        .map(|connection| {
            let (forge, numbers, go_on) = (Rc::clone(forge), numbers.clone(), go_on.clone());
            local.spawn_local(async move {
                let mut connection = connection;
                let mut sent = Vec::new();
                let mut request = Vec::with_capacity(8 * 1024);
                loop {
                    if !go_on(numbers.next()) {
                        return Ok::<_, anyhow::Error>(sent);
                    }
                    let number = numbers.take();
                    forge.request(Kind::Analyzed, number, &mut request);
                    let before = Instant::now();
                    let answer = connection.exchange(&request).await?;
                    accepted(answer, number)?;
                    sent.push((number, before.elapsed()));
                }
            })
        })
        .collect();

    local
        .run_until(async move {
            let mut acknowledged = Vec::new();
            let mut latencies = Latencies::default();
            for sender in senders {
                for (number, took) in sender.await.context("a connection's task ended early")?? {
                    acknowledged.push(number);
                    latencies.add(took);
                }
            }
            Ok(Stretch {
                elapsed: start.elapsed(),
                acknowledged,
                latencies,
            })
        })
        .await
}

fn accepted(answer: Answer<'_>, number: u64) -> anyhow::Result<()> {
    let told: Option<serde_json::Value> = serde_json::from_slice(answer.body).ok();
    let is_accepted = told.is_some_and(|told| told["status"] == "accepted");
    if answer.status != 200 || !is_accepted {
        bail!(
            "event {number} was answered {} {}",
            answer.status,
            String::from_utf8_lossy(answer.body)
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests;
