//! The demo conversations: real speech of two synthetic voices, with what was said when.
//!
//! The caller is on channel 0 (left), the agent on channel 1. `assets/speech/make.sh` renders them from scripts; here
//! they are parsed, decoded when first asked for, and cut or repeated to any length ([`Sound`]).

mod decode;
mod mp4;
mod sound;

use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;

pub use sound::{Format, Sound};

/// One rendered conversation.
#[derive(Debug)]
pub struct Conversation {
    /// Its text and times.
    pub script: Arc<Spoken>,
    two_channels: &'static [u8],
    mono: &'static [u8],
    pcm: [OnceLock<Bytes>; 2],
}

/// What is said in a conversation, and what an analysis makes of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// File name without extension.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// `en` or `de`.
    pub language: String,
    /// Whose telephone the agent answers.
    pub business: String,
    /// What an analysis says about it.
    pub summary: String,
    /// `Positive`, `Neutral`, `Negative`, `Unknown`.
    pub sentiment: String,
    /// Whether the agent reached its goal.
    pub successful: bool,
    /// Whether a voicemail answered.
    pub voicemail: bool,
    /// Whole seconds, in milliseconds.
    pub duration_ms: u64,
    /// In the order of their start; neighbours may overlap.
    pub turns: Vec<Turn>,
}

/// One party speaking without a break.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Who speaks.
    pub speaker: Speaker,
    /// From the start of the recording.
    pub start_ms: u64,
    /// From the start of the recording.
    pub end_ms: u64,
    /// What is said.
    pub text: String,
    /// The same word by word.
    pub words: Vec<Word>,
}

/// The two parties of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The voice agent, channel 1.
    Agent,
    /// The person, channel 0.
    Caller,
}

/// One word with its approximate place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// The word with its punctuation.
    pub text: String,
    /// From the start of the recording.
    pub start_ms: u64,
    /// From the start of the recording.
    pub end_ms: u64,
}

/// The rate of all conversations, in samples per second and channel.
pub const SAMPLE_RATE: u32 = 8000;

/// All conversations; their order is fixed.
#[must_use]
pub fn conversations() -> &'static [Conversation] {
    &*CONVERSATIONS
}

impl Conversation {
    /// Its recording in the given form, cut or repeated to `length`.
    #[must_use]
    pub fn sound(&self, format: Format, channels: u16, length: Duration) -> Sound {
        let two = channels == 2;
        match format {
            Format::Mp3 => Sound::mp3(
                Bytes::from_static(if two { self.two_channels } else { self.mono }),
                two,
                length,
            ),
            Format::Wav => Sound::wav(self.pcm(two), if two { 2 } else { 1 }, length),
            Format::Mp4 => Sound::mp4(Bytes::from_static(self.mono), length),
        }
    }

    /// How long it is.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_millis(self.script.duration_ms)
    }

    /// Interleaved little-endian 16-bit samples of exactly the conversation's length.
    fn pcm(&self, two: bool) -> Bytes {
        self.pcm[usize::from(two)]
            .get_or_init(|| {
                let frames = usize::try_from(self.script.duration_ms)
                    .expect("demo conversations are short")
                    * 8;
                let stereo = decode::stereo(self.two_channels, frames);
                if two {
                    decode::interleaved(&stereo)
                } else {
                    decode::mixed(&stereo)
                }
            })
            .clone()
    }
}

/// The sound of `conversations()[index]` for a finished call of the generated archive: the whole conversation.
///
/// # Panics
/// When there is no such conversation.
#[must_use]
pub fn recording(index: usize, format: Format, channels: u16) -> Sound {
    let conversation = &conversations()[index];
    conversation.sound(format, channels, conversation.duration())
}

macro_rules! conversation {
    ($name:literal) => {
        Conversation {
            script: Arc::new(
                serde_json::from_str(include_str!(concat!(
                    "../../../../assets/speech/",
                    $name,
                    ".json"
                )))
                .expect("make.sh writes the transcripts that this module reads"),
            ),
            two_channels: include_bytes!(concat!("../../../../assets/speech/", $name, ".mp3")),
            mono: include_bytes!(concat!("../../../../assets/speech/", $name, ".mono.mp3")),
            pcm: [const { OnceLock::new() }; 2],
        }
    };
}

static CONVERSATIONS: LazyLock<[Conversation; 10]> = LazyLock::new(|| {
    [
        conversation!("restaurant-order"),
        conversation!("clinic-intake"),
        conversation!("appointment-change"),
        conversation!("voicemail"),
        conversation!("complaint"),
        conversation!("wrong-number"),
        conversation!("termin"),
        conversation!("opening-hours"),
        conversation!("prescription-refill"),
        conversation!("transfer-to-staff"),
    ]
});

#[cfg(test)]
mod tests;
