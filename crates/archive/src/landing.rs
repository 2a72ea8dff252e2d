//! A recording on its way in.
//!
//! ```text
//! land ──> resume_point ──> copy ──> finish ──> complete file and sidecar
//!   └── is_whole: nothing is left to copy ──┘
//! ```
//!
//! What stands on the disk at any moment is one of: nothing, a part with a note, a complete file
//! with a note (its sidecar may still be missing), a complete file with its sidecar.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use ringback_model::RecordingId;
use sha2::{Digest, Sha256};

use crate::{
    Archive, CopyError, DiskError, LandError, LandingPlan, disk,
    note::{Note, NoteFile},
    path::DayFolder,
};

/// After so many bytes the part is made to last for the first time. After that always when it has
/// doubled, but at the latest after [`LAST_MARK`] more. What is smaller is had again sooner than a disk
/// has flushed it twice.
const FIRST_MARK: u64 = 1 << 20;

/// The most that a power failure or `kill -9` can cost, in bytes.
const LAST_MARK: u64 = 8 << 20;

/// What the storage says of what it is about to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arriving {
    /// The place in the file that the first byte has.
    pub starts_at: u64,
    /// The length of the whole file, if it is told.
    pub length: Option<u64>,
    /// What the file is recognised by (ETag or the like), if it is told.
    pub validator: Option<String>,
}

/// From where to ask the storage for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResumePoint<'a> {
    /// The first byte that is missing.
    pub from: u64,
    /// What the file was recognised by when the bytes before came.
    pub validator: Option<&'a str>,
}

/// A recording on its way in. Nobody else can land the same one meanwhile. Dropping it gives up for
/// now: what is on the disk stays for the next try.
#[derive(Debug)]
pub struct Landing {
    pub(crate) archive: Archive,
    pub(crate) plan: LandingPlan,
    pub(crate) folder: DayFolder,
    pub(crate) part: PathBuf,
    pub(crate) note: Note,
    pub(crate) note_file: NoteFile,
    /// The part, open; `None` once the file has its name, because then nobody may write to it.
    file: Option<File>,
    have: u64,
    /// Of the first `have` bytes; `None` until they are looked at.
    hash: Option<Sha256>,
}

impl Archive {
    /// Begins to land a recording, or goes on where an earlier try ended.
    pub fn land(&self, plan: LandingPlan) -> Result<Landing, LandError> {
        let folder = self.day_folder(&plan);
        let dir = self.lasting_folder(&folder)?;
        let part = dir.join(part_name(plan.recording));
        let (note_file, note) = NoteFile::hold(dir.join(note_name(plan.recording)))?;
        let mut landing = Landing {
            archive: self.clone(),
            plan,
            folder,
            part,
            note,
            note_file,
            file: None,
            have: 0,
            hash: None,
        };
        landing.take_stock()?;
        Ok(landing)
    }
}

impl Landing {
    /// Whether all bytes are here, so that nothing has to be asked of the storage.
    pub fn is_whole(&self) -> bool {
        self.note.whole.is_some()
    }

    /// From where to ask for the rest. Bytes that nothing is known about to recognise the file by
    /// are not built upon.
    pub fn resume_point(&self) -> ResumePoint<'_> {
        let is_known = self.note.validator.is_some() || self.note.length.is_some();
        ResumePoint {
            from: if is_known { self.have } else { 0 },
            validator: self.note.validator.as_deref(),
        }
    }

    /// How many bytes are here.
    pub fn have(&self) -> u64 {
        self.have
    }

    /// The path of the file that the bytes are in at present.
    pub(crate) fn present_path(&self) -> PathBuf {
        match &self.note.landed_as {
            Some(name) => self.dir().join(name),
            None => self.part.clone(),
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        disk::folder_of(&self.part)
    }

    /// Finds out what an earlier try left behind, and brings it into order.
    fn take_stock(&mut self) -> Result<(), DiskError> {
        match disk::length(&self.part)? {
            None if self.has_landed()? => {
                self.have = self.note.safe;
                return Ok(());
            }
            length => self.have = self.note.safe.min(length.unwrap_or(0)),
        }
        let is_all_here = self.have == self.note.safe;
        self.note.whole.take_if(|_| !is_all_here);
        self.note.landed_as = None;
        let file = disk::open(&self.part)?;
        file.set_len(self.have)
            .map_err(DiskError::on("cut", &self.part))?;
        self.file = Some(file);
        Ok(())
    }

    /// Whether the file got its name in an earlier try that did not come to its end.
    fn has_landed(&self) -> Result<bool, DiskError> {
        let (Some(name), Some(whole)) = (&self.note.landed_as, &self.note.whole) else {
            return Ok(false);
        };
        let found = disk::digest(&self.dir().join(name))?;
        Ok(found.is_some_and(|(digest, _)| digest == *whole))
    }

    /// Gets ready for what the storage is about to send.
    pub(crate) fn begin<E>(&mut self, arriving: &Arriving) -> Result<(), CopyError<E>> {
        if arriving.starts_at == 0 {
            self.restart(arriving)?;
            return Ok(());
        }
        let is_other = differ(&self.note.validator, &arriving.validator)
            || differ(&self.note.length, &arriving.length);
        if is_other || arriving.starts_at != self.resume_point().from {
            self.restart(&Arriving::default())?;
            return Err(CopyError::Changed);
        }
        self.note.validator = self.note.validator.take().or(arriving.validator.clone());
        self.note.length = self.note.length.or(arriving.length);
        self.rehash()?;
        Ok(())
    }

    /// Takes in some bytes.
    pub(crate) fn write<E>(&mut self, bytes: &[u8]) -> Result<(), CopyError<E>> {
        let have = self.have + bytes.len() as u64;
        if let Some(expected) = self.note.length.filter(|expected| have > *expected) {
            self.restart(&Arriving::default())?;
            return Err(CopyError::Incomplete { have, expected });
        }
        if let Err(error) = self.part_file().write_all(bytes) {
            let error = DiskError::on("write", &self.part)(error);
            // What was written before can still be made to last; if not, less of it is built upon.
            let _ = self.suspend();
            return Err(error.into());
        }
        self.have = have;
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
        if self.have >= next_mark(self.note.safe) {
            self.suspend()?;
        }
        Ok(())
    }

    /// Takes note that the stream is over.
    pub(crate) fn end<E>(&mut self) -> Result<(), CopyError<E>> {
        if let Some(expected) = self.note.length.filter(|expected| self.have < *expected) {
            self.suspend()?;
            let have = self.have;
            return Err(CopyError::Incomplete { have, expected });
        }
        self.rehash()?;
        self.note.whole = self.hash.clone().map(|hash| hex::encode(hash.finalize()));
        self.sync_part()?;
        self.note.safe = self.have;
        self.note_file.write(&self.note)?;
        Ok(())
    }

    /// Makes what is here last, so that the next try can build upon it.
    pub(crate) fn suspend(&mut self) -> Result<(), DiskError> {
        self.sync_part()?;
        self.note.safe = self.have;
        self.note_file.write_lasting(&self.note)
    }

    fn sync_part(&self) -> Result<(), DiskError> {
        let failed = DiskError::on("write", &self.part);
        self.part_file().sync_data().map_err(failed)
    }

    /// Lets go of everything that came: it is not wanted, or it is here already.
    pub fn discard(self) -> Result<(), DiskError> {
        drop(self.file);
        disk::remove(&self.part)?;
        self.note_file.remove()
    }

    /// Closes the part. From here on it is only looked at, renamed or removed.
    pub(crate) fn close(&mut self) {
        self.file = None;
    }

    fn restart(&mut self, arriving: &Arriving) -> Result<(), DiskError> {
        let failed = DiskError::on("cut", &self.part);
        let mut file = self.part_file();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .map_err(failed)?;
        self.have = 0;
        self.hash = Some(Sha256::new());
        let builds_on_nothing = self.note.safe == 0 && self.note.whole.is_none();
        self.note = Note {
            validator: arriving.validator.clone(),
            length: arriving.length,
            ..Note::default()
        };
        if builds_on_nothing {
            // It need not last, but it has its room before the sound takes all there is.
            return self.note_file.write(&self.note);
        }
        // The old note must not be found with the new bytes, so this one has to last first.
        self.suspend()
    }

    /// Makes the hash cover what is here already, and the file ready to be written on.
    fn rehash(&mut self) -> Result<(), DiskError> {
        if self.hash.is_some() {
            return Ok(());
        }
        let failed = DiskError::on("read", &self.part);
        let have = self.have;
        let mut hash = Sha256::new();
        let mut file = self.part_file();
        file.rewind()
            .and_then(|()| disk::feed(&mut file, have, &mut hash))
            .and_then(|_| file.seek(SeekFrom::Start(have)))
            .map_err(failed)?;
        self.hash = Some(hash);
        Ok(())
    }

    fn part_file(&self) -> &File {
        self.file
            .as_ref()
            .expect("a landing that is whole is not written to")
    }
}

/// Whether both sides know something and it is not the same.
fn differ<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one != other)
}

fn next_mark(safe: u64) -> u64 {
    safe + safe.clamp(FIRST_MARK, LAST_MARK)
}

/// What a part of this recording is called.
pub(crate) fn part_name(recording: RecordingId) -> String {
    format!("{recording}.part")
}

fn note_name(recording: RecordingId) -> String {
    format!("{recording}.part.json")
}
