//! Ill will beside good: forgeries as fast as they are answered, and one event again and again.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{runtime, task::LocalSet};

use super::{Setting, percentile};
use crate::{
    load::{self, Connection, Forge, Kind as Event, Numbers},
    report::{Figure, Goal, Limit, Report, Series},
    server::{self, Data, Disk, KEY, Kind, PATH},
};

pub(super) const QUESTION: &str =
    "Do a flood of forgeries and a storm of repetitions leave honest senders what they had?";

/// Connections of honest senders.
const HONEST: usize = 16;
/// Connections of forgers; each sends the next forgery as soon as the last one is refused.
const FORGERS: usize = 16;
/// How often one event comes.
const REPETITIONS: usize = 100_000;
/// Forgeries have numbers that no honest event has.
const FORGED: u64 = 1 << 39;
/// The event of the storm.
const REPEATED: u64 = 1 << 38;

const SHARE: usize = 2;

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("flood", QUESTION);
    report.figures = vec![
        Figure::higher("alone/s"),
        Figure::higher("beside forgeries/s"),
        Figure::higher("share"),
        Figure::higher("forgeries refused/s"),
        Figure::lower("p99 ms beside forgeries"),
        Figure::higher("repetitions/s"),
    ];
    let mut series = Series {
        server: Kind::Ringback.name().to_owned(),
        rounds: Vec::new(),
    };
    for round in 1..=setting.wish.rounds {
        let figures = flood(setting, round % 2 == 0)
            .await
            .with_context(|| format!("round {round}"))?;
        println!(
            "   round {round}  alone {:.0}/s, beside {:.0} forgeries/s {:.0}/s ({:.2})",
            figures[0], figures[3], figures[1], figures[SHARE]
        );
        series.rounds.push(figures);
    }
    report.goals = vec![Goal::new(
        "Honest events acknowledged beside a flood of forgeries, as a share of those without",
        Limit::AtLeast(0.8),
        series.column(SHARE),
    )];
    report.series = vec![series];
    report.how = vec![
        format!("{HONEST} connections send honest events of 4 KB, alone and beside {FORGERS} connections that send forgeries of the same size as fast as they are refused; which comes first changes from round to round."),
        format!("Then one event is sent {REPETITIONS} times over {HONEST} connections."),
        "Checked: every honest event accepted and stored once, every forgery refused and not stored, the repeated event accepted once.".into(),
        "Honest senders, forgers and the server share the machine's processors.".into(),
    ];
    Ok(report)
}

async fn flood(setting: &Setting<'_>, forgeries_first: bool) -> anyhow::Result<Vec<f64>> {
    let server = server::start(
        Kind::Ringback,
        Data::fresh(Kind::Ringback).await?,
        Disk::AsIs,
    )
    .await?;
    let numbers = Numbers::default();
    let stretch = |length| {
        let end = Instant::now() + length;
        let go_on = move |_| Instant::now() < end;
        load::send(server.address, HONEST, go_on, &setting.forge, &numbers)
    };
    let warm_up = stretch(setting.wish.stretch / 4).await?;

    let mut alone = None;
    if !forgeries_first {
        alone = Some(stretch(setting.wish.stretch).await?);
    }
    let forgers = Forgers::begin(server.address)?;
    let beside = stretch(setting.wish.stretch).await?;
    let refused = forgers.end()?;
    let alone = match alone {
        Some(alone) => alone,
        None => stretch(setting.wish.stretch).await?,
    };
    let repeated = repeat(setting, server.address).await?;
    let data = server.stop().await?;

    let mut acknowledged = warm_up.acknowledged;
    acknowledged.extend(&alone.acknowledged);
    acknowledged.extend(&beside.acknowledged);
    acknowledged.push(REPEATED);
    data.stored(Kind::Ringback)?.check(&acknowledged, &[])?;
    Ok(vec![
        alone.rate(),
        beside.rate(),
        beside.rate() / alone.rate(),
        refused as f64 / beside.elapsed.as_secs_f64(),
        percentile(&beside.latencies, 0.99)?,
        REPETITIONS as f64 / repeated.as_secs_f64(),
    ])
}

/// Sends one event again and again, and gives the time that took.
async fn repeat(setting: &Setting<'_>, address: SocketAddr) -> anyhow::Result<Duration> {
    let begin = Instant::now();
    let local = LocalSet::new();
    let mut senders = Vec::new();
    for _ in 0..HONEST {
        let mut connection = Connection::open(address).await?;
        let forge = setting.forge.clone();
        senders.push(local.spawn_local(async move {
            let mut request = Vec::new();
            forge.request(Event::Analyzed, REPEATED, &mut request);
            let mut accepted = 0;
            for _ in 0..REPETITIONS / HONEST {
                let answer = connection.exchange(&request).await?;
                if answer.status != 200 {
                    bail!("a repetition was answered {}", answer.status);
                }
                accepted += usize::from(answer.body == br#"{"status":"accepted"}"#);
            }
            Ok(accepted)
        }));
    }
    let accepted = local
        .run_until(async {
            let mut accepted = 0;
            for sender in senders {
                accepted += sender.await.context("a sender's task ended early")??;
            }
            Ok::<usize, anyhow::Error>(accepted)
        })
        .await?;
    if accepted != 1 {
        bail!("one event was accepted {accepted} times");
    }
    Ok(begin.elapsed())
}

/// Forgers on a thread of their own, so that they do not slow down the honest senders themselves.
struct Forgers {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<u64>>,
}

impl Forgers {
    fn begin(address: SocketAddr) -> anyhow::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name("forgers".to_owned())
            .spawn(move || {
                let runtime = runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                LocalSet::new().block_on(&runtime, forge_until(&told, address))
            })?;
        Ok(Self { stop, thread })
    }

    /// How many forgeries were refused.
    fn end(self) -> anyhow::Result<u64> {
        self.stop.store(true, Relaxed);
        match self.thread.join() {
            Ok(refused) => refused,
            Err(_) => bail!("the forgers' thread broke down"),
        }
    }
}

async fn forge_until(stop: &Arc<AtomicBool>, address: SocketAddr) -> anyhow::Result<u64> {
    let mut forgers = Vec::new();
    for number in 0..FORGERS {
        let mut connection = Connection::open(address).await?;
        let forge = Forge::new(PATH, KEY);
        let stop = Arc::clone(stop);
        forgers.push(tokio::task::spawn_local(async move {
            let mut request = Vec::new();
            let mut refused = 0;
            while !stop.load(Relaxed) {
                let number = FORGED + (number as u64) * (1 << 20) + refused;
                forge.badly_signed(Event::Analyzed, number, &mut request);
                let answer = connection.exchange(&request).await?;
                if answer.status != 401 {
                    bail!("a forgery was answered {}", answer.status);
                }
                refused += 1;
            }
            Ok(refused)
        }));
    }
    let mut refused = 0;
    for forger in forgers {
        refused += forger.await.context("a forger's task ended early")??;
    }
    Ok(refused)
}
