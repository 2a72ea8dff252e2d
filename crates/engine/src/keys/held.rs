//! What was read from the place for keys, and what could not be.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use ringback_keys::{Kind, Locked, Vault, VaultError};
use ringback_model::Secret;

use crate::Home;

/// The place for keys, and what was read from it.
#[derive(Debug)]
pub(crate) struct Keys {
    vault: RwLock<Arc<dyn Vault>>,
    read: Mutex<WasRead>,
}

#[derive(Debug, Default)]
struct WasRead {
    /// What was read last. A store that is locked for a while takes no key away from what runs.
    known: BTreeMap<String, Option<Secret>>,
    /// What could not be read when it was asked for last.
    unread: BTreeSet<String>,
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

    pub(super) fn set_vault(&self, vault: Arc<dyn Vault>) {
        *self.vault.write().unwrap_or_else(PoisonError::into_inner) = vault;
    }

    /// Another process may have begun a sealed file, whose passphrase is not known here.
    pub(crate) fn look(&self, home: &Home) {
        if self.vault().kind() == Kind::None && home.sealed_keys().exists() {
            self.set_vault(Arc::new(Locked));
        }
    }

    /// What could not be read when it was asked for last.
    pub(super) fn unread(&self) -> BTreeSet<String> {
        self.lock().unread.clone()
    }

    /// Begins to read keys that belong together.
    pub(crate) fn round(&self) -> Round<'_> {
        Round {
            keys: self,
            vault: self.vault(),
            found: RefCell::default(),
            unread: RefCell::default(),
            is_over: Cell::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, WasRead> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One reading of keys: each is asked for once, and a place that does not open is not asked again, so that
/// a locked store costs one question and not one for each key.
pub(crate) struct Round<'k> {
    keys: &'k Keys,
    vault: Arc<dyn Vault>,
    found: RefCell<BTreeMap<String, Option<Secret>>>,
    unread: RefCell<BTreeSet<String>>,
    is_over: Cell<bool>,
}

impl Round<'_> {
    /// A kept secret. What cannot be read is as it was when it could; what never could is empty, because
    /// there may be one: who can do without it goes on without, who cannot waits.
    pub(crate) fn kept(&self, name: &str) -> Option<String> {
        let mut found = self.found.borrow_mut();
        let found = found
            .entry(name.to_owned())
            .or_insert_with(|| self.ask(name));
        found.as_ref().map(|secret| secret.reveal().to_owned())
    }

    fn ask(&self, name: &str) -> Option<Secret> {
        if !self.is_over.get() {
            match self.vault.read(name) {
                Ok(secret) => {
                    let known = &mut self.keys.lock().known;
                    known.insert(name.to_owned(), secret.clone());
                    return secret;
                }
                Err(error) => {
                    tracing::warn!(%error, "a key cannot be read");
                    // A single entry may be spoilt; everything else concerns the whole place.
                    self.is_over.set(!matches!(error, VaultError::Failed(_)));
                }
            }
        }
        self.unread.borrow_mut().insert(name.to_owned());
        match self.keys.lock().known.get(name) {
            Some(known) => known.clone(),
            None => Some(Secret::new("")),
        }
    }

    /// Ends a reading of all keys that are used: from now on, what it could not read is what is unread.
    /// Gives how many those are. One that only tries something is let go without this.
    pub(crate) fn settle(self) -> usize {
        let unread = self.unread.into_inner();
        let count = unread.len();
        self.keys.lock().unread = unread;
        count
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    /// Counts what it is asked; says nothing as long as it is locked.
    #[derive(Debug, Default)]
    struct Counting {
        is_locked: AtomicBool,
        asked: AtomicUsize,
    }

    impl Vault for Counting {
        fn kind(&self) -> Kind {
            Kind::System
        }

        fn read(&self, name: &str) -> Result<Option<Secret>, VaultError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            if self.is_locked.load(Ordering::SeqCst) {
                return Err(VaultError::Silent);
            }
            Ok((name != "ABSENT").then(|| Secret::new(format!("of {name}"))))
        }

        fn keep(&self, _name: &str, _secret: &Secret) -> Result<(), VaultError> {
            Err(VaultError::Silent)
        }

        fn forget(&self, _name: &str) -> Result<bool, VaultError> {
            Err(VaultError::Silent)
        }
    }

    fn locked() -> (Arc<Counting>, Keys) {
        let vault = Arc::new(Counting::default());
        vault.is_locked.store(true, Ordering::SeqCst);
        (vault.clone(), Keys::new(vault))
    }

    #[test]
    fn a_store_that_is_silent_is_asked_once_for_all_keys() {
        let (vault, keys) = locked();
        let round = keys.round();
        for name in ["A", "B", "A", "C"] {
            assert_eq!(round.kept(name), Some(String::new()), "there may be one");
        }
        assert_eq!(round.settle(), 3);
        assert_eq!(vault.asked.load(Ordering::SeqCst), 1);
        assert_eq!(keys.unread(), ["A", "B", "C"].map(str::to_owned).into());
    }

    #[test]
    fn what_was_read_once_stays_while_the_store_is_locked() {
        let (vault, keys) = locked();
        vault.is_locked.store(false, Ordering::SeqCst);
        let round = keys.round();
        assert_eq!(round.kept("A").as_deref(), Some("of A"));
        assert_eq!(round.kept("ABSENT"), None);
        assert_eq!(round.settle(), 0);

        vault.is_locked.store(true, Ordering::SeqCst);
        let round = keys.round();
        assert_eq!(round.kept("A").as_deref(), Some("of A"));
        assert_eq!(round.kept("ABSENT"), None);
        assert_eq!(round.settle(), 2, "and it is told that it is locked");
    }

    #[test]
    fn a_reading_that_only_tries_something_says_nothing_about_the_store() {
        let (_vault, keys) = locked();
        let round = keys.round();
        round.kept("A");
        drop(round);
        assert!(keys.unread().is_empty());
    }
}
