//! Errors at the edge: a closed code, a message for a person, and a hint where we have one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What can go wrong, as far as a face has to react differently. The window branches on this only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request makes no sense: unknown command, wrong arguments.
    BadRequest,
    /// There is no such call, recording, event, account.
    NotFound,
    /// `config.toml` or the environment needs mending.
    Config,
    /// Not possible right now; it may be later.
    NotNow,
    /// The recording is not here yet.
    NotReady,
    /// There is no recording to be had.
    NoRecording,
    /// The file is damaged or gone.
    Damaged,
    /// No sound device.
    NoDevice,
    /// The provider refuses the key.
    KeyRefused,
    /// The provider asks us to wait.
    RateLimited,
    /// The provider cannot be reached or answers nonsense.
    Provider,
    /// The disk is full.
    DiskFull,
    /// A place that a person chose cannot be written to.
    CannotWrite,
    /// Another process holds what is needed.
    Locked,
    /// The data was written by a newer version.
    Newer,
    /// Something of our own broke.
    Internal,
}

/// An error as it leaves the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ErrorJson {
    /// The closed code.
    pub code: ErrorCode,
    /// What happened, for a person.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl ErrorJson {
    /// An error without a hint.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
