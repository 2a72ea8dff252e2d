//! The processes of a program: its own and those of its webview.

use std::{
    fmt::{self, Display},
    fs,
    path::Path,
    time::Duration,
};

use super::{
    frame,
    patience::{A_WHILE, SOON, until},
};

/// What a process's webview pages run in.
const PAGES: &str = "WebKitWebProcess";

/// Where they stand in `/proc/{id}/stat`, counted from 0 after the name.
const PARENT: usize = 1;
const BEGAN: usize = 19;

/// Ticks of the clock in which Linux tells a program when a process began; the same on every
/// architecture (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// A process and those that it has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processes(u32);

/// The memory of a process, in kB. Pages that several processes share are divided among them (`Pss`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The name of the process.
    pub name: String,
    /// All of it.
    pub whole: u64,
    /// What of it stands in no file, so that the system cannot simply drop it.
    pub anonymous: u64,
    /// What of it stands in the files of libraries.
    pub libraries: u64,
}

impl Memory {
    fn of(id: u32) -> Option<Self> {
        let mappings = fs::read_to_string(format!("/proc/{id}/smaps")).ok()?;
        let mut memory = Self {
            name: name(id)?,
            whole: 0,
            anonymous: 0,
            libraries: 0,
        };
        let mut is_library = false;
        for line in mappings.lines() {
            let (first, rest) = line.split_once(' ')?;
            let size = || rest.trim().trim_end_matches(" kB").parse().unwrap_or(0);
            match first {
                "Pss:" => {
                    memory.whole += size();
                    memory.libraries += if is_library { size() } else { 0 };
                }
                "Anonymous:" => {
                    memory.anonymous += size();
                    let changed = if is_library { size() } else { 0 };
                    memory.libraries = memory.libraries.saturating_sub(changed);
                }
                _ if !first.ends_with(':') => is_library = rest.contains(".so"),
                _ => {}
            }
        }
        Some(memory)
    }
}

impl Processes {
    /// The program on this home: not a child of it that has yet to become what it will be.
    pub fn of(program: &Path, home: &Path) -> Option<Self> {
        let home = home.to_string_lossy();
        let ours: Vec<u32> = all()
            .into_iter()
            .filter(|id| fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == program))
            .filter(|id| {
                let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
                line.split(|byte| *byte == 0)
                    .any(|word| word == home.as_bytes())
            })
            .collect();
        let is_first = |id: &&u32| parent_of(**id).is_none_or(|parent| !ours.contains(&parent));
        ours.iter().find(is_first).copied().map(Self)
    }

    /// The program that was started with this number.
    pub fn started(id: u32) -> Self {
        Self(id)
    }

    /// The number of the first of them.
    pub fn id(self) -> u32 {
        self.0
    }

    /// Closes the window as a person does, as soon as there is one.
    pub async fn close_window(self) {
        let what = "a window to close";
        until(A_WHILE, self.or_states(what), async || {
            let closed = frame::close_windows_of(self.0).unwrap_or(0);
            (closed > 0).then_some(())
        })
        .await;
    }

    /// Waits until a window can be seen.
    pub async fn with_window(self) {
        until(SOON, self.or_states("a window"), async || {
            frame::is_seen(self.0)
                .is_ok_and(|is_seen| is_seen)
                .then_some(())
        })
        .await;
    }

    /// Waits until no page is held in memory.
    pub async fn without_pages(self) {
        let what = "the processes of the page are gone";
        until(SOON, self.or_states(what), async || {
            (!self.has_pages()).then_some(())
        })
        .await;
    }

    /// Waits until nothing of the webview is left but what the program itself has loaded.
    pub async fn alone(self) {
        let what = "the program is alone";
        until(SOON, self.or_states(what), async || {
            (self.family().len() == 1).then_some(())
        })
        .await;
    }

    /// Waits until there is a page.
    pub async fn with_pages(self) {
        let what = "a process of the page";
        until(SOON, self.or_states(what), async || {
            self.has_pages().then_some(())
        })
        .await;
    }

    /// The name of each of them, and what it is doing.
    pub fn states(self) -> String {
        let state = |id: u32| {
            let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
            let state = status
                .lines()
                .find_map(|line| line.strip_prefix("State:"))?;
            Some(format!("{} ({id}): {}", name(id)?, state.trim()))
        };
        let states: Vec<_> = self.family().into_iter().filter_map(state).collect();
        if states.is_empty() {
            return "ended".into();
        }
        states.join(", ")
    }

    /// Whether none of them is there any more.
    pub fn are_gone(self) -> bool {
        self.memory().is_empty()
    }

    fn has_pages(self) -> bool {
        self.family()
            .into_iter()
            .any(|id| name(id).is_some_and(|name| PAGES.starts_with(&name)))
    }

    /// Waits until the program has ended.
    pub async fn end(self) {
        let what = "the program has ended";
        until(SOON, self.or_states(what), async || {
            self.are_gone().then_some(())
        })
        .await;
    }

    /// What was waited for, and in which state the program was found instead.
    pub fn or_states(self, what: &str) -> impl Display {
        Instead(self, what)
    }

    /// How long ago the first of them began, to a hundredth of a second. Nothing where it has ended.
    pub fn age(self) -> Option<Duration> {
        let began: f64 = stat(self.0)?.get(BEGAN)?.parse().ok()?;
        let uptime = fs::read_to_string("/proc/uptime").ok()?;
        let uptime: f64 = uptime.split_whitespace().next()?.parse().ok()?;
        Duration::try_from_secs_f64(uptime - began / TICKS_PER_SECOND).ok()
    }

    /// How much memory each of them takes for itself.
    pub fn memory(self) -> Vec<Memory> {
        self.family().into_iter().filter_map(Memory::of).collect()
    }

    fn family(self) -> Vec<u32> {
        let mut family = vec![self.0];
        let all = all();
        let mut seen = 0;
        while let Some(parent) = family.get(seen).copied() {
            family.extend(all.iter().filter(|id| parent_of(**id) == Some(parent)));
            seen += 1;
        }
        family
    }
}

struct Instead<'w>(Processes, &'w str);

impl Display for Instead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; the program: {}", self.1, self.0.states())
    }
}

fn all() -> Vec<u32> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let id = |process: fs::DirEntry| process.file_name().to_str()?.parse().ok();
    processes.flatten().filter_map(id).collect()
}

/// As the kernel keeps it: cut after 15 letters.
fn name(id: u32) -> Option<String> {
    let name = fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
    Some(name.trim().to_owned())
}

fn parent_of(id: u32) -> Option<u32> {
    stat(id)?.get(PARENT)?.parse().ok()
}

/// What follows the name in `/proc/{id}/stat`, as in proc(5).
fn stat(id: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name stands in parentheses and may contain anything.
    let (_, fields) = stat.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}
