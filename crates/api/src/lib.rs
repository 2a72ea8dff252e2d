//! The contract with the window, and the JSON of the command line.
//!
//! One list of commands and one list of events ([`Event`]) stand in `list.rs`; the shapes stand in
//! [`dto`]; the errors in [`ErrorJson`]. Handlers are short: convert, one call into the engine,
//! convert. [`Api`] is what the window talks to; [`cli`] gives the command line the same answers.

pub mod bindings;
pub mod cli;
mod contract;
mod convert;
pub mod dto;
mod error;
mod exports;
mod handlers;
mod health;
mod host;
pub mod ledger;
mod list;
pub mod logs;
pub mod offsite;
pub mod recordings;
pub mod report;

pub use contract::Contract;
pub use error::{ErrorCode, ErrorJson};
pub use host::{Api, Place, Shell, Wanted};
pub use list::Event;
