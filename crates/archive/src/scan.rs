//! What is really on the disk, for rebuilding and for finding what does not belong together.

use std::{
    collections::{BTreeMap, VecDeque},
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::Timestamp;
use ringback_model::RecordingId;

use crate::{
    Archive, DiskError, RecordingPath,
    disk::{self, TEMPORARY},
    path::{DayFolder, is_account, known_ending},
    sidecar,
};

/// Something in the folder of recordings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A complete recording.
    Recording {
        /// Where it is.
        path: RecordingPath,
        /// How long it is.
        bytes: u64,
        /// Whether something is written beside it.
        has_sidecar: bool,
    },
    /// Words without the sound they belong to.
    LoneSidecar(PathBuf),
    /// A recording that is or was on its way.
    Part {
        /// Which one, if the name tells.
        recording: Option<RecordingId>,
        /// The part; its note is beside it.
        path: PathBuf,
        /// How long it is.
        bytes: u64,
    },
    /// A file that was being written when the program or the power went away. [`Archive::sweep`]
    /// removes it.
    Temporary(PathBuf),
    /// Something of somebody else's. It is left alone.
    Foreign(PathBuf),
}

/// Goes through the folder of recordings, account by account and day by day, in the order of names.
/// Holds the names of one day at a time. A folder that cannot be read is an error, and it goes on
/// with the next one.
#[derive(Debug)]
pub struct Scan {
    recordings: PathBuf,
    accounts: Option<VecDeque<String>>,
    days: VecDeque<DayFolder>,
    found: VecDeque<Result<Found, DiskError>>,
}

impl Archive {
    /// Everything in the folder of recordings.
    pub fn scan(&self) -> Scan {
        Scan {
            recordings: self.recordings.clone(),
            accounts: None,
            days: VecDeque::new(),
            found: VecDeque::new(),
        }
    }

    /// Removes temporary files that were last written before `before`. None of them ever was a
    /// recording or a sidecar. Gives how many there were.
    pub fn sweep(&self, before: Timestamp) -> Result<usize, DiskError> {
        let before = SystemTime::from(before);
        let mut removed = 0;
        for found in self.scan() {
            let Found::Temporary(path) = found? else {
                continue;
            };
            let is_old = fs::metadata(&path)
                .and_then(|found| found.modified())
                .is_ok_and(|at| at < before);
            if is_old {
                disk::remove(&path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// The recording of this name in a folder, with whatever ending.
pub(crate) fn recording_of(dir: &Path, stem: &str) -> Result<Option<String>, DiskError> {
    Ok(list(dir)?.into_iter().find(|name| {
        name.rsplit_once('.')
            .is_some_and(|(other, end)| other == stem && known_ending(end).is_some())
    }))
}

impl Iterator for Scan {
    type Item = Result<Found, DiskError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(found) = self.found.pop_front() {
                return Some(found);
            }
            let step = if let Some(day) = self.days.pop_front() {
                self.look_into_day(&day)
            } else if let Some(accounts) = &mut self.accounts {
                let account = accounts.pop_front()?;
                self.look_into_account(&account)
            } else {
                self.look_into_recordings()
            };
            if let Err(error) = step {
                self.found.push_back(Err(error));
            }
        }
    }
}

impl Scan {
    fn look_into_recordings(&mut self) -> Result<(), DiskError> {
        let accounts = self.accounts.insert(VecDeque::new());
        for name in list(&self.recordings)? {
            let path = self.recordings.join(&name);
            if is_account(&name) && path.is_dir() {
                accounts.push_back(name);
            } else {
                self.found.push_back(Ok(stray(path, &name)));
            }
        }
        Ok(())
    }

    fn look_into_account(&mut self, account: &str) -> Result<(), DiskError> {
        let dir = self.recordings.join(account);
        for name in list(&dir)? {
            let path = dir.join(&name);
            match DayFolder::named(account, &name) {
                Some(day) if path.is_dir() => self.days.push_back(day),
                _ => self.found.push_back(Ok(stray(path, &name))),
            }
        }
        Ok(())
    }

    fn look_into_day(&mut self, day: &DayFolder) -> Result<(), DiskError> {
        let dir = day.under(&self.recordings);
        let names = list(&dir)?;
        // Which names have sound and which have words, to tell who is alone.
        let mut stems: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
        for name in &names {
            if let Some((stem, ending)) = name.rsplit_once('.') {
                let (sound, words) = stems.entry(stem).or_default();
                *sound |= known_ending(ending).is_some();
                *words |= ending == sidecar::ENDING;
            }
        }
        for name in &names {
            let (sound, words) = name
                .rsplit_once('.')
                .and_then(|(stem, _)| stems.get(stem).copied())
                .unwrap_or_default();
            let found = look_at(day, &dir, name, sound, words);
            self.found.extend(found.transpose());
        }
        Ok(())
    }
}

/// What a file in the folder of a day is. `None` for what is told together with another file, and
/// for what is gone by now.
fn look_at(
    day: &DayFolder,
    dir: &Path,
    name: &str,
    sound: bool,
    words: bool,
) -> Result<Option<Found>, DiskError> {
    let path = dir.join(name);
    if name.ends_with(".part.json") || name.ends_with(".json") && sound {
        return Ok(None);
    }
    let Some(bytes) = disk::length(&path)? else {
        return Ok(path.is_dir().then_some(Found::Foreign(path)));
    };
    if let Ok(recording) = RecordingPath::join(day, name) {
        return Ok(Some(Found::Recording {
            path: recording,
            bytes,
            has_sidecar: words,
        }));
    }
    Ok(Some(match name.rsplit_once('.') {
        Some((recording, "part")) => Found::Part {
            recording: recording.parse().ok(),
            path,
            bytes,
        },
        Some((stem, sidecar::ENDING)) if !stem.is_empty() => Found::LoneSidecar(path),
        _ => stray(path, name),
    }))
}

fn stray(path: PathBuf, name: &str) -> Found {
    if name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1) {
        Found::Temporary(path)
    } else {
        Found::Foreign(path)
    }
}

/// The names in a folder, in order. Names that are no text are none of ours and are shown as well
/// as they can be.
fn list(dir: &Path) -> Result<Vec<String>, DiskError> {
    let failed = || DiskError::on("list", dir);
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed())?,
    };
    let mut names = entries
        .map(|entry| {
            Ok(entry
                .map_err(failed())?
                .file_name()
                .to_string_lossy()
                .into_owned())
        })
        .collect::<Result<Vec<_>, DiskError>>()?;
    names.sort();
    Ok(names)
}
