//! What it costs to run while nothing happens.

use std::{net::SocketAddr, time::Duration};

use ringback_peers::{Sshd, free_port};

use super::{
    Setting,
    tunnel::{own_ssh, until_it_carries},
};
use crate::{
    report::{Figure, Goal, Limit, Report, Series},
    server::{self, Data, Disk, Kind},
};

pub(super) const QUESTION: &str = "What does `ringback serve` cost while nothing happens?";

/// What follows a start is over by then.
const SETTLED: Duration = Duration::from_secs(10);

/// A look is so many times as long as a measured stretch elsewhere: idling is slow to show.
const LONGER: u32 = 10;

const PROCESSOR: usize = 0;
const WAKEUPS: usize = 1;

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("idle", QUESTION);
    report.figures = vec![
        Figure::lower("percent of a core"),
        Figure::lower("wake-ups/s"),
        Figure::lower("memory MB"),
    ];
    let sshd = Sshd::start().await;
    for (name, is_behind) in [("alone", false), ("with an SSH tunnel", true)] {
        let data = Data::fresh(Kind::Ringback).await?;
        let server = if is_behind {
            let port = free_port();
            let server = server::start_behind(data, &own_ssh(&sshd, port)).await?;
            until_it_carries(SocketAddr::from(([127, 0, 0, 1], port))).await?;
            server
        } else {
            server::start(Kind::Ringback, data, Disk::AsIs).await?
        };
        tokio::time::sleep(SETTLED).await;
        let mut rounds = Vec::new();
        for round in 1..=setting.wish.rounds {
            let length = setting.wish.stretch * LONGER;
            let before = server.vitals()?;
            tokio::time::sleep(length).await;
            let after = server.vitals()?;
            let seconds = length.as_secs_f64();
            let processor = (after.processor - before.processor).as_secs_f64();
            let figures = vec![
                100.0 * processor / seconds,
                (after.wakeups - before.wakeups) as f64 / seconds,
                after.memory as f64 / 1e6,
            ];
            println!(
                "   round {round}  {name}: {:.2} %, {:.1} wake-ups/s",
                figures[PROCESSOR], figures[WAKEUPS]
            );
            rounds.push(figures);
        }
        server.stop().await?;
        report.series.push(Series {
            server: name.to_owned(),
            rounds,
        });
    }
    let all = |figure| {
        let columns = report.series.iter().map(|series| series.column(figure));
        columns.flatten().collect()
    };
    report.goals = vec![
        Goal::new(
            "Percent of a core in use",
            Limit::AtMost(0.2),
            all(PROCESSOR),
        ),
        Goal::new("Wake-ups per second", Limit::AtMost(2.0), all(WAKEUPS)),
    ];
    report.how = vec![format!(
        "Counted by the kernel over {} s each, all threads together, from {} s after the start; one account that is not polled.",
        (setting.wish.stretch * LONGER).as_secs(),
        SETTLED.as_secs()
    )];
    Ok(report)
}
