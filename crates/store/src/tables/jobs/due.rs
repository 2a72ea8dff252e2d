//! Which jobs are next: those that are due, in the order of work, within the budgets.
//!
//! Of each account only the first few are read, along an index that stands in the order of work. How
//! many others wait does not matter: a provider's whole history may.

use jiff::Timestamp;
use ringback_model::AccountId;
use rusqlite::{Connection, params};

use super::{COLUMNS, Job, Lane, read};
use crate::{error::Result, sql};

/// What goes first. The order is the order of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Its deadline is near, whatever else it is.
    Dying,
    Live,
    Backlog,
}

/// The jobs of these kinds that may be taken now, each account within what it may have in work at the
/// same time; in the order of work.
pub(super) fn of(
    conn: &Connection,
    kinds: &[&str],
    now: Timestamp,
    dying: Timestamp,
    most: impl Fn(&AccountId) -> usize,
) -> Result<Vec<(Rank, Job)>> {
    let mut all = Vec::new();
    for account in accounts(conn, kinds)? {
        let most = most(&account);
        let room = most.saturating_sub(busy(conn, kinds, &account, now)?);
        if room == 0 {
            continue;
        }
        let mut own = Vec::new();
        for kind in kinds {
            for lane in Lane::ALL {
                own.extend(first(conn, kind, &account, lane, now, room)?);
            }
        }
        let mut own: Vec<_> = own
            .into_iter()
            .map(|job| (rank(&job, dying), job))
            .collect();
        own.sort_by_key(order);
        own.truncate(room);
        // The backlog leaves a place to what is live, if there is more than one.
        let left = room.saturating_sub(usize::from(most > 1));
        all.extend(
            own.into_iter()
                .enumerate()
                .filter(|(place, (rank, _))| *rank != Rank::Backlog || *place < left)
                .map(|(_, job)| job),
        );
    }
    all.sort_by_key(order);
    Ok(all)
}

/// At most so many of them, of the backlog at most so many.
pub(super) fn within(due: Vec<(Rank, Job)>, jobs: usize, mut backlog: usize) -> Vec<Job> {
    due.into_iter()
        .filter(|(rank, _)| {
            *rank != Rank::Backlog || {
                let fits = backlog > 0;
                backlog = backlog.saturating_sub(1);
                fits
            }
        })
        .map(|(_, job)| job)
        .take(jobs)
        .collect()
}

fn rank(job: &Job, dying: Timestamp) -> Rank {
    match job.work.deadline {
        Some(deadline) if deadline <= dying => Rank::Dying,
        _ if job.is_backlog => Rank::Backlog,
        _ => Rank::Live,
    }
}

fn order((rank, job): &(Rank, Job)) -> impl Ord + use<> {
    let deadline = job.work.deadline;
    (*rank, deadline.is_none(), deadline, job.work.run_at, job.id)
}

/// The accounts that have jobs, found by skipping along the index.
fn accounts(conn: &Connection, kinds: &[&str]) -> Result<Vec<AccountId>> {
    let mut accounts = Vec::new();
    for kind in kinds {
        accounts.extend(sql::all(
            conn,
            "WITH RECURSIVE found (account) AS (
                 SELECT min(account) FROM jobs WHERE kind = ?1
                 UNION ALL
                 SELECT (SELECT min(account) FROM jobs WHERE kind = ?1 AND account > found.account)
                 FROM found WHERE found.account IS NOT NULL
             )
             SELECT account FROM found WHERE account IS NOT NULL",
            [kind],
            |row| sql::parsed::<AccountId>(&row.get::<_, String>(0)?, "account"),
        )?);
    }
    accounts.sort();
    accounts.dedup();
    Ok(accounts)
}

/// How many jobs of an account are in work, whoever has them.
fn busy(conn: &Connection, kinds: &[&str], account: &AccountId, now: Timestamp) -> Result<usize> {
    let count: i64 = sql::value(
        conn,
        "SELECT count(*) FROM jobs WHERE account = ?1 AND lease_until > ?2
             AND kind IN (SELECT value FROM json_each(?3))",
        params![account.as_str(), sql::ms(now), sql::to_json(&kinds)?],
    )?;
    Ok(usize::try_from(sql::unsigned(count)?).unwrap_or(usize::MAX))
}

/// Asks for the first jobs of a kind and account. The index is named, because the planner takes the one
/// over `run_at` otherwise and sorts all that are due: after a long absence that is nearly everything.
fn query() -> String {
    format!(
        "SELECT {COLUMNS} FROM jobs INDEXED BY jobs_order
         WHERE kind = ?1 AND account = ?2 AND backlog = ?3 AND run_at <= ?4
             AND (lease_until IS NULL OR lease_until <= ?4)
         ORDER BY deadline IS NULL, deadline, run_at, id LIMIT ?5"
    )
}

/// The first that are due and that nobody has.
fn first(
    conn: &Connection,
    kind: &str,
    account: &AccountId,
    lane: Lane,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Job>> {
    let of = params![
        kind,
        account.as_str(),
        lane as i64,
        sql::ms(now),
        sql::size(limit)
    ];
    sql::all(conn, &query(), of, read)
}

#[cfg(test)]
mod tests {
    use ringback_model::Clock;

    use crate::{Options, Store};

    #[test]
    fn the_next_jobs_are_found_along_the_index_without_sorting() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ringback.db");
        let store = Store::open(&path, Options::default(), Clock::system()).expect("opens");
        let plan = store.write(|writer| {
            crate::sql::all(
                writer.conn(),
                &format!("EXPLAIN QUERY PLAN {}", super::query()),
                ("fetch", "clinic", false, 1, 3),
                |row| Ok(row.get::<_, String>(3)?),
            )
        });
        let plan = plan.expect("explained").join("; ");
        assert!(plan.contains("jobs_order"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
