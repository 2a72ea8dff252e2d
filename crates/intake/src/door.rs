//! Serving: one address, many connections, none of which can hold up the others.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Intake, router};

/// Where the door is unless told otherwise: this machine only. What comes from outside comes
/// through a tunnel.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7480));

/// How long to wait when the system has no file handle for another connection.
const BREATHER: Duration = Duration::from_millis(100);

/// How much a single sender, and all of them, may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at the same time. Further ones wait in the system's queue.
    pub connections: usize,
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
            connections: 1024,
            head_time: Duration::from_secs(20),
            head_bytes: 64 << 10,
            closing_time: Duration::from_secs(5),
        }
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
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            addr,
            limits: Limits::default(),
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
        let places = Arc::new(Semaphore::new(limits.connections));
        let connections = TaskTracker::new();
        let cut_off = CancellationToken::new();
        let accepting = async {
            loop {
                let place = Arc::clone(&places)
                    .acquire_owned()
                    .await
                    .expect("the semaphore is never closed");
                let stream = accept(&listener).await;
                let connection = connection(stream, service.clone(), limits, shutdown.clone());
                let cut_off = cut_off.clone();
                connections.spawn(async move {
                    let _place = place;
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

/// Serves one connection to its end. After `shutdown` the request in hand is its last.
pub(crate) async fn connection(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    service: Router,
    limits: Limits,
    shutdown: CancellationToken,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head_bytes)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}
