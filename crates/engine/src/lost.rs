//! A database that was lost: there is a journal, and what follows from it is not here, or not all of it.
//!
//! To build it again takes many transactions. That it has begun is written down before the first of them
//! and taken away after the last, so that a program that dies meanwhile leaves something with which the
//! next one goes on, instead of taking it for whole.

use ringback_store::{CallFilter, StoreError};

use crate::core::Core;

/// Stands among the settings while the database is built again.
const RESTORING: &str = "restoring";

/// Whether the database has to be built (on) from the journal and the files.
pub(crate) fn is_lost(core: &Core) -> Result<bool, StoreError> {
    let all = CallFilter::default();
    core.store.read(|reader| {
        if reader.settings().get::<bool>(RESTORING)?.is_some() {
            return Ok(true);
        }
        Ok(reader.calls().count(&all, 1)?.n == 0 && reader.events().last_seq()? > 0)
    })
}

/// From now on it is being built.
pub(crate) fn begin(core: &Core) -> Result<(), StoreError> {
    core.store
        .write(|writer| writer.settings_mut().set(RESTORING, &true))
}

/// It is whole.
pub(crate) fn end(core: &Core) -> Result<(), StoreError> {
    core.store
        .write(|writer| writer.settings_mut().clear(RESTORING))
}

/// What people set, without what is said here: another database is not whole because of this one.
pub(crate) fn without_mark<T>(mut settings: Vec<(String, T)>) -> Vec<(String, T)> {
    settings.retain(|(key, _)| key != RESTORING);
    settings
}
