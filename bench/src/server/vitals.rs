//! What a process costs while nobody looks: as the Linux kernel counts it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;

/// What the kernel counts processor time in: ticks of a hundredth of a second.
const TICK: Duration = Duration::from_millis(10);

/// Counts of one process. Those of time and waking only grow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vitals {
    /// Memory in use, shared parts counted whole, in bytes.
    pub(crate) memory: u64,
    /// Files, sockets and pipes that it holds open, without SQLite's: a reader of the database opens four
    /// when it is first needed and keeps them, so these grow in their own time, up to eight readers.
    pub(crate) files: usize,
    /// Its threads.
    pub(crate) threads: usize,
    /// The processor's time that it took since its start, to the hundredth of a second.
    pub(crate) processor: Duration,
    /// How often a thread of it went to sleep; so often one has woken.
    pub(crate) wakeups: u64,
}

impl Vitals {
    /// Looks at the process with this number.
    pub(crate) fn of(process: u32) -> anyhow::Result<Self> {
        let at = PathBuf::from(format!("/proc/{process}"));
        let gone = "the server is gone";
        let status = fs::read_to_string(at.join("status")).context(gone)?;
        let stat = fs::read_to_string(at.join("stat")).context(gone)?;
        // The name in brackets may hold spaces; the numbers begin behind it with the third field.
        let (_, numbers) = stat.rsplit_once(") ").context("/proc/PID/stat")?;
        let numbers: Vec<&str> = numbers.split(' ').collect();
        let ticks = numbers[11].parse::<u32>()? + numbers[12].parse::<u32>()?;
        let mut wakeups = 0;
        let mut threads = 0;
        for thread in fs::read_dir(at.join("task")).context(gone)? {
            // A thread may end while we look.
            if let Ok(status) = fs::read_to_string(thread?.path().join("status")) {
                threads += 1;
                wakeups += number(&status, "voluntary_ctxt_switches:")?;
            }
        }
        let mut files = 0;
        for file in fs::read_dir(at.join("fd")).context(gone)? {
            // A file may be closed while we look.
            if let Ok(target) = fs::read_link(file?.path()) {
                files += usize::from(!is_of_a_database(&target));
            }
        }
        Ok(Self {
            memory: number(&status, "VmRSS:")? * 1024,
            files,
            threads,
            processor: TICK * ticks,
            wakeups,
        })
    }
}

/// Whether this is a database of SQLite's or what stands beside it.
fn is_of_a_database(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("db" | "db-wal" | "db-shm"))
}

/// The first number of a line that begins so.
fn number(status: &str, line: &str) -> anyhow::Result<u64> {
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    let words = found.with_context(|| format!("the kernel does not tell {line}"))?;
    let word = words.split_whitespace().next();
    Ok(word.context("a number")?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_process_has_memory_threads_and_files() {
        let vitals = Vitals::of(std::process::id()).expect("it runs");
        assert!(vitals.memory > 1 << 20, "{vitals:?}");
        assert!(vitals.files >= 3 && vitals.threads >= 1, "{vitals:?}");
        assert!(Vitals::of(u32::MAX).is_err());
    }

    #[test]
    fn files_of_a_database_are_told_from_all_others() {
        for (file, wanted) in [
            ("/data/ringback.db", true),
            ("/data/journal.db-wal", true),
            ("/data/logs/ringback.log", false),
            ("socket:[4026]", false),
        ] {
            assert_eq!(is_of_a_database(Path::new(file)), wanted, "{file}");
        }
    }
}
