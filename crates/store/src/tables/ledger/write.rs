//! Writing the ledger. The sums follow by themselves, in the same transaction.

use jiff::Timestamp;
use ringback_model::{AccountId, CallId, HoleReason, Marks, ProviderCallId};
use rusqlite::params;

use super::{LedgerMut, weight};
use crate::{error::Result, sql};

impl LedgerMut<'_, '_> {
    /// Writes the marks of a call that is here, if they are other ones. True if they are.
    pub fn mark(&mut self, call: CallId, marks: &Marks) -> Result<bool> {
        let n = sql::run(
            self.writer.conn(),
            "UPDATE calls SET marks = ?2, holes = ?3 WHERE id = ?1 AND marks <> ?2",
            params![call.to_string(), marks.to_string(), weight(marks)],
        )?;
        Ok(n == 1)
    }

    /// A call is here: whatever stood in its place does not count any more.
    pub fn arrived(&mut self, account: &AccountId, call: &ProviderCallId) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "UPDATE asks SET marks = '', holes = 0, call_id = NULL
             WHERE account = ?1 AND provider_call_id = ?2 AND marks <> ''",
            (account.as_str(), call.as_str()),
        )?;
        Ok(())
    }

    /// A list that leaves things out showed the call, and nobody told more of it yet.
    pub fn listed(
        &mut self,
        account: &AccountId,
        call: &ProviderCallId,
        at: Timestamp,
    ) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "INSERT INTO asks (account, provider_call_id, listed_at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET listed_at = coalesce(listed_at, excluded.listed_at)",
            params![account.as_str(), call.as_str(), sql::ms(at)],
        )?;
        Ok(())
    }

    /// More is known of the call than a list told. True if no more was known until now.
    pub fn told_in_full(&mut self, account: &AccountId, call: &ProviderCallId) -> Result<bool> {
        let n = sql::run(
            self.writer.conn(),
            "UPDATE asks SET listed_at = NULL
             WHERE account = ?1 AND provider_call_id = ?2 AND listed_at IS NOT NULL",
            (account.as_str(), call.as_str()),
        )?;
        Ok(n == 1)
    }

    /// The provider was asked about the call, and this is why nothing more is here.
    pub fn answered(
        &mut self,
        account: &AccountId,
        call: &ProviderCallId,
        reason: HoleReason,
    ) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "INSERT INTO asks (account, provider_call_id, answer) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET answer = excluded.answer",
            (account.as_str(), call.as_str(), reason.as_str()),
        )?;
        Ok(())
    }

    /// A call is known to exist that is not here. `at` is when it was heard of, unless an earlier
    /// moment stands.
    pub fn not_here(
        &mut self,
        account: &AccountId,
        call: &ProviderCallId,
        at: Timestamp,
        reason: HoleReason,
    ) -> Result<()> {
        let marks = Marks::unknown(reason);
        sql::run(
            self.writer.conn(),
            "INSERT INTO asks (account, provider_call_id, marks, holes, at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET marks = excluded.marks, holes = excluded.holes,
                 at = CASE WHEN marks = '' THEN excluded.at ELSE at END",
            params![
                account.as_str(),
                call.as_str(),
                marks.to_string(),
                weight(&marks),
                sql::ms(at)
            ],
        )?;
        Ok(())
    }

    /// Nothing is missing of the call: what was noted of asking for it is forgotten.
    pub fn complete(&mut self, account: &AccountId, call: &ProviderCallId) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "DELETE FROM asks WHERE account = ?1 AND provider_call_id = ?2",
            (account.as_str(), call.as_str()),
        )?;
        Ok(())
    }
}
