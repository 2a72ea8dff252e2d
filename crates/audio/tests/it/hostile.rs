//! Bad input gets a clear error and never a panic, an endless loop or a huge allocation.

use crate::sound::{file_of, fixture_bytes, folder, sweep_wav};
use proptest::prelude::*;
use ringback_audio::{SoundError, examine};

const ALL: [&str; 10] = [
    "speech.mp3",
    "untagged-vbr.mp3",
    "speech.m4a",
    "meeting.mp4",
    "speech.flac",
    "speech.ogg",
    "mulaw.wav",
    "alaw.wav",
    "ima.wav",
    "ms.wav",
];

#[test]
fn every_format_cut_at_any_interesting_place_is_an_error_or_short() {
    let folder = folder();
    for name in ALL {
        let bytes = fixture_bytes(name);
        let interesting = (0..200)
            .chain((200..bytes.len()).step_by(1 + bytes.len() / 40))
            .chain([bytes.len() - 1]);
        for len in interesting {
            match examine(&file_of(&folder, &bytes[..len]), &|| false) {
                Ok(examination) => assert!(examination.facts.frames > 0, "{name} cut at {len}"),
                Err(SoundError::Empty) => assert_eq!(len, 0, "{name}"),
                Err(SoundError::Damaged { .. }) => {}
                // The first letters alone may look like a text.
                Err(SoundError::NotAudio { .. }) if len < 16 => {}
                Err(other) => panic!("{name} cut at {len}: {other:?}"),
            }
        }
    }
}

#[test]
fn chunk_sizes_that_lie_do_not_lead_astray() {
    let folder = folder();
    let (path, _) = sweep_wav(&folder, 0.5, 1, 8000);
    let bytes = std::fs::read(path).expect("readable");
    // The sizes of the RIFF, of `fmt ` and of `data`, then channels, rate, block size and width.
    for (at, len) in [
        (4, 4),
        (16, 4),
        (40, 4),
        (22, 2),
        (24, 4),
        (32, 2),
        (34, 2),
        (20, 2),
    ] {
        for value in [
            0_u32,
            1,
            2,
            15,
            17,
            255,
            0x7fff,
            0xffff,
            0x7fff_ffff,
            0xffff_fffe,
            u32::MAX,
        ] {
            let mut hostile = bytes.clone();
            hostile[at..at + len].copy_from_slice(&value.to_le_bytes()[..len]);
            // Any answer is right that comes soon and is one of ours.
            let _ = examine(&file_of(&folder, &hostile), &|| false);
        }
    }
}

#[test]
fn a_header_of_endless_empty_chunks_is_given_up() {
    let folder = folder();
    let mut bytes = b"RIFF\xff\xff\xff\xffWAVE".to_vec();
    for _ in 0..100_000 {
        bytes.extend(b"junk\0\0\0\0");
    }
    assert!(matches!(
        examine(&file_of(&folder, &bytes), &|| false),
        Err(SoundError::Damaged { .. })
    ));
}

#[test]
fn boxes_that_claim_to_be_huge_are_refused() {
    let folder = folder();
    let bytes = fixture_bytes("meeting.mp4");
    let boxes = [
        "moov", "trak", "mdia", "stbl", "stsz", "stco", "stsc", "stts", "elst", "mdat", "esds",
    ];
    for kind in boxes {
        let Some(at) = bytes.windows(4).position(|found| found == kind.as_bytes()) else {
            continue;
        };
        for size in [0_u32, 1, 7, 0x7fff_ffff, u32::MAX] {
            let mut hostile = bytes.clone();
            hostile[at - 4..at].copy_from_slice(&size.to_be_bytes());
            let _ = examine(&file_of(&folder, &hostile), &|| false);
            // Most boxes begin with a version and then a count.
            let mut hostile = bytes.clone();
            hostile[at + 8..at + 12].copy_from_slice(&size.to_be_bytes());
            let _ = examine(&file_of(&folder, &hostile), &|| false);
        }
    }
}

#[test]
fn a_page_under_a_sounds_name_is_not_audio() {
    let folder = folder();
    let page =
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>ExpiredToken</Code></Error>";
    match examine(&file_of(&folder, page), &|| false) {
        Err(error @ SoundError::NotAudio { .. }) => {
            assert_eq!(error.code(), "not_audio");
            assert!(
                !error.to_string().contains("ExpiredToken"),
                "what a file says is not repeated"
            );
        }
        other => panic!("{other:?}"),
    }
}

fn magics() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        Just(b"RIFF\x40\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00".to_vec()),
        Just(b"RIFF\x40\x00\x00\x00WAVE".to_vec()),
        Just(b"fLaC".to_vec()),
        Just(b"OggS\x00\x02".to_vec()),
        Just(b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x40moov".to_vec()),
        Just(b"\xff\xfb\x90\x44".to_vec()),
        Just(b"ID3\x04\x00\x00\x00\x00\x00\x00".to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes_never_panic(magic in magics(), tail in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let folder = folder();
        let _ = examine(&file_of(&folder, &[magic, tail].concat()), &|| false);
    }

    #[test]
    fn altered_recordings_never_panic(which in 0..ALL.len(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let folder = folder();
        let mut bytes = fixture_bytes(ALL[which]);
        // Headers are where it hurts: half of all changes go there.
        for (index, (at, value)) in changes.iter().enumerate() {
            let reach = if index % 2 == 0 { bytes.len() } else { bytes.len().min(1500) };
            bytes[at.index(reach)] = *value;
        }
        let _ = examine(&file_of(&folder, &bytes), &|| false);
    }
}
