//! The window of Ringback: a thin face.
//!
//! It opens a window, starts the engine behind it, carries the contract of `ringback_api` to the
//! page and back, and gives the contract what only a desktop can do. What tray and notifications
//! say is decided in `ringback_presence`. It knows no calls, no
//! recordings and no providers. A reader begins with [`program`] and goes on with [`host`].

pub mod arguments;
pub mod deep_link;
mod display;
pub mod host;
mod ipc;
pub mod launch;
mod leftovers;
mod log;
mod place;
mod presence;
mod problem;
pub mod program;
mod pump;
mod shell;
pub mod windows;
