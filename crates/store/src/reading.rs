//! Reading: connections that cannot write, handed out one read at a time.

use std::{
    path::PathBuf,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;

use crate::{
    error::{Result, StoreError},
    open,
    tables::{
        absences::Absences,
        addresses::Addresses,
        alerts::Alerts,
        calls::Calls,
        changes::{self, Feed},
        copies::SecondCopies,
        cursors::Cursors,
        deletions::Deletions,
        events::Events,
        figures::Figures,
        jobs::Jobs,
        ledger::Ledger,
        listens::Listens,
        recordings::Recordings,
        refused::RefusedLog,
        registrations::Registrations,
        settings::Settings,
        shapes::Shapes,
        sweeps::Sweeps,
    },
};

/// Reads one consistent state of the database, as of the first row read.
///
/// Keep reads short: while one lasts, the log cannot be copied into the file and grows.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'c> {
    conn: &'c Connection,
}

impl<'c> Reader<'c> {
    pub(crate) fn new(conn: &'c Connection) -> Self {
        Self { conn }
    }

    pub(crate) fn conn(&self) -> &'c Connection {
        self.conn
    }

    /// The journal.
    pub fn events(&self) -> Events<'c> {
        Events { conn: self.conn }
    }

    /// What was refused at the door.
    pub fn refused(&self) -> RefusedLog<'c> {
        RefusedLog { conn: self.conn }
    }

    /// The calls.
    pub fn calls(&self) -> Calls<'c> {
        Calls { conn: self.conn }
    }

    /// The recordings.
    pub fn recordings(&self) -> Recordings<'c> {
        Recordings { conn: self.conn }
    }

    /// The work to be done.
    pub fn jobs(&self) -> Jobs<'c> {
        Jobs { conn: self.conn }
    }

    /// The second copies of recordings.
    pub fn second_copies(&self) -> SecondCopies<'c> {
        SecondCopies { conn: self.conn }
    }

    /// What was deleted at the providers.
    pub fn deletions(&self) -> Deletions<'c> {
        Deletions { conn: self.conn }
    }

    /// How far polling came.
    pub fn cursors(&self) -> Cursors<'c> {
        Cursors { conn: self.conn }
    }

    /// Who listened to what.
    pub fn listens(&self) -> Listens<'c> {
        Listens { conn: self.conn }
    }

    /// What needs a person's attention.
    pub fn alerts(&self) -> Alerts<'c> {
        Alerts { conn: self.conn }
    }

    /// Settings of the people who use the window.
    pub fn settings(&self) -> Settings<'c> {
        Settings { conn: self.conn }
    }

    /// What was entered at the providers.
    pub fn registrations(&self) -> Registrations<'c> {
        Registrations { conn: self.conn }
    }

    /// The public addresses that the door has had.
    pub fn addresses(&self) -> Addresses<'c> {
        Addresses { conn: self.conn }
    }

    /// Resyncs of many calls.
    pub fn sweeps(&self) -> Sweeps<'c> {
        Sweeps { conn: self.conn }
    }

    /// Stretches of time in which no provider was asked.
    pub fn absences(&self) -> Absences<'c> {
        Absences { conn: self.conn }
    }

    /// What fields the providers' documents have.
    pub fn shapes(&self) -> Shapes<'c> {
        Shapes { conn: self.conn }
    }

    /// What is expected, what is held, and why the rest is not here.
    pub fn ledger(&self) -> Ledger<'c> {
        Ledger { conn: self.conn }
    }

    /// Sums for Insights and Health.
    pub fn figures(&self) -> Figures<'c> {
        Figures { conn: self.conn }
    }

    /// What changed after the change `seq` (0: from the beginning), by any process, oldest first.
    pub fn changes_since(&self, seq: i64) -> Result<Feed> {
        changes::since(self.conn, seq)
    }

    /// The number of the newest change, 0 if there is none.
    pub fn last_change(&self) -> Result<i64> {
        changes::last(self.conn)
    }
}

/// The connections that are not in use, and how many there are at all.
pub(crate) struct Pool {
    path: PathBuf,
    most: usize,
    shelf: Mutex<Shelf>,
    returned: Condvar,
}

#[derive(Default)]
struct Shelf {
    free: Vec<Connection>,
    open: usize,
    closed: bool,
}

impl Pool {
    pub(crate) fn new(path: PathBuf, most: usize) -> Self {
        Self {
            path,
            most: most.max(1),
            shelf: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// Runs `read` on a connection of its own inside one read transaction.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> Result<T>) -> Result<T> {
        let lent = self.lend()?;
        let conn = lent
            .conn
            .as_ref()
            .expect("a lent connection is there until it is dropped");
        let transaction = conn.unchecked_transaction()?;
        let result = read(&Reader::new(conn));
        transaction.finish()?;
        result
    }

    fn lend(&self) -> Result<Lent<'_>> {
        let mut shelf = self
            .returned
            .wait_while(self.shelf(), |shelf| {
                !shelf.closed && shelf.free.is_empty() && shelf.open >= self.most
            })
            .unwrap_or_else(PoisonError::into_inner);
        if shelf.closed {
            return Err(StoreError::Closed);
        }
        let free = shelf.free.pop();
        if free.is_none() {
            shelf.open += 1;
        }
        drop(shelf);
        let mut lent = Lent {
            pool: self,
            conn: free,
        };
        if lent.conn.is_none() {
            lent.conn = Some(open::reader(&self.path)?);
        }
        Ok(lent)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lends nothing any more and closes what is free; what is lent closes when it comes back.
    pub(crate) fn close(&self) {
        let mut shelf = self.shelf();
        shelf.closed = true;
        shelf.free.clear();
        drop(shelf);
        self.returned.notify_all();
    }
}

/// A connection that goes back when dropped.
struct Lent<'p> {
    pool: &'p Pool,
    conn: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut shelf = self.pool.shelf();
        match self.conn.take() {
            Some(conn) if conn.is_autocommit() && !shelf.closed => shelf.free.push(conn),
            // Could not be opened, is stuck in a transaction, or nobody wants it any more.
            _ => shelf.open -= 1,
        }
        drop(shelf);
        self.pool.returned.notify_one();
    }
}
