//! `cargo xtask test`: everything that continuous integration checks, quick parts first.
//!
//! [`parts`] is the list. Each part says what it needs; what is missing makes it fail with the name
//! of the missing thing. All parts run even when one failed, so that one run tells everything
//! (`--fail-fast` stops early); the summary at the end has a line for each.

mod cargo;
mod needs;
mod parts;

use std::process::ExitCode;

use anyhow::bail;

use crate::{
    args::Test,
    project::Project,
    report::{Ending, Report},
    setup::{self, Purpose},
};
use parts::{PARTS, Part};

/// Runs the wished-for parts, or all.
pub(crate) fn test(project: &Project, wish: &Test) -> anyhow::Result<ExitCode> {
    if wish.list {
        for part in PARTS {
            println!("{:10}  {}", part.name, part.what);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let selected = select(&wish.only)?;

    let mut report = Report::default();
    let ready = report.part(
        "setup",
        "packages of the system and of npm",
        || match setup::prepare(project, &purposes(project, &selected)) {
            Ok(()) => Ending::Passed(String::new()),
            Err(error) => Ending::CouldNotRun(format!("{error:#}")),
        },
    );
    let mut go_on = ready;
    for part in &selected {
        if !go_on {
            report.not_reached(part.name);
            continue;
        }
        let passed = report.part(part.name, part.what, || part.run(project));
        go_on = passed || !wish.fail_fast;
    }
    Ok(report.finish())
}

fn select(names: &[String]) -> anyhow::Result<Vec<&'static Part>> {
    for name in names {
        if !PARTS.iter().any(|part| part.name == name) {
            let known: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
            bail!("there is no part {name:?}; there are {}", known.join(", "));
        }
    }
    Ok(PARTS
        .iter()
        .filter(|part| names.is_empty() || names.iter().any(|name| name == part.name))
        .collect())
}

/// What has to be installed for these parts. A part that lacks something of the repository itself
/// will say so when its turn comes; nothing is installed for it.
fn purposes(project: &Project, parts: &[&'static Part]) -> Vec<Purpose> {
    let mut purposes = Vec::new();
    for part in parts {
        if part.lacks(project).is_some() {
            continue;
        }
        for purpose in part.purposes {
            if !purposes.contains(purpose) {
                purposes.push(*purpose);
            }
        }
    }
    purposes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_run_in_the_order_of_the_list_whatever_order_they_are_asked_for() {
        let selected = select(&["clippy".to_owned(), "fmt".to_owned()]).expect("both exist");
        let names: Vec<&str> = selected.iter().map(|part| part.name).collect();
        assert_eq!(names, ["fmt", "clippy"]);
    }

    #[test]
    fn a_misspelt_part_is_an_error_and_not_an_empty_success() {
        let Err(error) = select(&["clipy".to_owned()]) else {
            panic!("there is no such part");
        };
        assert!(error.to_string().contains("clippy"), "{error}");
    }

    #[test]
    fn every_part_has_a_name_of_its_own() {
        for (at, part) in PARTS.iter().enumerate() {
            assert!(
                PARTS[..at].iter().all(|other| other.name != part.name),
                "{} stands twice",
                part.name
            );
        }
    }
}
