//! Sums for Insights and Health, kept up to date by the database itself: triggers on calls and
//! recordings add and subtract, so that no sum has to walk a million rows.

use jiff::{Timestamp, civil::Date};
use ringback_model::{AccountId, Status};
use rusqlite::{Connection, params};

use super::calls::RecordingWord;
use crate::{
    error::{Result, StoreError},
    sql,
};

pub(crate) const V1: &str = "
CREATE TABLE list_days (
    day INTEGER PRIMARY KEY,
    n   INTEGER NOT NULL
) STRICT;
CREATE TABLE call_days (
    day          INTEGER NOT NULL,
    account      TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    n            INTEGER NOT NULL,
    duration_ms  INTEGER NOT NULL,
    successful   INTEGER NOT NULL,
    unsuccessful INTEGER NOT NULL,
    missing      INTEGER NOT NULL,
    PRIMARY KEY (day, account, status)
) STRICT, WITHOUT ROWID;
CREATE TABLE cost_days (
    day      INTEGER NOT NULL,
    account  TEXT    NOT NULL,
    currency TEXT    NOT NULL,
    n        INTEGER NOT NULL,
    micros   INTEGER NOT NULL,
    PRIMARY KEY (day, account, currency)
) STRICT, WITHOUT ROWID;
CREATE TABLE recording_totals (
    account     TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    n           INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (account, state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER calls_counted AFTER INSERT ON calls BEGIN
    INSERT INTO list_days VALUES ((new.position >> 10) / 86400000, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO call_days VALUES (
            (new.position >> 10) / 86400000, new.account, new.status, 1,
            coalesce(new.duration_ms, 0), new.successful IS 1, new.successful IS 0,
            new.missing_count > 0)
        ON CONFLICT DO UPDATE SET n = n + 1, duration_ms = duration_ms + excluded.duration_ms,
            successful = successful + excluded.successful,
            unsuccessful = unsuccessful + excluded.unsuccessful,
            missing = missing + excluded.missing;
    INSERT INTO cost_days
        SELECT (new.position >> 10) / 86400000, new.account, new.currency, 1, new.cost_micros
        WHERE new.currency IS NOT NULL AND new.cost_micros IS NOT NULL
        ON CONFLICT DO UPDATE SET n = n + 1, micros = micros + excluded.micros;
END;
CREATE TRIGGER calls_uncounted AFTER DELETE ON calls BEGIN
    UPDATE list_days SET n = n - 1 WHERE day = (old.position >> 10) / 86400000;
    UPDATE call_days SET n = n - 1, duration_ms = duration_ms - coalesce(old.duration_ms, 0),
            successful = successful - (old.successful IS 1),
            unsuccessful = unsuccessful - (old.successful IS 0),
            missing = missing - (old.missing_count > 0)
        WHERE day = (old.position >> 10) / 86400000 AND account = old.account
            AND status = old.status;
    UPDATE cost_days SET n = n - 1, micros = micros - old.cost_micros
        WHERE day = (old.position >> 10) / 86400000 AND account = old.account
            AND currency = old.currency AND old.cost_micros IS NOT NULL;
END;
CREATE TRIGGER calls_recounted AFTER UPDATE OF position, account, status, duration_ms, successful,
        missing_count, cost_micros, currency ON calls
    WHEN old.position IS NOT new.position OR old.account IS NOT new.account
        OR old.status IS NOT new.status OR old.duration_ms IS NOT new.duration_ms
        OR old.successful IS NOT new.successful OR old.missing_count IS NOT new.missing_count
        OR old.cost_micros IS NOT new.cost_micros OR old.currency IS NOT new.currency
BEGIN
    UPDATE list_days SET n = n - 1 WHERE day = (old.position >> 10) / 86400000;
    UPDATE call_days SET n = n - 1, duration_ms = duration_ms - coalesce(old.duration_ms, 0),
            successful = successful - (old.successful IS 1),
            unsuccessful = unsuccessful - (old.successful IS 0),
            missing = missing - (old.missing_count > 0)
        WHERE day = (old.position >> 10) / 86400000 AND account = old.account
            AND status = old.status;
    UPDATE cost_days SET n = n - 1, micros = micros - old.cost_micros
        WHERE day = (old.position >> 10) / 86400000 AND account = old.account
            AND currency = old.currency AND old.cost_micros IS NOT NULL;
    INSERT INTO list_days VALUES ((new.position >> 10) / 86400000, 1)
        ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO call_days VALUES (
            (new.position >> 10) / 86400000, new.account, new.status, 1,
            coalesce(new.duration_ms, 0), new.successful IS 1, new.successful IS 0,
            new.missing_count > 0)
        ON CONFLICT DO UPDATE SET n = n + 1, duration_ms = duration_ms + excluded.duration_ms,
            successful = successful + excluded.successful,
            unsuccessful = unsuccessful + excluded.unsuccessful,
            missing = missing + excluded.missing;
    INSERT INTO cost_days
        SELECT (new.position >> 10) / 86400000, new.account, new.currency, 1, new.cost_micros
        WHERE new.currency IS NOT NULL AND new.cost_micros IS NOT NULL
        ON CONFLICT DO UPDATE SET n = n + 1, micros = micros + excluded.micros;
END;

CREATE TRIGGER recordings_counted AFTER INSERT ON recordings BEGIN
    INSERT INTO recording_totals VALUES (new.account, new.state, 1,
            coalesce(new.size_bytes, 0), coalesce(new.duration_ms, 0))
        ON CONFLICT DO UPDATE SET n = n + 1, bytes = bytes + excluded.bytes,
            duration_ms = duration_ms + excluded.duration_ms;
END;
CREATE TRIGGER recordings_uncounted AFTER DELETE ON recordings BEGIN
    UPDATE recording_totals SET n = n - 1, bytes = bytes - coalesce(old.size_bytes, 0),
            duration_ms = duration_ms - coalesce(old.duration_ms, 0)
        WHERE account = old.account AND state = old.state;
END;
CREATE TRIGGER recordings_recounted AFTER UPDATE OF account, state, size_bytes, duration_ms
        ON recordings
    WHEN old.account IS NOT new.account OR old.state IS NOT new.state
        OR old.size_bytes IS NOT new.size_bytes OR old.duration_ms IS NOT new.duration_ms
BEGIN
    UPDATE recording_totals SET n = n - 1, bytes = bytes - coalesce(old.size_bytes, 0),
            duration_ms = duration_ms - coalesce(old.duration_ms, 0)
        WHERE account = old.account AND state = old.state;
    INSERT INTO recording_totals VALUES (new.account, new.state, 1,
            coalesce(new.size_bytes, 0), coalesce(new.duration_ms, 0))
        ON CONFLICT DO UPDATE SET n = n + 1, bytes = bytes + excluded.bytes,
            duration_ms = duration_ms + excluded.duration_ms;
END;
";

/// A carrier's call that stands under another one is no line of the list, and its talk is the same
/// talk once more. Comes after the calls have the column.
pub(crate) const V2: &str = "
ALTER TABLE call_days ADD COLUMN parts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_days ADD COLUMN parts_ms INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER calls_counted;
DROP TRIGGER calls_uncounted;
DROP TRIGGER calls_recounted;
CREATE TRIGGER calls_counted AFTER INSERT ON calls BEGIN
    INSERT INTO list_days SELECT (new.position >> 10) / 86400000, 1 WHERE new.part_of IS NULL
        ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO call_days (day, account, status, n, duration_ms, successful, unsuccessful, missing,
            parts, parts_ms)
        VALUES (
            (new.position >> 10) / 86400000, new.account, new.status, 1,
            coalesce(new.duration_ms, 0), new.successful IS 1, new.successful IS 0,
            new.missing_count > 0, new.part_of IS NOT NULL,
            iif(new.part_of IS NULL, 0, coalesce(new.duration_ms, 0)))
        ON CONFLICT DO UPDATE SET n = n + 1, duration_ms = duration_ms + excluded.duration_ms,
            successful = successful + excluded.successful,
            unsuccessful = unsuccessful + excluded.unsuccessful,
            missing = missing + excluded.missing,
            parts = parts + excluded.parts, parts_ms = parts_ms + excluded.parts_ms;
    INSERT INTO cost_days
        SELECT (new.position >> 10) / 86400000, new.account, new.currency, 1, new.cost_micros
        WHERE new.currency IS NOT NULL AND new.cost_micros IS NOT NULL
        ON CONFLICT DO UPDATE SET n = n + 1, micros = micros + excluded.micros;
END;
CREATE TRIGGER calls_uncounted AFTER DELETE ON calls BEGIN
    UPDATE list_days SET n = n - 1
        WHERE day = (old.position >> 10) / 86400000 AND old.part_of IS NULL;
    UPDATE call_days SET n = n - 1, duration_ms = duration_ms - coalesce(old.duration_ms, 0),
            successful = successful - (old.successful IS 1),
            unsuccessful = unsuccessful - (old.successful IS 0),
            missing = missing - (old.missing_count > 0), parts = parts - (old.part_of IS NOT NULL),
            parts_ms = parts_ms - iif(old.part_of IS NULL, 0, coalesce(old.duration_ms, 0))
        WHERE day = (old.position >> 10) / 86400000 AND account = old.account
            AND status = old.status;
    UPDATE cost_days SET n = n - 1, micros = micros - old.cost_micros
        WHERE day = (old.position >> 10) / 86400000 AND account = old.account
            AND currency = old.currency AND old.cost_micros IS NOT NULL;
END;
CREATE TRIGGER calls_recounted AFTER UPDATE OF position, account, status, duration_ms, successful,
        missing_count, cost_micros, currency, part_of ON calls
    WHEN old.position IS NOT new.position OR old.account IS NOT new.account
        OR old.status IS NOT new.status OR old.duration_ms IS NOT new.duration_ms
        OR old.successful IS NOT new.successful OR old.missing_count IS NOT new.missing_count
        OR old.cost_micros IS NOT new.cost_micros OR old.currency IS NOT new.currency
        OR old.part_of IS NOT new.part_of
BEGIN
    UPDATE list_days SET n = n - 1
        WHERE day = (old.position >> 10) / 86400000 AND old.part_of IS NULL;
    UPDATE call_days SET n = n - 1, duration_ms = duration_ms - coalesce(old.duration_ms, 0),
            successful = successful - (old.successful IS 1),
            unsuccessful = unsuccessful - (old.successful IS 0),
            missing = missing - (old.missing_count > 0), parts = parts - (old.part_of IS NOT NULL),
            parts_ms = parts_ms - iif(old.part_of IS NULL, 0, coalesce(old.duration_ms, 0))
        WHERE day = (old.position >> 10) / 86400000 AND account = old.account
            AND status = old.status;
    UPDATE cost_days SET n = n - 1, micros = micros - old.cost_micros
        WHERE day = (old.position >> 10) / 86400000 AND account = old.account
            AND currency = old.currency AND old.cost_micros IS NOT NULL;
    INSERT INTO list_days SELECT (new.position >> 10) / 86400000, 1 WHERE new.part_of IS NULL
        ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO call_days (day, account, status, n, duration_ms, successful, unsuccessful, missing,
            parts, parts_ms)
        VALUES (
            (new.position >> 10) / 86400000, new.account, new.status, 1,
            coalesce(new.duration_ms, 0), new.successful IS 1, new.successful IS 0,
            new.missing_count > 0, new.part_of IS NOT NULL,
            iif(new.part_of IS NULL, 0, coalesce(new.duration_ms, 0)))
        ON CONFLICT DO UPDATE SET n = n + 1, duration_ms = duration_ms + excluded.duration_ms,
            successful = successful + excluded.successful,
            unsuccessful = unsuccessful + excluded.unsuccessful,
            missing = missing + excluded.missing,
            parts = parts + excluded.parts, parts_ms = parts_ms + excluded.parts_ms;
    INSERT INTO cost_days
        SELECT (new.position >> 10) / 86400000, new.account, new.currency, 1, new.cost_micros
        WHERE new.currency IS NOT NULL AND new.cost_micros IS NOT NULL
        ON CONFLICT DO UPDATE SET n = n + 1, micros = micros + excluded.micros;
END;
";

/// The calls of one account that began on one day (UTC) and stand so. A carrier's call that stands
/// under another one counts only by what it succeeded in and lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallDay {
    /// The day.
    pub day: Date,
    /// The account.
    pub account: AccountId,
    /// Where they stand.
    pub status: Status,
    /// How many stand by themselves.
    pub count: u64,
    /// How long these lasted together, in ms.
    pub duration_ms: u64,
    /// How many reached their purpose.
    pub successful: u64,
    /// How many did not.
    pub unsuccessful: u64,
    /// How many have missing data.
    pub missing: u64,
}

/// What the calls of one account on one day (UTC) cost in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostDay {
    /// The day.
    pub day: Date,
    /// The account.
    pub account: AccountId,
    /// ISO 4217.
    pub currency: String,
    /// How many calls are priced.
    pub count: u64,
    /// Millionths of a unit of the currency.
    pub micros: i64,
}

/// The recordings of one account in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingTotal {
    /// The account.
    pub account: AccountId,
    /// Their state.
    pub state: RecordingWord,
    /// How many.
    pub count: u64,
    /// How large together.
    pub bytes: u64,
    /// How long together, in ms.
    pub duration_ms: u64,
}

/// How long calls' recordings took from the end of the call until they could be played, in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToReady {
    /// Half of them took no longer.
    pub p50_ms: u64,
    /// Nineteen of twenty took no longer.
    pub p95_ms: u64,
}

/// So many of the newest recordings tell how quickly recordings come.
const NEWEST: usize = 1000;

/// A call that was first heard of so long after its end was brought in later, from the provider's
/// archive; how long that took says nothing about how quickly recordings come. In ms.
const BROUGHT_IN_LATER: i64 = 86_400_000;

/// Reads the sums.
#[derive(Debug)]
pub struct Figures<'c> {
    pub(crate) conn: &'c Connection,
}

impl Figures<'_> {
    /// Calls per day, account and status, from `from` to `to` (both included), oldest first.
    pub fn calls_per_day(&self, from: Date, to: Date) -> Result<Vec<CallDay>> {
        sql::all(
            self.conn,
            "SELECT day, account, status, n - parts, duration_ms - parts_ms, successful,
                 unsuccessful, missing
             FROM call_days WHERE day BETWEEN ?1 AND ?2 AND n > 0 ORDER BY day, account, status",
            (number_of(from), number_of(to)),
            |row| {
                let account: String = row.get(1)?;
                let status: String = row.get(2)?;
                Ok(CallDay {
                    day: date_of(row.get(0)?)?,
                    account: sql::parsed(&account, "account")?,
                    status: sql::status(&status)?,
                    count: sql::unsigned(row.get(3)?)?,
                    duration_ms: sql::unsigned(row.get(4)?)?,
                    successful: sql::unsigned(row.get(5)?)?,
                    unsuccessful: sql::unsigned(row.get(6)?)?,
                    missing: sql::unsigned(row.get(7)?)?,
                })
            },
        )
    }

    /// Costs per day, account and currency, from `from` to `to` (both included), oldest first.
    pub fn cost_per_day(&self, from: Date, to: Date) -> Result<Vec<CostDay>> {
        sql::all(
            self.conn,
            "SELECT day, account, currency, n, micros FROM cost_days
             WHERE day BETWEEN ?1 AND ?2 AND n > 0 ORDER BY day, account, currency",
            (number_of(from), number_of(to)),
            |row| {
                let account: String = row.get(1)?;
                Ok(CostDay {
                    day: date_of(row.get(0)?)?,
                    account: sql::parsed(&account, "account")?,
                    currency: row.get(2)?,
                    count: sql::unsigned(row.get(3)?)?,
                    micros: row.get(4)?,
                })
            },
        )
    }

    /// How quickly the newest recordings came. `None` if there is none.
    pub fn to_ready(&self) -> Result<Option<ToReady>> {
        let mut took = sql::all(
            self.conn,
            "SELECT max(newest.landed_at - calls.ended_at, 0)
             FROM (SELECT call, landed_at FROM recordings WHERE landed_at IS NOT NULL
                   ORDER BY landed_at DESC LIMIT ?1) AS newest
             JOIN calls ON calls.row = newest.call
             WHERE calls.first_seen_at - calls.ended_at < ?2",
            (sql::size(NEWEST), BROUGHT_IN_LATER),
            |row| sql::unsigned(row.get(0)?),
        )?;
        took.sort_unstable();
        // The smallest value that so many of a hundred do not exceed.
        let percentile =
            |percent: usize| took.get((took.len() * percent).div_ceil(100).saturating_sub(1));
        Ok(percentile(50)
            .zip(percentile(95))
            .map(|(&p50_ms, &p95_ms)| ToReady { p50_ms, p95_ms }))
    }

    /// How many bytes of recordings came at `since` or later, of calls that were heard of in their
    /// time: what was brought in later from a provider's archive says nothing about the days to come.
    pub fn landed_since(&self, since: Timestamp) -> Result<u64> {
        let bytes = sql::value(
            self.conn,
            "SELECT coalesce(sum(recordings.size_bytes), 0)
             FROM recordings JOIN calls ON calls.row = recordings.call
             WHERE recordings.landed_at >= ?1
                 AND calls.first_seen_at - coalesce(calls.ended_at, calls.first_seen_at) < ?2",
            (sql::ms(since), BROUGHT_IN_LATER),
        )?;
        sql::unsigned(bytes)
    }

    /// When the first recording came that is here.
    pub fn first_landed(&self) -> Result<Option<Timestamp>> {
        let at = sql::value(
            self.conn,
            "SELECT min(landed_at) FROM recordings WHERE landed_at IS NOT NULL",
            [],
        )?;
        sql::maybe_at(at)
    }

    /// How many rows each table has, by its name. Walks through all of them.
    pub fn rows(&self) -> Result<Vec<(String, u64)>> {
        let tables = sql::all(
            self.conn,
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                 AND sql NOT LIKE 'CREATE VIRTUAL%'
             UNION SELECT name FROM journal.sqlite_schema
                 WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
             ORDER BY name",
            [],
            |row| Ok(row.get::<_, String>(0)?),
        )?;
        tables
            .into_iter()
            .map(|name| {
                let count = format!("SELECT count(*) FROM \"{name}\"");
                let n = sql::unsigned(sql::value(self.conn, &count, [])?)?;
                Ok((name, n))
            })
            .collect()
    }

    /// Recordings per account and state.
    pub fn recordings(&self) -> Result<Vec<RecordingTotal>> {
        sql::all(
            self.conn,
            "SELECT account, state, n, bytes, duration_ms FROM recording_totals
             WHERE n > 0 ORDER BY account, state",
            params![],
            |row| {
                let account: String = row.get(0)?;
                let state: String = row.get(1)?;
                Ok(RecordingTotal {
                    account: sql::parsed(&account, "account")?,
                    state: RecordingWord::from_stored(&state)
                        .ok_or_else(|| StoreError::Damaged("a state is unknown".into()))?,
                    count: sql::unsigned(row.get(2)?)?,
                    bytes: sql::unsigned(row.get(3)?)?,
                    duration_ms: sql::unsigned(row.get(4)?)?,
                })
            },
        )
    }
}

fn epoch() -> Date {
    jiff::civil::date(1970, 1, 1)
}

pub(crate) fn number_of(day: Date) -> i64 {
    day.duration_since(epoch()).as_hours() / 24
}

pub(crate) fn date_of(number: i64) -> Result<Date> {
    jiff::Span::new()
        .try_days(number)
        .and_then(|days| epoch().checked_add(days))
        .map_err(|_| StoreError::Damaged("a day is out of range".into()))
}
