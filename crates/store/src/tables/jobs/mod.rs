//! The work to be done: durable rows that a process takes on lease.
//!
//! A row is there until its work is done. Who took it holds a lease; when the lease runs out because
//! the process died, another one takes the row over, and the first can no longer end it. The nearest
//! deadline goes first.

mod due;
mod leases;

use jiff::{SignedDuration, Timestamp};
use ringback_model::AccountId;
use rusqlite::{Connection, Row, params};
use serde_json::Value;

use crate::{error::Result, sql, tables::changes::ChangeKind, writing::Writer};

pub(crate) const V1: &str = "
CREATE TABLE jobs (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    kind           TEXT    NOT NULL,
    key            TEXT    NOT NULL,
    account        TEXT    NOT NULL,
    payload        TEXT    NOT NULL,
    run_at         INTEGER NOT NULL,
    deadline       INTEGER,
    attempts       INTEGER NOT NULL DEFAULT 0,
    first_tried_at INTEGER,
    last_error     TEXT,
    lease_owner    TEXT,
    lease_until    INTEGER,
    asked_again    INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, key)
) STRICT;
CREATE INDEX jobs_due ON jobs (kind, run_at);
CREATE INDEX jobs_leased ON jobs (account, lease_until) WHERE lease_until IS NOT NULL;
";

pub(crate) const V2: &str = "
ALTER TABLE jobs ADD COLUMN backlog INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_dying ON jobs (kind, deadline) WHERE deadline IS NOT NULL;
";

/// The order of work of an account, so that the first few are found without looking at the others.
pub(crate) const V3: &str = "
CREATE INDEX jobs_order ON jobs (kind, account, backlog, deadline IS NULL, deadline, run_at);
";

/// The number of a job.
pub type JobId = i64;

/// Work to be done once for `kind` and `key`.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// What kind of work: `fetch`, `resync`.
    pub kind: String,
    /// What it is about. One kind has one row for one key.
    pub key: String,
    /// Whose limits it counts against.
    pub account: AccountId,
    /// What the work needs to know.
    pub payload: Value,
    /// Not before.
    pub run_at: Timestamp,
    /// Better before: a link dies then. Nearest first.
    pub deadline: Option<Timestamp>,
}

/// A job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What is to be done.
    pub work: NewJob,
    /// How many tries failed.
    pub attempts: u32,
    /// When it was first taken.
    pub first_tried_at: Option<Timestamp>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// Who works on it until when.
    pub lease: Option<(String, Timestamp)>,
    /// Whether it belongs to the backlog: what is live goes first.
    pub is_backlog: bool,
}

impl Job {
    /// The name under which it was taken; empty for one that nobody has.
    pub fn owner(&self) -> &str {
        self.lease.as_ref().map_or("", |(owner, _)| owner)
    }
}

/// Whether a job is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is.
    New(JobId),
    /// There was one for the same; it runs at the earlier of both times, with the new payload. One
    /// that is being worked on runs once more afterwards.
    Joined(JobId),
}

/// How much to take at once.
#[derive(Clone, Copy, Debug)]
pub struct ClaimLimits {
    /// Jobs to take.
    pub jobs: usize,
    /// Jobs of one account of these kinds that may be in work at the same time, whoever has them.
    pub per_account: usize,
    /// How long the lease lasts without a heartbeat.
    pub lease: SignedDuration,
}

/// Which of the jobs that are due go first, and how many of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// A job whose deadline is nearer than this goes before all others, whatever else it is.
    pub dying_within: SignedDuration,
    /// How many jobs may be in work at the same time, for accounts that have a number of their own.
    /// The backlog leaves one of them to what is live. With none, its jobs wait.
    pub per_account: Vec<(AccountId, usize)>,
    /// How many jobs of the backlog to take at most.
    pub backlog: usize,
}

/// In which line a job stands, as in its row's `backlog`. One that is wanted twice stands in the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
    Live = 0,
    Backlog = 1,
    /// Backlog of which there is only so much.
    Hinted = 2,
}

impl Lane {
    const ALL: [Self; 3] = [Self::Live, Self::Backlog, Self::Hinted];
}

/// How many jobs of a kind there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobCount {
    /// The kind.
    pub kind: String,
    /// All.
    pub all: u64,
    /// Being worked on.
    pub leased: u64,
    /// Failed at least once.
    pub failing: u64,
}

const COLUMNS: &str = "id, kind, key, account, payload, run_at, deadline, attempts, \
                       first_tried_at, last_error, lease_owner, lease_until, backlog";

/// Reads jobs.
#[derive(Debug)]
pub struct Jobs<'c> {
    pub(crate) conn: &'c Connection,
}

impl Jobs<'_> {
    /// One job.
    pub fn get(&self, kind: &str, key: &str) -> Result<Option<Job>> {
        let sql = format!("SELECT {COLUMNS} FROM jobs WHERE kind = ?1 AND key = ?2");
        sql::one(self.conn, &sql, (kind, key), read)
    }

    /// Jobs of a kind in the order of work.
    pub fn list(&self, kind: &str, limit: usize) -> Result<Vec<Job>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM jobs WHERE kind = ?1
             ORDER BY deadline IS NULL, deadline, run_at, id LIMIT ?2"
        );
        sql::all(self.conn, &sql, params![kind, sql::size(limit)], read)
    }

    /// Jobs of a kind whose deadline is to come and before `before`, the nearest first.
    pub fn dying(
        &self,
        kind: &str,
        now: Timestamp,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<Job>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM jobs WHERE kind = ?1 AND deadline > ?2 AND deadline < ?3
             ORDER BY deadline LIMIT ?4"
        );
        let between = params![kind, sql::ms(now), sql::ms(before), sql::size(limit)];
        sql::all(self.conn, &sql, between, read)
    }

    /// How many there are of each kind.
    pub fn counts(&self, now: Timestamp) -> Result<Vec<JobCount>> {
        sql::all(
            self.conn,
            "SELECT kind, count(*), count(*) FILTER (WHERE lease_until > ?1),
                    count(*) FILTER (WHERE attempts > 0)
             FROM jobs GROUP BY kind ORDER BY kind",
            [sql::ms(now)],
            |row| {
                Ok(JobCount {
                    kind: row.get(0)?,
                    all: sql::unsigned(row.get(1)?)?,
                    leased: sql::unsigned(row.get(2)?)?,
                    failing: sql::unsigned(row.get(3)?)?,
                })
            },
        )
    }

    /// Whether there is any job whose time has come, perhaps in somebody's hand.
    pub fn is_any_due(&self, now: Timestamp) -> Result<bool> {
        sql::value(
            self.conn,
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE run_at <= ?1)",
            [sql::ms(now)],
        )
    }

    /// When the next job of these kinds can be taken: it is due, or its holder's lease ends.
    /// `None` if there are none.
    pub fn next_due(&self, kinds: &[&str]) -> Result<Option<Timestamp>> {
        self.soonest(kinds, None)
    }

    /// The same of these accounts only.
    pub fn next_due_of(&self, kinds: &[&str], accounts: &[AccountId]) -> Result<Option<Timestamp>> {
        let accounts: Vec<_> = accounts.iter().map(AccountId::as_str).collect();
        self.soonest(kinds, Some(sql::to_json(&accounts)?))
    }

    fn soonest(&self, kinds: &[&str], accounts: Option<String>) -> Result<Option<Timestamp>> {
        let mut soonest = None;
        for kind in kinds {
            let due = sql::value(
                self.conn,
                "SELECT min(max(run_at, coalesce(lease_until, run_at))) FROM jobs
                 WHERE kind = ?1
                     AND (?2 IS NULL OR account IN (SELECT value FROM json_each(?2)))",
                (kind, &accounts),
            )?;
            soonest = [soonest, sql::maybe_at(due)?].into_iter().flatten().min();
        }
        Ok(soonest)
    }
}

fn read(row: &Row<'_>) -> Result<Job> {
    let account: String = row.get(3)?;
    let payload: String = row.get(4)?;
    let owner: Option<String> = row.get(10)?;
    let until = sql::maybe_at(row.get(11)?)?;
    Ok(Job {
        id: row.get(0)?,
        work: NewJob {
            kind: row.get(1)?,
            key: row.get(2)?,
            account: sql::parsed(&account, "account")?,
            payload: sql::from_json(&payload, "job")?,
            run_at: sql::at(row.get(5)?)?,
            deadline: sql::maybe_at(row.get(6)?)?,
        },
        attempts: row.get(7)?,
        first_tried_at: sql::maybe_at(row.get(8)?)?,
        last_error: row.get(9)?,
        lease: owner.zip(until),
        is_backlog: row.get(12)?,
    })
}

/// Adds, takes and ends jobs. Whoever ends one names itself: a job whose lease went to another is
/// no longer its own, and the answer is `false`.
#[derive(Debug)]
pub struct JobsMut<'w, 'c> {
    pub(crate) writer: &'w mut Writer<'c>,
}

impl JobsMut<'_, '_> {
    /// Adds a job, or joins it to the one that is there for the same kind and key.
    pub fn enqueue(&mut self, job: &NewJob) -> Result<Enqueued> {
        self.add(job, Lane::Live)
    }

    /// The same for work that is never in a hurry. A job that is there and live stays so.
    pub fn enqueue_backlog(&mut self, job: &NewJob) -> Result<Enqueued> {
        self.add(job, Lane::Backlog)
    }

    /// The same for work that somebody wants of whom nobody knows who it is: in no hurry either, and of a
    /// kind and account at most `most` wait. False if there are so many already.
    pub fn enqueue_hinted(&mut self, job: &NewJob, most: usize) -> Result<bool> {
        let conn = self.writer.conn();
        let is_there = self.writer.jobs().get(&job.kind, &job.key)?.is_some();
        let waiting: i64 = sql::value(
            conn,
            "SELECT count(*) FROM (
                 SELECT 1 FROM jobs INDEXED BY jobs_order
                 WHERE kind = ?1 AND account = ?2 AND backlog = ?3 LIMIT ?4
             )",
            params![
                job.kind,
                job.account.as_str(),
                Lane::Hinted as i64,
                sql::size(most)
            ],
        )?;
        if !is_there && waiting >= sql::size(most) {
            return Ok(false);
        }
        self.add(job, Lane::Hinted)?;
        Ok(true)
    }

    fn add(&mut self, job: &NewJob, lane: Lane) -> Result<Enqueued> {
        let conn = self.writer.conn();
        let existing: Option<JobId> = sql::one(
            conn,
            "SELECT id FROM jobs WHERE kind = ?1 AND key = ?2",
            (&job.kind, &job.key),
            |row| Ok(row.get(0)?),
        )?;
        let id: JobId = conn
            .prepare_cached(
                "INSERT INTO jobs (kind, key, account, payload, run_at, deadline, backlog)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (kind, key) DO UPDATE SET
                     payload = excluded.payload,
                     run_at = min(run_at, excluded.run_at),
                     deadline = coalesce(excluded.deadline, deadline),
                     backlog = min(backlog, excluded.backlog),
                     asked_again = lease_until IS NOT NULL
                 RETURNING id",
            )?
            .query_row(
                params![
                    job.kind,
                    job.key,
                    job.account.as_str(),
                    sql::to_json(&job.payload)?,
                    sql::ms(job.run_at),
                    job.deadline.map(sql::ms),
                    lane as i64,
                ],
                |row| row.get(0),
            )?;
        self.note(&job.kind, &job.key)?;
        Ok(match existing {
            Some(_) => Enqueued::Joined(id),
            None => Enqueued::New(id),
        })
    }

    /// Takes due jobs of `kinds` for `owner`: the nearest deadline first, then the longest due; what
    /// is live before the backlog.
    pub fn claim(
        &mut self,
        kinds: &[&str],
        now: Timestamp,
        owner: &str,
        limits: ClaimLimits,
    ) -> Result<Vec<Job>> {
        let budgets = Budgets {
            dying_within: SignedDuration::ZERO,
            per_account: Vec::new(),
            backlog: limits.jobs,
        };
        self.claim_within(kinds, now, owner, limits, &budgets)
    }

    /// The same within budgets: what dies soon first, then what is live, then the backlog.
    pub fn claim_within(
        &mut self,
        kinds: &[&str],
        now: Timestamp,
        owner: &str,
        limits: ClaimLimits,
        budgets: &Budgets,
    ) -> Result<Vec<Job>> {
        let conn = self.writer.conn();
        let dying = now
            .saturating_add(budgets.dying_within)
            .unwrap_or(Timestamp::MAX);
        let until = now.saturating_add(limits.lease).unwrap_or(Timestamp::MAX);
        let most = |account: &AccountId| {
            let own = budgets.per_account.iter().find(|(id, _)| id == account);
            own.map_or(limits.per_account, |(_, most)| *most)
        };
        let due = due::of(conn, kinds, now, dying, most)?;
        let due = due::within(due, limits.jobs, budgets.backlog);
        let mut claimed = Vec::with_capacity(due.len());
        for mut job in due {
            sql::run(
                conn,
                "UPDATE jobs SET lease_owner = ?2, lease_until = ?3, asked_again = 0,
                     first_tried_at = coalesce(first_tried_at, ?4) WHERE id = ?1",
                params![job.id, owner, sql::ms(until), sql::ms(now)],
            )?;
            job.first_tried_at = job.first_tried_at.or(Some(now));
            job.lease = Some((owner.to_owned(), until));
            claimed.push(job);
        }
        for job in &claimed {
            self.note(&job.work.kind, &job.work.key)?;
        }
        Ok(claimed)
    }

    /// Takes this one job, whatever its schedule says, because somebody waits for it. `None` if there
    /// is none or somebody else has it.
    pub fn claim_one(
        &mut self,
        kind: &str,
        key: &str,
        now: Timestamp,
        owner: &str,
        lease: SignedDuration,
    ) -> Result<Option<Job>> {
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let taken = sql::run(
            self.writer.conn(),
            "UPDATE jobs SET lease_owner = ?3, lease_until = ?4, asked_again = 0,
                 first_tried_at = coalesce(first_tried_at, ?5)
             WHERE kind = ?1 AND key = ?2 AND (lease_until IS NULL OR lease_until <= ?5)",
            params![kind, key, owner, sql::ms(until), sql::ms(now)],
        )? == 1;
        if !taken {
            return Ok(None);
        }
        self.note(kind, key)?;
        self.writer.jobs().get(kind, key)
    }

    /// Done. If the same was asked for meanwhile, it becomes due again instead, as if new.
    pub fn complete(&mut self, id: JobId, owner: &str) -> Result<bool> {
        let conn = self.writer.conn();
        let Some((kind, key)) = self.held(id, owner)? else {
            return Ok(false);
        };
        let again = sql::run(
            conn,
            "UPDATE jobs SET lease_owner = NULL, lease_until = NULL, asked_again = 0,
                 attempts = 0, first_tried_at = NULL, last_error = NULL
             WHERE id = ?1 AND asked_again = 1",
            [id],
        )? == 1;
        if !again {
            sql::run(conn, "DELETE FROM jobs WHERE id = ?1", [id])?;
        }
        self.note(&kind, &key)?;
        Ok(true)
    }

    /// The try failed and counts; the next is at `run_at`. `error` is a code without data.
    pub fn retry(
        &mut self,
        id: JobId,
        owner: &str,
        run_at: Timestamp,
        error: &str,
    ) -> Result<bool> {
        self.give_back(id, owner, run_at, Some(error), 1)
    }

    /// Not now and not counted: the provider is not ready, or we have to wait for our turn.
    pub fn postpone(&mut self, id: JobId, owner: &str, run_at: Timestamp) -> Result<bool> {
        self.give_back(id, owner, run_at, None, 0)
    }

    fn give_back(
        &mut self,
        id: JobId,
        owner: &str,
        run_at: Timestamp,
        error: Option<&str>,
        tries: u32,
    ) -> Result<bool> {
        let Some((kind, key)) = self.held(id, owner)? else {
            return Ok(false);
        };
        sql::run(
            self.writer.conn(),
            "UPDATE jobs SET lease_owner = NULL, lease_until = NULL,
                 run_at = iif(asked_again, min(run_at, ?2), ?2), asked_again = 0,
                 attempts = attempts + ?4, last_error = coalesce(?3, last_error)
             WHERE id = ?1",
            params![id, sql::ms(run_at), error, tries],
        )?;
        self.note(&kind, &key)?;
        Ok(true)
    }

    /// Notes for the next try what the work learned.
    pub fn set_payload(&mut self, id: JobId, owner: &str, payload: &Value) -> Result<bool> {
        let is_ours = sql::run(
            self.writer.conn(),
            "UPDATE jobs SET payload = ?3 WHERE id = ?1 AND lease_owner = ?2",
            (id, owner, sql::to_json(payload)?),
        )? == 1;
        Ok(is_ours)
    }

    /// What failed because of `error` and waits for its next try is due now.
    pub fn hurry(
        &mut self,
        kind: &str,
        account: &AccountId,
        error: &str,
        now: Timestamp,
    ) -> Result<()> {
        let keys: Vec<String> = sql::all(
            self.writer.conn(),
            "UPDATE jobs SET run_at = ?4
             WHERE kind = ?1 AND account = ?2 AND last_error = ?3 AND run_at > ?4
                 AND lease_owner IS NULL RETURNING key",
            params![kind, account.as_str(), error, sql::ms(now)],
            |row| Ok(row.get(0)?),
        )?;
        for key in keys {
            self.note(kind, &key)?;
        }
        Ok(())
    }

    /// Not wanted any more, whoever holds it. False if there was none.
    pub fn cancel(&mut self, kind: &str, key: &str) -> Result<bool> {
        let is_gone = sql::run(
            self.writer.conn(),
            "DELETE FROM jobs WHERE kind = ?1 AND key = ?2",
            (kind, key),
        )? == 1;
        if is_gone {
            self.note(kind, key)?;
        }
        Ok(is_gone)
    }

    /// Nothing of this kind is wanted any more for an account, whoever holds it. Gives how many there were.
    pub fn cancel_all_of(&mut self, kind: &str, account: &AccountId) -> Result<usize> {
        let keys: Vec<String> = sql::all(
            self.writer.conn(),
            "DELETE FROM jobs WHERE kind = ?1 AND account = ?2 RETURNING key",
            (kind, account.as_str()),
            |row| Ok(row.get(0)?),
        )?;
        for key in &keys {
            self.note(kind, key)?;
        }
        Ok(keys.len())
    }

    fn held(&self, id: JobId, owner: &str) -> Result<Option<(String, String)>> {
        sql::one(
            self.writer.conn(),
            "SELECT kind, key FROM jobs WHERE id = ?1 AND lease_owner = ?2",
            (id, owner),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    fn note(&mut self, kind: &str, key: &str) -> Result<()> {
        self.writer.note(ChangeKind::Job, format!("{kind}/{key}"))
    }
}
