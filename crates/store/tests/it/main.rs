//! The store against real SQLite files.

mod backup;
mod budgets;
mod calls;
mod conversation;
mod copies;
mod feed;
mod figures;
mod home;
mod jobs;
mod journal;
mod kill;
mod ledger;
mod listing;
mod notes;
mod older_ledger;
mod opening;
mod pace;
mod refused;
mod searching;
mod sweeps;
mod writing;
