//! The decode thread of one load: opens the file, then fills feeds as it is told. It ends when its orders end.
//!
//! Every load has its own thread, so that a file on a disk that does not answer holds up nobody but itself.

use super::chain::{Chain, Listening, Map};
use super::command::LoadNumber;
use super::feed::{self, CHANNELS, Feed, Progress};
use super::snapshot::Failure;
use crate::{Decoder, SoundError};
use rtrb::Producer;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

/// What a decode thread is told.
pub(crate) enum Order {
    /// Begin a run; the one before it is over.
    Begin(Begin),
    /// Sound flows, so the feed has to be kept full; or it does not.
    Flow(bool),
}

/// From where and how to decode.
pub(crate) struct Begin {
    pub(crate) run: u64,
    pub(crate) at_ms: f64,
    pub(crate) listening: Listening,
    pub(crate) device_rate: u32,
}

/// What a decode thread answers.
pub(crate) enum Answer {
    Opened {
        duration_ms: Option<u64>,
    },
    /// Enough of a run is decoded to begin with.
    Ready(Run),
    Broken(Failure),
}

/// A run that can be heard.
pub(crate) struct Run {
    pub(crate) number: u64,
    pub(crate) feed: Feed,
    pub(crate) progress: Arc<Progress>,
    pub(crate) map: Arc<Map>,
}

/// Sound kept ready in a feed. Long enough for a busy machine, short enough to be thrown away at every seek.
const FEED_SECONDS: f64 = 1.0;
/// Sound that must be ready before a run is heard.
const READY_SECONDS: f64 = 0.03;
/// How often a full feed is looked after while it is played.
const LOOK_AFTER: Duration = Duration::from_millis(50);

/// Starts the thread for one load. It ends soon after the returned sender is dropped.
pub(crate) fn start(
    load: LoadNumber,
    path: PathBuf,
    answer: impl Fn(LoadNumber, Answer) + Send + 'static,
) -> std::io::Result<Sender<Order>> {
    let (orders, ordered) = channel();
    thread::Builder::new()
        .name("ringback-decode".to_owned())
        .spawn(move || {
            let tell = |what| answer(load, what);
            // A decoder that stumbles over a hostile file must not take the player with it.
            let result = catch_unwind(AssertUnwindSafe(|| work(path, &ordered, &tell)));
            match result {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tell(Answer::Broken(Failure {
                    code: error.code(),
                    message: error.to_string(),
                })),
                Err(_) => {
                    let error = SoundError::damaged("the decoder stumbled over it");
                    tell(Answer::Broken(Failure {
                        code: error.code(),
                        message: error.to_string(),
                    }));
                }
            }
        })?;
    Ok(orders)
}

fn work(path: PathBuf, orders: &Receiver<Order>, tell: &impl Fn(Answer)) -> Result<(), SoundError> {
    let mut decoder = Decoder::open(&path)?;
    let header = decoder.header();
    let frames = header
        .promised_frames
        .into_iter()
        .chain(header.estimated_frames)
        .min();
    let duration_ms = frames.and_then(|frames| {
        u64::try_from(u128::from(frames) * 1000 / u128::from(header.sample_rate)).ok()
    });
    tell(Answer::Opened { duration_ms });

    let mut filling: Option<Filling> = None;
    let mut flowing = false;
    loop {
        let more_to_do = filling.as_mut().map_or(Ok(After::Nothing), |filling| {
            filling.go_on(&mut decoder, tell)
        })?;
        let order = match more_to_do {
            After::More => orders
                .try_recv()
                .map_err(|error| error == TryRecvError::Disconnected),
            After::Full if flowing => orders
                .recv_timeout(LOOK_AFTER)
                .map_err(|error| error == RecvTimeoutError::Disconnected),
            After::Full | After::Nothing => orders.recv().map_err(|_| true),
        };
        match order {
            Ok(order) => {
                // Of several seeks in a row only the last one matters.
                let mut begin = None;
                for order in std::iter::once(order).chain(orders.try_iter()) {
                    match order {
                        Order::Begin(newer) => begin = Some(newer),
                        Order::Flow(on) => flowing = on,
                    }
                }
                if let Some(begin) = begin {
                    filling = Some(Filling::begin(&mut decoder, &begin)?);
                }
            }
            Err(over) if over => return Ok(()),
            Err(_) => {}
        }
    }
}

enum After {
    More,
    Full,
    Nothing,
}

/// A feed being filled.
struct Filling {
    number: u64,
    chain: Chain,
    producer: Producer<f32>,
    progress: Arc<Progress>,
    /// The other end, until there is enough to hear.
    waiting: Option<Feed>,
    ready_at: u64,
    out: Vec<f32>,
    out_from: usize,
    written: u64,
    done: bool,
}

impl Filling {
    fn begin(decoder: &mut Decoder, begin: &Begin) -> Result<Self, SoundError> {
        let rate = f64::from(decoder.header().sample_rate);
        let frame = (begin.at_ms.max(0.0) * rate / 1000.0).round() as u64;
        decoder.seek(frame)?;
        let in_frames = |seconds: f64| (f64::from(begin.device_rate) * seconds) as usize;
        let (producer, feed, progress) = feed::feed(in_frames(FEED_SECONDS).max(1));
        Ok(Self {
            number: begin.run,
            chain: Chain::new(decoder, frame, &begin.listening, begin.device_rate),
            producer,
            progress,
            waiting: Some(feed),
            ready_at: in_frames(READY_SECONDS) as u64,
            out: Vec::new(),
            out_from: 0,
            written: 0,
            done: false,
        })
    }

    fn go_on(
        &mut self,
        decoder: &mut Decoder,
        tell: &impl Fn(Answer),
    ) -> Result<After, SoundError> {
        if self.out_from == self.out.len() && !self.done {
            self.out.clear();
            self.out_from = 0;
            self.done = !self.chain.pull(decoder, &mut self.out)?;
        }
        let room = self.producer.slots() / CHANNELS * CHANNELS;
        let count = (self.out.len() - self.out_from).min(room);
        let source = &self.out[self.out_from..self.out_from + count];
        self.producer
            .push_entire_slice(source)
            .expect("only this thread fills the ring, and the room was measured");
        self.out_from += count;
        self.written += (count / CHANNELS) as u64;
        let all_written = self.done && self.out_from == self.out.len();
        if all_written {
            self.progress.set_total(self.written);
        }
        let full = self.out_from < self.out.len();
        let enough = all_written || full || self.written >= self.ready_at;
        if let Some(feed) = self.waiting.take_if(|_| enough) {
            let (progress, map) = (Arc::clone(&self.progress), self.chain.map());
            tell(Answer::Ready(Run {
                number: self.number,
                feed,
                progress,
                map,
            }));
        }
        Ok(if all_written {
            After::Nothing
        } else if full {
            After::Full
        } else {
            After::More
        })
    }
}
