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
#[derive(Clone, Copy, Debug, Default)]
struct Mode {
    /// Whether new connections are hung up on.
    is_cut: bool,
    /// Whether connections stand and nothing goes through, in either direction.
    is_silent: bool,
    /// How often it was cut. A cut that was mended at once has still cut what was there.
    cuts: u64,
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
        let (mode, modes) = watch::channel(Mode::default());
        let task = tokio::spawn(async move {
            while let Ok((outside, _)) = listener.accept().await {
                if !modes.borrow().is_cut {
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
        self.mode.send_modify(|mode| {
            mode.is_cut = true;
            mode.cuts += 1;
        });
    }

    /// From now on nothing goes through, and nobody is told.
    pub fn silence(&self) {
        self.mode.send_modify(|mode| mode.is_silent = true);
    }

    /// New connections go through again. Those that went silent stay so.
    pub fn mend(&self) {
        self.mode.send_modify(|mode| {
            mode.is_cut = false;
            mode.is_silent = false;
        });
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
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
    let cuts = ending.borrow().cuts;
    tokio::select! {
        _ = async {
            tokio::join!(
                pump(from_outside, to_inside, modes.clone()),
                pump(from_inside, to_outside, modes.clone()),
            )
        } => {}
        () = becomes(&mut ending, |mode| mode.cuts > cuts) => {}
    }
}

/// Waits until the wire is like that, or is gone.
async fn becomes(modes: &mut watch::Receiver<Mode>, is: impl Fn(&Mode) -> bool) {
    let _ = modes.wait_for(is).await;
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut modes: watch::Receiver<Mode>) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        let count = tokio::select! {
            read = from.read(&mut buffer) => match read {
                Ok(count @ 1..) => count,
                Ok(0) | Err(_) => break,
            },
            () = becomes(&mut modes, |mode| mode.is_silent) => {
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
