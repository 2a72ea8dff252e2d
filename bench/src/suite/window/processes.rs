//! The program's processes (its own, and those of its webview) and the memory they hold.

use std::{
    collections::HashSet,
    fs,
    path::Path,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, bail};
use ringback_journeys::program::built;

use super::retell::now_ms;

/// Ticks of the clock in which Linux tells a program when a process began; the same on every
/// architecture (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// How often memory is looked at under a [`Watch`].
const EVERY: Duration = Duration::from_millis(500);

/// The process of the window that is open on a home, with all its descendants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Program {
    id: u32,
}

impl Program {
    /// Finds the one on this home.
    pub(super) fn on(home: &Path) -> anyhow::Result<Self> {
        let program = built("ringback-desktop").canonicalize()?;
        let home = home.to_string_lossy();
        for id in ids()? {
            // Whoever has ended meanwhile has no files any more.
            let is_it = fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == program)
                && fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|words| {
                    words
                        .split(|byte| *byte == 0)
                        .any(|word| word == home.as_bytes())
                });
            if is_it {
                return Ok(Self { id });
            }
        }
        bail!("the window is not running")
    }

    /// When it was started, in ms since 1970, to a hundredth of a second.
    pub(super) fn started_at(self) -> anyhow::Result<f64> {
        let begin: f64 = field(self.id, 22)?.parse()?;
        let uptime = fs::read_to_string("/proc/uptime")?;
        let now = now_ms();
        let uptime: f64 = uptime
            .split_whitespace()
            .next()
            .context("the kernel tells its uptime")?
            .parse()?;
        Ok(now - (uptime - begin / TICKS_PER_SECOND) * 1000.0)
    }

    /// The memory of all its processes in MB, pages that several processes share divided among them
    /// (PSS).
    pub(super) fn memory(self) -> anyhow::Result<f64> {
        let mut kilobytes = 0;
        for id in self.family()? {
            let Ok(rollup) = fs::read_to_string(format!("/proc/{id}/smaps_rollup")) else {
                continue;
            };
            kilobytes += pss(&rollup).context("the kernel does not tell Pss")?;
        }
        Ok(kilobytes as f64 * 1024.0 / 1e6)
    }

    fn family(self) -> anyhow::Result<HashSet<u32>> {
        let parents: Vec<(u32, u32)> = ids()?
            .into_iter()
            .filter_map(|id| Some((id, field(id, 4).ok()?.parse().ok()?)))
            .collect();
        Ok(descendants(self.id, &parents))
    }
}

/// Looks at the memory now and again until it is asked what the most was.
pub(super) struct Watch {
    /// Closed when it is enough.
    going_on: Sender<()>,
    thread: JoinHandle<anyhow::Result<f64>>,
}

impl Watch {
    pub(super) fn over(program: Program) -> Self {
        let (going_on, over) = channel();
        let thread = thread::spawn(move || {
            let mut most = program.memory()?;
            while over.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                most = most.max(program.memory()?);
            }
            Ok(most)
        });
        Self { going_on, thread }
    }

    /// The most that was seen, in MB.
    pub(super) fn most(self) -> anyhow::Result<f64> {
        drop(self.going_on);
        match self.thread.join() {
            Ok(most) => most,
            Err(_) => bail!("the watch over the memory ended early"),
        }
    }
}

fn ids() -> anyhow::Result<Vec<u32>> {
    Ok(fs::read_dir("/proc")?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect())
}

/// A field of `/proc/{id}/stat`, counted as in proc(5), from the fourth on.
fn field(id: u32, number: usize) -> anyhow::Result<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name, in brackets, may itself contain blanks and brackets.
    let (_, after_name) = stat.rsplit_once(')').context("a name in brackets")?;
    after_name
        .split_whitespace()
        .nth(number - 3)
        .map(str::to_owned)
        .with_context(|| format!("field {number} of a process"))
}

fn descendants(root: u32, parents: &[(u32, u32)]) -> HashSet<u32> {
    let mut family = HashSet::from([root]);
    loop {
        let before = family.len();
        for (id, parent) in parents {
            if family.contains(parent) {
                family.insert(*id);
            }
        }
        if family.len() == before {
            return family;
        }
    }
}

/// Kilobytes.
fn pss(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_of_children_belong_to_the_family_in_whatever_order_they_are_listed() {
        let parents = [(9, 4), (4, 2), (2, 1), (3, 1), (5, 3)];
        assert_eq!(descendants(2, &parents), HashSet::from([2, 4, 9]));
    }

    #[test]
    fn the_share_of_memory_is_read_and_not_one_of_its_parts() {
        let rollup = "Rss:   900 kB\nPss:   512 kB\nPss_Dirty:   100 kB\nPss_Anon:   90 kB\n";
        assert_eq!(pss(rollup), Some(512));
    }

    #[test]
    fn a_process_was_started_in_the_past() {
        let own = Program {
            id: std::process::id(),
        };
        let age = now_ms() - own.started_at().expect("it runs");
        assert!((0.0..3_600_000.0).contains(&age), "{age} ms");
        assert!(own.memory().expect("it runs") > 0.1);
    }
}
