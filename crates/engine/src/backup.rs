//! A copy of the home's databases and its `config.toml` in a folder that is a home itself. Everything else
//! of a home is ordinary files that never change (recordings) or can be made again.

use std::{
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use ringback_store::Copied;

use crate::{EngineError, Home, home::restrict, inspect::blocking};

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// The folder: `--home` of it is this home at the moment of the copy.
    pub to: PathBuf,
    /// The files in it.
    pub files: Vec<String>,
    /// Of all of them together.
    pub bytes: u64,
}

/// Copies `config.toml`, the database and the journal of `home` into the new folder `to`, whatever programs
/// use them meanwhile. Everything that was answered before is in it. `tell` hears how far it is and may
/// stop it; what was begun is taken away again then, as after an error.
pub async fn back_up(
    home: &Home,
    to: &Path,
    tell: impl FnMut(Copied) -> ControlFlow<()> + Send + 'static,
) -> Result<BackedUp, EngineError> {
    let (home, to) = (home.clone(), to.to_owned());
    blocking(move || {
        if !home.database().is_file() {
            return Err(EngineError::BadRequest(format!(
                "there is nothing to copy: {} does not exist",
                home.database().display()
            )));
        }
        make_folder(&to)?;
        fill(&home, &to, tell).inspect_err(|_| {
            // The first error is the one to tell, and nothing but our own is taken away.
            for made in [home.config_file(), home.database(), journal_of(&home)] {
                let name = made.file_name().unwrap_or(made.as_os_str());
                let _ = fs::remove_file(to.join(name));
            }
            let _ = fs::remove_dir(&to);
        })
    })
    .await
}

fn make_folder(to: &Path) -> Result<(), EngineError> {
    let shown = to.display();
    fs::create_dir(to).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => EngineError::BadRequest(format!(
            "{shown} is there already; name a folder that does not exist yet"
        )),
        io::ErrorKind::NotFound => EngineError::BadRequest(format!(
            "the folder around {shown} does not exist; is the disk mounted?"
        )),
        _ => EngineError::Io(error),
    })?;
    restrict(to)?;
    Ok(())
}

fn fill(
    home: &Home,
    to: &Path,
    tell: impl FnMut(Copied) -> ControlFlow<()>,
) -> Result<BackedUp, EngineError> {
    let mut made = Vec::new();
    if home.config_file().is_file() {
        let copy = to.join("config.toml");
        fs::copy(home.config_file(), &copy)?;
        fs::File::open(&copy)?.sync_all()?;
        made.push(copy);
    }
    made.extend(ringback_store::back_up(&home.database(), to, tell)?);
    let mut copied = BackedUp {
        to: to.to_owned(),
        files: Vec::new(),
        bytes: 0,
    };
    for file in made {
        let name = file.file_name().unwrap_or(file.as_os_str());
        copied.files.push(name.to_string_lossy().into_owned());
        copied.bytes += fs::metadata(&file)?.len();
    }
    Ok(copied)
}

fn journal_of(home: &Home) -> PathBuf {
    home.database().with_file_name("journal.db")
}
