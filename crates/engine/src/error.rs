//! Why the engine does not start, and why it does not do what it was asked for.

use std::{io, path::PathBuf};

use ringback_intake::DoorError;
use ringback_keys::VaultError;
use ringback_model::Reason;
use ringback_providers::ApiError;
use ringback_store::StoreError;

use crate::config::ConfigError;

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// `config.toml` needs mending.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The home cannot be used.
    #[error("the folder {path} cannot be used: {error}")]
    Home {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Somebody works on the home, and nobody else may at the same time.
    #[error("Ringback is running on this home")]
    Running,
    /// A new database cannot be filled.
    #[error(transparent)]
    Rebuild(EngineError),
    /// The database cannot be used.
    #[error("{path}: {error}")]
    Store {
        /// The file, or the folder with the files.
        path: PathBuf,
        /// What is wrong.
        error: StoreError,
    },
    /// The second copy cannot be got ready.
    #[error("the second copy: {0}")]
    Offsite(#[from] ringback_offsite::Trouble),
    /// The door cannot be opened.
    #[error(transparent)]
    Door(#[from] DoorError),
}

/// Why something that was asked for is not done.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no such call.
    #[error("there is no call with this id")]
    NoSuchCall,
    /// There is no such recording.
    #[error("there is no recording with this id")]
    NoSuchRecording,
    /// There is no such account in `config.toml`.
    #[error("there is no account {0:?} in config.toml")]
    NoSuchAccount(String),
    /// `config.toml` cannot be used as it is, so it is not changed either.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no such event.
    #[error("there is no event with this id")]
    NoSuchEvent,
    /// The recording is not here (yet).
    #[error("the recording is not here: {0}")]
    NoSound(&'static str),
    /// The recording's file is gone or cannot be read.
    #[error("the recording's file is gone from the disk")]
    FileMissing,
    /// A file that was computed once cannot be used; it can be computed again.
    #[error("the recording cannot be read: {}", .0.as_str())]
    BadSound(Reason),
    /// What was asked for makes no sense.
    #[error("{0}")]
    BadRequest(String),
    /// Not possible at this moment.
    #[error("{0}")]
    NotNow(&'static str),
    /// The provider.
    #[error(transparent)]
    Provider(#[from] ApiError),
    /// There is no `[offsite]` in `config.toml`.
    #[error("no second copy is configured")]
    NoOffsite,
    /// The place of the second copies.
    #[error("the second copy: {0}")]
    Offsite(#[from] ringback_offsite::Trouble),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The place for keys.
    #[error(transparent)]
    Keys(#[from] VaultError),
    /// The disk.
    #[error("the disk: {0}")]
    Io(#[from] io::Error),
}
