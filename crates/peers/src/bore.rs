//! bore's own server.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};

use bore_cli::server::Server;
use tokio::{net::TcpStream, runtime::Runtime, time::sleep};

use crate::programs::LOOKS;

/// The port on which every bore server takes its clients.
const CONTROL: u16 = 7835;

/// Ending takes no longer than this, whatever hangs.
const LONGEST_END: Duration = Duration::from_secs(5);

/// A server on a loopback address of its own, since its port cannot be chosen. What it forwards
/// listens on 127.0.0.1.
#[derive(Debug)]
pub struct BoreServer {
    address: Ipv4Addr,
    secret: Option<String>,
    runtime: Option<Runtime>,
}

impl BoreServer {
    /// Starts one, with a secret or without.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(secret: Option<&str>) -> Self {
        static NEXT: AtomicU8 = AtomicU8::new(2);
        let id = std::process::id().to_le_bytes();
        let last = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut server = Self {
            address: Ipv4Addr::new(127, 64 | (id[1] & 63), id[0], last),
            secret: secret.map(str::to_owned),
            runtime: None,
        };
        server.begin().await;
        server
    }

    /// Starts it, also again after [`BoreServer::stop`].
    ///
    /// # Panics
    /// When it does not start.
    pub async fn begin(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("threads");
        let mut server = Server::new(1024..=65535, self.secret.as_deref());
        server.set_bind_addr(IpAddr::V4(self.address));
        server.set_bind_tunnels(IpAddr::V4(Ipv4Addr::LOCALHOST));
        runtime.spawn(server.listen());
        self.runtime = Some(runtime);
        for _ in 0..LOOKS {
            if TcpStream::connect((self.address, CONTROL)).await.is_ok() {
                return;
            }
            sleep(Duration::from_millis(40)).await;
        }
        panic!("the bore server does not start on {}", self.address);
    }

    /// Ends it with all its connections. When this comes back, its port is free for the next one.
    pub fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Where tasks run, nobody may wait for the end of others. It does nothing that could fail.
            let ending = std::thread::spawn(move || runtime.shutdown_timeout(LONGEST_END));
            let _ = ending.join();
        }
    }

    /// Its address.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Where it takes its clients.
    pub fn port(&self) -> u16 {
        CONTROL
    }
}

impl Drop for BoreServer {
    fn drop(&mut self) {
        self.stop();
    }
}
