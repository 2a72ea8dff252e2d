//! The servers that are measured, each started on fresh data and looked at from outside.
//!
//! What a server has stored is read from its database files by this program and not asked of the
//! server: who checks a promise should not have to believe the one who gave it.

mod child;
mod journal;
mod node;
mod postgres;
mod ringback;
#[cfg(target_os = "linux")]
mod vitals;

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::load::{Connection, ids_in};
use child::Child;
pub(crate) use journal::Journal;
use postgres::Cluster;
#[cfg(target_os = "linux")]
pub(crate) use vitals::Vitals;

/// The account all events are for.
pub(crate) const PATH: &str = "/webhooks/bench";

/// What events are signed with; the servers get it through their environment.
pub(crate) const KEY: &str = "key_bench_0123456789abcdef";

/// How long a server may take to answer its first request.
const PATIENCE: Duration = Duration::from_secs(30);

/// One of the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `ringback serve`.
    Ringback,
    /// The same with fsync off. Only measuring may ask for that.
    RingbackWithoutFsync,
    /// Node, Express, PostgreSQL.
    ExpressPostgres,
    /// Node, Express, better-sqlite3.
    ExpressSqlite,
}

impl Kind {
    /// As it is called in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ringback => "Ringback",
            Self::RingbackWithoutFsync => "Ringback, fsync off",
            Self::ExpressPostgres => "Express + PostgreSQL",
            Self::ExpressSqlite => "Express + better-sqlite3",
        }
    }
}

/// How fast the disk pretends to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disk {
    /// As it is.
    AsIs,
    /// Every fsync and fdatasync takes so many microseconds longer (by strace).
    SlowSync(u32),
}

/// A server that answers, with its data.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    /// From starting the program to its first good answer.
    pub(crate) ready_after: Duration,
    child: Child,
    data: Data,
}

/// Where a server keeps what it was told.
pub(crate) struct Data {
    folder: TempDir,
    cluster: Option<Cluster>,
}

/// What was found in a server's database.
pub(crate) struct Stored {
    /// The number of every stored event, in no order, repeated if it stands there twice.
    pub(crate) numbers: Vec<u64>,
}

impl Data {
    /// Fresh data for this kind of server.
    pub(crate) async fn fresh(kind: Kind) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("ringback-bench-")
            .tempdir()
            .context("a temporary folder for a server's data")?;
        let cluster = match kind {
            Kind::ExpressPostgres => Some(Cluster::start(folder.path()).await?),
            _ => None,
        };
        Ok(Self { folder, cluster })
    }

    /// The folder it is in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Reads what is stored; checks the database's integrity on the way.
    pub(crate) fn stored(&self, kind: Kind) -> anyhow::Result<Stored> {
        let keys = match kind {
            Kind::Ringback | Kind::RingbackWithoutFsync => ringback::keys(self.folder())?,
            Kind::ExpressSqlite => node::keys(self.folder())?,
            Kind::ExpressPostgres => self
                .cluster
                .as_ref()
                .context("its cluster was started with its data")?
                .query("SELECT event_key FROM webhook_events")?,
        };
        let mut numbers = Vec::with_capacity(keys.len());
        for key in &keys {
            numbers.push(
                ids_in(key)
                    .next()
                    .with_context(|| format!("a stored event that was never sent: {key}"))?,
            );
        }
        Ok(Stored { numbers })
    }
}

impl Stored {
    /// Every acknowledged event is there once, and nothing else but (perhaps) events that were on
    /// their way when the server died.
    pub(crate) fn check(&self, acknowledged: &[u64], may_have: &[u64]) -> anyhow::Result<()> {
        let mut stored = self.numbers.clone();
        stored.sort_unstable();
        if let Some(twice) = stored.windows(2).find(|pair| pair[0] == pair[1]) {
            bail!("event {} is stored twice", twice[0]);
        }
        let mut promised = acknowledged.to_vec();
        promised.sort_unstable();
        promised.dedup();
        let lost = promised
            .iter()
            .filter(|number| stored.binary_search(number).is_err())
            .count();
        if lost > 0 {
            bail!("{lost} acknowledged events are not stored");
        }
        let surplus = stored
            .iter()
            .filter(|number| promised.binary_search(number).is_err() && !may_have.contains(number))
            .count();
        if surplus > 0 {
            bail!("{surplus} events are stored that nobody was told about");
        }
        Ok(())
    }
}

/// Starts a server on this data and waits for its first good answer.
pub(crate) async fn start(kind: Kind, data: Data, disk: Disk) -> anyhow::Result<Running> {
    let address = free_address()?;
    let mut command = match kind {
        Kind::Ringback | Kind::RingbackWithoutFsync => {
            ringback::command(data.folder(), address, kind == Kind::RingbackWithoutFsync)?
        }
        Kind::ExpressSqlite => node::sqlite(data.folder(), address)?,
        Kind::ExpressPostgres => {
            let cluster = data
                .cluster
                .as_ref()
                .context("its cluster was started with its data")?;
            node::postgres(cluster, address)?
        }
    };
    if let Disk::SlowSync(micros) = disk {
        command = child::with_slow_sync(&command, micros);
    }
    begin(command, address, data, kind.name()).await
}

/// Starts Ringback with this `[tunnel]` in its configuration, its door being no other way public.
pub(crate) async fn start_behind(data: Data, tunnel: &str) -> anyhow::Result<Running> {
    use std::io::Write;
    let address = free_address()?;
    let command = ringback::command(data.folder(), address, false)?;
    let mut config = std::fs::File::options()
        .append(true)
        .open(data.folder().join("config.toml"))?;
    write!(config, "\n[tunnel]\n{tunnel}\n")?;
    begin(command, address, data, Kind::Ringback.name()).await
}

/// Starts this command on this data and waits for its first good answer.
async fn begin(
    command: std::process::Command,
    address: SocketAddr,
    data: Data,
    name: &str,
) -> anyhow::Result<Running> {
    let begin = Instant::now();
    let mut child = Child::spawn(command, &data.folder().join("server.log"))?;
    loop {
        if healthy(address).await {
            break;
        }
        if begin.elapsed() > PATIENCE || child.has_ended() {
            bail!("{name} did not start:\n{}", child.last_words());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(Running {
        address,
        ready_after: begin.elapsed(),
        child,
        data,
    })
}

impl Running {
    /// How much memory it holds now, in bytes.
    pub(crate) fn memory(&self) -> anyhow::Result<u64> {
        self.child.memory()
    }

    /// What it costs, as the system counts it.
    #[cfg(target_os = "linux")]
    pub(crate) fn vitals(&self) -> anyhow::Result<Vitals> {
        Vitals::of(self.child.id())
    }

    /// Asks `ringback` about its home, in JSON, as a script would.
    pub(crate) fn ask(&self, question: &[&str]) -> anyhow::Result<serde_json::Value> {
        ringback::ask(self.data.folder(), question)
    }

    /// Waits until Ringback has made calls of all its events, and says how long that took.
    pub(crate) async fn until_all_is_applied(&self) -> anyhow::Result<Duration> {
        let start = Instant::now();
        loop {
            let pending = self.ask(&["events", "list", "--state", "pending", "--limit", "1"])?;
            if pending.as_array().is_some_and(Vec::is_empty) {
                return Ok(start.elapsed());
            }
            if start.elapsed() > Duration::from_secs(300) {
                bail!("after five minutes there are still events that nobody looked at");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends it in order and gives back its data.
    pub(crate) async fn stop(self) -> anyhow::Result<Data> {
        self.child.terminate().await?;
        Ok(self.data)
    }

    /// Ends it as a power cut would, without a word, and gives back its data.
    pub(crate) fn kill(self) -> anyhow::Result<Data> {
        self.child.kill()?;
        Ok(self.data)
    }
}

/// Whether a door answers there.
pub(crate) async fn healthy(address: SocketAddr) -> bool {
    let Ok(mut connection) = Connection::open(address).await else {
        return false;
    };
    connection
        .exchange(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        .await
        .is_ok_and(|answer| answer.status == 200)
}

/// A port that is free at this moment.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(numbers: &[u64]) -> Stored {
        Stored {
            numbers: numbers.to_vec(),
        }
    }

    #[test]
    fn a_lost_event_a_double_event_and_an_unknown_event_are_found() {
        assert!(stored(&[3, 1, 2]).check(&[1, 2, 3], &[]).is_ok());
        assert!(stored(&[1, 2]).check(&[1, 2, 3], &[]).is_err(), "lost");
        assert!(stored(&[1, 2, 2]).check(&[1, 2], &[]).is_err(), "twice");
        assert!(stored(&[1, 2, 9]).check(&[1, 2], &[]).is_err(), "unknown");
    }

    #[test]
    fn an_event_on_its_way_when_the_server_died_may_or_may_not_be_there() {
        assert!(stored(&[1, 2]).check(&[1], &[2]).is_ok());
        assert!(stored(&[1]).check(&[1], &[2]).is_ok());
    }
}
