//! `cargo xtask bench`: prepares the machine, builds Ringback as it is handed to people, and lets the
//! bench program measure it against other servers.

use std::{
    ffi::OsString,
    process::{Command, ExitCode},
};

use crate::{
    build, process,
    project::Project,
    setup::{self, Purpose},
    stage::Stage,
};

/// The suite that looks at the real window, which needs more than the others.
const WINDOW: &str = "window";

/// The program that measures.
const BENCH: &str = "ringback-bench";

/// Runs the bench program with these arguments.
pub(crate) fn bench(project: &Project, arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let asks_for_help = arguments
        .iter()
        .any(|word| word == "--help" || word == "-h");
    let needs_window = !asks_for_help && cfg!(target_os = "linux") && asks_for_window(arguments);
    let mut packages = vec!["ringback", BENCH];
    if !asks_for_help {
        setup::prepare(project, &[Purpose::Engine, Purpose::Bench])?;
    }
    if needs_window {
        setup::prepare(project, &[Purpose::Window, Purpose::Ui, Purpose::Stage])?;
        setup::build_ui(project)?;
        packages.push("ringback-desktop");
    }
    println!("== build: {}, optimised", packages.join(", "));
    let mut build = project.cargo();
    build.args(["build", "--locked", "--release"]);
    for package in packages {
        build.args(["-p", package]);
    }
    process::run(&mut build)?;
    // Not by `cargo run`: for one package alone, cargo would choose other features of the
    // dependencies and build them all a second time.
    let folder = project.target.join("release");
    let mut bench = Command::new(build::program(&folder, BENCH));
    bench.args(arguments);
    let stage = if needs_window {
        Some(Stage::open()?)
    } else {
        None
    };
    if let Some(stage) = &stage {
        bench = stage.wrap(&bench);
    }
    Ok(if process::status(&mut bench)?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether the suite of the window is named, or none is, which means all.
fn asks_for_window(arguments: &[OsString]) -> bool {
    let mut suites = arguments
        .iter()
        .zip(arguments.iter().skip(1))
        .filter(|(word, _)| *word == "--suite")
        .map(|(_, name)| name.to_string_lossy().into_owned())
        .chain(arguments.iter().filter_map(|word| {
            let word = word.to_string_lossy();
            word.strip_prefix("--suite=").map(str::to_owned)
        }))
        .peekable();
    suites.peek().is_none() || suites.any(|name| name == WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(line: &str) -> bool {
        let words: Vec<_> = line.split_whitespace().map(OsString::from).collect();
        asks_for_window(&words)
    }

    #[test]
    fn a_window_is_built_only_for_a_run_that_looks_at_one() {
        assert!(asks(""));
        assert!(asks("--rounds 5"));
        assert!(asks("--suite ingest --suite window"));
        assert!(asks("--suite=window --rounds 5"));
        assert!(!asks("--suite ingest --rounds 5"));
    }
}
