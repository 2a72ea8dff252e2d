//! Where the keys of the accounts come from: the environment first, then the key store.
//!
//! A secret is kept under the name of its environment variable, so that both places are one list. One that
//! is kept or forgotten is in force at once, in every process on the home.

mod again;
mod held;

use std::sync::Arc;

use ringback_keys::{Ask, Locked, SealedFile, SystemStore, given};
pub use ringback_keys::{Kind, NoStore, Vault, VaultError};
use ringback_model::Secret;
use ringback_providers::Provider;

use crate::{
    Engine, EngineError, Home,
    config::{Config, ConfiguredAccount, SHARED_SECRETS, SecretSource, SharedSecret},
    engine::Variables,
    inspect::blocking,
    reload,
};

pub(crate) use again::attend;
pub(crate) use held::Keys;

/// The place for keys of this home: the sealed file if there is one, else the system's key store.
///
/// `ask` is asked for the passphrase only if the surroundings give none. A sealed file without a
/// passphrase is no error here: keys may come from the environment. A key store that is not there or silent
/// is none either, and is found when it comes.
pub fn vault(
    home: &Home,
    variables: &Variables,
    ask: Ask<'_>,
) -> Result<Arc<dyn Vault>, VaultError> {
    if home.sealed_keys().exists() {
        return match passphrase(variables, ask) {
            Some(passphrase) => Ok(Arc::new(SealedFile::open(home.sealed_keys(), &passphrase)?)),
            None => Ok(Arc::new(Locked)),
        };
    }
    Ok(Arc::new(SystemStore::open(home.key_service())))
}

/// The sealed file of this home, made with its first secret.
pub fn sealed(
    home: &Home,
    variables: &Variables,
    ask: Ask<'_>,
) -> Result<Arc<dyn Vault>, VaultError> {
    let passphrase = passphrase(variables, ask).ok_or(VaultError::NoPassphrase)?;
    Ok(Arc::new(SealedFile::open(home.sealed_keys(), &passphrase)?))
}

fn passphrase(variables: &Variables, ask: Ask<'_>) -> Option<Secret> {
    given(&|name| variables(name)).or_else(ask)
}

/// How the place for keys is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysState {
    /// What kind of place it is.
    pub kind: Kind,
    /// Whether there is one, and everything that was wanted from it could be read.
    pub is_open: bool,
}

impl Engine {
    /// Keeps a secret of an account. `name` is one of those that the account's provider knows, in
    /// small or capital letters. It is in force when this comes back. Gives the name it is kept under.
    ///
    /// # Errors
    /// With [`EngineError::BadRequest`] if it cannot be a secret of that name; then the old one stays.
    pub async fn keep_secret(
        &self,
        account: &str,
        name: &str,
        secret: &Secret,
    ) -> Result<String, EngineError> {
        let variable = self.variable(account, name)?;
        self.keep_as(&variable, secret).await?;
        Ok(variable)
    }

    /// The same of a secret that belongs to no account.
    pub async fn keep_shared_secret(
        &self,
        of: &str,
        name: &str,
        secret: &Secret,
    ) -> Result<(), EngineError> {
        self.keep_as(shared(of, name)?.variable, secret).await
    }

    async fn keep_as(&self, variable: &str, secret: &Secret) -> Result<(), EngineError> {
        if secret.is_empty() {
            return Err(EngineError::BadRequest("an empty secret is none".into()));
        }
        let new = vec![(variable.to_owned(), secret.clone())];
        self.would_fit(new.clone()).await?;
        self.keep(new).await?;
        tracing::info!(variable, "a secret was kept");
        self.secrets_changed().await
    }

    /// The environment variable of a secret, which is also the name it is kept under: of an account, or of
    /// [what all share](SHARED_SECRETS). What an account knows by that name is the account's.
    pub fn variable(&self, id: &str, name: &str) -> Result<String, EngineError> {
        let config = self.config();
        let own = configured(&config, id)
            .and_then(|configured| Ok(configured.variable(known(configured, name)?)));
        match (own, shared(id, name)) {
            (Ok(variable), _) => Ok(variable),
            (Err(_), Ok(secret)) => Ok(secret.variable.to_owned()),
            (Err(EngineError::NoSuchAccount(_)), Err(error)) | (Err(error), Err(_)) => Err(error),
        }
    }

    /// Forgets a secret, of an account or of what all share. Says whether there was one.
    pub async fn forget_secret(&self, id: &str, name: &str) -> Result<bool, EngineError> {
        self.forget_as(self.variable(id, name)?).await
    }

    /// Forgets a secret that belongs to no account. Says whether there was one.
    pub async fn forget_shared_secret(&self, of: &str, name: &str) -> Result<bool, EngineError> {
        self.forget_as(shared(of, name)?.variable.to_owned()).await
    }

    async fn forget_as(&self, variable: String) -> Result<bool, EngineError> {
        let was_there = self.forget(vec![variable.clone()]).await? > 0;
        tracing::info!(variable, was_there, "a secret was forgotten");
        self.secrets_changed().await?;
        Ok(was_there)
    }

    /// Keeps every secret that is from the environment: those of all accounts and those that they share, or
    /// only those of this account. Gives the variables, which can be taken out of the environment then.
    pub async fn move_secrets(&self, only: Option<&str>) -> Result<Vec<String>, EngineError> {
        let config = self.config();
        let accounts = match only {
            Some(account) => std::slice::from_ref(configured(&config, account)?),
            None => &config.accounts[..],
        };
        let mut moved = Vec::new();
        for configured in accounts {
            for (name, source) in &configured.secret_sources {
                if *source == SecretSource::Environment {
                    let secret = configured.account.secrets.joined(name);
                    moved.push((configured.variable(name), secret));
                }
            }
        }
        if only.is_none() {
            for (secret, source) in &config.shared_sources {
                let found = (self.core().environment)(secret.variable);
                if let (SecretSource::Environment, Some(found)) = (source, found) {
                    moved.push((secret.variable.to_owned(), Secret::new(found)));
                }
            }
        }
        let variables: Vec<_> = moved.iter().map(|(variable, _)| variable.clone()).collect();
        self.keep(moved).await?;
        tracing::info!(secrets = variables.len(), "secrets were moved");
        self.secrets_changed().await?;
        Ok(variables)
    }

    /// How the place for keys is, by what came of reading it last; nothing is asked.
    pub fn keys_state(&self) -> KeysState {
        let keys = &self.core().keys;
        let kind = keys.vault().kind();
        KeysState {
            kind,
            is_open: kind != Kind::None && keys.unread().is_empty(),
        }
    }

    /// Reads what could not be read, for a person who is there: a place that is locked asks for its
    /// password. What is found is in force when this comes back.
    pub async fn read_keys(&self) -> Result<KeysState, EngineError> {
        let core = self.core().clone();
        if blocking(move || Ok(again::read(&core.keys))).await? {
            // A file that is refused for another reason is told of elsewhere.
            let _ = reload::again(self.core()).await;
        }
        Ok(self.keys_state())
    }

    /// What kind of place it is, without asking it.
    pub fn keys_kind(&self) -> Kind {
        self.core().keys.vault().kind()
    }

    /// Opens the sealed file with its passphrase. Where this machine has no key store, the passphrase is
    /// that of a new one, which is made with its first secret.
    ///
    /// # Errors
    /// With [`VaultError::WrongPassphrase`]; with [`EngineError::NotNow`] where the system's key store is
    /// used.
    pub async fn unlock_keys(&self, passphrase: Secret) -> Result<(), EngineError> {
        let core = self.core();
        if core.keys.vault().kind() == Kind::System {
            return Err(EngineError::NotNow(
                "keys are kept in the system's key store; it is unlocked where the system does that",
            ));
        }
        if passphrase.is_empty() {
            return Err(EngineError::BadRequest(
                "an empty passphrase is none".into(),
            ));
        }
        let path = core.home.sealed_keys();
        let file = blocking(move || Ok(SealedFile::open(path, &passphrase)?)).await?;
        core.keys.set_vault(Arc::new(file));
        self.secrets_changed().await
    }

    /// Keeps secrets by the names of their variables; slow places are asked apart.
    pub(crate) async fn keep(&self, secrets: Vec<(String, Secret)>) -> Result<(), EngineError> {
        let vault = self.core().keys.vault();
        blocking(move || {
            for (variable, secret) in &secrets {
                vault.keep(variable, secret)?;
            }
            Ok(())
        })
        .await
    }

    /// Forgets secrets by the names of their variables. Gives how many there were.
    pub(crate) async fn forget(&self, variables: Vec<String>) -> Result<usize, EngineError> {
        let vault = self.core().keys.vault();
        blocking(move || {
            let mut forgotten = 0;
            for variable in &variables {
                forgotten += usize::from(vault.forget(variable)?);
            }
            Ok(forgotten)
        })
        .await
    }

    /// Puts the secrets in force that there are now, here and in the other processes.
    pub(crate) async fn secrets_changed(&self) -> Result<(), EngineError> {
        reload::note_keys_changed(self.core()).await?;
        // A file that is refused for another reason is told of elsewhere; the secrets are what they are.
        let _ = reload::again(self.core()).await;
        Ok(())
    }
}

pub(crate) fn configured<'c>(
    config: &'c Config,
    account: &str,
) -> Result<&'c ConfiguredAccount, EngineError> {
    config
        .account(account)
        .ok_or_else(|| EngineError::NoSuchAccount(account.to_owned()))
}

/// A secret that belongs to no account.
fn shared(of: &str, name: &str) -> Result<&'static SharedSecret, EngineError> {
    let mut names = SHARED_SECRETS.iter().filter(|secret| secret.of == of);
    if let Some(found) = names
        .clone()
        .find(|one| one.name.eq_ignore_ascii_case(name))
    {
        return Ok(found);
    }
    match names.next() {
        None => Err(EngineError::NoSuchAccount(of.to_owned())),
        Some(_) => Err(EngineError::BadRequest(format!(
            "{of} has no secret {name:?}; it has {}",
            SHARED_SECRETS
                .iter()
                .filter(|secret| secret.of == of)
                .map(|secret| secret.name)
                .collect::<Vec<_>>()
                .join(", ")
        ))),
    }
}

fn known(configured: &ConfiguredAccount, name: &str) -> Result<&'static str, EngineError> {
    secret_of(configured.provider, name)
}

/// The name of a secret as its provider knows it.
pub(crate) fn secret_of(
    provider: &'static dyn Provider,
    name: &str,
) -> Result<&'static str, EngineError> {
    let names = provider.secrets();
    let found = names.iter().find(|known| known.eq_ignore_ascii_case(name));
    found.copied().ok_or_else(|| {
        EngineError::BadRequest(format!(
            "{} has no secret {name:?}; it has {}",
            provider.title(),
            names.join(", ").to_ascii_lowercase()
        ))
    })
}
