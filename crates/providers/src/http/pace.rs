//! Keeps an account's requests apart, the urgent ones first.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// For what somebody asks. Whoever is more urgent goes first, however long the others wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// A call that goes on or has just ended, or a person who waits for the answer.
    Live,
    /// A recording that is to be brought in.
    Recording,
    /// Mending and catching up, which is never in a hurry.
    Backlog,
}

const CLASSES: usize = 3;

/// The backlog leaves every so-manieth start free: a provider that counts requests always has room
/// for a call that is live.
const LEFT_FREE: u32 = 10;

/// Timers ring this late at times.
const TIMER: Duration = Duration::from_millis(5);

/// Lets one request after the other begin, `pace` apart: by urgency, then first come first served.
///
/// Everything that waits on the way to a provider is measured in paces: the pause between tries
/// too. With a pace of zero nothing waits, which is what tests want.
#[derive(Debug)]
pub(super) struct Gate {
    pace: Duration,
    line: Mutex<Line>,
    /// Rings when the line moves.
    moved: Notify,
    /// The provider asked to wait.
    closed: Mutex<Option<Closed>>,
}

/// From when until when a gate is closed, by the account's clock.
#[derive(Clone, Copy, Debug)]
struct Closed {
    at: Timestamp,
    until: Timestamp,
}

#[derive(Debug, Default)]
struct Line {
    next_start: Option<Instant>,
    next_backlog: Option<Instant>,
    waiting: [VecDeque<u64>; CLASSES],
    tickets: u64,
}

/// Whether somebody in the line may begin.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Now,
    At(Instant),
    /// Others are before.
    Later,
}

impl Gate {
    pub(super) fn new(pace: Duration) -> Self {
        Self {
            pace,
            line: Mutex::default(),
            moved: Notify::new(),
            closed: Mutex::new(None),
        }
    }

    pub(super) fn pace(&self) -> Duration {
        self.pace
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next free start. Whoever gives up leaves the line without a gap.
    pub(super) async fn pass(&self, urgency: Urgency) {
        if self.pace.is_zero() {
            return;
        }
        let place = Place {
            gate: self,
            urgency,
            ticket: self.line().join(urgency),
        };
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            let turn = self
                .line()
                .turn(Instant::now(), self.pace, urgency, place.ticket);
            match turn {
                Turn::Now => return,
                Turn::Later => moved.await,
                Turn::At(start) => tokio::select! {
                    () = sleep_until(start) => {}
                    () = moved => {}
                },
            }
        }
    }

    /// Lets nobody begin before then.
    pub(super) fn hold_until(&self, until: Instant) {
        let mut line = self.line();
        line.next_start = Some(line.next_start.map_or(until, |next| next.max(until)));
    }

    /// Closes from now until then, by the account's clock.
    pub(super) fn close(&self, now: Timestamp, until: Timestamp) {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let before = closed.filter(|closed| closed.is_so(now));
        *closed = Some(Closed {
            at: now,
            until: before.map_or(until, |before| before.until.max(until)),
        });
    }

    /// Until when it is closed, if it still is.
    pub(super) fn closed(&self, now: Timestamp) -> Option<Timestamp> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = closed.filter(|closed| closed.is_so(now));
        closed.map(|closed| closed.until)
    }
}

impl Closed {
    /// A clock that was set back to before it was closed says nothing about how long it is yet to be: then
    /// the provider is asked, and says it anew.
    fn is_so(&self, now: Timestamp) -> bool {
        self.at <= now && now < self.until
    }
}

impl Line {
    fn join(&mut self, urgency: Urgency) -> u64 {
        self.tickets += 1;
        self.waiting[urgency as usize].push_back(self.tickets);
        self.tickets
    }

    fn leave(&mut self, urgency: Urgency, ticket: u64) {
        self.waiting[urgency as usize].retain(|waiting| *waiting != ticket);
    }

    /// Whether `ticket` may begin now. If so, the start is taken.
    fn turn(&mut self, now: Instant, pace: Duration, urgency: Urgency, ticket: u64) -> Turn {
        let class = urgency as usize;
        let is_first = self.waiting[class].front() == Some(&ticket)
            && self.waiting[..class].iter().all(VecDeque::is_empty);
        if !is_first {
            return Turn::Later;
        }
        let free = match urgency {
            Urgency::Backlog => self.next_start.max(self.next_backlog),
            Urgency::Live | Urgency::Recording => self.next_start,
        };
        let start = free.unwrap_or(now);
        if now < start {
            return Turn::At(start);
        }
        // A timer that rings a little late does not slow down those behind.
        let start = if now.duration_since(start) < pace.max(TIMER) {
            start
        } else {
            now
        };
        self.next_start = Some(start + pace);
        if urgency == Urgency::Backlog {
            self.next_backlog = Some(start + pace + pace / (LEFT_FREE - 1));
        }
        Turn::Now
    }
}

/// A place in the line, given up when dropped.
struct Place<'a> {
    gate: &'a Gate,
    urgency: Urgency,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.line().leave(self.urgency, self.ticket);
        self.gate.moved.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Duration = Duration::from_millis(90);

    /// Asks again and again until it may begin; gives how long after `from` that was.
    fn begins(line: &mut Line, from: Instant, mut now: Instant, urgency: Urgency) -> Duration {
        let ticket = line.join(urgency);
        loop {
            match line.turn(now, PACE, urgency, ticket) {
                Turn::Now => break,
                Turn::At(start) => now = start,
                Turn::Later => panic!("nobody else waits"),
            }
        }
        line.leave(urgency, ticket);
        now - from
    }

    #[test]
    fn requests_begin_one_pace_apart_and_a_late_one_does_not_wait() {
        let (mut line, now) = (Line::default(), Instant::now());
        let mut live = |at| begins(&mut line, now, at, Urgency::Live);
        assert_eq!(
            [live(now), live(now), live(now)],
            [Duration::ZERO, PACE, PACE * 2]
        );
        let later = now + PACE * 10;
        assert_eq!(live(later), PACE * 10);
        assert_eq!(live(later), PACE * 11);
    }

    #[test]
    fn a_timer_that_rings_late_does_not_slow_down_those_behind() {
        let (mut line, now) = (Line::default(), Instant::now());
        begins(&mut line, now, now, Urgency::Live);
        let late = PACE + Duration::from_millis(5);
        assert_eq!(begins(&mut line, now, now + late, Urgency::Live), late);
        assert_eq!(begins(&mut line, now, now + late, Urgency::Live), PACE * 2);
    }

    #[test]
    fn the_urgent_go_first_and_the_others_in_the_order_in_which_they_came() {
        let (mut line, now) = (Line::default(), Instant::now());
        let come = [
            Urgency::Backlog,
            Urgency::Backlog,
            Urgency::Recording,
            Urgency::Live,
            Urgency::Live,
        ];
        let mut waiting = come.map(|urgency| (urgency, line.join(urgency))).to_vec();
        let (mut went, mut at) = (Vec::new(), now);
        while !waiting.is_empty() {
            at += PACE * 2;
            let first = waiting
                .iter()
                .position(|(urgency, ticket)| line.turn(at, PACE, *urgency, *ticket) == Turn::Now)
                .expect("one of them may begin");
            let (urgency, ticket) = waiting.remove(first);
            line.leave(urgency, ticket);
            went.push(ticket);
        }
        assert_eq!(went, [4, 5, 3, 1, 2]);
    }

    #[test]
    fn the_backlog_leaves_a_tenth_of_the_starts_to_others() {
        let (mut line, now) = (Line::default(), Instant::now());
        let apart = PACE + PACE / 9;
        let mut backlog = || begins(&mut line, now, now, Urgency::Backlog);
        assert_eq!(
            [backlog(), backlog(), backlog()],
            [Duration::ZERO, apart, apart * 2]
        );
        assert_eq!(
            begins(&mut line, now, now, Urgency::Live),
            apart * 2 + PACE,
            "a pace after the last one"
        );
    }

    #[test]
    fn nobody_begins_while_the_gate_is_held() {
        let (gate, now) = (Gate::new(PACE), Instant::now());
        gate.hold_until(now + PACE * 30);
        gate.hold_until(now + PACE * 20);
        let mut line = gate.line();
        assert_eq!(begins(&mut line, now, now, Urgency::Live), PACE * 30);
        assert_eq!(begins(&mut line, now, now, Urgency::Live), PACE * 31);
    }

    #[test]
    fn whoever_gives_up_leaves_no_gap() {
        let (mut line, now) = (Line::default(), Instant::now());
        begins(&mut line, now, now, Urgency::Live);
        let gives_up = line.join(Urgency::Live);
        let turn = line.turn(now, PACE, Urgency::Live, gives_up);
        assert_eq!(turn, Turn::At(now + PACE));
        line.leave(Urgency::Live, gives_up);
        assert_eq!(begins(&mut line, now, now, Urgency::Live), PACE);
    }

    #[test]
    fn a_closed_gate_opens_by_the_clock() {
        let gate = Gate::new(Duration::ZERO);
        let at = |second| Timestamp::from_second(second).expect("in range");
        gate.close(at(10), at(100));
        gate.close(at(20), at(50));
        assert_eq!(gate.closed(at(99)), Some(at(100)));
        assert_eq!(gate.closed(at(100)), None);
    }

    #[test]
    fn a_gate_that_was_closed_by_a_clock_that_was_ahead_is_open_when_that_is_set_back() {
        let gate = Gate::new(Duration::ZERO);
        let at = |second| Timestamp::from_second(second).expect("in range");
        gate.close(at(7_200), at(7_230));
        assert_eq!(gate.closed(at(0)), None);
        gate.close(at(0), at(30));
        assert_eq!(gate.closed(at(1)), Some(at(30)), "not for two hours");
    }
}
