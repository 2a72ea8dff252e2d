//! What the player can be told to do.

use crate::SilenceMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Numbers each load, counted up by whoever sends it. What a load brings about carries its number,
/// so that the late answer of an overtaken load is recognised and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LoadNumber(pub u64);

/// Which channels of the recording are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lanes {
    /// All: two left and right, a single one in the middle, more than two together in the middle.
    #[default]
    All,
    /// Only this one (counted from 0), in the middle. If the recording has no such channel, all are heard.
    Only(u16),
}

/// What the player can be told to do. Settings (volume, speed, lanes, skipping) stay from one load to the next.
#[derive(Debug, Clone, PartialEq)]
pub enum PlayerCommand {
    /// Leave what is loaded and load this recording.
    Load {
        /// Its number, higher than every earlier one.
        load: LoadNumber,
        /// The file.
        path: PathBuf,
        /// Where to begin, in milliseconds of the recording.
        at_ms: u64,
        /// Whether to play as soon as it is loaded.
        play: bool,
        /// Where it is silent, if that is known yet.
        silence: Option<Arc<SilenceMap>>,
    },
    /// Play on; from the start if it had ended.
    Play,
    /// Hold here.
    Pause,
    /// Go to this place, in milliseconds of the recording; beyond the end is the end.
    Seek(u64),
    /// Loudness, 0.0 (nothing) to 1.0 (as recorded), as an amplitude factor. Others are clamped.
    SetVolume(f32),
    /// Speed at natural pitch, 0.5 to 3.0. Others are clamped.
    SetSpeed(f32),
    /// Which channels are heard.
    SetLanes(Lanes),
    /// Whether silence is skipped, where it is known.
    SetSkipSilence(bool),
    /// The silence of the recording loaded under this number has become known.
    SetSilence {
        /// The load it belongs to; ignored if that was overtaken.
        load: LoadNumber,
        /// Where it is silent.
        silence: Arc<SilenceMap>,
    },
    /// Let go of the recording.
    Unload,
    /// Stop and end the thread.
    Shutdown,
}
