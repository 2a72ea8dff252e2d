//! Writes a recording again, in a form that every program reads.

use crate::{Decoder, SoundError};
use std::fs;
use std::io;
use std::path::Path;

/// The forms a recording can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// WAV with 16-bit PCM, all channels, at the recording's own rate.
    Wav,
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
    #[error("the recording is too long for a WAV file, which ends at 4 GB")]
    TooLong,
}

/// Decodes the recording at `from` and writes it to `to`, whole or not at all: what was written before an error is removed.
/// An existing file at `to` is replaced only when the new one is complete.
///
/// # Errors
///
/// See [`ExportError`].
pub fn export(from: &Path, to: &Path, format: ExportFormat) -> Result<(), ExportError> {
    let mut beside = to.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    let written = match format {
        ExportFormat::Wav => write_wav(from, beside),
    };
    written
        .and_then(|()| fs::rename(beside, to).map_err(ExportError::Write))
        .inspect_err(|_| {
            // The first error is the one to tell; there may be nothing to remove.
            let _ = fs::remove_file(beside);
        })
}

fn write_wav(from: &Path, to: &Path) -> Result<(), ExportError> {
    let mut decoder = Decoder::open(from)?;
    let header = decoder.header();
    let spec = hound::WavSpec {
        channels: header.channels,
        sample_rate: header.sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(to, spec).map_err(of_writer)?;
    while let Some(block) = decoder.next_block()? {
        for sample in block.samples {
            writer
                .write_sample((sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16)
                .map_err(of_writer)?;
        }
    }
    writer.finalize().map_err(of_writer)
}

fn of_writer(error: hound::Error) -> ExportError {
    match error {
        hound::Error::IoError(error) => ExportError::Write(error),
        _ => ExportError::TooLong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exported_wav_file_holds_the_same_samples() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/speech.flac");
        let target = folder.path().join("speech.wav");
        export(&source, &target, ExportFormat::Wav).expect("exported");
        let all = |path: &Path| {
            let mut decoder = Decoder::open(path).expect("it opens");
            let mut all = Vec::new();
            while let Some(block) = decoder.next_block().expect("it decodes") {
                all.extend_from_slice(block.samples);
            }
            all
        };
        assert_eq!(all(&target), all(&source));
    }

    #[test]
    fn a_failed_export_leaves_nothing_behind_and_keeps_what_was_there() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let target = folder.path().join("kept.wav");
        fs::write(&target, b"older").expect("written");
        assert!(matches!(
            export(Path::new("no such file"), &target, ExportFormat::Wav),
            Err(ExportError::Sound(_))
        ));
        assert_eq!(fs::read(&target).expect("still there"), b"older");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
