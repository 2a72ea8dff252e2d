//! Who is in the door, and who has to make room when it is full.
//!
//! A stranger who opens connections and then dawdles costs nothing but the place, and behind a tunnel
//! all senders have the same address, so nobody can be told apart by where they come from. They can be
//! told apart by what they do: an honest sender has its request here within moments. So nobody is kept
//! waiting outside. When there is no place, whoever has got nowhere for longest makes room for the
//! newcomer: with half a head, with a body that does not come, or idle after an answer. Whose request is
//! whole is never sent away.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

/// The pace, in bytes a second, at which a body never counts as late.
const PACE: u32 = 256 << 10;

/// All who are in.
pub(crate) struct Crowd {
    limit: usize,
    /// How many are sent away at once, so that looking for them is done once.
    batch: usize,
    /// How long anybody may get nowhere before they can be sent away.
    grace: Duration,
    guests: Mutex<Guests>,
    /// Somebody has left.
    left: Notify,
}

#[derive(Default)]
struct Guests {
    next: u64,
    all: HashMap<u64, Guest>,
    /// How many of them are asked to leave.
    leaving: usize,
}

struct Guest {
    stage: Stage,
    sent_away: CancellationToken,
}

/// How far a connection is with its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// No whole head yet, counted from the beginning or from the answer before.
    Head { since: Instant },
    /// The head is there, the body comes.
    Body { since: Instant, bytes: usize },
    /// All is here. What is missing now is our part.
    Whole,
    /// Asked to leave.
    Leaving,
}

impl Stage {
    /// Since when it has got nowhere; nothing if it does not have to hurry.
    fn behind_since(self, now: Instant) -> Option<Instant> {
        match self {
            Self::Head { since } => Some(since),
            Self::Body { since, bytes } => {
                let earned = Duration::from_secs_f64(bytes as f64 / f64::from(PACE));
                Some(now.min(since + earned))
            }
            Self::Whole | Self::Leaving => None,
        }
    }
}

impl Crowd {
    pub(crate) fn new(limit: usize, grace: Duration) -> Arc<Self> {
        Arc::new(Self {
            limit,
            batch: (limit / 64).max(1),
            grace,
            guests: Mutex::default(),
            left: Notify::new(),
        })
    }

    /// A place. If there is none, somebody else loses theirs; waits while all deserve it.
    pub(crate) async fn enter(self: &Arc<Self>) -> Arc<Seat> {
        loop {
            let until = match self.try_enter(Instant::now()) {
                Ok(seat) => return Arc::new(seat),
                Err(until) => until,
            };
            tokio::select! {
                () = self.left.notified() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    /// A place, or when to look again if nobody leaves before.
    fn try_enter(self: &Arc<Self>, now: Instant) -> Result<Seat, Instant> {
        let mut guests = self.guests();
        if guests.all.len() < self.limit {
            return Ok(self.seat(&mut guests, now));
        }
        let later = now + self.grace;
        if guests.leaving > 0 {
            return Err(later);
        }
        let behind = guests.behind(now, |_| true);
        if let Some(&(first, _)) = behind.first()
            && now < first + self.grace
        {
            return Err(first + self.grace);
        }
        for (since, number) in behind.into_iter().take(self.batch) {
            if now >= since + self.grace {
                guests.send_away(number);
            }
        }
        Err(later)
    }

    fn seat(self: &Arc<Self>, guests: &mut Guests, now: Instant) -> Seat {
        let number = guests.next;
        guests.next += 1;
        let sent_away = CancellationToken::new();
        let guest = Guest {
            stage: Stage::Head { since: now },
            sent_away: sent_away.clone(),
        };
        guests.all.insert(number, guest);
        Seat {
            crowd: Arc::clone(self),
            number,
            sent_away,
        }
    }

    /// Sends away those whose bodies are furthest behind, until what they hold comes to `bytes`. Whether
    /// there is any hope that memory comes free.
    fn make_memory(&self, bytes: usize, now: Instant) -> bool {
        let mut guests = self.guests();
        let behind = guests.behind(now, |guest| guest.held() > 0);
        let is_any = !behind.is_empty();
        let mut freed = 0;
        for (since, number) in behind {
            if freed >= bytes || now < since + self.grace {
                break;
            }
            freed += guests.all.get(&number).map_or(0, Guest::held);
            guests.send_away(number);
        }
        is_any || guests.leaving > 0
    }

    fn guests(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guests {
    /// Who of those has got nowhere, and since when; the one for longest first.
    fn behind(&self, now: Instant, is_meant: impl Fn(&Guest) -> bool) -> Vec<(Instant, u64)> {
        let meant = self.all.iter().filter(|(_, guest)| is_meant(guest));
        let mut behind: Vec<_> = meant
            .filter_map(|(number, guest)| Some((guest.stage.behind_since(now)?, *number)))
            .collect();
        behind.sort_unstable();
        behind
    }

    fn send_away(&mut self, number: u64) {
        if let Some(guest) = self.all.get_mut(&number) {
            guest.stage = Stage::Leaving;
            guest.sent_away.cancel();
            self.leaving += 1;
        }
    }
}

impl Guest {
    /// How much of a body that is not whole it has brought.
    fn held(&self) -> usize {
        match self.stage {
            Stage::Body { bytes, .. } => bytes,
            Stage::Head { .. } | Stage::Whole | Stage::Leaving => 0,
        }
    }
}

/// A connection's place; given back when it is dropped.
pub(crate) struct Seat {
    crowd: Arc<Crowd>,
    number: u64,
    sent_away: CancellationToken,
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Seat").field(&self.number).finish()
    }
}

impl Seat {
    /// Comes back when this connection has to make room.
    pub(crate) async fn sent_away(&self) {
        self.sent_away.cancelled().await;
    }

    /// The head is here, and nobody has asked for a body.
    pub(crate) fn is_whole(&self) {
        self.put(Stage::Whole);
    }

    /// It is answered; the next head may come.
    pub(crate) fn is_answered(&self) {
        let since = Instant::now();
        self.put(Stage::Head { since });
    }

    /// A body is waited for, of which so much has come.
    pub(crate) fn waits_for_body(&self, bytes: usize) {
        let since = Instant::now();
        self.put(Stage::Body { since, bytes });
    }

    /// More of the body has come.
    pub(crate) fn receives(&self, more: usize) {
        if let Some(guest) = self.crowd.guests().all.get_mut(&self.number)
            && let Stage::Body { bytes, .. } = &mut guest.stage
        {
            *bytes += more;
        }
    }

    /// Makes those give back their memory whose bodies do not come. Whether that may help.
    pub(crate) fn make_memory(&self, bytes: usize) -> bool {
        self.crowd.make_memory(bytes, Instant::now())
    }

    /// Who was asked to leave stays so.
    fn put(&self, stage: Stage) {
        if let Some(guest) = self.crowd.guests().all.get_mut(&self.number)
            && guest.stage != Stage::Leaving
        {
            guest.stage = stage;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut guests = self.crowd.guests();
        let left = guests.all.remove(&self.number);
        if left.is_some_and(|guest| guest.stage == Stage::Leaving) {
            guests.leaving -= 1;
        }
        drop(guests);
        self.crowd.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_millis(500);
    const MOMENT: Duration = Duration::from_millis(1);

    fn is_sent_away(seat: &Seat) -> bool {
        seat.sent_away.is_cancelled()
    }

    /// A full door of three who came a moment after each other, and when the last one did.
    fn full() -> (Arc<Crowd>, [Seat; 3], Instant) {
        let crowd = Crowd::new(3, GRACE);
        let begin = Instant::now();
        let seats = [0, 1, 2].map(|number| {
            let now = begin + number * MOMENT;
            crowd.try_enter(now).expect("there is a place")
        });
        (crowd, seats, begin + 2 * MOMENT)
    }

    #[test]
    fn while_there_are_places_nobody_is_sent_away() {
        let (_, seats, _) = full();
        assert!(!seats.iter().any(is_sent_away));
    }

    #[test]
    fn who_got_nowhere_for_longest_makes_room() {
        let (crowd, [first, second, third], _) = full();
        let now = Instant::now() + 2 * GRACE;
        assert_eq!(crowd.try_enter(now).err(), Some(now + GRACE));
        assert_eq!(
            [&first, &second, &third].map(is_sent_away),
            [true, false, false]
        );
        // Until that one has left, nobody else is asked.
        assert!(crowd.try_enter(now).is_err());
        assert!(!is_sent_away(&second));
        drop(first);
        assert!(crowd.try_enter(now).is_ok());
    }

    #[test]
    fn everybody_has_a_while_to_show_what_they_want() {
        let (crowd, seats, last) = full();
        let first = last - 2 * MOMENT;
        assert_eq!(crowd.try_enter(last).err(), Some(first + GRACE));
        assert!(!seats.iter().any(is_sent_away));
    }

    #[test]
    fn whose_request_is_whole_is_never_sent_away() {
        let (crowd, seats, last) = full();
        for seat in &seats {
            seat.is_whole();
        }
        let now = last + 100 * GRACE;
        assert_eq!(crowd.try_enter(now).err(), Some(now + GRACE));
        assert!(!seats.iter().any(is_sent_away));
        seats[1].is_answered();
        assert!(crowd.try_enter(Instant::now() + GRACE).is_err());
        assert!(is_sent_away(&seats[1]), "idle after an answer");
    }

    #[test]
    fn a_body_that_comes_at_a_fair_pace_outlives_one_that_drips() {
        let (crowd, [quick, drips, silent], _) = full();
        quick.waits_for_body(0);
        drips.waits_for_body(0);
        quick.receives(PACE as usize);
        drips.receives(1);
        silent.is_whole();
        let now = Instant::now() + GRACE + MOMENT;
        assert!(crowd.try_enter(now).is_err());
        assert!(is_sent_away(&drips));
        drop(drips);
        assert!(crowd.try_enter(now).is_ok());
        assert!(!is_sent_away(&quick));
    }

    #[test]
    fn memory_comes_from_those_whose_bodies_do_not_come() {
        let (crowd, [empty, some, much], _) = full();
        for seat in [&empty, &some, &much] {
            seat.waits_for_body(0);
        }
        some.receives(10);
        much.receives(1000);
        assert!(crowd.make_memory(100, Instant::now()), "soon");
        assert!(!is_sent_away(&some));
        assert!(crowd.make_memory(100, Instant::now() + 2 * GRACE));
        assert_eq!(
            [&empty, &some, &much].map(is_sent_away),
            [false, true, true]
        );
        drop((some, much));
        assert!(
            !crowd.make_memory(100, Instant::now() + 2 * GRACE),
            "no more"
        );
    }
}
