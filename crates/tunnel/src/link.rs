//! What a kind of tunnel has to be able to do, and what tells whether it really works.

use std::{net::SocketAddr, time::Duration};

use async_trait::async_trait;
use url::Url;

use crate::Reason;

/// A way to make the door public.
#[async_trait]
pub trait Kind: Send + Sync {
    /// Its name in `config.toml`.
    fn name(&self) -> &'static str;

    /// Opens a link that leads to `door` and nowhere else. Comes back when there is something to
    /// probe. May be dropped at any moment; then nothing of it may stay behind.
    async fn open(&self, door: SocketAddr) -> Result<Box<dyn Link>, Reason>;
}

/// An open link. Dropping it ends it as well, only less politely.
#[async_trait]
pub trait Link: Send {
    /// The public address as it is known now.
    fn url(&self) -> Url;

    /// Waits for what happens to the link. Can be dropped and asked again.
    async fn next(&mut self) -> LinkNews;

    /// Ends it. Nothing of it is left afterwards.
    async fn close(self: Box<Self>);
}

/// What happens to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkNews {
    /// The public address is another one now.
    Moved,
    /// It is gone.
    Lost(Reason),
}

/// Asks through the public address whether this very door answers.
#[async_trait]
pub trait Probe: Send + Sync {
    /// The time there and back. An error for everything that is not a proof.
    async fn probe(&self, public: &Url) -> Result<Duration, Reason>;
}
