//! The store against real SQLite files.

mod calls;
mod feed;
mod figures;
mod home;
mod jobs;
mod journal;
mod kill;
mod listing;
mod notes;
mod opening;
mod refused;
mod searching;
mod sweeps;
mod writing;
