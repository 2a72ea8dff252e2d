//! Waiting until an engine of this process has nothing to do, and what it says if it never has.

use std::fmt::Write;

use jiff::Timestamp;
use ringback_api::cli;
use ringback_engine::{
    Engine,
    store::{ChangeKind, Feed, Job},
};

use crate::{
    patience::{SOON, until},
    setting::House,
};

/// All kinds of work that is written down.
const WORK: [&str; 4] = ["fetch", "resync", "offsite", "delete_there"];

impl House {
    /// Waits until nothing in the journal waits to be applied.
    pub async fn applied(&self) {
        until(SOON, "everything in the journal is applied", async || {
            let pending = cli::events(&self.engine, Some("pending"), 1).ok()?;
            pending.is_empty().then_some(())
        })
        .await;
    }

    /// Waits until everything that is due has been done: nothing waits in the journal, no list is being
    /// read or due to be, and no work is in hand or due by now.
    ///
    /// A clock that is moved by hand may only be moved far when it is so: what is in hand would seem to
    /// have hung for all the time that passed.
    pub async fn rests(&self) {
        until(SOON, "everything that is due is done", async || {
            self.is_at_rest()?.then_some(())
        })
        .await;
    }

    /// Whether it is so; `None` if the database cannot be asked.
    pub(crate) fn is_at_rest(&self) -> Option<bool> {
        let now = self.engine.clock().now();
        // What a list told is work afterwards, so lists come first.
        if is_asking(&self.engine, now) {
            return Some(false);
        }
        let is_done = self.engine.read(|reader| {
            let waits = |job: &Job| job.lease.is_none() && job.work.run_at > now;
            for kind in WORK {
                if !reader.jobs().list(kind, 100)?.iter().all(waits) {
                    return Ok(false);
                }
            }
            Ok(reader.events().count_pending(1)? == 0)
        });
        is_done.ok()
    }

    /// How many changes were made so far to what people see of calls. How the door is reached is noted
    /// beside, whenever it is found out, and is none of them.
    ///
    /// # Panics
    /// When the database cannot be read, or there were too many to count.
    pub fn changes(&self) -> usize {
        let feed = self.engine.read(|reader| reader.changes_since(0));
        match feed.expect("the database can be read") {
            Feed::Changes(changes) => changes
                .iter()
                .filter(|change| change.kind != ChangeKind::Setting)
                .count(),
            Feed::TooOld { .. } => panic!("a short feed is whole"),
        }
    }
}

/// Whether a list is being read, or is due to be.
fn is_asking(engine: &Engine, now: Timestamp) -> bool {
    let config = engine.config();
    let mut asked = config.accounts.iter().filter(|account| {
        account.poll_every.is_some() && !account.paused && account.provider.has_api()
    });
    engine.has_role() && asked.any(|account| engine.poll_of(account).is_due(now))
}

/// How an engine is, for whoever has to find out why a journey failed.
pub(crate) fn state(engine: &Engine) -> String {
    let mut said = String::new();
    // Writing to a text does not fail.
    let _ = writeln!(
        said,
        "it is {}; does the work: {}; door: {:?} {:?}; tunnel: {}",
        engine.clock().now(),
        engine.has_role(),
        engine.door(),
        engine.door_problem(),
        engine.tunnel().state,
    );
    for account in &engine.config().accounts {
        let poll = engine.poll_of(account);
        let _ = writeln!(said, "{}: {poll:?}", account.account.id);
    }
    let found = engine.read(|reader| {
        let mut jobs = Vec::new();
        for kind in WORK {
            jobs.extend(reader.jobs().list(kind, 5)?);
        }
        let alerts = reader.alerts().open()?;
        Ok((reader.events().count_pending(1_000)?, jobs, alerts))
    });
    match found {
        Err(error) => {
            let _ = writeln!(said, "its database: {error}");
        }
        Ok((pending, jobs, alerts)) => {
            let _ = writeln!(said, "pending events: {pending}");
            for job in jobs {
                let _ = writeln!(
                    said,
                    "{} {}: due {}, {} failed ({:?}), lease {:?}",
                    job.work.kind,
                    job.work.key,
                    job.work.run_at,
                    job.attempts,
                    job.last_error,
                    job.lease
                );
            }
            for alert in alerts {
                let _ = writeln!(said, "alert {} of {}", alert.what.kind, alert.what.subject);
            }
        }
    }
    said
}
