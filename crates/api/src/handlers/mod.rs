//! The commands: convert, one call into the engine, convert.

pub(crate) mod app;
pub(crate) mod calls;
pub(crate) mod checks;
mod exports;
mod health;
mod insights;
mod ledger;
mod offsite;
mod player;
pub(crate) mod resync;
pub(crate) mod setup;
mod tunnel;
pub(crate) mod webhooks;

pub(crate) use app::*;
pub(crate) use calls::*;
pub(crate) use checks::*;
pub(crate) use exports::*;
pub(crate) use health::*;
pub(crate) use insights::*;
pub(crate) use ledger::*;
pub(crate) use offsite::*;
pub(crate) use player::*;
pub(crate) use resync::*;
pub(crate) use setup::*;
pub(crate) use tunnel::*;
pub(crate) use webhooks::{
    webhook_consent, webhook_look, webhook_register, webhook_restore, webhook_test,
};

/// What every handler gives.
pub(crate) type Answer<T> = Result<T, crate::ErrorJson>;
