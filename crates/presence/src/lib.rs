//! What Ringback says to the desktop around its window: an icon in the tray, notifications, entries
//! for the start with the session and for links.
//!
//! It speaks the contract of `ringback_api` like the window does, and knows neither Tauri nor the
//! engine. What is decided is decided in pure functions: [`standing`] folds the news into what is
//! known, [`sign`] says what the tray shows of it, [`policy`] which notification is due. [`attend`]
//! carries it out; what speaks D-Bus stands in `faces`. Where a desktop has no tray or no
//! notification service, that part stays silent and the rest works.

pub mod attend;
mod contact;
pub mod entries;
mod faces;
pub mod policy;
pub mod quiet;
pub mod sign;
pub mod standing;
mod stay;
pub mod words;

pub use attend::{Desk, Options, Presence, Stage};
