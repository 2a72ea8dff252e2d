//! Which of several processes on one home does the background work.
//!
//! The operating system's lock on a file says it: whoever holds the lock has the role, and a process
//! that dies gives it back without doing anything. In the file stands who has it, so that the next one
//! knows whose work was left lying.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::Path,
};

/// More than any name of ours has, in bytes.
const LONGEST_NAME: u64 = 256;

/// The role of doing door, polling and jobs. Given back when dropped.
#[derive(Debug)]
pub(crate) struct Role {
    lock: File,
}

impl Role {
    /// Takes the role if no other process has it.
    pub(crate) fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { lock: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether some process has the role now.
    pub(crate) fn is_taken(path: &Path) -> bool {
        // Whoever only looks does not hold the others off for longer than the blink of an eye.
        let Ok(file) = File::open(path) else {
            return false;
        };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// Writes down that `owner` has the role now, and gives who had it before.
    pub(crate) fn sign(&mut self, owner: &str) -> io::Result<Option<String>> {
        let mut before = String::new();
        (&self.lock)
            .take(LONGEST_NAME)
            .read_to_string(&mut before)?;
        self.lock.set_len(0)?;
        self.lock.rewind()?;
        self.lock.write_all(owner.as_bytes())?;
        Ok(Some(before).filter(|name| !name.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_one_learns_who_had_the_role_before() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("background.lock");
        let take = || Role::try_take(&path).expect("opens").expect("it is free");
        assert_eq!(
            take().sign("the first, with a long name").expect("signs"),
            None
        );
        let before = take().sign("second").expect("signs");
        assert_eq!(before.as_deref(), Some("the first, with a long name"));
        assert_eq!(
            take().sign("third").expect("signs").as_deref(),
            Some("second")
        );
    }

    #[test]
    fn one_has_the_role_and_the_next_gets_it_when_that_one_ends() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("background.lock");
        let first = Role::try_take(&path).expect("the lock file opens");
        assert!(first.is_some(), "nobody had it");
        assert!(Role::is_taken(&path));
        assert!(
            Role::try_take(&path).expect("opens").is_none(),
            "it is taken"
        );
        drop(first);
        assert!(!Role::is_taken(&path));
        assert!(
            Role::try_take(&path).expect("opens").is_some(),
            "it is free again"
        );
    }
}
