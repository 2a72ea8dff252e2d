//! The programs' log: to standard error, and into files that a person can send to somebody.
//!
//! [`Logs::start`] begins it; its [`Dial`] changes level and format while the program runs.
//! A new file begins every day and whenever one is full, and old ones go ([`Keep`]), so that nobody
//! fills a disk by knocking at the door.
//!
//! What is logged is for those who log: keys, links, numbers and words of calls never are. This crate
//! knows neither the configuration nor calls; it takes a [`Level`] and a [`Format`].

mod files;
mod level;
mod lines;
mod start;

pub use files::{Keep, Rolling};
pub use level::{BadLevel, Level};
pub use lines::Format;
pub use start::{Dial, Logs, Setup};
