//! What the player remembers, what can happen to it and what it can do about it: the words of the
//! [transition table](super::table).

use super::command::{Lanes, LoadNumber, PlayerCommand};
use super::snapshot::Failure;
use crate::SilenceMap;
use std::path::PathBuf;
use std::sync::Arc;

/// All that the player remembers apart from where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// How things are heard; stays from one load to the next.
    pub settings: Settings,
    /// What is loaded.
    pub track: Track,
    /// The sound device.
    pub device: Device,
    /// The highest load number so far.
    pub newest_load: Option<LoadNumber>,
}

/// How things are heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// 0.0 to 1.0.
    pub volume: f32,
    /// 0.5 to 3.0.
    pub speed: f32,
    /// Which channels are heard.
    pub lanes: Lanes,
    /// Whether silence is skipped.
    pub skip_silence: bool,
}

/// What is loaded.
#[derive(Debug, Clone, PartialEq)]
pub enum Track {
    /// Nothing.
    None,
    /// A file is being opened.
    Loading {
        /// Which load.
        load: LoadNumber,
        /// Where it will begin.
        at_ms: u64,
        /// Whether it will play.
        play: bool,
    },
    /// A file is open.
    Loaded {
        /// Which load.
        load: LoadNumber,
        /// Its length, as far as it can be known without decoding it all.
        duration_ms: Option<u64>,
        /// What it is doing.
        motion: Motion,
    },
    /// A file could not be opened, or broke while it played.
    Failed {
        /// Which load.
        load: LoadNumber,
        /// Why.
        failure: Failure,
    },
}

/// What an open file is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// Standing.
    Paused,
    /// Playing, or wanting to while the device is missing.
    Playing,
    /// Played to the end.
    Ended,
}

/// The sound device.
#[derive(Debug, Clone, PartialEq)]
pub enum Device {
    /// Not open, because it is not needed.
    Closed,
    /// Open and pulling sound.
    Open,
    /// Wanted, and not there.
    Missing {
        /// For a person.
        message: String,
        /// How often it was looked for in vain.
        attempts: u32,
    },
}

/// What can happen to the player.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Somebody wants something.
    Command(PlayerCommand),
    /// The decode thread has opened the file.
    Opened {
        /// Of this load.
        load: LoadNumber,
        /// Its length.
        duration_ms: Option<u64>,
    },
    /// The decode thread cannot open it, or cannot go on.
    Broken {
        /// Of this load.
        load: LoadNumber,
        /// Why.
        failure: Failure,
    },
    /// The last frame was heard.
    Drained {
        /// Of this load.
        load: LoadNumber,
    },
    /// The device is open.
    DeviceOpened,
    /// The device could not be opened.
    DeviceRefused {
        /// For a person.
        message: String,
    },
    /// The open device went away.
    DeviceLost {
        /// For a person.
        message: String,
    },
    /// The device ran dry so often that it needs a larger buffer.
    DeviceRanDry,
    /// It is time to look for the device again.
    RetryDue,
    /// Nothing has played for a while.
    RestDue,
}

/// A place in the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In milliseconds from the start.
    At(u64),
    /// Where it is being heard now.
    Heard,
}

/// What has to be done about it, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start a decode thread for this file.
    OpenTrack {
        /// The load it answers for.
        load: LoadNumber,
        /// The file.
        path: PathBuf,
        /// Where it will begin.
        at_ms: u64,
        /// Where it is silent, if known.
        silence: Option<Arc<SilenceMap>>,
    },
    /// End the decode thread and drop what it made.
    CloseTrack,
    /// The silence has become known.
    KnowSilence(Arc<SilenceMap>),
    /// Decode from here on with the settings as they are now. Without a device, remember the place.
    Run(Place),
    /// Let sound flow, or hold it.
    Flow(bool),
    /// Use this volume.
    Gain(f32),
    /// Open the device; answered by [`Input::DeviceOpened`] or [`Input::DeviceRefused`].
    OpenDevice,
    /// Close it.
    CloseDevice,
    /// Ask for a larger buffer from now on.
    EnlargeBuffer,
    /// Send [`Input::RetryDue`] after a pause that grows with the attempts.
    RetryLater {
        /// Attempts so far.
        attempts: u32,
    },
    /// Send [`Input::RestDue`] after a while without playing.
    RestLater,
    /// Tell the listener how things stand.
    Tell,
    /// End the thread.
    Stop,
}

impl Default for State {
    fn default() -> Self {
        let settings = Settings {
            volume: 1.0,
            speed: 1.0,
            lanes: Lanes::All,
            skip_silence: false,
        };
        Self {
            settings,
            track: Track::None,
            device: Device::Closed,
            newest_load: None,
        }
    }
}

impl State {
    /// Whether sound should be flowing as soon as a device is there.
    pub fn wants_sound(&self) -> bool {
        matches!(
            self.track,
            Track::Loaded {
                motion: Motion::Playing,
                ..
            }
        )
    }

    /// Whether somebody wants to hear it: it plays, or will once its file is open or its device is back.
    pub fn wants_play(&self) -> bool {
        self.wants_sound() || matches!(self.track, Track::Loading { play: true, .. })
    }
}
