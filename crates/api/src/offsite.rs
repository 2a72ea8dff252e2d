//! The answers of `ringback offsite`.

use ringback_engine::{Brought, CopyFault, Engine, Pull, Push, PushItem, PushOutcome};
use serde::Serialize;

use crate::{ErrorJson, convert::time};

/// `offsite status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusJson {
    /// Where the copies are.
    pub place: String,
    /// Recordings that are here.
    pub recordings: u64,
    /// Those with a copy that is as it was sent.
    pub copied: u64,
    /// The size of these copies.
    pub bytes: u64,
    /// Those whose copy is tried by itself.
    pub waiting: u64,
    /// Those without a copy that nobody is at.
    pub missing: u64,
    /// Those whose copy was given up or is gone.
    pub failed: u64,
    /// Those whose copy is not as it was sent.
    pub damaged: u64,
    /// Copies of recordings that are not here.
    pub only_there: u64,
    /// When the newest copy was read back, RFC 3339.
    pub last_at: Option<String>,
    /// What is wrong, one by one.
    pub faults: Vec<FaultJson>,
}

/// A copy with which something is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultJson {
    /// Ringback's id of the recording.
    pub recording: String,
    /// Ringback's id of its call.
    pub call: String,
    /// The account's id.
    pub account: String,
    /// Relative to `recordings/`.
    pub path: Option<String>,
    /// `failed | gone | damaged`; after a push `failed | elsewhere | stopped`.
    pub fault: &'static str,
    /// Why, as a closed word.
    pub reason: Option<String>,
}

/// `offsite push`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PushJson {
    /// Recordings that are here.
    pub checked: u64,
    /// Those whose copy was there already.
    pub already: u64,
    /// Those that were copied now.
    pub copied: u64,
    /// The others.
    pub faults: Vec<FaultJson>,
}

/// `offsite pull`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PullJson {
    /// Recordings that are there or should be here.
    pub checked: u64,
    /// Those that were whole here already.
    pub whole: u64,
    /// Those that came back.
    pub brought: u64,
    /// Those that did not.
    pub failed: u64,
    /// Those that came back and belong to no call that is known.
    pub without_call: u64,
    /// All that was not whole, one by one.
    pub items: Vec<PulledJson>,
}

/// A recording that was not whole here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PulledJson {
    /// Relative to `recordings/`.
    pub path: String,
    /// `back | without_call | failed`.
    pub outcome: &'static str,
    /// Why it did not come back, as a closed word.
    pub reason: Option<&'static str>,
}

/// Compares what is there with what is known. With `read_all`, every copy is read to its end.
pub async fn status(engine: &Engine, read_all: bool) -> Result<StatusJson, ErrorJson> {
    let status = engine.offsite_status(read_all).await?;
    let faults: Vec<_> = status.faults.into_iter().map(fault).collect();
    let damaged = faults
        .iter()
        .filter(|fault| fault.fault == "damaged")
        .count() as u64;
    Ok(StatusJson {
        place: status.place,
        recordings: status.ready,
        copied: status.copied,
        bytes: status.bytes,
        waiting: status.waiting,
        missing: status.missing,
        failed: faults.len() as u64 - damaged,
        damaged,
        only_there: status.only_there,
        last_at: status.last_at.map(time),
        faults,
    })
}

/// Copies what is missing there.
pub async fn push(engine: &Engine, tell: impl Fn(u64, u64) + Send) -> Result<PushJson, ErrorJson> {
    let Push {
        checked,
        already,
        copied,
        items,
    } = engine.push_offsite(tell).await?;
    Ok(PushJson {
        checked,
        already,
        copied,
        faults: items.into_iter().map(not_pushed).collect(),
    })
}

/// Brings back what is missing here.
pub async fn pull(engine: &Engine, tell: impl Fn(u64, u64) + Send) -> Result<PullJson, ErrorJson> {
    let Pull {
        checked,
        whole,
        items,
    } = engine.pull_offsite(tell).await?;
    let count = |wanted: fn(&Brought) -> bool| {
        items.iter().filter(|item| wanted(&item.outcome)).count() as u64
    };
    let (failed, without_call) = (
        count(|outcome| matches!(outcome, Brought::Failed(_))),
        count(|outcome| matches!(outcome, Brought::WithoutCall)),
    );
    Ok(PullJson {
        checked,
        whole,
        brought: items.len() as u64 - failed,
        failed,
        without_call,
        items: items
            .into_iter()
            .map(|item| {
                let (outcome, reason) = match item.outcome {
                    Brought::Back => ("back", None),
                    Brought::WithoutCall => ("without_call", None),
                    Brought::Failed(reason) => ("failed", Some(reason)),
                };
                PulledJson {
                    path: item.path,
                    outcome,
                    reason,
                }
            })
            .collect(),
    })
}

fn fault(fault: CopyFault) -> FaultJson {
    FaultJson {
        recording: fault.recording.to_string(),
        call: fault.call.to_string(),
        account: fault.account.to_string(),
        path: fault.path,
        fault: fault.kind.as_str(),
        reason: Some(fault.reason),
    }
}

fn not_pushed(item: PushItem) -> FaultJson {
    let (fault, reason) = match item.outcome {
        PushOutcome::Failed(reason) => ("failed", Some(reason.to_owned())),
        PushOutcome::Elsewhere => ("elsewhere", None),
        PushOutcome::Stopped => ("stopped", None),
    };
    FaultJson {
        recording: item.recording.to_string(),
        call: item.call.to_string(),
        account: item.account.to_string(),
        path: Some(item.path),
        fault,
        reason,
    }
}
