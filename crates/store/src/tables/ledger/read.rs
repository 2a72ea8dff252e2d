//! Reading the ledger.

use jiff::{Timestamp, civil::Date};
use ringback_model::{AccountId, Marks, ProviderCallId, Tally};
use rusqlite::{Row, params};

use super::{Ask, HoleKey, HolePage, HoleRow, Ledger, LedgerDay};
use crate::{
    error::Result,
    sql,
    tables::figures::{date_of, number_of},
};

const DAY_MS: i64 = 86_400_000;

impl Ledger<'_> {
    /// The sums per account and day from `from` to `to` (both included), by account, oldest first.
    pub fn days(
        &self,
        account: Option<&AccountId>,
        from: Date,
        to: Date,
    ) -> Result<Vec<LedgerDay>> {
        // Two statements: with "all or this one" in the condition the key would not be used.
        match account {
            Some(account) => self.sums(
                "SELECT account, day, marks, n FROM ledger_days
                 WHERE account = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY account, day",
                params![account.as_str(), number_of(from), number_of(to)],
            ),
            None => self.sums(
                "SELECT account, day, marks, n FROM ledger_days
                 WHERE day BETWEEN ?1 AND ?2 ORDER BY account, day",
                params![number_of(from), number_of(to)],
            ),
        }
    }

    fn sums(&self, text: &str, values: impl rusqlite::Params) -> Result<Vec<LedgerDay>> {
        let mut statement = self.conn.prepare_cached(text)?;
        let mut rows = statement.query(values)?;
        let mut days: Vec<(i64, LedgerDay)> = Vec::new();
        while let Some(row) = rows.next()? {
            let account = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            let number: i64 = row.get(1)?;
            let marks = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
            let n = sql::unsigned(row.get(3)?)?;
            let same = days
                .last()
                .is_some_and(|(day, last)| *day == number && last.account.as_str() == account);
            if !same {
                let day = LedgerDay {
                    account: sql::parsed(account, "account")?,
                    day: date_of(number)?,
                    tally: Tally::default(),
                };
                days.push((number, day));
            }
            if let Some((_, day)) = days.last_mut() {
                day.tally.add(&sql::parsed(marks, "call's marks")?, n);
            }
        }
        Ok(days.into_iter().map(|(_, day)| day).collect())
    }

    /// The sums of all days of an account.
    pub fn total(&self, account: &AccountId) -> Result<Tally> {
        let rows = sql::all(
            self.conn,
            "SELECT marks, sum(n) FROM ledger_days WHERE account = ?1 GROUP BY marks",
            [account.as_str()],
            |row| {
                let marks: String = row.get(0)?;
                let marks: Marks = sql::parsed(&marks, "call's marks")?;
                Ok((marks, sql::unsigned(row.get(1)?)?))
            },
        )?;
        let mut tally = Tally::default();
        for (marks, n) in &rows {
            tally.add(marks, *n);
        }
        Ok(tally)
    }

    /// When the earliest call of the account began that goes on or has an open hole.
    pub fn blocked_at(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        // The plus keeps the last part on the few calls that go on: along the account's own index it would
        // look at every call that the account ever had.
        let at: Option<i64> = sql::value(
            self.conn,
            "SELECT min(at) FROM (
                 SELECT min(position) >> 10 AS at FROM calls WHERE account = ?1 AND holes > 1
                 UNION ALL
                 SELECT min(at) FROM asks WHERE account = ?1 AND marks <> '' AND holes > 1
                 UNION ALL
                 SELECT min(position) >> 10 FROM calls
                     WHERE status IN ('ringing', 'ongoing') AND +account = ?1)",
            [account.as_str()],
        )?;
        sql::maybe_at(at)
    }

    /// The calls of an account that began on `day` (`None`: on any) with something lacking.
    pub fn holes(
        &self,
        account: &AccountId,
        day: Option<Date>,
        after: Option<&HoleKey>,
        limit: usize,
    ) -> Result<HolePage> {
        let (from, to) = match day {
            Some(day) => (number_of(day) * DAY_MS, (number_of(day) + 1) * DAY_MS),
            None => (0, i64::MAX >> 10),
        };
        let mut rows = Vec::new();
        let mut next = None;
        let position = match after {
            Some(HoleKey::Here(position)) => *position,
            other => {
                let (at, id) = match other {
                    Some(HoleKey::NotHere {
                        at,
                        provider_call_id,
                    }) => (*at, provider_call_id.as_str()),
                    _ => (from, ""),
                };
                rows = self.not_here(account, (at.max(from), id), to, limit)?;
                next = rows.last().map(|row: &HoleRow| HoleKey::NotHere {
                    at: sql::ms(row.began),
                    provider_call_id: row.provider_call_id.to_string(),
                });
                (from << 10) - 1
            }
        };
        if rows.len() < limit {
            let here = self.here(account, position, to << 10, limit - rows.len())?;
            if let Some((position, _)) = here.last() {
                next = Some(HoleKey::Here(*position));
            }
            rows.extend(here.into_iter().map(|(_, row)| row));
        }
        let is_full = rows.len() == limit;
        Ok(HolePage {
            rows,
            next: next.filter(|_| is_full),
        })
    }

    fn not_here(
        &self,
        account: &AccountId,
        after: (i64, &str),
        before: i64,
        limit: usize,
    ) -> Result<Vec<HoleRow>> {
        sql::all(
            self.conn,
            "SELECT provider_call_id, at, marks, call_id FROM asks
             WHERE account = ?1 AND marks <> '' AND (at, provider_call_id) > (?2, ?3) AND at < ?4
             ORDER BY at, provider_call_id LIMIT ?5",
            params![account.as_str(), after.0, after.1, before, sql::size(limit)],
            |row| {
                let id: String = row.get(0)?;
                let at = sql::at(row.get(1)?)?;
                let call: Option<String> = row.get(3)?;
                Ok(HoleRow {
                    call: call.map(|id| sql::parsed(&id, "call's id")).transpose()?,
                    is_here: false,
                    account: account.clone(),
                    provider_call_id: ProviderCallId::new(id),
                    began: at,
                    since: at,
                    marks: marks(row, 2)?,
                })
            },
        )
    }

    fn here(
        &self,
        account: &AccountId,
        after: i64,
        before: i64,
        limit: usize,
    ) -> Result<Vec<(i64, HoleRow)>> {
        sql::all(
            self.conn,
            "SELECT position, id, provider_call_id, sort_at, coalesce(ended_at, sort_at), marks
             FROM calls
             WHERE account = ?1 AND holes > 0 AND position > ?2 AND position < ?3
             ORDER BY position LIMIT ?4",
            params![account.as_str(), after, before, sql::size(limit)],
            |row| {
                let id: String = row.get(1)?;
                let provider_call_id: String = row.get(2)?;
                let hole = HoleRow {
                    call: Some(sql::parsed(&id, "call's id")?),
                    is_here: true,
                    account: account.clone(),
                    provider_call_id: ProviderCallId::new(provider_call_id),
                    began: sql::at(row.get(3)?)?,
                    since: sql::at(row.get(4)?)?,
                    marks: marks(row, 5)?,
                };
                Ok((row.get(0)?, hole))
            },
        )
    }

    /// The recordings of an account's calls of one day that should be here: their ids and paths.
    pub fn files(
        &self,
        account: &AccountId,
        day: Date,
    ) -> Result<Vec<(ringback_model::RecordingId, Option<String>)>> {
        let (from, to) = (number_of(day) * DAY_MS, (number_of(day) + 1) * DAY_MS);
        sql::all(
            self.conn,
            "SELECT recordings.id, path FROM calls JOIN recordings ON recordings.call = calls.row
             WHERE calls.account = ?1 AND position >= ?2 AND position < ?3 AND state = 'ready'",
            params![account.as_str(), from << 10, to << 10],
            |row| {
                let id: String = row.get(0)?;
                Ok((sql::parsed(&id, "recording's id")?, row.get(1)?))
            },
        )
    }

    /// The marks of a call.
    pub fn marks_of(&self, account: &AccountId, call: &ProviderCallId) -> Result<Option<Marks>> {
        sql::one(
            self.conn,
            "SELECT marks FROM calls WHERE account = ?1 AND provider_call_id = ?2 AND marks <> ''
             UNION ALL
             SELECT marks FROM asks WHERE account = ?1 AND provider_call_id = ?2 AND marks <> ''",
            (account.as_str(), call.as_str()),
            |row| marks(row, 0),
        )
    }

    /// What came of asking about a call.
    pub fn ask(&self, account: &AccountId, call: &ProviderCallId) -> Result<Option<Ask>> {
        sql::one(
            self.conn,
            "SELECT listed_at, answer FROM asks WHERE account = ?1 AND provider_call_id = ?2",
            (account.as_str(), call.as_str()),
            |row| {
                let answer: Option<String> = row.get(1)?;
                Ok(Ask {
                    listed_at: sql::maybe_at(row.get(0)?)?,
                    answer: answer
                        .map(|word| sql::parsed(&word, "reason"))
                        .transpose()?,
                })
            },
        )
    }
}

fn marks(row: &Row<'_>, column: usize) -> Result<Marks> {
    let text: String = row.get(column)?;
    sql::parsed(&text, "call's marks")
}
