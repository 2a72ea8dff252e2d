//! A result as it stands in the database, and back.

use std::sync::Arc;

use ringback_store::{SweepItem, SweepOutcome, SweepResult};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Item;
use crate::{EngineError, apply::Before, resync::fault::Fault};

#[derive(Default, Serialize, Deserialize)]
struct Told {
    #[serde(default)]
    before: Map<String, Value>,
    #[serde(default)]
    after: Map<String, Value>,
    #[serde(default)]
    changed: Vec<String>,
    #[serde(default)]
    fault: Option<Fault>,
}

pub(super) fn result(item: Item) -> SweepResult {
    let outcome = match (&item.error, item.changed.is_empty()) {
        (Some(_), _) => SweepOutcome::Failed,
        (None, true) => SweepOutcome::Unchanged,
        (None, false) => SweepOutcome::Updated,
    };
    let told = Told {
        before: item.before,
        after: item.after,
        changed: item.changed,
        fault: item.error.as_deref().map(Fault::from),
    };
    SweepResult {
        outcome,
        call: item.call,
        told: serde_json::to_value(told).expect("our own plain structs are JSON"),
    }
}

/// What is noted of a call before it is asked for.
pub(super) fn note(before: &Before) -> Value {
    serde_json::to_value(before).expect("our own plain structs are JSON")
}

/// Such a note, read. `None` for one that a newer program wrote in its own words.
pub(super) fn before(note: Value) -> Option<Before> {
    serde_json::from_value(note).ok()
}

/// The result of an item that has one.
pub(super) fn item(row: SweepItem) -> Option<Item> {
    let result = row.result?;
    // What a newer program wrote is shown as far as it is understood.
    let told: Told = serde_json::from_value(result.told).unwrap_or_default();
    let is_failed = result.outcome == SweepOutcome::Failed;
    let fault = told
        .fault
        .or_else(|| is_failed.then(|| Fault::Ours("it failed".into())));
    Some(Item {
        call: result.call,
        provider_call_id: row.named.to_string(),
        before: told.before,
        after: told.after,
        changed: told.changed,
        error: fault.map(|fault| Arc::new(EngineError::from(fault))),
    })
}
