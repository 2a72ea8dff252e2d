//! Waiting for the recordings of one call without a way past the queue: many are waited for at the
//! same time, and the queue knows which of them is the most urgent.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use ringback_model::{CallId, RecordingId};
use ringback_store::{Reader, Recording, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{Fetcher, LOOK_AT_OTHERS, ask_again_as, is_gone, vanish};
use crate::{EngineError, core::Core, jobs::FETCH};

/// A line that was cut is mended so soon that it is waited for...
const SOON: SignedDuration = SignedDuration::from_secs(3);

/// ...but no longer than so many looks.
const PATIENCE: u32 = 10;

/// Who waits for which recording, by its job's key: each is rung for its own only.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<HashMap<String, Arc<Notify>>>);

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bell(&self, key: &str) -> Arc<Notify> {
        self.lock().entry(key.to_owned()).or_default().clone()
    }

    /// Rings for whoever waits for this one.
    pub(super) fn tried(&self, key: &str) {
        if let Some(bell) = self.lock().remove(key) {
            bell.notify_waiters();
        }
    }
}

/// Whether asking for a recording would change nothing: what told of it a moment ago has made it due.
fn is_on_its_way(
    reader: &Reader<'_>,
    recording: &Recording,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if !recording.state.wants_fetch() {
        return Ok(false);
    }
    let job = reader.jobs().get(FETCH, &recording.id.to_string())?;
    Ok(job
        .is_some_and(|job| job.attempts == 0 && job.last_error.is_none() && job.work.run_at <= now))
}

impl Fetcher {
    /// Makes the recordings of a call due, also those that were given up and those whose file is gone
    /// from the disk, and waits until each was tried. A recording that is not ready at the provider,
    /// or whose next try is later, is not waited for; nor is any after `stop`.
    pub(crate) async fn bring(
        &self,
        call: CallId,
        stop: &CancellationToken,
    ) -> Result<(), EngineError> {
        let core = self.core()?;
        let now = core.clock.now();
        let recordings = core.store.read(|reader| {
            let all = reader.recordings().of_call(call)?.into_iter();
            all.map(|recording| Ok((is_on_its_way(reader, &recording, now)?, recording)))
                .collect::<Result<Vec<_>, StoreError>>()
        })?;
        let mut wanted = Vec::new();
        for (is_on_its_way, recording) in recordings {
            let (id, is_gone) = (recording.id, is_gone(&core, &recording));
            if is_on_its_way {
                wanted.push(id);
                continue;
            }
            let is_due = core
                .applier
                .write(move |writer| {
                    if is_gone {
                        vanish(writer, id)?;
                    }
                    ask_again_as(writer, id, now, true)
                })
                .await?;
            if is_due {
                wanted.push(id);
            }
        }
        if !wanted.is_empty() {
            core.work.notify_waiters();
        }
        for id in wanted {
            self.until_tried(&core, id, stop).await?;
        }
        Ok(())
    }

    async fn until_tried(
        &self,
        core: &Arc<Core>,
        id: RecordingId,
        stop: &CancellationToken,
    ) -> Result<(), EngineError> {
        let key = id.to_string();
        let mut patience = PATIENCE;
        while !stop.is_cancelled() {
            let bell = self.waiting.bell(&key);
            let rung = bell.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            let job = core.store.read(|reader| reader.jobs().get(FETCH, &key))?;
            let now = core.clock.now();
            let is_over = job.is_none_or(|job| {
                let is_held = job.lease.is_some_and(|(_, until)| until > now);
                let pause = job.work.run_at.duration_since(now);
                if is_held || !pause.is_positive() {
                    return false;
                }
                patience = patience.saturating_sub(1);
                pause > SOON || patience == 0
            });
            if is_over {
                self.waiting.tried(&key);
                return Ok(());
            }
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep(LOOK_AT_OTHERS) => {}
                () = stop.cancelled() => {}
            }
        }
        self.waiting.tried(&key);
        Ok(())
    }
}
