//! The journal: every verified event and every answer of a provider's API, as it came, in order.
//!
//! It is a file of its own, `journal.db`, that is only ever added to: everything else about calls
//! can be rebuilt from it, so it must not be lost together with what is built from it. What became
//! of an event is in the database (`event_states`), in the same transaction as the change to the
//! call. Bodies are in a table of their own, so that lists do not read them.

pub(crate) mod newest;
mod pace;
mod read;
mod write;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use ringback_model::{AccountId, CallId, Source};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use ulid::Ulid;

use crate::{error::Result, pack::pack, sql, writing::Writer};

pub(crate) use write::append;

/// The journal's own file. Its rows never change.
pub(crate) const JOURNAL_V1: &str = "
CREATE TABLE events (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL,
    account      TEXT    NOT NULL,
    provider     TEXT    NOT NULL,
    source       TEXT    NOT NULL,
    kind         TEXT,
    key          TEXT    NOT NULL,
    received_at  INTEGER NOT NULL,
    as_of        INTEGER,
    method       TEXT,
    path         TEXT,
    content_type TEXT,
    standing     TEXT    NOT NULL,
    UNIQUE (account, key)
) STRICT;
CREATE UNIQUE INDEX events_id ON events (id);
CREATE TABLE event_bodies (
    seq     INTEGER PRIMARY KEY REFERENCES events (seq) ON DELETE CASCADE,
    headers TEXT    NOT NULL,
    body    BLOB    NOT NULL
) STRICT;
";

/// What became of the events, in the database. An event without a row here is pending; up to the
/// mark none is, so that nobody has to look at the whole journal to find out.
pub(crate) const V1: &str = "
CREATE TABLE event_states (
    seq        INTEGER PRIMARY KEY,
    state      TEXT    NOT NULL,
    reason     TEXT,
    call_id    TEXT,
    applied_at INTEGER NOT NULL
) STRICT;
CREATE INDEX event_states_ignored ON event_states (seq) WHERE state = 'ignored';
CREATE INDEX event_states_failed ON event_states (seq) WHERE state = 'failed';
CREATE INDEX event_states_call ON event_states (call_id, seq) WHERE call_id IS NOT NULL;
CREATE TABLE journal_mark (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO journal_mark (one, seq) VALUES (1, 0);
";

/// An event's id for people: a ULID derived from when it came and what it is, so that a rebuilt
/// journal gives it the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Ulid);

impl EventId {
    /// The id of the event `key` of `account` that came at `received_at`.
    pub fn derive(received_at: Timestamp, account: &AccountId, key: &str) -> Self {
        let mut hash = Sha256::new();
        // An account id has no NUL in it, so nothing else gives the same bytes.
        hash.update(account.as_str());
        hash.update([0]);
        hash.update(key);
        let mut random = [0; 16];
        random[6..].copy_from_slice(&hash.finalize()[..10]);
        let ms = u64::try_from(sql::ms(received_at)).unwrap_or(0);
        Self(Ulid::from_parts(ms, u128::from_be_bytes(random)))
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for EventId {
    type Err = ulid::DecodeError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ulid::from_string(text).map(Self)
    }
}

/// An event to be written down.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Whose it is.
    pub account: AccountId,
    /// The account's provider, by its word in the configuration.
    pub provider: String,
    /// Sent by the provider, or an answer of its API.
    pub source: Source,
    /// The provider's word for what happened, or what a snapshot is of (`call`). May be unknown
    /// before the body is understood.
    pub kind: Option<String>,
    /// Tells events of one account apart; the same key is the same event.
    pub key: String,
    /// When it came.
    pub received_at: Timestamp,
    /// As of when it speaks, if that is known without understanding the body.
    pub as_of: Option<Timestamp>,
    /// The request that brought it.
    pub request: Request,
    /// The body, exactly as it came.
    pub body: Vec<u8>,
    /// What it is worth.
    pub standing: Standing,
}

/// What has to be kept of a request, besides its body, to understand it again later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `POST`.
    pub method: Option<String>,
    /// Path and query. Without secrets: the caller takes them out.
    pub path_and_query: Option<String>,
    /// The content type.
    pub content_type: Option<String>,
    /// Further headers, in order. Never authorization or a shared secret: the caller leaves them out.
    pub headers: Vec<(String, String)>,
}

/// What an event is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The signature held, or we asked the provider ourselves.
    Signed,
    /// Not signed, and the account allows that: a reason to ask the provider, nothing more.
    Hint,
}

impl Standing {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Hint => "hint",
        }
    }
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventState {
    /// Written down, not yet looked at.
    Pending,
    /// Its call knows it.
    Applied,
    /// Nothing for us, with a reason.
    Ignored,
    /// Could not be understood, with a reason. Can be tried again.
    Failed,
}

impl EventState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Applied => "applied",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
        }
    }
}

/// How an append ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is new and has this number: greater than all before, not always the next one.
    New {
        /// Its place in the journal.
        seq: i64,
    },
    /// It was there already, under this number. Nothing changed.
    Duplicate {
        /// The place of the first one.
        seq: i64,
    },
}

impl Appended {
    /// The event's place in the journal.
    pub fn seq(self) -> i64 {
        match self {
            Self::New { seq } | Self::Duplicate { seq } => seq,
        }
    }
}

/// What is known of an event without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventHead {
    /// Its place in the journal.
    pub seq: i64,
    /// Its id for people.
    pub id: EventId,
    /// Whose it is.
    pub account: AccountId,
    /// The provider's word.
    pub provider: String,
    /// Who told it.
    pub source: Source,
    /// What happened, in the provider's words.
    pub kind: Option<String>,
    /// What tells it apart.
    pub key: String,
    /// When it came.
    pub received_at: Timestamp,
    /// As of when it speaks.
    pub as_of: Option<Timestamp>,
    /// What it is worth.
    pub standing: Standing,
    /// What became of it.
    pub state: EventState,
    /// Why it was ignored or failed.
    pub reason: Option<String>,
    /// The call that it is about.
    pub call: Option<CallId>,
    /// When it was applied, ignored or failed.
    pub applied_at: Option<Timestamp>,
}

/// A whole event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Everything but the content.
    pub head: EventHead,
    /// The request that brought it.
    pub request: Request,
    /// The body, exactly as it came.
    pub body: Vec<u8>,
}

/// Which events to list.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Only those of this account.
    pub account: Option<AccountId>,
    /// Only those of which this became.
    pub state: Option<EventState>,
}

/// What became of an event, to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// Its call (if it is about one) knows it now.
    Applied {
        /// The call.
        call: Option<CallId>,
    },
    /// Nothing for us.
    Ignored {
        /// Why, as a word or short sentence without data.
        reason: String,
        /// The call that it is about, if that is known.
        call: Option<CallId>,
    },
    /// Could not be understood.
    Failed {
        /// Why, without data.
        reason: String,
        /// The call that it is about, if that is known.
        call: Option<CallId>,
    },
    /// To be looked at again.
    Pending,
}

/// A new event, compressed and ready for the disk.
#[derive(Clone, Debug)]
pub struct PackedEvent {
    id: EventId,
    event: NewEvent,
    headers: String,
}

impl PackedEvent {
    /// Compresses the body; done by the caller, so that the writer does not have to.
    ///
    /// # Errors
    /// None that outside input can cause.
    pub fn new(mut event: NewEvent) -> Result<Self> {
        event.body = pack(&event.body);
        Ok(Self {
            id: EventId::derive(event.received_at, &event.account, &event.key),
            headers: sql::to_json(&event.request.headers)?,
            event,
        })
    }

    /// What it takes in memory while it waits, roughly.
    pub(crate) fn bytes(&self) -> usize {
        self.event.body.len() + self.headers.len()
    }
}

/// Reads the journal.
#[derive(Debug)]
pub struct Events<'c> {
    pub(crate) conn: &'c Connection,
}

/// Writes the journal.
#[derive(Debug)]
pub struct EventsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

fn source_word(source: Source) -> &'static str {
    match source {
        Source::Webhook => "webhook",
        Source::Snapshot => "snapshot",
    }
}
