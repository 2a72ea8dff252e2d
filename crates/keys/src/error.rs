//! What can go wrong, each case asking for another reaction.

use std::{io, path::PathBuf};

/// Why a secret cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// This machine has no key store that could be reached.
    #[error("this machine has no key store")]
    NoStore,
    /// The key store is there and does not open: it is locked, or its owner said no.
    #[error("the key store is locked")]
    Refused,
    /// The key store did not answer, most likely because it waits for a person.
    #[error("the key store did not answer in time; it may be waiting for its password")]
    Silent,
    /// The sealed file is there and no passphrase was given.
    #[error("the sealed keys are locked, because no passphrase was given")]
    NoPassphrase,
    /// The passphrase does not open the file.
    #[error("this passphrase does not open the sealed keys")]
    WrongPassphrase,
    /// The sealed file is not what it should be.
    #[error("the sealed keys in {} cannot be read: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk says no.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the disk says.
        error: io::Error,
    },
    /// The key store failed in its own way.
    #[error("the key store failed: {0}")]
    Failed(String),
}

impl VaultError {
    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoStore => {
                "Use `--sealed` to keep the keys in a file that a passphrase opens, or give them in the environment."
            }
            Self::Refused | Self::Silent => "Unlock the key store of your desktop and try again.",
            Self::NoPassphrase => {
                "Give the passphrase at the prompt, as a file descriptor in RINGBACK_PASSPHRASE_FD, or as the systemd credential `ringback-passphrase`."
            }
            Self::WrongPassphrase => "Try again with the passphrase that was chosen first.",
            Self::Damaged { .. } => "Move the file away, then set the keys again.",
            Self::Io { .. } => "Make sure that the folder is yours and the disk is not full.",
            Self::Failed(_) => "Try again; if it stays, use `--sealed`.",
        }
    }
}
