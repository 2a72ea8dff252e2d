//! Files that nobody can vouch for are set aside: moved, described, and never deleted by themselves.
//!
//! Each has a folder of its own in `quarantine/` with the file under the name that it had, its
//! sidecar if there is one, and a `note.json` that says why it is there and where it came from. The
//! note is written first, so that a crash leaves no file without one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Archive, DiskError, Landing, RecordingPath, RestoreError,
    disk::{self, Renamed},
    sidecar,
};

/// The note in each folder of the quarantine.
const NOTE: &str = "note.json";

/// Why a file was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No recording that is known belongs to it.
    Orphan,
    /// It was begun, and nobody goes on with it.
    Leftover,
    /// Its account was removed.
    Removed,
    /// It is not what landed.
    WrongDigest,
    /// It is broken.
    Damaged,
    /// This program cannot play it.
    Unsupported,
}

/// A file in quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Its name in the quarantine, given to [`Archive::restore`].
    pub id: String,
    /// Where it stood among the recordings. `None` if it never was a complete one.
    pub from: Option<RecordingPath>,
    /// Why it is here.
    pub why: Why,
    /// Since when.
    pub at: Timestamp,
    /// Its SHA-256, if that was known at the time.
    pub sha256: Option<String>,
    /// What the file is called in its folder.
    pub file: String,
}

impl Archive {
    /// Moves a recording and its sidecar into quarantine. `None` if there is no such file.
    pub fn quarantine(
        &self,
        path: &RecordingPath,
        why: Why,
        at: Timestamp,
    ) -> Result<Option<Quarantined>, DiskError> {
        let file = self.locate(path);
        if disk::length(&file)?.is_none() {
            return Ok(None);
        }
        let folder = path.folder();
        let entry = Quarantined {
            id: format!("{}-{}-{}", path.account(), path.day(), path.stem()),
            from: Some(path.clone()),
            why,
            at,
            sha256: None,
            file: path.file().to_owned(),
        };
        let entry = self.admit(entry, &file)?;
        tracing::info!(
            account = path.account(),
            ?why,
            id = entry.id,
            "a recording was set aside"
        );
        // A recording with the same name and another ending would have the same sidecar.
        let sidecar = sidecar::beside(&file);
        let is_last = !self.has_sibling(&folder.under(&self.recordings), path.stem())?;
        if is_last && disk::length(&sidecar)?.is_some() {
            let target = sidecar::beside(&self.quarantined_file(&entry));
            disk::rename_new(&sidecar, &target)?;
        }
        Ok(Some(entry))
    }

    /// Moves a begun transfer that nobody goes on with into quarantine, with its note. It never was a
    /// complete recording, so it has no place to be restored to. `None` if there is no such file.
    pub fn set_part_aside(
        &self,
        part: &Path,
        at: Timestamp,
    ) -> Result<Option<Quarantined>, DiskError> {
        let name = part.file_name().and_then(|name| name.to_str());
        let (Some(name), Some(_)) = (name, disk::length(part)?) else {
            return Ok(None);
        };
        let entry = Quarantined {
            id: name.to_owned(),
            from: None,
            why: Why::Leftover,
            at,
            sha256: None,
            file: name.to_owned(),
        };
        let entry = self.admit(entry, part)?;
        tracing::info!(id = entry.id, "a begun transfer was set aside");
        let note = part.with_file_name(format!("{name}.json"));
        if disk::length(&note)?.is_some() {
            let target = self.quarantine.join(&entry.id).join(format!("{name}.json"));
            disk::rename_new(&note, &target)?;
        }
        Ok(Some(entry))
    }

    /// Moves a recording back to where it stood, with its sidecar.
    pub fn restore(&self, id: &str) -> Result<RecordingPath, RestoreError> {
        let unknown = || RestoreError::Unknown(id.to_owned());
        let entry = self.find_quarantined(id)?.ok_or_else(unknown)?;
        let Some(path) = &entry.from else {
            return Err(RestoreError::NoPlace(id.to_owned()));
        };
        let from = self.quarantined_file(&entry);
        let to = self.locate(path);
        disk::create_folder(disk::folder_of(&to))?;
        match disk::rename_new(&from, &to)? {
            Renamed::Taken => return Err(RestoreError::Taken(path.clone())),
            Renamed::Done => {}
        }
        let sidecar = sidecar::beside(&from);
        if disk::length(&sidecar)?.is_some() {
            // If a newer one was written meanwhile, that one is right and this one stays here.
            disk::rename_new(&sidecar, &sidecar::beside(&to))?;
        }
        let folder = self.quarantine.join(id);
        disk::remove(&folder.join(NOTE))?;
        match fs::remove_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => {
                Err(DiskError::on("remove the folder", folder)(error).into())
            }
            _ => Ok(path.clone()),
        }
    }

    /// Everything that is in quarantine, by name.
    pub fn quarantined(&self) -> Result<Vec<Quarantined>, DiskError> {
        let failed = || DiskError::on("list", &self.quarantine);
        let mut ids: Vec<_> = fs::read_dir(&self.quarantine)
            .map_err(failed())?
            .map(|entry| Ok(entry.map_err(failed())?.file_name()))
            .collect::<Result<_, DiskError>>()?;
        ids.sort();
        ids.iter()
            .filter_map(|id| self.find_quarantined(id.to_str()?).transpose())
            .collect()
    }

    /// Where a file in quarantine is on this machine.
    pub fn quarantined_file(&self, entry: &Quarantined) -> PathBuf {
        self.quarantine.join(&entry.id).join(&entry.file)
    }

    /// Moves the part of a landing into quarantine, unless the same bytes are there from an earlier
    /// try.
    pub(crate) fn set_aside(
        &self,
        landing: &Landing,
        why: Why,
        sha256: String,
    ) -> Result<(), DiskError> {
        let file = landing.present_path();
        let landed_as = landing.note.landed_as.as_deref();
        let plan = &landing.plan;
        let entry = Quarantined {
            id: format!("{}-{}-{}", plan.account, landing.folder.day(), plan.name),
            from: landed_as.and_then(|name| RecordingPath::join(&landing.folder, name).ok()),
            why,
            at: plan.now,
            sha256: Some(sha256),
            file: landed_as.map_or_else(|| format!("{}.bin", plan.name), str::to_owned),
        };
        tracing::warn!(account = %plan.account, recording = %plan.recording, ?why, "what was fetched was set aside");
        self.admit(entry, &file).map(drop)
    }

    /// Moves a file into a folder of its own. The same bytes of the same recording are admitted once.
    fn admit(&self, mut entry: Quarantined, file: &Path) -> Result<Quarantined, DiskError> {
        let base = entry.id.clone();
        let mut count = 1;
        loop {
            let folder = self.quarantine.join(&entry.id);
            match self.find_quarantined(&entry.id)? {
                Some(known) if known.sha256.is_some() && known.sha256 == entry.sha256 => {
                    disk::remove(file)?;
                    return Ok(known);
                }
                Some(_) => {
                    count += 1;
                    entry.id = format!("{base}-{count}");
                }
                None => {
                    disk::create_folder(&folder)?;
                    let note = serde_json::to_vec_pretty(&entry).expect("a note is plain data");
                    disk::write_whole(&folder.join(NOTE), &note)?;
                    match disk::rename_new(file, &folder.join(&entry.file))? {
                        Renamed::Done => return Ok(entry),
                        Renamed::Taken => {
                            count += 1;
                            entry.id = format!("{base}-{count}");
                        }
                    }
                }
            }
        }
    }

    /// The entry of this name. One whose file is not there is none: either it was never moved, or
    /// it went back.
    fn find_quarantined(&self, id: &str) -> Result<Option<Quarantined>, DiskError> {
        if id.contains(['/', '\\', ':']) || id.starts_with('.') {
            return Ok(None);
        }
        let note = self.quarantine.join(id).join(NOTE);
        let text = match fs::read(&note) {
            Ok(text) => text,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(DiskError::on("read", note)(error)),
        };
        let Ok(entry) = serde_json::from_slice::<Quarantined>(&text) else {
            tracing::warn!(
                id,
                "a note in quarantine cannot be read; its folder is left alone"
            );
            return Ok(None);
        };
        let entry = Quarantined {
            id: id.to_owned(),
            ..entry
        };
        let is_name = !entry.file.contains(['/', '\\', ':']);
        let is_there = is_name && disk::length(&self.quarantined_file(&entry))?.is_some();
        Ok(is_there.then_some(entry))
    }
}
