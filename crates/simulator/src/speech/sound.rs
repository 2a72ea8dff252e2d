//! A recording of any length made by repeating a short one, without ever holding all of it.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};

use super::{SAMPLE_RATE, mp4};

/// The file formats that recordings are served in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// 16-bit PCM at 8 kHz.
    Wav,
    /// MPEG-2.5 layer III at 8 kHz, constant bit rate.
    Mp3,
    /// A video: one still picture, and the same sound as in MP3.
    Mp4,
}

impl Format {
    /// The file name's ending.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Mp4 => "mp4",
        }
    }

    /// The content type as Twilio documents it; Retell documents none.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/x-wav",
            Self::Mp3 => "audio/mpeg",
            Self::Mp4 => "video/mp4",
        }
    }
}

/// A file of known size: a head, then a body repeated up to the length.
#[derive(Debug, Clone)]
pub struct Sound {
    format: Format,
    channels: u16,
    head: Bytes,
    body: Bytes,
    len: u64,
}

/// One layer III frame at 8 kHz: 576 samples. Constant bit rate without padding makes all of them the same size,
/// which is why the files can be cut and repeated at frame borders.
const MP3_FRAME_SAMPLES: u64 = 576;
const MP3_FRAME_BYTES_TWO_CHANNELS: u64 = 288;
const MP3_FRAME_BYTES_MONO: u64 = 144;

impl Sound {
    pub(super) fn wav(pcm: Bytes, channels: u16, length: Duration) -> Self {
        let frame = u64::from(channels) * 2;
        let data = frames(length) * frame;
        let head = wav_head(channels, u32::try_from(data).unwrap_or(u32::MAX));
        Self {
            format: Format::Wav,
            channels,
            len: head.len() as u64 + data,
            head,
            body: pcm,
        }
    }

    pub(super) fn mp3(file: Bytes, two: bool, length: Duration) -> Self {
        let frame = if two {
            MP3_FRAME_BYTES_TWO_CHANNELS
        } else {
            MP3_FRAME_BYTES_MONO
        };
        let len = frames(length).div_ceil(MP3_FRAME_SAMPLES) * frame;
        Self {
            format: Format::Mp3,
            channels: if two { 2 } else { 1 },
            head: Bytes::new(),
            body: file,
            len,
        }
    }

    pub(super) fn mp4(mono: Bytes, length: Duration) -> Self {
        let count = frames(length).div_ceil(MP3_FRAME_SAMPLES);
        let (count, frame) = (
            u32::try_from(count).unwrap_or(u32::MAX),
            u32::try_from(MP3_FRAME_BYTES_MONO).unwrap_or(u32::MAX),
        );
        let samples = u32::try_from(MP3_FRAME_SAMPLES).unwrap_or(u32::MAX);
        let head = mp4::head(count, frame, samples, SAMPLE_RATE);
        Self {
            format: Format::Mp4,
            channels: 1,
            len: head.len() as u64 + u64::from(count) * u64::from(frame),
            head,
            body: mono,
        }
    }

    /// The file format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// 1 or 2.
    #[must_use]
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// Size of the file in bytes; never 0.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a recording is never empty")]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Up to `most` bytes from `offset` on; fewer at a seam or at the end, none behind it.
    #[must_use]
    pub fn piece(&self, offset: u64, most: u64) -> Bytes {
        let most = most.min(self.len.saturating_sub(offset));
        let head = self.head.len() as u64;
        let (part, from) = if offset < head {
            (&self.head, offset)
        } else {
            (&self.body, (offset - head) % self.body.len() as u64)
        };
        let end = (from + most).min(part.len() as u64);
        let index = |at: u64| usize::try_from(at).expect("inside a slice in memory");
        part.slice(index(from)..index(end))
    }

    /// The whole file. For short recordings; a long one is better read in pieces.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        let mut whole = BytesMut::new();
        self.pieces()
            .for_each(|piece| whole.extend_from_slice(&piece));
        whole.freeze()
    }

    /// SHA-256 of the file, lower-case hex.
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        self.pieces().for_each(|piece| hash.update(&piece));
        hex::encode(hash.finalize())
    }

    fn pieces(&self) -> impl Iterator<Item = Bytes> {
        let mut offset = 0;
        std::iter::from_fn(move || {
            let piece = self.piece(offset, self.len);
            offset += piece.len() as u64;
            (!piece.is_empty()).then_some(piece)
        })
    }
}

fn frames(length: Duration) -> u64 {
    let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
    millis.saturating_mul(u64::from(SAMPLE_RATE)) / 1000
}

fn wav_head(channels: u16, data: u32) -> Bytes {
    let block = channels * 2;
    let mut head = BytesMut::with_capacity(44);
    head.extend_from_slice(b"RIFF");
    head.extend_from_slice(&data.saturating_add(36).to_le_bytes());
    head.extend_from_slice(b"WAVEfmt ");
    head.extend_from_slice(&16_u32.to_le_bytes());
    head.extend_from_slice(&1_u16.to_le_bytes());
    head.extend_from_slice(&channels.to_le_bytes());
    head.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
    head.extend_from_slice(&(SAMPLE_RATE * u32::from(block)).to_le_bytes());
    head.extend_from_slice(&block.to_le_bytes());
    head.extend_from_slice(&16_u16.to_le_bytes());
    head.extend_from_slice(b"data");
    head.extend_from_slice(&data.to_le_bytes());
    head.freeze()
}
