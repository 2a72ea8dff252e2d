//! Serving: one address, many connections, none of which can hold up the others.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use http::Request;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Intake,
    crowd::{Crowd, Seat},
    router,
};

/// Where the door is unless told otherwise: this machine only. What comes from outside comes
/// through a tunnel.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7480));

/// How long to wait when the system has no file handle for another connection.
const BREATHER: Duration = Duration::from_millis(100);

/// How many connections the system keeps for us until we take them; it may allow fewer. Whoever does not
/// fit in is told nothing and tries again after a second, so there should be room for a crowd.
const QUEUE: u32 = 4096;

/// How much a single sender, and all of them, may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at the same time. When there are so many, the one that has got nowhere for longest
    /// makes room for the next.
    pub connections: usize,
    /// How long a connection may get nowhere even then. So who comes to a door full of dawdlers waits for
    /// no longer than this, times those who came just before, divided by `connections`.
    pub grace: Duration,
    /// The time for the head of a request, counted from the end of the one before; so it is also
    /// how long a connection may idle.
    pub head_time: Duration,
    /// The largest head of a request, in bytes.
    pub head_bytes: usize,
    /// When the door closes: the time for what is in hand.
    pub closing_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            grace: Duration::from_millis(500),
            head_time: Duration::from_secs(20),
            head_bytes: 32 << 10,
            closing_time: Duration::from_secs(5),
        }
    }
}

impl Limits {
    /// The same, with so few connections that they cannot take what else needs open files.
    fn within_allowance(self) -> Self {
        #[cfg(unix)]
        if let Ok((allowed, _)) = rlimit::getrlimit(rlimit::Resource::NOFILE) {
            let share = usize::try_from(allowed / 16 * 3)
                .unwrap_or(usize::MAX)
                .max(1);
            return Self {
                connections: self.connections.min(share),
                ..self
            };
        }
        self
    }
}

/// An address that is ours, not yet served.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    addr: SocketAddr,
    limits: Limits,
}

/// Why there is no door at an address. A person has to choose another one or free it.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// Another program listens there.
    #[error(
        "port {} on {} is in use, perhaps by another Ringback on another home; \
         stop that program, or choose a free port with `listen` under [intake] in config.toml",
        .0.port(), .0.ip()
    )]
    Taken(SocketAddr),
    /// The system does not let us listen there.
    #[error(
        "this user may not listen on port {}; choose one above 1023 with `listen` under [intake] in config.toml",
        .0.port()
    )]
    NotAllowed(SocketAddr),
    /// The machine does not have this address.
    #[error(
        "{} is no address of this machine; correct `listen` under [intake] in config.toml, usually to {DEFAULT_LISTEN}",
        .0.ip()
    )]
    NotOurs(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {addr}: {source}")]
    Io {
        /// The address.
        addr: SocketAddr,
        /// The system's words.
        source: io::Error,
    },
}

impl Door {
    /// Takes the address. Port 0 takes any free one; see [`Door::local_addr`].
    pub async fn bind(addr: SocketAddr) -> Result<Self, DoorError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => DoorError::Taken(addr),
            io::ErrorKind::PermissionDenied => DoorError::NotAllowed(addr),
            io::ErrorKind::AddrNotAvailable => DoorError::NotOurs(addr),
            _ => DoorError::Io { addr, source },
        };
        let listener = listen(addr).map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            addr,
            limits: Limits::default().within_allowance(),
        })
    }

    /// Other limits than the usual ones.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where it is, with the real port.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves until `shutdown`, then takes no new connection and finishes what is in hand within
    /// [`Limits::closing_time`]. What is not done by then is cut off unanswered, which makes its
    /// sender try again.
    pub async fn serve(self, intake: Intake, shutdown: CancellationToken) {
        let Self {
            listener,
            addr,
            limits,
        } = self;
        tracing::info!(%addr, "the door is open");
        let service = router(intake);
        let crowd = Crowd::new(limits.connections, limits.grace);
        let connections = TaskTracker::new();
        let cut_off = CancellationToken::new();
        let accepting = async {
            loop {
                let stream = accept(&listener).await;
                let seat = crowd.enter().await;
                let service = TowerToHyperService::new(service.clone());
                let connection = connection(stream, service, limits, seat, shutdown.clone());
                let cut_off = cut_off.clone();
                connections.spawn(async move {
                    cut_off.run_until_cancelled(connection).await;
                });
            }
        };
        shutdown.run_until_cancelled(accepting).await;
        drop(listener);
        connections.close();
        if tokio::time::timeout(limits.closing_time, connections.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                connections = connections.len(),
                "not everything in hand was done in time and is cut off"
            );
            cut_off.cancel();
            connections.wait().await;
        }
        tracing::info!(%addr, "the door is closed");
    }
}

fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = match addr {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Elsewhere than on Windows this only means: not kept from us by connections that ended a moment ago.
    if cfg!(not(windows)) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(addr)?;
    socket.listen(QUEUE)
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and final; holding them back to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            // The one that came has left again; the next one may be fine.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::ConnectionRefused
                ) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(BREATHER).await;
            }
        }
    }
}

/// Serves one connection to its end. After `shutdown` the request in hand is its last; one that has to
/// make room is closed as it is.
async fn connection(
    stream: TcpStream,
    service: TowerToHyperService<Router>,
    limits: Limits,
    seat: Arc<Seat>,
    shutdown: CancellationToken,
) {
    let watched = service_fn(|mut request: Request<Incoming>| {
        seat.is_whole();
        request.extensions_mut().insert(Arc::clone(&seat));
        let answering = service.call(request);
        let seat = Arc::clone(&seat);
        async move {
            let answer = answering.await;
            seat.is_answered();
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head_bytes)
        .serve_connection(TokioIo::new(stream), watched);
    let mut connection = std::pin::pin!(connection);
    let to_the_end = async {
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    tokio::select! {
        ended = to_the_end => if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke off");
        },
        () = seat.sent_away() => tracing::debug!("a connection that got nowhere made room for another"),
    }
}
