//! Waiting for the recordings of one call without a way past the queue: many are waited for at the
//! same time, and the queue knows which of them is the most urgent.

use std::sync::Arc;

use ringback_model::{CallId, RecordingId};
use tokio_util::sync::CancellationToken;

use super::{Fetcher, LOOK_AT_OTHERS, ask_again_as, is_gone, vanish};
use crate::{EngineError, core::Core, jobs::FETCH};

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
        let recordings = core
            .store
            .read(|reader| reader.recordings().of_call(call))?;
        let mut wanted = Vec::new();
        for recording in recordings {
            let (id, is_gone) = (recording.id, is_gone(&core, &recording));
            let now = core.clock.now();
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
            until_tried(&core, id, stop).await?;
        }
        Ok(())
    }
}

async fn until_tried(
    core: &Arc<Core>,
    id: RecordingId,
    stop: &CancellationToken,
) -> Result<(), EngineError> {
    let key = id.to_string();
    while !stop.is_cancelled() {
        let rung = core.work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        let Some(job) = core.store.read(|reader| reader.jobs().get(FETCH, &key))? else {
            return Ok(());
        };
        let now = core.clock.now();
        let is_held = job.lease.is_some_and(|(_, until)| until > now);
        if !is_held && job.work.run_at > now {
            return Ok(());
        }
        tokio::select! {
            () = rung => {}
            () = tokio::time::sleep(LOOK_AT_OTHERS) => {}
            () = stop.cancelled() => {}
        }
    }
    Ok(())
}
