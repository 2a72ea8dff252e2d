//! What the system says of a file, without reading it.

use std::{fs, path::Path, time::SystemTime};

/// Changes when the file is written or replaced, as far as the file system tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    written: Option<SystemTime>,
    bytes: u64,
    /// Which file it is, and when anything of it changed last.
    node: (u64, i64, i64),
}

impl Mark {
    /// `None` if there is no such file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        Some(Self {
            written: found.modified().ok(),
            bytes: found.len(),
            node: node(&found),
        })
    }
}

#[cfg(unix)]
fn node(found: &fs::Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (found.ino(), found.ctime(), found.ctime_nsec())
}

#[cfg(not(unix))]
fn node(_found: &fs::Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_or_replaced_has_another_mark() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert_eq!(Mark::of(&path), None);
        fs::write(&path, "a").unwrap();
        let first = Mark::of(&path);
        assert!(first.is_some());
        assert_eq!(Mark::of(&path), first);
        fs::write(&path, "ab").unwrap();
        let second = Mark::of(&path);
        assert_ne!(second, first);

        let beside = folder.path().join("beside");
        fs::write(&beside, "xy").unwrap();
        fs::rename(&beside, &path).unwrap();
        assert_ne!(Mark::of(&path), second, "of the same length");
    }
}
