//! How fast what was taken in becomes calls.

use ringback_journeys::cases::CASES;

use super::Setting;
use crate::{
    report::{Figure, Report, Series},
    server::Journal,
};

pub(super) const QUESTION: &str = "How many events a second does Ringback understand and fold into its database on one core, whoever they come from?";

/// Events in each journal. So many that starting the program does not count.
const EVENTS: usize = 20_000;

pub(super) async fn measure(setting: &Setting<'_>) -> anyhow::Result<Report> {
    let mut report = setting.report("apply", QUESTION);
    report.figures = vec![
        Figure::higher("events/s"),
        Figure::lower("\u{b5}s an event"),
        Figure::higher("MB/s"),
        Figure::lower("KB an event"),
    ];
    let mut journals = Vec::new();
    for case in CASES {
        println!("   the journal of {} is filled", case.provider);
        journals.push(Journal::filled(case, EVENTS).await?);
        report.series.push(Series {
            server: case.provider.to_owned(),
            rounds: Vec::new(),
        });
    }
    for round in 1..=setting.wish.rounds {
        for (journal, series) in journals.iter().zip(&mut report.series) {
            let seconds = journal.rebuild()?.as_secs_f64();
            let (events, bytes) = (journal.events as f64, journal.bytes as f64);
            println!(
                "   round {round}  {:26} {:>8.0}/s",
                series.server,
                events / seconds
            );
            series.rounds.push(vec![
                events / seconds,
                1e6 * seconds / events,
                bytes / 1e6 / seconds,
                bytes / 1e3 / events,
            ]);
        }
    }
    report.how = vec![
        format!("Each journal holds at least {EVENTS} webhooks of a provider's stand-in, signed, taken in by `ringback serve`: calls of every ending, with every message the provider sends while a call goes on. `ringback rebuild` then makes a new database of it, on one core (`taskset`); starting the program is part of the time."),
        "Checked in every round: all events were applied, none failed, and every call is there once.".into(),
        "Providers differ in what an event carries: some send the whole conversation again and again, some only ids.".into(),
    ];
    Ok(report)
}
