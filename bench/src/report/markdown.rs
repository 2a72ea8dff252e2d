//! Results as a page for people.

use std::fmt::Write as _;

use super::{
    Report,
    figures::{Limit, median, worst},
};

const OPENING: &str = "\
# Measurements

Made by `cargo xtask bench`. Do not edit: the next run writes this page anew from the files in
[bench](bench).

All servers of a table ran on one machine in one run, taking turns, each round on fresh data. A cell
shows the median round and, in brackets, the worst. Only ratios within a table mean something
elsewhere. A round counts only if every answer was right and the stored events were exactly the
acknowledged ones; a goal is met or missed by the median of its ratio, round by round.
";

/// All reports.
pub(super) fn page(reports: &[Report]) -> String {
    let mut page = OPENING.to_owned();
    for report in reports {
        page.push('\n');
        page.push_str(&section(report));
    }
    page
}

/// One report.
pub(super) fn section(report: &Report) -> String {
    let mut text = format!("## {}\n\n{}\n\n", report.suite, report.question);
    if let Some(first) = report.series.first()
        && !first.rounds.is_empty()
    {
        table(report, &mut text);
    }
    goals(report, &mut text);
    for sentence in &report.how {
        let _ = writeln!(text, "- {sentence}");
    }
    let _ = writeln!(
        text,
        "- Taken {} on {}.",
        report.taken_at.strftime("%Y-%m-%d"),
        report
            .machine
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect::<Vec<_>>()
            .join(", ")
    );
    text
}

fn table(report: &Report, text: &mut String) {
    text.push_str("| |");
    for figure in &report.figures {
        let _ = write!(text, " {} |", figure.name);
    }
    text.push_str("\n|---|");
    text.push_str(&"---:|".repeat(report.figures.len()));
    text.push('\n');
    for series in &report.series {
        let _ = write!(text, "| {} |", series.server);
        for (at, figure) in report.figures.iter().enumerate() {
            let column = series.column(at);
            let (middle, bad) = (median(&column), worst(&column, figure.better));
            let _ = if column.len() == 1 {
                write!(text, " {} |", number(middle))
            } else {
                write!(text, " {} ({}) |", number(middle), number(bad))
            };
        }
        text.push('\n');
    }
    text.push('\n');
}

fn goals(report: &Report, text: &mut String) {
    if report.goals.is_empty() {
        return;
    }
    text.push_str("| Goal | Limit | Median | Worst | |\n|---|---:|---:|---:|---|\n");
    for goal in &report.goals {
        let (sign, bound) = match goal.limit {
            Limit::AtLeast(bound) => ('\u{2265}', bound),
            Limit::AtMost(bound) => ('\u{2264}', bound),
        };
        let _ = writeln!(
            text,
            "| {} | {sign} {} | {} | {} | {} |",
            goal.what,
            number(bound),
            number(goal.median),
            number(goal.worst),
            if goal.met { "met" } else { "missed" }
        );
    }
    text.push('\n');
}

/// Three significant digits, thousands apart.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "-".to_owned();
    }
    let size = value.abs();
    if size >= 1000.0 {
        let whole = format!("{value:.0}");
        let (sign, digits) = whole
            .strip_prefix('-')
            .map_or(("", whole.as_str()), |digits| ("-", digits));
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        return format!("{sign}{grouped}");
    }
    let decimals = match size {
        100.0.. => 0,
        10.0..100.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Figure, Goal, Series};

    #[test]
    fn numbers_are_as_exact_as_they_are() {
        assert_eq!(number(17_758.4), "17,758");
        assert_eq!(number(1_234_567.0), "1,234,567");
        assert_eq!(number(16.34), "16.3");
        assert_eq!(number(0.25), "0.25");
        assert_eq!(number(10.0), "10");
        assert_eq!(number(f64::NAN), "-");
    }

    #[test]
    fn a_missed_goal_is_published_like_a_met_one() {
        let report = Report {
            suite: "ingest".into(),
            question: "How many?".into(),
            how: vec!["64 connections.".into()],
            taken_at: jiff::Timestamp::UNIX_EPOCH,
            machine: [("cores".to_owned(), "2".to_owned())].into(),
            figures: vec![Figure::higher("events/s"), Figure::lower("p99 ms")],
            series: vec![Series {
                server: "Ringback".into(),
                rounds: vec![vec![900.0, 3.0], vec![1000.0, 2.0], vec![1100.0, 9.0]],
            }],
            goals: vec![Goal::new(
                "more than others",
                super::Limit::AtLeast(10.0),
                vec![8.0],
            )],
        };
        let text = section(&report);
        assert!(
            text.contains("| Ringback | 1,000 (900) | 3 (9) |"),
            "{text}"
        );
        assert!(
            text.contains("| more than others | \u{2265} 10 | 8 | 8 | missed |"),
            "{text}"
        );
        assert!(text.contains("cores 2"), "{text}");
    }
}
