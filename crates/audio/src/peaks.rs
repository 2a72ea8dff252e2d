//! What the waveform is drawn from: lowest, highest and mean power of 20 ms windows, per channel.
//!
//! One resolution is stored. Coarser views are folded from it when asked for: three hours in two channels are a
//! million windows, folded in about a millisecond, so stored pyramids would only be more to keep right.

/// One window, or several taken together, of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peak {
    /// Lowest sample, -127..=127 where 127 is full scale.
    pub min: i8,
    /// Highest sample, same scale.
    pub max: i8,
    /// Root mean square, 0..=255 where 255 is full scale.
    pub rms: u8,
}

/// Peaks of a whole recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peaks {
    channels: Vec<Vec<Peak>>,
}

/// The length of a stored window.
pub const WINDOW_MS: u64 = 20;

impl Peaks {
    /// Makes peaks from each channel's windows; `None` unless all channels have the same number.
    pub(crate) fn new(channels: Vec<Vec<Peak>>) -> Option<Self> {
        channels
            .windows(2)
            .all(|pair| pair[0].len() == pair[1].len())
            .then_some(Self { channels })
    }

    /// The number of channels.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// The stored windows of one channel, [`WINDOW_MS`] each; empty for a channel that is not there.
    pub fn of_channel(&self, channel: usize) -> &[Peak] {
        self.channels.get(channel).map_or(&[], Vec::as_slice)
    }

    /// The number of stored windows per channel.
    pub fn windows(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Exactly `columns` peaks per channel for the stretch `from_ms..to_ms`, channel after channel.
    ///
    /// A column takes in every window it touches, so a short loud sound is never lost between two columns.
    /// Columns outside the recording, and all of an empty stretch, are flat.
    pub fn summary(&self, columns: usize, from_ms: u64, to_ms: u64) -> Vec<Vec<Peak>> {
        let span = u128::from(to_ms.saturating_sub(from_ms));
        let edge = |column: usize| {
            let at = u128::from(from_ms) * columns as u128 + span * column as u128;
            (at, columns as u128 * u128::from(WINDOW_MS))
        };
        let windows_of = |column: usize| {
            let (from, unit) = edge(column);
            let (to, _) = edge(column + 1);
            let clip = |window: u128| {
                usize::try_from(window)
                    .unwrap_or(usize::MAX)
                    .min(self.windows())
            };
            if span == 0 {
                0..0
            } else {
                clip(from / unit)..clip(to.div_ceil(unit))
            }
        };
        self.channels
            .iter()
            .map(|peaks| {
                (0..columns)
                    .map(|column| fold(&peaks[windows_of(column)]))
                    .collect()
            })
            .collect()
    }

    /// The same as bytes for drawing: for each channel in order, for each column, three bytes
    /// `min` (two's complement), `max` (two's complement), `rms` (unsigned).
    pub fn summary_bytes(&self, columns: usize, from_ms: u64, to_ms: u64) -> Vec<u8> {
        self.summary(columns, from_ms, to_ms)
            .iter()
            .flatten()
            .flat_map(|peak| peak.to_bytes())
            .collect()
    }
}

impl Peak {
    pub(crate) fn to_bytes(self) -> [u8; 3] {
        [self.min.cast_unsigned(), self.max.cast_unsigned(), self.rms]
    }

    pub(crate) fn from_bytes([min, max, rms]: [u8; 3]) -> Self {
        Self {
            min: min.cast_signed(),
            max: max.cast_signed(),
            rms,
        }
    }
}

fn fold(peaks: &[Peak]) -> Peak {
    if peaks.is_empty() {
        return Peak::default();
    }
    let power: u64 = peaks.iter().map(|peak| u64::from(peak.rms).pow(2)).sum();
    Peak {
        min: peaks.iter().map(|peak| peak.min).min().unwrap_or(0),
        max: peaks.iter().map(|peak| peak.max).max().unwrap_or(0),
        rms: (power as f64 / peaks.len() as f64).sqrt().round() as u8,
    }
}

/// Builds one channel's windows, and its levels for the silence gate, sample by sample.
#[derive(Debug)]
pub(crate) struct PeakBuilder {
    rate: u64,
    frame: u64,
    window_end: u64,
    low: f32,
    high: f32,
    power: f64,
    count: u32,
    peaks: Vec<Peak>,
    levels: Vec<u8>,
}

impl PeakBuilder {
    pub(crate) fn new(rate: u32) -> Self {
        let rate = u64::from(rate);
        let mut builder = Self {
            rate,
            frame: 0,
            window_end: 0,
            low: 0.0,
            high: 0.0,
            power: 0.0,
            count: 0,
            peaks: Vec::new(),
            levels: Vec::new(),
        };
        builder.begin();
        builder
    }

    /// Windows are cut by time, so that rates that do not divide evenly do not drift.
    fn begin(&mut self) {
        self.window_end =
            ((self.peaks.len() as u64 + 1) * self.rate * WINDOW_MS / 1000).max(self.frame + 1);
        (self.low, self.high) = (f32::INFINITY, f32::NEG_INFINITY);
        (self.power, self.count) = (0.0, 0);
    }

    pub(crate) fn push(&mut self, samples: impl Iterator<Item = f32>) {
        for sample in samples {
            // A float file may hold anything; what is not a number is drawn as nothing.
            let sample = if sample.is_finite() { sample } else { 0.0 };
            self.low = self.low.min(sample);
            self.high = self.high.max(sample);
            self.power += f64::from(sample) * f64::from(sample);
            self.count += 1;
            self.frame += 1;
            if self.frame >= self.window_end {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        let mean_square = (self.power / f64::from(self.count)) as f32;
        let scaled = |sample: f32| (sample.clamp(-1.0, 1.0) * 127.0).round() as i8;
        let rms = (mean_square.sqrt().min(1.0) * 255.0).round() as u8;
        self.peaks.push(Peak {
            min: scaled(self.low),
            max: scaled(self.high),
            rms,
        });
        self.levels.push(crate::silence::level_byte(mean_square));
        self.begin();
    }

    pub(crate) fn finish(mut self) -> (Vec<Peak>, Vec<u8>) {
        if self.count > 0 {
            self.close();
        }
        (self.peaks, self.levels)
    }
}
