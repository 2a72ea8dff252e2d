//! How many of the newest calls reached their purpose, where the provider says so.

use jiff::Timestamp;
use ringback_model::AccountId;

use super::{Calls, position_at};
use crate::{error::Result, sql};

/// Calls of which it is known whether they reached their purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// How many.
    pub count: u64,
    /// How many of them did.
    pub successful: u64,
}

impl Calls<'_> {
    /// Of the newest `most` calls of the account of which it is known, those that began at `since`
    /// or later.
    pub fn judged(
        &self,
        account: &AccountId,
        since: Option<Timestamp>,
        most: usize,
    ) -> Result<Judged> {
        let from = since.map_or(i64::MIN, |since| position_at(sql::ms(since)));
        let (count, successful) = self
            .conn
            .prepare_cached(
                "SELECT count(*), coalesce(sum(successful), 0) FROM (
                     SELECT successful FROM calls INDEXED BY calls_judged
                     WHERE account = ?1 AND successful IS NOT NULL AND position >= ?2
                     ORDER BY position DESC LIMIT ?3)",
            )?
            .query_row((account.as_str(), from, sql::size(most)), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        Ok(Judged {
            count: sql::unsigned(count)?,
            successful: sql::unsigned(successful)?,
        })
    }
}
