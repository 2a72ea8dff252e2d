//! An event of the journal, read: what it says, in our words, and how it goes in.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use jiff::Timestamp;
use ringback_model::{
    CallEvent, EndedCode, EndedReason, HoleReason, ProviderCallId, Source, Stamp, Status,
};
use ringback_providers::{Document, Snapshot, TEST_KIND, Understood};
use ringback_store::{
    self as store, Event, EventHead, EventOutcome, NewEvent, Request, Standing, StoreError, Writer,
};
use sha2::{Digest, Sha256};

use super::{
    Heard,
    deleted::{self, DeletionNote},
    fold,
};
use crate::{
    EngineError,
    accounts::{Accounts, Party},
    hint::Hint,
    jobs, ledger,
};

/// Snapshots of these kinds are items of a list. What a list leaves out is asked for.
const LISTED: &str = "listed";

/// So many questions of an account may wait about calls of which only unsigned events told.
const MOST_HINTED: usize = 100;

/// Our own words for calls that do not go on although nobody told their end. They stand in the
/// journal, so that a database that is built again says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ours {
    /// It seemed to go on, and the provider does not know it any more.
    Gone,
    /// A person says that it is over.
    Ended,
}

impl Ours {
    fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Ended => "ended_by_person",
        }
    }

    /// What an event of the journal is, if it is one of ours.
    fn of(event: &Event) -> Option<Self> {
        let kind = event.head.kind.as_deref();
        [Self::Gone, Self::Ended]
            .into_iter()
            .find(|ours| event.head.source == Source::Snapshot && kind == Some(ours.word()))
    }
}

/// Our own word for a question about a call that brought nothing more and is not asked again.
const UNANSWERED: &str = "unanswered";

/// Said of a test event of our own.
const TEST: &str = "test";

/// Whether it is a test event of our own, which is about no call.
pub(crate) fn is_test(head: &EventHead) -> bool {
    head.source == Source::Webhook && head.kind.as_deref() == Some(TEST_KIND)
}

/// An event after somebody read it.
pub(super) struct Reading {
    pub(super) seq: i64,
    pub(super) heard_at: Timestamp,
    pub(super) heard: Heard,
    pub(super) party: Option<Arc<Party>>,
    pub(super) said: Said,
    /// The call that an answer of the API is about, as it was asked for or listed.
    pub(super) shown: Option<ProviderCallId>,
}

/// What an event says.
pub(super) enum Said {
    Events(Vec<CallEvent>),
    /// The calls that it names are asked for, nothing else of it counts.
    Ask {
        calls: Vec<ProviderCallId>,
        why: String,
    },
    /// The same of what nobody vouches for: it brings about a bounded number of questions.
    Hint(Vec<ProviderCallId>),
    /// Asking about the call is over, and why it brought nothing more.
    Unanswered {
        call: ProviderCallId,
        reason: HoleReason,
    },
    /// A recording was deleted at its provider.
    Deleted(Box<DeletionNote>),
    Ignored(String),
    Unreadable(String),
}

impl Reading {
    /// Has the provider's code read an event.
    pub(super) fn of(event: Event, accounts: &Accounts) -> Self {
        let head = &event.head;
        let party = accounts.known(&head.account, &head.provider);
        let said = match &party {
            None => Said::Ignored("its account is not in config.toml any more".into()),
            Some(_) if is_test(head) => Said::Ignored(TEST.into()),
            Some(_) if is_unanswered(&event) => unanswered_said(&event.body),
            Some(party) => {
                if let Some(ours) = Ours::of(&event) {
                    return Self {
                        seq: head.seq,
                        heard_at: head.received_at,
                        heard: Heard::InFull,
                        said: Said::Events(our_events(ours, &event.body, head.received_at)),
                        party: Some(party.clone()),
                        shown: None,
                    };
                }
                if let Some(note) = deleted::read(&event) {
                    return Self {
                        seq: head.seq,
                        heard_at: head.received_at,
                        heard: Heard::InFull,
                        said: Said::Deleted(Box::new(note)),
                        party: Some(party.clone()),
                        shown: None,
                    };
                }
                // A mistake of ours in reading one event must not stop the next one.
                let said = catch_unwind(AssertUnwindSafe(|| said(party, &event)));
                said.unwrap_or_else(|_| {
                    Said::Unreadable("reading it failed by a mistake of ours".into())
                })
            }
        };
        Self {
            seq: head.seq,
            heard_at: head.received_at,
            heard: heard(head.kind.as_deref()),
            party,
            said,
            shown: shown(head),
        }
    }
}

/// An event of the journal as the provider's code takes it.
pub(crate) fn document(event: &Event) -> Document<'_> {
    let head = &event.head;
    let query = event.request.path_and_query.as_deref();
    Document {
        source: head.source,
        kind: head.kind.as_deref().unwrap_or_default(),
        query: query.map(|text| text.trim_start_matches('?')),
        content_type: event.request.content_type.as_deref(),
        body: &event.body,
        at: head.as_of.unwrap_or(head.received_at),
    }
}

fn said(party: &Party, event: &Event) -> Said {
    let head = &event.head;
    if let Some(Hint { calls, why }) = Hint::read(event) {
        return match why {
            Some(why) => Said::Ignored(why),
            None => Said::Hint(calls),
        };
    }
    let document = document(event);
    match party.provider().understand(party.account(), document) {
        Ok(Understood::Events(events)) if head.standing == Standing::Hint => {
            Said::Hint(events.into_iter().map(|event| event.call).collect())
        }
        Ok(Understood::Ask { calls, .. }) if head.standing == Standing::Hint => Said::Hint(calls),
        Ok(Understood::Ask { calls, why }) => Said::Ask { calls, why },
        Ok(Understood::Events(events)) => Said::Events(events),
        Ok(Understood::Ignored(reason)) => Said::Ignored(reason),
        Err(error) => Said::Unreadable(error.to_string()),
    }
}

/// Asks about the calls that an unsigned event names: about one that is known like about any other, about
/// those that are not after everything else. When too many such questions wait, a stranger made them up,
/// or the provider is not to be had; what exists is found by the next poll then. True if one is asked.
fn ask_hinted(
    writer: &mut Writer<'_>,
    party: &Party,
    calls: &[ProviderCallId],
    at: Timestamp,
) -> Result<bool, StoreError> {
    let mut asked = false;
    for call in calls {
        let question = jobs::resync(party.id(), call, at);
        asked |= if writer.calls().id_of_any(party.id(), call)?.is_some() {
            writer.jobs_mut().enqueue(&question)?;
            true
        } else {
            writer.jobs_mut().enqueue_hinted(&question, MOST_HINTED)?
        };
    }
    Ok(asked)
}

/// Takes in one event and notes what became of it. True if there is work to do now.
pub(super) fn take_in(writer: &mut Writer<'_>, reading: &Reading) -> Result<bool, StoreError> {
    let mut due = false;
    let mut call = None;
    let outcome = match (&reading.said, &reading.party) {
        (Said::Events(events), Some(party)) => {
            for event in events {
                let folded = fold(writer, party, event, reading.heard_at, reading.heard)?;
                due |= folded.work_due;
                call = Some(folded.call);
            }
            EventOutcome::Applied { call }
        }
        (Said::Ask { calls, why }, Some(party)) => {
            for call in calls {
                writer
                    .jobs_mut()
                    .enqueue(&jobs::resync(party.id(), call, reading.heard_at))?;
            }
            due = true;
            EventOutcome::Ignored {
                reason: why.clone(),
                call: None,
            }
        }
        (Said::Hint(calls), Some(party)) => {
            due = ask_hinted(writer, party, calls, reading.heard_at)?;
            let reason = match due {
                true => "unsigned: the provider is asked about the call instead",
                false => "unsigned, and too many such questions wait: a poll finds the call",
            };
            EventOutcome::Ignored {
                reason: reason.into(),
                call: None,
            }
        }
        (
            Said::Unanswered {
                call: asked,
                reason,
            },
            Some(party),
        ) => {
            ledger::note_unanswered(writer, party, asked, *reason, reading.heard_at)?;
            call = writer.calls().id_of(party.id(), asked)?;
            EventOutcome::Applied { call }
        }
        (Said::Deleted(note), Some(party)) => {
            deleted::take_in(writer, party, note, reading.heard_at)?
        }
        (Said::Ignored(reason), _) => EventOutcome::Ignored {
            reason: reason.clone(),
            call: None,
        },
        (Said::Unreadable(reason), party) => {
            if let (Some(party), Some(shown)) = (party, &reading.shown) {
                due = note_shown(writer, party, shown, reading.heard_at)?;
            }
            EventOutcome::Failed {
                reason: reason.clone(),
                call: None,
            }
        }
        (
            Said::Events(_)
            | Said::Ask { .. }
            | Said::Hint(_)
            | Said::Unanswered { .. }
            | Said::Deleted(_),
            None,
        ) => EventOutcome::Ignored {
            reason: "its account is not in config.toml any more".into(),
            call: None,
        },
    };
    writer.events_mut().mark(reading.seq, &outcome)?;
    Ok(due)
}

/// The API showed a call of which nothing can be taken in: it exists, is not here, and is asked for by
/// itself. True if that is so.
pub(super) fn note_shown(
    writer: &mut Writer<'_>,
    party: &Party,
    call: &ProviderCallId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let account = party.id();
    if writer.calls().id_of(account, call)?.is_some() {
        return Ok(false);
    }
    writer.ledger_mut().listed(account, call, at)?;
    writer
        .ledger_mut()
        .not_here(account, call, at, HoleReason::Unreadable)?;
    writer
        .jobs_mut()
        .enqueue(&jobs::resync(account, call, at))?;
    Ok(true)
}

/// The call that an answer of the API is about: its entry's key says it, see [`entry`].
fn shown(head: &store::EventHead) -> Option<ProviderCallId> {
    if head.source != Source::Snapshot {
        return None;
    }
    let rest = head.key.strip_prefix("snapshot:")?;
    let rest = rest
        .strip_prefix(head.kind.as_deref()?)?
        .strip_prefix(':')?;
    let mut parts = rest.rsplitn(3, ':');
    let (_digest, _at) = (parts.next()?, parts.next()?);
    parts.next().map(ProviderCallId::new)
}

/// How an event of this kind was heard of.
pub(super) fn heard(kind: Option<&str>) -> Heard {
    if kind.is_some_and(|kind| kind.starts_with(LISTED)) {
        Heard::Listed
    } else {
        Heard::InFull
    }
}

/// What an answer of the API says.
pub(super) fn understood(
    party: &Party,
    snapshot: &Snapshot,
) -> Result<Vec<CallEvent>, EngineError> {
    let document = Document {
        source: Source::Snapshot,
        kind: snapshot.kind,
        query: None,
        content_type: None,
        body: &snapshot.body,
        at: snapshot.at,
    };
    match party.provider().understand(party.account(), document) {
        Ok(Understood::Events(events)) => Ok(events),
        Ok(Understood::Ignored(_) | Understood::Ask { .. }) => Ok(Vec::new()),
        Err(error) => Err(ringback_providers::ApiError::Unexpected(error.to_string()).into()),
    }
}

/// An answer of the API as an entry of the journal.
pub(crate) fn entry(party: &Party, snapshot: &Snapshot, heard_at: Timestamp) -> NewEvent {
    let digest = Sha256::digest(&snapshot.body);
    NewEvent {
        account: party.id().clone(),
        provider: party.account().provider.to_owned(),
        source: Source::Snapshot,
        kind: Some(snapshot.kind.to_owned()),
        // Only answers that change something come here, so a repetition is one of the same moment.
        key: format!(
            "snapshot:{}:{}:{}:{}",
            snapshot.kind,
            snapshot.call,
            snapshot.at.as_millisecond(),
            hex::encode(&digest[..8])
        ),
        received_at: heard_at,
        as_of: Some(snapshot.at),
        request: Request::default(),
        standing: store::Standing::Signed,
        body: snapshot.body.to_vec(),
    }
}

/// The entry of the journal with our own word about a call.
pub(super) fn our_entry(
    ours: Ours,
    party: &Party,
    call: &ProviderCallId,
    at: Timestamp,
) -> NewEvent {
    NewEvent {
        account: party.id().clone(),
        provider: party.account().provider.to_owned(),
        source: Source::Snapshot,
        kind: Some(ours.word().into()),
        key: format!("snapshot:{}:{call}", ours.word()),
        received_at: at,
        as_of: Some(at),
        request: Request::default(),
        standing: store::Standing::Signed,
        body: call.as_str().as_bytes().to_vec(),
    }
}

/// The entry of the journal about a question that brought nothing more.
pub(super) fn unanswered(
    party: &Party,
    call: &ProviderCallId,
    reason: HoleReason,
    at: Timestamp,
) -> NewEvent {
    NewEvent {
        account: party.id().clone(),
        provider: party.account().provider.to_owned(),
        source: Source::Snapshot,
        kind: Some(UNANSWERED.into()),
        key: format!(
            "snapshot:{UNANSWERED}:{call}:{}:{}",
            at.as_millisecond(),
            reason.as_str()
        ),
        received_at: at,
        as_of: Some(at),
        request: Request::default(),
        standing: store::Standing::Signed,
        body: format!("{} {call}", reason.as_str()).into_bytes(),
    }
}

fn unanswered_said(body: &[u8]) -> Said {
    let text = String::from_utf8_lossy(body);
    let parts = text.split_once(' ');
    let read = parts.and_then(|(reason, call)| Some((reason.parse().ok()?, call)));
    match read {
        Some((reason, call)) => Said::Unanswered {
            call: ProviderCallId::new(call),
            reason,
        },
        None => Said::Unreadable("our own note of a question is not as we write it".into()),
    }
}

fn is_unanswered(event: &Event) -> bool {
    event.head.source == Source::Snapshot && event.head.kind.as_deref() == Some(UNANSWERED)
}

/// What our own words mean: the call does not go on.
pub(super) fn our_events(ours: Ours, body: &[u8], at: Timestamp) -> Vec<CallEvent> {
    let call = ProviderCallId::new(String::from_utf8_lossy(body));
    let stamp = Stamp {
        as_of: at,
        source: Source::Snapshot,
    };
    let mut event = CallEvent::new(call, stamp);
    match ours {
        Ours::Gone => {
            event.facts.status = Some(Status::Failed);
            event.facts.ended_reason = Some(EndedReason {
                code: EndedCode::Unknown,
                raw: "unknown to the provider".into(),
            });
        }
        // When and why is not known; whoever tells it later is believed.
        Ours::Ended => event.facts.status = Some(Status::Ended),
    }
    vec![event]
}
