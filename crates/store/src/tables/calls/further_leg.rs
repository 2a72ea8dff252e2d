//! A call that turned out to be a leg of another one.
//!
//! Somebody told of a recording under the id of a leg before anybody told whose leg that is. What stands
//! for the leg by itself goes over to the call that it belongs to: its recordings with their ids and
//! files, who listened, what the journal's events were about. Then its row goes, and leaves no hole.

use ringback_model::{AccountId, CallId, LegId, ProviderCallId};
use rusqlite::params;

use super::{Calls, CallsMut};
use crate::{error::Result, sql, tables::changes::ChangeKind};

impl Calls<'_> {
    /// The provider's id of the call that this is a further leg of, if it is one of another call.
    pub fn whole_of(
        &self,
        account: &AccountId,
        call: &ProviderCallId,
    ) -> Result<Option<ProviderCallId>> {
        sql::one(
            self.conn,
            "SELECT provider_call_id FROM legs JOIN calls ON calls.row = legs.call
             WHERE legs.account = ?1 AND leg = ?2 AND provider_call_id <> ?2",
            (account.as_str(), call.as_str()),
            |row| Ok(ProviderCallId::new(row.get::<_, String>(0)?)),
        )
    }

    /// The id of the call that is known by this id, or else has a leg with it.
    pub fn id_of_any(&self, account: &AccountId, call: &ProviderCallId) -> Result<Option<CallId>> {
        match self.id_of(account, call)? {
            Some(id) => Ok(Some(id)),
            None => self.id_of_leg(account, &LegId::new(call.as_str())),
        }
    }
}

impl CallsMut<'_, '_> {
    /// What stands for `leg` by itself is `whole`'s from now on. A recording that both have stays where
    /// its file is. Does nothing if either is not here.
    pub fn belongs_to(&mut self, leg: CallId, whole: CallId) -> Result<()> {
        let conn = self.writer.conn();
        let place = |id: CallId| {
            sql::one(
                conn,
                "SELECT row, position, account, provider_call_id FROM calls WHERE id = ?1",
                [id.to_string()],
                |row| {
                    let named: (String, String) = (row.get(2)?, row.get(3)?);
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, named))
                },
            )
        };
        let (Some((from, position, (account, named))), Some((to, ..))) =
            (place(leg)?, place(whole)?)
        else {
            return Ok(());
        };
        sql::run(
            conn,
            "DELETE FROM recordings WHERE call = ?2 AND state <> 'ready' AND key IN
                 (SELECT key FROM recordings WHERE call = ?1 AND state = 'ready')",
            (from, to),
        )?;
        sql::run(
            conn,
            "UPDATE OR IGNORE recordings SET call = ?2 WHERE call = ?1",
            (from, to),
        )?;
        let ids = (leg.to_string(), whole.to_string());
        for change in [
            "UPDATE listens SET call_id = ?2 WHERE call_id = ?1",
            "UPDATE event_states SET call_id = ?2 WHERE call_id = ?1",
            "UPDATE sweep_items SET call = ?2 WHERE call = ?1",
            "UPDATE calls SET heard = max(heard, (SELECT heard FROM calls WHERE id = ?1)) WHERE id = ?2",
        ] {
            sql::run(conn, change, (&ids.0, &ids.1))?;
        }
        let now = sql::ms(self.writer.now());
        sql::run(
            conn,
            "UPDATE alerts SET resolved_at = ?2 WHERE subject = ?1 AND resolved_at IS NULL",
            params![ids.0, now],
        )?;
        self.writer.words.retain(|words| words.position != position);
        let conn = self.writer.conn();
        sql::run(conn, "DELETE FROM calls WHERE row = ?1", [from])?;
        // A row that goes is a loss, for the ledger; this one is no call.
        sql::run(
            conn,
            "DELETE FROM asks WHERE account = ?1 AND provider_call_id = ?2",
            (account, named),
        )?;
        self.writer.note(ChangeKind::Call, ids.0)?;
        self.writer.note(ChangeKind::Call, ids.1)
    }
}
