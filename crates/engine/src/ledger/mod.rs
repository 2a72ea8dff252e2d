//! The completeness ledger of the running app: the marks that a call gets when something of it
//! changes, what is answered about them, and filling the holes.
//!
//! What is expected is what the provider showed: by a webhook, by its list, by an answer. A call that
//! was shown and is not here is a hole too, see [`ringback_store::Ledger`].

mod answers;
mod marking;
mod repair;

use jiff::{Timestamp, civil::Date};
use ringback_model::{AccountId, Tally, complete_through};
use ringback_store::{HoleKey, HolePage, LedgerDay};

pub(crate) use answers::{
    drop_question, note_asked, note_failing, note_repaired, note_unanswered, reason_of,
};
pub(crate) use marking::{mark, remark};
pub use repair::RepairScope;
pub(crate) use repair::{days_to_repair, find_again, look_after_day, repairable};

use crate::{Engine, EngineError, accounts::Party, poll};

/// How complete an account is.
#[derive(Clone, Debug)]
pub struct AccountLedger {
    /// The account.
    pub account: AccountId,
    /// Whether its provider can be asked. Otherwise nothing is claimed to be complete.
    pub has_api: bool,
    /// Up to when the provider's list was read without a gap.
    pub walked_until: Option<Timestamp>,
    /// When the earliest call began that goes on or has an open hole.
    pub blocked_at: Option<Timestamp>,
    /// Up to when everything is held or excused; see [`complete_through`].
    pub complete_through: Option<Timestamp>,
    /// The sums of all its days.
    pub total: Tally,
    /// The days that were asked for, oldest first; days without calls are left out.
    pub days: Vec<LedgerDay>,
}

impl Engine {
    /// The ledger of one account or all, in the order of `config.toml`, with the days from `from` to
    /// `to` (both included).
    pub fn ledger(
        &self,
        account: Option<&str>,
        from: Date,
        to: Date,
    ) -> Result<Vec<AccountLedger>, EngineError> {
        let parties = self.core().parties(account)?;
        self.read(|reader| {
            let ledger = reader.ledger();
            // All days at once: one walk along the key instead of one for each account.
            let only = account.and(parties.first()).map(|party| party.id());
            let mut days = ledger.days(only, from, to)?;
            let mut accounts = Vec::with_capacity(parties.len());
            for party in &parties {
                let id = party.id();
                let has_api = party.provider().has_api();
                let cursor = reader.cursors().get(id, poll::CURSOR)?;
                let walked_until = cursor
                    .filter(|_| has_api)
                    .and_then(|text| text.parse::<Timestamp>().ok());
                let blocked_at = ledger.blocked_at(id)?;
                let (own, others) = days.into_iter().partition(|day| day.account == *id);
                days = others;
                accounts.push(AccountLedger {
                    account: id.clone(),
                    has_api,
                    walked_until,
                    blocked_at,
                    complete_through: complete_through(walked_until, blocked_at),
                    total: ledger.total(id)?,
                    days: own,
                });
            }
            Ok(accounts)
        })
    }

    /// The calls of an account that began on `day` with something lacking, oldest first.
    pub fn holes(
        &self,
        account: &str,
        day: Date,
        after: Option<&HoleKey>,
        limit: usize,
    ) -> Result<HolePage, EngineError> {
        let party = self.core().party(account)?;
        self.read(|reader| reader.ledger().holes(party.id(), Some(day), after, limit))
    }
}

/// The key of the question about a call among the jobs.
fn question_key(party: &Party, call: &ringback_model::ProviderCallId) -> String {
    format!("{}/{call}", party.id())
}
