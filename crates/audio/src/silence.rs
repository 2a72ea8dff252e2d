//! Where a recording is silent, per channel: an energy gate over short windows, with hangover.
//!
//! The gate adapts: a telephone line hums and hisses, a synthesised voice stands in digital nothing. It
//! lies a step above the quiet tenth of the channel, within fixed bounds. Around everything louder some
//! room is left, so that no first consonant and no last breath is cut, and short pauses count as speech.

use std::cmp::{max, min};

/// A stretch of a recording, in milliseconds from its start; `to_ms` is the first moment after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First moment inside.
    pub from_ms: u64,
    /// First moment after.
    pub to_ms: u64,
}

impl Span {
    /// The length in milliseconds.
    pub fn len_ms(self) -> u64 {
        self.to_ms.saturating_sub(self.from_ms)
    }
}

/// The silent stretches of each channel, ascending and apart from each other; everything between is speech
/// (or music, or noise: somebody listening would want to hear it).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SilenceMap {
    channels: Vec<Vec<Span>>,
}

impl SilenceMap {
    /// Makes a map from each channel's silent stretches. `None` unless they are ascending, apart and not empty.
    pub fn new(channels: Vec<Vec<Span>>) -> Option<Self> {
        let in_order = |spans: &Vec<Span>| {
            spans.iter().all(|span| span.from_ms < span.to_ms)
                && spans.windows(2).all(|pair| pair[0].to_ms < pair[1].from_ms)
        };
        channels.iter().all(in_order).then_some(Self { channels })
    }

    /// The number of channels.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// The silent stretches of one channel; empty for a channel that is not there.
    pub fn of_channel(&self, channel: usize) -> &[Span] {
        self.channels.get(channel).map_or(&[], Vec::as_slice)
    }

    /// The stretches in which every channel is silent.
    pub fn common(&self) -> Vec<Span> {
        let Some((first, others)) = self.channels.split_first() else {
            return Vec::new();
        };
        others
            .iter()
            .fold(first.clone(), |common, other| intersect(&common, other))
    }
}

fn intersect(left: &[Span], right: &[Span]) -> Vec<Span> {
    let mut both = Vec::new();
    let (mut l, mut r) = (0, 0);
    while let (Some(a), Some(b)) = (left.get(l), right.get(r)) {
        let span = Span {
            from_ms: max(a.from_ms, b.from_ms),
            to_ms: min(a.to_ms, b.to_ms),
        };
        if span.from_ms < span.to_ms {
            both.push(span);
        }
        if a.to_ms <= b.to_ms { l += 1 } else { r += 1 }
    }
    both
}

/// Silence shorter than this belongs to speech.
const SHORTEST_MS: u64 = 400;
/// Room left before speech and after it.
const LEAD_MS: u64 = 100;
const HANGOVER_MS: u64 = 200;
/// The gate in dB of full scale: so far above the quiet tenth of the channel, within these bounds.
const ABOVE_FLOOR_DB: f32 = 9.0;
const LOWEST_GATE_DB: f32 = -58.0;
const HIGHEST_GATE_DB: f32 = -38.0;

/// A window's level as one byte: half decibels below full scale, 255 for digital silence.
pub(crate) fn level_byte(mean_square: f32) -> u8 {
    let db = 10.0 * mean_square.max(1e-13).log10();
    (-2.0 * db).clamp(0.0, 255.0) as u8
}

fn level_db(byte: u8) -> f32 {
    -f32::from(byte) / 2.0
}

/// Whether no channel ever rises above the noise of an open line for longer than a click.
pub(crate) fn is_silent(levels: &[Vec<u8>]) -> bool {
    const OPEN_LINE_DB: f32 = -50.0;
    const CLICK_WINDOWS: usize = 3;
    levels.iter().all(|channel| {
        let loud = channel
            .iter()
            .filter(|&&level| level_db(level) > OPEN_LINE_DB)
            .count();
        loud < CLICK_WINDOWS && loud * 2 <= channel.len()
    })
}

/// The silent stretches of one channel from its windows' levels. The last window may be shorter.
pub(crate) fn find(levels: &[u8], window_ms: u64, duration_ms: u64) -> Vec<Span> {
    let gate = gate_db(levels);
    let mut silent = Vec::new();
    let mut quiet_from = Some(0);
    let mut close = |from: u64, to: u64, at_start: bool, at_end: bool| {
        let from_ms = if at_start { 0 } else { from + HANGOVER_MS };
        let to_ms = if at_end {
            to
        } else {
            to.saturating_sub(LEAD_MS)
        };
        if to_ms >= from_ms + SHORTEST_MS {
            silent.push(Span { from_ms, to_ms });
        }
    };
    for (index, &level) in levels.iter().enumerate() {
        let at = index as u64 * window_ms;
        if level_db(level) > gate {
            if let Some(from) = quiet_from.take() {
                close(from, at, from == 0, false);
            }
        } else if quiet_from.is_none() {
            quiet_from = Some(at);
        }
    }
    if let Some(from) = quiet_from {
        close(from, duration_ms, from == 0, true);
    }
    silent
}

fn gate_db(levels: &[u8]) -> f32 {
    let mut histogram = [0_usize; 256];
    for &level in levels {
        histogram[usize::from(level)] += 1;
    }
    let tenth = levels.len() / 10;
    let mut seen = 0;
    let floor = (0..=255_u8).rev().find(|&level| {
        seen += histogram[usize::from(level)];
        seen > tenth
    });
    floor.map_or(LOWEST_GATE_DB, |floor| {
        (level_db(floor) + ABOVE_FLOOR_DB).clamp(LOWEST_GATE_DB, HIGHEST_GATE_DB)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(pairs: &[(u64, u64)]) -> Vec<Span> {
        pairs
            .iter()
            .map(|&(from_ms, to_ms)| Span { from_ms, to_ms })
            .collect()
    }

    fn level(db: f32) -> u8 {
        level_byte(10_f32.powf(db / 10.0))
    }

    #[test]
    fn what_all_channels_keep_silent_about_is_common() {
        let map = SilenceMap::new(vec![
            spans(&[(0, 100), (200, 500)]),
            spans(&[(50, 300), (400, 450)]),
        ])
        .expect("in order");
        assert_eq!(map.common(), spans(&[(50, 100), (200, 300), (400, 450)]));
    }

    #[test]
    fn a_map_out_of_order_is_refused() {
        assert_eq!(SilenceMap::new(vec![spans(&[(100, 50)])]), None);
        assert_eq!(SilenceMap::new(vec![spans(&[(0, 100), (90, 200)])]), None);
    }

    #[test]
    fn speech_keeps_room_before_and_after_it() {
        let mut levels = vec![level(-90.0); 100];
        levels[50..60].fill(level(-20.0));
        assert_eq!(find(&levels, 20, 2000), spans(&[(0, 900), (1400, 2000)]));
    }

    #[test]
    fn a_short_pause_is_part_of_speech() {
        let mut levels = vec![level(-20.0); 100];
        levels[40..70].fill(level(-90.0));
        assert_eq!(
            find(&levels, 20, 2000),
            [],
            "600 ms less the room around it is under the shortest silence"
        );
    }

    #[test]
    fn line_noise_does_not_count_as_speech() {
        let mut levels = vec![level(-45.0); 200];
        levels[100..120].fill(level(-22.0));
        assert_eq!(find(&levels, 20, 4000), spans(&[(0, 1900), (2600, 4000)]));
    }

    #[test]
    fn a_recording_of_nothing_is_silent_and_a_click_does_not_change_that() {
        let mut levels = vec![vec![level(-70.0); 500]];
        levels[0][250] = level(-6.0);
        assert!(is_silent(&levels));
        levels[0][250..260].fill(level(-30.0));
        assert!(!is_silent(&levels));
    }
}
