//! Secrets in a file that only a passphrase opens, for machines without a key store.
//!
//! The file is in the age format (age-encryption.org/v1) with one scrypt recipient, so `age -d` reads
//! it without this program; inside is a JSON object of names and secrets.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use age::{scrypt, secrecy::SecretString};
use ringback_model::Secret;

use crate::{Kind, Vault, VaultError};

/// The most work that opening a file may ask for, as a power of two: a file from elsewhere must not
/// keep the program busy for minutes.
const MOST_WORK: u8 = 20;

type Secrets = BTreeMap<String, String>;

/// What the system says of the file; another one after it was replaced.
type Mark = Option<(SystemTime, u64)>;

/// What was in the file when it was read last.
#[derive(Default)]
struct Held {
    secrets: Secrets,
    mark: Mark,
}

/// A sealed file, open in memory.
pub struct SealedFile {
    path: PathBuf,
    passphrase: SecretString,
    work: Option<u8>,
    held: Mutex<Held>,
}

impl std::fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl SealedFile {
    /// Opens the file; without one, an empty set that becomes a file with the first secret.
    pub fn open(path: impl Into<PathBuf>, passphrase: &Secret) -> Result<Self, VaultError> {
        let path = path.into();
        let file = Self {
            path,
            passphrase: SecretString::from(passphrase.reveal().to_owned()),
            work: None,
            held: Mutex::default(),
        };
        *file.lock() = file.open_now()?;
        Ok(file)
    }

    fn open_now(&self) -> Result<Held, VaultError> {
        // First the mark: what is replaced in between is read once more the next time.
        let mark = self.mark();
        let secrets = match fs::read(&self.path) {
            Ok(sealed) => unseal(&self.path, &sealed, &self.passphrase)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Secrets::new(),
            Err(error) => return Err(self.io(error)),
        };
        Ok(Held { secrets, mark })
    }

    fn mark(&self) -> Mark {
        let found = fs::metadata(&self.path).ok()?;
        Some((found.modified().ok()?, found.len()))
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same with a fixed amount of work for sealing, as a power of two. Without it, about a second
    /// of this machine's time is asked of everybody who tries a passphrase.
    pub fn with_work(self, power: u8) -> Self {
        Self {
            work: Some(power),
            ..self
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Secrets) -> T) -> Result<T, VaultError> {
        let mut held = self.lock();
        // Reading, sealing and writing takes seconds, in which another process may do the same.
        let _alone = self.alone()?;
        // What another process kept in the meantime stays.
        let mut now = self.open_now()?;
        let outcome = change(&mut now.secrets);
        self.write(&now.secrets)?;
        now.mark = self.mark();
        *held = now;
        Ok(outcome)
    }

    /// Held by one process at a time while it changes the file. The lock lies beside it, because the file
    /// itself is replaced; it ends with the process that holds it.
    fn alone(&self) -> Result<File, VaultError> {
        let path = self.path.with_extension("lock");
        let open = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        open.and_then(|file| file.lock().map(|()| file))
            .map_err(|error| VaultError::Io { path, error })
    }

    /// Writes a new file beside the old one and puts it in its place, so that there is always a whole
    /// one.
    fn write(&self, secrets: &Secrets) -> Result<(), VaultError> {
        let inside = serde_json::to_vec(secrets).expect("texts are JSON");
        let mut recipient = scrypt::Recipient::new(self.passphrase.clone());
        if let Some(power) = self.work {
            recipient.set_work_factor(power);
        }
        let sealed =
            age::encrypt(&recipient, &inside).map_err(|error| self.io(io::Error::other(error)))?;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| self.io(error))?;
        file.write_all(&sealed)
            .and_then(|()| file.as_file().sync_all())
            .map_err(|error| self.io(error))?;
        file.persist(&self.path)
            .map_err(|error| self.io(error.error))?;
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .or_else(|error| if cfg!(unix) { Err(error) } else { Ok(()) })
            .map_err(|error| self.io(error))
    }

    fn io(&self, error: io::Error) -> VaultError {
        VaultError::Io {
            path: self.path.clone(),
            error,
        }
    }
}

impl Vault for SealedFile {
    fn kind(&self) -> Kind {
        Kind::SealedFile
    }

    fn read(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        let mut held = self.lock();
        // Another process may have kept or forgotten something.
        if self.mark() != held.mark {
            *held = self.open_now()?;
        }
        Ok(held.secrets.get(name).map(Secret::new))
    }

    fn keep(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        self.change(|secrets| {
            secrets.insert(name.to_owned(), secret.reveal().to_owned());
        })
    }

    fn forget(&self, name: &str) -> Result<bool, VaultError> {
        self.change(|secrets| secrets.remove(name).is_some())
    }
}

fn unseal(path: &Path, sealed: &[u8], passphrase: &SecretString) -> Result<Secrets, VaultError> {
    let damaged = |reason: String| VaultError::Damaged {
        path: path.to_owned(),
        reason,
    };
    let mut identity = scrypt::Identity::new(passphrase.clone());
    identity.set_max_work_factor(MOST_WORK);
    let inside = age::decrypt(&identity, sealed).map_err(|error| match error {
        age::DecryptError::DecryptionFailed | age::DecryptError::NoMatchingKeys => {
            VaultError::WrongPassphrase
        }
        age::DecryptError::ExcessiveWork { .. } => {
            damaged("it asks for more work than any file of ours".into())
        }
        age::DecryptError::Io(error) => damaged(error.kind().to_string()),
        _ => damaged("it is no sealed file, or a part of it is gone".into()),
    })?;
    serde_json::from_slice(&inside).map_err(|_| damaged("what is in it are no keys".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORK: u8 = 6;

    fn open(path: &Path, passphrase: &str) -> Result<SealedFile, VaultError> {
        Ok(SealedFile::open(path, &Secret::new(passphrase))?.with_work(WORK))
    }

    #[test]
    fn what_is_kept_is_there_after_a_new_start_and_nowhere_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.age");
        let vault = open(&path, "correct horse").unwrap();
        assert_eq!(vault.read("A").unwrap(), None);
        vault.keep("A", &Secret::new("key_very_secret")).unwrap();
        vault.keep("B", &Secret::new("other")).unwrap();

        let again = open(&path, "correct horse").unwrap();
        assert_eq!(
            again.read("A").unwrap(),
            Some(Secret::new("key_very_secret"))
        );
        assert!(again.forget("B").unwrap());
        assert!(!again.forget("B").unwrap());
        assert_eq!(
            open(&path, "correct horse").unwrap().read("B").unwrap(),
            None
        );

        let bytes = fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"age-encryption.org/v1"));
        assert!(!bytes.windows(8).any(|part| part == b"key_very"));
        let entries = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["keys.age", "keys.lock"], "nothing is left lying");
        assert_eq!(fs::read(path.with_extension("lock")).unwrap(), b"");
    }

    #[test]
    fn two_processes_keep_each_others_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.age");
        let one = open(&path, "p").unwrap();
        let other = open(&path, "p").unwrap();
        one.keep("A", &Secret::new("a")).unwrap();
        other.keep("B", &Secret::new("b")).unwrap();
        assert_eq!(
            one.read("B").unwrap(),
            Some(Secret::new("b")),
            "what another process kept is seen without a new start"
        );
        let all = open(&path, "p").unwrap();
        assert_eq!(all.read("A").unwrap(), Some(Secret::new("a")));
        assert_eq!(all.read("B").unwrap(), Some(Secret::new("b")));
    }

    #[test]
    fn what_two_processes_keep_at_the_same_moment_is_all_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.age");
        let begin = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for process in ["A", "B"] {
                let (begin, vault) = (&begin, open(&path, "p").unwrap());
                scope.spawn(move || {
                    begin.wait();
                    for number in 0..8 {
                        let name = format!("{process}{number}");
                        vault.keep(&name, &Secret::new(&name)).unwrap();
                    }
                });
            }
        });
        let all = open(&path, "p").unwrap();
        for name in ["A", "B"].map(|process| (0..8).map(move |n| format!("{process}{n}"))) {
            for name in name {
                assert_eq!(all.read(&name).unwrap(), Some(Secret::new(&name)), "{name}");
            }
        }
    }

    #[test]
    fn a_wrong_passphrase_and_a_cut_file_are_told_apart_and_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.age");
        open(&path, "right")
            .unwrap()
            .keep("A", &Secret::new("a"))
            .unwrap();
        let whole = fs::read(&path).unwrap();

        assert!(matches!(
            open(&path, "wrong"),
            Err(VaultError::WrongPassphrase)
        ));
        assert_eq!(fs::read(&path).unwrap(), whole);

        for cut in [0, 10, whole.len() - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(
                matches!(open(&path, "right"), Err(VaultError::Damaged { .. })),
                "{cut}"
            );
        }
        fs::write(&path, b"api_key = 1").unwrap();
        assert!(matches!(
            open(&path, "right"),
            Err(VaultError::Damaged { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.age");
        open(&path, "p")
            .unwrap()
            .keep("A", &Secret::new("a"))
            .unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
