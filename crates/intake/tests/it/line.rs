//! An open door on a real address, and connections to it by hand.

use std::net::SocketAddr;

use ringback_intake::{Door, Intake, Limits};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// A door that is open.
pub(crate) struct Open {
    pub(crate) addr: SocketAddr,
    pub(crate) shutdown: CancellationToken,
    pub(crate) served: JoinHandle<()>,
}

impl Open {
    pub(crate) async fn new(intake: &Intake, limits: Limits) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let door = Door::bind(any)
            .await
            .expect("a free port")
            .with_limits(limits);
        let addr = door.local_addr();
        let shutdown = CancellationToken::new();
        let served = tokio::spawn(door.serve(intake.clone(), shutdown.clone()));
        Self {
            addr,
            shutdown,
            served,
        }
    }

    pub(crate) async fn connect(&self) -> Line {
        Line(TcpStream::connect(self.addr).await.expect("connected"))
    }

    pub(crate) async fn close(self) {
        self.shutdown.cancel();
        self.served.await.expect("it ends in order");
    }
}

/// A connection, by hand.
pub(crate) struct Line(pub(crate) TcpStream);

impl Line {
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.expect("sent");
    }

    /// One answer with a body of the announced length.
    pub(crate) async fn answer(&mut self) -> String {
        let mut text = Vec::new();
        loop {
            let byte = self.0.read_u8().await.expect("an answer");
            text.push(byte);
            if text.ends_with(b"\r\n\r\n") {
                break;
            }
        }
        let head = String::from_utf8(text).expect("text");
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("a whole answer");
        head + &String::from_utf8(body).expect("text")
    }

    /// Everything until the other side closes.
    pub(crate) async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // A reset is an end, too.
        let _ = self.0.read_to_end(&mut rest).await;
        String::from_utf8(rest).expect("text")
    }
}

/// A well signed event as it goes over the wire.
pub(crate) fn post(key: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /webhooks/clinic HTTP/1.1\r\nhost: x\r\nx-signature: good\r\nx-event: {key}\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

/// A question that needs nothing.
pub(crate) const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
