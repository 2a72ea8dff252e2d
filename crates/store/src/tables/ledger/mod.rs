//! The completeness ledger: the marks of each call, what came of asking for it, and the sums per
//! account and day, which the database keeps itself (`format`).
//!
//! A call that is here carries its marks in its own row. A call of which only its existence is known
//! (a list shows it, or its row was deleted by hand) has them in `asks`, so that it is a hole too.

mod format;
mod read;
mod write;

pub(crate) use format::V2;

use jiff::{Timestamp, civil::Date};
use ringback_model::{AccountId, CallId, HoleReason, Marks, ProviderCallId, Tally};
use rusqlite::Connection;

use crate::writing::Writer;

/// What came of asking the provider about a call that is not complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// When a list showed it, as long as no more is known of it than the list told.
    pub listed_at: Option<Timestamp>,
    /// Why the last question brought nothing more.
    pub answer: Option<HoleReason>,
}

/// The calls of one account that began on one day (UTC), added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerDay {
    /// The account.
    pub account: AccountId,
    /// The day.
    pub day: Date,
    /// Its sums.
    pub tally: Tally,
}

/// A call that something is not here of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoleRow {
    /// Ringback's id; `None` while no more is known than that the call exists.
    pub call: Option<CallId>,
    /// Whether the call can be looked at.
    pub is_here: bool,
    /// Whose it is.
    pub account: AccountId,
    /// The provider's id.
    pub provider_call_id: ProviderCallId,
    /// When it began, or was first heard of.
    pub began: Timestamp,
    /// Since when something is lacking: the call's end, as far as it is known.
    pub since: Timestamp,
    /// What is lacking, and why.
    pub marks: Marks,
}

/// A place in the list of a day's holes: calls that are not here first, then those that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoleKey {
    /// After this one of the calls that are not here.
    NotHere {
        /// Its moment, in ms.
        at: i64,
        /// The provider's id.
        provider_call_id: String,
    },
    /// After this position in the list of calls.
    Here(i64),
}

/// A page of holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolePage {
    /// The calls, oldest first.
    pub rows: Vec<HoleRow>,
    /// Where the next page starts; `None` if there is none.
    pub next: Option<HoleKey>,
}

/// Reads the ledger.
#[derive(Debug)]
pub struct Ledger<'c> {
    pub(crate) conn: &'c Connection,
}

/// Writes the ledger.
#[derive(Debug)]
pub struct LedgerMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

/// How a call stands in the partial indexes: 0 whole, 1 with explained holes only, 2 with open ones.
fn weight(marks: &Marks) -> i64 {
    if marks.open().next().is_some() {
        2
    } else {
        i64::from(marks.holes().next().is_some())
    }
}
