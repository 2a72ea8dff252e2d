//! The archive on real files.

mod bring_back;
#[cfg(target_os = "linux")]
mod flushed;
mod full;
mod gathered;
mod killed;
mod landing;
mod memory;
mod quarantine;
mod resume;
mod scan;
mod support;
mod turned_down;
