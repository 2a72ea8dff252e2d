//! The door, with a journal that does as it is told.

mod answers;
mod canary;
mod fuzz;
mod limits;
mod line;
mod providers;
mod serving;
mod siege;
mod storm;
mod support;
