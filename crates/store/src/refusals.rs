//! Refused requests on their way to the disk: counted exactly, kept as a few samples, and written at
//! most ten times a second, so that a stranger who knocks a thousand times a second costs nothing. The
//! calls that they name are looked up in the same write.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use ringback_model::{AccountId, Clock, ProviderCallId};

use crate::{
    error::Result,
    queue::{Job, Lasting, Queue, Ran, Task},
    tables::{
        jobs::NewJob,
        refused::{Refusal, RefusedCount},
    },
    writing::Writer,
};

/// Between two writes.
const PAUSE: SignedDuration = SignedDuration::from_millis(100);
/// Samples of one account that are kept between two writes.
const SAMPLES: usize = 20;
/// Kinds of (account, reason) that are counted between two writes. Reasons are few words of ours.
const KINDS: usize = 1024;
/// Calls of one account that are looked up in one write: a thousand a second, which costs the writer a few
/// thousandths of its time. When strangers name more, chance decides; senders of real events try again.
const NAMED: usize = 100;
/// What is named by more bytes is no call.
const LONGEST_NAME: usize = 512;

/// Work that is wanted only if the call is known.
#[derive(Clone, Debug, PartialEq)]
pub struct IfKnown {
    /// The call, in the account of the job.
    pub call: ProviderCallId,
    /// What is to be done then.
    pub job: NewJob,
}

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
    named: BTreeMap<AccountId, BTreeMap<String, IfKnown>>,
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
    pub(crate) fn take(&self, refusal: Refusal, named: Vec<IfKnown>) -> bool {
        let now = self.clock.now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.add(refusal);
        waiting.name(named);
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
            named: std::mem::take(&mut waiting.named)
                .into_values()
                .flat_map(BTreeMap::into_values)
                .collect(),
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

    fn name(&mut self, named: Vec<IfKnown>) {
        for one in named {
            let of_account = self.named.entry(one.job.account.clone()).or_default();
            if of_account.len() < NAMED && one.call.as_str().len() <= LONGEST_NAME {
                of_account.entry(one.job.key.clone()).or_insert(one);
            }
        }
    }
}

/// The write itself.
struct Knocks {
    samples: Vec<Refusal>,
    counts: Vec<RefusedCount>,
    named: Vec<IfKnown>,
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
        for IfKnown { call, job } in &self.named {
            if writer.calls().id_of(&job.account, call)?.is_some() {
                writer.jobs_mut().enqueue(job)?;
            }
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
