//! What the way through a tunnel costs, and how soon it is there again after a cut.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::bail;
use ringback_peers::{BoreServer, Sshd, free_port};

use super::{Setting, percentile};
use crate::{
    load::{self, Numbers},
    report::{Figure, Goal, Limit, Report, Series},
    server::{self, Data, Kind, healthy},
};

pub(super) const QUESTION: &str = "What does a tunnel cost: Ringback's own SSH connection beside OpenSSH's client on the same server, bore, and no tunnel at all?";

const CONNECTIONS: usize = 64;

/// How long a tunnel may take until it carries the first byte.
const PATIENCE: Duration = Duration::from_secs(30);

const RATE: usize = 0;
const P99: usize = 2;
const AGAIN: usize = 3;

/// How long a connection that was killed may still seem to carry.
const LAST_BREATH: Duration = Duration::from_secs(2);

/// A way to the door.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Direct,
    Ssh,
    OpenSsh,
    Bore,
}

impl Way {
    const ALL: [Self; 4] = [Self::Direct, Self::Ssh, Self::OpenSsh, Self::Bore];

    fn name(self) -> &'static str {
        match self {
            Self::Direct => "no tunnel",
            Self::Ssh => "SSH, Ringback's own",
            Self::OpenSsh => "SSH, OpenSSH's client",
            Self::Bore => "bore, Ringback's own",
        }
    }

    /// `[tunnel]` for this way.
    fn config(self, sshd: &Sshd, bore: &BoreServer, port: u16) -> String {
        let public = format!("public_url = \"http://127.0.0.1:{port}\"");
        match self {
            Self::Direct => "kind = \"none\"".to_owned(),
            Self::Ssh => own_ssh(sshd, port),
            Self::OpenSsh => format!(
                "kind = \"command\"\n{public}\n\
                 command = [\"ssh\", \"-N\", \"-p\", \"{}\", \"-i\", \"{}\", \"-o\", \"BatchMode=yes\", \
                 \"-o\", \"StrictHostKeyChecking=no\", \"-o\", \"UserKnownHostsFile=/dev/null\", \
                 \"-o\", \"ExitOnForwardFailure=yes\", \"-R\", \"localhost:{port}:{{address}}\", \
                 \"{}@127.0.0.1\"]",
                sshd.port(),
                sshd.key().display(),
                sshd.user()
            ),
            Self::Bore => format!(
                "kind = \"bore\"\nhost = \"{}\"\nremote_port = {port}\n{public}",
                bore.host()
            ),
        }
    }
}

/// `[tunnel]` for Ringback's own SSH connection with this port of the server.
pub(super) fn own_ssh(sshd: &Sshd, port: u16) -> String {
    format!(
        "kind = \"ssh\"\nhost = \"127.0.0.1\"\nport = {}\nuser = \"{}\"\n\
         key_file = \"{}\"\nhost_key = \"{}\"\nremote_port = {port}\n\
         public_url = \"http://127.0.0.1:{port}\"",
        sshd.port(),
        sshd.user(),
        sshd.key().display(),
        sshd.fingerprint()
    )
}

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("tunnel", QUESTION);
    report.figures = vec![
        Figure::higher("acknowledged/s"),
        Figure::lower("p50 ms"),
        Figure::lower("p99 ms"),
        Figure::lower("ms from a cut until it carries again"),
    ];
    let (sshd, mut bore) = (Sshd::start().await, BoreServer::start(None).await);
    report.series = Way::ALL
        .iter()
        .map(|way| Series {
            server: way.name().to_owned(),
            rounds: Vec::new(),
        })
        .collect();
    for round in 1..=setting.wish.rounds {
        for (way, series) in Way::ALL.into_iter().zip(&mut report.series) {
            let figures = one(setting, way, &sshd, &mut bore).await?;
            println!(
                "   round {round}  {:26} {:>8.0}/s  p99 {:>7.1} ms",
                way.name(),
                figures[RATE],
                figures[P99]
            );
            series.rounds.push(figures);
        }
    }
    let [_, own, openssh, bored] = report.series.as_slice() else {
        unreachable!("one series per way");
    };
    let ratio = |what, limit, figure| Goal::ratio(what, limit, own, openssh, figure);
    report.goals = vec![
        ratio(
            "Events per second of the own SSH connection against OpenSSH's client",
            Limit::AtLeast(1.0),
            RATE,
        ),
        ratio(
            "p99 of the own SSH connection against OpenSSH's client",
            Limit::AtMost(1.0),
            P99,
        ),
        Goal::new(
            "Milliseconds from a cut that is noticed at once until the own SSH connection carries again",
            Limit::AtMost(1_000.0),
            own.column(AGAIN),
        ),
        Goal::new(
            "The same with bore",
            Limit::AtMost(1_000.0),
            bored.column(AGAIN),
        ),
    ];
    report.how = vec![
        format!("{CONNECTIONS} connections, 4 KB signed events, sent to the port that the tunnel's server opened; OpenSSH's server and the bore server run on the same machine."),
        "The cut: the server's side of the connection is killed, the server itself goes on (bore: it is started anew). Without a tunnel there is nothing to cut.".into(),
        "Checked in every round: every acknowledged event is stored once.".into(),
    ];
    Ok(report)
}

/// One way, one round.
async fn one(
    setting: &Setting<'_>,
    way: Way,
    sshd: &Sshd,
    bore: &mut BoreServer,
) -> anyhow::Result<Vec<f64>> {
    let port = free_port();
    let data = Data::fresh(Kind::Ringback).await?;
    let server = server::start_behind(data, &way.config(sshd, bore, port)).await?;
    let address = match way {
        Way::Direct => server.address,
        Way::Ssh | Way::OpenSsh | Way::Bore => SocketAddr::from(([127, 0, 0, 1], port)),
    };
    until_it_carries(address).await?;
    let numbers = Numbers::default();
    let stretch = |length| {
        let end = Instant::now() + length;
        let go_on = move |_| Instant::now() < end;
        load::send(address, CONNECTIONS, go_on, &setting.forge, &numbers)
    };
    let warm_up = stretch(setting.wish.stretch / 4).await?;
    let measured = stretch(setting.wish.stretch).await?;
    let cut = Instant::now();
    match way {
        Way::Direct => {}
        Way::Ssh | Way::OpenSsh => {
            sshd.cut();
            until_it_is_cut(address).await?;
        }
        Way::Bore => {
            bore.stop();
            bore.begin().await;
        }
    }
    until_it_carries(address).await?;
    let again = cut.elapsed();
    let data = server.stop().await?;
    let acknowledged = [warm_up.acknowledged, measured.acknowledged.clone()].concat();
    data.stored(Kind::Ringback)?.check(&acknowledged, &[])?;
    Ok(vec![
        measured.rate(),
        percentile(&measured.latencies, 0.5)?,
        percentile(&measured.latencies, 0.99)?,
        again.as_secs_f64() * 1e3,
    ])
}

/// Waits until what was killed has really ended, so that it is not taken for its successor.
pub(super) async fn until_it_is_cut(address: SocketAddr) -> anyhow::Result<()> {
    let begin = Instant::now();
    while healthy(address).await {
        if begin.elapsed() > LAST_BREATH {
            bail!("the tunnel at {address} was cut and carries on");
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

pub(super) async fn until_it_carries(address: SocketAddr) -> anyhow::Result<()> {
    let begin = Instant::now();
    while !healthy(address).await {
        if begin.elapsed() > PATIENCE {
            bail!("nothing comes through the tunnel at {address}");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
