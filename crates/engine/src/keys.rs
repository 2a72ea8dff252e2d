//! Where the keys of the accounts come from: the environment first, then the key store.
//!
//! A secret is kept under the name of its environment variable, so that both places are one list.

use std::sync::Arc;

use ringback_keys::{Ask, Locked, SealedFile, SystemStore, given};
pub use ringback_keys::{Kind, NoStore, Vault, VaultError};
use ringback_model::Secret;

use crate::{
    Engine, EngineError, Home,
    config::{ConfiguredAccount, SecretSource},
    engine::Variables,
};

/// The place for keys of this home: the sealed file if there is one, else the system's key store.
///
/// `ask` is asked for the passphrase only if the surroundings give none. A sealed file without a
/// passphrase is no error here: keys may come from the environment.
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
    Ok(match SystemStore::open(home.key_service()) {
        Ok(store) => Arc::new(store),
        Err(_) => Arc::new(NoStore),
    })
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
    /// Whether it can be read at this moment.
    pub is_open: bool,
}

impl Engine {
    /// Keeps a secret of an account. `name` is one of those that the account's provider knows, in
    /// small or capital letters. It is used from the next start on. Gives the name it is kept under.
    pub fn keep_secret(
        &self,
        account: &str,
        name: &str,
        secret: &Secret,
    ) -> Result<String, EngineError> {
        let variable = self.variable(account, name)?;
        if secret.is_empty() {
            return Err(EngineError::BadRequest("an empty secret is none".into()));
        }
        self.vault().keep(&variable, secret)?;
        tracing::info!(variable, "a secret was kept");
        Ok(variable)
    }

    /// The environment variable of an account's secret, which is also the name it is kept under.
    pub fn variable(&self, account: &str, name: &str) -> Result<String, EngineError> {
        let configured = self.configured(account)?;
        Ok(configured.variable(known(configured, name)?))
    }

    /// Forgets a secret of an account. Says whether there was one.
    pub fn forget_secret(&self, account: &str, name: &str) -> Result<bool, EngineError> {
        let variable = self.variable(account, name)?;
        let was_there = self.vault().forget(&variable)?;
        tracing::info!(variable, was_there, "a secret was forgotten");
        Ok(was_there)
    }

    /// Keeps every secret that the accounts have from the environment. Gives the variables, which can
    /// be taken out of the environment then.
    pub fn move_secrets(&self) -> Result<Vec<String>, EngineError> {
        let mut moved = Vec::new();
        for configured in &self.config().accounts {
            for (name, source) in &configured.secret_sources {
                if *source == SecretSource::Environment {
                    let variable = configured.variable(name);
                    let secret = configured.account.secrets.joined(name);
                    self.vault().keep(&variable, &secret)?;
                    moved.push(variable);
                }
            }
        }
        tracing::info!(secrets = moved.len(), "secrets were moved");
        Ok(moved)
    }

    /// How the place for keys is, asked with a name that nobody uses.
    pub fn keys_state(&self) -> KeysState {
        let vault = self.vault();
        KeysState {
            kind: vault.kind(),
            is_open: vault.read("RINGBACK_").is_ok(),
        }
    }

    fn vault(&self) -> &dyn Vault {
        self.core().vault.as_ref()
    }

    fn configured(&self, account: &str) -> Result<&ConfiguredAccount, EngineError> {
        self.config()
            .account(account)
            .ok_or_else(|| EngineError::NoSuchAccount(account.to_owned()))
    }
}

fn known(configured: &ConfiguredAccount, name: &str) -> Result<&'static str, EngineError> {
    let names = configured.provider.secrets();
    let found = names.iter().find(|known| known.eq_ignore_ascii_case(name));
    found.copied().ok_or_else(|| {
        EngineError::BadRequest(format!(
            "{} has no secret {name:?}; it has {}",
            configured.provider.title(),
            names.join(", ").to_ascii_lowercase()
        ))
    })
}

/// A kept secret. What cannot be read is as good as absent: the account then misses its key, and
/// health says why.
pub(crate) fn kept(vault: &dyn Vault, name: &str) -> Option<String> {
    match vault.read(name) {
        Ok(secret) => secret.map(|secret| secret.reveal().to_owned()),
        Err(error) => {
            tracing::warn!(%error, "a key cannot be read");
            None
        }
    }
}
