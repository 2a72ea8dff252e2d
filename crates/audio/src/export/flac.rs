//! FLAC (RFC 9639, read 2026-11-21): every sample as it is, in about half the room.
//!
//! Of the format's ways to foretell a sample, the fixed ones are used: each is the difference of the one
//! before. They need no more than additions and come within a few percent of the others for speech.

use super::bits::{Bits, crc8, crc16};
use super::{ExportError, Tags, Writer, at_most, patch};
use crate::SoundHeader;
use md5::{Digest, Md5};
use std::fs::File;
use std::io::{BufWriter, Write};

/// Frames in a block.
const BLOCK: usize = 4096;
const BITS: u32 = 16;
/// The highest difference that is tried.
const MOST_ORDER: usize = 4;
/// A block is cut into at most 2^6 parts with a parameter of their own.
const MOST_PARTS: u32 = 6;
/// The largest parameter of the usual kind of residual; 15 means something else.
const MOST_RICE: u32 = 14;

const NAME: &str = "flac";
/// Behind the four letters and the head of the first block.
const STREAM_INFO_AT: u64 = 8;

pub(super) struct Flac {
    out: BufWriter<File>,
    channels: usize,
    sample_rate: u32,
    /// Interleaved samples that fill no block yet.
    waiting: Vec<i16>,
    sum: Md5,
    blocks: u32,
    frames: u64,
    smallest: u32,
    largest: u32,
}

impl Flac {
    pub(super) fn new(
        mut out: BufWriter<File>,
        header: &SoundHeader,
        tags: &Tags,
    ) -> Result<Self, ExportError> {
        at_most(8, NAME, header)?;
        if header.sample_rate >= 1 << 20 {
            return Err(ExportError::Encoder {
                format: NAME,
                why: format!("{} samples a second are too many", header.sample_rate),
            });
        }
        let comment = tags.vorbis();
        let length = u32::try_from(comment.len()).unwrap_or(0).to_be_bytes();
        // The first block of 34 bytes is filled in at the end.
        let mut head = b"fLaC\x00\x00\x00\x22".to_vec();
        head.extend([0; 34]);
        // 4: a comment; the highest bit: the last block before the sound.
        head.extend([0x84, length[1], length[2], length[3]]);
        head.extend(comment);
        out.write_all(&head).map_err(ExportError::Write)?;
        Ok(Self {
            out,
            channels: usize::from(header.channels),
            sample_rate: header.sample_rate,
            waiting: Vec::new(),
            sum: Md5::new(),
            blocks: 0,
            frames: 0,
            smallest: u32::MAX,
            largest: 0,
        })
    }

    fn write_block(&mut self, samples: &[i16]) -> Result<(), ExportError> {
        let bytes: Vec<u8> = samples
            .iter()
            .flat_map(|sample| sample.to_le_bytes())
            .collect();
        self.sum.update(bytes);
        let length = samples.len() / self.channels;
        let lanes: Vec<Vec<i32>> = (0..self.channels)
            .map(|lane| {
                let own = samples.iter().skip(lane).step_by(self.channels);
                own.map(|sample| i32::from(*sample)).collect()
            })
            .collect();
        let (assignment, subframes) = together(lanes);
        let mut bits = Bits::default();
        bits.put(0xfff8, 16);
        bits.put(if length == BLOCK { 0b1100 } else { 0b0111 }, 4);
        bits.put(rate_code(self.sample_rate), 4);
        bits.put(assignment, 4);
        // 16 bits a sample, and a bit that is always 0.
        bits.put(0b1000, 4);
        put_number(&mut bits, self.blocks);
        if length != BLOCK {
            bits.put(length as u32 - 1, 16);
        }
        bits.put(crc8(&bits.bytes).into(), 8);
        for lane in &subframes {
            lane.put(&mut bits);
        }
        bits.align();
        bits.put(crc16(&bits.bytes).into(), 16);
        let size = u32::try_from(bits.bytes.len()).unwrap_or(0);
        self.smallest = self.smallest.min(size);
        self.largest = self.largest.max(size);
        self.blocks += 1;
        self.frames += length as u64;
        self.out.write_all(&bits.bytes).map_err(ExportError::Write)
    }

    fn stream_info(&self) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.put(BLOCK as u32, 16);
        bits.put(BLOCK as u32, 16);
        bits.put(self.smallest.min(self.largest), 24);
        bits.put(self.largest, 24);
        bits.put(self.sample_rate, 20);
        bits.put(self.channels as u32 - 1, 3);
        bits.put(BITS - 1, 5);
        bits.put((self.frames >> 32) as u32, 4);
        bits.put(self.frames as u32, 32);
        bits.bytes.extend(self.sum.clone().finalize());
        bits.bytes
    }
}

impl Writer for Flac {
    fn write(&mut self, samples: &[i16]) -> Result<(), ExportError> {
        self.waiting.extend(samples);
        let waiting = std::mem::take(&mut self.waiting);
        let mut blocks = waiting.chunks_exact(BLOCK * self.channels);
        for block in &mut blocks {
            self.write_block(block)?;
        }
        self.waiting = blocks.remainder().to_vec();
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<File, ExportError> {
        let rest = std::mem::take(&mut self.waiting);
        if !rest.is_empty() {
            self.write_block(&rest)?;
        }
        let info = self.stream_info();
        patch(self.out, STREAM_INFO_AT, &info)
    }
}

/// Two channels are written as they are, or as one of them and the difference, or as mean and difference:
/// whichever is the least. Gives the format's number for it.
fn together(mut lanes: Vec<Vec<i32>>) -> (u32, Vec<Subframe>) {
    if lanes.len() != 2 {
        let assignment = lanes.len() as u32 - 1;
        let subframes = lanes.into_iter().map(|lane| Subframe::of(lane, BITS));
        return (assignment, subframes.collect());
    }
    let (right, left) = (
        lanes.pop().unwrap_or_default(),
        lanes.pop().unwrap_or_default(),
    );
    let pairs = || left.iter().zip(&right);
    let side: Vec<i32> = pairs().map(|(left, right)| left - right).collect();
    let mid: Vec<i32> = pairs().map(|(left, right)| (left + right) >> 1).collect();
    let [left, right, mid] = [left, right, mid].map(|lane| Subframe::of(lane, BITS));
    let side = Subframe::of(side, BITS + 1);
    let ways = [
        (1, left.cost + right.cost),
        (8, left.cost + side.cost),
        (9, side.cost + right.cost),
        (10, mid.cost + side.cost),
    ];
    let (way, _) = ways
        .into_iter()
        .min_by_key(|(_, cost)| *cost)
        .unwrap_or(ways[0]);
    match way {
        1 => (way, vec![left, right]),
        8 => (way, vec![left, side]),
        9 => (way, vec![side, right]),
        _ => (way, vec![mid, side]),
    }
}

/// One channel of a block, and how it is written.
struct Subframe {
    samples: Vec<i32>,
    bits: u32,
    kind: Kind,
    /// About how many bits it takes.
    cost: u64,
}

enum Kind {
    Constant,
    Verbatim,
    Fixed {
        order: usize,
        residual: Vec<i32>,
        parts: u32,
        rice: Vec<u32>,
    },
}

impl Subframe {
    fn of(samples: Vec<i32>, bits: u32) -> Self {
        let verbatim = samples.len() as u64 * u64::from(bits);
        let (kind, cost) = if samples.iter().all(|sample| *sample == samples[0]) {
            (Kind::Constant, bits.into())
        } else {
            let (order, residual) = least_residual(&samples);
            let (parts, rice, cost) = cheapest_parts(&residual, samples.len(), order);
            let cost = cost + order as u64 * u64::from(bits);
            let is_worth_it = cost < verbatim;
            match is_worth_it {
                true => (
                    Kind::Fixed {
                        order,
                        residual,
                        parts,
                        rice,
                    },
                    cost,
                ),
                false => (Kind::Verbatim, verbatim),
            }
        };
        Self {
            samples,
            bits,
            kind,
            cost,
        }
    }

    fn put(&self, bits: &mut Bits) {
        match &self.kind {
            Kind::Constant => {
                bits.put(0, 8);
                bits.put_signed(self.samples[0], self.bits);
            }
            Kind::Verbatim => {
                bits.put(1 << 1, 8);
                self.put_samples(bits, self.samples.len());
            }
            Kind::Fixed {
                order,
                residual,
                parts,
                rice,
            } => {
                bits.put((0b1000 | *order as u32) << 1, 8);
                self.put_samples(bits, *order);
                // Parameters of four bits.
                bits.put(0, 2);
                bits.put(*parts, 4);
                let mut residual = residual.as_slice();
                let length = self.samples.len() >> parts;
                for (part, rice) in rice.iter().enumerate() {
                    let count = if part == 0 { length - order } else { length };
                    let (own, rest) = residual.split_at(count);
                    residual = rest;
                    bits.put(*rice, 4);
                    for value in own {
                        let value = folded(*value);
                        bits.put_unary(value >> rice);
                        bits.put(value, *rice);
                    }
                }
            }
        }
    }

    fn put_samples(&self, bits: &mut Bits, count: usize) {
        for sample in &self.samples[..count] {
            bits.put_signed(*sample, self.bits);
        }
    }
}

/// The order of differences whose sum is the least, and what it leaves of the samples.
fn least_residual(samples: &[i32]) -> (usize, Vec<i32>) {
    let sum = |values: &[i32]| -> u64 {
        values
            .iter()
            .map(|value| u64::from(value.unsigned_abs()))
            .sum()
    };
    let mut best = (0, samples.to_vec());
    let mut best_sum = sum(samples);
    let mut differences = samples.to_vec();
    for order in 1..=MOST_ORDER.min(samples.len() - 1) {
        for at in (1..differences.len()).rev() {
            differences[at] -= differences[at - 1];
        }
        differences.remove(0);
        let own = sum(&differences);
        if own < best_sum {
            best_sum = own;
            best = (order, differences.clone());
        }
    }
    best
}

/// Into how many parts the residual is cut, as a power of two; the parameter of each; the bits it takes.
fn cheapest_parts(residual: &[i32], length: usize, order: usize) -> (u32, Vec<u32>, u64) {
    let fits = |parts: &u32| {
        let count = 1_usize << parts;
        length.is_multiple_of(count) && length / count > order
    };
    (0..=MOST_PARTS)
        .filter(fits)
        .map(|parts| {
            let own = length >> parts;
            let (first, rest) = residual.split_at(own - order);
            let (rice, bits): (Vec<u32>, Vec<u64>) = std::iter::once(first)
                .chain(rest.chunks(own))
                .map(rice_of)
                .unzip();
            (parts, rice, bits.into_iter().sum::<u64>())
        })
        .min_by_key(|(_, _, bits)| *bits)
        .expect("one part always fits: a block is longer than the order")
}

/// The best parameter for these values, and the bits that they take with it.
fn rice_of(values: &[i32]) -> (u32, u64) {
    let (count, sum) = values.iter().fold((0_u64, 0_u64), |(count, sum), value| {
        (count + 1, sum + u64::from(folded(*value)))
    });
    // About the logarithm of the mean: one of the two beside it may be better.
    let near = (sum / count.max(1)).checked_ilog2().unwrap_or(0);
    let bits = |rice: u32| -> u64 {
        let head: u64 = values
            .iter()
            .map(|value| u64::from(folded(*value) >> rice))
            .sum();
        4 + head + count * u64::from(rice + 1)
    };
    (near.saturating_sub(1)..=near + 1)
        .map(|rice| rice.min(MOST_RICE))
        .map(|rice| (rice, bits(rice)))
        .min_by_key(|(_, bits)| *bits)
        .unwrap_or((0, 0))
}

/// 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4.
fn folded(value: i32) -> u32 {
    (value << 1 ^ value >> 31) as u32
}

fn rate_code(rate: u32) -> u32 {
    match rate {
        8_000 => 4,
        16_000 => 5,
        22_050 => 6,
        24_000 => 7,
        32_000 => 8,
        44_100 => 9,
        48_000 => 10,
        96_000 => 11,
        // It stands in the stream's head.
        _ => 0,
    }
}

/// A number as UTF-8 writes a character, for numbers of up to 31 bits.
fn put_number(bits: &mut Bits, number: u32) {
    if number < 0x80 {
        return bits.put(number, 8);
    }
    let more = (1..6)
        .find(|more| number >> (5 * more + 6) == 0)
        .unwrap_or(5);
    let head = 0xff_u32 << (7 - more) & 0xff;
    bits.put(head | number >> (6 * more), 8);
    for at in (0..more).rev() {
        bits.put(0x80 | number >> (6 * at) & 0x3f, 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_blocks_are_written_as_utf_8_writes_characters() {
        for number in [0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x1_0000, 0x10_ffff] {
            let mut bits = Bits::default();
            put_number(&mut bits, number);
            let character = char::from_u32(number).expect("a character");
            let mut text = [0; 4];
            assert_eq!(bits.bytes, character.encode_utf8(&mut text).as_bytes());
        }
        let mut bits = Bits::default();
        put_number(&mut bits, 0x20_0000);
        assert_eq!(bits.bytes, [0xf8, 0x88, 0x80, 0x80, 0x80]);
    }

    #[test]
    fn the_differences_that_are_left_give_the_samples_again() {
        let line: Vec<i32> = (0..100).map(|at| at * at * 3 - at * 7).collect();
        let (order, residual) = least_residual(&line);
        assert_eq!(order, 3, "of a parabola nothing is left");
        assert!(residual.iter().all(|value| *value == 0));
        assert_eq!(residual.len(), line.len() - order);
    }
}
