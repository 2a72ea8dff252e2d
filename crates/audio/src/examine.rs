//! The one pass over a new recording: is it sound, is it whole, how long is it, what does it look like.

use crate::decode::Decoder;
use crate::peaks::{PeakBuilder, WINDOW_MS};
use crate::{Analysis, Container, Peaks, SilenceMap, SoundError, silence};
use std::path::Path;

/// What is known about a recording after every frame of it has been decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundFacts {
    /// What kind of file it is.
    pub format: Container,
    /// The codec's short name: `pcm_s16le`, `pcm_mulaw`, `adpcm_ima_wav`, `mp3`, `aac`, `flac`, `vorbis`.
    pub codec: String,
    /// Number of channels.
    pub channels: u16,
    /// Frames per second.
    pub sample_rate: u32,
    /// Frames that were decoded.
    pub frames: u64,
    /// The decoded length in milliseconds, rounded.
    pub duration_ms: u64,
    /// Whether no channel ever rises above the noise of an open line.
    pub silent: bool,
}

/// A recording of which a part is missing: cut off in transfer, most likely, or damaged inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall {
    /// Frames the container promises, if it makes a promise.
    pub promised_frames: Option<u64>,
    /// Frames that could be decoded.
    pub decoded_frames: u64,
    /// How much is missing or undecodable in milliseconds, as far as that is known.
    pub missing_ms: u64,
}

/// The result of [`examine`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// What it is.
    pub facts: SoundFacts,
    /// What is drawn and skipped.
    pub analysis: Analysis,
    /// Set when there is less sound than there should be. The caller decides: what is there can be played.
    pub shortfall: Option<Shortfall>,
}

impl Examination {
    /// Whether everything that should be there could be decoded.
    pub fn complete(&self) -> bool {
        self.shortfall.is_none()
    }
}

/// Decodes the whole recording once, in constant memory apart from the analysis (about 1 MB per hour and
/// channel), and tells what it is. `cancelled` is asked after every second of sound.
///
/// # Errors
///
/// See [`SoundError`]. A file with a valid header and no decodable frame is [`SoundError::Damaged`], never "empty".
pub fn examine(path: &Path, cancelled: &dyn Fn() -> bool) -> Result<Examination, SoundError> {
    let mut decoder = Decoder::open(path)?;
    let header = decoder.header().clone();
    let channels = usize::from(header.channels);
    let mut builders: Vec<_> = (0..channels)
        .map(|_| PeakBuilder::new(header.sample_rate))
        .collect();
    let mut frames = 0_u64;
    let mut ask_at = 0;
    while let Some(block) = decoder.next_block()? {
        if frames >= ask_at {
            if cancelled() {
                return Err(SoundError::Cancelled);
            }
            ask_at = frames + u64::from(header.sample_rate);
        }
        for (channel, builder) in builders.iter_mut().enumerate() {
            builder.push(
                block
                    .samples
                    .iter()
                    .skip(channel)
                    .step_by(channels)
                    .copied(),
            );
        }
        frames += (block.samples.len() / channels) as u64;
    }

    let to_ms = |frames: u64| {
        (frames * 1000 + u64::from(header.sample_rate) / 2) / u64::from(header.sample_rate)
    };
    let duration_ms = to_ms(frames);
    let (peaks, levels): (Vec<_>, Vec<_>) = builders.into_iter().map(PeakBuilder::finish).unzip();
    let silent = silence::is_silent(&levels);
    let silences = levels
        .iter()
        .map(|levels| silence::find(levels, WINDOW_MS, duration_ms))
        .collect();
    let missing =
        header.promised_frames.unwrap_or(0).saturating_sub(frames) + decoder.filled_frames();
    let tolerated = match header.container {
        // These state their length to the frame.
        Container::Wav | Container::Flac => 0,
        // The others state it in packets, or before the encoder's padding.
        Container::Mp3 | Container::M4a | Container::Mp4 | Container::Ogg => {
            u64::from(header.sample_rate) / 10
        }
    };
    let unfinished = header.container == Container::Ogg && header.promised_frames.is_none();
    let short = missing > tolerated || unfinished || decoder.broke_off();
    Ok(Examination {
        facts: SoundFacts {
            format: header.container,
            codec: header.codec.to_owned(),
            channels: header.channels,
            sample_rate: header.sample_rate,
            frames,
            duration_ms,
            silent,
        },
        analysis: Analysis {
            peaks: Peaks::new(peaks).expect("every channel was given the same number of frames"),
            silence: SilenceMap::new(silences).expect("the gate yields stretches in order"),
        },
        shortfall: short.then_some(Shortfall {
            promised_frames: header.promised_frames,
            decoded_frames: frames,
            missing_ms: to_ms(missing),
        }),
    })
}
