//! `cargo xtask bindings`: the TypeScript side of the contract, written by the `api` crate itself
//! (its example `bindings`), committed, and checked to be fresh.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context, bail};

use crate::{process, project::Project};

/// The committed file.
pub(crate) const FILE: &str = "ui/src/lib/host/bindings.ts";

/// Writes the file, or compares it.
pub(crate) fn bindings(project: &Project, check_only: bool) -> anyhow::Result<ExitCode> {
    let generator = || {
        let mut cargo = project.cargo();
        cargo.args(["run", "--quiet", "-p", "ringback-api"]);
        cargo.args(["--example", "bindings", "--"]);
        cargo
    };
    if check_only {
        check(project, generator())?;
        println!("== bindings: {FILE} is fresh");
    } else {
        write(generator(), &project.path(FILE))?;
        println!("== bindings: wrote {FILE}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails if the committed file is not what this generator writes.
pub(crate) fn check(project: &Project, generator: Command) -> anyhow::Result<()> {
    let committed = fs::read_to_string(project.path(FILE))
        .with_context(|| format!("{FILE} is missing; write it with `cargo xtask bindings`"))?;
    let folder = tempfile::tempdir()?;
    let fresh_file = folder.path().join("bindings.ts");
    write(generator, &fresh_file)?;
    let fresh = fs::read_to_string(&fresh_file)?;

    if let Some(line) = first_difference(&committed, &fresh) {
        bail!(
            "{FILE} is stale from line {line} on; write it again with `cargo xtask bindings` and \
             commit it"
        );
    }
    Ok(())
}

fn write(mut generator: Command, to: &Path) -> anyhow::Result<()> {
    process::run(generator.arg(to))?;
    if !to.is_file() {
        bail!(
            "the generator ended well but wrote nothing to {}",
            to.display()
        );
    }
    Ok(())
}

/// The first line, counted from 1, in which two texts differ.
fn first_difference(one: &str, other: &str) -> Option<usize> {
    if one == other {
        return None;
    }
    let same = one
        .lines()
        .zip(other.lines())
        .take_while(|(one, other)| one == other)
        .count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_file_is_shown_at_its_first_wrong_line() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(
            first_difference("a\n", "a"),
            Some(2),
            "a missing last line break is a difference too"
        );
    }
}
