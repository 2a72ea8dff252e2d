//! A copy of both files while programs write them.
//!
//! The database comes first: what it says was applied is then in the copy of the journal too, and the rest
//! of the journal is applied by whoever opens the copy. The other way round, events could be taken for
//! applied that the copy does not have.

use std::{
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use crate::{
    error::{Result, StoreError},
    migrations::{APPLICATION_ID, JOURNAL_ID},
    open, sql,
};

/// So many pages are copied between two looks whether to go on.
const PIECE: i32 = 256;

/// How far a copy is, in bytes of both files together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Copied so far.
    pub done: u64,
    /// To be copied in all. What is written after the copy of a file began is not in it.
    pub all: u64,
}

/// Copies the database at `database` and the journal beside it into the folder `to`, whoever uses them
/// meanwhile. Each copy is one state of its file, has its name only when it is complete and on the disk,
/// and holds everything that was answered before this was called. `tell` hears how far it is, and may stop
/// it. Gives the files, in the order in which they were made.
///
/// # Errors
/// [`StoreError::NotOurs`], [`StoreError::Damaged`], [`StoreError::DiskFull`] of the disk with `to`,
/// [`StoreError::Io`] (also where there is something of the same name), [`StoreError::TakenBack`] after it
/// was stopped. What was begun is gone again then; a copy that was complete stays.
pub fn back_up(
    database: &Path,
    to: &Path,
    mut tell: impl FnMut(Copied) -> ControlFlow<()>,
) -> Result<Vec<PathBuf>> {
    let journal = open::journal_of(database);
    let sources = [(database, APPLICATION_ID), (&journal, JOURNAL_ID)];
    let mut all = 0;
    for (path, mark) in sources {
        all += Source::open(path, mark)?.bytes()?;
    }
    let (mut before, mut made) = (0, Vec::new());
    for (path, mark) in sources {
        let source = Source::open(path, mark)?;
        let bytes = source.bytes()?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        let copy = to.join(name);
        source.copy_to(&copy, |done| {
            let done = before + done;
            tell(Copied {
                done,
                all: all.max(done),
            })
        })?;
        before += bytes;
        made.push(copy);
    }
    Ok(made)
}

/// A file as it is at one moment, whatever is written meanwhile.
struct Source {
    conn: Connection,
    page_size: u64,
}

impl Source {
    fn open(path: &Path, mark: i32) -> Result<Self> {
        // Not for writing: without other programs on it, the file's index of the log has to be made.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(open::PATIENCE)?;
        if open::format_of(&conn, mark)? == 0 {
            return Err(StoreError::NotOurs);
        }
        // Its first read is the moment; the copying then sees nothing else and never begins anew.
        conn.execute_batch("BEGIN")?;
        let page_size = u64::from(open::page_size(&conn)?);
        Ok(Self { conn, page_size })
    }

    fn bytes(&self) -> Result<u64> {
        let pages = sql::value(&self.conn, "PRAGMA page_count", [])?;
        Ok(sql::unsigned(pages)? * self.page_size)
    }

    fn copy_to(&self, to: &Path, tell: impl FnMut(u64) -> ControlFlow<()>) -> Result<()> {
        let mut part = to.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let copied = self.copy_into(&part, tell).and_then(|()| {
            if to.exists() {
                let there = io::Error::from(io::ErrorKind::AlreadyExists);
                return Err(there.into());
            }
            fs::rename(&part, to)?;
            sync_folder_of(to)?;
            Ok(())
        });
        copied.inspect_err(|_| {
            // The first error is the one to tell.
            let _ = fs::remove_file(&part);
        })
    }

    fn copy_into(&self, part: &Path, mut tell: impl FnMut(u64) -> ControlFlow<()>) -> Result<()> {
        if part.exists() {
            fs::remove_file(part)?;
        }
        open::create_private(part)?;
        let mut copy = Connection::open(part)?;
        // The whole file is flushed at its end; half of one is of no use to anybody.
        copy.pragma_update(None, "synchronous", "off")?;
        copy.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
        let backup = Backup::new(&self.conn, &mut copy)?;
        loop {
            let step = backup.step(PIECE)?;
            let progress = backup.progress();
            let done = progress.pagecount.saturating_sub(progress.remaining);
            if tell(u64::try_from(done).unwrap_or(0) * self.page_size).is_break() {
                return Err(StoreError::TakenBack("the copying was stopped".into()));
            }
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                // Nobody else has the copy, and the source is only read.
                _ => return Err(StoreError::Busy),
            }
        }
        drop(backup);
        copy.close().map_err(|(_, error)| error)?;
        fs::File::open(part)?.sync_all()?;
        Ok(())
    }
}

/// A name is safe when its folder is.
fn sync_folder_of(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if cfg!(unix) => fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
