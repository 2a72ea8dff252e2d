//! From a part that is whole to a complete file with its name.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{
    CheckFailed, DiskError, FinishError, Landing, RecordingPath, Why,
    disk::{self, Renamed},
    path::{ENDINGS, known_ending},
    scan::recording_of,
    sidecar,
};

/// The ending of recordings for which the check names none that is usual.
const OTHER: &str = "bin";

/// What the check found out about a file that is fine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked<T = ()> {
    /// The ending that fits what is really in the file, for example `wav`. One that is not usual
    /// for recordings becomes `bin`.
    pub extension: String,
    /// Whatever else the check learned; it is handed through.
    pub facts: T,
}

/// A complete file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed<T = ()> {
    /// Where it is, under `recordings/`.
    pub path: RecordingPath,
    /// Where it is on this machine.
    pub file: PathBuf,
    /// How long it is.
    pub bytes: u64,
    /// The SHA-256 of the whole file, in small hexadecimal digits.
    pub sha256: String,
    /// What the check learned.
    pub facts: T,
}

impl Landing {
    /// Has the whole part checked, gives it its name and writes `describe`'s words beside it. When
    /// this comes back with a landed file, file and sidecar survive a power failure.
    ///
    /// A complete file is never replaced: if other bytes stand under the name, `-2` and so on is
    /// put behind it, and if the same bytes stand there, they are the recording. After an error of
    /// the disk, the next [`Archive::land`](crate::Archive::land) is whole and goes on here.
    pub fn finish<T>(
        mut self,
        check: impl FnOnce(&Path) -> Result<Checked<T>, CheckFailed>,
        describe: impl FnOnce(&Landed<T>) -> Value,
    ) -> Result<Landed<T>, FinishError> {
        let Some(sha256) = self.note.whole.clone() else {
            return Err(FinishError::NotWhole { have: self.have() });
        };
        self.close();
        let Checked { extension, facts } = match check(&self.present_path()) {
            Ok(checked) => checked,
            Err(failed) => {
                self.turn_down(&failed, sha256)?;
                return Err(FinishError::Check(failed));
            }
        };
        let name = match self.note.landed_as.clone() {
            Some(name) => name,
            None => self.give_name(known_ending(&extension).unwrap_or(OTHER), &sha256)?,
        };
        let file = self.dir().join(&name);
        let landed = Landed {
            path: RecordingPath::join(&self.folder, &name)
                .expect("the archive's own names are paths of recordings"),
            file,
            bytes: self.have(),
            sha256,
            facts,
        };
        // Syncs the folder, so that with it the sound's name lasts too: that one came first.
        sidecar::write(&sidecar::beside(&landed.file), &describe(&landed))?;
        self.note_file.remove()?;
        Ok(landed)
    }

    /// Renames the part to the first name that is free, unless a file with the same bytes is met.
    fn give_name(&mut self, ending: &str, sha256: &str) -> Result<String, DiskError> {
        let mut count = 1;
        loop {
            let stem = self.plan.name.numbered(count);
            if let Some(other) = occupant(self.dir(), &stem)? {
                let digest = disk::digest(&self.dir().join(&other))?;
                if digest.is_some_and(|(digest, _)| digest == sha256) {
                    // Whoever put it there may have left it to the system to write.
                    disk::sync_file(&self.dir().join(&other))?;
                    self.note.landed_as = Some(other.clone());
                    self.note_file.write_lasting(&self.note)?;
                    disk::remove(&self.part)?;
                    disk::sync_folder(self.dir())?;
                    return Ok(other);
                }
                count += 1;
                continue;
            }
            let name = format!("{stem}.{ending}");
            self.note.landed_as = Some(name.clone());
            self.note_file.write(&self.note)?;
            match disk::take_name(&self.part, &self.dir().join(&name))? {
                Renamed::Done => return Ok(name),
                // Somebody came in between; look again who it is.
                Renamed::Taken => {}
            }
        }
    }

    /// Puts what the check does not accept where it does no harm.
    fn turn_down(self, failed: &CheckFailed, sha256: String) -> Result<(), DiskError> {
        let why = match failed {
            CheckFailed::Unreadable(_) => return Ok(()),
            CheckFailed::NotAudio(_) if self.note.landed_as.is_none() => return self.discard(),
            // The same file passed the check before, so it was sound once.
            CheckFailed::NotAudio(_) | CheckFailed::Damaged(_) => Why::Damaged,
            CheckFailed::Unsupported(_) => Why::Unsupported,
        };
        self.archive.set_aside(&self, why, sha256)?;
        self.discard()
    }
}

/// The recording in a folder that has this name with whatever ending. Asked for name by name: a day may
/// have more files than anybody wants to list for each of them. Our own names differ in more than small
/// and capital letters, and a file system that does not tell these apart answers accordingly. Somebody
/// else's file may write its ending in another way; if there are words that could be its, it is looked
/// for in the list.
fn occupant(dir: &Path, stem: &str) -> Result<Option<String>, DiskError> {
    for ending in ENDINGS {
        let name = format!("{stem}.{ending}");
        if disk::length(&dir.join(&name))?.is_some() {
            return Ok(Some(name));
        }
    }
    if disk::length(&dir.join(format!("{stem}.{}", sidecar::ENDING)))?.is_none() {
        return Ok(None);
    }
    recording_of(dir, stem)
}
