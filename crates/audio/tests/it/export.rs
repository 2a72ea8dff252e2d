//! A recording written in another form is the same recording: its length, its level, its channels.

use crate::sound::{fixture, folder, sweep, wav};
use ringback_audio::{Decoder, ExportError, ExportFormat, Exported, Tags, export};
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

fn tags() -> Tags {
    Tags {
        title: "call_0001".into(),
        date: "2026-03-01T10:00:03Z".into(),
        album: "clinic-retell".into(),
    }
}

fn exported(from: &Path, to: PathBuf, format: ExportFormat) -> PathBuf {
    let go_on = |_| ControlFlow::Continue(());
    export(from, &to, format, &tags(), &go_on).expect("exported");
    to
}

/// All samples, and the number of channels.
fn decoded(path: &Path) -> (Vec<f32>, u16) {
    let mut decoder = Decoder::open(path).expect("it opens");
    let channels = decoder.header().channels;
    let mut all = Vec::new();
    while let Some(block) = decoder.next_block().expect("it decodes") {
        all.extend_from_slice(block.samples);
    }
    (all, channels)
}

/// The level of one channel.
fn level(samples: &[f32], channels: u16, lane: usize) -> f64 {
    let own = samples.iter().skip(lane).step_by(usize::from(channels));
    let (count, sum) = own.fold((0.0, 0.0), |(count, sum), sample| {
        (count + 1.0, sum + f64::from(*sample).powi(2))
    });
    (sum / count).sqrt()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut sources: Vec<_> = ["speech.flac", "speech.mp3", "mulaw.wav", "meeting.mp4"]
        .map(fixture)
        .to_vec();
    // Lengths around the borders of blocks, silence, and sound that nothing foretells.
    for (number, frames) in [1_usize, 15, 4095, 4096, 4097, 20_000]
        .into_iter()
        .enumerate()
    {
        for channels in [1, 2] {
            let path = folder.join(format!("sweep-{number}-{channels}.wav"));
            wav(&path, &sweep(frames, channels, 8000), channels, 8000);
            sources.push(path);
        }
    }
    let silence = folder.join("silence.wav");
    wav(&silence, &[0; 9000], 1, 16_000);
    let noise = folder.join("noise.wav");
    let mut seed = 1_u32;
    let noisy: Vec<i16> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) as i16
    })
    .take(30_000)
    .collect();
    wav(&noise, &noisy, 3, 44_100);
    sources.extend([silence, noise]);
    sources
}

#[test]
fn wav_and_flac_hold_the_same_samples() {
    let folder = folder();
    for from in sources(folder.path()) {
        let (samples, channels) = decoded(&from);
        for (ending, format) in [("wav", ExportFormat::Wav), ("flac", ExportFormat::Flac)] {
            let to = exported(&from, folder.path().join(format!("to.{ending}")), format);
            let same: Vec<i32> = samples
                .iter()
                .map(|s| (s * 32_768.0).round() as i32)
                .collect();
            let (again, lanes) = decoded(&to);
            let again: Vec<i32> = again
                .iter()
                .map(|s| (s * 32_768.0).round() as i32)
                .collect();
            assert_eq!(lanes, channels, "{}", from.display());
            assert!(
                same.iter().map(|s| (*s).clamp(-32_768, 32_767)).eq(again),
                "{} as {ending}",
                from.display()
            );
        }
    }
}

#[test]
fn speech_takes_less_room_as_flac() {
    let folder = folder();
    let from = fixture("speech.flac");
    let wav = exported(&from, folder.path().join("a.wav"), ExportFormat::Wav);
    let flac = exported(&from, folder.path().join("a.flac"), ExportFormat::Flac);
    let size = |path: &Path| path.metadata().expect("there").len() as f64;
    assert!(
        size(&flac) < 0.7 * size(&wav),
        "{} of {}",
        size(&flac),
        size(&wav)
    );
}

#[test]
fn mp3_holds_the_same_sound_with_its_length_level_and_channels() {
    let folder = folder();
    for name in ["speech.flac", "mulaw.wav", "meeting.mp4"] {
        let from = fixture(name);
        let (samples, channels) = decoded(&from);
        let to = exported(&from, folder.path().join("to.mp3"), ExportFormat::Mp3);
        let (again, lanes) = decoded(&to);
        assert_eq!(lanes, channels, "{name}");
        let frames = |samples: &[f32]| samples.len() / usize::from(channels);
        let off = frames(&samples).abs_diff(frames(&again));
        assert!(off <= 1152, "{name} is {off} frames off");
        for lane in 0..usize::from(channels) {
            let (was, is) = (
                level(&samples, channels, lane),
                level(&again, channels, lane),
            );
            assert!(
                (is - was).abs() <= 0.05 * was + 1e-3,
                "{name}: {was} became {is}"
            );
        }
    }
}

#[test]
fn each_party_stays_in_its_own_channel_of_an_mp3() {
    let folder = folder();
    let from = folder.path().join("left.wav");
    let mut samples = sweep(16_000, 2, 8000);
    samples
        .iter_mut()
        .skip(1)
        .step_by(2)
        .for_each(|right| *right = 0);
    wav(&from, &samples, 2, 8000);
    let to = exported(&from, folder.path().join("left.mp3"), ExportFormat::Mp3);
    let (again, channels) = decoded(&to);
    assert!(level(&again, channels, 0) > 0.2);
    assert!(
        level(&again, channels, 1) < 1e-3,
        "nothing of the left is heard on the right"
    );
}

#[test]
fn more_channels_than_fit_are_refused_and_say_what_to_do() {
    let folder = folder();
    let from = folder.path().join("three.wav");
    wav(&from, &sweep(1000, 3, 8000), 3, 8000);
    let go_on = |_| ControlFlow::Continue(());
    let to = folder.path().join("three.mp3");
    let failed = export(&from, &to, ExportFormat::Mp3, &Tags::default(), &go_on);
    assert!(
        matches!(
            failed,
            Err(ExportError::Channels {
                has: 3,
                most: 2,
                ..
            })
        ),
        "{failed:?}"
    );
    assert!(!to.exists());
}

#[test]
fn how_far_it_is_only_grows_and_ends_at_the_length() {
    let folder = folder();
    let from = folder.path().join("long.wav");
    wav(&from, &sweep(100_000, 1, 8000), 1, 8000);
    let told = RefCell::new(Vec::new());
    let tell = |done: Exported| {
        told.borrow_mut().push(done.frames);
        assert_eq!(done.of, Some(100_000));
        ControlFlow::Continue(())
    };
    let to = folder.path().join("long.flac");
    export(&from, &to, ExportFormat::Flac, &Tags::default(), &tell).expect("exported");
    let told = told.into_inner();
    assert!(told.is_sorted() && told.len() > 10, "{} times", told.len());
    assert_eq!(told.last(), Some(&100_000));
}

/// Another program's eye, where it is installed.
#[test]
fn other_programs_read_sound_and_tags() {
    let folder = folder();
    let from = fixture("speech.flac");
    for (ending, format) in [
        ("wav", ExportFormat::Wav),
        ("flac", ExportFormat::Flac),
        ("mp3", ExportFormat::Mp3),
    ] {
        let to = exported(&from, folder.path().join(format!("to.{ending}")), format);
        let probed = Command::new("ffprobe")
            .args([
                "-v",
                "error",
                "-show_entries",
                "format_tags:stream=channels,codec_name",
                "-of",
                "default=nw=1",
            ])
            .arg(&to)
            .output()
            .expect("ffmpeg is among what the tests need");
        let said = String::from_utf8_lossy(&probed.stdout).to_lowercase();
        let complaint = String::from_utf8_lossy(&probed.stderr);
        assert!(complaint.is_empty(), "{complaint}");
        for told in [
            "title=call_0001",
            "date=2026-03-01t10:00:03z",
            "album=clinic-retell",
        ] {
            assert!(said.contains(told), "{ending}: {said}");
        }
        let read = Command::new("ffmpeg")
            .args([
                "-v",
                "error",
                "-xerror",
                "-err_detect",
                "crccheck+bitstream+explode",
                "-i",
            ])
            .arg(&to)
            .args(["-f", "null", "-"])
            .output()
            .expect("it runs");
        assert!(
            read.status.success(),
            "{}",
            String::from_utf8_lossy(&read.stderr)
        );
    }
}
