//! The calls: what lists show as columns, the merged call itself as a document beside them.
//!
//! A call's `position` orders the list: when the call began, in ms, times 1024, plus a few bits that
//! tell calls of the same ms apart. One number is the list's key, the page's key and the row of the
//! search index, so that every list and every search is newest first without sorting.

mod carrier;
mod count;
mod further_leg;
mod judged;
mod list;
mod read;
mod write;

pub use carrier::Member;
pub(crate) use carrier::{V2 as FOLD_V2, touch_whole};
pub use judged::Judged;
pub(crate) use write::{Standing, note_heard, summarize};

use jiff::Timestamp;
use ringback_model::{
    AccountId, Call, CallId, Direction, Field, ProviderCallId, RecordingId, RecordingState, Status,
};
use rusqlite::Connection;

use crate::writing::Writer;

pub(crate) const V1: &str = "
CREATE TABLE calls (
    row              INTEGER PRIMARY KEY,
    id               TEXT    NOT NULL UNIQUE,
    position         INTEGER NOT NULL UNIQUE,
    account          TEXT    NOT NULL,
    provider         TEXT    NOT NULL,
    provider_call_id TEXT    NOT NULL,
    status           TEXT    NOT NULL,
    direction        TEXT    NOT NULL,
    from_party       TEXT,
    to_party         TEXT,
    agent            TEXT,
    line             TEXT,
    started_at       INTEGER,
    ended_at         INTEGER,
    duration_ms      INTEGER,
    sort_at          INTEGER NOT NULL,
    missing          TEXT    NOT NULL,
    missing_count    INTEGER NOT NULL,
    recording_state  TEXT,
    recording_reason TEXT,
    recordings       INTEGER NOT NULL DEFAULT 0,
    recording_id     TEXT,
    link_dies_at     INTEGER,
    heard            INTEGER NOT NULL DEFAULT 0,
    cost_micros      INTEGER,
    currency         TEXT,
    cost_provisional INTEGER,
    successful       INTEGER,
    sentiment        TEXT,
    has_transcript   INTEGER NOT NULL,
    first_seen_at    INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    rev              INTEGER NOT NULL DEFAULT 1,
    search_digest    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, provider_call_id)
) STRICT;
CREATE INDEX calls_provider_call ON calls (provider_call_id);
CREATE INDEX calls_account ON calls (account, position);
CREATE INDEX calls_status ON calls (status, position);
CREATE INDEX calls_recording ON calls (recording_state, position);
CREATE INDEX calls_missing ON calls (position) WHERE missing_count > 0;
CREATE INDEX calls_ended_missing ON calls (ended_at) WHERE missing_count > 0;
CREATE TABLE call_docs (
    call INTEGER PRIMARY KEY REFERENCES calls (row) ON DELETE CASCADE,
    doc  TEXT    NOT NULL
) STRICT;
";

/// What a carrier's call is recognised by; see [`carrier`].
pub(crate) const V2: &str = "
ALTER TABLE calls ADD COLUMN carrier_call_id TEXT;
ALTER TABLE calls ADD COLUMN part_of TEXT;
CREATE INDEX calls_carrier ON calls (carrier_call_id) WHERE carrier_call_id IS NOT NULL;
CREATE INDEX calls_part_of ON calls (part_of) WHERE part_of IS NOT NULL;
CREATE INDEX calls_judged ON calls (account, position) WHERE successful IS NOT NULL;
UPDATE calls SET carrier_call_id = (
    SELECT json_extract(doc, '$.fields.carrier_call_id.value') FROM call_docs
    WHERE call_docs.call = calls.row);
";

/// A call with everything that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRecord {
    /// Ringback's id.
    pub id: CallId,
    /// Whose it is.
    pub account: AccountId,
    /// The account's provider, by its word in the configuration.
    pub provider: String,
    /// When it was first heard of.
    pub first_seen_at: Timestamp,
    /// What it should have by now and has not.
    pub missing: Vec<Field>,
    /// The call.
    pub call: Call,
}

/// A call as a line of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRow {
    /// Its place in the list.
    pub key: CallKey,
    /// Ringback's id.
    pub id: CallId,
    /// Whose it is.
    pub account: AccountId,
    /// The account's provider.
    pub provider: String,
    /// The provider's id.
    pub provider_call_id: ProviderCallId,
    /// The call that went over this one, if this is a carrier's. It is listed there.
    pub part_of: Option<CallId>,
    /// Where it stands.
    pub status: Status,
    /// Which way it went.
    pub direction: Direction,
    /// The calling side.
    pub from: Option<String>,
    /// The called side.
    pub to: Option<String>,
    /// The agent's name, or its id where it has no name.
    pub agent: Option<String>,
    /// The first words of the summary; while the call goes on, what was said last.
    pub line: Option<String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// How long it lasted in ms: by the provider's word, else from its start to its end.
    pub duration_ms: Option<u64>,
    /// What is missing.
    pub missing: Vec<Field>,
    /// How it stands with its recordings; `None` if no recording was heard of.
    pub recording: Option<RecordingSummary>,
    /// Whether somebody has listened to one of them.
    pub heard: bool,
    /// What it cost.
    pub cost: Option<CostSummary>,
    /// Whether it reached its purpose.
    pub successful: Option<bool>,
    /// The caller's mood.
    pub sentiment: Option<String>,
    /// Whether there is a transcript.
    pub has_transcript: bool,
    /// When it was first heard of.
    pub first_seen_at: Timestamp,
    /// When something of it last changed here.
    pub updated_at: Timestamp,
    /// Counts up with every change.
    pub rev: u64,
}

/// The recordings of a call in a word: the one that is furthest, which is the one to play first. Of
/// several that are equally far it is the first by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingSummary {
    /// Which one it is.
    pub id: RecordingId,
    /// Its state.
    pub state: RecordingState,
    /// When its link dies, while it is not here.
    pub link_expires_at: Option<Timestamp>,
    /// How many there are.
    pub count: u32,
}

/// What a call cost, in columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostSummary {
    /// Millionths of a unit of the currency.
    pub micros: i64,
    /// ISO 4217.
    pub currency: String,
    /// Whether the provider may still change it.
    pub provisional: bool,
}

/// A place in the list of calls. Greater is newer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallKey(pub(crate) i64);

/// Which calls to list. The default is all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallFilter {
    /// Only those of this account.
    pub account: Option<AccountId>,
    /// Only those that stand so. Empty: all.
    pub status: Vec<Status>,
    /// Only those whose recordings stand so. Empty: all.
    pub recording: Vec<RecordingWord>,
    /// Only those that went this way.
    pub direction: Option<Direction>,
    /// Only those that began (or were first heard of) at this moment or later.
    pub since: Option<Timestamp>,
    /// Only those that began before.
    pub until: Option<Timestamp>,
    /// Only those with missing data.
    pub has_missing: bool,
    /// Only those with these words: what a person typed, see [`Calls::hits`].
    pub text: Option<String>,
    /// Also a carrier's calls that stand under the call that went over them. They are listed anyway
    /// where one account is asked for, where only they have the words that are looked for, and where
    /// only they go on.
    pub with_parts: bool,
}

impl CallFilter {
    /// Whether a carrier's calls are left out that stand under another one.
    pub(crate) fn leaves_parts_out(&self) -> bool {
        !self.with_parts && self.account.is_none()
    }

    /// Whether only calls are meant that are not over. Of a conversation whose one call has ended the
    /// other may go on, and a person wants to see that.
    pub(crate) fn is_about_now(&self) -> bool {
        !self.status.is_empty() && self.status.iter().all(|status| !status.is_terminal())
    }

    /// The calls that go on now.
    pub fn ongoing() -> Self {
        Self {
            status: vec![Status::Ringing, Status::Ongoing],
            ..Self::default()
        }
    }
}

/// The state of a call's recordings, without the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the words of RecordingState, which explains them"
)]
pub enum RecordingWord {
    /// No recording was heard of.
    None,
    Expected,
    Available,
    Downloading,
    Ready,
    Absent,
    Failed,
    Expired,
    Withheld,
    Deleted,
}

impl RecordingWord {
    /// The word of `state`.
    pub fn of(state: RecordingState) -> Self {
        match state {
            RecordingState::Expected(_) => Self::Expected,
            RecordingState::Available(_) => Self::Available,
            RecordingState::Downloading => Self::Downloading,
            RecordingState::Ready => Self::Ready,
            RecordingState::Absent(_) => Self::Absent,
            RecordingState::Failed(_) => Self::Failed,
            RecordingState::Expired(_) => Self::Expired,
            RecordingState::Withheld(_) => Self::Withheld,
            RecordingState::Deleted(_) => Self::Deleted,
        }
    }

    /// The state of a word in the database.
    pub(crate) fn from_stored(word: &str) -> Option<Self> {
        Some(match word {
            "expected" => Self::Expected,
            "available" => Self::Available,
            "downloading" => Self::Downloading,
            "ready" => Self::Ready,
            "absent" => Self::Absent,
            "failed" => Self::Failed,
            "expired" => Self::Expired,
            "withheld" => Self::Withheld,
            "deleted" => Self::Deleted,
            _ => return None,
        })
    }

    /// The word in the database; `None` where no recording was heard of.
    pub(crate) fn stored(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Expected => Some("expected"),
            Self::Available => Some("available"),
            Self::Downloading => Some("downloading"),
            Self::Ready => Some("ready"),
            Self::Absent => Some("absent"),
            Self::Failed => Some("failed"),
            Self::Expired => Some("expired"),
            Self::Withheld => Some("withheld"),
            Self::Deleted => Some("deleted"),
        }
    }
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The lines.
    pub rows: Vec<T>,
    /// Where the next page starts; `None` if there is none.
    pub next: Option<CallKey>,
}

/// How many calls there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// So many, or at least so many.
    pub n: u64,
    /// False if counting stopped at the limit.
    pub is_exact: bool,
}

/// Reads calls.
#[derive(Debug)]
pub struct Calls<'c> {
    pub(crate) conn: &'c Connection,
}

/// Writes calls.
#[derive(Debug)]
pub struct CallsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

/// Bits below the milliseconds in a position.
const POSITION_BITS: u32 = 10;

/// The first position of a moment.
fn position_at(ms: i64) -> i64 {
    ms.saturating_mul(1 << POSITION_BITS)
}
