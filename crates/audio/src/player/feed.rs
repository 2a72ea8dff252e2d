//! The way from the decode thread into the audio callback, without a lock, a wait or an allocation.
//!
//! A [`Feed`] is one run of sound: a ring of samples filled by the decode thread. The player's thread hands feeds
//! to the [`Renderer`] through a second ring, and gets used ones back through a third, so that memory is
//! freed here and never in the callback.

use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Sound in a feed is stereo.
pub(crate) const CHANNELS: usize = 2;

/// One run of sound on its way to the device.
pub(crate) struct Feed {
    ring: Consumer<f32>,
    progress: Arc<Progress>,
}

/// How far a feed has got; read from any thread.
#[derive(Debug)]
pub(crate) struct Progress {
    /// Frames the callback has taken.
    taken: AtomicU64,
    /// Frames in all, once the decode thread knows; `u64::MAX` before.
    total: AtomicU64,
    /// Frames that were taken but not heard yet when the callback last ran.
    unheard: AtomicU64,
}

impl Progress {
    /// Frames that have been heard.
    pub(crate) fn heard(&self) -> u64 {
        let taken = self.taken.load(Relaxed);
        if self.drained() {
            taken
        } else {
            taken.saturating_sub(self.unheard.load(Relaxed))
        }
    }

    /// Whether everything was taken.
    pub(crate) fn drained(&self) -> bool {
        self.taken.load(Relaxed) >= self.total.load(Relaxed)
    }

    /// Frames still to be taken, once the total is known.
    pub(crate) fn left(&self) -> Option<u64> {
        let total = self.total.load(Relaxed);
        (total != u64::MAX).then(|| total.saturating_sub(self.taken.load(Relaxed)))
    }

    pub(crate) fn set_total(&self, frames: u64) {
        self.total.store(frames, Relaxed);
    }
}

/// A new feed that holds up to `frames`.
pub(crate) fn feed(frames: usize) -> (Producer<f32>, Feed, Arc<Progress>) {
    let (producer, ring) = RingBuffer::new(frames * CHANNELS);
    let progress = Arc::new(Progress {
        taken: AtomicU64::new(0),
        total: AtomicU64::new(u64::MAX),
        unheard: AtomicU64::new(0),
    });
    (
        producer,
        Feed {
            ring,
            progress: Arc::clone(&progress),
        },
        progress,
    )
}

/// The few values that reach into the callback while it runs.
#[derive(Debug)]
pub(crate) struct Controls {
    flowing: AtomicBool,
    gain: AtomicU32,
    calls: AtomicU64,
}

impl Controls {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            flowing: AtomicBool::new(false),
            gain: AtomicU32::new(1.0_f32.to_bits()),
            calls: AtomicU64::new(0),
        })
    }

    pub(crate) fn set_flowing(&self, flowing: bool) {
        self.flowing.store(flowing, Relaxed);
    }

    pub(crate) fn set_gain(&self, gain: f32) {
        self.gain.store(gain.to_bits(), Relaxed);
    }

    /// How often the device has asked for sound: a device that stops asking is lost.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }
}

/// The player's end of a renderer.
pub(crate) struct Hand {
    feeds: Producer<Option<Feed>>,
    used: Consumer<Feed>,
}

impl Hand {
    /// Lets this feed be heard next; `None` is silence. `false` when the callback has not taken the last ones yet.
    pub(crate) fn give(&mut self, feed: Option<Feed>) -> bool {
        while self.used.pop().is_ok() {}
        self.feeds.push(feed).is_ok()
    }
}

/// Feeds on their way. Seeks come at the speed of a hand on a slider, callbacks a hundred times a second.
const ON_THE_WAY: usize = 256;

/// Fills the device's buffers. Lives in the audio callback: nothing here waits, locks or allocates.
pub struct Renderer {
    feeds: Consumer<Option<Feed>>,
    used: Producer<Feed>,
    controls: Arc<Controls>,
    current: Option<Feed>,
    channels: usize,
    gain: f32,
    gain_step: f32,
    /// What was played last, and what is left of the step between two sounds that do not fit together.
    last: [f32; 2],
    step: [f32; 2],
    step_decay: f32,
    /// The next frame does not continue the last one.
    seam: bool,
    /// The last frame came from a feed.
    sounding: bool,
}

impl std::fmt::Debug for Renderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renderer")
            .field("channels", &self.channels)
            .field("sounding", &self.sounding)
            .finish_non_exhaustive()
    }
}

pub(crate) fn renderer(
    controls: &Arc<Controls>,
    sample_rate: u32,
    channels: u16,
) -> (Hand, Renderer) {
    let (feed_in, feed_out) = RingBuffer::new(ON_THE_WAY);
    // Every feed that was given can be on its way back at the same time, and one more can be playing.
    let (used_in, used_out) = RingBuffer::new(2 * ON_THE_WAY);
    let rate = sample_rate.max(1) as f32;
    let renderer = Renderer {
        feeds: feed_out,
        used: used_in,
        controls: Arc::clone(controls),
        current: None,
        channels: usize::from(channels.max(1)),
        gain: f32::from_bits(controls.gain.load(Relaxed)),
        gain_step: 1.0 / (0.010 * rate),
        last: [0.0; 2],
        step: [0.0; 2],
        step_decay: (-1.0 / (0.002 * rate)).exp(),
        seam: false,
        sounding: false,
    };
    (
        Hand {
            feeds: feed_in,
            used: used_out,
        },
        renderer,
    )
}

impl Renderer {
    /// Fills `out` with interleaved sound in the device's channels. `delay` is the number of frames that the device
    /// still has to play before these.
    pub fn fill(&mut self, out: &mut [f32], delay: u64) {
        self.controls.calls.fetch_add(1, Relaxed);
        self.seam |= self.take_new_feed();
        let frames = out.len() / self.channels;
        let mut played = 0;
        if self.controls.flowing.load(Relaxed)
            && let Some(mut feed) = self.current.take()
        {
            let ready = (feed.ring.slots() / CHANNELS).min(frames);
            if let Ok(chunk) = feed.ring.read_chunk(ready * CHANNELS) {
                let mut samples = chunk.into_iter();
                for place in out.chunks_exact_mut(self.channels).take(ready) {
                    let (Some(left), Some(right)) = (samples.next(), samples.next()) else {
                        break;
                    };
                    self.put([left, right], true, place);
                    played += 1;
                }
            }
            let progress = &feed.progress;
            let taken = progress.taken.fetch_add(played as u64, Relaxed) + played as u64;
            progress
                .unheard
                .store((delay + frames as u64).min(taken), Relaxed);
            self.current = Some(feed);
        }
        for place in out.chunks_exact_mut(self.channels).skip(played) {
            self.put([0.0; 2], false, place);
        }
    }

    /// Frames that can be played at once, after taking what was given.
    pub(crate) fn ready(&mut self) -> usize {
        self.seam |= self.take_new_feed();
        self.current
            .as_ref()
            .map_or(0, |feed| feed.ring.slots() / CHANNELS)
    }

    /// Takes the newest feed that was given. `true` if the sound changes by that.
    fn take_new_feed(&mut self) -> bool {
        let mut changed = false;
        while !self.used.is_full() {
            let Ok(feed) = self.feeds.pop() else { break };
            changed = true;
            if let Some(old) = std::mem::replace(&mut self.current, feed) {
                // There is room: that was asked for above, and nobody else fills this ring.
                let _ = self.used.push(old);
            }
        }
        changed
    }

    /// Puts one frame into the device's channels, at the volume, without a step to the one before it.
    fn put(&mut self, frame: [f32; 2], sounding: bool, place: &mut [f32]) {
        let target = f32::from_bits(self.controls.gain.load(Relaxed));
        self.gain += (target - self.gain).clamp(-self.gain_step, self.gain_step);
        let frame = frame.map(|sample| sample * self.gain);
        if std::mem::take(&mut self.seam) || sounding != self.sounding {
            self.sounding = sounding;
            self.step = [self.last[0] - frame[0], self.last[1] - frame[1]];
        }
        let [left, right] = [frame[0] + self.step[0], frame[1] + self.step[1]];
        self.step = self.step.map(|step| {
            if step.abs() < 1e-5 {
                0.0
            } else {
                step * self.step_decay
            }
        });
        self.last = [left, right];
        match place {
            [mono] => *mono = (left + right) / 2.0,
            [first, second, others @ ..] => {
                (*first, *second) = (left, right);
                others.fill(0.0);
            }
            [] => {}
        }
    }
}
