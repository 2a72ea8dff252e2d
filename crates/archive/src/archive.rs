//! The archive of one home.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use ringback_model::{AccountId, RecordingId};

use crate::{DiskError, RecordingName, RecordingPath, disk, path::DayFolder};

/// The recordings of one home. Cheap to clone; holds nothing open.
#[derive(Clone, Debug)]
pub struct Archive {
    pub(crate) recordings: PathBuf,
    pub(crate) quarantine: PathBuf,
    /// The folders of days that this program has made last. That one is there says nothing: whoever
    /// made it may have been killed before its name was on the disk, or be about to put it there.
    lasting: Arc<Mutex<HashSet<PathBuf>>>,
}

/// Which recording is to be landed, and where it belongs.
#[derive(Clone, Debug)]
pub struct LandingPlan {
    /// The recording; what is on its way is found again by it.
    pub recording: RecordingId,
    /// The account of the call.
    pub account: AccountId,
    /// When the call began. Where that is not known, when it was first heard of. If another day is
    /// given for a later try, that try begins anew.
    pub call_start: Timestamp,
    /// What the file is to be called.
    pub name: RecordingName,
    /// The time now, for the note in quarantine if it goes there.
    pub now: Timestamp,
}

impl Archive {
    /// The archive in `home`: `recordings/` and `quarantine/`, made if need be.
    pub fn open(home: &Path) -> Result<Self, DiskError> {
        let archive = Self {
            recordings: home.join("recordings"),
            quarantine: home.join("quarantine"),
            lasting: Arc::default(),
        };
        disk::create_folder(&archive.recordings)?;
        disk::create_folder(&archive.quarantine)?;
        Ok(archive)
    }

    /// The folder that all recordings are in.
    pub fn folder(&self) -> &Path {
        &self.recordings
    }

    /// Where a recording is on this machine.
    pub fn locate(&self, path: &RecordingPath) -> PathBuf {
        path.under(&self.recordings)
    }

    /// How many bytes this user may still write where the recordings are.
    pub fn free_space(&self) -> Result<u64, DiskError> {
        fs4::available_space(&self.recordings)
            .map_err(DiskError::on("ask for the free space of", &self.recordings))
    }

    pub(crate) fn day_folder(&self, plan: &LandingPlan) -> DayFolder {
        DayFolder::of(&plan.account, plan.call_start)
    }

    /// The folder of a day on this machine, made if need be, with a name that lasts. The disk is
    /// flushed for it once, not for each recording.
    pub(crate) fn lasting_folder(&self, day: &DayFolder) -> Result<PathBuf, DiskError> {
        let dir = day.under(&self.recordings);
        disk::create_folder(&dir)?;
        let known = || self.lasting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = known().contains(&dir);
        if !is_known {
            let account = disk::folder_of(&dir);
            disk::sync_folder(account)?;
            disk::sync_folder(disk::folder_of(account))?;
            known().insert(dir.clone());
        }
        Ok(dir)
    }
}
