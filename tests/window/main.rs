//! Journeys through the real window: WebDriver presses, the loudspeaker's monitor listens.
//!
//! Run with `cargo xtask test --only window`, or on a stage with cargo itself.
#![cfg(target_os = "linux")]

mod appearance;
mod board;
mod demo;
mod hostile;
mod listening;
mod notifications;
mod resync;
mod setup;
mod start;
mod steps;
mod tray;
