//! Everything that is computed once about a recording, in one small file beside it.
//!
//! The file, version 1, all numbers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `RBSOUND` and the version, 1 |
//! | 2 | number of channels |
//! | 2 | length of a window in milliseconds, 20 |
//! | 4 | number of windows per channel |
//! | 3 per channel and window | lowest and highest sample as signed bytes, root mean square as an unsigned byte; channel after channel |
//! | per channel: 4, then 8 each | number of silent stretches, then for each the first millisecond inside and the first after |
//! | 8 | FNV-1a hash of everything before |
//!
//! It is derived data: when it cannot be used, it is computed again.

use crate::peaks::{Peak, WINDOW_MS};
use crate::{Peaks, SilenceMap, Span};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// What one pass over a recording yields for drawing and skipping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// For the waveform.
    pub peaks: Peaks,
    /// For skipping silence.
    pub silence: SilenceMap,
}

/// Why an analysis file cannot be used. Whatever the case, the recording itself is not touched.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisFileError {
    /// Reading or writing failed: look at the disk.
    #[error("the analysis file cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// The file is cut, altered or from another version: compute it again from the recording.
    #[error("the analysis file cannot be used ({0}); compute it again from the recording")]
    Unusable(&'static str),
}

const MAGIC: &[u8; 8] = b"RBSOUND\x01";

/// A day of sound in eight channels. Nothing longer was written by us.
const MOST_BYTES: u64 = 128 * 1024 * 1024;

impl Analysis {
    /// Writes the file whole or not at all: first beside it (with `.part` appended), then renamed.
    ///
    /// # Errors
    ///
    /// [`AnalysisFileError::Io`].
    pub fn write_to(&self, path: &Path) -> Result<(), AnalysisFileError> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        fs::write(&beside, self.to_bytes())?;
        fs::rename(&beside, path).inspect_err(|_| {
            // The rename's own error is the one to tell; a left-over part is overwritten next time.
            let _ = fs::remove_file(&beside);
        })?;
        Ok(())
    }

    /// Reads a file written by [`Analysis::write_to`].
    ///
    /// # Errors
    ///
    /// [`AnalysisFileError`]; never panics and never allocates more than a small multiple of the file's own size.
    pub fn read_from(path: &Path) -> Result<Self, AnalysisFileError> {
        let mut bytes = Vec::new();
        File::open(path)?
            .take(MOST_BYTES + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(AnalysisFileError::Unusable(
                "it is larger than any recording's",
            ));
        }
        Self::from_bytes(&bytes)
    }

    fn to_bytes(&self) -> Vec<u8> {
        let (channels, windows) = (self.peaks.channels(), self.peaks.windows());
        let mut bytes = Vec::with_capacity(32 + channels * (windows * 3 + 4));
        bytes.extend(MAGIC);
        bytes.extend((channels as u16).to_le_bytes());
        bytes.extend((WINDOW_MS as u16).to_le_bytes());
        bytes.extend((windows as u32).to_le_bytes());
        for channel in 0..channels {
            bytes.extend(
                self.peaks
                    .of_channel(channel)
                    .iter()
                    .flat_map(|peak| peak.to_bytes()),
            );
        }
        for channel in 0..channels {
            let spans = self.silence.of_channel(channel);
            bytes.extend((spans.len() as u32).to_le_bytes());
            for span in spans {
                bytes.extend(saturated(span.from_ms).to_le_bytes());
                bytes.extend(saturated(span.to_ms).to_le_bytes());
            }
        }
        let hash = fnv1a(&bytes);
        bytes.extend(hash.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, AnalysisFileError> {
        let cut = AnalysisFileError::Unusable("it is cut off");
        let Some((body, hash)) = bytes.split_last_chunk::<8>() else {
            return Err(cut);
        };
        let Some(rest) = body.strip_prefix(MAGIC) else {
            return Err(AnalysisFileError::Unusable(
                "it is of another kind or version",
            ));
        };
        if fnv1a(body) != u64::from_le_bytes(*hash) {
            return Err(AnalysisFileError::Unusable("it was altered or cut off"));
        }
        let mut fields = Fields(rest);
        Self::from_fields(&mut fields)
            .filter(|_| fields.0.is_empty())
            .ok_or(AnalysisFileError::Unusable("its parts do not fit together"))
    }

    fn from_fields(fields: &mut Fields<'_>) -> Option<Self> {
        let channels = usize::from(fields.u16()?);
        let window_ms = u64::from(fields.u16()?);
        let windows = fields.u32()? as usize;
        if window_ms != WINDOW_MS {
            return None;
        }
        // Each `take` is checked against the bytes that are there before anything is set aside for them.
        let mut peaks = Vec::new();
        for _ in 0..channels {
            let raw = fields.take(windows.checked_mul(3)?)?;
            peaks.push(
                raw.as_chunks::<3>()
                    .0
                    .iter()
                    .map(|&bytes| Peak::from_bytes(bytes))
                    .collect(),
            );
        }
        let mut silence = Vec::new();
        for _ in 0..channels {
            let count = fields.u32()? as usize;
            let raw = fields.take(count.checked_mul(8)?)?;
            let span = |&[a, b, c, d, e, f, g, h]: &[u8; 8]| Span {
                from_ms: u64::from(u32::from_le_bytes([a, b, c, d])),
                to_ms: u64::from(u32::from_le_bytes([e, f, g, h])),
            };
            silence.push(raw.as_chunks::<8>().0.iter().map(span).collect());
        }
        Some(Self {
            peaks: Peaks::new(peaks)?,
            silence: SilenceMap::new(silence)?,
        })
    }
}

fn saturated(ms: u64) -> u32 {
    u32::try_from(ms).unwrap_or(u32::MAX)
}

/// What is left of a file's bytes.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(*self.take(2)?.first_chunk()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(4)?.first_chunk()?))
    }
}

/// Finds accidents, not attackers: the file is ours, in a folder of ours.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example() -> Analysis {
        let wave = |shift: i8| {
            (0..50)
                .map(|at| Peak {
                    min: -at - shift,
                    max: at + shift,
                    rms: 2 * at.unsigned_abs(),
                })
                .collect()
        };
        let silence = vec![
            vec![Span {
                from_ms: 0,
                to_ms: 420,
            }],
            vec![],
        ];
        Analysis {
            peaks: Peaks::new(vec![wave(0), wave(1)]).expect("equal lengths"),
            silence: SilenceMap::new(silence).expect("in order"),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("call.sound");
        example().write_to(&path).expect("written");
        assert_eq!(Analysis::read_from(&path).expect("read"), example());
        assert_eq!(
            fs::read_dir(folder.path()).expect("listed").count(),
            1,
            "no part is left behind"
        );
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let bytes = example().to_bytes();
        for len in 0..bytes.len() {
            assert!(Analysis::from_bytes(&bytes[..len]).is_err(), "cut at {len}");
        }
    }

    #[test]
    fn lengths_beyond_the_file_are_refused_even_with_a_right_hash() {
        for (at, value) in [(8, 0xffff_ffff_u32), (12, 0xffff_ffff), (8, 0x0014_ffff)] {
            let mut bytes = example().to_bytes();
            bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
            let body = bytes.len() - 8;
            let hash = fnv1a(&bytes[..body]);
            bytes[body..].copy_from_slice(&hash.to_le_bytes());
            assert!(Analysis::from_bytes(&bytes).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_single_altered_byte_is_noticed(at in 0..example().to_bytes().len(), by in 1..=255_u8) {
            let mut bytes = example().to_bytes();
            bytes[at] = bytes[at].wrapping_add(by);
            prop_assert!(Analysis::from_bytes(&bytes).is_err());
        }

        #[test]
        fn random_bytes_after_the_magic_never_panic(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = [&MAGIC[..], &tail].concat();
            let hash = fnv1a(&bytes);
            bytes.extend(hash.to_le_bytes());
            let _ = Analysis::from_bytes(&bytes);
        }
    }
}
