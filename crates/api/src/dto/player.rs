//! Listening.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Arguments that name one recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecordingRef {
    /// The recording's id.
    pub id: String,
}

/// Arguments of `player.load`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LoadArgs {
    /// The recording's id.
    pub id: String,
    /// Where to begin.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// Whether to play at once.
    pub play: bool,
}

/// Arguments of `player.seek`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SeekArgs {
    /// The position in the recording.
    #[ts(type = "number")]
    pub ms: u64,
}

/// Arguments of `player.set`: what is given is changed, the rest stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct PlayerSettings {
    /// 0 to 1.
    pub volume: Option<f32>,
    /// 0.5 to 3, at natural pitch.
    pub speed: Option<f32>,
    /// Leave out pauses.
    pub skip_silence: Option<bool>,
    /// Only the caller's channel.
    pub caller_only: Option<bool>,
}

/// Where the player stands. Between two of these the window counts on by itself: the position at
/// `at` plus the time since then times `rate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PlayerState {
    /// Grows with every load; what belongs to an older one is out of date.
    #[ts(type = "number")]
    pub load: u64,
    /// The recording.
    pub recording: Option<String>,
    /// Its call.
    pub call: Option<String>,
    /// Where it stands.
    pub phase: PlayerPhase,
    /// Whether it plays, or will as soon as it can: also while a recording is loading.
    pub wants_play: bool,
    /// What went wrong, when `phase` is `failed`.
    pub error: Option<crate::ErrorJson>,
    /// Position in the recording.
    #[ts(type = "number")]
    pub position_ms: u64,
    /// When that was, Unix time in ms.
    #[ts(type = "number")]
    pub at: i64,
    /// How fast the position moves: 0 when not playing.
    pub rate: f32,
    /// Length of the recording.
    #[ts(type = "number | null")]
    pub duration_ms: Option<u64>,
    /// 0 to 1.
    pub volume: f32,
    /// 0.5 to 3.
    pub speed: f32,
    /// Whether pauses are left out.
    pub skip_silence: bool,
    /// Whether only the caller's channel is heard.
    pub caller_only: bool,
    /// False where there is no sound device.
    pub device: bool,
}

/// What the player is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum PlayerPhase {
    Idle,
    Loading,
    Paused,
    Playing,
    Ended,
    Failed,
}

/// Arguments of `recordings.peaks`. The answer is bytes: little-endian u32 channels, u32 columns,
/// u32 duration in ms, then for each channel `columns` pairs of i8 (lowest, highest).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PeaksArgs {
    /// The recording's id.
    pub id: String,
    /// How many columns, 1 to 8192.
    pub columns: u32,
}
