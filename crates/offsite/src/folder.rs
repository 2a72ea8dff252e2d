//! A folder elsewhere: the same names, and files that are complete or not there.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use object_store::{local::LocalFileSystem, path::Path as Location};

use crate::Trouble;

/// How a file is called while it is written. A try that was cut off leaves one behind, and the next
/// writes over it.
const UNFINISHED: &str = ".ringback-unfinished-";

/// Opens the folder for reading, if it is there.
pub(crate) fn open(folder: &Path) -> Result<LocalFileSystem, Trouble> {
    if !folder.is_dir() {
        return Err(Trouble::NoPlace);
    }
    Ok(LocalFileSystem::new_with_prefix(folder)?)
}

/// Copies a file to its place in the folder, so that it survives a power failure there.
pub(crate) fn put(folder: &Path, location: &Location, from: &Path) -> Result<u64, Trouble> {
    if !folder.is_dir() {
        return Err(Trouble::NoPlace);
    }
    let mut source = File::open(from).map_err(Trouble::Here)?;
    let target = location
        .parts()
        .fold(folder.to_owned(), |path, part| path.join(part.as_ref()));
    write(folder, &target, &mut source).map_err(|error| Trouble::of_folder(&error))
}

fn write(root: &Path, target: &Path, source: &mut File) -> io::Result<u64> {
    let parent = target.parent().unwrap_or(root);
    fs::create_dir_all(parent)?;
    let mut name = std::ffi::OsString::from(UNFINISHED);
    name.push(target.file_name().unwrap_or_default());
    let unfinished = parent.join(name);
    let mut file = File::create(&unfinished)?;
    let bytes = io::copy(source, &mut file)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&unfinished, target)?;
    sync_folders(root, parent)?;
    Ok(bytes)
}

/// Makes new names last, up to the root. Some network folders cannot do it and say so; there it is the
/// server's business.
fn sync_folders(root: &Path, from: &Path) -> io::Result<()> {
    if cfg!(unix) {
        for folder in from
            .ancestors()
            .take_while(|folder| folder.starts_with(root))
        {
            match File::open(folder).and_then(|folder| folder.sync_all()) {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
                    ) => {}
                synced => synced?,
            }
        }
    }
    Ok(())
}
