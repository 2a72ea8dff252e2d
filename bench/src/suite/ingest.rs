//! How many events a second are acknowledged for good.

use super::{P99, RATE, Setting, in_turns, load_figures};
use crate::{
    report::{Goal, Limit, Report},
    server::{Disk, Kind},
};

pub(super) const QUESTION: &str =
    "How many events a second does each server acknowledge, every one of them on disk first?";

const CONNECTIONS: usize = 64;

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("ingest", QUESTION);
    report.figures = load_figures();
    report.series = in_turns(
        setting,
        &[Kind::Ringback, Kind::ExpressPostgres, Kind::ExpressSqlite],
        Disk::AsIs,
        CONNECTIONS,
    )
    .await?;
    let [ringback, postgres, sqlite] = report.series.as_slice() else {
        unreachable!("one series per server");
    };
    report.goals = vec![
        Goal::ratio(
            "Events per second against Express + PostgreSQL",
            Limit::AtLeast(10.0),
            ringback,
            postgres,
            RATE,
        ),
        Goal::ratio(
            "Events per second against Express + better-sqlite3",
            Limit::AtLeast(8.0),
            ringback,
            sqlite,
            RATE,
        ),
        Goal::ratio(
            "p99 against Express + PostgreSQL",
            Limit::AtMost(0.25),
            ringback,
            postgres,
            P99,
        ),
        Goal::ratio(
            "p99 against Express + better-sqlite3",
            Limit::AtMost(0.25),
            ringback,
            sqlite,
            P99,
        ),
    ];
    report.how = vec![
        format!("{CONNECTIONS} connections, each waiting for its answer before it sends the next event."),
        "Events are 4 KB of JSON signed as Retell signs them, every call id used once; all servers check the signature.".into(),
        "PostgreSQL runs with its defaults (fsync, synchronous_commit and full_page_writes on), reached through its socket; better-sqlite3 writes with WAL and synchronous = FULL; the Node servers run in production mode.".into(),
        "Memory is that of the server's own process; PostgreSQL's comes on top. Ringback also turns the events into calls while it is measured; the others only store them.".into(),
    ];
    Ok(report)
}
