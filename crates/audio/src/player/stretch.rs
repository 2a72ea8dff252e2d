//! Changes speed and keeps the pitch: waveform-similarity overlap-add (W. Verhelst, M. Roelands, "An overlap-add
//! technique based on waveform similarity (WSOLA) for high quality time-scale modification of speech", ICASSP 1993).
//!
//! Output is made in hops of 20 ms. For each hop a piece of the input is taken from near the place where the
//! speed says it should be, shifted by up to 15 ms to where it continues best what was played before, and
//! faded in over it. Shifts do not add up: output frame `n` always stands for input frame `n × speed`,
//! give or take one shift.

/// Frames are stereo here: left and right, interleaved.
const CHANNELS: usize = 2;

/// The first search runs at about this rate; the best place is then found exactly around its result.
const COARSE_RATE: u32 = 8000;

pub(crate) struct Stretch {
    speed: f64,
    hop: usize,
    reach: usize,
    stride: usize,
    /// Input that is still needed, and the number of its first frame.
    input: Vec<f32>,
    first: u64,
    /// The same in one channel, for comparing.
    mono: Vec<f32>,
    hops: u64,
    /// Where the last piece was taken.
    taken: u64,
    ended: bool,
}

impl Stretch {
    pub(crate) fn new(rate: u32, speed: f64) -> Self {
        Self {
            speed,
            hop: (rate / 50).max(8) as usize,
            reach: (rate as usize * 15 / 1000).max(4),
            stride: (rate / COARSE_RATE).max(1) as usize,
            input: Vec::new(),
            first: 0,
            mono: Vec::new(),
            hops: 0,
            taken: 0,
            ended: false,
        }
    }

    pub(crate) fn push(&mut self, frames: &[f32]) {
        self.input.extend_from_slice(frames);
        self.mono.extend(
            frames
                .as_chunks::<CHANNELS>()
                .0
                .iter()
                .map(|[left, right]| left + right),
        );
    }

    /// Says that no more input comes, so that what is left is played out.
    pub(crate) fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            let silence = vec![0.0; (2 * self.hop + 2 * self.reach) * CHANNELS];
            self.push(&silence);
        }
    }

    /// Appends all output that the input allows.
    pub(crate) fn pull(&mut self, out: &mut Vec<f32>) {
        loop {
            let nominal = (self.hops as f64 * self.hop as f64 * self.speed) as u64;
            let needed =
                nominal.max(self.taken + self.hop as u64) + (self.reach + 2 * self.hop) as u64;
            if self.first + self.mono.len() as u64 <= needed {
                return;
            }
            if self.hops == 0 {
                out.extend_from_slice(&self.input[..self.hop * CHANNELS]);
            } else {
                let tail = self.taken + self.hop as u64;
                let piece = self.best_near(nominal, tail);
                self.crossfade(tail, piece, out);
                self.taken = piece;
            }
            self.hops += 1;
            self.forget();
        }
    }

    /// The place near `nominal` where the input goes on most like it does at `tail`.
    fn best_near(&self, nominal: u64, tail: u64) -> u64 {
        let low = nominal.saturating_sub(self.reach as u64).max(self.first);
        let high = nominal + self.reach as u64;
        if (low..=high).contains(&tail) {
            // The sound itself goes on within reach: nothing can fit better.
            return tail;
        }
        let coarse = self.search(tail, (low..=high).step_by(self.stride), self.stride);
        let fine = coarse.saturating_sub(self.stride as u64).max(low)
            ..=(coarse + self.stride as u64).min(high);
        self.search(tail, fine, 1)
    }

    fn search(&self, tail: u64, places: impl Iterator<Item = u64>, stride: usize) -> u64 {
        let at = |frame: u64| (frame - self.first) as usize;
        let model = &self.mono[at(tail)..at(tail) + self.hop];
        let likeness = |place: u64| {
            let candidate = &self.mono[at(place)..at(place) + self.hop];
            let (mut product, mut power) = (0.0_f32, 1e-9_f32);
            for (a, b) in model
                .iter()
                .step_by(stride)
                .zip(candidate.iter().step_by(stride))
            {
                product += a * b;
                power += b * b;
            }
            product / power.sqrt()
        };
        let best = places
            .map(|place| (likeness(place), place))
            .max_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map_or(tail, |(_, place)| place)
    }

    fn crossfade(&self, from: u64, to: u64, out: &mut Vec<f32>) {
        let at = |frame: u64| (frame - self.first) as usize * CHANNELS;
        let old = &self.input[at(from)..at(from) + self.hop * CHANNELS];
        let new = &self.input[at(to)..at(to) + self.hop * CHANNELS];
        for (index, (old, new)) in old.iter().zip(new).enumerate() {
            let way = (index / CHANNELS) as f32 / self.hop as f32;
            let rise = 0.5 - 0.5 * (std::f32::consts::PI * way).cos();
            out.push(old + (new - old) * rise);
        }
    }

    /// Lets go of input that no later piece can reach.
    fn forget(&mut self) {
        let nominal = (self.hops as f64 * self.hop as f64 * self.speed) as u64;
        let keep = nominal
            .saturating_sub(self.reach as u64)
            .min(self.taken + self.hop as u64);
        let gone = keep.saturating_sub(self.first) as usize;
        // Moving memory for every hop would cost more than keeping a little.
        if gone > 8 * self.hop {
            self.input.drain(..gone * CHANNELS);
            self.mono.drain(..gone);
            self.first += gone as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn stretched(rate: u32, speed: f64, mono: &[f32]) -> Vec<f32> {
        let mut stretch = Stretch::new(rate, speed);
        let mut out = Vec::new();
        for block in mono.chunks(777) {
            stretch.push(
                &block
                    .iter()
                    .flat_map(|&sample| [sample, sample])
                    .collect::<Vec<_>>(),
            );
            stretch.pull(&mut out);
        }
        stretch.end();
        stretch.pull(&mut out);
        out.as_chunks::<2>()
            .0
            .iter()
            .map(|[left, _]| *left)
            .collect()
    }

    fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<f32> {
        (0..(f64::from(rate) * seconds) as usize)
            .map(|n| (TAU * hertz * n as f64 / f64::from(rate)).sin() as f32 * 0.5)
            .collect()
    }

    /// Frequency by the phase advance between two correlations with a reference tone, one tenth of a second apart.
    fn measured_hertz(rate: u32, expected: f64, sound: &[f32]) -> f64 {
        let window = rate as usize / 10;
        let phase = |start: usize| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, &sample) in sound[start..start + window].iter().enumerate() {
                let hann = 0.5 - 0.5 * (TAU * n as f64 / window as f64).cos();
                let angle = TAU * expected * (start + n) as f64 / f64::from(rate);
                re += f64::from(sample) * hann * angle.cos();
                im -= f64::from(sample) * hann * angle.sin();
            }
            im.atan2(re)
        };
        let starts: Vec<usize> = (1..)
            .map(|k| k * window)
            .take_while(|start| start + 2 * window < sound.len())
            .collect();
        let advances: Vec<f64> = starts
            .windows(2)
            .map(|pair| {
                let step = phase(pair[1]) - phase(pair[0]);
                let wrapped = (step + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0;
                expected + wrapped / TAU / (window as f64 / f64::from(rate))
            })
            .collect();
        advances.iter().sum::<f64>() / advances.len() as f64
    }

    #[test]
    fn a_tone_keeps_its_pitch_within_two_cents_at_every_speed() {
        for rate in [8000, 16_000, 48_000] {
            for hertz in [110.0, 220.0, 437.0, 1234.0] {
                for speed in [0.5, 0.8, 1.25, 1.5, 2.0, 3.0] {
                    let sound = stretched(rate, speed, &tone(rate, hertz, 3.0));
                    let cents = 1200.0 * (measured_hertz(rate, hertz, &sound) / hertz).log2();
                    assert!(
                        cents.abs() < 2.0,
                        "{hertz} Hz at {rate}, speed {speed}: {cents:.2} cents off"
                    );
                }
            }
        }
    }

    #[test]
    fn the_length_follows_the_speed() {
        for speed in [0.5, 0.75, 1.5, 2.0, 3.0] {
            let sound = stretched(8000, speed, &tone(8000, 300.0, 10.0));
            let seconds = sound.len() as f64 / 8000.0;
            assert!(
                (seconds - 10.0 / speed).abs() < 0.1,
                "speed {speed}: {seconds} s"
            );
        }
    }

    #[test]
    fn joints_do_not_click() {
        let source = tone(8000, 400.0, 2.0);
        let bend = |sound: &[f32]| {
            sound
                .windows(3)
                .map(|w| (w[0] - 2.0 * w[1] + w[2]).abs())
                .fold(0.0, f32::max)
        };
        for speed in [0.7, 1.5, 2.5] {
            let sound = stretched(8000, speed, &source);
            let settled = &sound[160..sound.len() - 1600];
            assert!(
                bend(settled) < bend(&source) * 1.3,
                "speed {speed}: {} against {}",
                bend(settled),
                bend(&source)
            );
        }
    }

    #[test]
    fn events_stay_where_the_speed_puts_them() {
        let mut sound = vec![0.0; 8 * 8000];
        for second in 1..7 {
            let burst = tone(8000, 800.0, 0.05);
            sound[second * 8000..][..burst.len()].copy_from_slice(&burst);
        }
        let out = stretched(8000, 2.0, &sound);
        for second in 1..7 {
            let expected = second * 4000;
            let found = out[expected - 800..expected + 800]
                .iter()
                .position(|sample| sample.abs() > 0.1)
                .map(|at| at + expected - 800);
            assert!(
                found.is_some_and(|at| at.abs_diff(expected) <= 240),
                "burst of second {second} is at {found:?}, not near {expected}"
            );
        }
    }
}
