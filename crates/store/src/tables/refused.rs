//! What was refused at the door: the newest few, capped, and exact counts.

use jiff::Timestamp;
use ringback_model::AccountId;
use rusqlite::{Connection, Row, params};

use crate::{
    error::Result,
    pack::{pack, unpack},
    sql,
    tables::changes::ChangeKind,
    writing::Writer,
};

pub(crate) const V1: &str = "
CREATE TABLE refused (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    account    TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    path       TEXT,
    headers    TEXT    NOT NULL,
    body       BLOB    NOT NULL,
    body_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX refused_account ON refused (account, seq);
CREATE TABLE refused_counts (
    account  TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    n        INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (account, reason)
) STRICT, WITHOUT ROWID;
";

/// So many are kept in all.
const KEPT: i64 = 1_000;
/// So many of one account.
const KEPT_PER_ACCOUNT: i64 = 200;
/// So much of a body.
const KEPT_BODY: usize = 4096;

/// A request that was refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The account that it was sent to.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// Why, one of few words: counts are kept for each.
    pub reason: String,
    /// Path and query, without secrets.
    pub path_and_query: Option<String>,
    /// Headers without secrets.
    pub headers: Vec<(String, String)>,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// How large the body was.
    pub body_bytes: u64,
}

impl Refusal {
    /// The same with a body that fits.
    pub(crate) fn cut(mut self) -> Self {
        self.body.truncate(KEPT_BODY);
        self.body.shrink_to_fit();
        self
    }
}

/// A refused request as kept.
#[derive(Clone, Debug)]
pub struct RefusedRow {
    /// Its place.
    pub seq: i64,
    /// The request; its body has at most 4 KiB.
    pub refusal: Refusal,
}

/// How often something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedCount {
    /// The account.
    pub account: AccountId,
    /// Why.
    pub reason: String,
    /// How often.
    pub count: u64,
    /// The first time.
    pub first_at: Timestamp,
    /// The last time.
    pub last_at: Timestamp,
}

/// Reads what was refused.
#[derive(Debug)]
pub struct RefusedLog<'c> {
    pub(crate) conn: &'c Connection,
}

impl RefusedLog<'_> {
    /// The newest, of one account or of all.
    pub fn list(&self, account: Option<&AccountId>, limit: usize) -> Result<Vec<RefusedRow>> {
        sql::all(
            self.conn,
            "SELECT seq, account, at, reason, path, headers, body, body_bytes FROM refused
             WHERE ?1 IS NULL OR account = ?1 ORDER BY seq DESC LIMIT ?2",
            params![account.map(AccountId::as_str), sql::size(limit)],
            read,
        )
    }

    /// The one in that place, if it is still kept.
    pub fn by_seq(&self, seq: i64) -> Result<Option<RefusedRow>> {
        sql::one(
            self.conn,
            "SELECT seq, account, at, reason, path, headers, body, body_bytes FROM refused
             WHERE seq = ?1",
            [seq],
            read,
        )
    }

    /// How often each account was knocked at in vain, and why.
    pub fn counts(&self) -> Result<Vec<RefusedCount>> {
        sql::all(
            self.conn,
            "SELECT account, reason, n, first_at, last_at FROM refused_counts
             ORDER BY account, reason",
            [],
            |row| {
                let account: String = row.get(0)?;
                Ok(RefusedCount {
                    account: sql::parsed(&account, "account")?,
                    reason: row.get(1)?,
                    count: sql::unsigned(row.get(2)?)?,
                    first_at: sql::at(row.get(3)?)?,
                    last_at: sql::at(row.get(4)?)?,
                })
            },
        )
    }
}

fn read(row: &Row<'_>) -> Result<RefusedRow> {
    let account: String = row.get(1)?;
    let headers: String = row.get(5)?;
    Ok(RefusedRow {
        seq: row.get(0)?,
        refusal: Refusal {
            account: sql::parsed(&account, "account")?,
            at: sql::at(row.get(2)?)?,
            reason: row.get(3)?,
            path_and_query: row.get(4)?,
            headers: sql::from_json(&headers, "list of headers")?,
            body: unpack(row.get_ref(6)?.as_blob().map_err(rusqlite::Error::from)?)?,
            body_bytes: sql::unsigned(row.get(7)?)?,
        },
    })
}

/// Writes what was refused. [`crate::Store::refuse`] does it without a burden for the disk.
#[derive(Debug)]
pub struct RefusedMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl RefusedMut<'_, '_> {
    /// Keeps a sample and forgets the oldest. Does not count.
    pub(crate) fn add(&mut self, refusal: &Refusal) -> Result<()> {
        let conn = self.writer.conn();
        let account = refusal.account.as_str();
        sql::run(
            conn,
            "INSERT INTO refused (account, at, reason, path, headers, body, body_bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                account,
                sql::ms(refusal.at),
                refusal.reason,
                refusal.path_and_query,
                sql::to_json(&refusal.headers)?,
                pack(&refusal.body),
                sql::signed(refusal.body_bytes),
            ],
        )?;
        let oldest =
            "SELECT seq FROM refused WHERE account = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2";
        sql::run(
            conn,
            &format!("DELETE FROM refused WHERE account = ?1 AND seq <= ({oldest})"),
            (account, KEPT_PER_ACCOUNT),
        )?;
        let oldest = "SELECT seq FROM refused ORDER BY seq DESC LIMIT 1 OFFSET ?1";
        sql::run(
            conn,
            &format!("DELETE FROM refused WHERE seq <= ({oldest})"),
            [KEPT],
        )?;
        Ok(())
    }

    /// Adds to the counts.
    pub(crate) fn count(&mut self, more: &RefusedCount) -> Result<()> {
        let account = more.account.as_str();
        sql::run(
            self.writer.conn(),
            "INSERT INTO refused_counts (account, reason, n, first_at, last_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET n = n + excluded.n,
                 last_at = max(last_at, excluded.last_at)",
            params![
                account,
                more.reason,
                sql::signed(more.count),
                sql::ms(more.first_at),
                sql::ms(more.last_at)
            ],
        )?;
        self.writer.note(ChangeKind::Refused, account)
    }

    /// Forgets everything about `account`, after a person looked at it.
    pub fn clear(&mut self, account: &AccountId) -> Result<()> {
        let conn = self.writer.conn();
        sql::run(
            conn,
            "DELETE FROM refused WHERE account = ?1",
            [account.as_str()],
        )?;
        sql::run(
            conn,
            "DELETE FROM refused_counts WHERE account = ?1",
            [account.as_str()],
        )?;
        self.writer.note(ChangeKind::Refused, account.as_str())
    }
}
