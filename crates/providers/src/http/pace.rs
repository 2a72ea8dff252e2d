//! Keeps an account's requests apart.

use std::{sync::Mutex, time::Duration};

use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

/// Lets one request after the other begin, `pace` apart, first come first served.
///
/// Everything that waits on the way to a provider is measured in paces: the pause between tries
/// too. With a pace of zero nothing waits, which is what tests want.
#[derive(Debug)]
pub(super) struct Gate {
    pace: Duration,
    next_start: Mutex<Option<Instant>>,
    /// The provider asked to wait until then.
    closed_until: Mutex<Option<Timestamp>>,
}

impl Gate {
    pub(super) fn new(pace: Duration) -> Self {
        Self {
            pace,
            next_start: Mutex::new(None),
            closed_until: Mutex::new(None),
        }
    }

    pub(super) fn pace(&self) -> Duration {
        self.pace
    }

    /// Waits for the next free start.
    pub(super) async fn pass(&self) {
        if !self.pace.is_zero() {
            sleep_until(self.take_start(Instant::now())).await;
        }
    }

    /// The next free start from `now` on. It is taken before the wait, so a caller that gives up
    /// leaves a gap, not a jam.
    fn take_start(&self, now: Instant) -> Instant {
        let mut next = self.next_start.lock().expect("the gate never panics");
        let start = next.map_or(now, |next| next.max(now));
        *next = Some(start + self.pace);
        start
    }

    /// Lets nobody begin before then.
    pub(super) fn hold_until(&self, until: Instant) {
        let mut next = self.next_start.lock().expect("the gate never panics");
        *next = Some(next.map_or(until, |next| next.max(until)));
    }

    /// Closes until then, by the account's clock.
    pub(super) fn close_until(&self, until: Timestamp) {
        let mut closed = self.closed_until.lock().expect("the gate never panics");
        *closed = (*closed).max(Some(until));
    }

    /// Until when it is closed, if it still is.
    pub(super) fn closed(&self, now: Timestamp) -> Option<Timestamp> {
        let closed = self.closed_until.lock().expect("the gate never panics");
        closed.filter(|until| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Duration = Duration::from_millis(100);

    #[test]
    fn requests_begin_one_pace_apart_and_a_late_one_does_not_wait() {
        let gate = Gate::new(PACE);
        let now = Instant::now();
        let starts: Vec<_> = (0..3).map(|_| gate.take_start(now) - now).collect();
        assert_eq!(starts, [Duration::ZERO, PACE, PACE * 2]);
        let later = now + PACE * 10;
        assert_eq!(gate.take_start(later), later);
        assert_eq!(gate.take_start(later), later + PACE);
    }

    #[test]
    fn nobody_begins_while_the_gate_is_held() {
        let gate = Gate::new(PACE);
        let now = Instant::now();
        gate.hold_until(now + PACE * 30);
        gate.hold_until(now + PACE * 20);
        assert_eq!(gate.take_start(now), now + PACE * 30);
        assert_eq!(gate.take_start(now), now + PACE * 31);
    }

    #[test]
    fn a_closed_gate_opens_by_the_clock() {
        let gate = Gate::new(Duration::ZERO);
        let at = |second| Timestamp::from_second(second).expect("in range");
        gate.close_until(at(100));
        gate.close_until(at(50));
        assert_eq!(gate.closed(at(99)), Some(at(100)));
        assert_eq!(gate.closed(at(100)), None);
    }
}
