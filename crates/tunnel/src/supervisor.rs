//! Begins a tunnel, watches it, begins it anew, ends it.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{Kind, Link, LinkNews, Probe, Reason, ReasonCode, State, backoff};

/// How patient a tunnel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The pause between two probes while all is well.
    pub probe_every: Duration,
    /// The pause after a probe that failed.
    pub probe_again: Duration,
    /// How long one probe may take.
    pub probe_time: Duration,
    /// This many failed probes in a row mean that the tunnel is down, whatever the link says.
    pub misses: u32,
    /// How long a link may take from its begin, or from its move to another address, until a probe succeeds.
    pub ready_time: Duration,
    /// The first pause before a new beginning; it doubles with each try in vain.
    pub first_wait: Duration,
    /// The longest one.
    pub longest_wait: Duration,
    /// The longest one where only a person can help.
    pub patient_wait: Duration,
    /// A link that stood for so long was lost by chance, as by a router that began anew: the next one is
    /// begun after a fifth of `first_wait`.
    pub steady: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            probe_every: Duration::from_secs(60),
            probe_again: Duration::from_secs(5),
            probe_time: Duration::from_secs(10),
            misses: 3,
            ready_time: Duration::from_secs(60),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            patient_wait: Duration::from_secs(300),
            steady: Duration::from_secs(5),
        }
    }
}

/// Time and chance, from outside.
#[derive(Clone)]
pub struct Around {
    /// What the clock on the wall shows.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// A number from 0 to 1.
    pub random: Arc<dyn Fn() -> f64 + Send + Sync>,
}

/// A running tunnel. Dropping it ends it, without waiting for the end.
#[derive(Debug)]
pub struct Tunnel {
    state: watch::Receiver<State>,
    wishes: mpsc::Sender<Wish>,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
enum Wish {
    /// Begin anew.
    Restart,
    /// Something changed around us: probe at once.
    Look,
}

impl Tunnel {
    /// Begins a tunnel to `door`, and goes on until it is stopped.
    pub fn start(
        kind: Arc<dyn Kind>,
        door: SocketAddr,
        probe: Arc<dyn Probe>,
        around: Around,
        pace: Pace,
    ) -> Self {
        let (publish, state) = watch::channel(State::Starting);
        let (wishes, heard) = mpsc::channel(4);
        let stop = CancellationToken::new();
        let supervisor = Supervisor {
            kind,
            door,
            probe,
            around,
            pace,
            publish,
            wishes: heard,
            tries: 0,
            was_steady: false,
        };
        let stopped = stop.clone();
        let task = tokio::spawn(supervisor.run(stopped));
        Self {
            state,
            wishes,
            stop,
            task: Mutex::new(Some(task)),
        }
    }

    /// How it is now.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// How it is from now on.
    pub fn states(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Begins anew, at once.
    pub fn restart(&self) {
        // If so many wishes wait already, one of them is enough.
        let _ = self.wishes.try_send(Wish::Restart);
    }

    /// The machine woke or changed its network: what stood may stand no more.
    pub fn look(&self) {
        let _ = self.wishes.try_send(Wish::Look);
    }

    /// Ends it and waits until nothing of it is left.
    pub async fn stop(&self) {
        self.stop.cancel();
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task
            && task.await.is_err()
        {
            tracing::error!("the watch over the tunnel ended by a panic");
        }
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Supervisor {
    kind: Arc<dyn Kind>,
    door: SocketAddr,
    probe: Arc<dyn Probe>,
    around: Around,
    pace: Pace,
    publish: watch::Sender<State>,
    wishes: mpsc::Receiver<Wish>,
    /// How often in a row it was begun in vain.
    tries: u32,
    /// Whether the link that was lost last had stood for a while.
    was_steady: bool,
}

impl Supervisor {
    async fn run(mut self, stop: CancellationToken) {
        loop {
            let opened = tokio::select! {
                () = stop.cancelled() => break,
                opened = self.kind.open(self.door) => opened,
            };
            let reason = match opened {
                Ok(mut link) => {
                    let begin = Instant::now();
                    let lost = tokio::select! {
                        () = stop.cancelled() => None,
                        reason = self.watch(link.as_mut()) => Some(reason),
                    };
                    if let Some(reason) = &lost {
                        self.was_steady = self.tries == 0 && begin.elapsed() >= self.pace.steady;
                        // Ending a link takes its time; that it is lost is told before.
                        self.lost(reason);
                    }
                    link.close().await;
                    match lost {
                        Some(reason) => reason,
                        None => break,
                    }
                }
                Err(reason) => reason,
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.wait(reason) => {}
            }
        }
        self.tell(State::Off);
    }

    /// Watches a link until it is lost, and gives the reason.
    async fn watch(&mut self, link: &mut dyn Link) -> Reason {
        let mut begin = Instant::now();
        let mut next_probe = begin;
        let mut misses = 0;
        let mut is_up = false;
        loop {
            let mut woken = false;
            tokio::select! {
                news = link.next() => match news {
                    LinkNews::Lost(reason) => return reason,
                    LinkNews::Moved => {
                        // The old address is no longer true; the new one has to prove itself, and has as
                        // long for it as a new link.
                        is_up = false;
                        (begin, misses) = (Instant::now(), 0);
                        self.tell(State::Starting);
                    }
                },
                wish = self.wishes.recv() => match wish {
                    Some(Wish::Look) => woken = true,
                    Some(Wish::Restart) | None => return self.restarted(),
                },
                () = sleep_until(next_probe) => {}
            }
            let url = link.url();
            // The link is heard while the probe is out: a program that ends or prints is not missed.
            let probed = tokio::select! {
                probed = probe(self.probe.as_ref(), &url, self.pace.probe_time) => probed,
                news = link.next() => match news {
                    LinkNews::Lost(reason) => return reason,
                    LinkNews::Moved => {
                        is_up = false;
                        (begin, misses) = (Instant::now(), 0);
                        self.tell(State::Starting);
                        next_probe = Instant::now();
                        continue;
                    }
                },
            };
            match probed {
                Ok(round_trip) => {
                    misses = 0;
                    is_up = true;
                    self.tries = 0;
                    self.up(url, round_trip);
                    next_probe = Instant::now() + self.pace.probe_every;
                }
                Err(reason) => {
                    misses += 1;
                    if is_up {
                        tracing::warn!(%reason, misses, "the door was not reached through its public address");
                    }
                    let is_over = if is_up {
                        misses >= self.pace.misses || woken
                    } else {
                        begin.elapsed() >= self.pace.ready_time || reason.code == ReasonCode::Tls
                    };
                    if is_over {
                        return reason;
                    }
                    let pause = if is_up {
                        self.pace.probe_again
                    } else {
                        // Soon at first: most links are there within a second or two.
                        let first = self.pace.probe_again / 5;
                        backoff::wait(misses, first, self.pace.probe_again * 2, 1.0)
                    };
                    next_probe = Instant::now() + pause;
                }
            }
        }
    }

    fn lost(&self, reason: &Reason) {
        if reason.code == ReasonCode::Restarted {
            self.tell(State::Starting);
            return;
        }
        self.tell(State::Down {
            reason: reason.clone(),
            tries: self.tries.saturating_add(1),
            next_try: None,
        });
    }

    fn restarted(&mut self) -> Reason {
        self.tries = 0;
        Reason::new(ReasonCode::Restarted, "a new beginning was asked for")
    }

    /// Tells why it is down and waits for the next try.
    async fn wait(&mut self, reason: Reason) {
        if reason.code == ReasonCode::Restarted {
            self.tell(State::Starting);
            return;
        }
        self.tries = self.tries.saturating_add(1);
        let pace = self.pace;
        let (first, longest) = if reason.code.needs_a_person() {
            (pace.patient_wait, pace.patient_wait)
        } else if std::mem::take(&mut self.was_steady) {
            (pace.first_wait / 5, pace.longest_wait)
        } else {
            (pace.first_wait, pace.longest_wait)
        };
        let wait = backoff::wait(self.tries, first, longest, (self.around.random)());
        tracing::warn!(kind = self.kind.name(), code = reason.code.as_str(), %reason, tries = self.tries, wait_ms = wait.as_millis(), "the tunnel is down");
        let next_try = SignedDuration::try_from(wait)
            .ok()
            .and_then(|wait| (self.around.now)().checked_add(wait).ok());
        let tries = self.tries;
        let down = |next_try| State::Down {
            reason: reason.clone(),
            tries,
            next_try,
        };
        self.tell(down(next_try));
        tokio::select! {
            () = sleep(wait) => {}
            wish = self.wishes.recv() => if matches!(wish, Some(Wish::Restart)) {
                self.tries = 0;
            },
        }
        self.tell(down(None));
    }

    fn up(&self, url: Url, round_trip: Duration) {
        let since = match &*self.publish.borrow() {
            State::Up {
                url: known, since, ..
            } if *known == url => Some(*since),
            _ => None,
        };
        if since.is_none() {
            tracing::info!(kind = self.kind.name(), %url, round_trip_ms = round_trip.as_millis(), "the door is reached through its public address");
        }
        let since = since.unwrap_or_else(|| (self.around.now)());
        self.tell(State::Up {
            url,
            since,
            round_trip,
        });
    }

    fn tell(&self, state: State) {
        self.publish.send_replace(state);
    }
}

async fn probe(probe: &dyn Probe, url: &Url, time: Duration) -> Result<Duration, Reason> {
    match timeout(time, probe.probe(url)).await {
        Ok(probed) => probed,
        Err(_) => Err(Reason::new(
            ReasonCode::NoAnswer,
            format!("{url} has not answered within {} s", time.as_secs_f32()),
        )),
    }
}
