//! Leases while work goes on, and those of a whole process.

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::{JobId, JobsMut};
use crate::{error::Result, sql};

/// Whether the process `?1` holds a job, whichever of its takings it was.
const IS_HELD_BY: &str = "(lease_owner = ?1 OR substr(lease_owner, 1, length(?1) + 1) = ?1 || '/')";

impl JobsMut<'_, '_> {
    /// Still working: the lease lasts until `until`. False if it is another's by now.
    pub fn heartbeat(&mut self, id: JobId, owner: &str, until: Timestamp) -> Result<bool> {
        let is_ours = sql::run(
            self.writer.conn(),
            "UPDATE jobs SET lease_until = ?3 WHERE id = ?1 AND lease_owner = ?2",
            (id, owner, sql::ms(until)),
        )? == 1;
        Ok(is_ours)
    }

    /// Gives back everything that a process holds, due as it was: at an orderly end, so that the next
    /// process need not wait for leases to run out. Jobs are held under the process's name, or under that
    /// name with a slash and a number for each time it took some.
    pub fn release_all(&mut self, process: &str) -> Result<()> {
        sql::run(
            self.writer.conn(),
            &format!("UPDATE jobs SET lease_owner = NULL, lease_until = NULL WHERE {IS_HELD_BY}"),
            [process],
        )?;
        Ok(())
    }

    /// Everything that a process holds is still being worked on: its leases last until `until`. After the
    /// machine slept, which ends leases and no work.
    pub fn hold_all(&mut self, process: &str, until: Timestamp) -> Result<()> {
        sql::run(
            self.writer.conn(),
            &format!("UPDATE jobs SET lease_until = ?2 WHERE {IS_HELD_BY}"),
            params![process, sql::ms(until)],
        )?;
        Ok(())
    }

    /// The clock was set back by so much and says `now`: what was to run at some time after `now` runs so
    /// much earlier, and no lease lasts longer than `lease` from now. Otherwise work would rest for as long
    /// as the clock was ahead.
    pub fn set_back(
        &mut self,
        by: SignedDuration,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<()> {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let conn = self.writer.conn();
        sql::run(
            conn,
            "UPDATE jobs SET run_at = max(run_at - ?1, ?2) WHERE run_at > ?2",
            (by, sql::ms(now)),
        )?;
        sql::run(
            conn,
            "UPDATE jobs SET lease_until = ?1 WHERE lease_until > ?1",
            [sql::ms(until)],
        )?;
        Ok(())
    }
}
