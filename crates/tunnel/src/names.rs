//! From the names of servers to their addresses.

use std::{fmt, io, net::SocketAddr, time::Duration};

use async_trait::async_trait;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use crate::{Reason, ReasonCode};

/// How long the server's name and its first answer may take.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// Knows where names lead.
#[async_trait]
pub trait Names: fmt::Debug + Send + Sync {
    /// The addresses of a server. An error if nobody knows the name, or nobody can be asked.
    async fn look_up(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The system's own knowledge.
#[derive(Clone, Copy, Debug)]
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn look_up(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((host, port)).await?.collect())
    }
}

/// A TCP connection, or why there is none.
pub(crate) async fn connect(names: &dyn Names, host: &str, port: u16) -> Result<TcpStream, Reason> {
    let connecting = async {
        let addresses = names.look_up(host, port).await.map_err(|error| {
            Reason::new(
                ReasonCode::NameUnknown,
                format!("the name {host} leads nowhere: {error}"),
            )
        })?;
        TcpStream::connect(&addresses[..]).await.map_err(|error| {
            Reason::new(
                ReasonCode::Unreachable,
                format!("{host}:{port} cannot be reached: {error}"),
            )
        })
    };
    let stream = timeout(CONNECT_TIME, connecting)
        .await
        .unwrap_or_else(|_| {
            Err(Reason::new(
                ReasonCode::Unreachable,
                format!("{host}:{port} does not answer"),
            ))
        })?;
    // Small messages wait for nothing; where that cannot be had, they wait a little.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}
