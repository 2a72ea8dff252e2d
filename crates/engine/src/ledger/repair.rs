//! Filling holes because a person asked: what is here already is found again first (the journal, the
//! files), and the provider is asked for the rest, as a resync.

use std::sync::Arc;

use jiff::civil::Date;
use ringback_archive::RecordingPath;
use ringback_model::{AccountId, HoleReason, ProviderCallId, RecordingId};
use ringback_store::HoleRow;

use crate::{
    Engine, EngineError,
    accounts::Party,
    core::Core,
    fetch::{settle_call, vanish},
    resync::{Request, Run, Scope},
};

/// So many holes are read at a time.
const PAGE: usize = 500;

/// What is to be repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepairScope {
    /// One call of an account, by Ringback's id or the provider's.
    Call {
        /// The account; found by the call's id if not given.
        account: Option<String>,
        /// The call.
        id: String,
    },
    /// Every hole of one account's day that may be filled.
    Day {
        /// The account.
        account: String,
        /// The day (UTC).
        day: Date,
    },
    /// Every hole that may be filled.
    All {
        /// Only this account.
        account: Option<String>,
    },
}

impl Engine {
    /// Begins to fill holes. The answer is a resync that can be watched and stopped like any other.
    pub async fn repair(&self, scope: RepairScope) -> Result<Run, EngineError> {
        let core = self.core();
        let (account, day, scope) = match scope {
            RepairScope::Call { account, id } => {
                let party = owner(core, account.as_deref(), &id)?;
                self.find_again(&party, None, Some(&id)).await?;
                (Some(party.id().to_string()), None, Scope::Call(id))
            }
            RepairScope::Day { account, day } => {
                (Some(account), Some(day), Scope::Holes { day: Some(day) })
            }
            RepairScope::All { account } => (account, None, Scope::Holes { day: None }),
        };
        if matches!(scope, Scope::Holes { .. }) {
            for party in core.asked_parties(account.as_deref())? {
                self.look_after_files(party.id().as_str(), day).await?;
                self.find_again(&party, day, None).await?;
            }
        }
        let request = Request {
            scope,
            account,
            dry_run: false,
        };
        self.resync(request).await
    }

    /// Looks whether the files of an account's day (`None`: of all days) are where they should be. One
    /// that is not becomes a hole. Gives how many are gone.
    pub async fn look_after_files(
        &self,
        account: &str,
        day: Option<Date>,
    ) -> Result<usize, EngineError> {
        let party = self.core().party(account)?;
        let core = self.core().clone();
        let work = move || look_after_files(&core, &party, day);
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
    }

    /// Reads the journal again for calls that were in the database and are not any more, wholly or in
    /// part.
    async fn find_again(
        &self,
        party: &Arc<Party>,
        day: Option<Date>,
        only: Option<&str>,
    ) -> Result<(), EngineError> {
        let lost = |row: &HoleRow| row.marks.holes().any(|(_, why)| why == HoleReason::Lost);
        let is_it = |row: &HoleRow| {
            only.is_none_or(|id| {
                row.provider_call_id.as_str() == id
                    || row.call.is_some_and(|call| call.to_string() == id)
            })
        };
        let rows = rows(self.core(), party.id(), day, |row| lost(row) && is_it(row))?;
        for call in rows.iter().filter_map(|row| row.call) {
            let events = self.read(|reader| reader.events().of_call(call))?;
            let seqs = events.into_iter().map(|event| event.seq).collect();
            let applier = self.core().applier.clone();
            tokio::task::spawn_blocking(move || applier.read_again(seqs))
                .await
                .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))?;
        }
        Ok(())
    }
}

/// Whose call this is: of the account that is named, or the one that knows the id.
fn owner(core: &Core, account: Option<&str>, id: &str) -> Result<Arc<Party>, EngineError> {
    if let Some(account) = account {
        return core.party(account);
    }
    if let Some(found) = core.find_call(id)? {
        return core.party(found.account.as_str());
    }
    let call = ProviderCallId::new(id);
    for party in core.accounts.iter() {
        let marks = core
            .store
            .read(|reader| reader.ledger().marks_of(party.id(), &call))?;
        if marks.is_some() {
            return Ok(party.clone());
        }
    }
    Err(EngineError::NoSuchCall)
}

/// The calls of an account's holes that may be filled by asking.
pub(crate) fn repairable(
    core: &Core,
    party: &Party,
    day: Option<Date>,
) -> Result<Vec<ProviderCallId>, EngineError> {
    let rows = rows(core, party.id(), day, |row| row.marks.is_repairable())?;
    Ok(rows.into_iter().map(|row| row.provider_call_id).collect())
}

fn rows(
    core: &Core,
    account: &AccountId,
    day: Option<Date>,
    wanted: impl Fn(&HoleRow) -> bool,
) -> Result<Vec<HoleRow>, EngineError> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = core
            .store
            .read(|reader| reader.ledger().holes(account, day, after.as_ref(), PAGE))?;
        found.extend(page.rows.into_iter().filter(&wanted));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

fn look_after_files(
    core: &Arc<Core>,
    party: &Arc<Party>,
    day: Option<Date>,
) -> Result<usize, EngineError> {
    // A disk that is not there says nothing about its files.
    if !core.home.recordings().is_dir() {
        return Ok(0);
    }
    let days = match day {
        Some(day) => vec![day],
        None => {
            let account = Some(party.id());
            let all = core
                .store
                .read(|reader| reader.ledger().days(account, Date::ZERO, Date::MAX))?;
            all.into_iter().map(|day| day.day).collect()
        }
    };
    let mut gone = 0;
    for day in days {
        let files = core
            .store
            .read(|reader| reader.ledger().files(party.id(), day))?;
        let missing: Vec<RecordingId> = files
            .into_iter()
            .filter(|(_, path)| !is_there(core, path.as_deref()))
            .map(|(id, _)| id)
            .collect();
        gone += missing.len();
        if missing.is_empty() {
            continue;
        }
        let party = party.clone();
        core.store.write(move |writer| {
            for id in missing {
                vanish(writer, id)?;
                if let Some(recording) = writer.recordings().by_id(id)? {
                    settle_call(writer, &party, recording.call)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(gone)
}

fn is_there(core: &Core, path: Option<&str>) -> bool {
    let path = path.and_then(|path| RecordingPath::new(path).ok());
    path.is_some_and(|path| core.archive.locate(&path).is_file())
}
