//! Brings sound to the device's rate. Windowed-sinc interpolation (rubato), with its delay cut off at the start and
//! played out at the end, so that output frame `n` is input moment `n / rate`, exactly.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Indexing, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

/// Frames are stereo here: left and right, interleaved.
const CHANNELS: usize = 2;

/// Input frames per step: 5 to 30 ms at the rates of recordings.
const CHUNK: usize = 240;

/// Quality for speech: flat to nine tenths of the band, images below -80 dB.
const SINC: SincInterpolationParameters = SincInterpolationParameters {
    sinc_len: 96,
    f_cutoff: Some(0.93),
    interpolation: SincInterpolationType::Linear,
    oversampling_factor: 160,
    window: WindowFunction::BlackmanHarris2,
};

pub(crate) struct Resample {
    /// `None` when both rates are the same: then samples pass untouched.
    sinc: Option<Async<f32>>,
    waiting: Vec<f32>,
    scratch: Vec<f32>,
    to_drop: usize,
    taken_in: u64,
    given_out: u64,
    ratio: f64,
}

impl Resample {
    /// Both rates must be above 0, as those of an opened decoder and device are.
    pub(crate) fn new(from: u32, to: u32) -> Self {
        let ratio = f64::from(to) / f64::from(from);
        let sinc = (from != to).then(|| {
            Async::new_sinc(ratio, 1.0, &SINC, CHUNK, CHANNELS, FixedAsync::Input)
                .expect("the ratio of two rates above 0 and fixed parameters make a resampler")
        });
        let scratch = vec![0.0; sinc.as_ref().map_or(0, Resampler::output_frames_max) * CHANNELS];
        // The first frame that comes out lies one output step behind the middle of an empty filter.
        let lead = SINC.sinc_len as f64 / 2.0 * ratio - 1.0;
        let to_drop = if sinc.is_some() {
            lead.round().max(0.0) as usize
        } else {
            0
        };
        Self {
            sinc,
            waiting: Vec::new(),
            scratch,
            to_drop,
            taken_in: 0,
            given_out: 0,
            ratio,
        }
    }

    /// Appends what `frames` become to `out`; a part may wait for the next call.
    pub(crate) fn run(&mut self, frames: &[f32], out: &mut Vec<f32>) {
        self.taken_in += (frames.len() / CHANNELS) as u64;
        if self.sinc.is_none() {
            out.extend_from_slice(frames);
            return;
        }
        self.waiting.extend_from_slice(frames);
        self.run_waiting(out);
    }

    fn run_waiting(&mut self, out: &mut Vec<f32>) {
        let Some(sinc) = &mut self.sinc else { return };
        let mut from = 0;
        while self.waiting.len() - from >= CHUNK * CHANNELS {
            let room = self.scratch.len() / CHANNELS;
            let input = InterleavedSlice::new(
                &self.waiting[from..from + CHUNK * CHANNELS],
                CHANNELS,
                CHUNK,
            )
            .expect("a chunk has its own length");
            let mut output = InterleavedSlice::new_mut(&mut self.scratch, CHANNELS, room)
                .expect("the scratch was made for it");
            let (_, made) = sinc
                .process_into_buffer(&input, &mut output, None::<&Indexing>)
                .expect("both buffers have the sizes asked for");
            let drop = self.to_drop.min(made);
            self.to_drop -= drop;
            out.extend_from_slice(&self.scratch[drop * CHANNELS..made * CHANNELS]);
            self.given_out += (made - drop) as u64;
            from += CHUNK * CHANNELS;
        }
        self.waiting.drain(..from);
    }

    /// Appends what is still inside, so that in all exactly the input's length has come out.
    pub(crate) fn end(&mut self, out: &mut Vec<f32>) {
        if self.sinc.is_none() {
            return;
        }
        let due = (self.taken_in as f64 * self.ratio).round() as u64;
        while self.given_out < due {
            let padded = (self.waiting.len() / (CHUNK * CHANNELS) + 1) * CHUNK * CHANNELS;
            self.waiting.resize(padded, 0.0);
            self.run_waiting(out);
        }
        let surplus = (self.given_out - due) as usize;
        out.truncate(out.len().saturating_sub(surplus * CHANNELS));
        self.given_out = due;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    fn stereo_tone(rate: u32, hertz: f32, frames: usize) -> Vec<f32> {
        (0..frames)
            .flat_map(|n| {
                [0.5, -0.25].map(|level| level * (TAU * hertz * n as f32 / rate as f32).sin())
            })
            .collect()
    }

    #[test]
    fn every_output_frame_is_the_right_moment_of_the_input() {
        for (from, to) in [
            (8000, 48_000),
            (44_100, 48_000),
            (48_000, 44_100),
            (24_000, 44_100),
            (11_025, 48_000),
            (48_000, 8000),
        ] {
            let mut resample = Resample::new(from, to);
            let mut out = Vec::new();
            for block in stereo_tone(from, 440.0, from as usize).chunks(2 * 331) {
                resample.run(block, &mut out);
            }
            resample.end(&mut out);
            assert_eq!(out.len(), to as usize * 2, "one second stays one second");
            let ideal = stereo_tone(to, 440.0, to as usize);
            let edge = to as usize / 50 * 2;
            let worst = out[edge..out.len() - edge]
                .iter()
                .zip(&ideal[edge..])
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            // Half an output frame is what rounding may shift; 440 Hz at half scale changes by so much in it.
            let half_frame = 0.5 * TAU * 440.0 * 0.5 / to as f32;
            assert!(
                worst < half_frame + 1.5e-3,
                "{from} to {to}: off by {worst}"
            );
        }
    }

    #[test]
    fn equal_rates_leave_samples_untouched() {
        let sound = stereo_tone(48_000, 1000.0, 999);
        let mut out = Vec::new();
        let mut resample = Resample::new(48_000, 48_000);
        resample.run(&sound, &mut out);
        resample.end(&mut out);
        assert_eq!(out, sound);
    }
}
