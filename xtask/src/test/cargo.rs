//! Calls of cargo that all select the same packages, features and profile, and the counting of what
//! they tested.

use std::{fmt, path::PathBuf, process::Command};

use anyhow::bail;

use crate::{process, project::Project, setup};

/// The package with the tests of the whole app.
pub(crate) const JOURNEYS: &str = "ringback-journeys";

/// A cargo command for everything in the workspace. The window's default features put the built UI
/// inside the program.
pub(crate) fn whole_workspace(project: &Project, command: &str) -> Command {
    let mut cargo = project.cargo();
    cargo.args([command, "--workspace", "--locked"]);
    cargo
}

/// Libraries, programs, examples and tests in one go.
pub(crate) fn build_everything(project: &Project) -> anyhow::Result<()> {
    process::run(whole_workspace(project, "build").arg("--all-targets"))
}

/// Sees to it that the programs the journeys start are there and up to date. After the part `build`
/// it has nothing to do.
pub(crate) fn programs(project: &Project) -> anyhow::Result<()> {
    setup::build_ui(project)?;
    build_everything(project)
}

/// `cargo test` over the workspace; the caller adds which targets.
pub(crate) fn test(project: &Project) -> Command {
    let mut test = whole_workspace(project, "test");
    test.arg("--no-fail-fast");
    test
}

/// The integration tests of all packages but the journeys', which have parts of their own.
pub(crate) fn integration_tests(project: &Project) -> Vec<String> {
    let mut names: Vec<String> = project
        .packages
        .iter()
        .filter(|package| package.name != JOURNEYS)
        .flat_map(|package| &package.targets)
        .filter(|target| target.kind == "test")
        .map(|target| target.name.clone())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Where the development build is.
pub(crate) fn debug(project: &Project) -> PathBuf {
    project.target.join("debug")
}

/// What cargo's tests said, added up over all test binaries.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Test binaries that came to an end.
    pub(crate) binaries: usize,
    /// Tests that passed.
    pub(crate) passed: usize,
    /// Tests that failed.
    pub(crate) failed: usize,
    /// Tests that somebody switched off.
    pub(crate) ignored: usize,
    went_well: bool,
}

/// Runs a cargo test command and adds up its result lines.
pub(crate) fn count(command: &mut Command) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    let status = process::listen(command, |line| counts.add(line))?;
    counts.went_well = status.success();
    Ok(counts)
}

impl Counts {
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        self.binaries += 1;
        for part in result.split([';', '.']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) = (words.next(), words.next()) else {
                continue;
            };
            let Ok(number) = number.parse::<usize>() else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    /// An error if a test failed or the tests did not come to their end.
    pub(crate) fn verdict(&self) -> anyhow::Result<()> {
        if self.failed > 0 {
            bail!("{self}");
        }
        if !self.went_well {
            bail!("{self}, but not all came to their end: it did not compile, or a test crashed");
        }
        Ok(())
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed; {} failed", self.passed, self.failed)?;
        if self.ignored > 0 {
            write!(f, "; {} ignored", self.ignored)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_added_up() {
        let mut counts = Counts::default();
        for line in [
            "running 12 tests",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ] {
            counts.add(line);
        }
        assert_eq!((counts.binaries, counts.passed, counts.failed), (2, 15, 2));
        assert_eq!(counts.to_string(), "15 passed; 2 failed; 1 ignored");
        assert!(counts.verdict().is_err());
    }

    #[test]
    fn a_crash_without_a_failed_test_is_a_failure() {
        let mut counts = Counts::default();
        counts.add("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured");
        assert!(counts.verdict().is_err(), "cargo did not end well");
        counts.went_well = true;
        assert!(counts.verdict().is_ok());
    }
}
