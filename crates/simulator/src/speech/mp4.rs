//! The same speech as the sound of a video: an ISO base media file (ISO/IEC 14496-12) with one still picture and an
//! MP3 track, of any length.
//!
//! All sound frames have one size, so that the index is as long for a minute as for a day, and the frames themselves
//! stand behind it just as they are: a head, then a body that is repeated.

use bytes::Bytes;

/// The first bytes of a file with `count` frames of `frame` bytes, each `samples` long at `rate`. The frames follow.
pub(super) fn head(count: u32, frame: u32, samples: u32, rate: u32) -> Bytes {
    let brand = boxed(
        b"ftyp",
        &[b"isom", &0x200_u32.to_be_bytes()[..], b"isomavc1mp41"],
    );
    let track = Sound {
        count,
        frame,
        samples,
        rate,
    };
    // The index names places in the file behind itself; its length does not depend on them.
    let data = brand.len() + index(track, 0).len() + 8;
    let index = index(track, u32::try_from(data).unwrap_or(u32::MAX));
    let data = 8 + PICTURE.len() as u64 + u64::from(count) * u64::from(frame);
    let data = u32::try_from(data).unwrap_or(u32::MAX);
    [&brand[..], &index, &data.to_be_bytes(), b"mdat", PICTURE]
        .concat()
        .into()
}

/// 64 by 64 points of navy blue, as x264 codes them, with the length in front.
const PICTURE: &[u8] = &[
    0x00, 0x00, 0x00, 0x28, 0x65, 0x88, 0x81, 0x00, 0x02, 0xbf, 0xfe, 0xec, 0xcf, 0x7e, 0x05, 0x37,
    0x46, 0xb9, 0x8b, 0xf3, 0x19, 0x6e, 0xcc, 0x77, 0xe7, 0x5e, 0x39, 0x8d, 0x3a, 0x68, 0x57, 0x4e,
    0x87, 0x48, 0x61, 0x21, 0x5b, 0x14, 0x02, 0xde, 0xa9, 0x24, 0xcc, 0x21,
];

/// What a decoder has to know of it (ISO/IEC 14496-15, `AVCDecoderConfigurationRecord`).
const PICTURE_CODEC: &[u8] = &[
    0x01, 0x64, 0x00, 0x0a, 0xff, 0xe1, 0x00, 0x1a, 0x67, 0x64, 0x00, 0x0a, 0xac, 0x72, 0x04, 0x44,
    0x26, 0xc0, 0x44, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0x08, 0x3c, 0x48, 0x96,
    0x11, 0x80, 0x01, 0x00, 0x06, 0x68, 0xe8, 0x43, 0x8f, 0x2c, 0x8b, 0xfd, 0xf8, 0xf8, 0x00,
];

const SIDE: u16 = 64;
/// Of the film as a whole: milliseconds.
const SCALE: u32 = 1000;
/// No rotation, no scaling.
const UNITY: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

#[derive(Clone, Copy)]
struct Sound {
    count: u32,
    frame: u32,
    samples: u32,
    rate: u32,
}

impl Sound {
    fn length(self) -> u32 {
        self.count.saturating_mul(self.samples)
    }

    fn length_ms(self) -> u32 {
        let ms = u64::from(self.length()) * u64::from(SCALE) / u64::from(self.rate.max(1));
        u32::try_from(ms).unwrap_or(u32::MAX)
    }
}

/// `moov`, with the picture at `data` and the sound right behind it.
fn index(sound: Sound, data: u32) -> Vec<u8> {
    let length = sound.length_ms();
    let sound_at = data.saturating_add(u32::try_from(PICTURE.len()).unwrap_or(0));
    let film = words(&[0, 0, 0, SCALE, length, 0x1_0000, 0x0100_0000, 0, 0]);
    let film = [film, words(&UNITY), words(&[0, 0, 0, 0, 0, 0, 3])].concat();
    let picture = Track {
        number: 1,
        kind: b"vide",
        length_ms: length,
        side: u32::from(SIDE) << 16,
        volume: 0,
        scale: SCALE,
        length,
        header: boxed(b"vmhd", &[&words(&[1, 0, 0])]),
        entry: picture_entry(),
        sizes: words(&[0, 0, 1, u32::try_from(PICTURE.len()).unwrap_or(0)]),
        times: [1, length],
        at: data,
    };
    let voice = Track {
        number: 2,
        kind: b"soun",
        length_ms: length,
        side: 0,
        volume: 0x0100_0000,
        scale: sound.rate,
        length: sound.length(),
        header: boxed(b"smhd", &[&words(&[0, 0])]),
        entry: sound_entry(sound.rate),
        sizes: words(&[0, sound.frame, sound.count]),
        times: [sound.count, sound.samples],
        at: sound_at,
    };
    boxed(
        b"moov",
        &[&boxed(b"mvhd", &[&film]), &picture.boxed(), &voice.boxed()],
    )
}

struct Track {
    number: u32,
    kind: &'static [u8; 4],
    length_ms: u32,
    /// Width and height, 16.16.
    side: u32,
    /// 8.8 in the upper half.
    volume: u32,
    scale: u32,
    /// In `scale`.
    length: u32,
    header: Vec<u8>,
    entry: Vec<u8>,
    /// The content of `stsz`.
    sizes: Vec<u8>,
    /// How many frames, and how long each is.
    times: [u32; 2],
    /// Where in the file its one run of frames begins.
    at: u32,
}

impl Track {
    fn boxed(&self) -> Vec<u8> {
        let shown = 7;
        let head = words(&[
            shown,
            0,
            0,
            self.number,
            0,
            self.length_ms,
            0,
            0,
            0,
            self.volume,
        ]);
        let head = [head, words(&UNITY), words(&[self.side, self.side])].concat();
        // Of no language ("und").
        let media = words(&[0, 0, 0, self.scale, self.length, 0x55c4_0000]);
        let handler = [&words(&[0, 0])[..], self.kind, &words(&[0, 0, 0]), &[0]].concat();
        let own_file = boxed(b"url ", &[&words(&[1])]);
        let references = boxed(b"dref", &[&words(&[0, 1]), &own_file]);
        let [count, each] = self.times;
        let table = boxed(
            b"stbl",
            &[
                &boxed(b"stsd", &[&words(&[0, 1]), &self.entry]),
                &boxed(b"stts", &[&words(&[0, 1, count, each])]),
                &boxed(b"stsc", &[&words(&[0, 1, 1, count, 1])]),
                &boxed(b"stsz", &[&self.sizes]),
                &boxed(b"stco", &[&words(&[0, 1, self.at])]),
            ],
        );
        let information = boxed(
            b"minf",
            &[&self.header, &boxed(b"dinf", &[&references]), &table],
        );
        let media = boxed(
            b"mdia",
            &[
                &boxed(b"mdhd", &[&media]),
                &boxed(b"hdlr", &[&handler]),
                &information,
            ],
        );
        boxed(b"trak", &[&boxed(b"tkhd", &[&head]), &media])
    }
}

fn picture_entry() -> Vec<u8> {
    let side = SIDE.to_be_bytes();
    let entry = [
        &[0; 6][..],
        &1_u16.to_be_bytes(),
        &[0; 16],
        &side,
        &side,
        &words(&[0x48_0000, 0x48_0000, 0]),
        &1_u16.to_be_bytes(),
        &[0; 32],
        &24_u16.to_be_bytes(),
        &[0xff, 0xff],
    ];
    boxed(
        b"avc1",
        &[&entry.concat(), &boxed(b"avcC", &[PICTURE_CODEC])],
    )
}

fn sound_entry(rate: u32) -> Vec<u8> {
    let entry = [
        &[0; 6][..],
        &1_u16.to_be_bytes(),
        &[0; 8],
        &1_u16.to_be_bytes(),
        &16_u16.to_be_bytes(),
        &[0; 4],
        &(rate << 16).to_be_bytes(),
    ];
    // ISO/IEC 14496-1: an elementary stream of MPEG-2 layer III sound (0x69), audio (5), of unknown bit rate.
    let stream = [
        0x03, 21, 0, 0, 0, 0x04, 13, 0x69, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x06, 1, 0x02,
    ];
    boxed(
        b"mp4a",
        &[&entry.concat(), &boxed(b"esds", &[&words(&[0]), &stream])],
    )
}

fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let size = u32::try_from(content.len() + 8).unwrap_or(u32::MAX);
    [&size.to_be_bytes()[..], kind, &content].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}
