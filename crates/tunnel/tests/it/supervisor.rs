//! The supervisor against a link and a probe in the test's hand, with little patience.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use ringback_tunnel::{Kind, Link, LinkNews, Pace, Probe, Reason, ReasonCode, State, Tunnel};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use url::Url;

use crate::setting::{SOON, around};

const PACE: Pace = Pace {
    probe_every: Duration::from_millis(100),
    probe_again: Duration::from_millis(25),
    probe_time: Duration::from_secs(20),
    misses: 3,
    ready_time: Duration::from_millis(200),
    first_wait: Duration::from_millis(20),
    longest_wait: Duration::from_millis(100),
    patient_wait: Duration::from_secs(1),
    steady: Duration::from_secs(3_600),
};

/// No wait ends by itself as long as anybody would watch: what happens was asked for.
const NEVER: Duration = Duration::from_secs(3600);

#[derive(Clone)]
struct Hand {
    opened: Arc<AtomicU32>,
    closed: Arc<AtomicU32>,
    /// What opening fails with, first come.
    refusals: Arc<Mutex<VecDeque<Reason>>>,
    url: watch::Sender<Url>,
    news: Arc<Mutex<Option<mpsc::UnboundedSender<LinkNews>>>>,
    /// Whether the door answers.
    answers: Arc<Mutex<Result<(), Reason>>>,
    probes: Arc<AtomicU32>,
    /// So many probes fail, whatever the door answers.
    misses: Arc<AtomicU32>,
}

impl Hand {
    fn new() -> Self {
        Self {
            opened: Arc::default(),
            closed: Arc::default(),
            refusals: Arc::default(),
            url: watch::Sender::new(url("https://one.example")),
            news: Arc::default(),
            answers: Arc::new(Mutex::new(Ok(()))),
            probes: Arc::default(),
            misses: Arc::default(),
        }
    }

    fn start(&self) -> (Tunnel, watch::Receiver<State>) {
        self.start_at(PACE)
    }

    fn start_at(&self, pace: Pace) -> (Tunnel, watch::Receiver<State>) {
        let door = SocketAddr::from(([127, 0, 0, 1], 1));
        let tunnel = Tunnel::start(
            Arc::new(self.clone()),
            door,
            Arc::new(self.clone()),
            around(),
            pace,
        );
        let states = tunnel.states();
        (tunnel, states)
    }

    fn answer(&self, answer: Result<(), ReasonCode>) {
        let answer = answer.map_err(|code| Reason::new(code, "said the test"));
        *self.answers.lock().expect("no panic") = answer;
    }

    fn say(&self, news: LinkNews) {
        let sender = self.news.lock().expect("no panic").clone();
        sender
            .expect("a link is open")
            .send(news)
            .expect("it is heard");
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

struct Held(Hand, mpsc::UnboundedReceiver<LinkNews>);

#[async_trait]
impl Kind for Hand {
    fn name(&self) -> &'static str {
        "hand"
    }

    async fn open(&self, _: SocketAddr) -> Result<Box<dyn Link>, Reason> {
        self.opened.fetch_add(1, SeqCst);
        if let Some(reason) = self.refusals.lock().expect("no panic").pop_front() {
            return Err(reason);
        }
        let (sender, receiver) = mpsc::unbounded_channel();
        *self.news.lock().expect("no panic") = Some(sender);
        Ok(Box::new(Held(self.clone(), receiver)))
    }
}

#[async_trait]
impl Link for Held {
    fn url(&self) -> Url {
        self.0.url.borrow().clone()
    }

    async fn next(&mut self) -> LinkNews {
        self.1.recv().await.expect("the test holds the other end")
    }

    async fn close(self: Box<Self>) {
        self.0.closed.fetch_add(1, SeqCst);
    }
}

#[async_trait]
impl Probe for Hand {
    async fn probe(&self, _: &Url) -> Result<Duration, Reason> {
        self.probes.fetch_add(1, SeqCst);
        if self.misses.load(SeqCst) > 0 {
            self.misses.fetch_sub(1, SeqCst);
            return Err(Reason::new(ReasonCode::NoAnswer, "this once"));
        }
        let answer = self.answers.lock().expect("no panic").clone();
        answer.map(|()| Duration::from_millis(20))
    }
}

fn is_up(state: &State) -> bool {
    state.url().is_some()
}

fn is_down(state: &State) -> bool {
    matches!(state, State::Down { .. })
}

fn code(state: &State) -> ReasonCode {
    match state {
        State::Down { reason, .. } => reason.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_is_up_when_a_probe_says_so_and_not_when_the_link_does() {
    let hand = Hand::new();
    hand.answer(Err(ReasonCode::AnswersElsewhere));
    let (tunnel, mut states) = hand.start();
    let begin = Instant::now();
    let state = states.wait_for(is_down).await.expect("it runs").clone();
    assert_eq!(code(&state), ReasonCode::AnswersElsewhere);
    assert!(begin.elapsed() >= PACE.ready_time);
    hand.answer(Ok(()));
    let state = states.wait_for(is_up).await.expect("it runs").clone();
    let State::Up {
        url, round_trip, ..
    } = state
    else {
        panic!("{state:?}")
    };
    assert_eq!(url.as_str(), "https://one.example/");
    assert_eq!(round_trip, Duration::from_millis(20));
    tunnel.stop().await;
}

#[tokio::test]
async fn three_probes_in_vain_bring_it_down_although_the_link_lives() {
    let hand = Hand::new();
    let (tunnel, mut states) = hand.start();
    states.wait_for(is_up).await.expect("it runs");
    hand.answer(Err(ReasonCode::NoAnswer));
    let probes = hand.probes.load(SeqCst);
    let state = states.wait_for(is_down).await.expect("it runs").clone();
    assert_eq!(code(&state), ReasonCode::NoAnswer);
    let in_vain = hand.probes.load(SeqCst) - probes;
    assert!((3..=4).contains(&in_vain), "{in_vain} probes");
    assert_eq!(hand.closed.load(SeqCst), 1, "the link was ended");
    hand.answer(Ok(()));
    states.wait_for(is_up).await.expect("it runs");
    assert_eq!(hand.opened.load(SeqCst), 2);
    tunnel.stop().await;
    assert_eq!(hand.closed.load(SeqCst), 2);
}

#[tokio::test]
async fn a_single_probe_in_vain_is_forgiven() {
    let hand = Hand::new();
    let (tunnel, mut states) = hand.start();
    let since = states.wait_for(is_up).await.expect("it runs").clone();
    // The next one fails, those after it do not.
    hand.misses.store(1, SeqCst);
    while hand.misses.load(SeqCst) > 0 {
        states.changed().await.expect("it runs");
    }
    let after = hand.probes.load(SeqCst) + 2;
    while hand.probes.load(SeqCst) < after {
        states.changed().await.expect("it runs");
    }
    assert_eq!(hand.opened.load(SeqCst), 1, "the link was left alone");
    let now = tunnel.state();
    assert!(
        matches!((now, since), (State::Up { since: a, .. }, State::Up { since: b, .. }) if a == b)
    );
    tunnel.stop().await;
}

#[tokio::test]
async fn what_only_a_person_can_mend_is_tried_at_once_after_a_restart() {
    let hand = Hand::new();
    let changed = Reason::new(ReasonCode::HostKeyChanged, "another key");
    hand.refusals.lock().expect("no panic").push_back(changed);
    let (tunnel, mut states) = hand.start_at(Pace {
        patient_wait: NEVER,
        ..PACE
    });
    states.wait_for(is_down).await.expect("it runs");
    tunnel.restart();
    let up = tokio::time::timeout(SOON, states.wait_for(is_up)).await;
    up.expect("nobody waits for an hour").expect("it runs");
    tunnel.stop().await;
}

#[tokio::test]
async fn what_only_a_person_can_mend_is_tried_seldom() {
    let hand = Hand::new();
    let (tunnel, mut states) = hand.start();
    states.wait_for(is_up).await.expect("it runs");
    hand.refusals
        .lock()
        .expect("no panic")
        .push_back(Reason::new(ReasonCode::Refused, "no"));
    let begin = Instant::now();
    hand.say(LinkNews::Lost(Reason::new(ReasonCode::LinkClosed, "gone")));
    states
        .wait_for(|state| is_down(state) && code(state) == ReasonCode::Refused)
        .await
        .expect("it runs");
    states.wait_for(is_up).await.expect("it runs");
    assert!(begin.elapsed() >= PACE.patient_wait);
    tunnel.stop().await;
}

#[tokio::test]
async fn a_name_that_leads_nowhere_at_first_is_tried_again_later_each_time_until_it_does() {
    let hand = Hand::new();
    for _ in 0..4 {
        let reason = Reason::new(ReasonCode::NameUnknown, "no network yet");
        hand.refusals.lock().expect("no panic").push_back(reason);
    }
    let begin = Instant::now();
    let (tunnel, mut states) = hand.start();
    states.wait_for(is_up).await.expect("it runs");
    // 20 + 40 + 80 + 100 ms, chance left out.
    assert!(begin.elapsed() >= Duration::from_millis(240));
    assert_eq!(hand.opened.load(SeqCst), 5);
    tunnel.stop().await;
}

#[tokio::test]
async fn after_waking_one_probe_in_vain_is_enough() {
    let hand = Hand::new();
    // The probe that fails is the one that was asked for.
    let (tunnel, mut states) = hand.start_at(Pace {
        probe_every: NEVER,
        ..PACE
    });
    states.wait_for(is_up).await.expect("it runs");
    hand.misses.store(1, SeqCst);
    tunnel.look();
    states.wait_for(is_down).await.expect("it runs");
    states.wait_for(is_up).await.expect("it runs");
    assert_eq!(hand.opened.load(SeqCst), 2);
    tunnel.stop().await;
}

#[tokio::test]
async fn a_link_that_had_stood_for_a_while_is_begun_anew_sooner_than_one_that_comes_and_goes() {
    // Nobody waits for as long as this.
    let first_wait = Duration::from_secs(100);
    let wait = async |steady| {
        let hand = Hand::new();
        let (tunnel, mut states) = hand.start_at(Pace {
            first_wait,
            longest_wait: first_wait,
            steady,
            ..PACE
        });
        states.wait_for(is_up).await.expect("it runs");
        hand.say(LinkNews::Lost(Reason::new(ReasonCode::LinkClosed, "gone")));
        let down = states.wait_for(|state| next_try(state).is_some()).await;
        let next_try = next_try(&down.expect("it runs"));
        tunnel.stop().await;
        next_try
    };
    // The clock on the wall stands at zero, and chance has no part in it.
    let after = |wait| Timestamp::UNIX_EPOCH.checked_add(wait).ok();
    assert_eq!(wait(Duration::ZERO).await, after(first_wait / 5));
    assert_eq!(wait(PACE.steady).await, after(first_wait));
}

fn next_try(state: &State) -> Option<Timestamp> {
    match state {
        State::Down { next_try, .. } => *next_try,
        _ => None,
    }
}

#[tokio::test]
async fn another_address_is_up_only_after_a_probe_of_its_own() {
    let hand = Hand::new();
    let (tunnel, mut states) = hand.start();
    states.wait_for(is_up).await.expect("it runs");
    // Long after the link began: the address is new, and has its time.
    let begin = Instant::now();
    while begin.elapsed() < PACE.ready_time {
        states.changed().await.expect("it is probed again");
    }
    hand.answer(Err(ReasonCode::NoAnswer));
    hand.url.send_replace(url("https://two.example"));
    hand.say(LinkNews::Moved);
    states
        .wait_for(|state| *state == State::Starting)
        .await
        .expect("it runs");
    hand.answer(Ok(()));
    let state = states.wait_for(is_up).await.expect("it runs").clone();
    assert_eq!(state.url().map(Url::as_str), Some("https://two.example/"));
    tunnel.stop().await;
}

#[tokio::test]
async fn the_end_waits_for_the_link_to_be_closed() {
    let hand = Hand::new();
    let (tunnel, mut states) = hand.start();
    states.wait_for(is_up).await.expect("it runs");
    tunnel.stop().await;
    assert_eq!(hand.closed.load(SeqCst), 1);
    assert_eq!(tunnel.state(), State::Off);
    tunnel.stop().await;
}
