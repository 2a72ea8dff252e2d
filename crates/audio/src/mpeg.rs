//! As much of MPEG audio (ISO 11172-3, 13818-3) as is needed to recognise an MP3 and to tell whether it
//! states its own length. Decoding is symphonia's part.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// The length of an ID3v2 tag at the start, including its header and footer, if there is one.
pub(crate) fn id3v2_len(head: &[u8]) -> Option<u64> {
    let tag: &[u8; 10] = head.first_chunk()?;
    if !tag.starts_with(b"ID3") || tag[6..10].iter().any(|byte| byte & 0x80 != 0) {
        return None;
    }
    let size = tag[6..10]
        .iter()
        .fold(0_u64, |size, &byte| size << 7 | u64::from(byte));
    let footer = if tag[5] & 0x10 != 0 { 10 } else { 0 };
    Some(10 + size + footer)
}

/// A layer III frame header, as far as lengths go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FrameHeader {
    version_bits: u8,
    rate_bits: u8,
    bytes: usize,
    mono: bool,
    mpeg1: bool,
}

/// Bit rates in kbit/s of layer III: MPEG-1, then MPEG-2 and 2.5.
const KBITS: [[usize; 15]; 2] = [
    [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

fn frame_header(bytes: &[u8]) -> Option<FrameHeader> {
    let word: &[u8; 4] = bytes.first_chunk()?;
    let version_bits = word[1] >> 3 & 3;
    let layer_bits = word[1] >> 1 & 3;
    let rate_bits = word[2] >> 2 & 3;
    let kbit_index = usize::from(word[2] >> 4);
    if word[0] != 0xff
        || word[1] & 0xe0 != 0xe0
        || version_bits == 1
        || layer_bits != 1
        || rate_bits == 3
    {
        return None;
    }
    let mpeg1 = version_bits == 3;
    // Free format (index 0) is not decoded by symphonia either.
    let kbit = *KBITS[usize::from(!mpeg1)]
        .get(kbit_index)
        .filter(|&&kbit| kbit > 0)?;
    let rate = [44_100, 48_000, 32_000][usize::from(rate_bits)]
        / match version_bits {
            3 => 1,
            2 => 2,
            _ => 4,
        };
    let slots = if mpeg1 { 144 } else { 72 };
    let padding = usize::from(word[2] >> 1 & 1);
    Some(FrameHeader {
        version_bits,
        rate_bits,
        bytes: slots * kbit * 1000 / rate + padding,
        mono: word[3] >> 6 == 3,
        mpeg1,
    })
}

/// Where the first frame begins that is followed by another of the same kind, or that ends the data.
pub(crate) fn first_frame(head: &[u8]) -> Option<usize> {
    (0..head.len().saturating_sub(3)).find(|&start| {
        frame_header(&head[start..]).is_some_and(|first| match head.get(start + first.bytes..) {
            Some(rest) if rest.len() >= 4 => frame_header(rest).is_some_and(|next| {
                next.version_bits == first.version_bits && next.rate_bits == first.rate_bits
            }),
            // The file ends within or right after the first frame: believed only at the very start.
            _ => start == 0,
        })
    })
}

/// Whether the first frame carries a Xing, Info or VBRI tag, which states the number of frames. Without
/// one a length is only an estimate from the bit rate.
pub(crate) fn states_length(head: &[u8]) -> bool {
    let Some(start) = first_frame(head) else {
        return false;
    };
    let Some(header) = frame_header(&head[start..]) else {
        return false;
    };
    let side_info = match (header.mpeg1, header.mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    let at = |offset: usize, word: &[u8]| {
        head.get(start + offset..)
            .is_some_and(|rest| rest.starts_with(word))
    };
    // Bit 0 of the flags after the word says that the number of frames follows.
    let has_count = |offset: usize| {
        head.get(start + offset + 7)
            .is_some_and(|flags| flags & 1 == 1)
    };
    (at(4 + side_info, b"Xing") || at(4 + side_info, b"Info")) && has_count(4 + side_info)
        || at(36, b"VBRI")
}

/// The length in frames of sound of an MP3 without a tag, by walking all its headers from `start`; `None` if there are none.
/// An hour has 140,000 of them: some ten milliseconds from the cache.
pub(crate) fn count_sound_frames(file: &File, start: u64) -> std::io::Result<Option<u64>> {
    let mut reader = BufReader::with_capacity(64 * 1024, file);
    reader.seek(SeekFrom::Start(start))?;
    let mut frames = 0_u64;
    let mut window = [0_u8; 4];
    let mut filled = 0;
    loop {
        while filled < 4 {
            match reader.read(&mut window[filled..])? {
                0 => return Ok((frames > 0).then_some(frames)),
                count => filled += count,
            }
        }
        match frame_header(&window) {
            Some(header) => {
                frames += if header.mpeg1 { 1152 } else { 576 };
                reader.seek_relative(header.bytes as i64 - 4)?;
                filled = 0;
            }
            None => {
                // Out of step: look for the next header a byte further on.
                window.rotate_left(1);
                filled = 3;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MPEG-2, 24 kHz, 64 kbit/s, mono: 192 bytes per frame.
    const HEADER: [u8; 4] = [0xff, 0xf3, 0x84, 0xc4];

    fn frames(count: usize) -> Vec<u8> {
        let frame = [&HEADER[..], &[0; 188]].concat();
        frame.repeat(count)
    }

    #[test]
    fn a_chance_sync_word_is_no_mp3() {
        let mut noise = vec![0x55; 4000];
        noise[100..104].copy_from_slice(&HEADER);
        assert_eq!(
            first_frame(&noise),
            None,
            "nothing follows where the next frame would be"
        );
        assert_eq!(
            first_frame(&[&[7; 33], &frames(3)[..]].concat()),
            Some(33),
            "leading rubbish is skipped"
        );
    }

    #[test]
    fn only_a_tag_with_a_frame_count_states_a_length() {
        let mut tagged = frames(3);
        tagged[13..17].copy_from_slice(b"Xing");
        assert!(!states_length(&tagged), "flags say that no count follows");
        tagged[20] = 1;
        assert!(states_length(&tagged));
        assert!(!states_length(&frames(3)));
    }

    #[test]
    fn an_id3_tag_is_measured_with_seven_bits_a_byte() {
        assert_eq!(
            id3v2_len(b"ID3\x04\x00\x00\x00\x00\x02\x01rest"),
            Some(10 + 257)
        );
        assert_eq!(
            id3v2_len(b"ID3\x04\x00\x00\x00\x00\xff\x01rest"),
            None,
            "a high bit is not allowed"
        );
    }
}
