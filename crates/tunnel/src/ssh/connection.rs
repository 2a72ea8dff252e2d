//! What the server wants of us: that we know it, and that we take what comes through its port.

use std::sync::{Arc, Mutex, PoisonError};

use russh::{
    Channel, ChannelOpenFailure,
    client::{self, ChannelOpenHandle, DisconnectReason, Msg, Session},
    keys::PublicKeyOrCertificate,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{HostKeys, channel};
use crate::{Reason, traffic::Traffic};

/// Our side of an SSH connection.
pub(super) struct Connection {
    host: String,
    host_keys: HostKeys,
    traffic: Traffic,
    said: Arc<Mutex<Said>>,
    /// Lives as long as the connection.
    _alive: DropGuard,
}

/// What is known of a connection from outside.
#[derive(Clone)]
pub(super) struct Watch {
    said: Arc<Mutex<Said>>,
    /// Cancelled when the connection has ended.
    pub(super) ended: CancellationToken,
}

#[derive(Default)]
struct Said {
    refusal: Option<Reason>,
    farewell: Option<String>,
}

impl Watch {
    /// Why the server was not accepted.
    pub(super) fn refusal(&self) -> Option<Reason> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.refusal.clone()
    }

    /// What was heard last.
    pub(super) fn farewell(&self) -> Option<String> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.farewell.clone()
    }
}

impl Connection {
    pub(super) fn new(host: &str, host_keys: &HostKeys, traffic: Traffic) -> (Self, Watch) {
        let said = Arc::<Mutex<Said>>::default();
        let ended = CancellationToken::new();
        let connection = Self {
            host: host.to_owned(),
            host_keys: host_keys.clone(),
            traffic,
            said: said.clone(),
            _alive: ended.clone().drop_guard(),
        };
        (connection, Watch { said, ended })
    }

    fn note(&self, note: impl FnOnce(&mut Said)) {
        note(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl client::Handler for Connection {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        match self.host_keys.check(&self.host, shown) {
            Ok(()) => Ok(true),
            Err(reason) => {
                self.note(|said| said.refusal = Some(reason));
                Ok(false)
            }
        }
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        channel: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        let Some(place) = self.traffic.place() else {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        };
        reply.accept().await;
        let traffic = self.traffic.clone();
        self.traffic.spawn(async move {
            let _place = place;
            channel::carry(&traffic, channel).await;
        });
        Ok(())
    }

    // We offer one thing. Whatever else a server would like to open on this machine, it may not.

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply).await
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply).await
    }

    async fn server_channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply).await
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply).await
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply).await
    }

    async fn server_channel_open_x11(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        refuse(reply).await
    }

    async fn disconnected(
        &mut self,
        reason: DisconnectReason<Self::Error>,
    ) -> Result<(), Self::Error> {
        match reason {
            DisconnectReason::ReceivedDisconnect(info) => {
                self.note(|said| said.farewell = Some(info.message));
                Ok(())
            }
            DisconnectReason::Error(error) => {
                self.note(|said| said.farewell = Some(error.to_string()));
                Err(error)
            }
        }
    }
}

async fn refuse(reply: ChannelOpenHandle) -> Result<(), russh::Error> {
    reply
        .reject(ChannelOpenFailure::AdministrativelyProhibited)
        .await;
    Ok(())
}
