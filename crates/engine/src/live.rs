//! What is configured now, and whether `config.toml` says the same.
//!
//! [`Config`] is one snapshot that is replaced as a whole. Whoever begins something takes it and stays with
//! it; loops take it anew each round; what has to be begun anew for it (door, tunnel) waits for
//! [`Live::changes`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::config::{Config, ConfigError};

/// Whether what stands in `config.toml` is what runs.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigState {
    /// Since when what runs is in force.
    pub since: Timestamp,
    /// The file, if it is refused.
    pub refused: Option<Refused>,
}

/// A file that is not in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// What is wrong, where, and what to do.
    pub error: ConfigError,
    /// Since when.
    pub since: Timestamp,
}

/// What is configured now.
pub(crate) struct Live {
    config: RwLock<Arc<Config>>,
    state: Mutex<ConfigState>,
    /// The text that was read last, in force or not; `None` if it could not be read.
    seen: Mutex<Option<String>>,
    changes: watch::Sender<u64>,
    /// Held by whoever reads the file and puts it in force.
    pub(crate) reading: tokio::sync::Mutex<()>,
}

impl Live {
    pub(crate) fn new(config: Config, now: Timestamp) -> Self {
        Self {
            seen: Mutex::new(Some(config.text.clone())),
            config: RwLock::new(Arc::new(config)),
            state: Mutex::new(ConfigState {
                since: now,
                refused: None,
            }),
            changes: watch::channel(0).0,
            reading: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn config(&self) -> Arc<Config> {
        let config = self.config.read().unwrap_or_else(PoisonError::into_inner);
        config.clone()
    }

    pub(crate) fn state(&self) -> ConfigState {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, ConfigState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn seen(&self) -> Option<String> {
        self.lock_seen().clone()
    }

    pub(crate) fn see(&self, text: Option<String>) {
        *self.lock_seen() = text;
    }

    fn lock_seen(&self) -> MutexGuard<'_, Option<String>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes whenever another configuration is in force, or a file is refused or mended.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub(crate) fn put(&self, config: Config, now: Timestamp) {
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
        *self.lock() = ConfigState {
            since: now,
            refused: None,
        };
        self.changes.send_modify(|change| *change += 1);
    }

    /// The file cannot be used: what runs goes on. False if that is known.
    pub(crate) fn refuse(&self, error: ConfigError, now: Timestamp) -> bool {
        let mut state = self.lock();
        if state
            .refused
            .as_ref()
            .is_some_and(|known| known.error == error)
        {
            return false;
        }
        let since = state.refused.as_ref().map_or(now, |known| known.since);
        state.refused = Some(Refused { error, since });
        drop(state);
        self.changes.send_modify(|change| *change += 1);
        true
    }
}
