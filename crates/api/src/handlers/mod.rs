//! The commands: convert, one call into the engine, convert.

mod app;
mod calls;
mod health;
mod insights;
mod player;
mod resync;
mod tunnel;

pub(crate) use app::*;
pub(crate) use calls::*;
pub(crate) use health::*;
pub(crate) use insights::*;
pub(crate) use player::*;
pub(crate) use resync::*;
pub(crate) use tunnel::*;

/// What every handler gives.
pub(crate) type Answer<T> = Result<T, crate::ErrorJson>;
