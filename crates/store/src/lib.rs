//! Ringback's database: SQLite with one writer and many readers.
//!
//! [`Store`] opens the file. Everything written goes through one thread that gathers what waits into
//! one transaction, so that many callers share one wait for the disk; an answer means that the write
//! survives power loss. Reads have connections of their own and never wait for the writer.
//!
//! Inside [`Store::write`] and [`Store::read`] each table has a reading handle and a writing handle,
//! in a file of its own with its schema and row type: start with [`Events`] (the journal, from which
//! everything else can be rebuilt) and [`Calls`].
//!
//! The store keeps and finds; it decides nothing. What an event means, when a job runs again and what
//! is missing of a call is told by the engine. Sound is kept in files by the archive; only paths are
//! here. There is no async runtime here: answers go to callbacks.

#[cfg(test)]
mod apart;
mod backup;
mod checkpoint;
mod commit;
mod error;
mod migrations;
mod open;
mod pack;
mod queue;
mod reading;
mod refusals;
mod sql;
mod store;
mod tables;
mod writing;

pub use backup::{Copied, back_up};
pub use error::{Result, StoreError};
pub use open::{Durability, Options};
pub use reading::Reader;
pub use refusals::IfKnown;
pub use store::Store;
pub use tables::absences::{Absence, Absences, AbsencesMut};
pub use tables::addresses::{Addresses, AddressesMut};
pub use tables::alerts::{Alert, AlertId, Alerts, AlertsMut, NewAlert, Raised};
pub use tables::calls::{
    CallFilter, CallKey, CallRecord, CallRow, Calls, CallsMut, CostSummary, Count, Judged, Member,
    Page, RecordingSummary, RecordingWord,
};
pub use tables::changes::{Change, ChangeKind, Feed};
pub use tables::copies::{CopyState, CopyTotals, SecondCopies, SecondCopiesMut, SecondCopy};
pub use tables::cursors::{Cursors, CursorsMut};
pub use tables::deletions::{Deletion, DeletionOutcome, Deletions, DeletionsMut};
pub use tables::events::{
    Appended, Event, EventFilter, EventHead, EventId, EventOutcome, EventState, Events, EventsMut,
    NewEvent, PackedEvent, Request, Standing,
};
pub use tables::figures::{CallDay, CostDay, Figures, RecordingTotal, ToReady};
pub use tables::jobs::{
    Budgets, ClaimLimits, Enqueued, Job, JobCount, JobId, Jobs, JobsMut, NewJob,
};
pub use tables::ledger::{Ask, HoleKey, HolePage, HoleRow, Ledger, LedgerDay, LedgerMut};
pub use tables::listens::{Listen, ListenId, Listens, ListensMut};
pub use tables::recordings::{Recording, Recordings, RecordingsMut};
pub use tables::refused::{Refusal, RefusedCount, RefusedLog, RefusedMut, RefusedRow};
pub use tables::registrations::{
    NewRegistration, RegisteredFor, Registration, RegistrationId, RegistrationOutcome,
    Registrations, RegistrationsMut,
};
pub use tables::search::Hit;
pub use tables::settings::{Settings, SettingsMut};
pub use tables::shapes::{Shapes, ShapesMut};
pub use tables::sweeps::{
    Sweep, SweepId, SweepItem, SweepOutcome, SweepResult, SweepState, Sweeps, SweepsMut,
};
pub use writing::Writer;
