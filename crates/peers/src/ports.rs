//! Ports that nobody else takes meanwhile.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU16, Ordering},
};

/// Below the range from which the system takes ports for connections, so that a server can be stopped
/// and started again at the same place.
const FIRST: u16 = 10_000;
const ROOM: u16 = 9_000;

/// A free port on loopback that this process has not given away before.
///
/// # Panics
/// When none of a few hundred is free.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 311).unwrap_or(0) * 28;
    for _ in 0..400 {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + start.wrapping_add(step) % ROOM;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free on loopback");
}
