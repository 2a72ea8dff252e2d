//! One pass tells what a recording is, whether it is whole, and how it looks.

use crate::sound::{file_of, fixture, fixture_bytes, folder, sweep_wav, wav};
use ringback_audio::{Container, Examination, SoundError, Span, examine};
use std::cell::Cell;
use std::path::Path;

fn whole(path: &Path) -> Examination {
    examine(path, &|| false).expect("it is sound")
}

#[test]
fn the_facts_of_every_fixture_are_right() {
    for (name, format, channels, rate, ms) in [
        ("speech.mp3", Container::Mp3, 2, 16_000, 4000),
        ("speech.m4a", Container::M4a, 2, 16_000, 4000),
        ("meeting.mp4", Container::Mp4, 2, 16_000, 4000),
        ("speech.flac", Container::Flac, 2, 16_000, 4000),
        ("speech.ogg", Container::Ogg, 2, 16_000, 4000),
        ("mulaw.wav", Container::Wav, 1, 8000, 4000),
    ] {
        let examination = whole(&fixture(name));
        let facts = &examination.facts;
        assert_eq!(
            (
                facts.format,
                facts.channels,
                facts.sample_rate,
                facts.duration_ms
            ),
            (format, channels, rate, ms),
            "{name}"
        );
        assert!(examination.complete() && !facts.silent, "{name}");
    }
}

#[test]
fn turns_of_two_speakers_show_as_silence_of_the_other() {
    // The agent speaks from 0.2 s, the caller from 2.1 s.
    let silence = whole(&fixture("speech.flac")).analysis.silence;
    let [agent] = silence.of_channel(0) else {
        panic!("{silence:?}")
    };
    let [caller] = silence.of_channel(1) else {
        panic!("{silence:?}")
    };
    assert!(
        (2000..=2700).contains(&agent.from_ms) && agent.to_ms == 4000,
        "{agent:?}"
    );
    assert!(
        caller.from_ms == 0 && (1900..=2100).contains(&caller.to_ms),
        "{caller:?}"
    );
    assert_eq!(silence.common(), []);
}

#[test]
fn peaks_are_the_lowest_and_highest_samples_of_what_each_column_covers() {
    let folder = folder();
    let (path, samples) = sweep_wav(&folder, 2.5, 2, 11_025);
    let peaks = whole(&path).analysis.peaks;
    let scaled = |sample: i16| (f32::from(sample) / 32_768.0 * 127.0).round() as i8;
    for columns in [1, 3, 10, 125] {
        let summary = peaks.summary(columns, 0, 2500);
        for (channel, summary) in summary.iter().enumerate() {
            assert_eq!(summary.len(), columns);
            for (column, peak) in summary.iter().enumerate() {
                // Windows of 20 ms that the column touches, cut by time at 11,025 Hz.
                let first = (column as u64 * 2500) / (columns as u64 * 20);
                let last = ((column as u64 + 1) * 2500).div_ceil(columns as u64 * 20);
                let frame = |window: u64| (window * 11_025 * 20 / 1000) as usize;
                let part = samples
                    .iter()
                    .skip(channel)
                    .step_by(2)
                    .copied()
                    .skip(frame(first))
                    .take(frame(last) - frame(first));
                let part: Vec<i16> = part.collect();
                let low = scaled(*part.iter().min().expect("a column covers something"));
                let high = scaled(*part.iter().max().expect("a column covers something"));
                assert_eq!(
                    (peak.min, peak.max),
                    (low, high),
                    "channel {channel}, column {column} of {columns}"
                );
            }
        }
    }
}

#[test]
fn peaks_for_drawing_are_three_bytes_a_column_and_channel() {
    let peaks = whole(&fixture("speech.flac")).analysis.peaks;
    assert_eq!(peaks.summary_bytes(700, 0, 4000).len(), 2 * 700 * 3);
    assert!(
        peaks
            .summary_bytes(10, 4000, 9000)
            .iter()
            .all(|&byte| byte == 0),
        "behind the end all is flat"
    );
    assert!(
        peaks
            .summary_bytes(10, 3000, 3000)
            .iter()
            .all(|&byte| byte == 0),
        "an empty stretch is flat"
    );
    assert_eq!(peaks.summary_bytes(0, 0, 4000), []);
}

#[test]
fn a_recording_cut_off_in_transfer_is_said_to_be_short() {
    let folder = folder();
    for name in [
        "mulaw.wav",
        "ima.wav",
        "speech.flac",
        "speech.mp3",
        "meeting.mp4",
        "speech.ogg",
    ] {
        let bytes = fixture_bytes(name);
        let part = &bytes[..bytes.len() * 6 / 10];
        let cut = examine(&file_of(&folder, part), &|| false);
        let cut =
            cut.unwrap_or_else(|error| panic!("{name}: what is there can be heard, but: {error}"));
        let shortfall = cut
            .shortfall
            .unwrap_or_else(|| panic!("{name} lacks four tenths"));
        assert_eq!(shortfall.decoded_frames, cut.facts.frames, "{name}");
        if name != "speech.ogg" {
            assert!(
                (1000..=2200).contains(&shortfall.missing_ms),
                "{name}: {shortfall:?}"
            );
        }
    }
}

#[test]
fn a_wav_file_that_lacks_one_frame_is_said_to_be_short() {
    let folder = folder();
    let (path, samples) = sweep_wav(&folder, 1.0, 1, 8000);
    let bytes = std::fs::read(path).expect("readable");
    let examination = whole(&file_of(&folder, &bytes[..bytes.len() - 1]));
    let shortfall = examination.shortfall.expect("half a frame is no frame");
    assert_eq!(shortfall.promised_frames, Some(samples.len() as u64));
    assert_eq!(shortfall.decoded_frames, samples.len() as u64 - 1);
}

#[test]
fn an_mp4_without_its_index_is_damaged_and_never_empty() {
    let folder = folder();
    // speech.m4a has its index at the end.
    let bytes = fixture_bytes("speech.m4a");
    assert!(matches!(
        examine(&file_of(&folder, &bytes[..bytes.len() / 2]), &|| false),
        Err(SoundError::Damaged { .. })
    ));
    // meeting.mp4 has its index in front; here all sound behind it is missing.
    let bytes = fixture_bytes("meeting.mp4");
    let sound = bytes
        .windows(4)
        .position(|kind| kind == b"mdat")
        .expect("it has sound");
    assert!(matches!(
        examine(&file_of(&folder, &bytes[..sound + 4]), &|| false),
        Err(SoundError::Damaged { .. })
    ));
}

#[test]
fn bytes_broken_in_the_middle_do_not_move_what_follows() {
    let folder = folder();
    let mut bytes = fixture_bytes("speech.mp3");
    let at = bytes.len() / 2;
    bytes[at..at + 300].fill(0x55);
    let examination = whole(&file_of(&folder, &bytes));
    assert!(
        (3800..=4000).contains(&examination.facts.duration_ms),
        "{:?}",
        examination.facts
    );
}

#[test]
fn a_recording_of_nothing_is_silent() {
    let folder = folder();
    let path = folder.path().join("nothing.wav");
    wav(&path, &vec![0; 16_000], 1, 8000);
    let examination = whole(&path);
    assert!(examination.facts.silent && examination.complete());
    assert_eq!(
        examination.analysis.silence.common(),
        [Span {
            from_ms: 0,
            to_ms: 2000
        }]
    );
}

#[test]
fn an_examination_can_be_cancelled_on_the_way() {
    let folder = folder();
    let (path, _) = sweep_wav(&folder, 60.0, 1, 8000);
    let asked = Cell::new(0);
    let cancelled = || {
        asked.set(asked.get() + 1);
        asked.get() == 3
    };
    assert!(matches!(
        examine(&path, &cancelled),
        Err(SoundError::Cancelled)
    ));
    assert_eq!(
        asked.get(),
        3,
        "asked again after every second of sound, and not after the answer"
    );
}

#[test]
fn a_file_that_is_not_there_is_unreadable() {
    assert!(matches!(
        examine(Path::new("no such file"), &|| false),
        Err(SoundError::Io(_))
    ));
}
