//! The key store of the desktop: Secret Service on Linux, Keychain on macOS, Credential Manager on
//! Windows.
//!
//! At a login programs start in any order: the store may come after us, be silent for a while, or be
//! locked until somebody types a password. None of that is for good, so it is connected to when it is
//! there.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use keyring_core::{CredentialStore, Entry, Error};
use ringback_model::Secret;

use crate::{Kind, Vault, VaultError, aside::Aside};

/// How long the store may take for a question. It may ask a person for a password, but nothing waits
/// for that: a program that starts by itself has nobody in front of it.
const ANSWER: Duration = Duration::from_secs(10);
/// How long it may take while a person is there, who just typed a secret.
const PERSON: Duration = Duration::from_secs(120);

/// How the store is reached.
#[derive(Clone)]
struct Reach {
    connect: fn() -> keyring_core::Result<Arc<CredentialStore>>,
    /// Whether what this service keeps there is locked, as far as the store tells.
    is_locked: fn(&str) -> keyring_core::Result<bool>,
}

/// Whether the store is there.
enum Link {
    /// It answered.
    Up(Arc<CredentialStore>),
    /// It was silent, or broke off; it is tried again with the next question.
    Away,
    /// This machine has none, or not yet.
    None,
}

/// The system's key store.
pub struct SystemStore {
    service: String,
    reach: Reach,
    link: Mutex<Link>,
    questions: Aside,
    looks: Aside,
}

impl std::fmt::Debug for SystemStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SystemStore")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

impl SystemStore {
    /// Connects to the store, if there is one. `service` is the name that the store's own window shows;
    /// secrets of different services do not see each other.
    pub fn open(service: impl Into<String>) -> Self {
        Self::reached(
            service.into(),
            Reach {
                connect,
                is_locked: platform::is_locked,
            },
        )
    }

    fn reached(service: String, reach: Reach) -> Self {
        let store = Self {
            service,
            reach,
            link: Mutex::new(Link::None),
            questions: Aside::default(),
            looks: Aside::default(),
        };
        // What came of it stands in `link`.
        let _ = store.connect();
        store
    }

    fn connect(&self) -> Result<Arc<CredentialStore>, VaultError> {
        let connect = self.reach.connect;
        let found = self
            .questions
            .ask_unless_waiting(ANSWER, move || connect().map_err(read_error));
        let mut link = self.link();
        let was_there = !matches!(*link, Link::None);
        match found {
            Err(VaultError::NoStore) if !was_there => Err(VaultError::NoStore),
            // One that was there has not taken its keys with it.
            Err(VaultError::NoStore) => {
                *link = Link::Away;
                Err(VaultError::Silent)
            }
            Err(error) => {
                *link = Link::Away;
                Err(error)
            }
            Ok(store) => {
                *link = Link::Up(store.clone());
                Ok(store)
            }
        }
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store, if it is there; one that was away is tried again.
    fn store(&self) -> Result<Arc<CredentialStore>, VaultError> {
        match &*self.link() {
            Link::Up(store) => return Ok(store.clone()),
            Link::None => return Err(VaultError::NoStore),
            Link::Away => {}
        }
        self.connect()
    }

    /// The same while a person is there: one that came late is found, too.
    fn store_or_late(&self) -> Result<Arc<CredentialStore>, VaultError> {
        match self.store() {
            Err(VaultError::NoStore) => self.connect(),
            found => found,
        }
    }

    fn asked<T: Send + 'static>(
        &self,
        store: Arc<CredentialStore>,
        name: &str,
        act: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> impl FnOnce() -> Result<T, VaultError> + Send + 'static {
        let (service, name) = (self.service.clone(), name.to_owned());
        move || {
            let entry = store.build(&service, &name, None);
            entry.and_then(|entry| act(&entry)).map_err(read_error)
        }
    }

    fn read_from(
        &self,
        store: Result<Arc<CredentialStore>, VaultError>,
        name: &str,
    ) -> Result<Option<Secret>, VaultError> {
        let store = match store {
            // Nothing is kept where there is no place for it.
            Err(VaultError::NoStore) => return Ok(None),
            found => found?,
        };
        let read = self.asked(store, name, |entry| match entry.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        });
        self.heard(self.questions.ask_unless_waiting(ANSWER, read))
    }

    /// A store that was there and is gone is looked for again.
    fn heard<T>(&self, answer: Result<T, VaultError>) -> Result<T, VaultError> {
        if matches!(answer, Err(VaultError::NoStore)) {
            *self.link() = Link::Away;
        }
        answer
    }
}

impl Vault for SystemStore {
    fn kind(&self) -> Kind {
        match &*self.link() {
            Link::Up(_) | Link::Away => Kind::System,
            Link::None => Kind::None,
        }
    }

    fn read(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        let again = match self.read_from(self.store(), name) {
            Err(VaultError::NoStore) => self.connect(),
            answer => return answer,
        };
        // Another store may have taken the place of the one that was connected to.
        match self.read_from(again, name) {
            Err(VaultError::NoStore) => Err(VaultError::Silent),
            answer => answer,
        }
    }

    fn keep(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        let secret = secret.clone();
        let keep = self.asked(self.store_or_late()?, name, move |entry| {
            entry.set_password(secret.reveal())
        });
        self.heard(self.questions.ask(PERSON, keep))
    }

    fn forget(&self, name: &str) -> Result<bool, VaultError> {
        let store = match self.store_or_late() {
            Err(VaultError::NoStore) => return Ok(false),
            found => found?,
        };
        let forget = self.asked(store, name, |entry| match entry.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(error),
        });
        self.heard(self.questions.ask(PERSON, forget))
    }

    fn is_closed(&self) -> bool {
        if self.store_or_late().is_err() {
            return true;
        }
        let (is_locked, service) = (self.reach.is_locked, self.service.clone());
        let look = move || is_locked(&service).map_err(read_error);
        match self.looks.ask_unless_waiting(ANSWER, look) {
            Ok(is_locked) => is_locked,
            // What cannot be told is found out by reading.
            Err(error) => matches!(error, VaultError::Silent),
        }
    }
}

/// The library's errors may carry the secret's bytes, so only their kind is repeated.
fn read_error(error: Error) -> VaultError {
    match error {
        Error::NoStorageAccess(_) => VaultError::Refused,
        Error::PlatformFailure(_) | Error::NoDefaultStore => VaultError::NoStore,
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            VaultError::Failed("what is kept there is no text".into())
        }
        Error::TooLong(..) => VaultError::Failed("the secret is too long for it".into()),
        Error::Ambiguous(_) => VaultError::Failed("it keeps more than one of that name".into()),
        _ => VaultError::Failed("it cannot do that".into()),
    }
}

#[cfg(target_os = "linux")]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn connect() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NoDefaultStore)
}

#[cfg(target_os = "linux")]
mod platform {
    use std::collections::HashMap;

    use keyring_core::{Error, Result};
    use secret_service::{EncryptionType, blocking::SecretService};

    /// Asks on a line of its own: the store's is taken as long as it waits for a person. Looking opens
    /// nothing and asks nobody.
    pub(super) fn is_locked(service: &str) -> Result<bool> {
        let failed = |error: secret_service::Error| Error::PlatformFailure(Box::new(error));
        let line = SecretService::connect(EncryptionType::Dh).map_err(failed)?;
        let ours = HashMap::from([("service", service)]);
        if !line.search_items(ours).map_err(failed)?.locked.is_empty() {
            return Ok(true);
        }
        // Some show nothing of what is locked, so the place is asked, too.
        let place = line.get_default_collection().map_err(failed)?;
        place.is_locked().map_err(failed)
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    /// These stores do not tell without asking a person.
    pub(super) fn is_locked(_service: &str) -> keyring_core::Result<bool> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    /// A store in memory that is there from the second try on.
    fn late() -> keyring_core::Result<Arc<CredentialStore>> {
        static TRIES: AtomicU8 = AtomicU8::new(0);
        match TRIES.fetch_add(1, Ordering::SeqCst) {
            0 => Err(Error::NoDefaultStore),
            _ => Ok(keyring_core::mock::Store::new()?),
        }
    }

    #[test]
    fn a_store_that_comes_after_us_is_found_when_it_is_looked_for() {
        let reach = Reach {
            connect: late,
            is_locked: |_| Ok(false),
        };
        let store = SystemStore::reached("Ringback".into(), reach);
        assert_eq!(store.kind(), Kind::None);
        assert_eq!(store.read("A").unwrap(), None, "there is nothing to read");
        assert!(!store.is_closed(), "it is there now");
        assert_eq!(store.kind(), Kind::System);
        store.keep("A", &Secret::new("a")).unwrap();
    }

    #[test]
    fn a_store_that_was_there_and_is_gone_is_silent_and_not_empty() {
        let reach = Reach {
            connect: || Err(Error::NoDefaultStore),
            is_locked: |_| Ok(false),
        };
        let store = SystemStore::reached("Ringback".into(), reach);
        *store.link() = Link::Away;
        let read = store.read("A");
        assert!(matches!(read, Err(VaultError::Silent)), "{read:?}");
        assert_eq!(store.kind(), Kind::System);
        assert!(store.is_closed());
    }

    #[test]
    fn a_machine_without_a_store_has_none_however_often_it_is_asked() {
        let reach = Reach {
            connect: || Err(Error::NoDefaultStore),
            is_locked: |_| Ok(false),
        };
        let store = SystemStore::reached("Ringback".into(), reach);
        assert!(store.is_closed());
        assert_eq!(store.kind(), Kind::None);
        assert_eq!(store.read("A").unwrap(), None);
        assert!(!store.forget("A").unwrap());
        let kept = store.keep("A", &Secret::new("a"));
        assert!(matches!(kept, Err(VaultError::NoStore)), "{kept:?}");
    }

    #[test]
    fn a_locked_store_is_known_to_be_closed_without_a_question_to_anybody() {
        let reach = Reach {
            connect: || Ok(keyring_core::mock::Store::new()?),
            is_locked: |_| Ok(true),
        };
        let store = SystemStore::reached("Ringback".into(), reach);
        assert_eq!(store.kind(), Kind::System);
        assert!(store.is_closed());
    }
}
