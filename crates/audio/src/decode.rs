//! Streams any supported file as interleaved `f32`, a packet at a time, in memory that does not grow
//! with the file's length.
//!
//! [`Decoder`] keeps one promise that the codecs below do not: a *timeline*. Frame `n` is the same moment of
//! the recording whether it was reached by decoding from the start or by a seek. Packets that cannot be
//! decoded become silence of their own length and are counted, so that one bad packet does not move
//! everything behind it.

use crate::opening::{
    choose_track, frames_of, guarded, make_codec, of_container, open_container, stream,
};
use crate::{Container, SoundError, container, mp4, wave};
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder};
use symphonia::core::errors::Error as CodecError;
use symphonia::core::formats::{FormatOptions, FormatReader, SeekMode, SeekTo, TrackType};
use symphonia::core::packet::Packet;
use symphonia::core::units::{TimeBase, Timestamp};
use symphonia::default::formats::WavReader;

/// What is known once a file has been opened and its first packet decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundHeader {
    /// What kind of file it is.
    pub container: Container,
    /// The codec's short name: `pcm_s16le`, `pcm_mulaw`, `adpcm_ima_wav`, `mp3`, `aac`, `flac`, `vorbis`.
    pub codec: &'static str,
    /// Number of channels, at least 1.
    pub channels: u16,
    /// Frames per second, at least 1.
    pub sample_rate: u32,
    /// Frames that the container promises. `None` when it makes no promise: an MP3 without a Xing or VBRI tag,
    /// a WAV or FLAC written as a stream.
    pub promised_frames: Option<u64>,
    /// The best estimate of the length in frames that does not need a full pass.
    pub estimated_frames: Option<u64>,
}

/// A packet's worth of decoded sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block<'a> {
    /// The number of the first frame, counted from the start of the recording.
    pub start: u64,
    /// Interleaved samples, a whole number of frames, never empty; full scale is 1.0.
    pub samples: &'a [f32],
}

/// A file being decoded.
pub struct Decoder {
    reader: Box<dyn FormatReader>,
    codec: Box<dyn AudioDecoder>,
    params: AudioCodecParameters,
    track: u32,
    time_base: Option<TimeBase>,
    header: SoundHeader,
    gapless: bool,
    /// The last decoded packet, interleaved in `header.channels` channels.
    samples: Vec<f32>,
    raw: Vec<f32>,
    /// Set while `samples` holds frames that were decoded but not handed out yet.
    waiting: bool,
    /// Number of the first frame of `samples`, and of the frame after it.
    start: u64,
    next: u64,
    /// Time stamp of frame 0, in frames: positive where an encoder's lead-in is left out, negative where the
    /// reader was started in the middle.
    zero: i64,
    /// For ADPCM, whose blocks symphonia counts wrongly when it seeks: the reader is started anew at a block.
    blocks: Option<wave::Source>,
    /// Set after a seek: the next packet's own time stamp tells where we are, and frames before this one are dropped.
    wanted: Option<u64>,
    /// No frame from here on belongs to the recording.
    end: u64,
    filled_frames: u64,
    decoded_packets: u64,
    broke_off: bool,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder")
            .field("header", &self.header)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// No codec has longer packets; a longer one is a lie and would cost memory.
const MOST_FRAMES_IN_A_PACKET: u64 = 1 << 17;

/// A place that no recording reaches.
const BEYOND: u64 = u64::MAX;

impl Decoder {
    /// Opens a file, recognises it and decodes its first packet.
    ///
    /// # Errors
    ///
    /// See [`SoundError`]; a file without a single decodable frame is [`SoundError::Damaged`].
    pub fn open(path: &Path) -> Result<Self, SoundError> {
        let mut file = File::open(path).map_err(SoundError::Io)?;
        let mut container = container::sniff_file(&mut file)?;
        let mut again = file.try_clone().map_err(SoundError::Io)?;
        let (reader, shape) = guarded(|| open_container(container, file))
            .unwrap_or_else(|| Err(SoundError::damaged("its header is broken")))?;
        let (track, params) = choose_track(reader.as_ref())?;
        let codec = make_codec(&params, shape.gapless)?;
        if container == Container::Mp4
            && reader
                .tracks()
                .iter()
                .all(|track| track.track_type() == Some(TrackType::Audio))
        {
            container = Container::M4a;
        }
        let mut stated = frames_of(&track, params.sample_rate);
        let mut end = shape.frames;
        let mut zero = 0;
        if let (Container::Mp4 | Container::M4a, Some(base)) = (container, track.time_base) {
            // Two handles of one file share their place in it, and the reader does not expect to be moved.
            let rate = params.sample_rate.unwrap_or(base.denom.get());
            let place = again.stream_position().map_err(SoundError::Io)?;
            let edit = mp4::edit_of(&mut again, track.id);
            again.seek(SeekFrom::Start(place)).map_err(SoundError::Io)?;
            let skip = i64::try_from(edit.skip).unwrap_or(0);
            zero = rescale(
                skip,
                u64::from(base.numer.get()) * u64::from(rate),
                u64::from(base.denom.get()),
            );
            let heard = edit.length.map(|(length, scale)| {
                // Movie time is often milliseconds: round up, so that rounding cuts nothing off.
                (u128::from(length) * u128::from(rate)).div_ceil(u128::from(scale))
            });
            let heard = heard.and_then(|frames| u64::try_from(frames).ok());
            stated = stated.map(|frames| {
                frames
                    .saturating_sub(zero.unsigned_abs())
                    .min(heard.unwrap_or(u64::MAX))
            });
            end = heard;
        }
        let mut decoder = Self {
            header: SoundHeader {
                container,
                codec: codec.codec_info().short_name,
                channels: 0,
                sample_rate: 0,
                promised_frames: shape.promised.resolve(stated),
                estimated_frames: shape.frames.or(shape.estimate).or(stated),
            },
            reader,
            codec,
            params,
            track: track.id,
            time_base: track.time_base,
            gapless: shape.gapless,
            samples: Vec::new(),
            raw: Vec::new(),
            waiting: false,
            start: 0,
            next: 0,
            zero,
            blocks: shape.blocks,
            wanted: Some(0),
            end: end.unwrap_or(u64::MAX),
            filled_frames: 0,
            decoded_packets: 0,
            broke_off: false,
        };
        if !decoder.decode_packet()? || decoder.decoded_packets == 0 {
            return Err(SoundError::damaged("it holds no sound that can be decoded"));
        }
        decoder.waiting = true;
        Ok(decoder)
    }

    /// What is known about the file.
    pub fn header(&self) -> &SoundHeader {
        &self.header
    }

    /// The next stretch of sound, or `None` at the end. After the end it stays `None` until a seek.
    ///
    /// # Errors
    ///
    /// [`SoundError::Io`] when the disk fails, [`SoundError::Unsupported`] when the sample rate changes on the way.
    pub fn next_block(&mut self) -> Result<Option<Block<'_>>, SoundError> {
        if !self.waiting && !self.decode_packet()? {
            return Ok(None);
        }
        self.waiting = false;
        Ok(Some(Block {
            start: self.start,
            samples: &self.samples,
        }))
    }

    /// Goes to `frame`, so that the next block begins with exactly that frame. Beyond the end, the next block is `None`.
    ///
    /// # Errors
    ///
    /// [`SoundError::Io`] when the disk fails, [`SoundError::Damaged`] when the file's own index is broken.
    pub fn seek(&mut self, frame: u64) -> Result<(), SoundError> {
        self.waiting = false;
        self.samples.clear();
        self.next = 0;
        if frame >= self.end
            || self
                .header
                .promised_frames
                .is_some_and(|promised| frame >= promised)
        {
            self.wanted = Some(BEYOND);
            return Ok(());
        }
        self.wanted = Some(frame);
        if let Some(source) = &self.blocks {
            let (window, first) = source.window_at(frame).map_err(SoundError::Io)?;
            self.reader = Box::new(
                WavReader::try_new(stream(window), FormatOptions::default())
                    .map_err(of_container)?,
            );
            self.zero = -i64::try_from(first).unwrap_or(i64::MAX);
            self.codec.reset();
            return Ok(());
        }
        let start = i64::try_from(frame)
            .unwrap_or(i64::MAX)
            .saturating_sub(self.run_up());
        match self.seek_reader(start) {
            // The length was an estimate and too short, or the index is broken: decode there from the start.
            Err(CodecError::SeekError(_) | CodecError::DecodeError(_)) => {
                self.seek_reader(-self.zero)
            }
            done => done,
        }
        .map_err(|error| match error {
            CodecError::IoError(error) if error.raw_os_error().is_some() => SoundError::Io(error),
            _ => SoundError::damaged("its index leads nowhere"),
        })
    }

    fn seek_reader(&mut self, frame: i64) -> Result<(), CodecError> {
        let ts = self.frame_to_ts(frame);
        let to = SeekTo::Timestamp {
            ts,
            track_id: self.track,
        };
        guarded(|| self.reader.seek(SeekMode::Accurate, to))
            .unwrap_or(Err(CodecError::DecodeError("the index is broken")))?;
        self.codec.reset();
        Ok(())
    }

    /// Frames to decode before the wanted one, because a transform codec's packets lean on those before them.
    fn run_up(&self) -> i64 {
        match self.header.container {
            Container::Wav | Container::Flac => 0,
            Container::Mp3 => 4 * 1152,
            Container::M4a | Container::Mp4 => 3 * 1024,
            Container::Ogg => 2 * 8192,
        }
    }

    /// Frames of silence that stand for packets which could not be decoded.
    pub fn filled_frames(&self) -> u64 {
        self.filled_frames
    }

    /// Whether the end came in the middle of something.
    pub fn broke_off(&self) -> bool {
        self.broke_off
    }

    /// Decodes until `samples` holds at least one frame; `false` at the end.
    fn decode_packet(&mut self) -> Result<bool, SoundError> {
        loop {
            if self.wanted == Some(BEYOND) || self.next >= self.end {
                return Ok(false);
            }
            let packet = match guarded(|| self.reader.next_packet())
                .unwrap_or(Err(CodecError::DecodeError("the container is broken")))
            {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(false),
                Err(CodecError::ResetRequired) => {
                    self.begin_next_stream()?;
                    continue;
                }
                Err(CodecError::IoError(error)) if error.raw_os_error().is_some() => {
                    return Err(SoundError::Io(error));
                }
                Err(_) => {
                    self.broke_off = true;
                    return Ok(false);
                }
            };
            if packet.track_id != self.track {
                continue;
            }
            self.take(&packet)?;
            if !self.samples.is_empty() {
                return Ok(true);
            }
        }
    }

    /// Decodes one packet into `samples` and places it on the timeline.
    fn take(&mut self, packet: &Packet) -> Result<(), SoundError> {
        let (codec, raw) = (&mut self.codec, &mut self.raw);
        let decoded = guarded(|| {
            let buffer = codec.decode(packet).ok()?;
            let channels = buffer.spec().channels().count();
            if buffer.frames() == 0 || channels == 0 {
                return None;
            }
            buffer.copy_to_vec_interleaved(raw);
            Some((buffer.spec().rate(), channels))
        });
        if decoded.is_none() {
            // The codec stumbled; what it remembers can no longer be trusted.
            self.codec = make_codec(&self.params, self.gapless)?;
        }
        self.samples.clear();
        match decoded.flatten() {
            Some((rate, channels)) => {
                if self.header.channels == 0 {
                    self.header.channels = u16::try_from(channels)
                        .map_err(|_| SoundError::damaged("it has too many channels"))?;
                    self.header.sample_rate = rate.max(1);
                }
                if rate != self.header.sample_rate {
                    return Err(SoundError::unsupported(
                        "A recording whose sample rate changes on the way",
                    ));
                }
                fit_channels(
                    &self.raw,
                    channels,
                    usize::from(self.header.channels),
                    &mut self.samples,
                );
                self.decoded_packets += 1;
            }
            None if self.header.channels > 0 && self.filling_keeps_time() => {
                let kept = packet.dur.get().min(MOST_FRAMES_IN_A_PACKET);
                let kept = if self.gapless {
                    kept.saturating_sub(packet.trim_start.get())
                        .saturating_sub(packet.trim_end.get())
                } else {
                    kept
                };
                self.filled_frames += kept;
                self.samples
                    .resize(kept as usize * usize::from(self.header.channels), 0.0);
            }
            None => {}
        }
        self.place(packet);
        Ok(())
    }

    /// Whether a packet's stated duration is in frames and true, so that silence can stand for it.
    /// A Vorbis stream's first packets yield nothing by design.
    fn filling_keeps_time(&self) -> bool {
        self.header.codec != "vorbis"
            && self.time_base.is_none_or(|base| {
                base.denom.get() == self.header.sample_rate && base.numer.get() == 1
            })
    }

    fn place(&mut self, packet: &Packet) {
        let channels = usize::from(self.header.channels.max(1));
        if let Some(wanted) = self.wanted {
            let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
            let trimmed = if self.gapless {
                i64::try_from(packet.trim_start.get()).unwrap_or(0)
            } else {
                0
            };
            let first = self.ts_to_frame(packet.pts).saturating_add(trimmed);
            let frames = (self.samples.len() / channels) as i64;
            let drop = wanted.saturating_sub(first).clamp(0, frames);
            self.samples.drain(..drop as usize * channels);
            if self.samples.is_empty() {
                return;
            }
            // Packets before the first that can be decoded, as in a cut out piece of MP3: silence stands for them.
            let gap = first.saturating_sub(wanted);
            if (1..=i64::from(self.header.sample_rate)).contains(&gap) {
                let silence = std::iter::repeat_n(0.0, gap as usize * channels);
                self.samples.splice(..0, silence);
                self.filled_frames += gap.unsigned_abs();
                self.next = wanted.unsigned_abs();
            } else {
                self.next = u64::try_from(first + drop).unwrap_or(0);
            }
            self.wanted = None;
        }
        let left = self.end.saturating_sub(self.next);
        let frames = (self.samples.len() / channels) as u64;
        if frames > left {
            self.samples.truncate(left as usize * channels);
        }
        self.start = self.next;
        self.next += frames.min(left);
    }

    /// An Ogg file may hold one stream after another. They are played as one as long as they fit together.
    fn begin_next_stream(&mut self) -> Result<(), SoundError> {
        let (track, params) = choose_track(self.reader.as_ref())?;
        self.codec = make_codec(&params, self.gapless)?;
        self.params = params;
        self.track = track.id;
        self.time_base = track.time_base;
        Ok(())
    }

    fn frame_to_ts(&self, frame: i64) -> Timestamp {
        let frame = frame.saturating_add(self.zero).max(0);
        Timestamp::new(match self.time_base {
            Some(base) => rescale(
                frame,
                u64::from(base.denom.get()),
                u64::from(base.numer.get()) * u64::from(self.header.sample_rate),
            ),
            None => frame,
        })
    }

    fn ts_to_frame(&self, ts: Timestamp) -> i64 {
        let frame = match self.time_base {
            Some(base) => rescale(
                ts.get(),
                u64::from(base.numer.get()) * u64::from(self.header.sample_rate),
                u64::from(base.denom.get()),
            ),
            None => ts.get(),
        };
        frame.saturating_sub(self.zero)
    }
}

fn rescale(value: i64, by: u64, over: u64) -> i64 {
    let scaled = i128::from(value) * i128::from(by) / i128::from(over.max(1));
    i64::try_from(scaled).unwrap_or(if scaled < 0 { i64::MIN } else { i64::MAX })
}

/// Lays `from` channels out as `to`: a missing channel repeats the last one, a surplus one is left out.
fn fit_channels(raw: &[f32], from: usize, to: usize, out: &mut Vec<f32>) {
    if from == to {
        out.extend_from_slice(raw);
        return;
    }
    for frame in raw.chunks_exact(from) {
        out.extend((0..to).map(|channel| frame[channel.min(from - 1)]));
    }
}
