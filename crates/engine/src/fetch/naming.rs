//! A recording that was reported without its id gets it before its file gets a name.

use std::sync::Arc;

use ringback_providers::ApiError;

use super::{Task, look_up};
use crate::{EngineError, core::Core};

/// How often an API is waited for that does not list a recording yet or cannot be reached: half a
/// minute in all. After that it is fetched without its id; the link that was told dies soon.
const PATIENCE: u32 = 4;

/// What to do with the recording now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// Its id is known, or nobody can be asked for it.
    GoOn,
    /// The API may tell it soon.
    Wait,
}

/// Asks the provider about the recording's call if the recording has no id yet, and brings the task up
/// to date.
pub(super) async fn learn_id(core: &Arc<Core>, task: &mut Task) -> Result<Naming, EngineError> {
    let is_unnamed = |task: &Task| task.recording.named_key().unnamed_parts().is_some();
    if !is_unnamed(task) {
        return Ok(Naming::GoOn);
    }
    let call = task.record.call.provider_call_id.clone();
    let asked = match task.party.fetching.call(&call).await {
        Ok(snapshots) => core
            .applier
            .take(&task.party, &call, snapshots, false)
            .await
            .map(|_| ()),
        Err(error) => Err(error.into()),
    };
    match asked {
        Ok(()) => {}
        Err(EngineError::Provider(ApiError::KeyRefused | ApiError::NoKey(_))) => {
            return Ok(Naming::GoOn);
        }
        Err(EngineError::Provider(error)) => {
            tracing::info!(account = %task.party.id(), %error, "a recording's id could not be asked for");
        }
        Err(error) => return Err(error),
    }
    if let Some((record, recording)) = look_up(core, task.recording.id)? {
        task.record = record;
        task.recording = recording;
    }
    if is_unnamed(task) && task.work.not_ready < PATIENCE {
        return Ok(Naming::Wait);
    }
    Ok(Naming::GoOn)
}
