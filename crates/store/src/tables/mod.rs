//! One file per table: its schema, its row type, and how it is read and written.

pub(crate) mod absences;
pub(crate) mod addresses;
pub(crate) mod alerts;
pub(crate) mod calls;
pub(crate) mod changes;
pub(crate) mod copies;
pub(crate) mod cursors;
pub(crate) mod deletions;
pub(crate) mod events;
pub(crate) mod figures;
pub(crate) mod jobs;
pub(crate) mod ledger;
pub(crate) mod legs;
pub(crate) mod listens;
pub(crate) mod recordings;
pub(crate) mod refused;
pub(crate) mod registrations;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod shapes;
pub(crate) mod sweeps;
pub(crate) mod transcripts;
pub(crate) mod tried;
