//! The tunnel against real peers on this machine, and its supervisor against a link in the test's hand.

mod bore;
mod command;
#[cfg(unix)]
mod presets;
mod setting;
mod ssh;
mod supervisor;
