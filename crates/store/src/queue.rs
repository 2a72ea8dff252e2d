//! What waits for the writer thread: a bounded line.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    error::StoreError,
    open::Options,
    tables::events::{Appended, PackedEvent},
    writing::Writer,
};

/// Something to write.
pub(crate) enum Job {
    /// One event for the journal: the fast way.
    Append(Box<PackedEvent>, Done<Appended>),
    /// Anything else.
    Task(Box<dyn Task>, Lasting),
}

/// What a write survives once it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// Power loss.
    Safe,
    /// The end of the program. The disk has it before the next safe write; after power loss it may be
    /// as if it had not been written.
    Soon,
}

/// Takes the result after the commit.
pub(crate) type Done<T> = Box<dyn FnOnce(Result<T, StoreError>) + Send>;

/// A closure of a caller with what to do with its result.
pub(crate) trait Task: Send {
    /// Runs it inside the transaction.
    fn run(self: Box<Self>, writer: &mut Writer<'_>) -> Ran;
    /// Answers without having run.
    fn refuse(self: Box<Self>, error: StoreError);
}

/// A task that ran and waits for the commit.
pub(crate) struct Ran {
    /// Why what it wrote does not stay.
    pub(crate) failed: Option<StoreError>,
    /// Tells the caller; with an error if the commit failed.
    pub(crate) answer: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

impl Job {
    pub(crate) fn refuse(self, error: StoreError) {
        match self {
            Self::Append(_, done) => done(Err(error)),
            Self::Task(task, _) => task.refuse(error),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Append(event, _) => event.bytes(),
            Self::Task(..) => 0,
        }
    }

    pub(crate) fn can_wait(&self) -> bool {
        matches!(self, Self::Task(_, Lasting::Soon))
    }
}

/// The line itself.
pub(crate) struct Queue {
    line: Mutex<Line>,
    arrived: Condvar,
    most_writes: usize,
    most_bytes: usize,
}

#[derive(Default)]
struct Line {
    jobs: VecDeque<Job>,
    bytes: usize,
    closed: bool,
    /// While the writer waits: for how many jobs. It is woken for no fewer.
    awaited: Option<usize>,
    /// How many the writer took last.
    last: usize,
}

/// How much one commit takes in. A commit is one wait for the disk, so more is better; but whoever
/// came first waits for the last.
const MOST_APPENDS: usize = 512;
const MOST_TASKS: usize = 64;

/// When the last commit was for more than one, others are probably on their way: the next one waits
/// for so many, at most so long. Each commit costs the processor as much as several events do. A
/// single event never waits.
const GATHERED: usize = 32;
const GATHERING: Duration = Duration::from_micros(500);

impl Queue {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            line: Mutex::default(),
            arrived: Condvar::new(),
            most_writes: options.waiting_writes,
            most_bytes: options.waiting_bytes,
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing inside can be half done when a thread panics: push and pop are single steps.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts `job` at the end, or answers it at once when there is no room.
    pub(crate) fn push(&self, job: Job) {
        let mut line = self.line();
        let bytes = job.bytes();
        let refusal = if line.closed {
            Some(StoreError::Closed)
        } else if self.is_full(&line, bytes) {
            Some(StoreError::Overloaded)
        } else {
            None
        };
        match refusal {
            Some(error) => {
                drop(line);
                job.refuse(error);
            }
            None => {
                line.bytes += bytes;
                line.jobs.push_back(job);
                let is_awaited = line.awaited.is_some_and(|many| line.jobs.len() >= many);
                drop(line);
                if is_awaited {
                    self.arrived.notify_one();
                }
            }
        }
    }

    fn is_full(&self, line: &Line, bytes: usize) -> bool {
        line.jobs.len() >= self.most_writes
            || (line.bytes > 0 && line.bytes + bytes > self.most_bytes)
    }

    /// How many wait.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.line().jobs.len()
    }

    /// Waits for something and takes what one commit can take in. `None` when closed and empty.
    pub(crate) fn take(&self) -> Option<Vec<Job>> {
        let mut line = self.await_jobs(self.line(), 1, None);
        if line.last > 1 && line.jobs.len() < GATHERED {
            line = self.await_jobs(line, GATHERED, Some(GATHERING));
        }
        let mut taken = Vec::with_capacity(line.jobs.len().min(MOST_APPENDS));
        let mut tasks = 0;
        while taken.len() < MOST_APPENDS && tasks < MOST_TASKS {
            let Some(job) = line.jobs.pop_front() else {
                break;
            };
            tasks += usize::from(matches!(job, Job::Task(..)));
            line.bytes -= job.bytes();
            taken.push(job);
        }
        line.last = taken.len();
        (!taken.is_empty()).then_some(taken)
    }

    /// Waits until there are so many jobs, or the time is over.
    fn await_jobs<'q>(
        &'q self,
        mut line: MutexGuard<'q, Line>,
        many: usize,
        time: Option<Duration>,
    ) -> MutexGuard<'q, Line> {
        line.awaited = Some(many);
        let are_missing = |line: &mut Line| line.jobs.len() < many && !line.closed;
        let mut line = match time {
            None => self
                .arrived
                .wait_while(line, are_missing)
                .unwrap_or_else(PoisonError::into_inner),
            Some(time) => {
                self.arrived
                    .wait_timeout_while(line, time, are_missing)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
        line.awaited = None;
        line
    }

    /// Takes nothing in any more; what waits is still written.
    pub(crate) fn close(&self) {
        self.line().closed = true;
        self.arrived.notify_all();
    }
}
