//! What can go wrong with files, by what can be done about it.

use std::{io, path::PathBuf};

/// The disk does not do what is asked of it.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// No room. Waiting helps only if somebody makes room; what was there stays as it is.
    #[error("the disk is full ({}); make room, then it goes on by itself", path.display())]
    Full {
        /// What was being written.
        path: PathBuf,
    },
    /// Anything else: no permission, a disk that was taken away, a broken one.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, as in "cannot write ...".
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

impl DiskError {
    /// Says what failed where.
    pub(crate) fn on(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            _ => Self::Io {
                doing,
                path,
                source,
            },
        }
    }
}

/// A recording cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum LandError {
    /// Another try for the same recording is on its way, here or in another process. Leave it to
    /// that one.
    #[error("this recording is being fetched already")]
    Busy,
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// The bytes did not all arrive. Whatever the case, the recording can be landed again.
#[derive(Debug, thiserror::Error)]
pub enum CopyError<E> {
    /// The stream ended with another length than was announced. When it was too short, the next try
    /// goes on from there; when it was too long, from the start.
    #[error("{have} bytes came instead of {expected}")]
    Incomplete {
        /// The bytes that came.
        have: u64,
        /// The bytes that were announced.
        expected: u64,
    },
    /// It is larger than allowed. Trying again does not help. What came is let go.
    #[error("larger than the {limit} bytes that are allowed")]
    TooLarge {
        /// The most that is allowed.
        limit: u64,
    },
    /// The storage goes on with another file than it began with. What came of the first is let go;
    /// ask again from the start.
    #[error("the file changed while it was being fetched")]
    Changed,
    /// Stopped by our own wish: time is up, or the program ends. The next try goes on from here.
    #[error("stopped before the end")]
    Stopped,
    /// The stream broke. The next try goes on from here.
    #[error(transparent)]
    Source(E),
    /// The disk.
    #[error(transparent)]
    Disk(DiskError),
}

impl<E> From<DiskError> for CopyError<E> {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

/// Why the check turned a file down. The texts say what was found, for a person.
#[derive(Debug, thiserror::Error)]
pub enum CheckFailed {
    /// It is no sound at all, for example an error page. It is let go.
    #[error("not a recording: {0}")]
    NotAudio(String),
    /// It is sound but broken. It is kept in quarantine.
    #[error("the recording is damaged: {0}")]
    Damaged(String),
    /// It is sound that this program cannot play. It is kept in quarantine.
    #[error("this kind of recording cannot be played: {0}")]
    Unsupported(String),
    /// The check itself could not read the file. The file stays for the next try.
    #[error("the recording could not be read: {0}")]
    Unreadable(#[source] io::Error),
}

/// A recording has not become a complete file.
#[derive(Debug, thiserror::Error)]
pub enum FinishError {
    /// Not all of it has been copied; land it again and copy the rest.
    #[error("only {have} bytes are here")]
    NotWhole {
        /// The bytes that are here.
        have: u64,
    },
    /// The check turned it down.
    #[error(transparent)]
    Check(CheckFailed),
    /// The disk. The bytes stay for the next try.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// A file cannot come back from quarantine.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Nothing of this name is in quarantine.
    #[error("nothing is in quarantine under {0}")]
    Unknown(String),
    /// What is there did not come from the recordings as a complete file, so it has no place to go
    /// back to.
    #[error("{0} was never a complete recording; it stays in quarantine")]
    NoPlace(String),
    /// Another file stands in its place by now.
    #[error("{0} is taken by another file; move that one away first")]
    Taken(crate::RecordingPath),
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_without_room_is_a_full_disk() {
        use std::io::Write;

        let mut full = std::fs::File::create("/dev/full").expect("every Linux has it");
        let error = full.write_all(b"x").expect_err("there is never room");
        assert!(matches!(
            DiskError::on("write", "/dev/full")(error),
            DiskError::Full { .. }
        ));
    }

    #[test]
    fn a_quota_is_a_full_disk_and_no_permission_is_not() {
        let is_full = |kind| {
            let error = DiskError::on("write", "there")(io::Error::from(kind));
            matches!(error, DiskError::Full { .. })
        };
        assert!(is_full(io::ErrorKind::QuotaExceeded));
        assert!(!is_full(io::ErrorKind::PermissionDenied));
    }
}
