//! Writes a recording again, in a form that every program reads.
//!
//! Each form is a [`Writer`] of its own that is handed 16-bit samples block by block, so that an hour needs
//! no more memory than a second. What is written is a file beside the wanted one until it is whole.

mod bits;
mod flac;
mod mp3;
mod part;
mod tags;
mod wav;

use crate::{Decoder, SoundError, SoundHeader};
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::Path;

pub use part::Part;
pub use tags::Tags;

/// The forms a recording can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// 16-bit PCM, all channels, at the recording's own rate.
    Wav,
    /// The same samples in about half the room.
    Flac,
    /// One or two channels in a tenth of the room, by LAME; a rate above 48 kHz becomes 48 kHz.
    Mp3,
}

impl ExportFormat {
    /// The form of that name, `wav`, `flac` or `mp3`, as in the ending of a file.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "wav" => Some(Self::Wav),
            "flac" => Some(Self::Flac),
            "mp3" => Some(Self::Mp3),
            _ => None,
        }
    }
}

/// Why a recording was not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The recording itself cannot be used.
    #[error(transparent)]
    Sound(#[from] SoundError),
    /// The new file cannot be written: look at the disk it should go to.
    #[error("the exported file cannot be written: {0}")]
    Write(#[source] io::Error),
    /// The recording is longer than a WAV file can be.
    #[error("the recording is too long for a WAV file, which ends at 4 GB; export it as flac")]
    TooLong,
    /// The format does not hold so many channels.
    #[error("the recording has {has} channels and {format} holds {most} at most; export it as wav")]
    Channels {
        /// The format's name.
        format: &'static str,
        /// How many the recording has.
        has: u16,
        /// How many fit.
        most: u16,
    },
    /// The encoder does not take this sound.
    #[error("the sound cannot be written as {format}: {why}")]
    Encoder {
        /// The format's name.
        format: &'static str,
        /// What the encoder says.
        why: String,
    },
    /// Whoever wanted it does not any more.
    #[error("the export was stopped")]
    Stopped,
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// Frames that are written.
    pub frames: u64,
    /// All there are, as far as that is known before the end.
    pub of: Option<u64>,
}

/// Takes sound in one form.
trait Writer {
    /// Interleaved samples, a whole number of frames.
    fn write(&mut self, samples: &[i16]) -> Result<(), ExportError>;
    /// Completes the file.
    fn finish(self: Box<Self>) -> Result<File, ExportError>;
}

/// Decodes the recording at `from` and writes it to `to`, whole or not at all: what was written before an error is removed.
/// An existing file at `to` is replaced only when the new one is complete. `tell` hears after each block how far it is, and
/// may stop it.
///
/// # Errors
///
/// See [`ExportError`].
pub fn export(
    from: &Path,
    to: &Path,
    format: ExportFormat,
    tags: &Tags,
    tell: &dyn Fn(Exported) -> ControlFlow<()>,
) -> Result<(), ExportError> {
    let decoder = Decoder::open(from)?;
    let (part, file) = Part::beside(to).map_err(ExportError::Write)?;
    write(decoder, file, format, tags, tell)?;
    part.complete().map_err(ExportError::Write)
}

fn write(
    mut decoder: Decoder,
    file: File,
    format: ExportFormat,
    tags: &Tags,
    tell: &dyn Fn(Exported) -> ControlFlow<()>,
) -> Result<(), ExportError> {
    let header = decoder.header().clone();
    let out = BufWriter::new(file);
    let mut writer: Box<dyn Writer> = match format {
        ExportFormat::Wav => Box::new(wav::Wav::new(out, &header, tags)?),
        ExportFormat::Flac => Box::new(flac::Flac::new(out, &header, tags)?),
        ExportFormat::Mp3 => Box::new(mp3::Mp3::new(out, &header, tags)?),
    };
    let mut samples = Vec::new();
    while let Some(block) = decoder.next_block()? {
        samples.clear();
        samples.extend(block.samples.iter().map(|sample| to_i16(*sample)));
        writer.write(&samples)?;
        let frames = block.start + (samples.len() / usize::from(header.channels)) as u64;
        let of = header.estimated_frames;
        if tell(Exported { frames, of }).is_break() {
            return Err(ExportError::Stopped);
        }
    }
    writer.finish()?.sync_all().map_err(ExportError::Write)
}

fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

/// At most so many channels, or an error that says so.
fn at_most(most: u16, format: &'static str, header: &SoundHeader) -> Result<(), ExportError> {
    let has = header.channels;
    if has > most {
        return Err(ExportError::Channels { format, has, most });
    }
    Ok(())
}

/// Writes over what stands at the beginning of a file, and gives the file.
fn patch(mut out: BufWriter<File>, at: u64, bytes: &[u8]) -> Result<File, ExportError> {
    out.seek(SeekFrom::Start(at))
        .and_then(|_| out.write_all(bytes))
        .and_then(|()| out.into_inner().map_err(io::IntoInnerError::into_error))
        .map_err(ExportError::Write)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_of_somebody_else_beside_the_wanted_one_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/speech.flac");
        let target = folder.path().join("call.wav");
        let theirs = folder.path().join("call.wav.part");
        fs::write(&theirs, b"theirs").expect("written");
        let go_on = |_| ControlFlow::Continue(());
        let tags = Tags::default();
        export(&fixture, &target, ExportFormat::Wav, &tags, &go_on).expect("it is written");
        assert!(fs::read(&target).expect("there").starts_with(b"RIFF"));
        assert_eq!(fs::read(&theirs).expect("still there"), b"theirs");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 2);
    }

    #[test]
    fn a_failed_or_stopped_export_leaves_nothing_behind_and_keeps_what_was_there() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/speech.flac");
        for name in ["wav", "flac", "mp3"] {
            let format = ExportFormat::named(name).expect("one of them");
            let target = folder.path().join("kept");
            fs::write(&target, b"older").expect("written");
            let none = Path::new("no such file");
            let go_on = |_| ControlFlow::Continue(());
            let failed = export(none, &target, format, &Tags::default(), &go_on);
            assert!(matches!(failed, Err(ExportError::Sound(_))), "{failed:?}");
            let stop = |_| ControlFlow::Break(());
            let stopped = export(&fixture, &target, format, &Tags::default(), &stop);
            assert!(matches!(stopped, Err(ExportError::Stopped)), "{stopped:?}");
            assert_eq!(fs::read(&target).expect("still there"), b"older");
            assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
        }
    }
}
