//! The commands: convert, one call into the engine, convert.

mod app;
mod calls;
mod checks;
mod health;
mod insights;
mod ledger;
mod offsite;
mod player;
mod resync;
mod setup;
mod tunnel;

pub(crate) use app::*;
pub(crate) use calls::*;
pub(crate) use checks::*;
pub(crate) use health::*;
pub(crate) use insights::*;
pub(crate) use ledger::*;
pub(crate) use offsite::*;
pub(crate) use player::*;
pub(crate) use resync::*;
pub(crate) use setup::*;
pub(crate) use tunnel::*;

/// What every handler gives.
pub(crate) type Answer<T> = Result<T, crate::ErrorJson>;
