//! Sound for Ringback: recognise a recording, decode it, compute once what is drawn and skipped, and
//! play it on the machine's sound device.
//!
//! This crate knows *tracks*: files with channels, frames and a length. It does not know calls,
//! accounts, the database or where a file came from; it is given a path and answers with facts.
//!
//! Where to start reading:
//!
//! - [`sniff`] tells what a file is by its first bytes, whatever it is called.
//! - [`decode`] streams any supported file as interleaved `f32` in constant memory.
//! - [`examine()`] is the one pass over a new recording: is it whole, is it sound, how long; it yields
//!   the [`analysis`] ([`peaks`] and [`silence`]), which is kept in one small file.
//! - [`player`] plays. Its heart is the pure [`player::table`]; one thread owns the device.
//! - [`export()`] writes a recording again in another format.

pub mod analysis;
pub mod container;
pub mod decode;
pub mod error;
pub mod examine;
pub mod export;
mod mp4;
mod mpeg;
mod opening;
pub mod peaks;
pub mod player;
pub mod silence;
mod wave;

pub use analysis::{Analysis, AnalysisFileError};
pub use container::{Container, sniff};
pub use decode::{Block, Decoder, SoundHeader};
pub use error::SoundError;
pub use examine::{Examination, Shortfall, SoundFacts, examine};
pub use export::{ExportError, ExportFormat, Exported, Part, Tags, export};
pub use peaks::{Peak, Peaks};
pub use player::{Lanes, LoadNumber, Player, PlayerCommand, PlayerEvent, PlayerSnapshot};
pub use silence::{SilenceMap, Span};
