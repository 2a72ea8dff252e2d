//! Asking the provider about one call, and what that comes to.

use std::sync::Arc;

use indexmap::IndexSet;
use jiff::{SignedDuration, Timestamp};
use ringback_model::ProviderCallId;
use serde_json::Map;
use tokio_util::sync::CancellationToken;

use super::{Item, Scope};
use crate::{
    EngineError,
    accounts::Party,
    apply::Taken,
    core::{Core, FoundCall},
    ledger,
};

/// One call to ask for.
pub(super) struct Target {
    pub(super) party: Arc<Party>,
    pub(super) call: ProviderCallId,
}

/// The calls that are known to be meant before anybody is asked.
pub(super) fn known(
    core: &Core,
    scope: &Scope,
    parties: &[Arc<Party>],
) -> Result<Vec<Target>, EngineError> {
    match scope {
        Scope::Call(id) => Ok(vec![named(core, id, parties)?.0]),
        Scope::Calls(ids) => {
            let mut targets = Vec::new();
            for id in ids {
                targets.push(named(core, id, parties)?.0);
            }
            Ok(targets)
        }
        Scope::Missing => {
            let mut targets = Vec::new();
            for party in parties {
                for call in core.calls_with_missing_data(party.id())? {
                    targets.push(Target {
                        party: party.clone(),
                        call,
                    });
                }
            }
            Ok(targets)
        }
        Scope::Holes { .. } | Scope::Recent { .. } => Ok(Vec::new()),
    }
}

/// The call that somebody named, and what is here of it.
pub(super) fn named(
    core: &Core,
    id: &str,
    parties: &[Arc<Party>],
) -> Result<(Target, Option<FoundCall>), EngineError> {
    let found = core.find_call(id)?;
    let target = match (&found, parties) {
        (Some(found), _) => Target {
            party: core.asked_party(found.account.as_str())?,
            call: found.provider_call_id.clone(),
        },
        // Not here yet: with one account to ask, the provider may know it.
        (None, [party]) if party.provider().has_api() => Target {
            party: party.clone(),
            call: ProviderCallId::new(id.to_owned()),
        },
        _ => return Err(EngineError::NoSuchCall),
    };
    Ok((target, found))
}

/// The moment from which the last `days` are counted.
pub(super) fn since(core: &Core, days: u32) -> Timestamp {
    let now = core.clock.now();
    now.checked_sub(SignedDuration::from_hours(24 * i64::from(days)))
        .unwrap_or(Timestamp::MIN)
}

/// The ids of the calls that the provider lists since then.
pub(super) async fn listed(
    party: &Party,
    since: Timestamp,
    stop: &CancellationToken,
) -> Result<IndexSet<ProviderCallId>, EngineError> {
    let mut calls = IndexSet::new();
    let mut page = None;
    loop {
        let listed = party.client.list(since, page.as_deref()).await?;
        calls.extend(listed.snapshots.into_iter().map(|snapshot| snapshot.call));
        page = listed.next;
        if page.is_none() || stop.is_cancelled() {
            return Ok(calls);
        }
    }
}

/// Asks the provider about one call and takes in what it says; then fetches its sound, so that the
/// answer is about what is here and not about what may come.
pub(super) async fn ask(core: &Arc<Core>, target: &Target, dry_run: bool) -> Item {
    let asked = asked(core, target, dry_run).await;
    if !dry_run {
        let error = asked.as_ref().err();
        let noted = ledger::note_repaired(core, &target.party, &target.call, error).await;
        if let Err(error) = noted {
            tracing::error!(%error, "what came of asking is not in the ledger");
        }
    }
    match asked {
        Ok(taken) => item(taken),
        Err(error) => failed(target.call.to_string(), error),
    }
}

async fn asked(core: &Arc<Core>, target: &Target, dry_run: bool) -> Result<Taken, EngineError> {
    let snapshots = target.party.client.call(&target.call).await?;
    let mut taken = core
        .applier
        .take(&target.party, &target.call, snapshots, dry_run)
        .await?;
    if !dry_run && let Some(call) = taken.call {
        core.fetcher.fetch_all_of(call).await?;
        core.applier.look_again(&target.party, &mut taken)?;
    }
    Ok(taken)
}

pub(super) fn item(taken: Taken) -> Item {
    let Taken {
        call,
        provider_call_id,
        mut before,
        mut after,
        missing_before,
        missing_after,
    } = taken;
    let changed = crate::view::keep_differences(&mut before, &mut after);
    before.insert("missing".into(), serde_json::json!(missing_before));
    after.insert("missing".into(), serde_json::json!(missing_after));
    Item {
        call,
        provider_call_id: provider_call_id.to_string(),
        before,
        after,
        changed,
        error: None,
    }
}

pub(super) fn failed(provider_call_id: String, error: EngineError) -> Item {
    Item {
        call: None,
        provider_call_id,
        before: Map::new(),
        after: Map::new(),
        changed: Vec::new(),
        error: Some(Arc::new(error)),
    }
}
