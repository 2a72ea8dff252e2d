//! One connection through the server's port: from an SSH channel to the door and back.
//!
//! The channel's packets go to the door as they are. Nothing is set aside for a connection on which
//! nothing comes, for there may be thousands of those.

use std::io;

use bytes::Bytes;
use russh::{Channel, ChannelMsg, client::Msg};
use tokio::{io::AsyncWriteExt, net::tcp::ReadHalf};

use crate::traffic::{Traffic, give, until_outward_ends};

/// The most that is taken from the door at once, in bytes. Its answers are small.
const PIECE: usize = 8 << 10;

/// Carries bytes between a channel and the door until the door has hung up or the channel is closed.
pub(super) async fn carry(traffic: &Traffic, channel: Channel<Msg>) {
    let (mut from_outside, to_outside) = channel.split();
    if let Some(mut door) = traffic.door().await {
        let (from_door, mut to_door) = door.split();
        let inward = async {
            loop {
                match from_outside.wait().await {
                    Some(ChannelMsg::Data { data }) => give(&mut to_door, &data).await?,
                    Some(ChannelMsg::Eof) => return to_door.shutdown().await,
                    Some(ChannelMsg::Close) | None => {
                        return Err(io::ErrorKind::ConnectionReset.into());
                    }
                    Some(_) => {}
                }
            }
        };
        let outward = async {
            loop {
                from_door.readable().await?;
                let sent = match piece(&from_door) {
                    Ok(bytes) if bytes.is_empty() => {
                        return to_outside.eof().await.map_err(io::Error::other);
                    }
                    Ok(bytes) => to_outside.data_bytes(bytes).await,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                    Err(error) => return Err(error),
                };
                sent.map_err(io::Error::other)?;
            }
        };
        if let Err(error) = until_outward_ends(inward, outward).await {
            tracing::debug!(%error, "a connection through the tunnel broke off");
        }
    }
    // If the connection to the server is gone, so is the channel.
    let _ = to_outside.close().await;
}

/// What the door has said; nothing at its end. The buffer is here for the moment of reading only.
fn piece(from_door: &ReadHalf<'_>) -> io::Result<Bytes> {
    let mut buffer = [0; PIECE];
    let length = from_door.try_read(&mut buffer)?;
    Ok(Bytes::copy_from_slice(&buffer[..length]))
}
