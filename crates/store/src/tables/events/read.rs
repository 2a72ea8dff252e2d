//! Reading the journal.

use ringback_model::{AccountId, CallId};
use rusqlite::{Row, params};

use super::{Event, EventFilter, EventHead, EventId, EventState, Events, Request, Standing};
use crate::{
    error::{Result, StoreError},
    pack::unpack,
    sql,
};

pub(super) const HEAD: &str = "e.seq, e.id, e.account, e.provider, e.source, e.kind, e.key, e.received_at, \
                    e.as_of, e.standing, s.state, s.reason, s.call_id, s.applied_at";

pub(super) const REST: &str = "e.method, e.path, e.content_type, b.headers, b.body";

pub(super) const HEADS: &str = "events e LEFT JOIN event_states s ON s.seq = e.seq";

pub(super) const WHOLE: &str =
    "events e JOIN event_bodies b ON b.seq = e.seq LEFT JOIN event_states s ON s.seq = e.seq";

/// Nobody looked at it yet.
pub(super) const IS_PENDING: &str = "s.seq IS NULL AND e.seq > (SELECT seq FROM journal_mark)";

impl Events<'_> {
    /// Events that nobody looked at yet, after `seq`, in order.
    pub fn pending(&self, after: i64, limit: usize) -> Result<Vec<Event>> {
        self.whole(IS_PENDING, after, limit)
    }

    /// All events after `seq`, in order: for rebuilding, chunk by chunk.
    pub fn after(&self, after: i64, limit: usize) -> Result<Vec<Event>> {
        self.whole("true", after, limit)
    }

    fn whole(&self, condition: &str, after: i64, limit: usize) -> Result<Vec<Event>> {
        sql::all(
            self.conn,
            &format!(
                "SELECT {HEAD}, {REST} FROM {WHOLE}
                 WHERE {condition} AND e.seq > ?1 ORDER BY e.seq LIMIT ?2"
            ),
            params![after, sql::size(limit)],
            read_event,
        )
    }

    /// One event by its id.
    pub fn by_id(&self, id: EventId) -> Result<Option<Event>> {
        sql::one(
            self.conn,
            &format!("SELECT {HEAD}, {REST} FROM {WHOLE} WHERE e.id = ?1"),
            [id.to_string()],
            read_event,
        )
    }

    /// One event by its place.
    pub fn by_seq(&self, seq: i64) -> Result<Option<Event>> {
        sql::one(
            self.conn,
            &format!("SELECT {HEAD}, {REST} FROM {WHOLE} WHERE e.seq = ?1"),
            [seq],
            read_event,
        )
    }

    /// Newest first, those before `before` (`None`: from the newest).
    pub fn list(
        &self,
        filter: &EventFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<EventHead>> {
        let (seq, from, condition) = match filter.state {
            None => ("e.seq", HEADS, "true".to_owned()),
            Some(EventState::Pending) => ("e.seq", HEADS, IS_PENDING.to_owned()),
            // The state stands in the text: the partial indexes are found only that way.
            Some(state) => (
                "s.seq",
                "event_states s CROSS JOIN events e ON e.seq = s.seq",
                format!("s.state = '{}'", state.as_str()),
            ),
        };
        sql::all(
            self.conn,
            &format!(
                "SELECT {HEAD} FROM {from}
                 WHERE {seq} < ?1 AND (?2 IS NULL OR e.account = ?2) AND {condition}
                 ORDER BY {seq} DESC LIMIT ?3"
            ),
            params![
                before.unwrap_or(i64::MAX),
                filter.account.as_ref().map(AccountId::as_str),
                sql::size(limit)
            ],
            read_head,
        )
    }

    /// The timeline of a call, in the order of the journal.
    pub fn of_call(&self, call: CallId) -> Result<Vec<EventHead>> {
        sql::all(
            self.conn,
            &format!(
                "SELECT {HEAD} FROM event_states s CROSS JOIN events e ON e.seq = s.seq
                 WHERE s.call_id = ?1 ORDER BY s.seq"
            ),
            [call.to_string()],
            read_head,
        )
    }

    /// How many events nobody looked at yet, up to `limit`.
    pub fn count_pending(&self, limit: usize) -> Result<u64> {
        let n = sql::value(
            self.conn,
            &format!("SELECT count(*) FROM (SELECT 1 FROM {HEADS} WHERE {IS_PENDING} LIMIT ?1)"),
            [sql::size(limit)],
        )?;
        sql::unsigned(n)
    }

    /// The place of the newest event, 0 if there is none.
    pub fn last_seq(&self) -> Result<i64> {
        sql::value(self.conn, "SELECT coalesce(max(seq), 0) FROM events", [])
    }

    /// The event that has this key in its account.
    pub fn by_key(&self, account: &AccountId, key: &str) -> Result<Option<EventHead>> {
        sql::one(
            self.conn,
            &format!("SELECT {HEAD} FROM {HEADS} WHERE e.account = ?1 AND e.key = ?2"),
            (account.as_str(), key),
            read_head,
        )
    }
}

pub(super) fn read_head(row: &Row<'_>) -> Result<EventHead> {
    let id: String = row.get(1)?;
    let account: String = row.get(2)?;
    let source: String = row.get(4)?;
    let standing: String = row.get(9)?;
    let state: Option<String> = row.get(10)?;
    let call: Option<String> = row.get(12)?;
    Ok(EventHead {
        seq: row.get(0)?,
        id: sql::parsed(&id, "event's id")?,
        account: sql::parsed(&account, "event's account")?,
        provider: row.get(3)?,
        source: sql::word(&source, "an event's source")?,
        kind: row.get(5)?,
        key: row.get(6)?,
        received_at: sql::at(row.get(7)?)?,
        as_of: sql::maybe_at(row.get(8)?)?,
        standing: match standing.as_str() {
            "signed" => Standing::Signed,
            "hint" => Standing::Hint,
            _ => return Err(StoreError::Damaged("an event's standing is unknown".into())),
        },
        state: match state.as_deref() {
            None => EventState::Pending,
            Some("applied") => EventState::Applied,
            Some("ignored") => EventState::Ignored,
            Some("failed") => EventState::Failed,
            Some(_) => return Err(StoreError::Damaged("an event's state is unknown".into())),
        },
        reason: row.get(11)?,
        call: call
            .map(|text| sql::parsed(&text, "call's id"))
            .transpose()?,
        applied_at: sql::maybe_at(row.get(13)?)?,
    })
}

pub(super) fn read_event(row: &Row<'_>) -> Result<Event> {
    let headers: String = row.get(17)?;
    Ok(Event {
        head: read_head(row)?,
        request: Request {
            method: row.get(14)?,
            path_and_query: row.get(15)?,
            content_type: row.get(16)?,
            headers: sql::from_json(&headers, "list of headers")?,
        },
        body: unpack(row.get_ref(18)?.as_blob().map_err(rusqlite::Error::from)?)?,
    })
}
