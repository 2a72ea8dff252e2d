//! The Python side: what the Python example of the documentation needs, as the list with its hashes
//! says, in an environment of its own below the target folder.

use std::{fs, process::Command};

use anyhow::Context;

use crate::{process, project::Project};

/// The packages, each with its version and the hashes of its files.
pub(crate) const LIST: &str = "tests/sdk/requirements.txt";

/// Makes the environment anew if the list is another one than last time.
///
/// The note about last time is a copy of the list, and lies inside the environment.
pub(super) fn packages(project: &Project) -> anyhow::Result<()> {
    let list = project.path(LIST);
    let wanted = fs::read(&list).with_context(|| format!("{LIST} is missing"))?;
    let home = project.notes().join("python");
    let note = home.join("requirements.txt");
    if fs::read(&note).is_ok_and(|last_time| last_time == wanted) {
        return Ok(());
    }

    println!("== setup: Python packages of {LIST}");
    process::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&home),
    )?;
    process::run(
        Command::new(home.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet"])
            .args(["--disable-pip-version-check", "--require-hashes"])
            .arg("--requirement")
            .arg(&list),
    )?;
    fs::write(&note, wanted).with_context(|| format!("cannot write {}", note.display()))
}
