//! Sweeps: resyncs of many calls, written down call by call, so that they go on where they were after
//! a crash, and so that every process on the home sees how far they are.
//!
//! An item has a result exactly once: whoever writes one for an item that has one changes nothing.

use jiff::Timestamp;
use ringback_model::{AccountId, CallId, ProviderCallId};
use rusqlite::{Connection, Row, params};
use serde_json::Value;

use crate::{error::Result, sql, tables::changes::ChangeKind, writing::Writer};

pub(crate) const V1: &str = "
CREATE TABLE sweeps (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    request   TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    made_at   INTEGER NOT NULL,
    ended_at  INTEGER,
    total     INTEGER NOT NULL DEFAULT 0,
    updated   INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    failed    INTEGER NOT NULL DEFAULT 0,
    pace_us   INTEGER
) STRICT;
CREATE TABLE sweep_lists (
    sweep   INTEGER NOT NULL,
    account TEXT    NOT NULL,
    PRIMARY KEY (sweep, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE sweep_items (
    place   INTEGER PRIMARY KEY AUTOINCREMENT,
    sweep   INTEGER NOT NULL,
    account TEXT    NOT NULL,
    named   TEXT    NOT NULL,
    outcome TEXT,
    call    TEXT,
    told    TEXT,
    UNIQUE (sweep, account, named)
) STRICT;
CREATE INDEX sweep_items_waiting ON sweep_items (sweep, account, place) WHERE outcome IS NULL;
CREATE INDEX sweep_items_telling ON sweep_items (sweep, place) WHERE outcome <> 'unchanged';
CREATE INDEX sweep_items_all ON sweep_items (sweep, place);
";

/// What was known of a call when it was asked for: a program that dies before the result is written
/// would find what it has changed itself.
pub(crate) const V2: &str = "ALTER TABLE sweep_items ADD COLUMN known TEXT;";

/// So many sweeps that are over are kept, for looking at.
const KEPT: i64 = 20;

/// The number of a sweep.
pub type SweepId = i64;

/// How a sweep stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepState {
    /// It goes on, or will as soon as a process takes it up.
    Running,
    /// A person stopped it, to go on later.
    Paused,
    /// A person ended it early.
    Canceled,
    /// Every item has a result.
    Done,
}

impl SweepState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Canceled => "canceled",
            Self::Done => "done",
        }
    }

    fn from_word(word: &str) -> Result<Self> {
        [Self::Running, Self::Paused, Self::Canceled, Self::Done]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| crate::StoreError::Damaged("a sweep's state is not a known word".into()))
    }

    /// Whether nothing more will come of it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Canceled | Self::Done)
    }
}

/// A sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Its number.
    pub id: SweepId,
    /// What was asked for, in the engine's words.
    pub request: Value,
    /// How it stands.
    pub state: SweepState,
    /// When it was asked for.
    pub made_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Items, as far as known: lists of calls that are still to be read may add to them.
    pub total: u64,
    /// Items that changed.
    pub updated: u64,
    /// Items that did not.
    pub unchanged: u64,
    /// Items that could not be asked for.
    pub failed: u64,
    /// How long one item took of late, in microseconds, several at a time counted as such.
    pub pace_us: Option<u64>,
}

impl Sweep {
    /// Items that have a result.
    pub fn checked(&self) -> u64 {
        self.updated + self.unchanged + self.failed
    }
}

/// What came of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepOutcome {
    /// The call changed.
    Updated,
    /// It did not.
    Unchanged,
    /// It could not be asked for.
    Failed,
}

impl SweepOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Result<Self> {
        [Self::Updated, Self::Unchanged, Self::Failed]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
            .ok_or_else(|| crate::StoreError::Damaged("an outcome is not a known word".into()))
    }
}

/// A result of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepResult {
    /// What came of it.
    pub outcome: SweepOutcome,
    /// Ringback's id of the call, if it is here.
    pub call: Option<CallId>,
    /// Before and after, in the engine's words.
    pub told: Value,
}

/// One call of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepItem {
    /// Ascending in the order of work.
    pub place: i64,
    /// Whose call it is.
    pub account: AccountId,
    /// The provider's id.
    pub named: ProviderCallId,
    /// What was known of the call when it was first asked for, in the engine's words.
    pub before: Option<Value>,
    /// What came of it, if it is done.
    pub result: Option<SweepResult>,
}

const COLUMNS: &str =
    "id, request, state, made_at, ended_at, total, updated, unchanged, failed, pace_us";
const ITEM_COLUMNS: &str = "place, account, named, outcome, call, told, known";

/// Reads sweeps.
#[derive(Debug)]
pub struct Sweeps<'c> {
    pub(crate) conn: &'c Connection,
}

impl Sweeps<'_> {
    /// One sweep.
    pub fn get(&self, id: SweepId) -> Result<Option<Sweep>> {
        let sql = format!("SELECT {COLUMNS} FROM sweeps WHERE id = ?1");
        sql::one(self.conn, &sql, [id], read)
    }

    /// The newest, newest first.
    pub fn newest(&self, limit: usize) -> Result<Vec<Sweep>> {
        let sql = format!("SELECT {COLUMNS} FROM sweeps ORDER BY id DESC LIMIT ?1");
        sql::all(self.conn, &sql, [sql::size(limit)], read)
    }

    /// The one to be worked on: the oldest that runs.
    pub fn running(&self) -> Result<Option<Sweep>> {
        let sql =
            format!("SELECT {COLUMNS} FROM sweeps WHERE state = 'running' ORDER BY id LIMIT 1");
        sql::one(self.conn, &sql, [], read)
    }

    /// The accounts whose lists are still to be read for it.
    pub fn unlisted(&self, id: SweepId) -> Result<Vec<AccountId>> {
        sql::all(
            self.conn,
            "SELECT account FROM sweep_lists WHERE sweep = ?1 ORDER BY account",
            [id],
            |row| sql::parsed(&row.get::<_, String>(0)?, "account"),
        )
    }

    /// The accounts that have items without a result.
    pub fn accounts_waiting(&self, id: SweepId) -> Result<Vec<AccountId>> {
        sql::all(
            self.conn,
            "SELECT DISTINCT account FROM sweep_items WHERE sweep = ?1 AND outcome IS NULL",
            [id],
            |row| sql::parsed(&row.get::<_, String>(0)?, "account"),
        )
    }

    /// Items of one account without a result, behind the place `after`.
    pub fn waiting(
        &self,
        id: SweepId,
        account: &AccountId,
        after: i64,
        limit: usize,
    ) -> Result<Vec<SweepItem>> {
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM sweep_items
             WHERE sweep = ?1 AND account = ?2 AND outcome IS NULL AND place > ?3
             ORDER BY place LIMIT ?4"
        );
        let of = params![id, account.as_str(), after, sql::size(limit)];
        sql::all(self.conn, &sql, of, read_item)
    }

    /// Items with a result behind the place `after`, in the order of work.
    pub fn results(&self, id: SweepId, after: i64, limit: usize) -> Result<Vec<SweepItem>> {
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM sweep_items
             WHERE sweep = ?1 AND place > ?2 AND outcome IS NOT NULL ORDER BY place LIMIT ?3"
        );
        sql::all(
            self.conn,
            &sql,
            params![id, after, sql::size(limit)],
            read_item,
        )
    }

    /// The first items that changed or failed.
    pub fn telling(&self, id: SweepId, limit: usize) -> Result<Vec<SweepItem>> {
        let sql = format!(
            "SELECT {ITEM_COLUMNS} FROM sweep_items
             WHERE sweep = ?1 AND outcome <> 'unchanged' ORDER BY place LIMIT ?2"
        );
        sql::all(self.conn, &sql, params![id, sql::size(limit)], read_item)
    }
}

fn read(row: &Row<'_>) -> Result<Sweep> {
    let request: String = row.get(1)?;
    Ok(Sweep {
        id: row.get(0)?,
        request: sql::from_json(&request, "sweep")?,
        state: SweepState::from_word(&row.get::<_, String>(2)?)?,
        made_at: sql::at(row.get(3)?)?,
        ended_at: sql::maybe_at(row.get(4)?)?,
        total: sql::unsigned(row.get(5)?)?,
        updated: sql::unsigned(row.get(6)?)?,
        unchanged: sql::unsigned(row.get(7)?)?,
        failed: sql::unsigned(row.get(8)?)?,
        pace_us: row
            .get::<_, Option<i64>>(9)?
            .map(sql::unsigned)
            .transpose()?,
    })
}

fn read_item(row: &Row<'_>) -> Result<SweepItem> {
    let account: String = row.get(1)?;
    let outcome: Option<String> = row.get(3)?;
    let result = match outcome {
        None => None,
        Some(word) => {
            let call: Option<String> = row.get(4)?;
            let told: Option<String> = row.get(5)?;
            Some(SweepResult {
                outcome: SweepOutcome::from_word(&word)?,
                call: call.map(|text| sql::parsed(&text, "call")).transpose()?,
                told: sql::from_json(told.as_deref().unwrap_or("null"), "result")?,
            })
        }
    };
    Ok(SweepItem {
        place: row.get(0)?,
        account: sql::parsed(&account, "account")?,
        named: ProviderCallId::new(row.get::<_, String>(2)?),
        before: row
            .get::<_, Option<String>>(6)?
            .map(|text| sql::from_json(&text, "item"))
            .transpose()?,
        result,
    })
}

/// Adds sweeps and moves them on.
#[derive(Debug)]
pub struct SweepsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl SweepsMut<'_, '_> {
    /// Adds a sweep for which the lists of these accounts are still to be read. Forgets the oldest of
    /// those that are over.
    pub fn add(&mut self, request: &Value, unlisted: &[AccountId]) -> Result<SweepId> {
        let now = sql::ms(self.writer.now());
        let conn = self.writer.conn();
        sql::run(
            conn,
            "INSERT INTO sweeps (request, state, made_at) VALUES (?1, 'running', ?2)",
            (sql::to_json(request)?, now),
        )?;
        let id = conn.last_insert_rowid();
        for account in unlisted {
            sql::run(
                conn,
                "INSERT INTO sweep_lists (sweep, account) VALUES (?1, ?2)",
                (id, account.as_str()),
            )?;
        }
        sql::run(
            conn,
            "DELETE FROM sweeps WHERE ended_at IS NOT NULL AND id <= ?1",
            [id - KEPT],
        )?;
        for table in ["sweep_items", "sweep_lists"] {
            let left = format!(
                "DELETE FROM {table} WHERE sweep <= ?1 AND sweep NOT IN (SELECT id FROM sweeps)"
            );
            sql::run(conn, &left, [id - KEPT])?;
        }
        self.note(id)?;
        Ok(id)
    }

    /// Adds calls to be asked for. Those that it has are not added again.
    pub fn add_items(
        &mut self,
        id: SweepId,
        account: &AccountId,
        calls: &[ProviderCallId],
    ) -> Result<()> {
        let mut added = 0;
        for call in calls {
            added += sql::run(
                self.writer.conn(),
                "INSERT INTO sweep_items (sweep, account, named) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
                (id, account.as_str(), call.as_str()),
            )?;
        }
        sql::run(
            self.writer.conn(),
            "UPDATE sweeps SET total = total + ?2 WHERE id = ?1",
            (id, sql::size(added)),
        )?;
        self.note(id)
    }

    /// The account's list has been read to its end, or cannot be.
    pub fn listed(&mut self, id: SweepId, account: &AccountId) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "DELETE FROM sweep_lists WHERE sweep = ?1 AND account = ?2",
            (id, account.as_str()),
        )?;
        self.note(id)
    }

    /// Notes what is known of a call that is about to be asked for. What was noted first stays.
    pub fn begin_item(&mut self, id: SweepId, place: i64, before: &Value) -> Result<()> {
        sql::run(
            self.writer.conn(),
            "UPDATE sweep_items SET known = ?3
             WHERE place = ?2 AND sweep = ?1 AND known IS NULL AND outcome IS NULL",
            (id, place, sql::to_json(before)?),
        )?;
        Ok(())
    }

    /// Writes an item's result; false if it has one or the sweep is over.
    pub fn put_result(
        &mut self,
        id: SweepId,
        place: i64,
        result: &SweepResult,
        pace_us: Option<u64>,
    ) -> Result<bool> {
        let conn = self.writer.conn();
        let is_first = sql::run(
            conn,
            "UPDATE sweep_items SET outcome = ?3, call = ?4, told = ?5, known = NULL
             WHERE place = ?2 AND sweep = ?1 AND outcome IS NULL
                 AND (SELECT ended_at IS NULL FROM sweeps WHERE id = ?1)",
            params![
                id,
                place,
                result.outcome.as_str(),
                result.call.map(|call| call.to_string()),
                sql::to_json(&result.told)?
            ],
        )? == 1;
        if !is_first {
            return Ok(false);
        }
        let column = result.outcome.as_str();
        sql::run(
            conn,
            &format!(
                "UPDATE sweeps SET {column} = {column} + 1, pace_us = coalesce(?2, pace_us)
                 WHERE id = ?1"
            ),
            (id, pace_us.map(sql::signed)),
        )?;
        self.note(id)?;
        Ok(true)
    }

    /// Moves a sweep that is not over to another state. False if it is there already, or over.
    pub fn set_state(&mut self, id: SweepId, state: SweepState) -> Result<bool> {
        let ended = state.is_over().then(|| sql::ms(self.writer.now()));
        let is_moved = sql::run(
            self.writer.conn(),
            "UPDATE sweeps SET state = ?2, ended_at = ?3
             WHERE id = ?1 AND ended_at IS NULL AND state <> ?2",
            (id, state.as_str(), ended),
        )? == 1;
        if is_moved {
            self.note(id)?;
        }
        Ok(is_moved)
    }

    /// It is done if it runs, no list is to be read, and every item has a result. True if it is now.
    pub fn end_if_done(&mut self, id: SweepId) -> Result<bool> {
        let now = sql::ms(self.writer.now());
        let is_done = sql::run(
            self.writer.conn(),
            "UPDATE sweeps SET state = 'done', ended_at = ?2
             WHERE id = ?1 AND state = 'running'
                 AND NOT EXISTS (SELECT 1 FROM sweep_lists WHERE sweep = ?1)
                 AND NOT EXISTS (SELECT 1 FROM sweep_items WHERE sweep = ?1 AND outcome IS NULL)",
            (id, now),
        )? == 1;
        if is_done {
            self.note(id)?;
        }
        Ok(is_done)
    }

    fn note(&mut self, id: SweepId) -> Result<()> {
        self.writer.note(ChangeKind::Sweep, id.to_string())
    }
}
