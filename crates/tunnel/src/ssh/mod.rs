//! An own SSH connection with a port of the server led back to the door (RFC 4254, section 7).
//!
//! `host_key` is who the server has to be, `keys` how we get in, `connection` and `channel` what is carried, and
//! `link` how it is watched.

mod channel;
mod connection;
mod host_key;
mod keys;
mod link;

use std::{borrow::Cow, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use russh::{Preferred, cipher, client};
use tokio::{io::BufReader, time::timeout};
use url::Url;

use crate::{Kind, Link, Names, Pattern, Reason, ReasonCode, names::connect, traffic::Traffic};
use connection::Connection;
pub use host_key::{HostKeys, NotAHostKey};
use link::SshLink;

/// How long each step of getting in may take.
const STEP_TIME: Duration = Duration::from_secs(15);

/// How long a service may take to print its address.
const URL_TIME: Duration = Duration::from_secs(30);

/// How much is read from the server at once, in bytes.
const READ_AHEAD: usize = 64 << 10;

/// A tunnel over SSH.
#[derive(Clone)]
pub struct Ssh {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who knows where its name leads.
    pub names: Arc<dyn Names>,
    /// Who we are there.
    pub user: String,
    /// Who the server has to be.
    pub host_keys: HostKeys,
    /// The private key; without one, what ssh-agent holds.
    pub key_file: Option<PathBuf>,
    /// Where ssh-agent listens; without it, where the environment says (on Windows, at its usual pipe).
    pub agent: Option<PathBuf>,
    /// For an encrypted key file.
    pub passphrase: Option<String>,
    /// The address on the server where its port listens, `localhost` for a proxy on the server itself.
    pub bind: String,
    /// The port there; 0 lets the server choose.
    pub remote_port: u16,
    /// Where the proxy in front makes it public.
    pub public_url: Option<Url>,
    /// Without that: how to find the address in what the server prints.
    pub url_pattern: Option<Pattern>,
}

/// Without the passphrase.
impl std::fmt::Debug for Ssh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ssh")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Kind for Ssh {
    fn name(&self) -> &'static str {
        "ssh"
    }

    async fn open(&self, door: SocketAddr) -> Result<Box<dyn Link>, Reason> {
        let stream = connect(&*self.names, &self.host, self.port).await?;
        // Packets are read in two pieces each; so the system is asked for many of them at once.
        let stream = BufReader::with_capacity(READ_AHEAD, stream);
        let config = client::Config {
            nodelay: true,
            // Silence is looked for by the link itself, in bounded time.
            keepalive_interval: None,
            inactivity_timeout: None,
            preferred: Preferred {
                cipher: Cow::Borrowed(ciphers()),
                ..Preferred::DEFAULT
            },
            ..client::Config::default()
        };
        let traffic = Traffic::to(door);
        let (connection, watch) = Connection::new(&self.host, &self.host_keys, traffic.clone());
        let shaken = timeout(
            STEP_TIME,
            client::connect_stream(Arc::new(config), stream, connection),
        );
        let mut handle = match shaken.await {
            Ok(Ok(handle)) => handle,
            Ok(Err(error)) => {
                return Err(watch.refusal().unwrap_or_else(|| {
                    Reason::new(
                        ReasonCode::Protocol,
                        format!(
                            "{}:{} broke off the SSH handshake: {error}",
                            self.host, self.port
                        ),
                    )
                }));
            }
            Err(_) => {
                return Err(Reason::new(
                    ReasonCode::Protocol,
                    format!(
                        "{}:{} does not answer as an SSH server does",
                        self.host, self.port
                    ),
                ));
            }
        };
        keys::enter(&mut handle, self).await?;
        let forwarded = timeout(
            STEP_TIME,
            handle.tcpip_forward(self.bind.clone(), self.remote_port.into()),
        );
        match forwarded.await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => {
                return Err(Reason::new(
                    ReasonCode::ForwardRefused,
                    format!(
                        "{} does not forward port {} on {:?}",
                        self.host, self.remote_port, self.bind
                    ),
                ));
            }
        }
        let link = SshLink::start(self, handle, watch, traffic);
        match timeout(URL_TIME, link).await {
            Ok(link) => Ok(Box::new(link?)),
            Err(_) => Err(Reason::new(
                ReasonCode::NoUrl,
                format!(
                    "{} did not print an address that url_pattern finds",
                    self.host
                ),
            )),
        }
    }
}

/// Ciphers in the order of our liking. Where the processor knows AES, that costs both ends less.
fn ciphers() -> &'static [cipher::Name] {
    #[cfg(target_arch = "x86_64")]
    let knows_aes = std::arch::is_x86_feature_detected!("aes")
        && std::arch::is_x86_feature_detected!("pclmulqdq");
    #[cfg(target_arch = "aarch64")]
    let knows_aes = std::arch::is_aarch64_feature_detected!("aes");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let knows_aes = false;
    if knows_aes {
        &[
            cipher::AES_256_GCM,
            cipher::CHACHA20_POLY1305,
            cipher::AES_256_CTR,
        ]
    } else {
        &[
            cipher::CHACHA20_POLY1305,
            cipher::AES_256_GCM,
            cipher::AES_256_CTR,
        ]
    }
}
