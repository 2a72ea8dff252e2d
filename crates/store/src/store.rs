//! The open database: who may write, read, and hear of changes.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc},
    thread::JoinHandle,
};

use ringback_model::{AccountId, Clock};
use rusqlite::Connection;

use crate::{
    checkpoint::Checkpoints,
    commit::{Committer, Syncing},
    error::{Result, StoreError},
    migrations,
    open::{self, Options},
    queue::{Done, Job, Lasting, Queue, Ran, Task},
    reading::{Pool, Reader},
    refusals::{IfKnown, Refusals},
    sql,
    tables::{
        changes::Change,
        cursors,
        events::{Appended, NewEvent, PackedEvent, newest},
        refused::Refusal,
        tried,
    },
    writing::Writer,
};

/// The open database. Clones are the same store; it closes when the last one is dropped.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    queue: Arc<Queue>,
    journal: Arc<Queue>,
    readers: Pool,
    watch: Mutex<Connection>,
    listeners: Arc<Listeners>,
    refusals: Arc<Refusals>,
    checkpoints: [Arc<Checkpoints>; 2],
    writing: Mutex<Vec<JoinHandle<()>>>,
    copying: Mutex<Vec<JoinHandle<()>>>,
}

impl Store {
    /// Opens the database at `path`, or makes a new one. An older format is copied beside the file
    /// (`<name>.before-v<n>`) and then brought to the newest.
    ///
    /// # Errors
    /// [`StoreError::Newer`], [`StoreError::NotOurs`], [`StoreError::Damaged`], [`StoreError::Io`]
    /// (the folder must exist), [`StoreError::DiskFull`], [`StoreError::Busy`].
    pub fn open(path: &Path, options: Options, clock: Clock) -> Result<Self> {
        let journal_path = open::journal_of(path);
        // Both are looked at before one of them is changed.
        let database = open::Opened::look(path, migrations::released())?;
        let journal = open::Opened::look(&journal_path, migrations::released_journal())?;
        let conn = database.for_writing(options.durability)?;
        let journal_conn = journal.for_writing(options.durability)?;
        open::see_journal(&conn, path)?;
        if let Err(error) = newest::learn(&conn) {
            // A full disk or a damaged page is no reason not to open: what is here can be read and told of.
            tracing::warn!(%error, "the newest events are not known until the next start");
        }
        let checkpointer = open::checkpointer(path, options.durability)?;
        let journal_checkpointer = open::checkpointer(&journal_path, options.durability)?;
        let watch = Mutex::new(open::reader(path)?);
        let queue = Arc::new(Queue::new(&options));
        let journal = Arc::new(Queue::new(&options));
        let listeners = Arc::new(Listeners::default());
        let of_database = Arc::new(Checkpoints::new(open::page_size(&conn)?));
        let of_journal = Arc::new(Checkpoints::new(open::page_size(&journal_conn)?));
        let refusals = Arc::new(Refusals::new(Arc::clone(&queue), clock.clone()));
        let inner = Inner {
            path: path.to_owned(),
            queue: Arc::clone(&queue),
            journal: Arc::clone(&journal),
            readers: Pool::new(path.to_owned(), options.readers),
            watch,
            listeners: Arc::clone(&listeners),
            refusals: Arc::clone(&refusals),
            checkpoints: [Arc::clone(&of_database), Arc::clone(&of_journal)],
            writing: Mutex::default(),
            copying: Mutex::default(),
        };
        // If a thread cannot be started, dropping `inner` ends those that were.
        let committers = [
            ("store-writer", conn, queue, Arc::clone(&of_database)),
            (
                "journal-writer",
                journal_conn,
                journal,
                Arc::clone(&of_journal),
            ),
        ];
        for (name, conn, queue, checkpoints) in committers {
            let committer = Committer {
                conn,
                queue,
                syncing: Syncing::new(options.durability),
                clock: clock.clone(),
                listeners: Arc::clone(&listeners),
                checkpoints,
            };
            keep(&inner.writing, named(name, move || committer.run())?);
        }
        let copy = move || of_database.run(&checkpointer, Some(&refusals));
        keep(&inner.copying, named("store-checkpoint", copy)?);
        let copy = move || of_journal.run(&journal_checkpointer, None);
        keep(&inner.copying, named("journal-checkpoint", copy)?);
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Runs `work` in a transaction and answers when it is safe on the disk. Several callers share
    /// one transaction and one wait for the disk; an `Err` of `work` takes back only its own writes.
    ///
    /// Waits: do not call it on an async runtime's thread ([`Store::write_async`] is for that), nor
    /// from inside `work` or a callback of the store.
    ///
    /// # Errors
    /// Those of `work`; [`StoreError::Overloaded`] and [`StoreError::Closed`] if it did not run;
    /// after [`StoreError::Io`] it is unknown whether it is written.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = mpsc::sync_channel(1);
        self.write_async(work, move |result| {
            let _ = tell.send(result);
        });
        told.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Like [`Store::write`], without waiting: `on_done` gets the result on the writer's thread (or
    /// at once on this one, if nothing is taken in) and must be quick.
    pub fn write_async<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T> + Send + 'static,
        on_done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let task = Closure {
            work,
            done: Box::new(on_done) as Done<T>,
        };
        let job = Job::Task(Box::new(task), Lasting::Safe);
        self.inner.queue.push(job);
    }

    /// Like [`Store::write`], for what is learned again if it is lost: what follows from the journal,
    /// how far work has come. It does not wait for the disk. After power loss the database may be as
    /// it was some commits ago, as a whole; whatever [`Store::write`] wrote later is not there without
    /// it.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_soon<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (tell, told) = mpsc::sync_channel(1);
        self.write_soon_async(work, move |result| {
            let _ = tell.send(result);
        });
        told.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Like [`Store::write_soon`], without waiting at all; see [`Store::write_async`].
    pub fn write_soon_async<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T> + Send + 'static,
        on_done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let task = Closure {
            work,
            done: Box::new(on_done) as Done<T>,
        };
        let job = Job::Task(Box::new(task), Lasting::Soon);
        self.inner.queue.push(job);
    }

    /// Keeps a copy of a cursor with the journal. Has to come after everything it speaks of is there.
    pub fn keep_cursor_async(
        &self,
        account: AccountId,
        name: &'static str,
        value: String,
        on_done: impl FnOnce(Result<()>) + Send + 'static,
    ) {
        self.in_journal(
            move |writer| cursors::keep(writer.conn(), &account, name, &value),
            on_done,
        );
    }

    /// Writes something of no meaning into the journal, as large as a small event, so that it is known
    /// whether one could be kept; `on_done` hears it when the disk has it.
    pub fn try_journal_async(&self, on_done: impl FnOnce(Result<()>) + Send + 'static) {
        self.in_journal(|writer| tried::write(writer.conn(), writer.now()), on_done);
    }

    /// Runs `work` on the journal's writer, between appends.
    pub(crate) fn in_journal<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T> + Send + 'static,
        on_done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let task = Closure {
            work,
            done: Box::new(on_done) as Done<T>,
        };
        let job = Job::Task(Box::new(task), Lasting::Safe);
        self.inner.journal.push(job);
    }

    /// Writes an event into the journal and answers when it is safe on the disk. The body is
    /// compressed on this thread.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn append(&self, event: NewEvent) -> Result<Appended> {
        let (tell, told) = mpsc::sync_channel(1);
        self.append_async(event, move |result| {
            let _ = tell.send(result);
        });
        told.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Like [`Store::append`], without waiting.
    pub fn append_async(
        &self,
        event: NewEvent,
        on_done: impl FnOnce(Result<Appended>) + Send + 'static,
    ) {
        match PackedEvent::new(event) {
            Ok(packed) => self
                .inner
                .journal
                .push(Job::Append(Box::new(packed), Box::new(on_done))),
            Err(error) => on_done(Err(error)),
        }
    }

    /// How many writes wait for the database.
    #[cfg(test)]
    pub(crate) fn writes_waiting(&self) -> usize {
        self.inner.queue.waiting()
    }

    /// How many events wait for the journal.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.inner.journal.waiting()
    }

    /// Reads one consistent state, never waiting for the writer.
    ///
    /// # Errors
    /// Those of `read`, and those of opening a connection.
    pub fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> Result<T>) -> Result<T> {
        self.inner.readers.read(read)
    }

    /// Records that a request was refused. Never waits and never fails: it is counted at once and
    /// reaches the disk at most ten times a second, with the first few bodies cut to 4 KiB. In the same
    /// write the calls that it names are looked up, and what is to be done about those that are known
    /// becomes a job; of an account a hundred at a time, further ones are passed over.
    pub fn refuse(&self, refusal: Refusal, named: Vec<IfKnown>) {
        if self.inner.refusals.take(refusal, named) {
            self.inner.checkpoints[0].refusals_wait();
        }
    }

    /// Calls `listener` after each commit of this store that changed something people see, on the
    /// writer's thread: it must be quick, hand on, and not use the store. Changes of another process
    /// are found with [`Store::data_version`] and [`Reader::changes_since`].
    pub fn on_commit(&self, listener: impl Fn(&[Change]) + Send + Sync + 'static) {
        self.inner.listeners.add(Box::new(listener));
    }

    /// A number that is another one after any commit to either file, by this or any other process. Cheap
    /// enough to ask several times a second.
    ///
    /// # Errors
    /// Those of reading the file.
    pub fn data_version(&self) -> Result<i64> {
        let watch = self
            .inner
            .watch
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let version = |file| -> Result<i64> {
            Ok(watch.pragma_query_value(Some(file), "data_version", |row| row.get(0))?)
        };
        // Each is a small number that is counted up.
        Ok((version("main")? << 32) ^ version("journal")?)
    }

    /// Checks every page of both files and the search index. Takes long on a large archive.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with the file and the first complaint.
    pub fn integrity(&self) -> Result<()> {
        self.read(|reader| {
            for (name, file) in [("main", "ringback.db"), ("journal", "journal.db")] {
                let check = format!("PRAGMA {name}.quick_check(1)");
                let found = match sql::value(reader.conn(), &check, []) {
                    // Damage in the wrong place ends the check itself.
                    Err(StoreError::Damaged(found)) => found,
                    found => found?,
                };
                if found != "ok" {
                    return Err(StoreError::Damaged(format!("{file}: {found}")));
                }
            }
            Ok(())
        })
    }

    /// Writes what waits, copies the log into the file, and closes. Later uses of other clones
    /// answer [`StoreError::Closed`].
    pub fn close(self) {
        self.inner.close();
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

impl Inner {
    fn close(&self) {
        self.refusals.flush();
        self.journal.close();
        self.queue.close();
        self.readers.close();
        join(&self.writing);
        // The checkpoint threads copy the last of what was written.
        for checkpoints in &self.checkpoints {
            checkpoints.close();
        }
        join(&self.copying);
    }
}

fn keep(threads: &Mutex<Vec<JoinHandle<()>>>, thread: JoinHandle<()>) {
    threads
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(thread);
}

fn join(threads: &Mutex<Vec<JoinHandle<()>>>) {
    let threads = std::mem::take(&mut *threads.lock().unwrap_or_else(PoisonError::into_inner));
    for thread in threads {
        // The last clone may live in a callback, which runs on the writer's own thread.
        if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
            tracing::error!("a thread of the store panicked");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

fn named(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    Ok(std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)?)
}

type Listener = Box<dyn Fn(&[Change]) + Send + Sync>;

/// Who wants to hear of changes.
#[derive(Default)]
pub(crate) struct Listeners(RwLock<Vec<Listener>>);

impl Listeners {
    fn add(&self, listener: Listener) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(listener);
    }

    pub(crate) fn tell(&self, changes: &[Change]) {
        for listener in &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            if catch_unwind(AssertUnwindSafe(|| listener(changes))).is_err() {
                tracing::error!("a listener to commits panicked");
            }
        }
    }
}

/// A caller's closure and callback.
struct Closure<W, T> {
    work: W,
    done: Done<T>,
}

impl<W, T> Task for Closure<W, T>
where
    W: FnOnce(&mut Writer<'_>) -> Result<T> + Send,
    T: Send + 'static,
{
    fn run(self: Box<Self>, writer: &mut Writer<'_>) -> Ran {
        let Self { work, done } = *self;
        let result = catch_unwind(AssertUnwindSafe(|| work(writer)))
            .unwrap_or_else(|_| Err(StoreError::Broken("a writing closure panicked".into())));
        Ran {
            failed: result.as_ref().err().cloned(),
            answer: Box::new(move |ended| done(ended.and(result))),
        }
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        (self.done)(Err(error));
    }
}
