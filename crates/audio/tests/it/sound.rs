//! Where the recordings of the tests come from.

use ringback_audio::{Decoder, SoundError};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A committed recording; `tests/fixtures/make.sh` makes them.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

pub(crate) fn fixture_bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).expect("the fixture is committed")
}

/// A folder that lives as long as the test.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

/// A file with these bytes under a name that says nothing about them.
pub(crate) fn file_of(folder: &TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("recording.bin");
    std::fs::write(&path, bytes).expect("the test's folder can be written");
    path
}

/// A sound in which every frame differs from every other near it, so that a shift by one frame shows:
/// a slow rise in pitch, the second channel against the first.
pub(crate) fn sweep(frames: usize, channels: u16, rate: u32) -> Vec<i16> {
    let mut phase = 0.0_f64;
    let mut samples = Vec::with_capacity(frames * usize::from(channels));
    for frame in 0..frames {
        let hertz = 200.0 + 300.0 * frame as f64 / frames as f64;
        phase += std::f64::consts::TAU * hertz / f64::from(rate);
        for channel in 0..channels {
            let level = if channel % 2 == 0 { 12_000.0 } else { -8000.0 };
            samples.push((level * phase.sin()) as i16);
        }
    }
    samples
}

/// Writes 16-bit samples as a WAV file.
pub(crate) fn wav(path: &Path, samples: &[i16], channels: u16, rate: u32) {
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer =
        hound::WavWriter::create(path, spec).expect("the test's folder can be written");
    for &sample in samples {
        writer.write_sample(sample).expect("written");
    }
    writer.finalize().expect("finished");
}

/// A WAV file of a sweep.
pub(crate) fn sweep_wav(
    folder: &TempDir,
    seconds: f64,
    channels: u16,
    rate: u32,
) -> (PathBuf, Vec<i16>) {
    let samples = sweep((seconds * f64::from(rate)) as usize, channels, rate);
    let path = folder.path().join("sweep.wav");
    wav(&path, &samples, channels, rate);
    (path, samples)
}

/// Everything from where the decoder stands.
pub(crate) fn rest(decoder: &mut Decoder) -> Result<Vec<f32>, SoundError> {
    let mut all = Vec::new();
    while let Some(block) = decoder.next_block()? {
        all.extend_from_slice(block.samples);
    }
    Ok(all)
}

/// The whole recording.
pub(crate) fn decode(path: &Path) -> Vec<f32> {
    rest(&mut Decoder::open(path).expect("it opens")).expect("it decodes")
}
