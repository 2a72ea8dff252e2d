//! Whether the journal can be written: what the last write said and, where that says too little, a write
//! of no meaning. It is made only when somebody asks, so that an idle program stays idle.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use ringback_model::Clock;
use ringback_store::{Store, StoreError};
use tokio::sync::oneshot;

/// For so long a write that went well speaks for the next one.
const FRESH: SignedDuration = SignedDuration::from_secs(30);

/// The least time between two trials, however often somebody asks.
const BETWEEN: SignedDuration = SignedDuration::from_secs(1);

/// A disk that takes longer than this for a small write cannot be written.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of it.
#[derive(Debug)]
pub(crate) struct Writable {
    clock: Clock,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    works: bool,
    /// When a write went well last.
    wrote_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
    is_trying: bool,
}

impl Known {
    fn heard<T>(&mut self, result: &Result<T, StoreError>, now: Timestamp) {
        match result {
            Ok(_) => {
                self.works = true;
                self.wrote_at = Some(now);
            }
            // The disk was not asked.
            Err(StoreError::Overloaded) => {}
            Err(_) => self.works = false,
        }
    }

    /// Whether somebody has to try, and that somebody does.
    fn begins_trial(&mut self, now: Timestamp) -> bool {
        let is_fresh = self.works && within(self.wrote_at, FRESH, now);
        if is_fresh || self.is_trying || within(self.tried_at, BETWEEN, now) {
            return false;
        }
        self.is_trying = true;
        self.tried_at = Some(now);
        true
    }
}

/// Whether that was less than so long ago; a clock that was put back makes nothing fresh for ever.
fn within(at: Option<Timestamp>, time: SignedDuration, now: Timestamp) -> bool {
    at.is_some_and(|at| now.duration_since(at).abs() < time)
}

impl Writable {
    pub(crate) fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            clock,
            known: Mutex::new(Known {
                works: true,
                wrote_at: None,
                tried_at: None,
                is_trying: false,
            }),
        })
    }

    /// A write into the journal ended like this.
    pub(crate) fn heard<T>(&self, result: &Result<T, StoreError>) {
        self.known().heard(result, self.clock.now());
    }

    /// Whether an event could be kept now.
    pub(crate) async fn now(self: &Arc<Self>, store: &Store) -> bool {
        if self.known().begins_trial(self.clock.now()) {
            let (tell, told) = oneshot::channel();
            let of = self.clone();
            // Whoever asked may be gone by then; what came of it counts all the same.
            store.try_journal_async(move |result| {
                of.heard(&result);
                of.known().is_trying = false;
                let _ = tell.send(());
            });
            if tokio::time::timeout(PATIENCE, told).await.is_err() {
                self.known().works = false;
            }
        }
        self.known().works
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Every change is a single step.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_772_442_000_000 + ms).expect("in range")
    }

    fn known() -> Known {
        Known {
            works: true,
            wrote_at: None,
            tried_at: None,
            is_trying: false,
        }
    }

    #[test]
    fn a_write_that_went_well_speaks_for_half_a_minute_and_then_somebody_has_to_try() {
        let mut known = known();
        assert!(known.begins_trial(at(0)), "nothing was written yet");
        known.is_trying = false;
        known.heard(&Ok(()), at(10));
        assert!(!known.begins_trial(at(30_009)));
        assert!(known.begins_trial(at(30_010)));
    }

    #[test]
    fn after_a_write_that_failed_it_is_tried_at_most_once_a_second_and_by_one_at_a_time() {
        let mut known = known();
        known.heard(&Ok(()), at(0));
        known.heard::<()>(&Err(StoreError::DiskFull), at(1));
        assert!(!known.works);
        assert!(known.begins_trial(at(2)));
        assert!(!known.begins_trial(at(2_000)), "somebody is at it");
        known.is_trying = false;
        known.heard::<()>(&Err(StoreError::DiskFull), at(2_001));
        assert!(known.begins_trial(at(2_002)));
        known.is_trying = false;
        assert!(!known.begins_trial(at(3_001)));
        assert!(known.begins_trial(at(3_002)));
        known.heard(&Ok(()), at(3_003));
        assert!(known.works, "there is room again");
    }

    #[test]
    fn a_full_line_says_nothing_of_the_disk() {
        let mut known = known();
        known.heard::<()>(&Err(StoreError::Overloaded), at(0));
        assert!(known.works);
        known.heard::<()>(&Err(StoreError::Io("read-only".into())), at(1));
        assert!(!known.works);
        known.heard::<()>(&Err(StoreError::Overloaded), at(2));
        assert!(!known.works);
    }
}
