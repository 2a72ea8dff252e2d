//! Where the keys of the accounts come from: the environment first, then the key store.
//!
//! A secret is kept under the name of its environment variable, so that both places are one list. One that
//! is kept or forgotten is in force at once, in every process on the home.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use ringback_keys::{Ask, Locked, SealedFile, SystemStore, given};
pub use ringback_keys::{Kind, NoStore, Vault, VaultError};
use ringback_model::Secret;
use ringback_providers::Provider;

use crate::{
    Engine, EngineError, Home,
    config::{Config, ConfiguredAccount, SecretSource},
    engine::Variables,
    inspect::blocking,
    reload,
};

/// The place for keys, and what was read from it.
#[derive(Debug)]
pub(crate) struct Keys {
    vault: RwLock<Arc<dyn Vault>>,
    /// What was read last. A store that is locked for a while takes no key away from what runs.
    read: Mutex<BTreeMap<String, Option<Secret>>>,
}

impl Keys {
    pub(crate) fn new(vault: Arc<dyn Vault>) -> Self {
        Self {
            vault: RwLock::new(vault),
            read: Mutex::default(),
        }
    }

    pub(crate) fn vault(&self) -> Arc<dyn Vault> {
        let vault = self.vault.read().unwrap_or_else(PoisonError::into_inner);
        vault.clone()
    }

    fn set_vault(&self, vault: Arc<dyn Vault>) {
        *self.vault.write().unwrap_or_else(PoisonError::into_inner) = vault;
    }

    /// Another process may have begun a sealed file, whose passphrase is not known here.
    pub(crate) fn look(&self, home: &Home) {
        if self.vault().kind() == Kind::None && home.sealed_keys().exists() {
            self.set_vault(Arc::new(Locked));
        }
    }

    /// A kept secret. What cannot be read is as it was when it could; what never could is as good as
    /// absent: the account then misses its key, and health says why.
    pub(crate) fn kept(&self, name: &str) -> Option<String> {
        let found = self.vault().read(name);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        match found {
            Ok(secret) => {
                read.insert(name.to_owned(), secret);
            }
            Err(error) => tracing::warn!(%error, "a key cannot be read"),
        }
        let secret = read.get(name)?.as_ref()?;
        Some(secret.reveal().to_owned())
    }
}

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
        if secret.is_empty() {
            return Err(EngineError::BadRequest("an empty secret is none".into()));
        }
        self.would_fit(&[(variable.clone(), secret.clone())])?;
        self.keep(vec![(variable.clone(), secret.clone())]).await?;
        tracing::info!(variable, "a secret was kept");
        self.secrets_changed().await?;
        Ok(variable)
    }

    /// The environment variable of an account's secret, which is also the name it is kept under.
    pub fn variable(&self, account: &str, name: &str) -> Result<String, EngineError> {
        let config = self.config();
        let configured = configured(&config, account)?;
        Ok(configured.variable(known(configured, name)?))
    }

    /// Forgets a secret of an account. Says whether there was one.
    pub async fn forget_secret(&self, account: &str, name: &str) -> Result<bool, EngineError> {
        let variable = self.variable(account, name)?;
        let was_there = self.forget(vec![variable.clone()]).await? > 0;
        tracing::info!(variable, was_there, "a secret was forgotten");
        self.secrets_changed().await?;
        Ok(was_there)
    }

    /// Keeps every secret that the accounts, or only this one, have from the environment. Gives the
    /// variables, which can be taken out of the environment then.
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
        let variables: Vec<_> = moved.iter().map(|(variable, _)| variable.clone()).collect();
        self.keep(moved).await?;
        tracing::info!(secrets = variables.len(), "secrets were moved");
        self.secrets_changed().await?;
        Ok(variables)
    }

    /// How the place for keys is, asked with a name that nobody uses.
    pub fn keys_state(&self) -> KeysState {
        let vault = self.core().keys.vault();
        KeysState {
            kind: vault.kind(),
            is_open: vault.read("RINGBACK_").is_ok(),
        }
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
