//! A tunnel that breaks again and again: how soon it is there again, and whether anything stays behind.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Context;
use ringback_peers::{Sshd, free_port};

use super::{
    Setting, percentile,
    tunnel::{own_ssh, until_it_carries, until_it_is_cut},
};
use crate::{
    load::Latencies,
    report::{Figure, Goal, Limit, Report, Series},
    server::{self, Data, Kind, Vitals},
};

pub(super) const QUESTION: &str =
    "Does a tunnel that breaks again and again leave anything behind?";

/// How long a new connection is left in peace.
const PROVEN: Duration = Duration::from_millis(300);

/// So many cuts come before the first look: what is set up once is set up by then.
const WARM_UP: usize = 20;

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let sshd = Sshd::start().await;
    let port = free_port();
    let data = Data::fresh(Kind::Ringback).await?;
    let server = server::start_behind(data, &own_ssh(&sshd, port)).await?;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    until_it_carries(address).await?;

    let flaps = setting.wish.cycles;
    let mut again = Latencies::default();
    let mut before: Option<Vitals> = None;
    for flap in 1..=WARM_UP + flaps {
        let cut = Instant::now();
        sshd.cut();
        until_it_is_cut(address).await?;
        until_it_carries(address)
            .await
            .with_context(|| format!("cut {flap}"))?;
        again.add(cut.elapsed());
        // What is cut before it was proven counts as begun in vain, and is begun anew later each time.
        tokio::time::sleep(PROVEN).await;
        if flap == WARM_UP {
            before = Some(server.vitals()?);
        }
        if flap % 100 == 0 {
            println!("   {flap} cuts");
        }
    }
    let (before, after) = (before.context("it was warmed up")?, server.vitals()?);
    server.stop().await?;

    let memory = (after.memory as f64 - before.memory as f64) / 1e6;
    let files = after.files as f64 - before.files as f64;
    let threads = after.threads as f64 - before.threads as f64;
    let mut report = setting.report("flaps", QUESTION);
    report.figures = vec![
        Figure::lower("memory growth MB"),
        Figure::lower("more open files"),
        Figure::lower("more threads"),
        Figure::lower("p50 ms until it carries again"),
        Figure::lower("max ms until it carries again"),
    ];
    report.series = vec![Series {
        server: Kind::Ringback.name().to_owned(),
        rounds: vec![vec![
            memory,
            files,
            threads,
            percentile(&again, 0.5)?,
            percentile(&again, 1.0)?,
        ]],
    }];
    let growth = |what, limit, grown| Goal::new(what, Limit::AtMost(limit), vec![grown]);
    report.goals = vec![
        growth("Memory that stayed behind, in MB", 4.0, memory),
        growth("Open files that stayed behind", 2.0, files),
        growth("Threads that stayed behind", 2.0, threads),
    ];
    report.how = vec![format!(
        "The server's side of Ringback's own SSH connection is killed {flaps} times, each time after the one before carries again; counted from the {WARM_UP}th cut on, without the files of the database, of which each reader opens four when it is first needed. A connection that comes and goes is begun anew after half a second to a second."
    )];
    Ok(report)
}
