//! Thousands who open connections and dawdle, and come back as soon as they are sent away.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime,
    task::LocalSet,
};

use super::{Setting, megabytes, percentile};
use crate::{
    load::{Connection, Kind as Event, Latencies, Numbers},
    report::{Figure, Goal, Limit, Report, Series},
    server::{self, Data, Disk, Kind, PATH},
};

pub(super) const QUESTION: &str = "Is an honest sender answered while 5,000 slow connections stand, which come back as soon as they are closed?";

const SLOW: usize = 5_000;

/// How long all of them may take to stand.
const PATIENCE: Duration = Duration::from_secs(60);

const P50: usize = 1;
const MOST: usize = 3;
const GROWTH: usize = 5;

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("siege", QUESTION);
    report.figures = vec![
        Figure::lower("alone p50 ms"),
        Figure::lower("beside p50 ms"),
        Figure::lower("beside p99 ms"),
        Figure::lower("beside max ms"),
        Figure::higher("sent away/s"),
        Figure::lower("memory growth in the second half MB"),
    ];
    let mut series = Series {
        server: Kind::Ringback.name().to_owned(),
        rounds: Vec::new(),
    };
    rlimit::increase_nofile_limit(4 * SLOW as u64)?;
    for round in 1..=setting.wish.rounds {
        let figures = one(setting)
            .await
            .with_context(|| format!("round {round}"))?;
        println!(
            "   round {round}  beside p50 {:.0} ms, at most {:.0} ms",
            figures[P50], figures[MOST]
        );
        series.rounds.push(figures);
    }
    report.goals = vec![
        Goal::new(
            "The longest that an honest sender waited beside them, in milliseconds",
            Limit::AtMost(2_000.0),
            series.column(MOST),
        ),
        Goal::new(
            "Growth of the server's memory in the second half, in MB",
            Limit::AtMost(5.0),
            series.column(GROWTH),
        ),
    ];
    report.series = vec![series];
    report.how = vec![
        format!("{SLOW} connections begin a head, or a body, or nothing, and wait; each comes back as soon as it is closed."),
        "Honest senders send one event of 4 KB after the other, each over a connection of its own, without trying again: from opening the connection to the whole answer.".into(),
        "Checked: every honest event is accepted and stored once. Both sides share the machine's processors.".into(),
    ];
    Ok(report)
}

async fn one(setting: &Setting<'_>) -> anyhow::Result<Vec<f64>> {
    let data = Data::fresh(Kind::Ringback).await?;
    let server = server::start(Kind::Ringback, data, Disk::AsIs).await?;
    let numbers = Numbers::default();
    let mut acknowledged = Vec::new();
    let alone = honest(setting, server.address, &numbers, &mut acknowledged).await?;
    let siege = Siege::begin(server.address)?;
    siege.stands().await?;
    let before = siege.ended.load(Relaxed);
    let begin = Instant::now();
    let mut beside = honest(setting, server.address, &numbers, &mut acknowledged).await?;
    let half = megabytes(&server)?;
    let more = honest(setting, server.address, &numbers, &mut acknowledged).await?;
    let sent_away = (siege.ended.load(Relaxed) - before) as f64 / begin.elapsed().as_secs_f64();
    beside.extend(more);
    let growth = megabytes(&server)? - half;
    siege.end()?;
    let data = server.stop().await?;
    data.stored(Kind::Ringback)?.check(&acknowledged, &[])?;
    let [alone, beside] = [alone, beside].map(|waits| {
        let mut latencies = Latencies::default();
        for wait in waits {
            latencies.add(wait);
        }
        latencies
    });
    Ok(vec![
        percentile(&alone, 0.5)?,
        percentile(&beside, 0.5)?,
        percentile(&beside, 0.99)?,
        percentile(&beside, 1.0)?,
        sent_away,
        growth,
    ])
}

/// One event after the other, each over a new connection; how long each took.
async fn honest(
    setting: &Setting<'_>,
    address: SocketAddr,
    numbers: &Numbers,
    acknowledged: &mut Vec<u64>,
) -> anyhow::Result<Vec<Duration>> {
    let end = Instant::now() + setting.wish.stretch;
    let mut request = Vec::new();
    let mut waits = Vec::new();
    while Instant::now() < end {
        let number = numbers.take();
        setting.forge.request(Event::Analyzed, number, &mut request);
        let before = Instant::now();
        let mut connection = Connection::open(address).await?;
        let answer = connection
            .exchange(&request)
            .await
            .with_context(|| format!("honest event {number}, after {:?}", before.elapsed()))?;
        if answer.status != 200 {
            bail!("honest event {number} was answered {}", answer.status);
        }
        waits.push(before.elapsed());
        acknowledged.push(number);
    }
    Ok(waits)
}

/// The besiegers, on a thread of their own.
struct Siege {
    stop: Arc<AtomicBool>,
    begun: Arc<AtomicU64>,
    ended: Arc<AtomicU64>,
    thread: JoinHandle<anyhow::Result<()>>,
}

impl Siege {
    fn begin(address: SocketAddr) -> anyhow::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (begun, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (told, opened, closed) = (stop.clone(), begun.clone(), ended.clone());
        let thread = thread::Builder::new()
            .name("besiegers".to_owned())
            .spawn(move || {
                let runtime = runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                let all = LocalSet::new();
                for number in 0..SLOW {
                    let (opened, closed) = (opened.clone(), closed.clone());
                    all.spawn_local(dawdle(address, number, opened, closed));
                }
                let until_told = async {
                    while !told.load(Relaxed) {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                };
                all.block_on(&runtime, until_told);
                Ok(())
            })?;
        Ok(Self {
            stop,
            begun,
            ended,
            thread,
        })
    }

    /// Waits until each of them has been through the door or stands before it.
    async fn stands(&self) -> anyhow::Result<()> {
        let begin = Instant::now();
        while self.begun.load(Relaxed) < SLOW as u64 {
            if begin.elapsed() > PATIENCE {
                bail!("the besiegers do not come up");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    fn end(self) -> anyhow::Result<()> {
        self.stop.store(true, Relaxed);
        match self.thread.join() {
            Ok(ended) => ended,
            Err(_) => bail!("the besiegers' thread broke down"),
        }
    }
}

/// Holds a connection for as long as it lasts, and then the next.
async fn dawdle(address: SocketAddr, number: usize, begun: Arc<AtomicU64>, ended: Arc<AtomicU64>) {
    let head = format!("POST {PATH} HTTP/1.1\r\nhost: x\r\n");
    let beginning = match number % 4 {
        0 => String::new(),
        1 => head,
        2 => format!("{head}content-length: 4000\r\n\r\n{{"),
        _ => format!("{head}transfer-encoding: chunked\r\n\r\n1\r\n{{\r\n"),
    };
    let mut is_first = true;
    loop {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            tokio::task::yield_now().await;
            continue;
        };
        if std::mem::take(&mut is_first) {
            begun.fetch_add(1, Relaxed);
        }
        let mut byte = [0];
        let _ = stream.write_all(beginning.as_bytes()).await;
        while matches!(stream.read(&mut byte).await, Ok(1..)) {}
        ended.fetch_add(1, Relaxed);
    }
}
