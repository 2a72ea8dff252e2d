//! The most memory that the window's processes hold over a while.

use std::{
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::bail;
use ringback_journeys::window::Processes;

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Looks at the memory now and again until it is asked what the most was.
pub(super) struct Watch {
    /// Closed when it is enough.
    going_on: Sender<()>,
    thread: JoinHandle<f64>,
}

impl Watch {
    pub(super) fn over(program: Processes) -> Self {
        let (going_on, over) = channel();
        let thread = thread::spawn(move || {
            let mut most = memory(program);
            while over.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                most = most.max(memory(program));
            }
            most
        });
        Self { going_on, thread }
    }

    /// The most that was seen, in MB.
    pub(super) fn most(self) -> anyhow::Result<f64> {
        drop(self.going_on);
        match self.thread.join() {
            Ok(most) => Ok(most),
            Err(_) => bail!("the watch over the memory ended early"),
        }
    }
}

/// The memory of all its processes in MB, pages that several processes share divided among them
/// (PSS).
pub(super) fn memory(program: Processes) -> f64 {
    let kilobytes: u64 = program.memory().iter().map(|process| process.whole).sum();
    kilobytes as f64 * 1024.0 / 1e6
}
