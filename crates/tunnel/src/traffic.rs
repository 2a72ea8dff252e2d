//! What comes through a link goes to the door, and nowhere else.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, tcp::WriteHalf},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Connections through one link at the same time. The door takes fewer and sends away those who dawdle;
/// so this has to be so many that it is the door that chooses, and not chance.
const MOST: usize = 8192;

/// How long a door on this machine may take to answer the phone.
const DOOR_TIME: Duration = Duration::from_secs(5);

/// How long the door may take nothing of what somebody sends. It reads all that it wants at once, so
/// whoever is not read any more sends without listening, and in one link they stand in the way of all.
const STALL_TIME: Duration = Duration::from_secs(5);

/// The way from a link to the door. Everything on it ends when the link does.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    door: SocketAddr,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    end: CancellationToken,
}

impl Traffic {
    pub(crate) fn to(door: SocketAddr) -> Self {
        Self {
            door,
            places: Arc::new(Semaphore::new(places())),
            tasks: TaskTracker::new(),
            end: CancellationToken::new(),
        }
    }

    /// A place for one more connection, if there is one.
    pub(crate) fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().try_acquire_owned().ok()
    }

    /// Runs `work` until it is done or the link ends.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let end = self.end.clone();
        self.tasks.spawn(async move {
            end.run_until_cancelled(work).await;
        });
    }

    /// A connection to the door, if it is open.
    pub(crate) async fn door(&self) -> Option<TcpStream> {
        match timeout(DOOR_TIME, TcpStream::connect(self.door)).await {
            Ok(Ok(door)) => {
                let _ = door.set_nodelay(true);
                Some(door)
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "a connection came through the tunnel, and the door is closed");
                None
            }
            Err(_) => {
                tracing::warn!(
                    "a connection came through the tunnel, and the door does not answer"
                );
                None
            }
        }
    }

    /// Carries bytes between `outside` and the door until the door has hung up. Who is outside may say
    /// that nothing more comes and still be answered.
    pub(crate) async fn carry(&self, outside: impl AsyncRead + AsyncWrite) {
        let Some(mut door) = self.door().await else {
            return;
        };
        let (mut from_outside, mut to_outside) = tokio::io::split(outside);
        let (mut from_door, mut to_door) = door.split();
        let inward = async {
            tokio::io::copy(&mut from_outside, &mut to_door).await?;
            to_door.shutdown().await
        };
        let outward = async {
            tokio::io::copy(&mut from_door, &mut to_outside).await?;
            to_outside.shutdown().await
        };
        if let Err(error) = until_outward_ends(inward, outward).await {
            tracing::debug!(%error, "a connection through the tunnel broke off");
        }
    }

    /// Ends everything and waits for it.
    pub(crate) async fn end(&self) {
        self.end.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Ends everything without waiting.
    pub(crate) fn cut(&self) {
        self.end.cancel();
    }
}

/// Runs both directions until the one outward is done, or one of them breaks off.
pub(crate) async fn until_outward_ends(
    inward: impl Future<Output = io::Result<()>>,
    outward: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    let mut outward = std::pin::pin!(outward);
    tokio::select! {
        ended = outward.as_mut() => ended,
        ended = inward => {
            ended?;
            outward.await
        }
    }
}

/// Gives the door a piece of what somebody sends.
pub(crate) async fn give(to_door: &mut WriteHalf<'_>, piece: &[u8]) -> io::Result<()> {
    match timeout(STALL_TIME, to_door.write_all(piece)).await {
        Ok(given) => given,
        Err(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "it sends more than the door wants to read",
        )),
    }
}

/// So many connections that they cannot take what else needs open files.
fn places() -> usize {
    #[cfg(unix)]
    if let Ok((allowed, _)) = rlimit::getrlimit(rlimit::Resource::NOFILE) {
        return MOST.min(usize::try_from(allowed / 4).unwrap_or(MOST));
    }
    MOST
}
