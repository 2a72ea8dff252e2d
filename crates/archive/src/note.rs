//! The `.part.json` beside a `.part`: what has to be known to go on with it.
//!
//! It is also the lock: whoever works on a recording holds the note open and locked, and the system
//! lets go of the lock when the process dies.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{DiskError, LandError, disk};

/// Notes are small; a file that is larger than this is none.
const LARGEST: u64 = 64 << 10;

/// What is known of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Note {
    /// What the storage tells to recognise the file by.
    pub(crate) validator: Option<String>,
    /// How long the whole file is, if the storage tells.
    pub(crate) length: Option<u64>,
    /// How many bytes of the part are known to be on the disk. What stands behind them may be a
    /// hole after a power failure.
    pub(crate) safe: u64,
    /// The digest of the part once all of it is here.
    pub(crate) whole: Option<String>,
    /// The name that the part is getting or has got.
    pub(crate) landed_as: Option<String>,
}

/// The file of a note, held and locked.
#[derive(Debug)]
pub(crate) struct NoteFile {
    file: File,
    path: PathBuf,
}

impl NoteFile {
    /// Takes hold of a note. One that is new, cut off or not readable is the same as an empty one.
    pub(crate) fn hold(path: PathBuf) -> Result<(Self, Note), LandError> {
        let mut file = disk::open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LandError::Busy),
            Err(TryLockError::Error(error)) => {
                return Err(DiskError::on("lock", path)(error).into());
            }
        }
        let found = read(&mut file, &path)?;
        let mut held = Self { file, path };
        let note = match found {
            Some(note) => note,
            None => {
                // After a power failure the one before it could be back, with bytes of another try.
                held.write_lasting(&Note::default())?;
                Note::default()
            }
        };
        Ok((held, note))
    }

    /// Writes the note over the one before, which survives the end of the program. After power loss
    /// it may be the one before: it must not say what the disk does not have yet. It is rewritten in
    /// place, because a new file would not carry the lock; if that is cut off, the part is begun anew.
    pub(crate) fn write(&mut self, note: &Note) -> Result<(), DiskError> {
        let mut text = serde_json::to_vec(note).expect("a note has only texts and numbers");
        text.push(b'\n');
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.write_all(&text))
            .and_then(|()| self.file.set_len(text.len() as u64))
            .map_err(DiskError::on("write", &self.path))
    }

    /// The same, and makes it last.
    pub(crate) fn write_lasting(&mut self, note: &Note) -> Result<(), DiskError> {
        self.write(note)?;
        self.file
            .sync_data()
            .map_err(DiskError::on("write", &self.path))
    }

    /// Removes the note; the work is done.
    pub(crate) fn remove(self) -> Result<(), DiskError> {
        disk::remove(&self.path)
    }
}

/// `None` if what stands there is no note.
fn read(file: &mut File, path: &Path) -> Result<Option<Note>, DiskError> {
    let mut text = Vec::new();
    file.take(LARGEST)
        .read_to_end(&mut text)
        .map_err(DiskError::on("read", path))?;
    if text.is_empty() {
        return Ok(Some(Note::default()));
    }
    Ok(serde_json::from_slice(&text).ok())
}
