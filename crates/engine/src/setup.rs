//! What people change of the accounts without an editor: add, edit, pause, remove, and the rules of the
//! checks. The file stays theirs: see `config::edit` for what is left as it is.

mod removal;
mod writing;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use ringback_model::Secret;
use ringback_providers::{
    Proof,
    http::{Http, Urgency},
};

pub use removal::{Removed, RemovedData, Retired};

use crate::{
    Engine, EngineError,
    config::{Config, Edit, Setting, edited, text, variable_of},
    inspect::blocking,
    keys::secret_of,
};

/// An account to be tried or added.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// What stands in the file, by key.
    pub settings: IndexMap<String, Setting>,
    /// Its secrets, by name.
    pub secrets: BTreeMap<String, Secret>,
}

/// The id of an account that is only tried.
const TRIED: &str = "tried";

/// Keys that have ways of their own to be changed.
const NOT_EDITED: [&str; 4] = ["id", "provider", "paused", "checks"];

impl Engine {
    /// Asks the provider whether these settings and secrets work. Nothing is written. `like` is an account
    /// that is there: what is not among the secrets is taken from it.
    pub async fn try_account(
        &self,
        mut account: NewAccount,
        like: Option<&str>,
    ) -> Result<Proof, EngineError> {
        let core = self.core();
        if let Some(like) = like {
            let party = core.party(like)?;
            for name in party.provider().secrets() {
                let own = party.account().secrets.joined(name);
                if !own.is_empty() {
                    account.secrets.entry(name.to_owned()).or_insert(own);
                }
            }
        }
        account.id = TRIED.to_owned();
        let secrets = named(&account)?;
        let edit = account.edit()?;
        // Alone in a file of its own: the door's address and other accounts say nothing about it.
        let text = edited("", &edit).map_err(|_| by_hand())?;
        let config = self
            .aside(move |engine| engine.read_as(&text, &secrets).map_err(refused))
            .await?;
        let configured = config.accounts.first().ok_or_else(by_hand)?;
        let http = Http::for_account(
            &configured.account,
            core.clock.clone(),
            core.accounts.pace(),
        );
        let client = configured
            .provider
            .client(configured.account.clone(), http.walked_for(Urgency::Live));
        let mut proof = client.check().await?;
        proof.notes.extend(configured.cannot_delete());
        Ok(proof)
    }

    /// Adds an account: keeps its secrets, writes it into the file, and puts it in force.
    ///
    /// # Errors
    /// With what does not fit; then nothing is kept and nothing is written.
    pub async fn add_account(&self, account: NewAccount) -> Result<(), EngineError> {
        let secrets = named(&account)?;
        let edit = account.edit()?;
        let variables: Vec<String> = secrets.iter().map(|(name, _)| name.clone()).collect();
        // Before anything is kept: it may not fit.
        let (new, names, change) = (secrets.clone(), variables.clone(), edit.clone());
        let were_there = self
            .aside(move |engine| {
                engine.changed_text(&change, &new)?;
                let round = engine.core().keys.round();
                Ok(names.iter().any(|name| round.kept(name).is_some()))
            })
            .await?;
        if !secrets.is_empty() {
            self.keep(secrets.clone()).await?;
        }
        if let Err(error) = self.change_file(&edit, &secrets).await {
            // What nobody uses is not left lying; what was there before is another one's.
            if !were_there {
                let _ = self.forget(variables).await;
            }
            return Err(error);
        }
        tracing::info!(account = account.id, "an account was added");
        self.secrets_changed().await
    }

    /// Changes settings of an account; `None` takes one out of the file.
    pub async fn edit_account(
        &self,
        id: &str,
        settings: IndexMap<String, Option<Setting>>,
    ) -> Result<(), EngineError> {
        if let Some(key) = settings
            .keys()
            .find(|key| NOT_EDITED.contains(&key.as_str()))
        {
            return Err(EngineError::BadRequest(format!(
                "{key} is not a setting that is changed like this"
            )));
        }
        let edit = Edit::Set {
            id: id.to_owned(),
            settings: settings.into_iter().collect(),
        };
        self.change_file(&edit, &[]).await?;
        tracing::info!(account = id, "an account was changed");
        Ok(())
    }

    /// Has an account's provider left alone, or asked again.
    pub async fn pause_account(&self, id: &str, paused: bool) -> Result<(), EngineError> {
        let edit = Edit::Set {
            id: id.to_owned(),
            settings: vec![("paused".to_owned(), paused.then_some(Setting::Flag(true)))],
        };
        self.change_file(&edit, &[]).await?;
        tracing::info!(account = id, paused, "an account was paused or let go on");
        Ok(())
    }

    /// Changes rules of the checks, of one account or of all; `None` takes one out of the file.
    pub async fn set_checks(
        &self,
        account: Option<&str>,
        rules: IndexMap<String, Option<String>>,
    ) -> Result<(), EngineError> {
        let edit = Edit::Checks {
            account: account.map(str::to_owned),
            rules: rules.into_iter().collect(),
        };
        self.change_file(&edit, &[]).await
    }

    /// Whether the file fits with these secrets, which are given by the names of their variables.
    pub(crate) async fn would_fit(
        &self,
        secrets: Vec<(String, Secret)>,
    ) -> Result<(), EngineError> {
        self.aside(move |engine| {
            let text = text(&engine.core().home.config_file())?;
            // A file that is refused for another reason is no reason to refuse a key.
            if engine.read_as(&text, &[]).is_err() {
                return Ok(());
            }
            engine.read_as(&text, &secrets).map(drop).map_err(refused)
        })
        .await
    }

    /// Keys may be read, and a place for keys may take its time.
    async fn aside<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Self) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let engine = self.clone();
        blocking(move || ask(&engine)).await
    }

    /// Reads a text as if it stood in the file and these secrets were kept.
    fn read_as(
        &self,
        text: &str,
        secrets: &[(String, Secret)],
    ) -> Result<Config, crate::config::ConfigError> {
        let core = self.core();
        let path = core.home.config_file();
        let round = core.keys.round();
        let kept = |name: &str| {
            let new = secrets.iter().find(|(variable, _)| variable == name);
            match new {
                Some((_, secret)) => Some(secret.reveal().to_owned()),
                None => round.kept(name),
            }
        };
        Config::of_text(text, &path, &|name| (core.environment)(name), &kept)
    }
}

impl NewAccount {
    fn edit(&self) -> Result<Edit, EngineError> {
        if let Some(key) = self
            .settings
            .keys()
            .find(|key| NOT_EDITED.contains(&key.as_str()))
        {
            return Err(EngineError::BadRequest(format!("{key} is not a setting")));
        }
        Ok(Edit::Add {
            id: self.id.clone(),
            provider: self.provider.clone(),
            settings: self.settings.clone().into_iter().collect(),
        })
    }
}

/// The secrets by the names that they are kept under.
fn named(account: &NewAccount) -> Result<Vec<(String, Secret)>, EngineError> {
    let provider = ringback_providers::find(&account.provider).ok_or_else(|| {
        EngineError::BadRequest(format!(
            "{:?} is no provider; known are {}",
            account.provider,
            ringback_providers::names().join(", ")
        ))
    })?;
    let id = ringback_model::AccountId::new(&account.id)
        .map_err(|error| EngineError::BadRequest(format!("the id does not fit: {error}")))?;
    account
        .secrets
        .iter()
        .filter(|(_, secret)| !secret.is_empty())
        .map(|(name, secret)| {
            let name = secret_of(provider, name)?;
            Ok((variable_of(&id, name), secret.clone()))
        })
        .collect()
}

fn by_hand() -> EngineError {
    EngineError::BadRequest(
        "config.toml is written in a way that only a person can change; write accounts as [[accounts]], one key a line".into(),
    )
}

/// What somebody asked for does not fit. Of no use is the line of a text that is not written.
fn refused(error: crate::config::ConfigError) -> EngineError {
    let hint = error.hint.map(|hint| format!(". {hint}"));
    EngineError::BadRequest(format!("{}{}", error.what, hint.unwrap_or_default()))
}
