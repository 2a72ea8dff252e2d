//! Sound in memory, and the question whether two sounds are the same.

use std::{f64::consts::PI, path::Path, time::Duration};

use ringback_audio::Decoder;

/// Below this nothing is heard: -60 dB of full scale.
const AUDIBLE: f32 = 0.001;

/// Sound of one or more channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// Frames per second.
    pub rate: u32,
    /// One row of samples per channel, all of the same length.
    pub channels: Vec<Vec<f32>>,
}

/// How one sound was heard within another, second by second.
#[derive(Clone, Debug, PartialEq)]
pub struct Hearing {
    /// When it begins in the sound in which it was heard.
    pub begin: Duration,
    /// Normalised cross-correlation of each second in which something sounds, worst first; 1 is the
    /// same wave.
    pub correlations: Vec<f64>,
    /// How much louder it was heard, in dB.
    pub louder_by_db: f64,
}

impl Hearing {
    /// The correlation that three of four seconds reach. The others may be spoilt: on a machine that
    /// is busy elsewhere a sound card runs dry for some milliseconds now and then.
    pub fn correlation(&self) -> f64 {
        self.correlations
            .get(self.correlations.len() / 4)
            .copied()
            .unwrap_or(0.0)
    }
}

impl Sound {
    /// Two channels of 32-bit floats, as `parec` writes them. Half a frame at the end is left out.
    pub(crate) fn from_interleaved_bytes(bytes: &[u8], rate: u32) -> Self {
        let mut channels = vec![Vec::new(), Vec::new()];
        for frame in bytes.chunks_exact(8) {
            for (channel, sample) in channels.iter_mut().zip(frame.chunks_exact(4)) {
                channel.push(f32::from_le_bytes(
                    sample.try_into().expect("chunks of four bytes"),
                ));
            }
        }
        Self { rate, channels }
    }

    /// A whole file.
    ///
    /// # Panics
    ///
    /// It is no sound.
    pub fn of_file(path: &Path) -> Self {
        let mut decoder =
            Decoder::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (rate, count) = (decoder.header().sample_rate, decoder.header().channels);
        let mut channels = vec![Vec::new(); usize::from(count)];
        while let Some(block) = decoder
            .next_block()
            .expect("an archived recording is whole")
        {
            for frame in block.samples.chunks_exact(channels.len()) {
                for (channel, sample) in channels.iter_mut().zip(frame) {
                    channel.push(*sample);
                }
            }
        }
        Self { rate, channels }
    }

    /// How many frames there are.
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Whether there is nothing, not even silence.
    pub fn is_empty(&self) -> bool {
        self.frames() == 0
    }

    /// How long it lasts.
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.frames() as f64 / f64::from(self.rate))
    }

    /// Whether a person would hear something.
    pub fn is_audible(&self) -> bool {
        self.channels
            .iter()
            .flatten()
            .any(|sample| sample.abs() > AUDIBLE)
    }

    /// From the first to the last sample that can be heard.
    pub fn audible_part(&self) -> Self {
        let sounds = |frame: &usize| {
            self.channels
                .iter()
                .any(|channel| channel[*frame].abs() > AUDIBLE)
        };
        let first = (0..self.frames()).find(sounds).unwrap_or(0);
        let end = (0..self.frames()).rfind(sounds).map_or(0, |last| last + 1);
        self.cut(first, end)
    }

    /// The end of it.
    pub fn last(&self, length: Duration) -> Self {
        self.cut(
            self.frames().saturating_sub(self.to_frames(length)),
            self.frames(),
        )
    }

    /// So long, from that moment on.
    pub fn part(&self, from: Duration, length: Duration) -> Self {
        let begin = self.to_frames(from).min(self.frames());
        let end = (begin + self.to_frames(length)).min(self.frames());
        self.cut(begin, end)
    }

    /// Both channels of what a loudspeaker with two of them plays: a single channel is heard on both.
    pub fn on_two_channels(mut self) -> Self {
        if let [mono] = &self.channels[..] {
            let copy = mono.clone();
            self.channels.push(copy);
        }
        self
    }

    /// The same sound with another number of frames per second: each new frame is computed from the
    /// 32 old ones around it (a windowed sinc).
    pub fn at_rate(&self, rate: u32) -> Self {
        if rate == self.rate {
            return self.clone();
        }
        let step = f64::from(self.rate) / f64::from(rate);
        let frames = (self.frames() as f64 / step).floor() as usize;
        let resample = |channel: &Vec<f32>| {
            (0..frames)
                .map(|frame| between(channel, frame as f64 * step))
                .collect()
        };
        Self {
            rate,
            channels: self.channels.iter().map(resample).collect(),
        }
    }

    /// Looks for `played` in this sound, and compares the two second by second. Where the sound card
    /// ran dry, everything after that is as much later.
    ///
    /// # Panics
    ///
    /// The sounds differ in rate or channels, or `played` is silent or longer than this one.
    pub fn hear(&self, played: &Self) -> Hearing {
        assert_eq!(
            (self.rate, self.channels.len()),
            (played.rate, played.channels.len()),
            "only sounds of one kind can be compared"
        );
        assert!(played.is_audible(), "nothing is played");
        assert!(
            self.frames() >= played.frames(),
            "{:?} cannot be heard within {:?}",
            played.duration(),
            self.duration()
        );
        // By loudness in steps of 5 ms, then by the wave around the best of them.
        let step = self.to_frames(Duration::from_millis(5));
        let begin = best_offset(&self.envelope(step), &played.envelope(step)) * step;
        let second = self.to_frames(Duration::from_secs(1));
        let loud = played.energy() / played.frames() as f64;

        let mut correlations = Vec::new();
        let mut late = 0;
        for start in (0..played.frames()).step_by(second) {
            let part = played.cut(start, (start + second).min(played.frames()));
            // Pauses correlate with nothing.
            if part.energy() / part.frames() as f64 > loud / 10.0 {
                let expected = (begin + start).saturating_add_signed(late);
                let (place, correlation) = self.correlation_near(&part, expected);
                if correlation > 0.9 {
                    late = place.cast_signed() - (begin + start).cast_signed();
                }
                correlations.push(correlation);
            }
        }
        correlations.sort_by(f64::total_cmp);
        let here = self.cut(begin, (begin + played.frames()).min(self.frames()));
        Hearing {
            begin: Duration::from_secs_f64(begin as f64 / f64::from(self.rate)),
            correlations,
            louder_by_db: 10.0 * (here.energy() / played.energy()).log10(),
        }
    }

    /// The best correlation with `part` within a tenth of a second around a place, and where it is.
    fn correlation_near(&self, part: &Self, place: usize) -> (usize, f64) {
        let reach = self.to_frames(Duration::from_millis(100));
        let last = self.frames().saturating_sub(part.frames());
        let best = |middle: usize, reach: usize, stride: usize| {
            let range = middle.saturating_sub(reach).min(last)..=(middle + reach).min(last);
            range
                .map(|offset| (offset, self.correlation_at(part, offset, stride)))
                .max_by(|(_, a), (_, b)| a.total_cmp(b))
                .expect("the range is not empty")
        };
        // Every 16th product tells well enough which offsets are worth all of them.
        let (near, _) = best(place, reach, 16);
        best(near, 3, 1)
    }

    fn correlation_at(&self, other: &Self, offset: usize, stride: usize) -> f64 {
        let (mut product, mut mine, mut theirs) = (0.0, 0.0, 0.0);
        for (own, others) in self.channels.iter().zip(&other.channels) {
            let pairs = own[offset..].iter().zip(others).step_by(stride);
            for (a, b) in pairs {
                let (a, b) = (f64::from(*a), f64::from(*b));
                product += a * b;
                mine += a * a;
                theirs += b * b;
            }
        }
        product / (mine * theirs).sqrt().max(f64::MIN_POSITIVE)
    }

    fn energy(&self) -> f64 {
        self.channels
            .iter()
            .flatten()
            .map(|sample| f64::from(*sample).powi(2))
            .sum()
    }

    /// The loudness of each `step` frames.
    fn envelope(&self, step: usize) -> Vec<f64> {
        (0..self.frames() / step)
            .map(|index| self.cut(index * step, (index + 1) * step).energy().sqrt())
            .collect()
    }

    fn cut(&self, begin: usize, end: usize) -> Self {
        Self {
            rate: self.rate,
            channels: self
                .channels
                .iter()
                .map(|channel| channel[begin..end].to_vec())
                .collect(),
        }
    }

    fn to_frames(&self, length: Duration) -> usize {
        (length.as_secs_f64() * f64::from(self.rate)).round() as usize
    }
}

/// The value of a wave between two of its frames.
fn between(channel: &[f32], place: f64) -> f32 {
    const SIDE: isize = 16;
    let middle = place.floor() as isize;
    let mut value = 0.0;
    for frame in middle - SIDE + 1..=middle + SIDE {
        let Some(sample) = usize::try_from(frame).ok().and_then(|at| channel.get(at)) else {
            continue;
        };
        let distance = PI * (place - frame as f64);
        let sinc = if distance == 0.0 {
            1.0
        } else {
            distance.sin() / distance
        };
        let window = 0.5 + 0.5 * (distance / SIDE as f64).cos();
        value += f64::from(*sample) * sinc * window;
    }
    value as f32
}

/// Where `other` lies best in `long`.
fn best_offset(long: &[f64], other: &[f64]) -> usize {
    let likeness = |offset: usize| {
        let window = &long[offset..offset + other.len()];
        let product: f64 = window.iter().zip(other).map(|(a, b)| a * b).sum();
        let energy: f64 = window.iter().map(|a| a * a).sum();
        product / energy.sqrt().max(f64::MIN_POSITIVE)
    };
    (0..=long.len().saturating_sub(other.len()))
        .max_by(|a, b| likeness(*a).total_cmp(&likeness(*b)))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something that resembles itself only when it lies exactly on itself.
    fn noise(frames: usize) -> Vec<f32> {
        let mut state = 1_u32;
        (0..frames)
            .map(|index| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let swell = (index as f32 / 700.0).sin();
                swell * ((state >> 8) as f32 / 8_388_608.0 - 1.0)
            })
            .collect()
    }

    fn sound(channels: Vec<Vec<f32>>) -> Sound {
        Sound {
            rate: 8_000,
            channels,
        }
    }

    #[test]
    fn a_sound_is_heard_where_it_lies_and_as_loud_as_it_is() {
        let played = sound(vec![noise(16_000), noise(16_000)]);
        let mut heard = vec![vec![0.0; 1_200], vec![0.0; 1_200]];
        for (channel, samples) in heard.iter_mut().zip(&played.channels) {
            channel.extend(samples.iter().map(|sample| sample * 0.5));
            channel.extend([0.0; 900]);
        }
        let hearing = sound(heard).hear(&played);
        assert_eq!(hearing.begin, Duration::from_millis(150));
        assert!(hearing.correlation() > 0.9999, "{hearing:?}");
        assert!((hearing.louder_by_db + 6.02).abs() < 0.01, "{hearing:?}");
    }

    #[test]
    fn a_few_lost_milliseconds_spoil_only_the_second_in_which_they_are_lost() {
        let played = sound(vec![noise(24_000)]);
        let mut heard = played.channels[0].clone();
        heard.drain(12_000..12_080);
        heard.extend([0.0; 800]);
        let hearing = sound(vec![heard]).hear(&played);
        assert!(hearing.correlations[0] < 0.9, "{hearing:?}");
        assert!(hearing.correlations[1] > 0.9999, "{hearing:?}");
    }

    #[test]
    fn another_sound_and_exchanged_channels_are_not_taken_for_it() {
        let (left, right) = (noise(16_000), noise(32_000).split_off(16_000));
        let played = sound(vec![left.clone(), right.clone()]);
        let exchanged = sound(vec![right, left]);
        assert!(exchanged.hear(&played).correlation() < 0.5);
    }

    #[test]
    fn at_another_rate_a_tone_is_the_same_tone() {
        let tone = |rate: u32| Sound {
            rate,
            channels: vec![
                (0..rate)
                    .map(|frame| {
                        (f64::from(frame) / f64::from(rate) * 440.0 * 2.0 * PI).sin() as f32
                    })
                    .collect(),
            ],
        };
        let (resampled, wanted) = (tone(8_000).at_rate(48_000), tone(48_000));
        assert_eq!(resampled.frames(), wanted.frames());
        // At the ends there is nothing on one side of a frame.
        for at in 1_000..47_000 {
            let (ours, theirs) = (resampled.channels[0][at], wanted.channels[0][at]);
            assert!((ours - theirs).abs() < 0.01, "{ours} instead of {theirs}");
        }
    }

    #[test]
    fn the_audible_part_has_no_silence_around_it() {
        let mut samples = vec![0.0; 100];
        samples.extend([0.5, 0.0, -0.5]);
        samples.extend([0.0005; 100]);
        let heard = sound(vec![samples]);
        assert_eq!(heard.audible_part().channels, [vec![0.5, 0.0, -0.5]]);
        assert!(!sound(vec![vec![0.0005; 10]]).is_audible());
    }
}
