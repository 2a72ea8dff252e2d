//! Programs of the system, and what they leave behind.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// So often, 40 ms apart, it is looked whether a program that was started listens: a minute and a half, for
/// a machine that has far too much to do.
pub(crate) const LOOKS: u32 = 2_250;

/// Where a program is, the folders for system programs included.
///
/// # Panics
/// When it is not installed; the message says what to do.
pub(crate) fn find(name: &str, package: &str) -> PathBuf {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths)
        .chain(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!("{name} is not installed; `cargo xtask setup` installs it (Debian: {package})")
    })
}

/// Runs a program that has to succeed, and gives its standard output.
///
/// # Panics
/// When it cannot be started or fails, with what it said.
pub fn run(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()));
    assert!(
        output.status.success(),
        "{} {arguments:?}: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The processes below `id`, itself not included, as the system tells it now.
pub fn descendants(id: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name may contain anything; what follows its last bracket is state and parent.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
            Some((id, parent.parse().ok()?))
        })
        .collect();
    let mut found = vec![id];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        next += 1;
        found.extend(
            parents
                .iter()
                .filter(|(_, of)| *of == parent)
                .map(|(id, _)| *id),
        );
    }
    found.split_off(1)
}

/// Kills these processes as `kill -9` does. Those that are gone already are.
pub fn kill(ids: &[u32]) {
    if ids.is_empty() {
        return;
    }
    let words = ids.iter().map(ToString::to_string);
    // `kill` is part of every system, and says so itself when somebody is gone.
    let _ = Command::new("kill")
        .arg("-KILL")
        .args(words)
        .stderr(Stdio::null())
        .status();
}
