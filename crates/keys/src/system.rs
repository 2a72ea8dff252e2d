//! The key store of the desktop: Secret Service on Linux, Keychain on macOS, Credential Manager on
//! Windows.

use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use keyring_core::{CredentialStore, Entry, Error};
use ringback_model::Secret;

use crate::{Kind, Vault, VaultError};

/// How long the store may take for a question. It may ask a person for a password, but nothing waits
/// for that: a program that starts by itself has nobody in front of it.
const ANSWER: Duration = Duration::from_secs(10);
/// How long it may take while a person is there, who just typed a secret.
const PERSON: Duration = Duration::from_secs(120);

/// The system's key store.
pub struct SystemStore {
    store: Arc<CredentialStore>,
    service: String,
}

impl std::fmt::Debug for SystemStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SystemStore")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

impl SystemStore {
    /// Connects to the store. `service` is the name that the store's own window shows; secrets of
    /// different services do not see each other.
    pub fn open(service: impl Into<String>) -> Result<Self, VaultError> {
        let store = aside(ANSWER, connect)?;
        Ok(Self {
            store,
            service: service.into(),
        })
    }

    fn with<T: Send + 'static>(
        &self,
        patience: Duration,
        name: &str,
        act: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (store, service, name) = (self.store.clone(), self.service.clone(), name.to_owned());
        aside(patience, move || {
            let entry = store.build(&service, &name, None)?;
            act(&entry)
        })
    }
}

impl Vault for SystemStore {
    fn kind(&self) -> Kind {
        Kind::System
    }

    fn read(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        self.with(ANSWER, name, |entry| match entry.get_password() {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn keep(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        let secret = secret.clone();
        self.with(PERSON, name, move |entry| {
            entry.set_password(secret.reveal())
        })
    }

    fn forget(&self, name: &str) -> Result<bool, VaultError> {
        self.with(PERSON, name, |entry| match entry.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(error),
        })
    }
}

/// On a thread of its own: the stores block, some run an executor of their own, and one that waits for
/// a person must not hold up the program.
fn aside<T: Send + 'static>(
    patience: Duration,
    act: impl FnOnce() -> keyring_core::Result<T> + Send + 'static,
) -> Result<T, VaultError> {
    let (tell, told) = mpsc::channel();
    thread::Builder::new()
        .name("key-store".into())
        .spawn(move || {
            // Nobody listens any more if it took too long.
            let _ = tell.send(act());
        })
        .map_err(|error| VaultError::Failed(error.to_string()))?;
    match told.recv_timeout(patience) {
        Ok(outcome) => outcome.map_err(read_error),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(VaultError::Silent),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(VaultError::NoStore),
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
