//! Writing `config.toml`: never a half one, never over what somebody else wrote meanwhile.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use ringback_model::Secret;

use super::{by_hand, refused};
use crate::{
    Engine, EngineError,
    config::{CannotEdit, Edit, edited, text},
    inspect::blocking,
    reload,
};

/// So often a file that changes under our hands is read again.
const TRIES: usize = 5;

/// How long another process of ours may take to write.
const OTHERS: Duration = Duration::from_millis(20);
const OTHERS_AT_MOST: usize = 250;

/// A text that fits, and the one that it was made from.
pub(super) struct Changed {
    from: String,
    to: String,
}

impl Engine {
    /// Changes the file and puts it in force.
    pub(super) async fn change_file(
        &self,
        edit: &Edit,
        secrets: &[(String, Secret)],
    ) -> Result<(), EngineError> {
        let engine = self.clone();
        let (edit, secrets) = (edit.clone(), secrets.to_vec());
        blocking(move || {
            let _lock = lock(&engine.home().config_lock())?;
            for _ in 0..TRIES {
                let Changed { from, to } = engine.changed_text(&edit, &secrets)?;
                if from == to || replace(&engine.home().config_file(), &from, &to)? {
                    return Ok(());
                }
            }
            Err(EngineError::NotNow(
                "config.toml is being changed elsewhere; try again",
            ))
        })
        .await?;
        Ok(reload::again(self.core()).await?)
    }

    /// The text after the change, as far as it fits.
    pub(super) fn changed_text(
        &self,
        edit: &Edit,
        secrets: &[(String, Secret)],
    ) -> Result<Changed, EngineError> {
        let from = text(&self.home().config_file())?;
        // What is broken is mended by hand first, so that a change is not blamed for it.
        self.read_as(&from, &[])?;
        let to = edited(&from, edit).map_err(|cannot| match (cannot, edit) {
            (CannotEdit::AlreadyThere, Edit::Add { id, .. }) => {
                EngineError::BadRequest(format!("there is an account {id} already"))
            }
            (
                CannotEdit::NoSuchAccount,
                Edit::Set { id, .. }
                | Edit::Remove { id }
                | Edit::Checks {
                    account: Some(id), ..
                },
            ) => EngineError::NoSuchAccount(id.clone()),
            _ => by_hand(),
        })?;
        self.read_as(&to, secrets).map_err(refused)?;
        Ok(Changed { from, to })
    }
}

/// Held by one process of ours at a time while it writes the file.
#[expect(
    clippy::disallowed_methods,
    reason = "the lock of another process tells nobody when it is free"
)]
fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    for _ in 0..OTHERS_AT_MOST {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(OTHERS),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::other(
        "another program holds the lock of config.toml",
    ))
}

/// Puts `to` in the place of `from`. False if something else stands there by now. A link stays one; who may
/// read and write the file stays as it is.
fn replace(path: &Path, from: &str, to: &str) -> Result<bool, EngineError> {
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = place
        .parent()
        .map_or_else(|| PathBuf::from("."), Path::to_owned);
    let permissions = match fs::metadata(&place) {
        Ok(found) if found.permissions().readonly() => {
            return Err(EngineError::BadRequest(format!(
                "{} may not be written; change who may write it, or edit it by hand",
                path.display()
            )));
        }
        Ok(found) => Some(found.permissions()),
        Err(_) => None,
    };
    let mut file = tempfile::Builder::new()
        .prefix(".config.toml.")
        .tempfile_in(&folder)?;
    file.write_all(to.as_bytes())?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    // As late as possible.
    if text(path)? != from {
        return Ok(false);
    }
    file.persist(&place).map_err(|error| error.error)?;
    if cfg!(unix) {
        File::open(&folder)?.sync_all()?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_meanwhile_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "by hand").unwrap();
        assert!(!replace(&path, "before", "after").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "by hand");
        assert!(replace(&path, "by hand", "after").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_rights_stay_as_they_are() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, path) = (
            folder.path().join("dotfile"),
            folder.path().join("config.toml"),
        );
        fs::write(&real, "a").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &path).unwrap();
        assert!(replace(&path, "a", "b").unwrap());
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "b");
        let mode = fs::metadata(&real).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);

        fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).unwrap();
        assert!(matches!(
            replace(&path, "b", "c"),
            Err(EngineError::BadRequest(_))
        ));
        assert_eq!(fs::read_to_string(&real).unwrap(), "b");
    }

    #[test]
    fn the_first_account_makes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert!(replace(&path, "", "new").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }
}
