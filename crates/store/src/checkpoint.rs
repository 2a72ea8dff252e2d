//! Copies the write-ahead log into the database file, away from the writer.
//!
//! The copying is done by a thread of its own, without stopping anybody (PASSIVE). Under load that
//! alone never reaches the end of the log, because the writer appends meanwhile and the log would
//! grow for ever; so from some size on the writer itself copies the short rest between two commits,
//! and starts the log over. When nothing is written for a while the log is cut to nothing (TRUNCATE).

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::Connection;

use crate::refusals::Refusals;

/// From here on, in bytes, the thread copies.
const WORTH_COPYING: u32 = 16 << 20;
/// From here on the writer copies the rest itself when it is short, from twice as many in any case.
const TOO_LONG: u32 = 64 << 20;
/// What the writer copies between two commits without keeping anybody waiting for long.
const SHORT_REST: u32 = 8 << 20;
/// How long nothing is written before the log is cut.
const IDLE: Duration = Duration::from_secs(5);
/// How long a refusal may wait in memory.
const REFUSALS_WAIT: Duration = Duration::from_millis(100);

/// What the writer tells the checkpoint thread.
pub(crate) struct Checkpoints {
    page_size: u32,
    log: Mutex<Log>,
    changed: Condvar,
}

#[derive(Default)]
struct Log {
    pages: u32,
    /// Pages that the thread has copied of this log.
    copied: u32,
    /// Counts up when the log starts over.
    turn: u64,
    touched: bool,
    refusals: bool,
    closed: bool,
}

impl Checkpoints {
    /// For a file with pages of so many bytes.
    pub(crate) fn new(page_size: u32) -> Self {
        Self {
            page_size,
            log: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// How many pages so many bytes are.
    fn pages(&self, bytes: u32) -> u32 {
        bytes / self.page_size
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Called by the writer after each commit.
    pub(crate) fn grown_to(&self, pages: u32, writer: &Connection) {
        let mut log = self.log();
        if pages < log.pages {
            log.copied = 0;
            log.turn += 1;
        }
        log.pages = pages;
        let was_idle = !std::mem::replace(&mut log.touched, true);
        let copied = log.copied;
        drop(log);
        let rest = pages - copied.min(pages);
        let too_long = self.pages(TOO_LONG);
        if pages >= too_long && (rest < self.pages(SHORT_REST) || pages >= 2 * too_long) {
            // After the rest is copied too, the log starts over from its beginning.
            copy(writer, PASSIVE);
        }
        if was_idle || rest >= self.pages(WORTH_COPYING) {
            self.changed.notify_one();
        }
    }

    /// Refusals wait to be written.
    pub(crate) fn refusals_wait(&self) {
        self.log().refusals = true;
        self.changed.notify_one();
    }

    /// Ends the thread after a last look.
    pub(crate) fn close(&self) {
        self.log().closed = true;
        self.changed.notify_one();
    }

    /// The thread.
    pub(crate) fn run(&self, conn: &Connection, refusals: Option<&Arc<Refusals>>) {
        loop {
            match self.wait() {
                Work::Copy { turn } => {
                    let copied = copy(conn, PASSIVE);
                    let mut log = self.log();
                    if log.turn == turn {
                        log.copied = copied;
                    }
                }
                Work::Cut => {
                    copy(conn, TRUNCATE);
                }
                Work::Refusals => refusals.into_iter().for_each(|refusals| refusals.flush()),
                Work::End => break,
            }
        }
        copy(conn, TRUNCATE);
    }

    fn wait(&self) -> Work {
        let mut log = self.log();
        loop {
            if log.closed {
                return Work::End;
            }
            if log.pages.saturating_sub(log.copied) >= self.pages(WORTH_COPYING) {
                // Not again before the writer went on, even if this copy gets nowhere.
                log.copied = log.pages;
                return Work::Copy { turn: log.turn };
            }
            if !log.touched && !log.refusals {
                // Nothing was written since the log was cut: nothing to wake up for.
                log = self
                    .changed
                    .wait(log)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let patience = if log.refusals { REFUSALS_WAIT } else { IDLE };
            let (next, waited) = self
                .changed
                .wait_timeout(log, patience)
                .unwrap_or_else(PoisonError::into_inner);
            log = next;
            if !waited.timed_out() {
                continue;
            }
            if std::mem::take(&mut log.refusals) {
                return Work::Refusals;
            }
            if std::mem::take(&mut log.touched) {
                return Work::Cut;
            }
        }
    }
}

enum Work {
    Copy { turn: u64 },
    Cut,
    Refusals,
    End,
}

const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
const TRUNCATE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Copies what can be copied. How many pages of the log are in the file now.
fn copy(conn: &Connection, how: &str) -> u32 {
    // A reader or writer in the way is no failure: the next time gets further.
    conn.query_row(how, [], |row| row.get::<_, i64>(2))
        .ok()
        .and_then(|pages| u32::try_from(pages).ok())
        .unwrap_or(0)
}
