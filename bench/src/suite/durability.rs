//! What durability costs.

use super::{RATE, Setting, in_turns, load_figures};
use crate::{
    report::{Goal, Limit, Report},
    server::{Disk, Kind},
};

pub(super) const QUESTION: &str =
    "How much of its speed does Ringback give for having every event on disk before the answer?";

const CONNECTIONS: usize = 64;

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("durability", QUESTION);
    report.figures = load_figures();
    report.series = in_turns(
        setting,
        &[Kind::Ringback, Kind::RingbackWithoutFsync],
        Disk::AsIs,
        CONNECTIONS,
    )
    .await?;
    let [with, without] = report.series.as_slice() else {
        unreachable!("one series per server");
    };
    report.goals = vec![Goal::ratio(
        "Events per second against the same program with fsync off",
        Limit::AtLeast(0.9),
        with,
        without,
        RATE,
    )];
    report.how = vec![format!(
        "{CONNECTIONS} connections, 4 KB signed events; the second row is the same program told, for measuring only, never to flush."
    )];
    Ok(report)
}
