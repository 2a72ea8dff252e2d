//! What every place for secrets can do.

use std::fmt;

use ringback_model::Secret;

use crate::VaultError;

/// What kind of place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key store of the desktop: Secret Service, Keychain, Credential Manager.
    System,
    /// A file that only a passphrase opens.
    SealedFile,
    /// This machine has none.
    None,
}

/// A place for secrets.
pub trait Vault: Send + Sync + fmt::Debug {
    /// What kind of place it is.
    fn kind(&self) -> Kind;

    /// The secret of that name, if one is kept.
    fn read(&self, name: &str) -> Result<Option<Secret>, VaultError>;

    /// Keeps a secret, in place of an older one of that name.
    fn keep(&self, name: &str, secret: &Secret) -> Result<(), VaultError>;

    /// Forgets a secret. Says whether there was one.
    fn forget(&self, name: &str) -> Result<bool, VaultError>;

    /// Whether it is known to be closed at this moment: locked, silent, or not there. Asking makes no
    /// place ask a person, and finds one again that came late.
    fn is_closed(&self) -> bool {
        false
    }
}

/// A sealed file whose passphrase nobody gave: it is there, and nothing can be read.
#[derive(Debug)]
pub struct Locked;

impl Vault for Locked {
    fn kind(&self) -> Kind {
        Kind::SealedFile
    }

    fn read(&self, _name: &str) -> Result<Option<Secret>, VaultError> {
        Err(VaultError::NoPassphrase)
    }

    fn keep(&self, _name: &str, _secret: &Secret) -> Result<(), VaultError> {
        Err(VaultError::NoPassphrase)
    }

    fn forget(&self, _name: &str) -> Result<bool, VaultError> {
        Err(VaultError::NoPassphrase)
    }

    fn is_closed(&self) -> bool {
        true
    }
}

/// This machine has no key store. Reading finds nothing, so that keys from elsewhere do.
#[derive(Debug)]
pub struct NoStore;

impl Vault for NoStore {
    fn kind(&self) -> Kind {
        Kind::None
    }

    fn read(&self, _name: &str) -> Result<Option<Secret>, VaultError> {
        Ok(None)
    }

    fn keep(&self, _name: &str, _secret: &Secret) -> Result<(), VaultError> {
        Err(VaultError::NoStore)
    }

    fn forget(&self, _name: &str) -> Result<bool, VaultError> {
        Ok(false)
    }

    fn is_closed(&self) -> bool {
        true
    }
}
