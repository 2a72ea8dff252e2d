//! Whether the machine slept or moved to another network.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
    time::{Duration, Instant},
};

use jiff::Timestamp;

/// If the clock on the wall ran ahead of the running time by more than this, the machine slept.
const SLEPT: Duration = Duration::from_secs(20);

/// What was seen of clock and network the last time.
#[derive(Debug)]
pub struct Movement {
    wall: Timestamp,
    running: Instant,
    address: Option<IpAddr>,
}

impl Movement {
    /// From here on. `running` is the time that stands still while the machine sleeps; `address` is
    /// this machine's address towards the outside.
    pub fn since(wall: Timestamp, running: Instant, address: Option<IpAddr>) -> Self {
        Self {
            wall,
            running,
            address,
        }
    }

    /// Whether the machine woke or has another address since the last time this was asked. Without a
    /// network nothing has changed yet: there is nobody to be reached.
    pub fn seen(&mut self, wall: Timestamp, running: Instant, address: Option<IpAddr>) -> bool {
        let on_the_wall = Duration::try_from(wall.duration_since(self.wall)).unwrap_or_default();
        let has_slept =
            on_the_wall.saturating_sub(running.saturating_duration_since(self.running)) > SLEPT;
        let has_moved = address.is_some() && address != self.address;
        self.wall = wall;
        self.running = running;
        if address.is_some() {
            self.address = address;
        }
        has_slept || has_moved
    }

    /// This machine's address on the way to the outside. Nothing is sent: the system only says which
    /// one it would take. The target is from a block that belongs to nobody (RFC 5737, RFC 3849).
    pub fn address() -> Option<IpAddr> {
        let towards = |own: IpAddr, target: IpAddr| {
            let socket = UdpSocket::bind((own, 0)).ok()?;
            socket.connect((target, 9)).ok()?;
            socket.local_addr().ok().map(|address| address.ip())
        };
        towards(
            Ipv4Addr::UNSPECIFIED.into(),
            Ipv4Addr::new(192, 0, 2, 1).into(),
        )
        .or_else(|| {
            towards(
                Ipv6Addr::UNSPECIFIED.into(),
                Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).expect("a time")
    }

    const HOME: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)));
    const CAFE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(172, 16, 0, 9)));

    #[test]
    fn a_sleep_is_seen_when_the_wall_clock_ran_ahead() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut movement = Movement::since(wall(0), begin, HOME);
        assert!(
            !movement.seen(wall(5), at(5), HOME),
            "time went by as usual"
        );
        assert!(
            movement.seen(wall(3_600), at(10), HOME),
            "it slept for an hour"
        );
        assert!(!movement.seen(wall(3_605), at(15), HOME), "once is enough");
        assert!(
            !movement.seen(wall(0), at(20), HOME),
            "a clock set back is no sleep"
        );
    }

    #[test]
    fn another_network_is_seen_when_it_is_there() {
        let now = Instant::now();
        let mut movement = Movement::since(wall(0), now, HOME);
        assert!(
            !movement.seen(wall(0), now, None),
            "nobody can be reached now"
        );
        assert!(!movement.seen(wall(0), now, HOME), "the same network again");
        assert!(movement.seen(wall(0), now, CAFE));
        assert!(!movement.seen(wall(0), now, CAFE));
    }
}
