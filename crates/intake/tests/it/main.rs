//! The door, with a journal that does as it is told.

mod answers;
mod canary;
mod limits;
mod providers;
mod serving;
mod support;
