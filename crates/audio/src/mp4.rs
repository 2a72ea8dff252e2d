//! What symphonia leaves aside in ISO base media files (ISO 14496-12): the edit list, and files that were cut off.
//!
//! A file whose last box is cut off yields nothing at all in symphonia, although its index may stand in front. A
//! [`Stated`] file has the length that its boxes state and ends where it really ends: so what is there can be heard.
//!
//! Encoders put up to 50 ms of lead-in before the first real sample and say in the edit list how much of it
//! to leave out. Without that, every position in the file is late against its transcript.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use symphonia::core::io::MediaSource;

/// Which part of a track is meant to be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Edit {
    /// The lead-in to leave out, in the track's time scale.
    pub(crate) skip: u64,
    /// The length that is heard, with its own time scale.
    pub(crate) length: Option<(u64, u32)>,
}

/// Boxes are walked, not searched; a sane file has a few dozen on this way.
const MOST_BOXES: usize = 2000;

/// The edit of the track with this number. Anything unusual or broken means "no edit".
pub(crate) fn edit_of(file: &mut File, track: u32) -> Edit {
    find_edit(file, track).ok().flatten().unwrap_or_default()
}

fn find_edit(file: &mut File, track: u32) -> io::Result<Option<Edit>> {
    let end = file.seek(SeekFrom::End(0))?;
    let Some(moov) = boxes(file, 0, end)?
        .into_iter()
        .find(|found| &found.kind == b"moov")
    else {
        return Ok(None);
    };
    let inside = boxes(file, moov.start, moov.end)?;
    let movie_scale = match inside.iter().find(|found| &found.kind == b"mvhd") {
        Some(mvhd) => time_scale(file, mvhd)?,
        None => return Ok(None),
    };
    for trak in inside.iter().filter(|found| &found.kind == b"trak") {
        let parts = boxes(file, trak.start, trak.end)?;
        let Some(tkhd) = parts.iter().find(|found| &found.kind == b"tkhd") else {
            continue;
        };
        if track_number(file, tkhd)? != track {
            continue;
        }
        let Some(edts) = parts.iter().find(|found| &found.kind == b"edts") else {
            return Ok(None);
        };
        let lists = boxes(file, edts.start, edts.end)?;
        let Some(elst) = lists.iter().find(|found| &found.kind == b"elst") else {
            return Ok(None);
        };
        return read_list(file, elst, movie_scale);
    }
    Ok(None)
}

/// A file that claims the length its boxes state.
pub(crate) struct Stated {
    file: File,
    len: u64,
}

impl Stated {
    /// Leaves the file at its start.
    pub(crate) fn new(mut file: File) -> io::Result<Self> {
        let real = file.seek(SeekFrom::End(0))?;
        let (mut at, mut count) = (0, 0);
        while at + 16 <= real && count < MOST_BOXES {
            file.seek(SeekFrom::Start(at))?;
            let size = u32::from_be_bytes(bytes(&mut file)?);
            let _kind: [u8; 4] = bytes(&mut file)?;
            at = match size {
                // To the end of the file; or no size at all.
                0 => real,
                1 => at.saturating_add(u64::from_be_bytes(bytes(&mut file)?).max(16)),
                size => at + u64::from(size).max(8),
            };
            count += 1;
        }
        file.seek(SeekFrom::Start(0))?;
        Ok(Self {
            file,
            len: real.max(at),
        })
    }
}

impl Read for Stated {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.file.read(out)
    }
}

impl Seek for Stated {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::End(by) => SeekFrom::Start(
                self.len
                    .checked_add_signed(by)
                    .ok_or(io::ErrorKind::InvalidInput)?,
            ),
            other => other,
        };
        self.file.seek(to)
    }
}

impl MediaSource for Stated {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len)
    }
}

struct Found {
    kind: [u8; 4],
    start: u64,
    end: u64,
}

fn boxes(file: &mut File, mut at: u64, end: u64) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    while at + 8 <= end && found.len() < MOST_BOXES {
        file.seek(SeekFrom::Start(at))?;
        let size = u64::from(u32::from_be_bytes(bytes(file)?));
        let kind = bytes(file)?;
        let (head, size) = match size {
            0 => (8, end - at),
            1 => (16, u64::from_be_bytes(bytes(file)?)),
            size => (8, size),
        };
        if size < head || size > end - at {
            break;
        }
        found.push(Found {
            kind,
            start: at + head,
            end: at + size,
        });
        at += size;
    }
    Ok(found)
}

fn bytes<const N: usize>(file: &mut File) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// `mvhd` and `tkhd` begin alike: version and flags, two times of 4 or 8 bytes, then what is wanted.
fn after_times(file: &mut File, of: &Found) -> io::Result<u32> {
    file.seek(SeekFrom::Start(of.start))?;
    let [version, ..] = bytes::<4>(file)?;
    file.seek_relative(if version == 1 { 16 } else { 8 })?;
    Ok(u32::from_be_bytes(bytes(file)?))
}

fn time_scale(file: &mut File, mvhd: &Found) -> io::Result<u32> {
    after_times(file, mvhd)
}

fn track_number(file: &mut File, tkhd: &Found) -> io::Result<u32> {
    after_times(file, tkhd)
}

/// Only the plain case is followed: one stretch, at normal speed.
fn read_list(file: &mut File, elst: &Found, movie_scale: u32) -> io::Result<Option<Edit>> {
    file.seek(SeekFrom::Start(elst.start))?;
    let [version, ..] = bytes::<4>(file)?;
    let count = u32::from_be_bytes(bytes(file)?);
    let (length, skip) = if version == 1 {
        (
            u64::from_be_bytes(bytes(file)?),
            i64::from_be_bytes(bytes(file)?),
        )
    } else {
        (
            u64::from(u32::from_be_bytes(bytes(file)?)),
            i64::from(i32::from_be_bytes(bytes(file)?)),
        )
    };
    let length = (length > 0 && movie_scale > 0).then_some((length, movie_scale));
    Ok(u64::try_from(skip)
        .ok()
        .filter(|_| count == 1)
        .map(|skip| Edit { skip, length }))
}
