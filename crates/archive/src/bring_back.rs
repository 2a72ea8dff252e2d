//! A recording that comes back from the second copy: to the place that it had, and only as the file that
//! it was.

use std::io::Write;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::{
    Archive, DiskError, RecordingPath, Verdict, Why,
    disk::{self, Renamed, TEMPORARY},
};

/// How often somebody else may come in between before it is given up.
const TRIES: u32 = 3;

/// A recording on its way back. Dropping it leaves everything as it was.
#[derive(Debug)]
pub struct Returning {
    archive: Archive,
    path: RecordingPath,
    file: NamedTempFile,
    hash: Sha256,
}

/// A recording did not come back.
#[derive(Debug, thiserror::Error)]
pub enum ReturnError {
    /// What came is not what was on record. Nothing was changed here.
    #[error("what came is not the recording that is on record")]
    WrongDigest,
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl Archive {
    /// Begins to bring a recording back to its place.
    pub fn bring_back(&self, path: &RecordingPath) -> Result<Returning, DiskError> {
        let target = self.locate(path);
        let folder = disk::folder_of(&target);
        disk::create_folder(folder)?;
        let file = tempfile::Builder::new()
            .prefix(TEMPORARY.0)
            .suffix(TEMPORARY.1)
            .tempfile_in(folder)
            .map_err(DiskError::on("write in", folder))?;
        Ok(Returning {
            archive: self.clone(),
            path: path.clone(),
            file,
            hash: Sha256::new(),
        })
    }
}

impl Returning {
    /// Takes in some bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.hash.update(bytes);
        self.file
            .write_all(bytes)
            .map_err(DiskError::on("write", self.file.path()))
    }

    /// Puts the file in its place if it is the one with this SHA-256. Another file that stands there
    /// goes to quarantine; the same one stays.
    pub fn finish(self, sha256: &str, now: Timestamp) -> Result<(), ReturnError> {
        let found = hex::encode(self.hash.finalize());
        if !found.eq_ignore_ascii_case(sha256) {
            return Err(ReturnError::WrongDigest);
        }
        let failed = DiskError::on("write", self.file.path());
        self.file.as_file().sync_all().map_err(failed)?;
        let (_, from) = self
            .file
            .keep()
            .map_err(|error| DiskError::on("keep", error.file.path())(error.error))?;
        let placed = self.archive.put_back(&self.path, &from, sha256, now);
        if !matches!(placed, Ok(Renamed::Done)) {
            disk::remove(&from)?;
        }
        placed?;
        tracing::info!(account = self.path.account(), "a recording is back");
        Ok(())
    }
}

impl Archive {
    fn put_back(
        &self,
        path: &RecordingPath,
        from: &std::path::Path,
        sha256: &str,
        now: Timestamp,
    ) -> Result<Renamed, DiskError> {
        for _ in 0..TRIES {
            match self.verify(path, sha256)? {
                Verdict::Same => return Ok(Renamed::Taken),
                Verdict::Different { .. } => {
                    self.quarantine(path, Why::WrongDigest, now)?;
                }
                Verdict::Missing => {}
            }
            if disk::rename_new(from, &self.locate(path))? == Renamed::Done {
                return Ok(Renamed::Done);
            }
        }
        let taken = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        Err(DiskError::on("rename to", self.locate(path))(taken))
    }
}
