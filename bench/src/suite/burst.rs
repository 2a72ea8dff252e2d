//! Everything at once, as after an outage when a provider delivers again what it could not deliver.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use anyhow::{Context, bail};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use tokio::task::LocalSet;

use super::{Setting, megabytes};
use crate::{
    load::{Connection, Kind as Event},
    report::{Figure, Goal, Limit, Report, Series},
    server::{self, Data, Disk, Kind, Running},
};

pub(super) const QUESTION: &str = "Does Ringback keep its books and its memory when 100,000 events come at once, many of them repeated, forged or in the wrong order?";

const DELIVERIES: usize = 100_000;
const REPEATED: usize = DELIVERIES * 30 / 100;
const FORGED: usize = DELIVERIES * 10 / 100;
const OUT_OF_ORDER: usize = DELIVERIES * 5 / 100;
/// Three events each.
const CALLS: usize = (DELIVERIES - REPEATED - FORGED) / 3;
const CONNECTIONS: usize = 64;

/// Events sent before memory is looked at for the first time, so that what any server needs once is
/// not counted as growth.
const WARM_UP: usize = 3_000;

/// One request of the burst.
#[derive(Clone, Copy)]
struct Delivery {
    event: Event,
    call: u64,
    forged: bool,
}

/// How the burst was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Answers {
    accepted: usize,
    duplicate: usize,
    rejected: usize,
}

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("burst", QUESTION);
    report.figures = vec![
        Figure::higher("events/s"),
        Figure::lower("memory before MB"),
        Figure::lower("memory at most MB"),
        Figure::lower("growth MB"),
        Figure::lower("s until all calls are right"),
    ];
    let mut series = Series {
        server: Kind::Ringback.name().to_owned(),
        rounds: Vec::new(),
    };
    for round in 1..=setting.wish.rounds {
        let figures = burst(setting, round as u64).await?;
        println!("   round {round}  growth {:.1} MB", figures[3]);
        series.rounds.push(figures);
    }
    report.goals = vec![Goal::new(
        "Memory growth in MB",
        Limit::AtMost(16.0),
        series.column(3),
    )];
    report.series = vec![series];
    report.how = vec![
        format!("{DELIVERIES} requests of 4 KB over {CONNECTIONS} connections: {CALLS} calls with three events each, {REPEATED} repetitions, {FORGED} with a signature of somebody else, {OUT_OF_ORDER} out of their order."),
        "Checked: every event accepted exactly once and stored once, every repetition recognised, every forgery refused and not stored, and in the end every call there once and ended.".into(),
        format!("Memory before is that after the first {WARM_UP} requests."),
    ];
    Ok(report)
}

async fn burst(setting: &Setting<'_>, seed: u64) -> anyhow::Result<Vec<f64>> {
    let mut warm_up = deliveries(seed);
    let burst = warm_up.split_off(WARM_UP);
    let server = server::start(
        Kind::Ringback,
        Data::fresh(Kind::Ringback).await?,
        Disk::AsIs,
    )
    .await?;

    let mut answers = deliver(setting, &server, warm_up).await?.answers;
    let before = megabytes(&server)?;
    let rest = deliver(setting, &server, burst).await?;
    answers.accepted += rest.answers.accepted;
    answers.duplicate += rest.answers.duplicate;
    answers.rejected += rest.answers.rejected;
    let expected = Answers {
        accepted: CALLS * 3,
        duplicate: DELIVERIES - FORGED - CALLS * 3,
        rejected: FORGED,
    };
    if answers != expected {
        bail!("answered {answers:?} where it should be {expected:?}");
    }

    let waited = server.until_all_is_applied().await?;
    let at_most = rest.memory.max(megabytes(&server)?);
    check_calls(&server)?;
    let data = server.stop().await?;
    check_events(&data)?;
    Ok(vec![
        (DELIVERIES - WARM_UP) as f64 / rest.seconds,
        before,
        at_most,
        at_most - before,
        waited.as_secs_f64(),
    ])
}

/// The burst, the same for the same seed.
fn deliveries(seed: u64) -> Vec<Delivery> {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut swapped = vec![false; CALLS];
    // Swapping two neighbours puts both where they do not belong.
    swapped[..OUT_OF_ORDER / 2].fill(true);
    swapped.shuffle(&mut dice);

    let mut burst = Vec::with_capacity(DELIVERIES);
    for (call, swapped) in swapped.into_iter().enumerate() {
        let mut events = [Event::Started, Event::Ended, Event::Analyzed];
        if swapped {
            let first = dice.random_range(0..2);
            events.swap(first, first + 1);
        }
        burst.extend(events.map(|event| Delivery {
            event,
            call: call as u64,
            forged: false,
        }));
    }
    let honest = burst.len();
    for extra in 0..DELIVERIES - honest {
        let mut delivery = burst[dice.random_range(0..honest)];
        delivery.forged = extra < FORGED;
        burst.push(delivery);
    }
    // Repetitions and forgeries come some hundred requests around what they repeat; the rest keeps
    // its order.
    let mut places: Vec<(f64, Delivery)> = burst
        .iter()
        .enumerate()
        .map(|(at, delivery)| {
            let place = if at < honest {
                at as f64
            } else {
                delivery.call as f64 * 3.0 + dice.random_range(-300.0..900.0)
            };
            (place, *delivery)
        })
        .collect();
    places.sort_by(|one, other| one.0.total_cmp(&other.0));
    places.into_iter().map(|(_, delivery)| delivery).collect()
}

/// What came of sending a part of the burst.
struct Delivered {
    answers: Answers,
    seconds: f64,
    /// The most the server held meanwhile, in MB.
    memory: f64,
}

async fn deliver(
    setting: &Setting<'_>,
    server: &Running,
    deliveries: Vec<Delivery>,
) -> anyhow::Result<Delivered> {
    let queue = Rc::new(RefCell::new(deliveries.into_iter()));
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(server.address).await?);
    }
    let start = std::time::Instant::now();
    let local = LocalSet::new();
    let senders: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (queue, forge) = (Rc::clone(&queue), Rc::clone(&setting.forge));
            local.spawn_local(async move {
                let mut answers = Answers::default();
                let mut request = Vec::new();
                loop {
                    let next = queue.borrow_mut().next();
                    let Some(delivery) = next else {
                        return Ok::<_, anyhow::Error>(answers);
                    };
                    if delivery.forged {
                        forge.badly_signed(delivery.event, delivery.call, &mut request);
                    } else {
                        forge.request(delivery.event, delivery.call, &mut request);
                    }
                    let answer = connection.exchange(&request).await?;
                    answers.count(answer.status, answer.body, delivery.forged)?;
                }
            })
        })
        .collect();

    let mut memory = megabytes(server)?;
    local
        .run_until(async {
            let mut answers = Answers::default();
            let watch = async {
                loop {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    memory = memory.max(megabytes(server).unwrap_or_default());
                }
            };
            let all = async {
                for sender in senders {
                    let part = sender.await.context("a connection's task ended early")??;
                    answers.accepted += part.accepted;
                    answers.duplicate += part.duplicate;
                    answers.rejected += part.rejected;
                }
                Ok::<_, anyhow::Error>(())
            };
            tokio::select! {
                result = all => result?,
                () = watch => unreachable!("the watch has no end"),
            }
            Ok(Delivered {
                answers,
                seconds: start.elapsed().as_secs_f64(),
                memory,
            })
        })
        .await
}

impl Answers {
    fn count(&mut self, status: u16, body: &[u8], forged: bool) -> anyhow::Result<()> {
        let told: serde_json::Value = serde_json::from_slice(body)?;
        match (forged, status, told["status"].as_str()) {
            (true, 401, Some("rejected")) => self.rejected += 1,
            (false, 200, Some("accepted")) => self.accepted += 1,
            (false, 200, Some("duplicate")) => self.duplicate += 1,
            _ => bail!("a request (forged: {forged}) was answered {status} {told}"),
        }
        Ok(())
    }
}

/// Every call there once, and over.
fn check_calls(server: &Running) -> anyhow::Result<()> {
    let calls = server.ask(&["calls", "list", "--limit", "1000000"])?;
    let calls = calls.as_array().context("`calls list` gives an array")?;
    if calls.len() != CALLS {
        bail!("{} calls where there should be {CALLS}", calls.len());
    }
    if let Some(open) = calls.iter().find(|call| call["status"] != "ended") {
        bail!("a call of the burst is {} and not ended", open["status"]);
    }
    Ok(())
}

/// Every event stored once, three to a call.
fn check_events(data: &Data) -> anyhow::Result<()> {
    let mut per_call: HashMap<u64, usize> = HashMap::new();
    for number in data.stored(Kind::Ringback)?.numbers {
        *per_call.entry(number).or_default() += 1;
    }
    let right = per_call.len() == CALLS && per_call.values().all(|events| *events == 3);
    if !right {
        bail!("the journal does not hold three events of each of {CALLS} calls");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_burst_is_what_the_report_says() {
        let burst = deliveries(1);
        assert_eq!(burst.len(), DELIVERIES);
        assert_eq!(
            burst.iter().filter(|delivery| delivery.forged).count(),
            FORGED
        );

        let mut seen: HashMap<(u64, u8), usize> = HashMap::new();
        for delivery in burst.iter().filter(|delivery| !delivery.forged) {
            *seen
                .entry((delivery.call, delivery.event as u8))
                .or_default() += 1;
        }
        assert_eq!(seen.len(), CALLS * 3, "every event is sent");
        assert_eq!(
            seen.values().map(|times| times - 1).sum::<usize>(),
            DELIVERIES - FORGED - CALLS * 3
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_burst() {
        let order = |seed| -> Vec<(u64, u8)> {
            deliveries(seed)
                .iter()
                .map(|delivery| (delivery.call, delivery.event as u8))
                .collect()
        };
        assert_eq!(order(3), order(3));
        assert_ne!(order(3), order(4));
    }
}
