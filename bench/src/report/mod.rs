//! Results: what was measured, every round of it, and whether it is as good as it is meant to be.
//!
//! A report is kept as JSON with every round, and shown as a table of medians and worst rounds.

mod figures;
mod markdown;

use std::{fs, path::Path};

use anyhow::Context;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
pub(crate) use figures::{Figure, Goal, Limit, Series};

/// The results of one suite.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The suite's name.
    pub(crate) suite: String,
    /// The question it answers.
    pub(crate) question: String,
    /// How it was measured, as sentences.
    pub(crate) how: Vec<String>,
    /// When.
    pub(crate) taken_at: Timestamp,
    /// Where.
    pub(crate) machine: Facts,
    /// What the numbers of a round mean, in their order.
    pub(crate) figures: Vec<Figure>,
    /// Per server, per round, the numbers.
    pub(crate) series: Vec<Series>,
    /// What it was meant to reach.
    pub(crate) goals: Vec<Goal>,
}

/// Keeps a report and renews the page with all of them.
pub(crate) fn keep(report: &Report, out: &Path) -> anyhow::Result<()> {
    let folder = out.join("bench");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{}.json", report.suite));
    fs::write(&path, serde_json::to_string_pretty(report)? + "\n")
        .with_context(|| format!("{}", path.display()))?;
    fs::write(out.join("benchmarks.md"), markdown::page(&all(&folder)?))?;
    Ok(())
}

/// The report as a person reads it in the terminal.
pub(crate) fn shown(report: &Report) -> String {
    markdown::section(report)
}

fn all(folder: &Path) -> anyhow::Result<Vec<Report>> {
    let mut paths: Vec<_> = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            serde_json::from_str(&fs::read_to_string(path)?)
                .with_context(|| format!("{}", path.display()))
        })
        .collect()
}
