//! The player's thread: waits for whatever can wake it, asks the [table](super::table) what that means, and does it.
//! It alone holds the device and the running decode thread.

use super::chain::{Listening, Map};
use super::command::{LoadNumber, PlayerCommand};
use super::feed::{self, Controls, Hand, Progress};
use super::output::{DeviceReport, Output, OutputStream, StreamShape};
use super::snapshot::{DeviceState, Failure, Phase, PlayerEvent, PlayerSnapshot};
use super::table::{self, Device, Effect, Input, Motion, Place, State, Track};
use super::worker::{self, Answer, Begin, Order, Run};
use super::{Listener, Timing, WallClock};
use crate::SilenceMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// Everything that can wake the player's thread, apart from its own timers.
pub(crate) enum Wake {
    Command(PlayerCommand),
    Decoded(LoadNumber, Answer),
    /// A report of the stream with this number.
    Device(u64, DeviceReport),
}

pub(crate) struct Session {
    state: State,
    output: Box<dyn Output>,
    timing: Timing,
    clock: WallClock,
    listener: Listener,
    wake: Sender<Wake>,
    controls: Arc<Controls>,
    stream: Option<Stream>,
    streams: u64,
    buffer_frames: u32,
    /// When the device ran dry of late.
    dry: VecDeque<Instant>,
    worker: Option<Worker>,
    runs: u64,
    live: Option<Live>,
    /// Set from the moment a run is asked for until it can be heard.
    awaited: bool,
    /// Where playing goes on if nothing is live.
    place_ms: f64,
    retry_at: Option<Instant>,
    rest_at: Option<Instant>,
    tell_at: Option<Instant>,
    over: bool,
}

struct Stream {
    hand: Hand,
    shape: StreamShape,
    number: u64,
    calls: u64,
    calls_changed: Instant,
    // Last, so that the device is closed while its renderer's other end still exists.
    _open: Box<dyn OutputStream>,
}

struct Worker {
    load: LoadNumber,
    orders: Sender<Order>,
    silence: Option<Arc<SilenceMap>>,
}

/// The run that is heard.
struct Live {
    progress: Arc<Progress>,
    map: Arc<Map>,
    jumps_told: usize,
}

/// The buffer that is asked for first: 10 ms at 48 kHz.
const SMALLEST_BUFFER: u32 = 480;
const LARGEST_BUFFER: u32 = 480 * 8;
/// So many gaps within this time call for a larger buffer. One can happen to anybody.
const GAPS: usize = 2;
const GAPS_WITHIN: Duration = Duration::from_secs(10);

impl Session {
    pub(crate) fn new(
        output: Box<dyn Output>,
        timing: Timing,
        clock: WallClock,
        listener: Listener,
        wake: Sender<Wake>,
    ) -> Self {
        Self {
            state: State::default(),
            output,
            timing,
            clock,
            listener,
            wake,
            controls: Controls::new(),
            stream: None,
            streams: 0,
            buffer_frames: SMALLEST_BUFFER,
            dry: VecDeque::new(),
            worker: None,
            runs: 0,
            live: None,
            awaited: false,
            place_ms: 0.0,
            retry_at: None,
            rest_at: None,
            tell_at: None,
            over: false,
        }
    }

    /// Runs until a shutdown.
    pub(crate) fn run(mut self, wakes: &Receiver<Wake>) {
        while !self.over {
            match self.next_timer() {
                None => match wakes.recv() {
                    Ok(wake) => self.woken(wake),
                    Err(_) => return,
                },
                Some(at) => {
                    match wakes.recv_timeout(at.saturating_duration_since(Instant::now())) {
                        Ok(wake) => self.woken(wake),
                        Err(RecvTimeoutError::Timeout) => {}
                        Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
            }
            self.look_around();
        }
    }

    fn woken(&mut self, wake: Wake) {
        match wake {
            Wake::Command(command) => self.apply(Input::Command(command)),
            Wake::Decoded(load, Answer::Opened { duration_ms }) => {
                self.apply(Input::Opened { load, duration_ms })
            }
            Wake::Decoded(load, Answer::Broken(failure)) => {
                self.apply(Input::Broken { load, failure })
            }
            Wake::Decoded(load, Answer::Ready(run)) => self.hear(load, run),
            Wake::Device(number, report)
                if self
                    .stream
                    .as_ref()
                    .is_some_and(|stream| stream.number == number) =>
            {
                match report {
                    DeviceReport::Lost(message) => self.apply(Input::DeviceLost { message }),
                    DeviceReport::Underrun => self.ran_dry(),
                }
            }
            Wake::Device(..) => {}
        }
    }

    /// What no message tells: timers, the end of a run, a device that has fallen silent.
    fn look_around(&mut self) {
        let now = Instant::now();
        if self.retry_at.take_if(|at| *at <= now).is_some() {
            self.apply(Input::RetryDue);
        }
        if self.rest_at.take_if(|at| *at <= now).is_some() {
            self.apply(Input::RestDue);
        }
        if !self.is_flowing() {
            self.tell_at = None;
            return;
        }
        if let (false, Some(live), Track::Loaded { load, .. }) =
            (self.awaited, &self.live, &self.state.track)
            && live.progress.drained()
        {
            self.apply(Input::Drained { load: *load });
            return;
        }
        if self.device_fell_silent(now) {
            self.apply(Input::DeviceLost {
                message: "The sound device does not take any sound. It is opened again.".to_owned(),
            });
            return;
        }
        let jumped = self.live.as_mut().is_some_and(|live| {
            let jumps = live.map.jumps_before(live.progress.heard());
            std::mem::replace(&mut live.jumps_told, jumps) != jumps
        });
        if jumped || self.tell_at.is_none_or(|at| at <= now) {
            self.tell();
        }
    }

    fn device_fell_silent(&mut self, now: Instant) -> bool {
        let calls = self.controls.calls();
        let Some(stream) = &mut self.stream else {
            return false;
        };
        if std::mem::replace(&mut stream.calls, calls) != calls {
            stream.calls_changed = now;
        }
        now.duration_since(stream.calls_changed) > self.timing.device_silent_after
    }

    fn next_timer(&self) -> Option<Instant> {
        let look = self.is_flowing().then(|| {
            let left = self
                .live
                .as_ref()
                .and_then(|live| live.progress.left())
                .zip(self.stream.as_ref());
            let end = left.map_or(Duration::MAX, |(frames, stream)| {
                Duration::from_secs_f64(frames as f64 / f64::from(stream.shape.sample_rate))
            });
            Instant::now() + end.clamp(Duration::from_millis(5), self.timing.look_every)
        });
        [self.retry_at, self.rest_at, look]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether sound is on its way to an open device.
    fn is_flowing(&self) -> bool {
        self.state.wants_sound() && self.stream.is_some()
    }

    fn apply(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let (state, effects) = table::step(std::mem::take(&mut self.state), input);
            self.state = state;
            for effect in effects {
                inputs.extend(self.perform(effect));
            }
        }
    }

    /// Does one thing; what comes of it at once is the next input.
    fn perform(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::OpenTrack {
                load,
                path,
                at_ms,
                silence,
            } => {
                let wake = self.wake.clone();
                self.place_ms = at_ms as f64;
                let answer = move |load, answer| {
                    // A player that has ended needs no answer.
                    let _ = wake.send(Wake::Decoded(load, answer));
                };
                match worker::start(load, path, answer) {
                    Ok(orders) => {
                        self.worker = Some(Worker {
                            load,
                            orders,
                            silence,
                        })
                    }
                    Err(error) => {
                        let message = format!(
                            "the system refuses another thread ({error}); close other programs and try again"
                        );
                        return Some(Input::Broken {
                            load,
                            failure: Failure {
                                code: "unreadable",
                                message,
                            },
                        });
                    }
                }
            }
            Effect::CloseTrack => {
                self.worker = None;
                self.live = None;
                self.awaited = false;
                self.place_ms = 0.0;
                if let Some(stream) = &mut self.stream {
                    stream.hand.give(None);
                }
            }
            Effect::KnowSilence(silence) => {
                if let Some(worker) = &mut self.worker {
                    worker.silence = Some(silence);
                }
            }
            Effect::Run(place) => self.begin_run(place),
            Effect::Flow(on) => {
                self.controls.set_flowing(on);
                if on {
                    self.rest_at = None;
                    if let Some(stream) = &mut self.stream {
                        stream.calls_changed = Instant::now();
                    }
                }
                self.order(Order::Flow(on));
            }
            Effect::Gain(volume) => self.controls.set_gain(volume),
            Effect::OpenDevice => return Some(self.open_device()),
            Effect::CloseDevice => {
                self.place_ms = self.position_ms();
                self.live = None;
                self.awaited = false;
                self.stream = None;
            }
            Effect::EnlargeBuffer => {
                self.buffer_frames = (self.buffer_frames * 2).min(LARGEST_BUFFER)
            }
            Effect::RetryLater { attempts } => {
                self.retry_at = Some(Instant::now() + (self.timing.retry)(attempts))
            }
            Effect::RestLater => self.rest_at = Some(Instant::now() + self.timing.rest_after),
            Effect::Tell => self.tell(),
            Effect::Stop => self.over = true,
        }
        None
    }

    fn order(&self, order: Order) {
        if let Some(worker) = &self.worker {
            // A decode thread that has ended has said why before.
            let _ = worker.orders.send(order);
        }
    }

    fn begin_run(&mut self, place: Place) {
        self.place_ms = match place {
            Place::At(ms) => ms as f64,
            Place::Heard => self.position_ms(),
        };
        self.awaited = false;
        let (Some(worker), Some(stream)) = (&self.worker, &self.stream) else {
            self.live = None;
            return;
        };
        self.runs += 1;
        let settings = self.state.settings;
        let skip = worker.silence.clone().filter(|_| settings.skip_silence);
        let listening = Listening {
            speed: settings.speed,
            lanes: settings.lanes,
            skip,
        };
        let begin = Begin {
            run: self.runs,
            at_ms: self.place_ms,
            listening,
            device_rate: stream.shape.sample_rate,
        };
        self.order(Order::Begin(begin));
        self.awaited = true;
    }

    /// Lets a run be heard, unless it has been overtaken.
    fn hear(&mut self, load: LoadNumber, run: Run) {
        let current = self
            .worker
            .as_ref()
            .is_some_and(|worker| worker.load == load)
            && run.number == self.runs
            && self.awaited;
        if let (true, Some(stream)) = (current, &mut self.stream) {
            self.awaited = false;
            if stream.hand.give(Some(run.feed)) {
                self.live = Some(Live {
                    progress: run.progress,
                    map: run.map,
                    jumps_told: 1,
                });
                if self.state.wants_sound() {
                    self.tell();
                }
            } else {
                self.apply(Input::DeviceLost {
                    message: "The sound device does not take any sound. It is opened again."
                        .to_owned(),
                });
            }
        }
    }

    fn open_device(&mut self) -> Input {
        self.retry_at = None;
        self.stream = None;
        self.streams += 1;
        let number = self.streams;
        let wake = self.wake.clone();
        let reporter = Box::new(move |report| {
            // A player that has ended has no use for it.
            let _ = wake.send(Wake::Device(number, report));
        });
        let mut made = None;
        let controls = Arc::clone(&self.controls);
        let opened = self
            .output
            .open(self.buffer_frames, reporter, &mut |shape| {
                let (hand, renderer) = feed::renderer(&controls, shape.sample_rate, shape.channels);
                made = Some((hand, shape));
                renderer
            });
        match (opened, made) {
            (Ok(open), Some((hand, shape))) => {
                let stream = Stream {
                    hand,
                    shape,
                    number,
                    calls: self.controls.calls(),
                    calls_changed: Instant::now(),
                    _open: open,
                };
                self.stream = Some(stream);
                Input::DeviceOpened
            }
            (Ok(_), None) => Input::DeviceRefused {
                message: "The sound device did not ask for sound.".to_owned(),
            },
            (Err(error), _) => Input::DeviceRefused {
                message: error.message,
            },
        }
    }

    fn ran_dry(&mut self) {
        let now = Instant::now();
        self.dry.push_back(now);
        while self
            .dry
            .front()
            .is_some_and(|gap| now.duration_since(*gap) > GAPS_WITHIN)
        {
            self.dry.pop_front();
        }
        if self.dry.len() >= GAPS && self.buffer_frames < LARGEST_BUFFER && self.state.wants_sound()
        {
            self.dry.clear();
            tracing::info!(
                frames = self.buffer_frames * 2,
                "the sound device ran dry; asking for a larger buffer"
            );
            self.apply(Input::DeviceRanDry);
        }
    }

    /// The moment of the recording that is being heard.
    fn position_ms(&self) -> f64 {
        let heard = match &self.live {
            Some(live) if !self.awaited => live.map.moment_ms(live.progress.heard()),
            _ => self.place_ms,
        };
        match self.state.track {
            Track::Loaded {
                duration_ms: Some(duration),
                ..
            } => heard.min(duration as f64),
            _ => heard,
        }
    }

    fn tell(&mut self) {
        self.tell_at = Some(Instant::now() + self.timing.tell_every);
        let snapshot = self.snapshot();
        (self.listener)(PlayerEvent::Snapshot(snapshot));
    }

    fn snapshot(&self) -> PlayerSnapshot {
        let (load, phase, duration_ms) = match &self.state.track {
            Track::None => (None, Phase::Idle, None),
            Track::Loading { load, .. } => (Some(*load), Phase::Loading, None),
            Track::Failed { load, failure } => (Some(*load), Phase::Failed(failure.clone()), None),
            Track::Loaded {
                load,
                duration_ms,
                motion,
            } => {
                let phase = match motion {
                    Motion::Paused => Phase::Paused,
                    Motion::Playing => Phase::Playing,
                    Motion::Ended => Phase::Ended,
                };
                (Some(*load), phase, *duration_ms)
            }
        };
        let settings = self.state.settings;
        let at_ms = match &self.state.track {
            Track::Loading { at_ms, .. } => *at_ms as f64,
            _ => self.position_ms(),
        };
        let moving = self.is_flowing() && !self.awaited && self.live.is_some();
        PlayerSnapshot {
            load,
            phase,
            wants_play: self.state.wants_play(),
            position_ms: at_ms.round().max(0.0) as u64,
            at_unix_ms: (self.clock)(),
            rate: if moving {
                f64::from(settings.speed)
            } else {
                0.0
            },
            duration_ms,
            volume: settings.volume,
            speed: settings.speed,
            lanes: settings.lanes,
            skip_silence: settings.skip_silence,
            device: match &self.state.device {
                Device::Missing { message, .. } => DeviceState::Missing {
                    message: message.clone(),
                },
                Device::Closed | Device::Open => DeviceState::Ready,
            },
        }
    }
}
