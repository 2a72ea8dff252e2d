//! `cargo xtask lint`: the quick half of the check, for the minute before a commit.

use std::process::ExitCode;

use crate::{args::Test, project::Project, test};

/// Formatting, house rules, lints and UI types.
pub(crate) fn lint(project: &Project) -> anyhow::Result<ExitCode> {
    let parts = ["fmt", "tidy", "ui-types", "clippy"];
    test::test(
        project,
        &Test {
            only: parts.map(str::to_owned).to_vec(),
            ..Test::default()
        },
    )
}
