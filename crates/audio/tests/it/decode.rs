//! Every format yields the sound that was put in, at the right moment, from wherever it is started.

use crate::sound::{decode, file_of, fixture, fixture_bytes, folder, rest, sweep, sweep_wav, wav};
use proptest::prelude::*;
use ringback_audio::{Container, Decoder, SoundError};

#[test]
fn a_wav_file_decodes_to_exactly_its_samples() {
    let folder = folder();
    let (path, samples) = sweep_wav(&folder, 3.3, 2, 8000);
    let expected: Vec<f32> = samples
        .iter()
        .map(|&sample| f32::from(sample) / 32_768.0)
        .collect();
    assert_eq!(decode(&path), expected);
}

#[test]
fn every_width_of_pcm_is_read() {
    let folder = folder();
    let samples = sweep(5000, 1, 8000);
    for (bits, format) in [
        (8, hound::SampleFormat::Int),
        (16, hound::SampleFormat::Int),
        (24, hound::SampleFormat::Int),
        (32, hound::SampleFormat::Int),
        (32, hound::SampleFormat::Float),
    ] {
        let path = folder.path().join("pcm.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 8000,
            bits_per_sample: bits,
            sample_format: format,
        };
        let mut writer = hound::WavWriter::create(&path, spec).expect("created");
        for &sample in &samples {
            match (format, bits) {
                (hound::SampleFormat::Float, _) => writer
                    .write_sample(f32::from(sample) / 32_768.0)
                    .expect("written"),
                (_, 8) => writer.write_sample((sample >> 8) as i8).expect("written"),
                _ => writer
                    .write_sample(i32::from(sample) << (bits - 16))
                    .expect("written"),
            }
        }
        writer.finalize().expect("finished");
        let decoded = decode(&path);
        assert_eq!(decoded.len(), samples.len(), "{bits} bits {format:?}");
        let tolerance = if bits == 8 { 1.0 / 128.0 } else { 1e-6 };
        for (decoded, sample) in decoded.iter().zip(&samples) {
            assert!(
                (decoded - f32::from(*sample) / 32_768.0).abs() <= tolerance,
                "{bits} bits {format:?}"
            );
        }
    }
}

/// How alike two mono sounds are, 1.0 for the same, with the second shifted.
fn likeness(a: &[f32], b: &[f32], shift: isize) -> f64 {
    let at = |sound: &[f32], index: isize| {
        usize::try_from(index)
            .ok()
            .and_then(|index| sound.get(index))
            .copied()
            .map_or(0.0, f64::from)
    };
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for index in 0..a.len() as isize {
        let (x, y) = (at(a, index), at(b, index + shift));
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    ab / (aa * bb).sqrt()
}

fn left(stereo: &[f32]) -> Vec<f32> {
    stereo.iter().step_by(2).copied().collect()
}

#[test]
fn lossy_formats_hold_the_same_sound_at_the_same_moment() {
    let original = left(&decode(&fixture("speech.flac")));
    for name in ["speech.mp3", "speech.m4a", "meeting.mp4", "speech.ogg"] {
        let decoded = left(&decode(&fixture(name)));
        assert_eq!(
            decoded.len(),
            original.len(),
            "{name} has the length of the original"
        );
        let best = (-400..=400).step_by(4).max_by(|&a, &b| {
            likeness(&original, &decoded, a).total_cmp(&likeness(&original, &decoded, b))
        });
        assert!(
            best.is_some_and(|shift| shift.abs() <= 16),
            "{name} is shifted by {best:?} frames"
        );
        assert!(
            likeness(&original, &decoded, 0) > 0.95,
            "{name}: {}",
            likeness(&original, &decoded, 0)
        );
    }
}

#[test]
fn telephone_codecs_in_wav_hold_the_same_sound() {
    let original = decode(&fixture("mulaw.wav"));
    for name in ["alaw.wav", "ima.wav", "ms.wav"] {
        let decoded = decode(&fixture(name));
        assert!(decoded.len() >= original.len(), "{name} is whole");
        assert!(
            likeness(&original, &decoded, 0) > 0.98,
            "{name}: {}",
            likeness(&original, &decoded, 0)
        );
    }
}

#[test]
fn the_container_is_recognised_whatever_the_file_is_called() {
    let folder = folder();
    for (name, container, codec) in [
        ("speech.mp3", Container::Mp3, "mp3"),
        ("speech.m4a", Container::M4a, "aac"),
        ("meeting.mp4", Container::Mp4, "aac"),
        ("speech.flac", Container::Flac, "flac"),
        ("speech.ogg", Container::Ogg, "vorbis"),
        ("mulaw.wav", Container::Wav, "pcm_mulaw"),
        ("alaw.wav", Container::Wav, "pcm_alaw"),
        ("ima.wav", Container::Wav, "adpcm_ima_wav"),
        ("ms.wav", Container::Wav, "adpcm_ms"),
    ] {
        let decoder = Decoder::open(&file_of(&folder, &fixture_bytes(name))).expect("it opens");
        assert_eq!(
            (decoder.header().container, decoder.header().codec),
            (container, codec),
            "{name}"
        );
    }
}

#[test]
fn opus_is_named_as_what_it_is() {
    match Decoder::open(&fixture("unsupported-opus.ogg")) {
        Err(SoundError::Unsupported { what }) => assert!(what.contains("Opus")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_mp3_behind_a_tag_with_a_picture_is_found() {
    let folder = folder();
    // 40,000 bytes of tag: longer than what is looked at first.
    let tag = [b"ID3\x04\x00\x00\x00\x02\x38\x40".to_vec(), vec![0; 40_000]].concat();
    let path = file_of(&folder, &[tag, fixture_bytes("speech.mp3")].concat());
    assert_eq!(decode(&path).len(), decode(&fixture("speech.mp3")).len());
}

/// Seeks to `frame` and compares what comes with the whole decode.
fn check_seek(decoder: &mut Decoder, whole: &[f32], frame: u64, tolerance: f32) {
    let channels = usize::from(decoder.header().channels);
    decoder.seek(frame).expect("it seeks");
    let found = rest(decoder).expect("it decodes");
    let expected = whole.get(frame as usize * channels..).unwrap_or(&[]);
    let name = decoder.header().codec;
    assert_eq!(
        found.len(),
        expected.len(),
        "{name}: what is left after frame {frame}"
    );
    let worst = found
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(
        worst <= tolerance,
        "{name}: after seeking to {frame} a sample is off by {worst}"
    );
}

#[test]
fn a_seek_lands_on_the_exact_frame_in_every_format() {
    for (name, tolerance) in [
        ("mulaw.wav", 0.0),
        ("alaw.wav", 0.0),
        ("ima.wav", 0.0),
        ("ms.wav", 0.0),
        ("speech.flac", 0.0),
        ("speech.mp3", 1e-5),
        ("untagged-vbr.mp3", 1e-5),
        ("speech.m4a", 1e-5),
        ("meeting.mp4", 1e-5),
        ("speech.ogg", 1e-5),
    ] {
        let path = fixture(name);
        let whole = decode(&path);
        let mut decoder = Decoder::open(&path).expect("it opens");
        let frames = (whole.len() / usize::from(decoder.header().channels)) as u64;
        for frame in [
            frames - 1,
            0,
            1,
            1151,
            1152,
            1153,
            frames / 2,
            17,
            frames / 3,
            frames,
            frames + 1,
            frames * 1000,
            0,
        ] {
            check_seek(&mut decoder, &whole, frame, tolerance);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn random_seeks_in_wav_are_exact(seconds in 0.2..3.0_f64, channels in 1..3_u16, places in proptest::collection::vec(0.0..1.1_f64, 20)) {
        let folder = folder();
        let (path, _) = sweep_wav(&folder, seconds, channels, 8000);
        let whole = decode(&path);
        let mut decoder = Decoder::open(&path).expect("it opens");
        for place in places {
            check_seek(&mut decoder, &whole, (place * seconds * 8000.0) as u64, 0.0);
        }
    }
}

#[test]
fn lengths_left_open_by_a_streaming_writer_are_taken_from_the_file() {
    let folder = folder();
    let (path, samples) = sweep_wav(&folder, 1.234, 1, 8000);
    let bytes = std::fs::read(path).expect("readable");
    for (riff, data) in [
        (0_u32, 0_u32),
        (u32::MAX, u32::MAX),
        (0x7fff_f024, 0x7fff_f000),
        (0x8000_0024, 0x8000_0000),
    ] {
        let mut streamed = bytes.clone();
        streamed[4..8].copy_from_slice(&riff.to_le_bytes());
        streamed[40..44].copy_from_slice(&data.to_le_bytes());
        let path = file_of(&folder, &streamed);
        let decoder = Decoder::open(&path).expect("it opens");
        assert_eq!(decoder.header().promised_frames, None);
        assert_eq!(
            decoder.header().estimated_frames,
            Some(samples.len() as u64)
        );
        assert_eq!(
            decode(&path).len(),
            samples.len(),
            "to the last frame, {data:#x}"
        );
    }
}

#[test]
fn chunks_before_and_behind_the_sound_are_not_played() {
    let folder = folder();
    let path = folder.path().join("plain.wav");
    let samples = sweep(1001, 1, 8000);
    wav(&path, &samples, 1, 8000);
    let plain = std::fs::read(&path).expect("readable");
    let noise = [
        b"LIST".to_vec(),
        7_u32.to_le_bytes().to_vec(),
        vec![0x7f; 8],
    ]
    .concat();
    let with_chunks = [&plain[..12], &noise, &plain[12..], &noise].concat();
    assert_eq!(decode(&file_of(&folder, &with_chunks)), decode(&path));
}

#[test]
fn three_hours_are_decoded_in_the_memory_of_a_packet() {
    // The file is sparse: it takes no room on disk and reads as zeros.
    let folder = folder();
    let path = folder.path().join("long.wav");
    wav(&path, &[1, 2, 3, 4], 1, 8000);
    let frames = 3 * 3600 * 8000_u64;
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("writable");
    file.set_len(44 + 2 * frames)
        .expect("sparse files are possible");
    let mut head = std::fs::read(&path).expect("readable")[..44].to_vec();
    head[40..44].copy_from_slice(&u32::try_from(2 * frames).expect("fits").to_le_bytes());
    head[4..8].copy_from_slice(&u32::try_from(2 * frames + 36).expect("fits").to_le_bytes());
    std::os::unix::fs::FileExt::write_all_at(&file, &head, 0).expect("written");
    let mut decoder = Decoder::open(&path).expect("it opens");
    let (mut seen, mut longest) = (0, 0);
    while let Some(block) = decoder.next_block().expect("it decodes") {
        seen += block.samples.len() as u64;
        longest = longest.max(block.samples.len());
    }
    assert_eq!(seen, frames);
    assert!(longest < 100_000, "blocks stay small: {longest}");
}

#[test]
fn the_length_of_an_mp3_that_does_not_state_it_is_counted_and_not_guessed() {
    let path = fixture("untagged-vbr.mp3");
    let decoder = Decoder::open(&path).expect("it opens");
    assert_eq!(decoder.header().promised_frames, None);
    assert_eq!(
        decoder.header().estimated_frames,
        Some(decode(&path).len() as u64)
    );
}

#[test]
fn a_piece_cut_out_of_an_mp3_has_the_same_timeline_from_the_start_and_by_seeking() {
    let folder = folder();
    let bytes = fixture_bytes("untagged-vbr.mp3");
    // Begins in the middle of a frame; the first whole ones lean on bytes that are gone.
    let path = file_of(&folder, &bytes[bytes.len() / 3 + 5..]);
    let whole = decode(&path);
    let mut decoder = Decoder::open(&path).expect("it opens");
    for frame in [0, 5000, 12_345, 20_000] {
        check_seek(&mut decoder, &whole, frame, 1e-5);
    }
}
