//! How many calls there are, and which call stands at a place of the list, without walking there:
//! both from the counts per day that the database keeps itself (see `figures`).

use ringback_model::AccountId;
use rusqlite::{params_from_iter, types::Value};

use super::{CallFilter, CallKey, Calls, Count, POSITION_BITS, list::Question};
use crate::{error::Result, sql};

const DAY_MS: i64 = 86_400_000;

impl Calls<'_> {
    /// How many calls match. Exact and fast while only account and status are filtered, and for those
    /// that are not over; otherwise counting stops at `most`.
    pub fn count(&self, filter: &CallFilter, most: u64) -> Result<Count> {
        if let Some(days) = Days::of(filter) {
            return Ok(Count {
                n: days.sum(self, None)?,
                is_exact: true,
            });
        }
        let Some(question) = Question::new(filter, None) else {
            return Ok(Count {
                n: 0,
                is_exact: true,
            });
        };
        let n = question.count(self, most.saturating_add(1))?;
        Ok(Count {
            n: n.min(most),
            is_exact: n <= most,
        })
    }

    /// How many calls of the unfiltered list are newer than the one at `key`.
    pub fn offset_of(&self, key: CallKey) -> Result<u64> {
        let day = day_of(key.0);
        let later = Days::all().sum(self, Some(day))?;
        let same_day = sql::value(
            self.conn,
            "SELECT count(*) FROM calls
             WHERE position > ?1 AND position < ?2 AND part_of IS NULL",
            (key.0, first_of(day + 1)),
        )?;
        Ok(later + sql::unsigned(same_day)?)
    }

    /// Where to start reading, and how many lines to skip from there, to come to `offset`.
    pub(super) fn jump(&self, filter: &CallFilter, offset: u64) -> Result<(Option<CallKey>, u64)> {
        match Days::of(filter) {
            Some(days) => days.jump(self, offset),
            None => Ok((None, offset)),
        }
    }
}

fn day_of(position: i64) -> i64 {
    (position >> POSITION_BITS).div_euclid(DAY_MS)
}

fn first_of(day: i64) -> i64 {
    (day * DAY_MS) << POSITION_BITS
}

/// The counts per day that answer a filter.
struct Days {
    table: &'static str,
    /// How many calls a row of the table stands for.
    n: &'static str,
    condition: String,
    values: Vec<Value>,
}

impl Days {
    fn all() -> Self {
        Self {
            table: "list_days",
            n: "n",
            condition: "true".into(),
            values: Vec::new(),
        }
    }

    /// `None` if the filter asks for more than the counts know.
    fn of(filter: &CallFilter) -> Option<Self> {
        let CallFilter {
            account,
            status,
            recording,
            direction,
            since,
            until,
            has_missing,
            text,
            with_parts,
        } = filter;
        let asks_more = !recording.is_empty()
            || direction.is_some()
            || since.is_some()
            || until.is_some()
            || *has_missing
            || text.is_some()
            || filter.leaves_parts_out() && filter.is_about_now();
        if asks_more {
            return None;
        }
        if account.is_none() && status.is_empty() && !with_parts {
            return Some(Self::all());
        }
        let words: Vec<_> = status.iter().map(|status| status.as_str()).collect();
        Some(Self {
            table: "call_days",
            n: if filter.leaves_parts_out() {
                "n - parts"
            } else {
                "n"
            },
            condition: "(?1 IS NULL OR account = ?1)
                        AND (?2 = '[]' OR status IN (SELECT value FROM json_each(?2)))"
                .into(),
            values: vec![
                account
                    .as_ref()
                    .map(AccountId::as_str)
                    .map(str::to_owned)
                    .into(),
                sql::to_json(&words).ok()?.into(),
            ],
        })
    }

    /// All of them, or those of days after `after`.
    fn sum(&self, calls: &Calls<'_>, after: Option<i64>) -> Result<u64> {
        let text = format!(
            "SELECT coalesce(sum({}), 0) FROM {} WHERE {} AND day > ?{}",
            self.n,
            self.table,
            self.condition,
            self.values.len() + 1
        );
        let mut values = self.values.clone();
        values.push(after.unwrap_or(i64::MIN).into());
        let n = sql::value(calls.conn, &text, params_from_iter(values))?;
        sql::unsigned(n)
    }

    fn jump(&self, calls: &Calls<'_>, offset: u64) -> Result<(Option<CallKey>, u64)> {
        let text = format!(
            "SELECT day, sum({}) FROM {} WHERE {} GROUP BY day ORDER BY day DESC",
            self.n, self.table, self.condition
        );
        let mut statement = calls.conn.prepare_cached(&text)?;
        let mut days = statement.query(params_from_iter(&self.values))?;
        let mut left = offset;
        while let Some(row) = days.next()? {
            let (day, n): (i64, i64) = (row.get(0)?, row.get(1)?);
            let n = sql::unsigned(n)?;
            if left < n {
                return Ok((Some(CallKey(first_of(day + 1))), left));
            }
            left -= n;
        }
        // Behind the end: nothing is there.
        Ok((Some(CallKey(i64::MIN)), 0))
    }
}
