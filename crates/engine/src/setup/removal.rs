//! Removing an account. Nothing is deleted: its calls stay, and its recordings stay or go to quarantine,
//! from where they can be put back.

use std::sync::Arc;

use ringback_archive::{RecordingPath, Why};
use ringback_model::{AccountId, RecordingInput};
use ringback_store::CallFilter;

use crate::{
    Engine, EngineError,
    config::{Edit, variable_of},
    core::Core,
    fetch::{settle_call, step},
    inspect::{blocking, disk, each_ready},
    jobs::{DELETE, FETCH, RESYNC},
    reload,
};

/// What happens to the data of an account that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovedData {
    /// Everything stays where it is.
    Keep,
    /// The recordings' files go to quarantine.
    Quarantine,
}

/// What became of an account that was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Its calls, which stay.
    pub calls: u64,
    /// Files that went to quarantine.
    pub quarantined: u64,
    /// Files that could not be moved.
    pub not_moved: u64,
    /// Kept secrets that were forgotten.
    pub secrets_forgotten: u64,
}

/// An account that is not configured any more and of which calls are here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retired {
    /// Its id.
    pub id: AccountId,
    /// The name of its provider.
    pub provider: String,
    /// How many of its calls are here.
    pub calls: u64,
}

impl Engine {
    /// Takes an account out of the file. What is here of it stays, or its recordings go to quarantine.
    /// Also good for one that is out of the file already, whose recordings are to go, too.
    pub async fn remove_account(
        &self,
        id: &str,
        data: RemovedData,
        forget_secrets: bool,
    ) -> Result<Removed, EngineError> {
        let configured = self.config().account(id).cloned();
        let account = AccountId::new(id).map_err(|_| EngineError::NoSuchAccount(id.to_owned()))?;
        let calls = self.calls_of(&account)?;
        match &configured {
            Some(_) => {
                self.change_file(&Edit::Remove { id: id.to_owned() }, &[])
                    .await?
            }
            None if calls == 0 => return Err(EngineError::NoSuchAccount(id.to_owned())),
            None => {}
        }
        tracing::info!(account = id, "an account was removed");
        let gone = account.clone();
        self.write(move |writer| {
            for kind in [FETCH, RESYNC, DELETE] {
                writer.jobs_mut().cancel_all_of(kind, &gone)?;
            }
            Ok(())
        })
        .await?;
        let mut removed = Removed {
            calls,
            ..Removed::default()
        };
        if data == RemovedData::Quarantine {
            let (core, account) = (self.core().clone(), account.clone());
            (removed.quarantined, removed.not_moved) =
                blocking(move || quarantine(&core, &account)).await?;
        }
        if let Some(configured) = configured.filter(|_| forget_secrets) {
            let names = configured.provider.secrets().into_iter();
            let variables = names.map(|name| variable_of(&account, name)).collect();
            removed.secrets_forgotten = self.forget(variables).await? as u64;
            reload::note_keys_changed(self.core()).await?;
        }
        Ok(removed)
    }

    /// The accounts of which calls are here, and which are not configured.
    pub fn retired_accounts(&self) -> Result<Vec<Retired>, EngineError> {
        let config = self.config();
        let known = self.read(|reader| reader.calls().accounts())?;
        known
            .into_iter()
            .filter(|(id, _)| config.account(id.as_str()).is_none())
            .map(|(id, provider)| {
                let calls = self.calls_of(&id)?;
                Ok(Retired {
                    id,
                    provider,
                    calls,
                })
            })
            .collect()
    }

    fn calls_of(&self, account: &AccountId) -> Result<u64, EngineError> {
        let filter = CallFilter {
            account: Some(account.clone()),
            ..CallFilter::default()
        };
        Ok(self
            .read(|reader| reader.calls().count(&filter, u64::MAX))?
            .n)
    }
}

/// Sets every recording of the account aside. Gives how many went, and how many did not.
fn quarantine(core: &Arc<Core>, account: &AccountId) -> Result<(u64, u64), EngineError> {
    let mut of_account = Vec::new();
    each_ready(core, |row| {
        if row.account == *account {
            of_account.push((row.id, row.call, row.path));
        }
        Ok(())
    })?;
    let (mut went, mut stayed) = (0, 0);
    for (id, call, path) in of_account {
        let path = path.as_deref().map(RecordingPath::new);
        let Some(Ok(path)) = path else { continue };
        match core
            .archive
            .quarantine(&path, Why::Removed, core.clock.now())
        {
            Ok(_) => went += 1,
            Err(error) => {
                tracing::warn!(error = %disk(error), "a recording of a removed account could not be set aside");
                stayed += 1;
                continue;
            }
        }
        let accounts = core.accounts.clone();
        core.store.write(move |writer| {
            let Some(mut row) = step(writer, id, RecordingInput::FileVanishes)? else {
                return Ok(());
            };
            row.path = None;
            row.landed_at = None;
            writer.recordings_mut().put(&row)?;
            let provider = writer.calls().by_id(call)?.map(|record| record.provider);
            match provider.and_then(|provider| accounts.known(&row.account, &provider)) {
                Some(party) => settle_call(writer, &party, call),
                None => Ok(()),
            }
        })?;
    }
    Ok((went, stayed))
}
