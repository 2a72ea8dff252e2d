//! Reading whole calls.

use jiff::Timestamp;
use ringback_model::{AccountId, Call, CallId, LegId, ProviderCallId};
use rusqlite::{Params, Row, params};

use super::{CallFilter, CallRecord, Calls};
use crate::{
    error::Result,
    sql,
    tables::{
        legs,
        search::{self, Hit},
        transcripts,
    },
};

const RECORD: &str = "calls.row, id, account, provider, first_seen_at, missing, doc";

impl Calls<'_> {
    /// The call with this id, in full.
    pub fn by_id(&self, id: CallId) -> Result<Option<CallRecord>> {
        self.whole("id = ?1", [id.to_string()])
    }

    /// The call with the provider's id, in full: what a report about it is merged into.
    pub fn by_provider_id(
        &self,
        account: &AccountId,
        call: &ProviderCallId,
    ) -> Result<Option<CallRecord>> {
        self.whole(
            "account = ?1 AND provider_call_id = ?2",
            (account.as_str(), call.as_str()),
        )
    }

    /// Every account of which a call is here, with the name of its provider.
    pub fn accounts(&self) -> Result<Vec<(AccountId, String)>> {
        // From one account to the next along the index, however many calls each has.
        sql::all(
            self.conn,
            "WITH RECURSIVE known (account) AS (
                 SELECT min(account) FROM calls
                 UNION ALL
                 SELECT (SELECT min(account) FROM calls WHERE account > known.account)
                 FROM known WHERE known.account IS NOT NULL
             )
             SELECT account, (SELECT provider FROM calls
                 WHERE calls.account = known.account ORDER BY position DESC LIMIT 1)
             FROM known WHERE account IS NOT NULL",
            [],
            |row| {
                let account: String = row.get(0)?;
                Ok((sql::parsed(&account, "account")?, row.get(1)?))
            },
        )
    }

    /// The id of the call with the provider's id.
    pub fn id_of(&self, account: &AccountId, call: &ProviderCallId) -> Result<Option<CallId>> {
        sql::one(
            self.conn,
            "SELECT id FROM calls WHERE account = ?1 AND provider_call_id = ?2",
            (account.as_str(), call.as_str()),
            read_id,
        )
    }

    /// The call that the leg belongs to, as its root or as one of its further legs.
    pub fn id_of_leg(&self, account: &AccountId, leg: &LegId) -> Result<Option<CallId>> {
        match legs::call_of(self.conn, account, leg)? {
            Some(id) => Ok(Some(id)),
            None => self.id_of(account, &ProviderCallId::new(leg.as_str())),
        }
    }

    /// The calls that a person may mean by `text`: Ringback's id, or a provider's id of a call or a
    /// leg in any account.
    pub fn named(&self, text: &str) -> Result<Vec<CallId>> {
        if let Ok(id) = text.parse::<CallId>()
            && let Some(id) = sql::one(
                self.conn,
                "SELECT id FROM calls WHERE id = ?1",
                [id.to_string()],
                read_id,
            )?
        {
            return Ok(vec![id]);
        }
        sql::all(
            self.conn,
            "SELECT id FROM calls WHERE provider_call_id = ?1
             UNION SELECT id FROM legs JOIN calls ON calls.row = legs.call WHERE leg = ?1",
            [text],
            read_id,
        )
    }

    /// The call without its transcript: enough for its page's head and for `calls list`.
    pub fn light(&self, id: CallId) -> Result<Option<CallRecord>> {
        let sql = select("id = ?1");
        sql::one(self.conn, &sql, [id.to_string()], |row| Ok(read(row)?.1))
    }

    /// The calls that go on now, newest first, without transcripts.
    pub fn ongoing(&self) -> Result<Vec<CallRecord>> {
        let all = CallFilter {
            with_parts: true,
            ..CallFilter::ongoing()
        };
        let page = self.records(&all, None, usize::MAX)?;
        Ok(page.rows)
    }

    /// Calls that ended within `from..until` and have missing data, without transcripts.
    pub fn ended_with_missing(&self, from: Timestamp, until: Timestamp) -> Result<Vec<CallRecord>> {
        sql::all(
            self.conn,
            &select("missing_count > 0 AND ended_at >= ?1 AND ended_at < ?2 ORDER BY ended_at"),
            (sql::ms(from), sql::ms(until)),
            |row| Ok(read(row)?.1),
        )
    }

    /// Where the words that a person searched for are in the call's transcript, in order.
    pub fn hits(&self, id: CallId, text: &str, limit: usize) -> Result<Vec<Hit>> {
        let record = self.by_id(id)?;
        match record.as_ref().and_then(|record| record.call.transcript()) {
            Some(transcript) => search::hits(&transcript.segments, text, limit),
            None => Ok(Vec::new()),
        }
    }

    fn whole(&self, condition: &str, params: impl Params) -> Result<Option<CallRecord>> {
        let Some((row, mut record)) = sql::one(self.conn, &select(condition), params, read)? else {
            return Ok(None);
        };
        transcripts::load(self.conn, row)?.put_into(&mut record.call);
        Ok(Some(record))
    }

    /// Records for these rows, in the given order, without transcripts.
    pub(super) fn light_rows(&self, rows: &[i64]) -> Result<Vec<CallRecord>> {
        let sql = select("calls.row = ?1");
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            records.extend(sql::one(self.conn, &sql, params![row], |row| {
                Ok(read(row)?.1)
            })?);
        }
        Ok(records)
    }
}

fn select(condition: &str) -> String {
    format!(
        "SELECT {RECORD} FROM calls JOIN call_docs ON call_docs.call = calls.row WHERE {condition}"
    )
}

fn read_id(row: &Row<'_>) -> Result<CallId> {
    let id: String = row.get(0)?;
    sql::parsed(&id, "call's id")
}

fn read(row: &Row<'_>) -> Result<(i64, CallRecord)> {
    let id: String = row.get(1)?;
    let account: String = row.get(2)?;
    let missing: String = row.get(5)?;
    let doc: String = row.get(6)?;
    let call: Call = sql::from_json(&doc, "call")?;
    let record = CallRecord {
        id: sql::parsed(&id, "call's id")?,
        account: sql::parsed(&account, "call's account")?,
        provider: row.get(3)?,
        first_seen_at: sql::at(row.get(4)?)?,
        missing: sql::from_json(&missing, "list of fields")?,
        call,
    };
    Ok((row.get(0)?, record))
}
