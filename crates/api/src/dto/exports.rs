//! Recordings taken out of the window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ErrorJson;

/// What a recording is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportForm {
    /// Byte for byte, as it came from the provider.
    Own,
    /// Every sample, 16 bits.
    Wav,
    /// The same in about half the room.
    Flac,
    /// In about a tenth of the room.
    Mp3,
}

/// Asks for recordings to be taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportArgs {
    /// Ringback's ids of recordings.
    #[serde(default)]
    pub recordings: Vec<String>,
    /// Ringback's ids of calls of which every recording is meant that is here.
    #[serde(default)]
    pub calls: Vec<String>,
    /// What they are written as.
    pub form: ExportForm,
}

/// Names an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportRef {
    /// Its number.
    #[ts(type = "number")]
    pub export: u64,
}

/// How an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// Files are being written.
    Running,
    /// Nothing more comes.
    Done,
    /// A person stopped it; what was whole by then stays.
    Stopped,
}

/// How far an export is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ExportProgress {
    /// Its number.
    #[ts(type = "number")]
    pub export: u64,
    /// Where it stands.
    pub state: ExportState,
    /// Recordings to be written.
    #[ts(type = "number")]
    pub total: u64,
    /// Recordings that are written.
    #[ts(type = "number")]
    pub written: u64,
    /// Recordings that could not be.
    #[ts(type = "number")]
    pub failed: u64,
    /// Calls that were asked for and have no recording here.
    #[ts(type = "number")]
    pub without: u64,
    /// How much of everything is done, from 0 to 1.
    pub share: f64,
    /// The newest whole file.
    pub file: Option<String>,
    /// The folder that the files go to.
    pub folder: String,
    /// Whether a person was asked where to; otherwise the folder was taken because nobody could be.
    pub asked: bool,
    /// Why the last of those that failed did.
    pub error: Option<ErrorJson>,
}
