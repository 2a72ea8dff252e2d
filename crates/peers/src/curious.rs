//! An SSH server that would like to see more of the machine of whoever logs in than the port that is led there.

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc};

use russh::{
    keys::load_secret_key,
    server::{self, Auth, Handle, Session, VerifiedPublicKey},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::Sshd;

/// A server that lets everybody in and opens whatever can be opened. Dropping it ends it.
#[derive(Debug)]
pub struct CuriousSshd {
    /// Has the keys, and is a server as it should be.
    honest: Sshd,
    port: u16,
    guests: watch::Receiver<Option<Handle>>,
    task: JoinHandle<()>,
}

impl CuriousSshd {
    /// Starts it.
    ///
    /// # Panics
    /// When OpenSSH is not installed, or no port is free.
    pub async fn start() -> Self {
        let honest = Sshd::start().await;
        let key = honest.make_key("curious", "");
        let key = load_secret_key(&key, None).expect("ssh-keygen made it");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let config = Arc::new(server::Config {
            keys: vec![key],
            ..server::Config::default()
        });
        let (told, guests) = watch::channel(None);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (config, guest) = (config.clone(), Guest(told.clone()));
                tokio::spawn(async move {
                    // Who breaks off is not served.
                    if let Ok(session) = server::run_stream(config, stream, guest).await {
                        let _ = session.await;
                    }
                });
            }
        });
        Self {
            honest,
            port,
            guests,
            task,
        }
    }

    /// Where it listens on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whoever logs in.
    pub fn user(&self) -> String {
        self.honest.user()
    }

    /// A private key that it lets in, as all others.
    pub fn key(&self) -> PathBuf {
        self.honest.key()
    }

    /// Its fingerprint.
    pub fn fingerprint(&self) -> String {
        self.honest.fingerprint_of("curious")
    }

    /// Waits until somebody has a port led here, then opens one channel of each kind on their machine.
    /// Comes back with each kind and whether it was opened; only the first is theirs to open.
    ///
    /// # Panics
    /// When the server has ended.
    pub async fn pries(&self, port: u16) -> Vec<(&'static str, bool)> {
        let mut guests = self.guests.clone();
        let guest = guests.wait_for(Option::is_some).await;
        let guest = guest.expect("the server runs").clone();
        let guest = guest.expect("it was waited for");
        let (here, inside, file) = ("localhost", "127.0.0.1", "/run/secret");
        let ports = u32::from(port);
        vec![
            (
                "forwarded-tcpip",
                guest
                    .channel_open_forwarded_tcpip(here, ports, inside, 1)
                    .await
                    .is_ok(),
            ),
            (
                "direct-tcpip",
                guest
                    .channel_open_direct_tcpip(inside, 22, inside, 1)
                    .await
                    .is_ok(),
            ),
            ("session", guest.channel_open_session().await.is_ok()),
            ("auth-agent", guest.channel_open_agent().await.is_ok()),
            ("x11", guest.channel_open_x11(inside, 1).await.is_ok()),
            (
                "direct-streamlocal",
                guest.channel_open_direct_streamlocal(file).await.is_ok(),
            ),
            (
                "forwarded-streamlocal",
                guest.channel_open_forwarded_streamlocal(file).await.is_ok(),
            ),
        ]
    }
}

impl Drop for CuriousSshd {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Somebody who logs in, told of once a port is led here.
struct Guest(watch::Sender<Option<Handle>>);

impl server::Handler for Guest {
    type Error = russh::Error;

    async fn auth_publickey(
        &mut self,
        _: &str,
        _: VerifiedPublicKey<'_>,
    ) -> Result<Auth, Self::Error> {
        Ok(Auth::Accept)
    }

    async fn tcpip_forward(
        &mut self,
        _: &str,
        _: &mut u32,
        session: &mut Session,
    ) -> Result<bool, Self::Error> {
        self.0.send_replace(Some(session.handle()));
        Ok(true)
    }
}
