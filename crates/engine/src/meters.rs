//! What this process did since its start, in counts that only grow: for whoever measures it from
//! outside. What can be read from the database at any time is not counted here.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use ringback_model::AccountId;

/// The upper ends of the buckets of [`Lag`], in ms.
pub const LAG_BUCKETS_MS: [u64; 10] = [5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000, 300_000];

/// What became of a request at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entered {
    /// Verified, new, durable.
    Accepted,
    /// The same was there already.
    Duplicate,
    /// Nobody vouched for it, with the word why.
    Rejected(&'static str),
    /// It could not be written down; the sender tries again.
    NotWritten,
}

/// What became of one try to bring a recording in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transfer {
    /// It is here.
    Landed,
    /// The provider has it not, or gives it not.
    Settled,
    /// It is tried again later.
    Later,
    /// It failed, and there are more tries.
    Failed,
    /// It was given up.
    GivenUp,
}

impl Transfer {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Landed => "landed",
            Self::Settled => "settled",
            Self::Later => "later",
            Self::Failed => "failed",
            Self::GivenUp => "given_up",
        }
    }
}

/// How long events waited between the door and the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// How many events were applied.
    pub count: u64,
    /// How long they waited together.
    pub total: Duration,
    /// How many waited no longer than each of [`LAG_BUCKETS_MS`].
    pub within: [u64; LAG_BUCKETS_MS.len()],
}

/// The counts of this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests at the door.
    pub events: BTreeMap<(AccountId, Entered), u64>,
    /// How quickly they were applied.
    pub apply: Lag,
    /// Tries to bring recordings in.
    pub transfers: BTreeMap<(AccountId, Transfer), u64>,
    /// Bytes of the recordings that landed.
    pub transferred_bytes: BTreeMap<AccountId, u64>,
    /// Walks over the provider's list; `true` are those that came to their end.
    pub polls: BTreeMap<(AccountId, bool), u64>,
}

/// Keeps the counts.
#[derive(Debug, Default)]
pub(crate) struct Meters(Mutex<Counts>);

impl Meters {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All counts as of now.
    pub(crate) fn counts(&self) -> Counts {
        self.lock().clone()
    }

    pub(crate) fn entered(&self, account: &AccountId, what: Entered) {
        *self
            .lock()
            .events
            .entry((account.clone(), what))
            .or_default() += 1;
    }

    /// Events that came then are applied `now`.
    pub(crate) fn applied(&self, came: impl IntoIterator<Item = Timestamp>, now: Timestamp) {
        let mut counts = self.lock();
        for at in came {
            let lag = Duration::try_from(now.duration_since(at)).unwrap_or_default();
            counts.apply.count += 1;
            counts.apply.total += lag;
            for (bucket, most) in counts.apply.within.iter_mut().zip(LAG_BUCKETS_MS) {
                *bucket += u64::from(lag <= Duration::from_millis(most));
            }
        }
    }

    pub(crate) fn transferred(&self, account: &AccountId, what: Transfer, bytes: u64) {
        let mut counts = self.lock();
        *counts.transfers.entry((account.clone(), what)).or_default() += 1;
        if bytes > 0 {
            *counts.transferred_bytes.entry(account.clone()).or_default() += bytes;
        }
    }

    pub(crate) fn polled(&self, account: &AccountId, is_complete: bool) {
        *self
            .lock()
            .polls
            .entry((account.clone(), is_complete))
            .or_default() += 1;
    }
}

impl crate::Engine {
    /// What this process did since its start.
    pub fn counts(&self) -> Counts {
        self.core().applier.meters.counts()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_counts_in_every_bucket_that_it_fits_into() {
        let meters = Meters::default();
        let now = Timestamp::from_second(1_000).expect("a time");
        let ago = |ms: i64| now - jiff::SignedDuration::from_millis(ms);
        // A clock that was put back makes no negative wait.
        meters.applied([ago(3), ago(40), ago(-5)], now);
        let lag = meters.counts().apply;
        assert_eq!(lag.count, 3);
        assert_eq!(lag.total, Duration::from_millis(43));
        assert_eq!(lag.within, [2, 2, 2, 3, 3, 3, 3, 3, 3, 3]);
    }
}
