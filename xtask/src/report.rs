//! What a person sees while several things run one after the other, and the summary at the end.

use std::{
    fmt::Write as _,
    process::ExitCode,
    time::{Duration, Instant},
};

/// The parts that ran so far.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    ending: Ending,
    took: Duration,
}

/// How a part ended.
pub(crate) enum Ending {
    /// As it should; with what is worth saying about it.
    Passed(String),
    /// It ran, and something is wrong.
    Failed(String),
    /// It could not run, because something is missing.
    CouldNotRun(String),
    /// It was not tried, because an earlier part failed and the person asked to stop there.
    NotReached,
}

impl Report {
    /// Runs one part under a heading and notes how it ended. Says whether it passed.
    pub(crate) fn part(&mut self, name: &str, what: &str, run: impl FnOnce() -> Ending) -> bool {
        println!("\n== {name}: {what}");
        let start = Instant::now();
        let ending = run();
        let took = start.elapsed();
        match &ending {
            Ending::Passed(_) => println!("== {name} passed in {}", spoken(took)),
            Ending::Failed(why) => println!("== {name} FAILED after {}: {why}", spoken(took)),
            Ending::CouldNotRun(why) => println!("== {name} COULD NOT RUN: {why}"),
            Ending::NotReached => {}
        }
        let passed = matches!(ending, Ending::Passed(_));
        self.rows.push(Row {
            name: name.to_owned(),
            ending,
            took,
        });
        passed
    }

    /// Notes a part that was not tried.
    pub(crate) fn not_reached(&mut self, name: &str) {
        self.rows.push(Row {
            name: name.to_owned(),
            ending: Ending::NotReached,
            took: Duration::ZERO,
        });
    }

    /// Everything passed, and there was something to pass.
    pub(crate) fn all_passed(&self) -> bool {
        !self.rows.is_empty()
            && self
                .rows
                .iter()
                .all(|row| matches!(row.ending, Ending::Passed(_)))
    }

    /// Prints the table and gives the exit code that belongs to it.
    pub(crate) fn finish(self) -> ExitCode {
        println!("\n{}", self.table());
        if self.all_passed() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn table(&self) -> String {
        let width = self
            .rows
            .iter()
            .map(|row| row.name.len())
            .max()
            .unwrap_or(0);
        let mut table = String::from("== summary\n");
        for row in &self.rows {
            let (word, note) = match &row.ending {
                Ending::Passed(note) => ("ok", note.as_str()),
                Ending::Failed(why) => ("FAILED", why.as_str()),
                Ending::CouldNotRun(why) => ("COULD NOT RUN", why.as_str()),
                Ending::NotReached => ("not reached", ""),
            };
            let line = format!(
                "   {:width$}  {word:13}  {:>8}  {note}",
                row.name,
                spoken(row.took)
            );
            let _ = writeln!(table, "{}", line.trim_end());
        }
        let total: Duration = self.rows.iter().map(|row| row.took).sum();
        let _ = write!(
            table,
            "   {} of {} parts ok, {} in all",
            self.rows
                .iter()
                .filter(|row| matches!(row.ending, Ending::Passed(_)))
                .count(),
            self.rows.len(),
            spoken(total)
        );
        table
    }
}

/// `0.4s`, `12s`, `3m 05s`.
pub(crate) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1}s", time.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        _ => format!("{}m {:02}s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_could_not_run_is_no_success() {
        let mut report = Report::default();
        report.part("one", "first", || Ending::Passed("3 passed".into()));
        report.part("two", "second", || Ending::CouldNotRun("no screen".into()));
        assert!(!report.all_passed());
        let table = report.table();
        assert!(table.contains("COULD NOT RUN"), "{table}");
        assert!(table.contains("no screen"), "{table}");
        assert!(table.contains("1 of 2 parts ok"), "{table}");
    }

    #[test]
    fn nothing_at_all_is_no_success() {
        assert!(!Report::default().all_passed());
    }

    #[test]
    fn durations_read_like_speech() {
        assert_eq!(spoken(Duration::from_millis(420)), "0.4s");
        assert_eq!(spoken(Duration::from_secs(12)), "12s");
        assert_eq!(spoken(Duration::from_secs(185)), "3m 05s");
    }
}
