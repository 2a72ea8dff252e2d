//! Writing the journal.

use rusqlite::{Connection, params};

use super::{
    Appended, EventOutcome, EventState, EventsMut, PackedEvent, newest,
    read::{HEADS, IS_PENDING},
    source_word,
};
use crate::{error::Result, sql};

impl EventsMut<'_, '_> {
    /// Writes down what became of the event.
    pub fn mark(&mut self, seq: i64, outcome: &EventOutcome) -> Result<()> {
        let conn = self.writer.conn();
        let (state, reason, call) = match outcome {
            EventOutcome::Applied { call } => (EventState::Applied, None, *call),
            EventOutcome::Ignored { reason, call } => (EventState::Ignored, Some(reason), *call),
            EventOutcome::Failed { reason, call } => (EventState::Failed, Some(reason), *call),
            EventOutcome::Pending => {
                sql::run(conn, "DELETE FROM event_states WHERE seq = ?1", [seq])?;
                sql::run(
                    conn,
                    "UPDATE journal_mark SET seq = min(seq, ?1 - 1)",
                    [seq],
                )?;
                return Ok(());
            }
        };
        sql::run(
            conn,
            "INSERT INTO event_states (seq, state, reason, call_id, applied_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (seq) DO UPDATE SET state = excluded.state, reason = excluded.reason,
                 call_id = excluded.call_id, applied_at = excluded.applied_at",
            params![
                seq,
                state.as_str(),
                reason,
                call.map(|call| call.to_string()),
                sql::ms(self.writer.now()),
            ],
        )?;
        newest::note(conn, seq)
    }

    /// Every event up to `seq` was looked at. False, and nothing is changed, if one of them is pending:
    /// it may have been put back since that was found out.
    pub fn all_done_up_to(&mut self, seq: i64) -> Result<bool> {
        let conn = self.writer.conn();
        let is_pending = sql::value(
            conn,
            &format!("SELECT EXISTS (SELECT 1 FROM {HEADS} WHERE {IS_PENDING} AND e.seq <= ?1)"),
            [seq],
        )?;
        if is_pending {
            return Ok(false);
        }
        sql::run(
            conn,
            "UPDATE journal_mark SET seq = ?1 WHERE seq < ?1",
            [seq],
        )?;
        Ok(true)
    }
}

/// Writes an event down. If it fails while the transaction lives, nothing of it is left behind.
pub(crate) fn append(conn: &Connection, event: &PackedEvent) -> Result<Appended> {
    if let Some(seq) = insert(conn, event)? {
        return Ok(Appended::New { seq });
    }
    let seq = sql::value(
        conn,
        "SELECT seq FROM events WHERE account = ?1 AND key = ?2",
        (event.event.account.as_str(), &event.event.key),
    )?;
    Ok(Appended::Duplicate { seq })
}

fn insert(conn: &Connection, packed: &PackedEvent) -> Result<Option<i64>> {
    let event = &packed.event;
    let is_new = sql::run(
        conn,
        "INSERT INTO events (id, account, provider, source, kind, key, received_at, as_of,
                             method, path, content_type, standing)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT DO NOTHING",
        params![
            packed.id.to_string(),
            event.account.as_str(),
            event.provider,
            source_word(event.source),
            event.kind,
            event.key,
            sql::ms(event.received_at),
            event.as_of.map(sql::ms),
            event.request.method,
            event.request.path_and_query,
            event.request.content_type,
            event.standing.as_str(),
        ],
    )? == 1;
    if !is_new {
        return Ok(None);
    }
    let seq = conn.last_insert_rowid();
    let body = sql::run(
        conn,
        "INSERT INTO event_bodies (seq, headers, body) VALUES (?1, ?2, ?3)",
        params![seq, packed.headers, event.body],
    );
    if let Err(error) = body {
        if !conn.is_autocommit() {
            sql::run(conn, "DELETE FROM events WHERE seq = ?1", [seq])?;
        }
        return Err(error);
    }
    Ok(Some(seq))
}
