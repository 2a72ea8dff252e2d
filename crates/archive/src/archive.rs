//! The archive of one home.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ringback_model::{AccountId, RecordingId};

use crate::{DiskError, RecordingName, RecordingPath, disk, path::DayFolder};

/// The recordings of one home. Cheap to clone; holds nothing open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    pub(crate) recordings: PathBuf,
    pub(crate) quarantine: PathBuf,
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
}
