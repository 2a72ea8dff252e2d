//! The questions, one file each, and the loop that lets servers take turns.

mod apply;
#[cfg(target_os = "linux")]
mod backfill;
mod burst;
mod durability;
#[cfg(target_os = "linux")]
mod flaps;
mod flood;
#[cfg(target_os = "linux")]
mod idle;
mod ingest;
mod kills;
mod ledger;
mod siege;
mod slow_disk;
mod tunnel;
#[cfg(target_os = "linux")]
mod window;

use std::{future::Future, path::Path, pin::Pin, rc::Rc, time::Instant};

use anyhow::{Context, bail};

use crate::{
    args::Wish,
    facts::{self, Facts},
    load::{self, Forge, Latencies, Numbers},
    report::{self, Figure, Report, Series},
    server::{self, Data, Disk, KEY, Kind, PATH, Running},
};

/// What all suites of a run share.
pub(crate) struct Setting<'w> {
    wish: &'w Wish,
    machine: Facts,
    forge: Rc<Forge>,
}

type Measuring<'s> = Pin<Box<dyn Future<Output = anyhow::Result<Report>> + 's>>;

/// A question: its name, what it asks, and how it is answered.
struct Suite {
    name: &'static str,
    question: &'static str,
    measure: for<'s> fn(&'s Setting<'s>) -> Measuring<'s>,
}

const SUITES: &[Suite] = &[
    Suite {
        name: "ingest",
        question: ingest::QUESTION,
        measure: |setting| Box::pin(ingest::measure(setting)),
    },
    Suite {
        name: "durability",
        question: durability::QUESTION,
        measure: |setting| Box::pin(durability::measure(setting)),
    },
    Suite {
        name: "slow-disk",
        question: slow_disk::QUESTION,
        measure: |setting| Box::pin(slow_disk::measure(setting)),
    },
    Suite {
        name: "burst",
        question: burst::QUESTION,
        measure: |setting| Box::pin(burst::measure(setting)),
    },
    Suite {
        name: "flood",
        question: flood::QUESTION,
        measure: |setting| Box::pin(flood::measure(setting)),
    },
    Suite {
        name: "siege",
        question: siege::QUESTION,
        measure: |setting| Box::pin(siege::measure(setting)),
    },
    Suite {
        name: "apply",
        question: apply::QUESTION,
        measure: |setting| Box::pin(apply::measure(setting)),
    },
    Suite {
        name: "kills",
        question: kills::QUESTION,
        measure: |setting| Box::pin(kills::measure(setting)),
    },
    #[cfg(target_os = "linux")]
    Suite {
        name: "backfill",
        question: backfill::QUESTION,
        measure: |setting| Box::pin(backfill::measure(setting)),
    },
    Suite {
        name: "tunnel",
        question: tunnel::QUESTION,
        measure: |setting| Box::pin(tunnel::measure(setting)),
    },
    #[cfg(target_os = "linux")]
    Suite {
        name: "flaps",
        question: flaps::QUESTION,
        measure: |setting| Box::pin(flaps::measure(setting)),
    },
    #[cfg(target_os = "linux")]
    Suite {
        name: "idle",
        question: idle::QUESTION,
        measure: |setting| Box::pin(idle::measure(setting)),
    },
    Suite {
        name: "ledger",
        question: ledger::QUESTION,
        measure: |setting| Box::pin(ledger::measure(setting)),
    },
    #[cfg(target_os = "linux")]
    Suite {
        name: "window",
        question: window::QUESTION,
        measure: |setting| Box::pin(window::measure(setting)),
    },
];

/// The suites as lines for `--help`.
pub(crate) fn overview() -> String {
    SUITES
        .iter()
        .map(|suite| format!("  {:11} {}", suite.name, suite.question))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Runs the wished-for suites and keeps their results.
pub(crate) async fn run(wish: &Wish) -> anyhow::Result<()> {
    if let Some(unknown) = wish
        .suites
        .iter()
        .find(|name| !SUITES.iter().any(|suite| suite.name == **name))
    {
        bail!("there is no suite {unknown:?}; there are\n{}", overview());
    }
    let setting = Setting {
        wish,
        machine: facts::gather(wish.even_if_busy)?,
        forge: Rc::new(Forge::new(PATH, KEY)),
    };
    for suite in SUITES {
        if !wish.suites.is_empty() && !wish.suites.iter().any(|name| name == suite.name) {
            continue;
        }
        println!("\n== {}: {}", suite.name, suite.question);
        let result = (suite.measure)(&setting)
            .await
            .with_context(|| format!("the run of {} is void", suite.name))?;
        report::keep(&result, Path::new(&wish.out))?;
        println!("\n{}", report::shown(&result));
    }
    Ok(())
}

impl Setting<'_> {
    /// A report with what the suites have in common.
    #[expect(clippy::disallowed_methods, reason = "a report says when it was made")]
    fn report(&self, suite: &str, question: &str) -> Report {
        Report {
            suite: suite.to_owned(),
            question: question.to_owned(),
            how: Vec::new(),
            taken_at: jiff::Timestamp::now(),
            machine: self.machine.clone(),
            figures: Vec::new(),
            series: Vec::new(),
            goals: Vec::new(),
        }
    }
}

/// The figures of [`under_load`], in its order.
fn load_figures() -> Vec<Figure> {
    vec![
        Figure::higher("acknowledged/s"),
        Figure::lower("p50 ms"),
        Figure::lower("p99 ms"),
        Figure::lower("max ms"),
        Figure::lower("memory idle MB"),
        Figure::lower("memory loaded MB"),
    ]
}

const RATE: usize = 0;
const P99: usize = 2;

/// Lets the servers take turns, round by round, each on fresh data.
async fn in_turns(
    setting: &Setting<'_>,
    servers: &[Kind],
    disk: Disk,
    connections: usize,
) -> anyhow::Result<Vec<Series>> {
    let mut series: Vec<Series> = servers
        .iter()
        .map(|kind| Series {
            server: kind.name().to_owned(),
            rounds: Vec::new(),
        })
        .collect();
    for round in 1..=setting.wish.rounds {
        for (at, kind) in servers.iter().enumerate() {
            let figures = under_load(setting, *kind, disk, connections)
                .await
                .with_context(|| format!("{} in round {round}", kind.name()))?;
            println!(
                "   round {round}  {:26} {:>8.0}/s  p99 {:>7.1} ms",
                kind.name(),
                figures[RATE],
                figures[P99]
            );
            series[at].rounds.push(figures);
        }
    }
    Ok(series)
}

/// One server, one round: a short warm-up, a measured stretch, and then the books are checked.
async fn under_load(
    setting: &Setting<'_>,
    kind: Kind,
    disk: Disk,
    connections: usize,
) -> anyhow::Result<Vec<f64>> {
    let server = server::start(kind, Data::fresh(kind).await?, disk).await?;
    let idle = megabytes(&server)?;
    let numbers = Numbers::default();
    let stretch = |length| {
        let end = Instant::now() + length;
        let go_on = move |_| Instant::now() < end;
        load::send(server.address, connections, go_on, &setting.forge, &numbers)
    };
    let warm_up = stretch(setting.wish.stretch / 4).await?;
    let measured = stretch(setting.wish.stretch).await?;
    let loaded = megabytes(&server)?;
    let data = server.stop().await?;

    let acknowledged = [warm_up.acknowledged, measured.acknowledged.clone()].concat();
    data.stored(kind)?.check(&acknowledged, &[])?;

    let [p50, p99, max] = [0.5, 0.99, 1.0].map(|share| percentile(&measured.latencies, share));
    Ok(vec![measured.rate(), p50?, p99?, max?, idle, loaded])
}

fn percentile(latencies: &Latencies, share: f64) -> anyhow::Result<f64> {
    latencies
        .percentile_ms(share)
        .context("not one event was acknowledged")
}

fn megabytes(server: &Running) -> anyhow::Result<f64> {
    Ok(server.memory()? as f64 / 1e6)
}
