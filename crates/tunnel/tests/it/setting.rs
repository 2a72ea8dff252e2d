//! A door that says who it is, a probe that asks it, and patience that fits a test.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use ringback_peers::Wire;
use ringback_tunnel::{Around, Kind, Pace, Probe, Reason, ReasonCode, State, Tunnel};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, timeout},
};
use url::Url;

/// How long a thing that should happen at once may take on a busy machine.
pub(crate) const SOON: Duration = Duration::from_secs(90);

/// Answers each line with its own name and the line.
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Door {
    pub(crate) async fn open(name: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let mut line = String::new();
                    // Whoever hangs up gets no answer.
                    let _ = stream.read_line(&mut line).await;
                    let _ = stream.write_all(format!("{name} {line}").as_bytes()).await;
                });
            }
        });
        Self { address, task }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Asks the door behind the public address for its name.
pub(crate) struct Line;

#[async_trait]
impl Probe for Line {
    async fn probe(&self, public: &Url) -> Result<Duration, Reason> {
        let begin = Instant::now();
        let name = ask(public, "probe")
            .await
            .ok_or_else(|| Reason::new(ReasonCode::NoAnswer, "nobody answers"))?;
        if name == "door probe" {
            return Ok(begin.elapsed());
        }
        Err(Reason::new(ReasonCode::AnswersElsewhere, name))
    }
}

/// Finds everything in order, wherever it is asked.
pub(crate) struct Content;

#[async_trait]
impl Probe for Content {
    async fn probe(&self, _: &Url) -> Result<Duration, Reason> {
        Ok(Duration::from_millis(1))
    }
}

/// What is answered to a line behind the public address.
pub(crate) async fn ask(public: &Url, line: &str) -> Option<String> {
    let place = (public.host_str()?, public.port_or_known_default()?);
    let mut stream = TcpStream::connect(place).await.ok()?;
    stream
        .write_all(format!("{line}\n").as_bytes())
        .await
        .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    (!answer.is_empty()).then(|| answer.trim().to_owned())
}

/// Quick to try again; slow to probe, so that what finds a broken link is the link itself.
pub(crate) fn pace() -> Pace {
    Pace {
        probe_every: Duration::from_secs(600),
        probe_again: Duration::from_millis(200),
        probe_time: Duration::from_secs(5),
        first_wait: Duration::from_millis(50),
        longest_wait: Duration::from_millis(400),
        patient_wait: Duration::from_secs(600),
        ready_time: Duration::from_secs(20),
        ..Pace::default()
    }
}

pub(crate) fn around() -> Around {
    Around {
        now: Arc::new(|| Timestamp::UNIX_EPOCH),
        random: Arc::new(|| 1.0),
    }
}

/// A tunnel that was begun, and how it is.
pub(crate) struct Running {
    pub(crate) tunnel: Tunnel,
    states: watch::Receiver<State>,
}

impl Running {
    pub(crate) fn start(kind: impl Kind + 'static, door: &Door) -> Self {
        Self::at(kind, door, pace())
    }

    pub(crate) fn at(kind: impl Kind + 'static, door: &Door, pace: Pace) -> Self {
        Self::probed_by(Line, kind, door, pace)
    }

    /// Probed ten times a second, and every probe goes well: whatever is wrong, only the link can tell, and
    /// it is interrupted all the time.
    pub(crate) fn unsuspected(kind: impl Kind + 'static, door: &Door) -> Self {
        let often = Pace {
            probe_every: Duration::from_millis(100),
            ..pace()
        };
        Self::probed_by(Content, kind, door, often)
    }

    fn probed_by(
        probe: impl Probe + 'static,
        kind: impl Kind + 'static,
        door: &Door,
        pace: Pace,
    ) -> Self {
        let kind = Arc::new(kind);
        let tunnel = Tunnel::start(kind, door.address, Arc::new(probe), around(), pace);
        Self {
            states: tunnel.states(),
            tunnel,
        }
    }

    /// Waits for a state.
    pub(crate) async fn that(&mut self, what: &str, is: impl FnMut(&State) -> bool) -> State {
        match timeout(SOON, self.states.wait_for(is)).await {
            Ok(state) => state.expect("the tunnel runs").clone(),
            Err(_) => panic!(
                "waited in vain until it is {what}; it is {:?}",
                self.tunnel.state()
            ),
        }
    }

    /// Lets the wire carry nothing more without closing anything: that has to be found. How soon is a
    /// matter of the links' own limits.
    pub(crate) async fn is_found_silent(&mut self, wire: &Wire) {
        wire.silence();
        let is_down = |state: &State| reason(state).is_some();
        let state = self.that("found to be silent", is_down).await;
        let code = reason(&state).map(|reason| reason.code);
        assert_eq!(code, Some(ReasonCode::LinkSilent));
    }

    pub(crate) async fn up(&mut self) -> Url {
        let state = self.that("up", |state| state.url().is_some()).await;
        state.url().expect("it is up").clone()
    }

    pub(crate) async fn down(&mut self) -> Reason {
        let state = self.that("down", |state| reason(state).is_some()).await;
        reason(&state).expect("it is down")
    }
}

/// Why it is down.
pub(crate) fn reason(state: &State) -> Option<Reason> {
    match state {
        State::Down { reason, .. } => Some(reason.clone()),
        _ => None,
    }
}
