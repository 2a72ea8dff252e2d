//! The durable work: what kinds there are and how each is written down.

use jiff::Timestamp;
use ringback_model::{AccountId, ProviderCallId, RecordingId};
use ringback_store::{NewJob, StoreError, Writer};
use serde::{Deserialize, Serialize};

use crate::schedule::RESYNC_AFTER_FAILED_WEBHOOK;

/// Fetch a recording.
pub(crate) const FETCH: &str = "fetch";
/// Ask the provider about a call again.
pub(crate) const RESYNC: &str = "resync";

/// What a fetch job says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FetchWork {
    /// Which recording.
    pub recording: RecordingId,
    /// How often the provider said "not yet".
    #[serde(default)]
    pub not_ready: u32,
    /// When it said so first.
    #[serde(default)]
    pub not_ready_since: Option<Timestamp>,
}

/// What a resync job says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ResyncWork {
    /// Which call.
    pub call: ProviderCallId,
}

/// A job that fetches a recording, now, before its link dies.
pub(crate) fn fetch(
    account: &AccountId,
    recording: RecordingId,
    run_at: Timestamp,
    deadline: Option<Timestamp>,
) -> NewJob {
    let work = FetchWork {
        recording,
        not_ready: 0,
        not_ready_since: None,
    };
    NewJob {
        kind: FETCH.into(),
        key: recording.to_string(),
        account: account.clone(),
        payload: payload(&work),
        run_at,
        deadline,
    }
}

/// A job that asks the provider about a call at `run_at`.
pub(crate) fn resync(account: &AccountId, call: &ProviderCallId, run_at: Timestamp) -> NewJob {
    NewJob {
        kind: RESYNC.into(),
        key: format!("{account}/{call}"),
        account: account.clone(),
        payload: payload(&ResyncWork { call: call.clone() }),
        run_at,
        deadline: None,
    }
}

/// The same for a call whose webhook was refused or could not be read.
pub(crate) fn resync_after_failed_webhook(
    account: &AccountId,
    call: &ProviderCallId,
    now: Timestamp,
) -> NewJob {
    resync(
        account,
        call,
        now.saturating_add(RESYNC_AFTER_FAILED_WEBHOOK)
            .unwrap_or(now),
    )
}

/// Adds a job that is live, or backlog.
pub(crate) fn enqueue(
    writer: &mut Writer<'_>,
    job: &NewJob,
    is_backlog: bool,
) -> Result<(), StoreError> {
    if is_backlog {
        writer.jobs_mut().enqueue_backlog(job)?;
    } else {
        writer.jobs_mut().enqueue(job)?;
    }
    Ok(())
}

pub(crate) fn payload<T: Serialize>(work: &T) -> serde_json::Value {
    serde_json::to_value(work).expect("our own plain structs are JSON")
}
