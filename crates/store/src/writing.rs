//! What a writing closure gets: everything a reader can do, and the writing side of each table.

use std::ops::Deref;

use jiff::Timestamp;
use rusqlite::Connection;

use crate::{
    error::Result,
    reading::Reader,
    tables::{
        absences::AbsencesMut,
        addresses::AddressesMut,
        alerts::AlertsMut,
        calls::CallsMut,
        changes::{self, Change, ChangeKind},
        copies::SecondCopiesMut,
        cursors::CursorsMut,
        deletions::DeletionsMut,
        events::EventsMut,
        jobs::JobsMut,
        ledger::LedgerMut,
        listens::ListensMut,
        recordings::RecordingsMut,
        refused::RefusedMut,
        registrations::RegistrationsMut,
        search::Words,
        settings::SettingsMut,
        shapes::ShapesMut,
        sweeps::SweepsMut,
    },
};

/// Writes inside one transaction. What is written here is there for all after the commit, or not at
/// all. It reads what it wrote itself, except that a search finds new words only after the commit.
///
/// Each writing handle notes what it changed for the change feed; the note is part of the same
/// transaction.
#[derive(Debug)]
pub struct Writer<'c> {
    reader: Reader<'c>,
    now: Timestamp,
    pub(crate) noted: Vec<Change>,
    pub(crate) words: Vec<Words>,
}

impl<'c> Deref for Writer<'c> {
    type Target = Reader<'c>;
    fn deref(&self) -> &Reader<'c> {
        &self.reader
    }
}

impl<'c> Writer<'c> {
    pub(crate) fn new(conn: &'c Connection, now: Timestamp) -> Self {
        Self {
            reader: Reader::new(conn),
            now,
            noted: Vec::new(),
            words: Vec::new(),
        }
    }

    /// The time by the store's clock when this transaction began.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The journal.
    pub fn events_mut(&mut self) -> EventsMut<'_, 'c> {
        EventsMut { writer: self }
    }

    /// What was refused at the door.
    pub fn refused_mut(&mut self) -> RefusedMut<'_, 'c> {
        RefusedMut { writer: self }
    }

    /// The calls, with their legs, transcripts and search words.
    pub fn calls_mut(&mut self) -> CallsMut<'_, 'c> {
        CallsMut { writer: self }
    }

    /// The recordings.
    pub fn recordings_mut(&mut self) -> RecordingsMut<'_, 'c> {
        RecordingsMut { writer: self }
    }

    /// The work to be done.
    pub fn jobs_mut(&mut self) -> JobsMut<'_, 'c> {
        JobsMut { writer: self }
    }

    /// The second copies of recordings.
    pub fn second_copies_mut(&mut self) -> SecondCopiesMut<'_, 'c> {
        SecondCopiesMut { writer: self }
    }

    /// What was deleted at the providers.
    pub fn deletions_mut(&mut self) -> DeletionsMut<'_, 'c> {
        DeletionsMut { writer: self }
    }

    /// How far polling came.
    pub fn cursors_mut(&mut self) -> CursorsMut<'_, 'c> {
        CursorsMut { writer: self }
    }

    /// Who listened to what.
    pub fn listens_mut(&mut self) -> ListensMut<'_, 'c> {
        ListensMut { writer: self }
    }

    /// What needs a person's attention.
    pub fn alerts_mut(&mut self) -> AlertsMut<'_, 'c> {
        AlertsMut { writer: self }
    }

    /// Settings of the people who use the window.
    pub fn settings_mut(&mut self) -> SettingsMut<'_, 'c> {
        SettingsMut { writer: self }
    }

    /// What was entered at the providers.
    pub fn registrations_mut(&mut self) -> RegistrationsMut<'_, 'c> {
        RegistrationsMut { writer: self }
    }

    /// The public addresses that the door has had.
    pub fn addresses_mut(&mut self) -> AddressesMut<'_, 'c> {
        AddressesMut { writer: self }
    }

    /// Resyncs of many calls.
    pub fn sweeps_mut(&mut self) -> SweepsMut<'_, 'c> {
        SweepsMut { writer: self }
    }

    /// Stretches of time in which no provider was asked.
    pub fn absences_mut(&mut self) -> AbsencesMut<'_, 'c> {
        AbsencesMut { writer: self }
    }

    /// What fields the providers' documents have.
    pub fn shapes_mut(&mut self) -> ShapesMut<'_, 'c> {
        ShapesMut { writer: self }
    }

    /// What is expected, what is held, and why the rest is not here.
    pub fn ledger_mut(&mut self) -> LedgerMut<'_, 'c> {
        LedgerMut { writer: self }
    }

    /// Notes that `id` changed. The same a few notes ago is enough: a closure touches one thing
    /// several times in a row.
    pub(crate) fn note(&mut self, kind: ChangeKind, id: impl Into<String>) -> Result<()> {
        let id = id.into();
        let is_noted = self
            .noted
            .iter()
            .rev()
            .take(64)
            .any(|change| change.kind == kind && change.id == id);
        if is_noted {
            return Ok(());
        }
        let change = changes::insert(self.conn(), self.now, kind, id)?;
        self.noted.push(change);
        Ok(())
    }
}
