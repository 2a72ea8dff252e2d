//! The tunnel: how providers reach a door behind a router.
//!
//! A [`Kind`] opens a [`Link`]: an own SSH connection, a bore connection, somebody else's program, or
//! an address that was led here by other means. One supervisor ([`Tunnel`]) does the rest for all of
//! them: it begins, asks a [`Probe`] whether the door can really be reached through the public address,
//! watches, waits longer after each failure, begins anew, and ends cleanly. A link that says that it
//! stands proves nothing; only the probe's answer does.
//!
//! The crate publishes a [`State`] and knows no provider, no call and no HTTP.

mod backoff;
mod bore;
mod command;
mod fixed;
mod line;
mod link;
mod names;
mod network;
mod pattern;
mod reason;
mod redact;
mod ssh;
mod state;
mod supervisor;
mod traffic;

pub use bore::Bore;
pub use command::{Command, PRESETS, Preset};
pub use fixed::Fixed;
pub use link::{Kind, Link, LinkNews, Probe};
pub use names::{Names, SystemNames};
pub use network::Movement;
pub use pattern::{BadPattern, Pattern};
pub use reason::{Reason, ReasonCode};
pub use ssh::{HostKeys, NotAHostKey, Ssh};
pub use state::State;
pub use supervisor::{Around, Pace, Tunnel};
