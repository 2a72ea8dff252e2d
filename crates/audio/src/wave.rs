//! Reads a WAV header the way the world writes it, and hands symphonia a tidy one.
//!
//! Recorders that stream cannot know the length when they write the header and leave 0 or 0xFFFFFFFF;
//! transfers break off; chunks lie about their size. Symphonia believes the header. So the chunks are
//! walked here, what is believable is kept, and symphonia reads a [`Window`]: a small correct header made
//! here, followed by exactly the whole blocks of sound that the file really holds.
//!
//! Formats: Multimedia Programming Interface and Data Specifications 1.0 (IBM/Microsoft, 1991) and
//! `mmreg.h` for the format tags.

use crate::SoundError;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use symphonia::core::io::MediaSource;

/// What the header says once it has been checked against the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WaveShape {
    /// Frames that the header promises; `None` if it was written before the length was known.
    pub(crate) promised_frames: Option<u64>,
    /// Frames that are in the file; for ADPCM the last block's padding is not counted if the header tells.
    pub(crate) frames: u64,
}

/// A tidy WAV file made of a header in memory and a stretch of the real file.
pub(crate) struct Window {
    header: Vec<u8>,
    file: File,
    data_start: u64,
    data_len: u64,
    at: u64,
}

/// A header has a handful of chunks. More than this is an attack on our time.
const MOST_CHUNKS: usize = 1000;

/// Writers that stream leave a length near the limit of what they can write: sox 0x7FFFF000, others 0x7FFFFFFF
/// or 0x80000000 less the header, ffmpeg 0xFFFFFFFF.
const STREAMED_FROM: u32 = 0x7fff_0000;

/// What symphonia can lay out.
const MOST_CHANNELS: u16 = 26;

/// Longest stretch of sound that a WAV header can state, with room for the header itself.
const MOST_DATA: u64 = u32::MAX as u64 - 4096;

/// Reads the header of `file`, which stands at `RIFF`.
pub(crate) fn open(mut file: File) -> Result<(Source, WaveShape), SoundError> {
    let file_len = file.seek(SeekFrom::End(0)).map_err(SoundError::Io)?;
    let mut at = 12;
    let mut format = None;
    let mut fact = None;
    for _ in 0..MOST_CHUNKS {
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(at)).map_err(SoundError::Io)?;
        file.read_exact(&mut head)
            .map_err(|_| SoundError::damaged("the WAV file ends before its sound begins"))?;
        let [id @ .., l0, l1, l2, l3] = head;
        let len = u32::from_le_bytes([l0, l1, l2, l3]);
        at += 8;
        match &id {
            b"fmt " => format = Some(Format::read(&mut file, len)?),
            b"fact" if len >= 4 => {
                let mut count = [0; 4];
                file.read_exact(&mut count)
                    .map_err(|_| SoundError::damaged("the WAV header is cut off"))?;
                fact = Some(u64::from(u32::from_le_bytes(count)));
            }
            b"data" => {
                let format = format.ok_or_else(|| {
                    SoundError::damaged("the WAV header does not say how its sound is coded")
                })?;
                return Ok(measure(file, format, fact, at, len, file_len));
            }
            _ => {}
        }
        at += u64::from(len) + u64::from(len & 1);
    }
    Err(SoundError::damaged("the WAV header has no end"))
}

fn measure(
    file: File,
    format: Format,
    fact: Option<u64>,
    start: u64,
    stated: u32,
    file_len: u64,
) -> (Source, WaveShape) {
    let there = file_len.saturating_sub(start).min(MOST_DATA);
    let streamed = stated == 0 || stated >= STREAMED_FROM && u64::from(stated) > there;
    let used = if streamed {
        there
    } else {
        there.min(u64::from(stated))
    };
    let block = u64::from(format.block_bytes);
    let frames_in = |bytes: u64| bytes / block * u64::from(format.block_frames);
    // Compressed blocks are filled up at the end; `fact` tells where the sound really ends.
    let exact = |frames: u64| match fact {
        Some(fact)
            if format.block_frames > 1
                && fact <= frames
                && frames - fact < u64::from(format.block_frames) =>
        {
            fact
        }
        _ => frames,
    };
    let promised = (!streamed).then(|| exact(frames_in(u64::from(stated))));
    let frames = frames_in(used).min(promised.unwrap_or(u64::MAX));
    let frames = if streamed { exact(frames) } else { frames };
    let data_len = used / block * block;
    (
        Source {
            file,
            format,
            data_start: start,
            data_len,
        },
        WaveShape {
            promised_frames: promised,
            frames,
        },
    )
}

/// A WAV file whose header has been understood.
pub(crate) struct Source {
    file: File,
    format: Format,
    data_start: u64,
    data_len: u64,
}

impl Source {
    /// A view that begins with the block holding `frame`, and the number of that block's first frame.
    pub(crate) fn window_at(&self, frame: u64) -> io::Result<(Window, u64)> {
        let frames = u64::from(self.format.block_frames);
        let bytes = u64::from(self.format.block_bytes);
        let block = (frame / frames).min(self.data_len / bytes);
        let skipped = block * bytes;
        let data_len = self.data_len - skipped;
        let header = self.format.tidy_header(data_len);
        let window = Window {
            header,
            file: self.file.try_clone()?,
            data_start: self.data_start + skipped,
            data_len,
            at: 0,
        };
        Ok((window, block * frames))
    }

    /// Whether sound comes in blocks of several frames, as in ADPCM.
    pub(crate) fn is_blocked(&self) -> bool {
        self.format.block_frames > 1
    }
}

/// The `fmt ` chunk, reduced to what matters.
struct Format {
    tag: u16,
    channels: u16,
    rate: u32,
    bits: u16,
    block_bytes: u16,
    block_frames: u32,
}

const PCM: u16 = 0x0001;
const ADPCM_MS: u16 = 0x0002;
const FLOAT: u16 = 0x0003;
const A_LAW: u16 = 0x0006;
const MU_LAW: u16 = 0x0007;
const ADPCM_IMA: u16 = 0x0011;
const EXTENSIBLE: u16 = 0xfffe;

/// The fixed prediction coefficients that every MS ADPCM file carries.
const MS_COEFFICIENTS: [(i16, i16); 7] = [
    (256, 0),
    (512, -256),
    (0, 0),
    (192, 64),
    (240, 0),
    (460, -208),
    (392, -232),
];

impl Format {
    fn read(file: &mut File, len: u32) -> Result<Self, SoundError> {
        let cut = || SoundError::damaged("the WAV header is cut off");
        let mut raw = [0; 40];
        let raw = &mut raw[..(len as usize).min(40)];
        file.read_exact(raw).map_err(|_| cut())?;
        let word = |at: usize| {
            raw.get(at..at + 2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        };
        let channels = word(2).ok_or_else(cut)?;
        let rate = u32::from(word(4).ok_or_else(cut)?) | u32::from(word(6).ok_or_else(cut)?) << 16;
        let block_bytes = word(12).ok_or_else(cut)?;
        let bits = word(14).ok_or_else(cut)?;
        let mut tag = word(0).ok_or_else(cut)?;
        if tag == EXTENSIBLE {
            // The first two bytes of the sub-format's GUID are the plain tag.
            tag = word(24).ok_or_else(cut)?;
        }
        if channels == 0 || rate == 0 {
            return Err(SoundError::damaged(
                "the WAV header names no channels or no sample rate",
            ));
        }
        if channels > MOST_CHANNELS {
            return Err(SoundError::unsupported(format!(
                "a WAV file with {channels} channels"
            )));
        }
        let (block_bytes, block_frames) = match (tag, bits) {
            (PCM, 8 | 16 | 24 | 32) | (FLOAT, 32 | 64) => (channels * (bits / 8), 1),
            (A_LAW | MU_LAW, _) => (channels, 1),
            (ADPCM_MS, 4) if block_bytes >= 7 * channels => (
                block_bytes,
                u32::from(block_bytes - 7 * channels) * 2 / u32::from(channels) + 2,
            ),
            (ADPCM_IMA, 4) if block_bytes >= 4 * channels => (
                block_bytes,
                u32::from(block_bytes - 4 * channels) * 2 / u32::from(channels) + 1,
            ),
            (ADPCM_MS | ADPCM_IMA, 4) => {
                return Err(SoundError::damaged(
                    "the WAV header's block size does not fit",
                ));
            }
            _ => {
                return Err(SoundError::unsupported(format!(
                    "WAV sound coded as {}",
                    codec_name(tag, bits)
                )));
            }
        };
        Ok(Self {
            tag,
            channels,
            rate,
            bits,
            block_bytes,
            block_frames,
        })
    }

    fn tidy_header(&self, data_len: u64) -> Vec<u8> {
        let mut extra = Vec::new();
        match self.tag {
            ADPCM_MS => {
                extra.extend((self.block_frames as u16).to_le_bytes());
                extra.extend((MS_COEFFICIENTS.len() as u16).to_le_bytes());
                for (first, second) in MS_COEFFICIENTS {
                    extra.extend(first.to_le_bytes());
                    extra.extend(second.to_le_bytes());
                }
            }
            ADPCM_IMA => extra.extend((self.block_frames as u16).to_le_bytes()),
            _ => {}
        }
        let bits = if matches!(self.tag, A_LAW | MU_LAW) {
            8
        } else {
            self.bits
        };
        let bytes_per_second =
            u64::from(self.rate) * u64::from(self.block_bytes) / u64::from(self.block_frames);
        let mut format = Vec::with_capacity(64);
        format.extend(self.tag.to_le_bytes());
        format.extend(self.channels.to_le_bytes());
        format.extend(self.rate.to_le_bytes());
        format.extend(
            u32::try_from(bytes_per_second)
                .unwrap_or(u32::MAX)
                .to_le_bytes(),
        );
        format.extend(self.block_bytes.to_le_bytes());
        format.extend(bits.to_le_bytes());
        if self.tag != PCM && self.tag != FLOAT {
            format.extend((extra.len() as u16).to_le_bytes());
            format.extend(extra);
        }
        let data_len =
            u32::try_from(data_len).expect("the window is kept below what a header can state");
        let mut header = Vec::with_capacity(96);
        header.extend(b"RIFF");
        header.extend((data_len + 4 + 8 + format.len() as u32 + 8).to_le_bytes());
        header.extend(b"WAVEfmt ");
        header.extend((format.len() as u32).to_le_bytes());
        header.extend(format);
        header.extend(b"data");
        header.extend(data_len.to_le_bytes());
        header
    }
}

fn codec_name(tag: u16, bits: u16) -> String {
    match tag {
        PCM | FLOAT => format!("{bits}-bit PCM"),
        0x0031 => "GSM 6.10".to_owned(),
        0x0040 | 0x0045 | 0x0064 => "G.726".to_owned(),
        0x0050 => "MPEG layer II".to_owned(),
        0x0055 => "MP3 inside a WAV file".to_owned(),
        0x0065 | 0x028f => "G.722".to_owned(),
        0x0083 | 0x0133 => "G.729".to_owned(),
        _ => format!("number 0x{tag:04x}"),
    }
}

impl Read for Window {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let header_len = self.header.len() as u64;
        if self.at < header_len {
            let rest = &self.header[self.at as usize..];
            let count = rest.len().min(out.len());
            out[..count].copy_from_slice(&rest[..count]);
            self.at += count as u64;
            return Ok(count);
        }
        let into_data = self.at - header_len;
        let left = self.data_len.saturating_sub(into_data);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        if most == 0 {
            return Ok(0);
        }
        self.file
            .seek(SeekFrom::Start(self.data_start + into_data))?;
        let count = self.file.read(&mut out[..most])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => (self.header.len() as u64 + self.data_len).checked_add_signed(by),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

impl MediaSource for Window {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.header.len() as u64 + self.data_len)
    }
}
