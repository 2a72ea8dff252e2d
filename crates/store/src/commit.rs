//! The writer thread: takes everything that waits, writes it in one transaction, waits for the disk
//! once, and only then answers each.
//!
//! A closure that fails is rolled back alone, behind a savepoint. If SQLite had to roll back the
//! whole transaction (the disk is full, the drive fails), everybody whose work was in it gets the
//! error and the rest is tried in a transaction of its own.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use ringback_model::Clock;
use rusqlite::Connection;

use crate::{
    checkpoint::Checkpoints,
    error::{Result, StoreError},
    open::Durability,
    queue::{Job, Queue, Ran, Task},
    store::Listeners,
    tables::{changes, events},
    writing::Writer,
};

thread_local! {
    /// Pages in the log after this thread's last commit, told by SQLite.
    static LOG_PAGES: Cell<u32> = const { Cell::new(0) };
}

/// Everything the writer thread owns or shares.
pub(crate) struct Committer {
    pub(crate) conn: Connection,
    pub(crate) queue: Arc<Queue>,
    pub(crate) syncing: Syncing,
    pub(crate) clock: Clock,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) checkpoints: Arc<Checkpoints>,
}

impl Committer {
    /// Works until the queue is closed and empty.
    pub(crate) fn run(self) {
        self.conn.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(u32::try_from(pages).unwrap_or(0));
            Ok(())
        }));
        while let Some(jobs) = self.queue.take() {
            self.commit(jobs);
            self.checkpoints.grown_to(LOG_PAGES.get(), &self.conn);
        }
    }

    fn commit(&self, jobs: Vec<Job>) {
        let can_wait = jobs.iter().all(Job::can_wait);
        if let Err(error) = self.syncing.set(&self.conn, can_wait) {
            jobs.into_iter()
                .for_each(|job| answered(|| job.refuse(error.clone())));
            return;
        }
        let mut jobs = jobs.into_iter();
        while !jobs.as_slice().is_empty() {
            if let Err(error) = step(&self.conn, "BEGIN IMMEDIATE") {
                jobs.for_each(|job| answered(|| job.refuse(error.clone())));
                return;
            }
            let mut batch = Batch::new(self);
            let written = batch.write(&mut jobs);
            let ended = written.and_then(|()| step(&self.conn, "COMMIT"));
            batch.end(ended);
        }
    }
}

/// Whether commits wait for the disk. With `synchronous = normal` SQLite leaves that to the next
/// commit that does; what is in the log keeps its order, so nothing later is there without it.
pub(crate) struct Syncing {
    may_change: bool,
    waits: Cell<bool>,
}

impl Syncing {
    pub(crate) fn new(durability: Durability) -> Self {
        Self {
            may_change: durability == Durability::Full,
            waits: Cell::new(true),
        }
    }

    /// For the next transaction.
    fn set(&self, conn: &Connection, can_wait: bool) -> Result<()> {
        let waits = !can_wait;
        if self.may_change && self.waits.get() != waits {
            let word = if waits { "full" } else { "normal" };
            conn.pragma_update(Some("main"), "synchronous", word)?;
            self.waits.set(waits);
        }
        Ok(())
    }
}

/// What runs in one transaction.
struct Batch<'a> {
    to: &'a Committer,
    writer: Writer<'a>,
    answers: Vec<Box<dyn FnOnce(Result<()>) + Send>>,
}

impl<'a> Batch<'a> {
    fn new(to: &'a Committer) -> Self {
        Self {
            to,
            writer: Writer::new(&to.conn, to.clock.now()),
            answers: Vec::new(),
        }
    }

    /// Runs jobs until there are no more, or until the transaction is lost.
    fn write(&mut self, jobs: &mut std::vec::IntoIter<Job>) -> Result<()> {
        let is_alone = jobs.len() == 1;
        for job in jobs {
            match job {
                Job::Append(event, done) => {
                    let appended = events::append(&self.to.conn, &event);
                    let failed = appended.as_ref().err().cloned();
                    self.answers
                        .push(Box::new(move |ended| done(ended.and(appended))));
                    self.still_open(failed)?;
                }
                Job::Task(task, _) if is_alone => self.run_alone(task)?,
                Job::Task(task, _) => self.run(task)?,
            }
        }
        for words in &self.writer.words {
            words.write(&self.to.conn)?;
        }
        changes::prune(&self.to.conn, &self.writer.noted)
    }

    /// Nobody else's work is in the transaction, so it is the way back by itself.
    fn run_alone(&mut self, task: Box<dyn Task>) -> Result<()> {
        let Ran { failed, answer } = task.run(&mut self.writer);
        self.answers.push(answer);
        if failed.is_none() {
            return Ok(());
        }
        self.writer.noted.clear();
        self.writer.words.clear();
        self.still_open(failed)?;
        step(&self.to.conn, "ROLLBACK")?;
        step(&self.to.conn, "BEGIN IMMEDIATE")
    }

    fn run(&mut self, task: Box<dyn Task>) -> Result<()> {
        let conn = &self.to.conn;
        if let Err(error) = step(conn, "SAVEPOINT job") {
            let told = error.clone();
            self.answers.push(Box::new(move |_| task.refuse(told)));
            return Err(error);
        }
        // What earlier closures noted is theirs: this one must note again what it changes itself.
        let earlier = std::mem::take(&mut self.writer.noted);
        let earlier_words = std::mem::take(&mut self.writer.words);
        let Ran { failed, answer } = task.run(&mut self.writer);
        let own = std::mem::replace(&mut self.writer.noted, earlier);
        let own_words = std::mem::replace(&mut self.writer.words, earlier_words);
        self.answers.push(answer);
        if failed.is_none() {
            self.writer.noted.extend(own);
            self.writer.words.extend(own_words);
        }
        let is_failed = failed.is_some();
        self.still_open(failed)?;
        if is_failed {
            step(conn, "ROLLBACK TO job")?;
        }
        step(conn, "RELEASE job")
    }

    /// SQLite gives a transaction up by itself when the disk is full or the drive fails. Then
    /// nothing of the batch is written, and everybody in it has to hear why.
    fn still_open(&self, failed: Option<StoreError>) -> Result<()> {
        if self.to.conn.is_autocommit() {
            Err(failed.unwrap_or_else(|| StoreError::Io("the transaction was given up".into())))
        } else {
            Ok(())
        }
    }

    /// Tells everybody how it ended.
    fn end(self, ended: Result<()>) {
        let conn = &self.to.conn;
        if ended.is_err() && !conn.is_autocommit() && conn.execute_batch("ROLLBACK").is_err() {
            tracing::error!("a failed transaction could not be rolled back");
        }
        if ended.is_ok() && !self.writer.noted.is_empty() {
            self.to.listeners.tell(&self.writer.noted);
        }
        for answer in self.answers {
            let ended = ended.clone();
            answered(|| answer(ended));
        }
    }
}

fn step(conn: &Connection, sql: &str) -> Result<()> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// A caller's callback must not take the writer thread with it.
fn answered(answer: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(answer)).is_err() {
        tracing::error!("a callback after a write panicked");
    }
}

#[cfg(test)]
mod tests {
    use ringback_model::{AccountId, Clock, Source};

    use crate::{NewEvent, Options, Request, Standing, Store, StoreError};

    fn event(key: &str) -> NewEvent {
        NewEvent {
            account: AccountId::new("clinic").expect("valid"),
            provider: "retell".into(),
            source: Source::Webhook,
            kind: None,
            key: key.into(),
            received_at: jiff::Timestamp::UNIX_EPOCH,
            as_of: None,
            request: Request::default(),
            body: (0..20_000u32)
                .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
                .collect(),
            standing: Standing::Signed,
        }
    }

    /// As if the disk had room for `pages` more pages, in the database and in the journal each.
    fn give_room(store: &Store, pages: u32) {
        let limit = move |writer: &mut crate::Writer<'_>| {
            let used: u32 = crate::sql::value(writer.conn(), "PRAGMA main.page_count", [])?;
            let most = used.saturating_add(pages);
            let sql = format!("PRAGMA main.max_page_count = {most}");
            crate::sql::value::<u32>(writer.conn(), &sql, []).map(drop)
        };
        store.write(limit).expect("a pragma needs no room");
        let (tell, told) = std::sync::mpsc::channel();
        store.in_journal(limit, move |result| tell.send(result).expect("waits"));
        told.recv()
            .expect("answered")
            .expect("a pragma needs no room");
    }

    #[test]
    fn a_full_disk_is_told_and_loses_nothing_and_passes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ringback.db");
        let store = Store::open(&path, Options::default(), Clock::system()).expect("opens");
        store.append(event("before")).expect("there is room");
        give_room(&store, 5);
        assert_eq!(store.append(event("full")), Err(StoreError::DiskFull));
        let large = "x".repeat(100_000);
        let closure = store.write(move |writer| writer.settings_mut().set("large", &large));
        assert_eq!(closure, Err(StoreError::DiskFull));
        let kept = store.read(|reader| reader.events().count_pending(10));
        assert_eq!(kept, Ok(1), "what was there is there, what failed is not");

        give_room(&store, 10_000);
        store.append(event("full")).expect("the sender tried again");
        assert_eq!(
            store.read(|reader| reader.events().count_pending(10)),
            Ok(2)
        );
        assert_eq!(store.integrity(), Ok(()));
    }

    #[test]
    fn whether_the_journal_can_be_written_is_tried_with_as_much_as_an_event_needs() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ringback.db");
        let store = Store::open(&path, Options::default(), Clock::system()).expect("opens");
        let tried = || {
            let (tell, told) = std::sync::mpsc::channel();
            store.try_journal_async(move |result| tell.send(result).expect("waits"));
            told.recv().expect("answered")
        };
        give_room(&store, 3);
        assert_eq!(tried(), Err(StoreError::DiskFull));
        give_room(&store, 10_000);
        assert_eq!(tried(), Ok(()));
        assert_eq!(tried(), Ok(()), "again and again");
        assert_eq!(store.integrity(), Ok(()));
    }

    #[test]
    fn only_what_can_be_learned_again_does_not_wait_for_the_disk() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ringback.db");
        let store = Store::open(&path, Options::default(), Clock::system()).expect("opens");
        let synchronous = |writer: &mut crate::Writer<'_>| {
            crate::sql::value::<i64>(writer.conn(), "PRAGMA main.synchronous", [])
        };
        const NORMAL: i64 = 1;
        const FULL: i64 = 2;
        assert_eq!(store.write(synchronous), Ok(FULL));
        assert_eq!(store.write_soon(synchronous), Ok(NORMAL));
        assert_eq!(store.write(synchronous), Ok(FULL));

        // In one transaction with something that has to be safe, everything waits.
        let (go, gate) = std::sync::mpsc::channel::<()>();
        let (entered, inside) = std::sync::mpsc::channel();
        store.write_async(
            move |_| {
                entered.send(()).expect("the test waits");
                gate.recv().map_err(|_| StoreError::Closed)
            },
            drop,
        );
        inside.recv().expect("the writer stands still");
        std::thread::scope(|scope| {
            let soon = scope.spawn(|| store.write_soon(synchronous));
            let (tell, told) = std::sync::mpsc::channel();
            store.write_async(synchronous, move |safe| tell.send(safe).expect("waits"));
            while store.writes_waiting() < 2 {
                std::thread::yield_now();
            }
            go.send(()).expect("the writer waits");
            assert_eq!(told.recv().expect("answered"), Ok(FULL));
            assert_eq!(soon.join().expect("no panic"), Ok(FULL));
        });
    }

    #[test]
    fn one_event_too_large_for_the_disk_does_not_stop_smaller_work_of_others() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ringback.db");
        let store = Store::open(&path, Options::default(), Clock::system()).expect("opens");
        give_room(&store, 3);
        let (tell, told) = std::sync::mpsc::channel();
        let (go, gate) = std::sync::mpsc::channel::<()>();
        store.in_journal(move |_| gate.recv().map_err(|_| StoreError::Closed), drop);
        store.append_async(event("large"), move |result| {
            tell.send(result).expect("waits")
        });
        go.send(()).expect("the writer waits");
        assert_eq!(told.recv().expect("answered"), Err(StoreError::DiskFull));
        let small = NewEvent {
            body: b"{}".to_vec(),
            ..event("small")
        };
        store.append(small).expect("fits");
        assert_eq!(store.integrity(), Ok(()));
    }
}
