//! No tunnel of ours: something else leads the public address to the door.

use std::{future::pending, net::SocketAddr};

use async_trait::async_trait;
use url::Url;

use crate::{Kind, Link, LinkNews, Reason};

/// A public address that somebody else takes care of. It is only probed.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The address.
    pub url: Url,
}

#[async_trait]
impl Kind for Fixed {
    fn name(&self) -> &'static str {
        "none"
    }

    async fn open(&self, _: SocketAddr) -> Result<Box<dyn Link>, Reason> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl Link for Fixed {
    fn url(&self) -> Url {
        self.url.clone()
    }

    async fn next(&mut self) -> LinkNews {
        pending().await
    }

    async fn close(self: Box<Self>) {}
}
