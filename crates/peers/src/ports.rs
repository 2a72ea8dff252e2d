//! Ports that nobody else takes meanwhile.
//!
//! A port that was found free and is opened a moment later may be another's by then. So a process first takes
//! a whole block of ports for itself, and gives away each port of it once. That a block is taken is seen by
//! every process of this machine: the UDP port of the block's first number is bound as long as the process
//! lives, while the TCP ports of the block are free for servers to be started, stopped and started again.

use std::{
    net::{Ipv4Addr, TcpListener, UdpSocket},
    ops::Range,
    sync::{Mutex, PoisonError},
};

/// Below the ranges from which systems take ports for connections.
const PORTS: Range<u16> = 10_000..32_000;
const BLOCK: u16 = 50;

/// The block that ports are given away from now, and what marks it and those before as ours.
struct Blocks {
    marks: Vec<UdpSocket>,
    left: Range<u16>,
}

static BLOCKS: Mutex<Blocks> = Mutex::new(Blocks {
    marks: Vec::new(),
    left: 0..0,
});

/// A free TCP port on loopback that nobody was given before, in this process or another.
///
/// # Panics
/// When all blocks of ports are taken.
pub fn free_port() -> u16 {
    let mut blocks = BLOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        for port in blocks.left.by_ref() {
            // Somebody else may know nothing of blocks.
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return port;
            }
        }
        let (mark, first) = take_block();
        blocks.marks.push(mark);
        blocks.left = first..first + BLOCK;
    }
}

fn take_block() -> (UdpSocket, u16) {
    let count = (PORTS.end - PORTS.start) / BLOCK;
    // Processes that begin at the same time do not all begin at the same block.
    let begin = u16::try_from(std::process::id() % u32::from(count)).unwrap_or(0);
    (0..count)
        .map(|step| PORTS.start + (begin + step) % count * BLOCK)
        .find_map(|first| {
            let mark = UdpSocket::bind((Ipv4Addr::LOCALHOST, first)).ok()?;
            Some((mark, first))
        })
        .expect("there are hundreds of blocks of ports on loopback")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_port_is_given_away_twice_and_each_can_be_listened_on() {
        let many = usize::from(BLOCK) * 2 + 1;
        let ports: BTreeSet<u16> = (0..many).map(|_| free_port()).collect();
        assert_eq!(ports.len(), many);
        for port in ports {
            assert!(PORTS.contains(&port));
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        }
    }

    #[test]
    fn a_block_that_is_marked_is_not_taken_again() {
        let (_mark, first) = take_block();
        let (_other, next) = take_block();
        assert_ne!(first, next);
    }
}
