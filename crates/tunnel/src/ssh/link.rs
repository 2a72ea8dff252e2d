//! An SSH connection that stands: watched for silence, and for what the server prints.

use std::{future::pending, time::Duration};

use async_trait::async_trait;
use russh::{
    Channel, ChannelMsg, Disconnect,
    client::{Handle, Msg},
};
use tokio::time::{Instant, sleep_until, timeout};
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
    handle: Handle<Connection>,
    watch: Watch,
    traffic: Traffic,
    prints: Option<Prints>,
    url: Url,
    next_ping: Instant,
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
        Ok(Self {
            ssh: ssh.clone(),
            handle,
            watch,
            traffic,
            prints,
            url,
            next_ping: Instant::now() + PING_EVERY,
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
                () = sleep_until(self.next_ping) => {
                    match timeout(PING_TIME, self.handle.send_ping()).await {
                        Ok(Ok(())) => self.next_ping = Instant::now() + PING_EVERY,
                        Ok(Err(_)) => return LinkNews::Lost(self.lost()),
                        Err(_) => return LinkNews::Lost(Reason::new(
                            ReasonCode::LinkSilent,
                            format!(
                                "{} has said nothing for {} s, though the connection seems to stand",
                                self.ssh.host,
                                PING_TIME.as_secs()
                            ),
                        )),
                    }
                }
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
