//! How quickly the journal grows, what waits in it, and the newest of one account: for Health, where
//! a look has to stay short however long the journal is.

use jiff::Timestamp;
use ringback_model::{AccountId, Source};
use rusqlite::params;

use super::{
    Event, Events,
    read::{HEAD, HEADS, IS_PENDING, REST, WHOLE, read_event},
    source_word,
};
use crate::{error::Result, sql};

/// The newest of an account are looked for among so many newest events of all: an account that was
/// silent for longer is not worth a walk through the whole journal.
const AMONG: i64 = 5_000;

impl Events<'_> {
    /// The newest events of `account` from `source`, newest first, as far as they are among the
    /// newest 5,000 of all.
    pub fn newest(&self, account: &AccountId, source: Source, limit: usize) -> Result<Vec<Event>> {
        sql::all(
            self.conn,
            &format!(
                "SELECT {HEAD}, {REST} FROM {WHOLE}
                 WHERE e.account = ?1 AND e.source = ?2 AND e.seq > ?3
                 ORDER BY e.seq DESC LIMIT ?4"
            ),
            params![
                account.as_str(),
                source_word(source),
                self.last_seq()? - AMONG,
                sql::size(limit)
            ],
            read_event,
        )
    }

    /// When the oldest event came that nobody looked at yet.
    pub fn oldest_pending(&self) -> Result<Option<Timestamp>> {
        sql::one(
            self.conn,
            &format!("SELECT e.received_at FROM {HEADS} WHERE {IS_PENDING} ORDER BY e.seq LIMIT 1"),
            [],
            |row| sql::at(row.get(0)?),
        )
    }

    /// How many events there are, and how many of them came at `since` or later. The journal is in
    /// the order of arrival but for a clock that was put back, so a few looks are enough.
    pub fn grown_since(&self, since: Timestamp) -> Result<(u64, u64)> {
        let last = self.last_seq()?;
        let first: i64 = sql::value(self.conn, "SELECT coalesce(min(seq), 1) FROM events", [])?;
        let (mut low, mut high) = (first, last + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let at: Option<i64> = sql::one(
                self.conn,
                "SELECT received_at FROM events WHERE seq >= ?1 ORDER BY seq LIMIT 1",
                [middle],
                |row| Ok(row.get(0)?),
            )?;
            if at.is_some_and(|at| at < sql::ms(since)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let count = |from: i64| sql::unsigned((last + 1 - from).max(0));
        Ok((count(first)?, count(low)?))
    }
}
