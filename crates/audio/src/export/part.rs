//! The file beside the wanted one, as long as that is not whole.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// So many names are tried: each may be the rest of a try that died, or a file of somebody else.
const MOST_NAMES: u32 = 1_000;

/// A file that is being written beside the wanted one, under a name that no other file had. Dropped
/// before it is complete, it goes.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    wanted: PathBuf,
    is_complete: bool,
}

impl Part {
    /// Makes an empty one beside `wanted`, with `.part` at the end of its name.
    ///
    /// # Errors
    ///
    /// Those of making a file in that folder.
    pub fn beside(wanted: &Path) -> io::Result<(Self, File)> {
        let mut number = 1;
        loop {
            let path = named(wanted, number);
            match File::create_new(&path) {
                Ok(file) => {
                    let part = Self {
                        path,
                        wanted: wanted.to_owned(),
                        is_complete: false,
                    };
                    return Ok((part, file));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    number += 1;
                    if number > MOST_NAMES {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives it the wanted name, in place of a file that has it.
    ///
    /// # Errors
    ///
    /// Those of renaming a file; it is removed then.
    pub fn complete(mut self) -> io::Result<()> {
        fs::rename(&self.path, &self.wanted)?;
        self.is_complete = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_complete {
            // What could not be written whole is told already.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn named(wanted: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(wanted);
    match number {
        1 => name.push(".part"),
        _ => name.push(format!(".{number}.part")),
    }
    name.into()
}
