//! An SSH connection that stands: watched for silence, and for what the server prints.

use std::{future::pending, pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;
use russh::{
    Channel, ChannelMsg, Disconnect,
    client::{Handle, Msg},
};
use tokio::time::{sleep, timeout};
use url::Url;

use super::{
    Ssh,
    connection::{Connection, Watch},
};
use crate::{
    Link, LinkNews, Pattern, Reason, ReasonCode, line::Lines, redact::redact, traffic::Traffic,
};

/// How often the server has to show that it is there.
const PING_EVERY: Duration = Duration::from_secs(5);

/// How long it may take over it. A half-open connection is found within the sum of both.
const PING_TIME: Duration = Duration::from_secs(8);
const _: () = assert!(
    PING_EVERY.as_secs() + PING_TIME.as_secs() <= 15,
    "a half-open connection is found within fifteen seconds"
);

/// How long saying goodbye may take.
const FAREWELL_TIME: Duration = Duration::from_secs(2);

pub(super) struct SshLink {
    ssh: Ssh,
    handle: Arc<Handle<Connection>>,
    watch: Watch,
    traffic: Traffic,
    prints: Option<Prints>,
    url: Url,
    /// Comes to an end when the server shows no more that it is there. Kept here, so that asking for
    /// news can be dropped and its limits still hold.
    heartbeat: Pin<Box<dyn Future<Output = Silence> + Send>>,
}

/// How a server stops showing that it is there.
enum Silence {
    /// The connection is gone.
    Ended,
    /// The connection stands, and nothing comes.
    Mute,
}

/// A server that tells its address, and the channel on which it does.
struct Prints {
    channel: Channel<Msg>,
    pattern: Pattern,
    lines: Lines,
}

impl SshLink {
    /// From the forwarded port to an address: the configured one, or the one that is printed.
    pub(super) async fn start(
        ssh: &Ssh,
        handle: Handle<Connection>,
        watch: Watch,
        traffic: Traffic,
    ) -> Result<Self, Reason> {
        let closed = |what: &str| {
            Reason::new(
                ReasonCode::LinkClosed,
                format!("{} closed the connection: {what}", ssh.host),
            )
        };
        let (prints, url) = match (&ssh.public_url, &ssh.url_pattern) {
            (Some(url), _) => (None, url.clone()),
            (None, pattern) => {
                let channel = handle
                    .channel_open_session()
                    .await
                    .map_err(|error| closed(&error.to_string()))?;
                channel
                    .request_shell(false)
                    .await
                    .map_err(|error| closed(&error.to_string()))?;
                let mut prints = Prints {
                    channel,
                    pattern: pattern.clone().unwrap_or_else(Pattern::any_url),
                    lines: Lines::default(),
                };
                let Some(url) = prints.next_url().await else {
                    return Err(closed("it told no address"));
                };
                (Some(prints), url)
            }
        };
        let handle = Arc::new(handle);
        Ok(Self {
            ssh: ssh.clone(),
            heartbeat: Box::pin(heartbeat(handle.clone())),
            handle,
            watch,
            traffic,
            prints,
            url,
        })
    }

    fn lost(&self) -> Reason {
        let host = &self.ssh.host;
        Reason::new(
            ReasonCode::LinkClosed,
            match self.watch.farewell().filter(|text| !text.is_empty()) {
                Some(text) => format!("{host} closed the connection: {}", redact(&text, &[])),
                None => format!("the connection to {host} broke off"),
            },
        )
    }
}

/// Asks the server again and again whether it is there, until it does not answer.
async fn heartbeat(handle: Arc<Handle<Connection>>) -> Silence {
    loop {
        sleep(PING_EVERY).await;
        match timeout(PING_TIME, handle.send_ping()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Silence::Ended,
            Err(_) => return Silence::Mute,
        }
    }
}

impl Prints {
    /// The next address that is printed; `None` when nothing more is.
    async fn next_url(&mut self) -> Option<Url> {
        loop {
            let bytes = match self.channel.wait().await? {
                ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. } => data,
                _ => continue,
            };
            let mut found = None;
            for line in self.lines.push(&bytes) {
                tracing::info!(line = redact(&line, &[]), "the ssh server says");
                found = self.pattern.url_in(&line).or(found);
            }
            if found.is_some() {
                return found;
            }
        }
    }
}

/// The next printed address, where any is expected.
async fn printed(prints: &mut Option<Prints>) -> Url {
    if let Some(some) = prints {
        if let Some(url) = some.next_url().await {
            return url;
        }
        // It has stopped printing; the forwarding has its own life.
        *prints = None;
    }
    pending().await
}

#[async_trait]
impl Link for SshLink {
    fn url(&self) -> Url {
        self.url.clone()
    }

    async fn next(&mut self) -> LinkNews {
        loop {
            let ended = self.watch.ended.clone();
            tokio::select! {
                () = ended.cancelled() => return LinkNews::Lost(self.lost()),
                url = printed(&mut self.prints) => {
                    if url != self.url {
                        self.url = url;
                        return LinkNews::Moved;
                    }
                }
                silence = &mut self.heartbeat => return LinkNews::Lost(match silence {
                    Silence::Ended => self.lost(),
                    Silence::Mute => Reason::new(
                        ReasonCode::LinkSilent,
                        format!(
                            "{} has said nothing for {} s, though the connection seems to stand",
                            self.ssh.host,
                            PING_TIME.as_secs()
                        ),
                    ),
                }),
            }
        }
    }

    async fn close(self: Box<Self>) {
        let farewell = async {
            // Whether the server hears it or not, the connection ends.
            let port = self.ssh.remote_port.into();
            let _ = self
                .handle
                .cancel_tcpip_forward(self.ssh.bind.clone(), port)
                .await;
            let _ = self
                .handle
                .disconnect(Disconnect::ByApplication, "Ringback ends", "en")
                .await;
            self.watch.ended.cancelled().await;
        };
        let _ = timeout(FAREWELL_TIME, farewell).await;
        self.traffic.end().await;
    }
}

impl Drop for SshLink {
    fn drop(&mut self) {
        self.traffic.cut();
    }
}
