//! The `.json` beside a recording: what is known of the call, readable without this program.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{Archive, DiskError, RecordingPath, disk};

/// The ending of sidecars.
pub(crate) const ENDING: &str = "json";

/// A sidecar cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SidecarError {
    /// It is no JSON (any more). Write it anew from what is known otherwise.
    #[error("{} is not readable as JSON (line {line})", path.display())]
    Damaged {
        /// Which one.
        path: PathBuf,
        /// The line at which it stops making sense.
        line: usize,
    },
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl Archive {
    /// Writes what is known of the call beside its recording, in place of what stood there.
    pub fn write_sidecar(&self, path: &RecordingPath, content: &Value) -> Result<(), DiskError> {
        write(&beside(&self.locate(path)), content)
    }

    /// What stands beside a recording; `None` if nothing does.
    pub fn read_sidecar(&self, path: &RecordingPath) -> Result<Option<Value>, SidecarError> {
        let path = beside(&self.locate(path));
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(DiskError::on("read", &path))?,
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| {
            let line = error.line();
            SidecarError::Damaged { path, line }
        })
    }
}

/// The sidecar of a file.
pub(crate) fn beside(file: &Path) -> PathBuf {
    file.with_extension(ENDING)
}

pub(crate) fn write(path: &Path, content: &Value) -> Result<(), DiskError> {
    // People open these.
    let mut text = serde_json::to_vec_pretty(content).expect("a JSON value can be written");
    text.push(b'\n');
    disk::write_whole(path, &text)
}
