//! Bringing there now what is missing there, while a person waits.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use ringback_model::{AccountId, CallId, RecordingId};
use ringback_offsite::Hitch;
use ringback_store::CopyState;

use super::{
    AT_ONCE, Offsite, Subject, make_due,
    outcome::Outcome,
    status::{Listing, listing},
};
use crate::{Engine, EngineError, core::Core, inspect::each_ready, jobs::OFFSITE, lease::LEASE};

/// What came of a push.
#[derive(Clone, Debug, Default)]
pub struct Push {
    /// Recordings that are here.
    pub checked: u64,
    /// Those whose copy was there already.
    pub already: u64,
    /// Those that were copied now.
    pub copied: u64,
    /// The others.
    pub items: Vec<PushItem>,
}

/// A recording without a copy after a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushItem {
    /// Ringback's id.
    pub recording: RecordingId,
    /// Of its call.
    pub call: CallId,
    /// Of its account.
    pub account: AccountId,
    /// Relative to `recordings/`.
    pub path: String,
    /// What came of it.
    pub outcome: PushOutcome,
}

/// Why a recording has no copy after a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    /// It failed, for this reason.
    Failed(&'static str),
    /// Another process is at it at this moment.
    Elsewhere,
    /// The program ends.
    Stopped,
}

impl Engine {
    /// Brings the copy of every recording there that has none, or not the one that was sent. `tell` hears
    /// after each one how many are done, of how many.
    pub async fn push_offsite(&self, tell: impl Fn(u64, u64) + Send) -> Result<Push, EngineError> {
        let core = self.core();
        let offsite = core.second_copies()?;
        let offsite = &*offsite;
        let there = listing(offsite).await?;
        let mut push = Push::default();
        let mut wanted = Vec::new();
        each_ready(core, |row| {
            push.checked += 1;
            let Some(subject) = Subject::of(row) else {
                return Ok(());
            };
            match has_copy(core, offsite, &there, &subject)? {
                true => push.already += 1,
                false => wanted.push(subject),
            }
            Ok(())
        })?;
        let all = wanted.len() as u64;
        let mut done = 0;
        let mut tries = stream::iter(wanted)
            .map(|subject| async move {
                let came = one(core, offsite, &subject).await;
                (subject, came)
            })
            .buffer_unordered(AT_ONCE);
        while let Some((subject, came)) = tries.next().await {
            done += 1;
            match came? {
                None => push.copied += 1,
                Some(outcome) => push.items.push(PushItem {
                    recording: subject.row.id,
                    call: subject.row.call,
                    account: subject.row.account,
                    path: subject.path.as_str().to_owned(),
                    outcome,
                }),
            }
            tell(done, all);
        }
        Ok(push)
    }
}

/// Whether the copy was read back once and has not been written since.
fn has_copy(
    core: &Core,
    offsite: &Offsite,
    there: &Listing,
    subject: &Subject,
) -> Result<bool, EngineError> {
    let id = subject.row.id;
    let copy = core
        .store
        .read(|reader| reader.second_copies().of(id, &offsite.place))?;
    let Some(copy) = copy.filter(|copy| copy.state == CopyState::Copied) else {
        return Ok(false);
    };
    let there = there.get(subject.path.as_str());
    Ok(there.is_some_and(|there| there.bytes == copy.bytes && there.mark == copy.mark))
}

/// One copy now. `None` if it is there.
async fn one(
    core: &Arc<Core>,
    offsite: &Offsite,
    subject: &Subject,
) -> Result<Option<PushOutcome>, EngineError> {
    let (id, now, owner) = (subject.row.id, core.clock.now(), core.takers.next());
    let claimed = core
        .applier
        .write(move |writer| {
            make_due(writer, id, now)?;
            writer
                .jobs_mut()
                .claim_one(OFFSITE, &id.to_string(), now, &owner, LEASE)
        })
        .await?;
    let Some(job) = claimed else {
        return Ok(Some(PushOutcome::Elsewhere));
    };
    Ok(match offsite.carry_out(core, job).await? {
        Some(Outcome::Copied { .. }) => None,
        Some(Outcome::Fails(hitch)) => Some(PushOutcome::Failed(hitch.as_str())),
        Some(Outcome::Stopped) => Some(PushOutcome::Stopped),
        // It vanished meanwhile.
        None => Some(PushOutcome::Failed(Hitch::Here.as_str())),
    })
}
