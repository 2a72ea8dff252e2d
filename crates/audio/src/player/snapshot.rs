//! What the player tells the world.

use super::{Lanes, LoadNumber};

/// Everything a listener needs to draw the player; nothing has to be remembered from earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayerSnapshot {
    /// The load this speaks of; `None` when nothing is loaded.
    pub load: Option<LoadNumber>,
    /// What is going on.
    pub phase: Phase,
    /// Whether it plays, or will as soon as it can: once the file is open, once the device is back.
    pub wants_play: bool,
    /// The place in the recording that is being heard, in milliseconds, at the moment `at_unix_ms`.
    pub position_ms: u64,
    /// When that was, in milliseconds since 1970.
    pub at_unix_ms: i64,
    /// Milliseconds of recording per millisecond of time from that moment on: 0.0 while nothing moves.
    pub rate: f64,
    /// The recording's length once it is loaded.
    pub duration_ms: Option<u64>,
    /// 0.0 to 1.0.
    pub volume: f32,
    /// 0.5 to 3.0.
    pub speed: f32,
    /// Which channels are heard.
    pub lanes: Lanes,
    /// Whether silence is skipped.
    pub skip_silence: bool,
    /// The sound device.
    pub device: DeviceState,
}

/// What the player is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is loaded.
    Idle,
    /// The file is being opened.
    Loading,
    /// Loaded and silent.
    Paused,
    /// Playing; or, when the device is missing, wanting to (then `rate` is 0.0).
    Playing,
    /// Played to the end.
    Ended,
    /// The recording cannot be played.
    Failed(Failure),
}

/// Why a recording cannot be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The stable name of the case, see [`crate::SoundError::code`].
    pub code: &'static str,
    /// For a person.
    pub message: String,
}

/// The sound device as the player knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceState {
    /// Open, or not needed yet.
    Ready,
    /// There is none, or it went away; it is looked for again and again.
    Missing {
        /// For a person: what is wrong and what to do.
        message: String,
    },
}

/// What a listener is told.
#[derive(Debug, Clone, PartialEq)]
pub enum PlayerEvent {
    /// Something changed, or a second of playing went by.
    Snapshot(PlayerSnapshot),
}
