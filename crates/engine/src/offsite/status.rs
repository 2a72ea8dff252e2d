//! What is there, held against what is known of it.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use ringback_archive::RecordingPath;
use ringback_model::{AccountId, CallId, RecordingId};
use ringback_offsite::{Hitch, Stored};
use ringback_store::{CopyState, Recording, SecondCopy, StoreError};

use super::{Offsite, Subject};
use crate::{Engine, EngineError, core::Core, inspect::each_ready, jobs::OFFSITE, news::News};

/// The second copies in figures, and what is wrong with them.
#[derive(Clone, Debug, Default)]
pub struct OffsiteStatus {
    /// Where they are.
    pub place: String,
    /// Recordings that are here.
    pub ready: u64,
    /// Those of them with a copy that is as it was sent.
    pub copied: u64,
    /// The size of these copies.
    pub bytes: u64,
    /// Recordings whose copy is tried by itself.
    pub waiting: u64,
    /// Recordings without a copy that nobody is at.
    pub missing: u64,
    /// Copies that are there and belong to no recording that is here.
    pub only_there: u64,
    /// When the newest copy was read back.
    pub last_at: Option<Timestamp>,
    /// Copies that were given up, that are gone or that are not as they were.
    pub faults: Vec<CopyFault>,
}

/// A copy with which something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFault {
    /// Of which recording.
    pub recording: RecordingId,
    /// Of which call.
    pub call: CallId,
    /// Of which account.
    pub account: AccountId,
    /// Relative to `recordings/`.
    pub path: Option<String>,
    /// What is wrong.
    pub kind: CopyFaultKind,
    /// Why, as a code.
    pub reason: String,
}

/// What is wrong with a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyFaultKind {
    /// It could not be brought there.
    Failed,
    /// It was there and is not any more.
    Gone,
    /// It is another file than the one that was sent.
    Damaged,
}

impl CopyFaultKind {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Gone => "gone",
            Self::Damaged => "damaged",
        }
    }
}

/// What is at the place, by file.
pub(super) type Listing = BTreeMap<String, Stored>;

pub(super) async fn listing(offsite: &Offsite) -> Result<Listing, EngineError> {
    let mut listing = Listing::new();
    let see = |stored: Stored| {
        listing.insert(stored.file.clone(), stored);
    };
    offsite.copies.each(see).await?;
    Ok(listing)
}

impl Core {
    pub(super) fn second_copies(&self) -> Result<Arc<Offsite>, EngineError> {
        self.offsite().ok_or(EngineError::NoOffsite)
    }
}

impl Engine {
    /// Where the second copies are; `None` if none are configured.
    pub fn offsite_place(&self) -> Option<String> {
        Some(self.core().offsite()?.place.clone())
    }

    /// Asks the place what is there and compares. A copy that was written anew since it was read back is
    /// read again, and with `read_all` every one. What is found wrong is written down.
    pub async fn offsite_status(&self, read_all: bool) -> Result<OffsiteStatus, EngineError> {
        let core = self.core();
        let offsite = core.second_copies()?;
        let mut look = Look {
            offsite: &offsite,
            there: listing(&offsite).await?,
            read_all,
            status: OffsiteStatus {
                place: offsite.place.clone(),
                ..OffsiteStatus::default()
            },
            to_read: Vec::new(),
            found: Vec::new(),
            now: core.clock.now(),
        };
        each_ready(core, |row| Ok(look.at(core, row)?))?;
        for (subject, copy) in std::mem::take(&mut look.to_read) {
            look.read(subject, copy).await?;
        }
        look.end(core).await
    }

    /// Makes everything without a copy due now, what was given up included. Gives how many there are.
    pub async fn queue_offsite(&self) -> Result<u64, EngineError> {
        let core = self.core();
        core.second_copies()?.queue(core, true).await
    }
}

/// A look at everything.
struct Look<'a> {
    offsite: &'a Offsite,
    there: Listing,
    read_all: bool,
    status: OffsiteStatus,
    to_read: Vec<(Subject, SecondCopy)>,
    /// What is to be written down.
    found: Vec<SecondCopy>,
    now: Timestamp,
}

impl Look<'_> {
    fn at(&mut self, core: &Core, row: Recording) -> Result<(), StoreError> {
        self.status.ready += 1;
        let (id, place) = (row.id, &self.offsite.place);
        let there = row.path.as_ref().and_then(|path| self.there.remove(path));
        let copy = core
            .store
            .read(|reader| reader.second_copies().of(id, place))?;
        let Some(copy) = copy.filter(|copy| copy.state != CopyState::Waiting) else {
            let job = core
                .store
                .read(|reader| reader.jobs().get(OFFSITE, &id.to_string()))?;
            match job {
                Some(_) => self.status.waiting += 1,
                None => self.status.missing += 1,
            }
            return Ok(());
        };
        match (copy.state, there) {
            (CopyState::Copied, None) => {
                self.wrong(&row, copy, CopyFaultKind::Gone, Hitch::Missing);
            }
            (CopyState::Copied, Some(there)) if there.bytes != copy.bytes => {
                self.wrong(&row, copy, CopyFaultKind::Damaged, Hitch::Damaged);
            }
            (CopyState::Copied, Some(there)) => {
                let is_same_mark = there.mark == copy.mark;
                match Subject::of(row) {
                    Some(subject) if self.read_all || !is_same_mark => {
                        self.to_read.push((subject, copy));
                    }
                    _ => self.fine(&copy),
                }
            }
            (_, _) => {
                let reason = copy.reason.unwrap_or_default();
                let kind = match reason.as_str() {
                    word if word == Hitch::Damaged.as_str() => CopyFaultKind::Damaged,
                    word if word == Hitch::Missing.as_str() => CopyFaultKind::Gone,
                    _ => CopyFaultKind::Failed,
                };
                self.status.faults.push(fault(&row, kind, reason));
            }
        }
        Ok(())
    }

    fn fine(&mut self, copy: &SecondCopy) {
        self.status.copied += 1;
        self.status.bytes += copy.bytes;
        self.status.last_at = self.status.last_at.max(Some(copy.at));
    }

    fn wrong(&mut self, row: &Recording, copy: SecondCopy, kind: CopyFaultKind, hitch: Hitch) {
        self.status
            .faults
            .push(fault(row, kind, hitch.as_str().to_owned()));
        self.found.push(SecondCopy {
            state: CopyState::Failed,
            reason: Some(hitch.as_str().to_owned()),
            at: self.now,
            ..copy
        });
    }

    async fn read(&mut self, subject: Subject, copy: SecondCopy) -> Result<(), EngineError> {
        let copies = &self.offsite.copies;
        match copies.digest(subject.path.as_str()).await? {
            None => self.wrong(&subject.row, copy, CopyFaultKind::Gone, Hitch::Missing),
            Some(digest) if digest.sha256 == subject.sha256 => {
                self.fine(&copy);
                self.found.push(SecondCopy {
                    mark: digest.mark,
                    ..copy
                });
            }
            Some(_) => self.wrong(&subject.row, copy, CopyFaultKind::Damaged, Hitch::Damaged),
        }
        Ok(())
    }

    async fn end(mut self, core: &Arc<Core>) -> Result<OffsiteStatus, EngineError> {
        let is_recording = |file: &&String| RecordingPath::new((*file).clone()).is_ok();
        self.status.only_there = self.there.keys().filter(is_recording).count() as u64;
        let found = std::mem::take(&mut self.found);
        if !found.is_empty() {
            core.applier
                .write(move |writer| {
                    found
                        .iter()
                        .try_for_each(|copy| writer.second_copies_mut().put(copy))
                })
                .await?;
            core.tell(News::Health);
        }
        Ok(self.status)
    }
}

fn fault(row: &Recording, kind: CopyFaultKind, reason: String) -> CopyFault {
    CopyFault {
        recording: row.id,
        call: row.call,
        account: row.account.clone(),
        path: row.path.clone(),
        kind,
        reason,
    }
}
