//! A connection to a bore server (<https://github.com/ekzhang/bore>, protocol of version 0.6).
//!
//! bore carries plain TCP and says nothing about who may see it, so the server stands behind a proxy
//! that speaks TLS, and the secret proves that we may use it.

mod protocol;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::{Kind, Link, LinkNews, Names, Reason, ReasonCode, names::connect, traffic::Traffic};
use protocol::{Ask, Peer, Tell};

/// The server sends a sign of life every half second.
const SILENCE: Duration = Duration::from_secs(8);
const _: () = assert!(
    SILENCE.as_secs() <= 15,
    "a half-open connection is found within fifteen seconds"
);

/// A tunnel over bore.
#[derive(Clone)]
pub struct Bore {
    /// The server's name or address.
    pub host: String,
    /// Where it takes connections from us; 7835 unless it was changed on the way.
    pub port: u16,
    /// Who knows where its name leads.
    pub names: Arc<dyn Names>,
    /// The port that it opens for us.
    pub remote_port: u16,
    /// What the server and we share.
    pub secret: Option<String>,
    /// Where the proxy in front makes it public.
    pub public_url: Url,
}

/// Without the secret.
impl std::fmt::Debug for Bore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bore")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Bore {
    async fn peer(&self) -> Result<Peer, Reason> {
        let stream = connect(&*self.names, &self.host, self.port).await?;
        let mut peer = Peer::new(&self.host, stream);
        if let Some(secret) = &self.secret {
            peer.prove(secret).await?;
        }
        Ok(peer)
    }
}

#[async_trait]
impl Kind for Bore {
    fn name(&self) -> &'static str {
        "bore"
    }

    async fn open(&self, door: SocketAddr) -> Result<Box<dyn Link>, Reason> {
        let mut peer = self.peer().await?;
        peer.say(&Ask::Hello(self.remote_port)).await?;
        let heard = match peer.hear_soon().await {
            // A server that hangs up now has not liked the proof.
            Err(reason) if self.secret.is_some() && reason.code == ReasonCode::LinkClosed => {
                return Err(Reason::new(
                    ReasonCode::Refused,
                    format!(
                        "{} hung up after it got the secret, so it has another one",
                        self.host
                    ),
                ));
            }
            heard => heard?,
        };
        match heard {
            Tell::Hello(port) => {
                tracing::info!(host = self.host, port, "the bore server opened a port");
            }
            Tell::Challenge(_) => {
                return Err(Reason::new(
                    ReasonCode::Refused,
                    format!("{} wants a secret, and none is set", self.host),
                ));
            }
            Tell::Error(text) => return Err(peer.complaint(&text)),
            Tell::Heartbeat | Tell::Connection(_) => return Err(peer.unexpected()),
        }
        Ok(Box::new(BoreLink {
            bore: self.clone(),
            peer,
            last_heard: Instant::now(),
            traffic: Traffic::to(door),
        }))
    }
}

struct BoreLink {
    bore: Bore,
    peer: Peer,
    /// When the server said something last. Kept here, so that asking for news can be dropped and the
    /// limit still holds.
    last_heard: Instant,
    traffic: Traffic,
}

impl BoreLink {
    /// Somebody came: takes them over a connection of their own.
    fn take(&self, id: String) {
        let Some(place) = self.traffic.place() else {
            tracing::warn!("too many connections at once; one is left to the bore server");
            return;
        };
        let (bore, traffic) = (self.bore.clone(), self.traffic.clone());
        self.traffic.spawn(async move {
            let _place = place;
            let taken = async {
                let mut peer = bore.peer().await?;
                peer.say(&Ask::Accept(id)).await?;
                Ok::<_, Reason>(peer)
            };
            match taken.await {
                Ok(peer) => traffic.carry(peer.into_stream()).await,
                Err(reason) => tracing::warn!(%reason, "a connection could not be taken over"),
            }
        });
    }
}

#[async_trait]
impl Link for BoreLink {
    fn url(&self) -> Url {
        self.bore.public_url.clone()
    }

    async fn next(&mut self) -> LinkNews {
        loop {
            let heard = timeout_at(self.last_heard + SILENCE, self.peer.hear()).await;
            self.last_heard = Instant::now();
            match heard {
                Ok(Ok(Tell::Heartbeat)) => {}
                Ok(Ok(Tell::Connection(id))) => self.take(id),
                Ok(Ok(Tell::Error(text))) => {
                    return LinkNews::Lost(self.peer.complaint(&text));
                }
                Ok(Ok(Tell::Hello(_) | Tell::Challenge(_))) => {
                    return LinkNews::Lost(self.peer.unexpected());
                }
                Ok(Err(reason)) => return LinkNews::Lost(reason),
                Err(_) => {
                    return LinkNews::Lost(Reason::new(
                        ReasonCode::LinkSilent,
                        format!(
                            "{} has said nothing for {} s, though the connection seems to stand",
                            self.bore.host,
                            SILENCE.as_secs()
                        ),
                    ));
                }
            }
        }
    }

    async fn close(self: Box<Self>) {
        self.traffic.end().await;
    }
}

impl Drop for BoreLink {
    fn drop(&mut self) {
        self.traffic.cut();
    }
}
