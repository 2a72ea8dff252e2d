//! What comes through a link goes to the door, and nowhere else.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Connections through one link at the same time. The door itself takes more.
const MOST: usize = 512;

/// How long a door on this machine may take to answer the phone.
const DOOR_TIME: Duration = Duration::from_secs(5);

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
            places: Arc::new(Semaphore::new(MOST)),
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

    /// Carries bytes between `outside` and the door until one side has hung up.
    pub(crate) async fn carry(&self, mut outside: impl AsyncRead + AsyncWrite + Unpin) {
        let door = match timeout(DOOR_TIME, TcpStream::connect(self.door)).await {
            Ok(Ok(door)) => door,
            Ok(Err(error)) => {
                tracing::warn!(%error, "a connection came through the tunnel, and the door is closed");
                return;
            }
            Err(_) => {
                tracing::warn!(
                    "a connection came through the tunnel, and the door does not answer"
                );
                return;
            }
        };
        let mut door = door;
        let _ = door.set_nodelay(true);
        if let Err(error) = copy_bidirectional(&mut outside, &mut door).await {
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
