//! Whether a file is still the one that landed.

use crate::{Archive, DiskError, RecordingPath, disk};

/// What a look at a file gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every byte is as it was.
    Same,
    /// It is not there.
    Missing,
    /// It is another file now.
    Different {
        /// The SHA-256 of what is there, in small hexadecimal digits.
        sha256: String,
        /// How long it is.
        bytes: u64,
    },
}

impl Archive {
    /// Reads a whole recording and compares its SHA-256, in hexadecimal digits, with the one that
    /// is on record.
    pub fn verify(&self, path: &RecordingPath, sha256: &str) -> Result<Verdict, DiskError> {
        Ok(match disk::digest(&self.locate(path))? {
            None => Verdict::Missing,
            Some((found, _)) if found.eq_ignore_ascii_case(sha256) => Verdict::Same,
            Some((sha256, bytes)) => Verdict::Different { sha256, bytes },
        })
    }
}
