//! The few things to do with files that have to survive a power failure.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

use sha2::{Digest, Sha256};
use tempfile::TempPath;

use crate::DiskError;

/// How temporary files begin and end. One that is left over after a crash is recognised by it.
pub(crate) const TEMPORARY: (&str, &str) = (".ringback-", ".tmp");

/// Files are read in pieces of this many bytes.
const PIECE: usize = 64 << 10;

/// Makes a folder and the ones above it, for this user only: what people said on the phone is
/// nobody else's business.
pub(crate) fn create_folder(path: &Path) -> Result<(), DiskError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made.map_err(DiskError::on("make the folder", path)),
    }?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes what was renamed, made or removed in a folder last. Windows has no such call for folders
/// and writes their changes in order by itself.
pub(crate) fn sync_folder(path: &Path) -> Result<(), DiskError> {
    if cfg!(unix) {
        File::open(path)
            .and_then(|folder| folder.sync_all())
            .map_err(DiskError::on("write the folder", path))?;
    }
    Ok(())
}

/// Makes the bytes of a file that somebody else has written last.
pub(crate) fn sync_file(path: &Path) -> Result<(), DiskError> {
    // Windows flushes only what it could have written.
    File::options()
        .read(true)
        .write(cfg!(windows))
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(DiskError::on("write", path))
}

/// Opens a file for reading and writing, made if need be, for this user only.
pub(crate) fn open(path: &Path) -> Result<File, DiskError> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(DiskError::on("open", path))
}

/// Puts a file there with new content at once: whoever looks sees the old one or the new one. Only
/// one at a time may write to a path. What a crash leaves behind on the way, the next writing to the
/// same path takes away.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<(), DiskError> {
    let folder = folder_of(path);
    let failed = || DiskError::on("write", path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!("{}{name}{}", TEMPORARY.0, TEMPORARY.1));
    let mut file = open(&temporary)?;
    let written = file
        .set_len(0)
        .and_then(|()| file.write_all(content))
        .and_then(|()| file.sync_data())
        .and_then(|()| fs::rename(&temporary, path));
    if let Err(error) = written {
        // It is worth nothing, and on a full disk its room is needed.
        let _ = fs::remove_file(&temporary);
        return Err(failed()(error));
    }
    sync_folder(folder)
}

/// What became of giving a file a new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renamed {
    /// It has it.
    Done,
    /// Another file has it. Both are where they were.
    Taken,
}

/// Gives a file a name that no other one has. It lasts when both folders are synced.
pub(crate) fn take_name(from: &Path, to: &Path) -> Result<Renamed, DiskError> {
    match rename_on_one_disk(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => copy_over(from, to),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Renamed::Taken),
        Err(error) => Err(DiskError::on("rename to", to)(error)),
        Ok(()) => Ok(Renamed::Done),
    }
}

/// The same, and makes that last. Goes to another disk if need be.
pub(crate) fn rename_new(from: &Path, to: &Path) -> Result<Renamed, DiskError> {
    let renamed = take_name(from, to)?;
    if renamed == Renamed::Done {
        sync_folder(folder_of(to))?;
        if folder_of(from) != folder_of(to) {
            sync_folder(folder_of(from))?;
        }
    }
    Ok(renamed)
}

fn rename_on_one_disk(from: &Path, to: &Path) -> io::Result<()> {
    let path = TempPath::try_from_path(from)?;
    path.persist_noclobber(to).map_err(|failed| {
        // A temporary path deletes its file when it goes; this one is no temporary file.
        match failed.path.keep() {
            Ok(_) => failed.error,
            Err(kept) => {
                std::mem::forget(kept.path);
                failed.error
            }
        }
    })
}

fn copy_over(from: &Path, to: &Path) -> Result<Renamed, DiskError> {
    let failed = || DiskError::on("copy to", to);
    let mut copy = tempfile::Builder::new()
        .prefix(TEMPORARY.0)
        .suffix(TEMPORARY.1)
        .tempfile_in(folder_of(to))
        .map_err(failed())?;
    let mut source = File::open(from).map_err(DiskError::on("open", from))?;
    io::copy(&mut source, copy.as_file_mut()).map_err(failed())?;
    copy.as_file().sync_all().map_err(failed())?;
    match copy.persist_noclobber(to) {
        Ok(_) => {}
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            return Ok(Renamed::Taken);
        }
        Err(error) => return Err(failed()(error.error)),
    }
    sync_folder(folder_of(to))?;
    remove(from)?;
    Ok(Renamed::Done)
}

/// Removes a file; one that is gone already is fine.
pub(crate) fn remove(path: &Path) -> Result<(), DiskError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(DiskError::on("remove", path)),
    }
}

/// How long a file is; `None` if it is not there.
pub(crate) fn length(path: &Path) -> Result<Option<u64>, DiskError> {
    match fs::metadata(path) {
        Ok(found) => Ok(found.is_file().then_some(found.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DiskError::on("look at", path)(error)),
    }
}

/// The digest of a whole file and its length; `None` if it is not there.
pub(crate) fn digest(path: &Path) -> Result<Option<(String, u64)>, DiskError> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(DiskError::on("open", path))?,
    };
    let mut hash = Sha256::new();
    let length = feed(&mut file, u64::MAX, &mut hash).map_err(DiskError::on("read", path))?;
    Ok(Some((hex::encode(hash.finalize()), length)))
}

/// Feeds up to `most` bytes into a hash. Gives how many there were.
pub(crate) fn feed(from: &mut impl Read, most: u64, hash: &mut Sha256) -> io::Result<u64> {
    let mut piece = vec![0; PIECE];
    let mut from = from.take(most);
    let mut length = 0;
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok(length),
            Ok(read) => {
                hash.update(&piece[..read]);
                length += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_leaves_both_files_where_they_were() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let [one, two] = ["one", "two"].map(|name| dir.path().join(name));
        for path in [&one, &two] {
            fs::write(path, path.as_os_str().as_encoded_bytes()).expect("written");
        }
        assert_eq!(rename_new(&one, &two).expect("no error"), Renamed::Taken);
        for path in [&one, &two] {
            let content = fs::read(path).expect("still there");
            assert_eq!(content, path.as_os_str().as_encoded_bytes());
        }
    }

    #[test]
    fn a_file_that_cannot_be_renamed_stays() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let one = dir.path().join("one");
        fs::write(&one, "1").expect("written");
        let nowhere = dir.path().join("missing").join("two");
        assert!(matches!(
            rename_new(&one, &nowhere),
            Err(DiskError::Io { .. })
        ));
        assert_eq!(fs::read(&one).expect("still there"), b"1");
    }

    #[test]
    fn copying_to_another_disk_ends_with_one_file() {
        let dir = tempfile::tempdir().expect("a temp dir");
        let [one, two] = ["one", "two"].map(|name| dir.path().join(name));
        fs::write(&one, "1").expect("written");
        assert_eq!(copy_over(&one, &two).expect("copied"), Renamed::Done);
        assert!(!one.exists());
        assert_eq!(fs::read(&two).expect("there"), b"1");

        fs::write(&one, "other").expect("written");
        assert_eq!(copy_over(&one, &two).expect("no error"), Renamed::Taken);
        assert_eq!(fs::read(&one).expect("still there"), b"other");
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 2);
    }
}
