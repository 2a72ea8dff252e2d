//! What happens on a disk that takes its time.

use super::{RATE, Setting, in_turns, load_figures};
use crate::{
    report::{Goal, Limit, Report},
    server::{Disk, Kind},
};

pub(super) const QUESTION: &str = "How do the servers fare on a disk that takes 2 ms longer for every flush, as laptops' disks do?";

const CONNECTIONS: usize = 64;

const DELAY_MICROS: u32 = 2000;

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("slow-disk", QUESTION);
    report.figures = load_figures();
    report.series = in_turns(
        setting,
        &[Kind::Ringback, Kind::ExpressSqlite],
        Disk::SlowSync(DELAY_MICROS),
        CONNECTIONS,
    )
    .await?;
    let [ringback, sqlite] = report.series.as_slice() else {
        unreachable!("one series per server");
    };
    report.goals = vec![Goal::ratio(
        "Events per second against one commit per request",
        Limit::AtLeast(20.0),
        ringback,
        sqlite,
        RATE,
    )];
    report.how = vec![
        format!("{CONNECTIONS} connections, 4 KB signed events."),
        format!(
            "strace lets every fdatasync and fsync of the server return {DELAY_MICROS} microseconds late and leaves all other system calls alone."
        ),
    ];
    Ok(report)
}
