//! From the journal into the database.
//!
//! One thread takes the events that nobody looked at yet, in the journal's order, has the provider's
//! code understand them and folds what they say into the database. What the API answers enters by
//! [`Applier::take`]: it goes through the journal too, if it tells anything new.
//!
//! An event that cannot be understood is kept with the reason and does not hold up the next one.

mod deleted;
mod fold;
mod legs;
mod reading;
mod shown;
mod unnamed;

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use ringback_model::{Call, CallEvent, CallId, Clock, Field, ProviderCallId, RecordingState};
use ringback_providers::Snapshot;
use ringback_store::{
    self as store, Appended, CallRecord, EventOutcome, NewEvent, Store, StoreError, Writer,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Notify;

pub(crate) use deleted::DeletionNote;
pub(crate) use fold::{Heard, fold, settle};
pub(crate) use legs::whole_of;
pub(crate) use reading::{Ours, document, entry, is_test};
use reading::{Reading, Said, heard, note_shown, take_in, understood};
pub(crate) use unnamed::row_key;

use crate::{
    EngineError,
    accounts::{Accounts, Party},
    meters::Meters,
    view,
};

/// How many events are taken into one transaction.
const BATCH: usize = 64;

/// After so many events more it is noted up to where nothing is pending.
const MARK_EVERY: i64 = 500;

/// How soon it is tried again when events cannot be applied.
const AGAIN: Duration = Duration::from_secs(1);

/// How often it looks by itself, should a ring be lost.
const LOOK: Duration = Duration::from_secs(30);

/// When more than this arrives while a batch is applied, the door is busier than the thread can keep
/// up with, and senders who wait for an answer go first...
const BUSY_DOOR: u64 = 2 * BATCH as u64;

/// ...but the next batch comes after this long, so that the board does not stand still.
const GIVE_WAY: Duration = Duration::from_millis(200);

/// Applies what arrives. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Applier {
    store: Arc<Store>,
    accounts: Accounts,
    clock: Clock,
    done_up_to: Arc<AtomicI64>,
    /// The last event of the last batch: the next ones are looked for behind it first.
    reached: Arc<AtomicI64>,
    /// How many events came through the door since the start.
    arrived: Arc<AtomicU64>,
    bell: mpsc::SyncSender<()>,
    /// Rung when there is something to fetch or to ask for.
    pub(crate) work: Arc<Notify>,
    /// What is counted for whoever measures.
    pub(crate) meters: Arc<Meters>,
}

/// What asking about a call brought.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub call: Option<CallId>,
    pub provider_call_id: ProviderCallId,
    pub before: Map<String, Value>,
    pub after: Map<String, Value>,
    pub missing_before: Vec<Field>,
    pub missing_after: Vec<Field>,
}

/// What was known of a call before it was asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Before {
    pub fields: Map<String, Value>,
    pub missing: Vec<Field>,
}

/// Makes the applier and what its thread waits on.
pub(crate) fn applier(
    store: Arc<Store>,
    accounts: Accounts,
    clock: Clock,
    work: Arc<Notify>,
) -> (Applier, mpsc::Receiver<()>) {
    // One ring is enough however many events wait.
    let (bell, rings) = mpsc::sync_channel(1);
    (
        Applier {
            store,
            accounts,
            clock,
            done_up_to: Arc::new(AtomicI64::new(0)),
            reached: Arc::new(AtomicI64::new(0)),
            arrived: Arc::new(AtomicU64::new(0)),
            bell,
            work,
            meters: Arc::default(),
        },
        rings,
    )
}

/// Starts the thread that applies what waits in the journal. It ends when the applier's last clone
/// is gone or `stop` is dropped.
pub(crate) fn start(
    applier: &Applier,
    rings: mpsc::Receiver<()>,
    stop: Weak<()>,
) -> std::io::Result<thread::JoinHandle<()>> {
    let applier = applier.clone();
    thread::Builder::new().name("ringback-apply".into()).spawn(move || {
        // What was left from the last time comes first. What is left at the end waits for the next.
        while stop.strong_count() > 0 {
            let arrived = applier.arrived.load(Ordering::Relaxed);
            let mut patience = LOOK;
            match applier.apply_pending() {
                Ok(0) => {}
                Ok(_) => {
                    if applier.arrived.load(Ordering::Relaxed) - arrived > BUSY_DOOR {
                        thread::park_timeout(GIVE_WAY);
                    }
                    continue;
                }
                Err(error) => {
                    tracing::error!(%error, "events wait in the journal and cannot be applied now");
                    patience = AGAIN;
                }
            }
            // Whatever another process on this home commits is seen by the watch, which rings here.
            match rings.recv_timeout(patience) {
                Ok(()) | Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
        }
    })
}

impl Applier {
    /// Says that there is something in the journal.
    pub(crate) fn wake(&self) {
        self.arrived.fetch_add(1, Ordering::Relaxed);
        // Full means that it is awake already.
        let _ = self.bell.try_send(());
    }

    /// Applies one batch of what waits. Gives how many events that was.
    pub(crate) fn apply_pending(&self) -> Result<usize, StoreError> {
        let reached = self.reached.load(Ordering::Relaxed);
        let (events, last) = self.store.read(|reader| {
            let mut events = reader.events().pending(reached, BATCH)?;
            if events.is_empty() {
                // Earlier ones may have been put back to be tried again.
                events = reader.events().pending(0, BATCH)?;
            }
            Ok((events, reader.events().last_seq()?))
        })?;
        let count = events.len();
        let Some(newest) = events.last().map(|event| event.head.seq) else {
            self.note_all_done(last)?;
            return Ok(0);
        };
        let readings: Arc<Vec<Reading>> = Arc::new(
            events
                .into_iter()
                .map(|event| Reading::of(event, &self.accounts))
                .collect(),
        );
        let batch = readings.clone();
        let all = self.store.write_soon(move |writer| {
            let mut due = false;
            for reading in batch.iter() {
                due |= take_in(writer, reading)?;
            }
            Ok(due)
        });
        let due = match all {
            Ok(due) => due,
            // It says nothing about the events: they stay in the journal and are tried again.
            Err(error) if error.may_pass() => return Err(error),
            Err(_) => self.one_by_one(&readings)?,
        };
        let came = readings.iter().map(|reading| reading.heard_at);
        self.meters.applied(came, self.clock.now());
        self.reached.store(newest, Ordering::Relaxed);
        if due {
            self.work.notify_waiters();
        }
        Ok(count)
    }

    /// Remembers now and then up to where nothing is pending, so that looking stays quick.
    fn note_all_done(&self, last: i64) -> Result<(), StoreError> {
        if last - self.done_up_to.load(Ordering::Relaxed) < MARK_EVERY {
            return Ok(());
        }
        let is_so = self
            .store
            .write(move |writer| writer.events_mut().all_done_up_to(last))?;
        // Otherwise some were put back since this was looked at, and the next look finds them.
        if is_so {
            self.done_up_to.store(last, Ordering::Relaxed);
        }
        Ok(())
    }

    /// One of the batch does not go in: finds out which, and notes it as failed.
    fn one_by_one(&self, readings: &Arc<Vec<Reading>>) -> Result<bool, StoreError> {
        let mut any_due = false;
        for index in 0..readings.len() {
            let batch = readings.clone();
            let one = self
                .store
                .write(move |writer| take_in(writer, &batch[index]));
            match one {
                Ok(due) => any_due |= due,
                Err(error) if error.may_pass() => return Err(error),
                Err(error) => {
                    let seq = readings[index].seq;
                    tracing::error!(%error, seq, "an event cannot be applied; it is kept");
                    let outcome = EventOutcome::Failed {
                        reason: error.to_string(),
                        call: None,
                    };
                    let batch = readings.clone();
                    self.store.write(move |writer| {
                        let reading = &batch[index];
                        if let (Some(party), Some(shown)) = (&reading.party, &reading.shown) {
                            note_shown(writer, party, shown, reading.heard_at)?;
                        }
                        writer.events_mut().mark(seq, &outcome)
                    })?;
                }
            }
        }
        Ok(any_due)
    }

    /// Takes in what the provider answered about `call`. Nothing is written if it tells nothing new,
    /// or in a dry run. What stands there afterwards is read by [`Applier::look_again`], for those who
    /// want to know.
    pub(crate) async fn take(
        &self,
        party: &Arc<Party>,
        call: &ProviderCallId,
        snapshots: Vec<Snapshot>,
        dry_run: bool,
    ) -> Result<Taken, EngineError> {
        let (before, record) = self.look(party, call)?;
        let mut merged = record
            .as_ref()
            .map_or_else(|| Call::new(call.clone()), |record| record.call.clone());
        let mut news = Vec::new();
        for snapshot in snapshots {
            let events = understood(party, &snapshot)?;
            let mut changes = false;
            for event in &events {
                let event = &*self
                    .store
                    .read(|reader| legs::of_whole(reader, party, event))?;
                // What is said of another call (a listed leg's parent) is looked at by itself.
                changes |= event.call != *call || !merged.apply(event).is_empty();
            }
            if changes {
                news.push((snapshot, events));
            }
        }
        if dry_run {
            return Ok(self.compared(
                party,
                call,
                before,
                record.map(|record| record.id),
                &merged,
            )?);
        }
        if news.is_empty() {
            self.asked_in_full(party, call).await?;
            let missing = before.missing.clone();
            return Ok(Taken {
                call: before.id,
                provider_call_id: call.clone(),
                after: before.fields.clone(),
                before: before.fields,
                missing_before: before.missing,
                missing_after: missing,
            });
        }
        self.keep(party, news).await?;
        // What was asked for may have turned out to be a leg of another call.
        let (call, id) = self.store.read(|reader| {
            let whole = whole_of(reader, party, call)?;
            let call = whole.unwrap_or_else(|| call.clone());
            let id = reader.calls().id_of(party.id(), &call)?;
            Ok((call, id))
        })?;
        Ok(Taken {
            call: id,
            provider_call_id: call,
            after: before.fields.clone(),
            before: before.fields,
            missing_after: before.missing.clone(),
            missing_before: before.missing,
        })
    }

    /// What is known of the call now.
    pub(crate) fn known(&self, party: &Party, call: &ProviderCallId) -> Result<Before, StoreError> {
        let (
            Looked {
                fields, missing, ..
            },
            _,
        ) = self.look(party, call)?;
        Ok(Before { fields, missing })
    }

    /// Looks at the call once more, after its recordings were fetched.
    pub(crate) fn look_again(
        &self,
        party: &Arc<Party>,
        taken: &mut Taken,
    ) -> Result<(), EngineError> {
        let (now, _) = self.look(party, &taken.provider_call_id)?;
        taken.after = now.fields;
        taken.missing_after = now.missing;
        Ok(())
    }

    /// Takes in the items of a list, each of its own call. Gives how many told something new.
    pub(crate) async fn take_listed(
        &self,
        party: &Arc<Party>,
        snapshots: Vec<Snapshot>,
    ) -> Result<usize, EngineError> {
        let mut news = Vec::new();
        for snapshot in snapshots {
            // One item that cannot be understood is a call that is known to exist, and no reason to
            // leave out those after it.
            let events = match understood(party, &snapshot) {
                Ok(events) => events,
                Err(error) => {
                    self.take_unreadable(party, &snapshot, &error).await?;
                    continue;
                }
            };
            let mut changes = false;
            for event in &events {
                let event = self
                    .store
                    .read(|reader| legs::of_whole(reader, party, event))?;
                let record = self.record(party, &event.call)?;
                changes |= match record {
                    Some(mut record) => !record.call.apply(&event).is_empty(),
                    None => true,
                };
            }
            if changes {
                news.push((snapshot, events));
            }
        }
        let count = news.len();
        self.keep(party, news).await?;
        Ok(count)
    }

    /// Puts what is new into the journal and, when that is durable, into the database.
    async fn keep(
        &self,
        party: &Arc<Party>,
        news: Vec<(Snapshot, Vec<CallEvent>)>,
    ) -> Result<(), EngineError> {
        for (snapshot, events) in news {
            let heard_at = self.clock.now();
            let heard = heard(Some(snapshot.kind));
            let appended = self.append(entry(party, &snapshot, heard_at)).await?;
            let reading = Reading {
                seq: appended.seq(),
                heard_at,
                heard,
                party: Some(party.clone()),
                said: Said::Events(events),
                shown: None,
            };
            let due = self.write(move |writer| take_in(writer, &reading)).await?;
            if due {
                self.work.notify_waiters();
            }
        }
        Ok(())
    }

    /// A call that seemed to go on does not, by our own word. That is news too, and goes through the
    /// journal like any other.
    pub(crate) async fn take_ours(
        &self,
        party: &Arc<Party>,
        call: &ProviderCallId,
        ours: Ours,
    ) -> Result<(), EngineError> {
        let heard_at = self.clock.now();
        let entry = reading::our_entry(ours, party, call, heard_at);
        let events = reading::our_events(ours, &entry.body, heard_at);
        let appended = self.append(entry).await?;
        let reading = Reading {
            seq: appended.seq(),
            heard_at,
            heard: Heard::InFull,
            party: Some(party.clone()),
            said: Said::Events(events),
            shown: None,
        };
        self.write(move |writer| take_in(writer, &reading)).await?;
        Ok(())
    }

    /// A recording was deleted at its provider: that goes through the journal like any other news.
    pub(crate) async fn take_deleted(
        &self,
        party: &Arc<Party>,
        note: &DeletionNote,
    ) -> Result<(), EngineError> {
        let heard_at = self.clock.now();
        let appended = self.append(deleted::entry(party, note, heard_at)).await?;
        let reading = Reading {
            seq: appended.seq(),
            heard_at,
            heard: Heard::InFull,
            party: Some(party.clone()),
            shown: None,
            said: Said::Deleted(Box::new(note.clone())),
        };
        self.write(move |writer| take_in(writer, &reading)).await?;
        Ok(())
    }

    pub(crate) async fn append(&self, entry: NewEvent) -> Result<Appended, StoreError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.store.append_async(entry, move |result| {
            let _ = answer.send(result);
        });
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Writes what is learned again if the power fails, without holding up the async runtime.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.store.write_soon_async(work, move |result| {
            let _ = answer.send(result);
        });
        answered.await.unwrap_or(Err(StoreError::Closed))
    }

    fn record(
        &self,
        party: &Party,
        call: &ProviderCallId,
    ) -> Result<Option<CallRecord>, StoreError> {
        self.store
            .read(|reader| reader.calls().by_provider_id(party.id(), call))
    }

    fn look(
        &self,
        party: &Party,
        call: &ProviderCallId,
    ) -> Result<(Looked, Option<CallRecord>), StoreError> {
        self.store.read(|reader| {
            let Some(record) = reader.calls().by_provider_id(party.id(), call)? else {
                return Ok((Looked::default(), None));
            };
            let states = states(&reader.recordings().of_call(record.id)?);
            let looked = Looked {
                id: Some(record.id),
                fields: view::fields(&record.call, &states),
                missing: record.missing.clone(),
            };
            Ok((looked, Some(record)))
        })
    }

    /// What a dry run would have brought.
    fn compared(
        &self,
        party: &Party,
        call: &ProviderCallId,
        before: Looked,
        id: Option<CallId>,
        merged: &Call,
    ) -> Result<Taken, StoreError> {
        let here = match id {
            Some(id) => self.store.read(|reader| reader.recordings().of_call(id))?,
            None => Vec::new(),
        };
        let after_states: Vec<RecordingState> = merged
            .recordings
            .iter()
            // One that is known by its id by now is not another one.
            .filter(|(key, _)| merged.named(key).is_none())
            .map(|(key, fields)| {
                let told = fields.availability.as_ref().map(|told| told.value);
                let is_it = |row: &&store::Recording| {
                    row.key == *key || merged.named(&row.key) == Some(key)
                };
                let here = here.iter().find(is_it).map(|row| row.state);
                match (here, told) {
                    (Some(state), Some(told)) => {
                        state.next(ringback_model::RecordingInput::Provider(told))
                    }
                    (Some(state), None) => state,
                    (None, told) => RecordingState::initial(told),
                }
            })
            .collect();
        Ok(Taken {
            call: id,
            provider_call_id: call.clone(),
            before: before.fields,
            after: view::fields(merged, &after_states),
            missing_before: before.missing,
            missing_after: ringback_model::missing(
                merged,
                &party.provider().expects(merged),
                &after_states,
            ),
        })
    }
}

#[derive(Default)]
struct Looked {
    id: Option<CallId>,
    fields: Map<String, Value>,
    missing: Vec<Field>,
}

fn states(rows: &[store::Recording]) -> Vec<RecordingState> {
    rows.iter().map(|row| row.state).collect()
}
