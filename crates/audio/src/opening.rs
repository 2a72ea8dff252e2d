//! From a file to a container reader and a codec, and what symphonia's refusals mean.
//!
//! Each container has its own way of saying how long it is, and its own way of lying about it; what is told here as
//! a promise is one. How the packets become a timeline is [`crate::decode`]'s part.

use crate::{Container, SoundError, mp4, mpeg, wave};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_AC3, CODEC_ID_EAC3, CODEC_ID_OPUS, CODEC_ID_SPEEX,
};
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::errors::Error as CodecError;
use symphonia::core::formats::{FormatOptions, FormatReader, Track};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadBytes};
use symphonia::default::formats::{FlacReader, IsoMp4Reader, MpaReader, OggReader, WavReader};

/// How the length of an opened file is known.
pub(crate) struct Shape {
    /// The exact number of frames in the file, if the container tells so reliably.
    pub(crate) frames: Option<u64>,
    /// A better estimate than the reader's, where the container says nothing.
    pub(crate) estimate: Option<u64>,
    pub(crate) promised: Promise,
    /// Whether the encoder's lead-in and padding are known and cut off.
    pub(crate) gapless: bool,
    /// The WAV file itself, if its sound comes in blocks.
    pub(crate) blocks: Option<wave::Source>,
}

pub(crate) enum Promise {
    /// The format reader's number is a promise.
    AsStated,
    /// This one is.
    Known(Option<u64>),
}

impl Promise {
    pub(crate) fn resolve(self, stated: Option<u64>) -> Option<u64> {
        match self {
            Self::AsStated => stated.filter(|&frames| frames > 0),
            Self::Known(frames) => frames,
        }
    }
}

pub(crate) fn open_container(
    container: Container,
    mut file: File,
) -> Result<(Box<dyn FormatReader>, Shape), SoundError> {
    let options = FormatOptions::default();
    let as_stated = |gapless| Shape {
        frames: None,
        estimate: None,
        promised: Promise::AsStated,
        gapless,
        blocks: None,
    };
    match container {
        Container::Wav => {
            let (source, shape) = wave::open(file)?;
            if shape.frames == 0 {
                return Err(SoundError::damaged("it has a header and no sound"));
            }
            let (window, _) = source.window_at(0).map_err(SoundError::Io)?;
            let reader = WavReader::try_new(stream(window), options).map_err(of_container)?;
            let blocks = source.is_blocked().then_some(source);
            let shape = Shape {
                frames: Some(shape.frames),
                estimate: None,
                promised: Promise::Known(shape.promised_frames),
                gapless: false,
                blocks,
            };
            Ok((Box::new(reader), shape))
        }
        Container::Mp3 => {
            let tag = leading_tag(&mut file)?;
            let mut head = Vec::new();
            (&file)
                .take(16 * 1024)
                .read_to_end(&mut head)
                .map_err(SoundError::Io)?;
            let start = mpeg::first_frame(&head).unwrap_or(0) as u64;
            // Without a tag, symphonia's length is a guess from the bit rate, and cutting at it would lose sound.
            let tagged = mpeg::states_length(&head);
            let estimate = if tagged {
                None
            } else {
                mpeg::count_sound_frames(&file, tag + start).map_err(SoundError::Io)?
            };
            let mut stream = stream(file);
            stream
                .seek(SeekFrom::Start(tag + start))
                .map_err(SoundError::Io)?;
            let reader = MpaReader::try_new(stream, options).map_err(of_container)?;
            let shape = if tagged {
                as_stated(true)
            } else {
                Shape {
                    promised: Promise::Known(None),
                    estimate,
                    ..as_stated(false)
                }
            };
            Ok((Box::new(reader), shape))
        }
        Container::Flac => {
            let tag = leading_tag(&mut file)?;
            let mut stream = stream(file);
            stream.seek(SeekFrom::Start(tag)).map_err(SoundError::Io)?;
            Ok((
                Box::new(FlacReader::try_new(stream, options).map_err(of_container)?),
                as_stated(true),
            ))
        }
        Container::Ogg => {
            if let Some(what) = unsupported_ogg(&mut file)? {
                return Err(SoundError::unsupported(what));
            }
            let whole = ends_with_last_page(&mut file)?;
            let reader = OggReader::try_new(stream(file), options).map_err(of_container)?;
            // The length in frames is that of the last page there is; what was cut off behind it nobody knows.
            let promised = if whole {
                Promise::AsStated
            } else {
                Promise::Known(None)
            };
            Ok((
                Box::new(reader),
                Shape {
                    promised,
                    ..as_stated(true)
                },
            ))
        }
        Container::M4a | Container::Mp4 => {
            let mut stream = stream(mp4::Stated::new(file).map_err(SoundError::Io)?);
            // Symphonia's reader steps back over the first box's size, where its own probe leaves it.
            stream
                .read_be_u32()
                .map_err(|_| SoundError::damaged("it ends before its sound begins"))?;
            Ok((
                Box::new(IsoMp4Reader::try_new(stream, options).map_err(of_container)?),
                as_stated(true),
            ))
        }
    }
}

pub(crate) fn stream(source: impl MediaSource + 'static) -> MediaSourceStream<'static> {
    MediaSourceStream::new(Box::new(source), Default::default())
}

/// The length of an ID3 tag at the start; leaves the file behind it.
fn leading_tag(file: &mut File) -> Result<u64, SoundError> {
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(SoundError::Io)?;
    Read::by_ref(file)
        .take(10)
        .read_to_end(&mut head)
        .map_err(SoundError::Io)?;
    let tag = mpeg::id3v2_len(&head).unwrap_or(0);
    file.seek(SeekFrom::Start(tag)).map_err(SoundError::Io)?;
    Ok(tag)
}

/// The first packet of an Ogg stream names its codec (RFC 3533, and each codec's mapping).
fn unsupported_ogg(file: &mut File) -> Result<Option<&'static str>, SoundError> {
    let mut head = Vec::new();
    Read::by_ref(file)
        .take(512)
        .read_to_end(&mut head)
        .map_err(SoundError::Io)?;
    file.seek(SeekFrom::Start(0)).map_err(SoundError::Io)?;
    let packet = head
        .get(26)
        .and_then(|&segments| head.get(27 + usize::from(segments)..))
        .unwrap_or(&[]);
    Ok(if packet.starts_with(b"OpusHead") {
        Some("Opus sound")
    } else if packet.starts_with(b"Speex") {
        Some("Speex sound")
    } else {
        None
    })
}

/// Whether the last Ogg page carries the end-of-stream mark (header type bit 2, RFC 3533 section 6).
fn ends_with_last_page(file: &mut File) -> Result<bool, SoundError> {
    const LONGEST_PAGE: u64 = 27 + 255 + 255 * 255;
    let len = file.seek(SeekFrom::End(0)).map_err(SoundError::Io)?;
    file.seek(SeekFrom::Start(len.saturating_sub(LONGEST_PAGE)))
        .map_err(SoundError::Io)?;
    let mut tail = Vec::new();
    Read::by_ref(file)
        .take(LONGEST_PAGE)
        .read_to_end(&mut tail)
        .map_err(SoundError::Io)?;
    file.seek(SeekFrom::Start(0)).map_err(SoundError::Io)?;
    let last = tail
        .windows(6)
        .rposition(|page| page.starts_with(b"OggS\0"));
    Ok(last.is_some_and(|at| tail[at + 5] & 4 != 0))
}

pub(crate) fn choose_track(
    reader: &dyn FormatReader,
) -> Result<(Track, AudioCodecParameters), SoundError> {
    let mut refused = None;
    for track in reader.tracks() {
        let Some(params) = track
            .codec_params
            .as_ref()
            .and_then(|params| params.audio())
        else {
            continue;
        };
        if symphonia::default::get_codecs()
            .get_audio_decoder(params.codec)
            .is_some()
        {
            return Ok((track.clone(), params.clone()));
        }
        refused.get_or_insert(params.codec);
    }
    Err(match refused {
        Some(codec) => SoundError::unsupported(codec_name(codec)),
        None => SoundError::unsupported("a file without a sound track that is known here"),
    })
}

pub(crate) fn make_codec(
    params: &AudioCodecParameters,
    gapless: bool,
) -> Result<Box<dyn AudioDecoder>, SoundError> {
    let options = AudioDecoderOptions::default().gapless(gapless);
    symphonia::default::get_codecs()
        .make_audio_decoder(params, &options)
        .map_err(|error| match error {
            CodecError::Unsupported(_) if params.codec == CODEC_ID_AAC => {
                SoundError::unsupported("HE-AAC, or another AAC profile than LC,")
            }
            CodecError::Unsupported(_) => SoundError::unsupported(codec_name(params.codec)),
            _ => SoundError::damaged("its codec's settings cannot be read"),
        })
}

fn codec_name(codec: AudioCodecId) -> &'static str {
    match codec {
        CODEC_ID_OPUS => "Opus sound",
        CODEC_ID_SPEEX => "Speex sound",
        CODEC_ID_AC3 | CODEC_ID_EAC3 => "Dolby Digital sound",
        _ => "sound in a codec that is not known here",
    }
}

/// What a failed opening means. Symphonia reports a broken header as `Unsupported` here and there.
pub(crate) fn of_container(error: CodecError) -> SoundError {
    match error {
        CodecError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            SoundError::damaged("it ends before its sound begins")
        }
        CodecError::IoError(error) if error.raw_os_error().is_some() => SoundError::Io(error),
        CodecError::IoError(_) => SoundError::damaged("its header is broken"),
        CodecError::Unsupported(what) => SoundError::damaged(format!(
            "its header is incomplete or of an unknown kind: {what}"
        )),
        CodecError::DecodeError(what) | CodecError::LimitError(what) => {
            SoundError::damaged(format!("its header is broken: {what}"))
        }
        CodecError::SeekError(_) | CodecError::ResetRequired => {
            SoundError::damaged("its header is broken")
        }
        _ => SoundError::damaged("its header cannot be understood"),
    }
}

/// The track's length in frames of the codec's sample rate, as its container or the reader's estimate has it.
pub(crate) fn frames_of(track: &Track, rate: Option<u32>) -> Option<u64> {
    if let Some(frames) = track.num_frames {
        return Some(frames);
    }
    let (duration, base, rate) = (track.duration?, track.time_base?, rate?);
    let frames = u128::from(duration.get()) * u128::from(base.numer.get()) * u128::from(rate)
        / u128::from(base.denom.get());
    u64::try_from(frames).ok()
}

/// Runs a step of a codec or container reader. `None` if it panics: some do over hostile files (symphonia 0.6.1
/// multiplies without a check in its MS ADPCM decoder, for one), and one bad file must not end the program.
pub(crate) fn guarded<T>(step: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(step)).ok()
}
