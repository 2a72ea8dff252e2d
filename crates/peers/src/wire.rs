//! A wire between two programs that can be cut, go silent, or be pulled out.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// How a wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Bytes go through.
    Whole,
    /// Connections stand and nothing goes through any more, in either direction.
    Silent,
    /// Connections are broken off and new ones are hung up on.
    Cut,
}

/// A wire to one address. Dropping it cuts it.
#[derive(Debug)]
pub struct Wire {
    port: u16,
    mode: watch::Sender<Mode>,
    task: JoinHandle<()>,
}

impl Wire {
    /// A wire that leads to `target`.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (mode, modes) = watch::channel(Mode::Whole);
        let task = tokio::spawn(async move {
            while let Ok((outside, _)) = listener.accept().await {
                if *modes.borrow() != Mode::Cut {
                    tokio::spawn(carry(outside, target, modes.clone()));
                }
            }
        });
        Self { port, mode, task }
    }

    /// Where it begins, on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Breaks off all connections and lets no new one through.
    pub fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    /// From now on nothing goes through, and nobody is told.
    pub fn silence(&self) {
        self.mode.send_replace(Mode::Silent);
    }

    /// New connections go through again. Those that went silent stay so.
    pub fn mend(&self) {
        self.mode.send_replace(Mode::Whole);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
        self.mode.send_replace(Mode::Cut);
    }
}

async fn carry(outside: TcpStream, target: SocketAddr, modes: watch::Receiver<Mode>) {
    let Ok(inside) = TcpStream::connect(target).await else {
        return;
    };
    let (_, _) = (outside.set_nodelay(true), inside.set_nodelay(true));
    let (from_outside, to_outside) = outside.into_split();
    let (from_inside, to_inside) = inside.into_split();
    let mut ending = modes.clone();
    tokio::select! {
        _ = async {
            tokio::join!(
                pump(from_outside, to_inside, modes.clone()),
                pump(from_inside, to_outside, modes.clone()),
            )
        } => {}
        () = becomes(&mut ending, Mode::Cut) => {}
    }
}

/// Waits until the wire is like that, or is gone.
async fn becomes(modes: &mut watch::Receiver<Mode>, wanted: Mode) {
    let _ = modes.wait_for(|mode| *mode == wanted).await;
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut modes: watch::Receiver<Mode>) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let count = tokio::select! {
            read = from.read(&mut buffer) => match read {
                Ok(count @ 1..) => count,
                Ok(0) | Err(_) => break,
            },
            () = becomes(&mut modes, Mode::Silent) => {
                // Whoever went silent stays so, until the wire is cut.
                return std::future::pending().await;
            }
        };
        if to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    // The other direction may still have something to say.
    let _ = to.shutdown().await;
}
