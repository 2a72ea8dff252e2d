//! Refused requests on their way to the disk: counted exactly, kept as a few samples, and written at
//! most ten times a second, so that a stranger who knocks a thousand times a second costs nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use ringback_model::{AccountId, Clock};

use crate::{
    error::Result,
    queue::{Job, Lasting, Queue, Ran, Task},
    tables::refused::{Refusal, RefusedCount},
    writing::Writer,
};

/// Between two writes.
const PAUSE: SignedDuration = SignedDuration::from_millis(100);
/// Samples of one account that are kept between two writes.
const SAMPLES: usize = 20;
/// Kinds of (account, reason) that are counted between two writes. Reasons are few words of ours.
const KINDS: usize = 1024;

/// What waits.
pub(crate) struct Refusals {
    queue: Arc<Queue>,
    clock: Clock,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    samples: Vec<Refusal>,
    counts: BTreeMap<(AccountId, String), RefusedCount>,
    written_at: Option<Timestamp>,
}

impl Refusals {
    pub(crate) fn new(queue: Arc<Queue>, clock: Clock) -> Self {
        Self {
            queue,
            clock,
            waiting: Mutex::default(),
        }
    }

    /// Takes one in. True if it waits and somebody has to flush it later.
    pub(crate) fn take(&self, refusal: Refusal) -> bool {
        let now = self.clock.now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.add(refusal);
        let is_due = waiting
            .written_at
            .is_none_or(|at| now.duration_since(at).abs() >= PAUSE);
        if is_due {
            self.write(&mut waiting, now);
        }
        !is_due
    }

    /// Writes what waits.
    pub(crate) fn flush(&self) {
        let now = self.clock.now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.counts.is_empty() {
            self.write(&mut waiting, now);
        }
    }

    fn write(&self, waiting: &mut Waiting, now: Timestamp) {
        waiting.written_at = Some(now);
        let knocks = Knocks {
            samples: std::mem::take(&mut waiting.samples),
            counts: std::mem::take(&mut waiting.counts).into_values().collect(),
        };
        // A stranger who keeps knocking shall not keep the disk busy.
        self.queue.push(Job::Task(Box::new(knocks), Lasting::Soon));
    }
}

impl Waiting {
    fn add(&mut self, refusal: Refusal) {
        let kind = (refusal.account.clone(), refusal.reason.clone());
        if self.counts.len() < KINDS || self.counts.contains_key(&kind) {
            let count = self.counts.entry(kind).or_insert_with(|| RefusedCount {
                account: refusal.account.clone(),
                reason: refusal.reason.clone(),
                count: 0,
                first_at: refusal.at,
                last_at: refusal.at,
            });
            count.count += 1;
            count.last_at = count.last_at.max(refusal.at);
        }
        let of_account = self
            .samples
            .iter()
            .filter(|sample| sample.account == refusal.account)
            .count();
        if of_account < SAMPLES {
            self.samples.push(refusal.cut());
        }
    }
}

/// The write itself.
struct Knocks {
    samples: Vec<Refusal>,
    counts: Vec<RefusedCount>,
}

impl Knocks {
    fn write(&self, writer: &mut Writer<'_>) -> Result<()> {
        let mut refused = writer.refused_mut();
        for sample in &self.samples {
            refused.add(sample)?;
        }
        for count in &self.counts {
            refused.count(count)?;
        }
        Ok(())
    }
}

impl Task for Knocks {
    fn run(self: Box<Self>, writer: &mut Writer<'_>) -> Ran {
        let failed = self.write(writer).err();
        Ran {
            answer: Box::new({
                let failed = failed.clone();
                move |ended| note(ended.err().or(failed))
            }),
            failed,
        }
    }

    fn refuse(self: Box<Self>, error: crate::StoreError) {
        note(Some(error));
    }
}

/// Losing the record of a refused knock is no reason to trouble anybody but the log.
fn note(error: Option<crate::StoreError>) {
    if let Some(error) = error {
        tracing::warn!(%error, "refused requests could not be recorded");
    }
}
