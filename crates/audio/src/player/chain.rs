//! What happens to sound between the decoder and the device: choose lanes, leave silence out, change speed,
//! bring to the device's rate. And backwards: which moment of the recording a device frame belongs to.

use super::command::Lanes;
use super::resample::Resample;
use super::stretch::Stretch;
use crate::{Decoder, SilenceMap, SoundError, Span};
use std::sync::{Arc, Mutex, PoisonError};

/// How a recording is to be heard.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listening {
    pub(crate) speed: f32,
    pub(crate) lanes: Lanes,
    /// Set while silence is skipped and known.
    pub(crate) skip: Option<Arc<SilenceMap>>,
}

/// Left of each side of a skipped silence, so that speech does not run into speech.
const KEPT_MS: u64 = 120;

/// Fade at the edges of a skipped silence: the line's noise must not click.
const FADE_MS: u64 = 5;

/// Turns device frames back into moments of the recording. Shared between the decode thread, which adds
/// jumps, and the player's thread, which asks.
#[derive(Debug)]
pub(crate) struct Map {
    /// Recording frames per device frame, apart from jumps.
    step: f64,
    rate: f64,
    /// From this many kept frames on, the recording is at this frame.
    jumps: Mutex<Vec<(u64, u64)>>,
}

impl Map {
    /// The moment of the recording, in milliseconds, that device frame `heard` of this run stands for.
    pub(crate) fn moment_ms(&self, heard: u64) -> f64 {
        let kept = heard as f64 * self.step;
        let jumps = self.jumps.lock().unwrap_or_else(PoisonError::into_inner);
        let at = jumps.partition_point(|&(from, _)| from as f64 <= kept);
        let (from, frame) = jumps[at.saturating_sub(1)];
        (frame as f64 + kept - from as f64) * 1000.0 / self.rate
    }

    /// The number of jumps that lie before device frame `heard`.
    pub(crate) fn jumps_before(&self, heard: u64) -> usize {
        let kept = heard as f64 * self.step;
        let jumps = self.jumps.lock().unwrap_or_else(PoisonError::into_inner);
        jumps.partition_point(|&(from, _)| from as f64 <= kept)
    }
}

/// One run through a recording from one place, with one way of listening.
pub(crate) struct Chain {
    lanes: Lanes,
    /// Silent stretches still ahead, in frames, already narrowed by what is kept of them. Nearest last.
    skips: Vec<(u64, u64)>,
    fade: u64,
    map: Arc<Map>,
    kept: u64,
    next: u64,
    stretch: Option<Stretch>,
    resample: Resample,
    stereo: Vec<f32>,
    stretched: Vec<f32>,
    ended: bool,
}

impl Chain {
    /// Begins at `frame`, to which the caller has moved the decoder.
    pub(crate) fn new(
        decoder: &Decoder,
        frame: u64,
        listening: &Listening,
        device_rate: u32,
    ) -> Self {
        let header = decoder.header();
        let speed = f64::from(listening.speed);
        let rate = u64::from(header.sample_rate);
        let to_frames =
            |ms: u64| u64::try_from(u128::from(ms) * u128::from(rate) / 1000).unwrap_or(u64::MAX);
        let silent = listening.skip.as_ref().map_or_else(Vec::new, |map| {
            silent_for(map, listening.lanes, header.channels)
        });
        let mut skips: Vec<_> = silent
            .iter()
            .map(|span| {
                (
                    to_frames(span.from_ms.saturating_add(KEPT_MS)),
                    to_frames(span.to_ms.saturating_sub(KEPT_MS)),
                )
            })
            .filter(|&(from, to)| from + to_frames(KEPT_MS) < to && to > frame)
            .collect();
        skips.reverse();
        Self {
            lanes: listening.lanes,
            skips,
            fade: to_frames(FADE_MS).max(1),
            map: Arc::new(Map {
                step: rate as f64 * speed / f64::from(device_rate),
                rate: rate as f64,
                jumps: Mutex::new(vec![(0, frame)]),
            }),
            kept: 0,
            next: frame,
            stretch: ((speed - 1.0).abs() > 1e-3).then(|| Stretch::new(header.sample_rate, speed)),
            resample: Resample::new(header.sample_rate, device_rate),
            stereo: Vec::new(),
            stretched: Vec::new(),
            ended: false,
        }
    }

    pub(crate) fn map(&self) -> Arc<Map> {
        Arc::clone(&self.map)
    }

    /// Appends the next stretch of stereo sound at the device's rate; `false` when there is no more.
    pub(crate) fn pull(
        &mut self,
        decoder: &mut Decoder,
        out: &mut Vec<f32>,
    ) -> Result<bool, SoundError> {
        if self.ended {
            return Ok(false);
        }
        let channels = usize::from(decoder.header().channels);
        self.stereo.clear();
        match decoder.next_block()? {
            Some(block) => self.take(block.start, block.samples, channels),
            None => self.ended = true,
        }
        match &mut self.stretch {
            None => self.resample.run(&self.stereo, out),
            Some(stretch) => {
                stretch.push(&self.stereo);
                if self.ended {
                    stretch.end();
                }
                self.stretched.clear();
                stretch.pull(&mut self.stretched);
                self.resample.run(&self.stretched, out);
            }
        }
        if self.ended {
            self.resample.end(out);
        }
        Ok(true)
    }

    /// Puts the frames of a block that are to be heard into `stereo`.
    fn take(&mut self, start: u64, samples: &[f32], channels: usize) {
        if start != self.next {
            self.jump_to(start);
        }
        for (index, frame) in samples.chunks_exact(channels).enumerate() {
            let at = start + index as u64;
            while self.skips.last().is_some_and(|&(_, to)| to <= at) {
                self.skips.pop();
                self.jump_to(at);
            }
            let gain = match self.skips.last() {
                Some(&(from, _)) if at >= from => continue,
                Some(&(from, _)) if from - at < self.fade => (from - at) as f32 / self.fade as f32,
                _ => 1.0,
            };
            let [left, right] = mixed(frame, self.lanes);
            self.stereo.extend([left * gain, right * gain]);
            self.kept += 1;
        }
        self.next = start + (samples.len() / channels) as u64;
    }

    fn jump_to(&mut self, frame: u64) {
        self.map
            .jumps
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((self.kept, frame));
    }
}

/// What counts as silence depends on who is listened to.
fn silent_for(map: &SilenceMap, lanes: Lanes, channels: u16) -> Vec<Span> {
    match lanes {
        Lanes::Only(lane) if lane < channels => map.of_channel(usize::from(lane)).to_vec(),
        _ => map.common(),
    }
}

/// One frame as left and right.
fn mixed(frame: &[f32], lanes: Lanes) -> [f32; 2] {
    let clean = |sample: f32| {
        if sample.is_finite() {
            sample.clamp(-1.0, 1.0)
        } else {
            0.0
        }
    };
    let only = match lanes {
        Lanes::Only(lane) => frame.get(usize::from(lane)),
        Lanes::All => None,
    };
    match (only, frame) {
        (Some(&sample), _) | (None, &[sample]) => [clean(sample); 2],
        (None, &[left, right]) => [clean(left), clean(right)],
        // Many tracks are many people: all in the middle, with room for two to talk at once.
        (None, many) => [clean(many.iter().sum::<f32>() / (many.len() as f32).sqrt()); 2],
    }
}
