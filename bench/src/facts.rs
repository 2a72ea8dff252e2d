//! What a reader must know about the machine to place the numbers.

use std::{collections::BTreeMap, env, fs, process::Command};

use anyhow::bail;

/// Facts by name.
pub(crate) type Facts = BTreeMap<String, String>;

/// More of the processor than this in use before anything is started, and the numbers would be about
/// something else too.
const QUIET: f64 = 0.5;

/// Looks around. Refuses a folder in memory, where a flush costs nothing, and a busy machine.
pub(crate) fn gather(even_if_busy: bool) -> anyhow::Result<Facts> {
    let load = one_minute_load();
    if load.is_some_and(|load| load > QUIET) && !even_if_busy {
        bail!(
            "the machine is busy (load {:.1}); wait, or measure with --even-if-busy",
            load.unwrap_or_default()
        );
    }
    let disk = said(
        "stat",
        &["-f", "-c", "%T", &env::temp_dir().to_string_lossy()],
    );
    if disk.contains("tmpfs") || disk.contains("ramfs") {
        bail!(
            "{} is in memory, so nothing written there is ever durable; set TMPDIR to a folder on a disk",
            env::temp_dir().display()
        );
    }

    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let facts = [
        ("system", line_of("/etc/os-release", "PRETTY_NAME=")),
        ("kernel", numeric(&said("uname", &["-r"]))),
        ("processor", line_of("/proc/cpuinfo", "model name")),
        ("cores", cores.to_string()),
        ("memory", line_of("/proc/meminfo", "MemTotal")),
        ("file system", disk),
        (
            "load before",
            load.map_or_else(String::new, |load| load.to_string()),
        ),
        ("rust", said("rustc", &["--version"])),
        ("node", said("node", &["--version"])),
        ("commit", said("git", &["rev-parse", "--short=12", "HEAD"])),
    ];
    Ok(facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value))
        .collect())
}

/// The version without the builder's own suffix.
fn numeric(version: &str) -> String {
    version.split('-').next().unwrap_or_default().to_owned()
}

fn one_minute_load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg")
        .ok()?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

fn said(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}

fn line_of(path: &str, beginning: &str) -> String {
    fs::read_to_string(path)
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix(beginning))
        .map(|rest| {
            rest.trim_start_matches([':', ' ', '\t'])
                .trim_matches('"')
                .to_owned()
        })
        .unwrap_or_default()
}
