//! Lists of calls, newest first: by key, and by position for a list that is scrolled freely.

use ringback_model::{AccountId, Status};
use rusqlite::{Row, params_from_iter, types::Value};

use super::{
    CallFilter, CallKey, CallRecord, CallRow, Calls, CostSummary, Page, RecordingSummary,
    position_at,
};
use crate::{error::Result, sql, tables::search};

const ROW: &str = "row, position, id, account, provider, provider_call_id, part_of, status, direction, \
                   from_party, to_party, agent, line, started_at, ended_at, duration_ms, missing, \
                   recording_state, recording_reason, recordings, recording_id, link_dies_at, \
                   heard, cost_micros, currency, \
                   cost_provisional, successful, sentiment, has_transcript, first_seen_at, \
                   updated_at, rev";

/// A part is found by itself only if the whole is not.
const PART_ALONE: &str = "(part_of IS NULL OR NOT EXISTS (
    SELECT 1 FROM calls AS whole
    WHERE whole.id = calls.part_of AND EXISTS (
        SELECT 1 FROM call_words WHERE call_words MATCH {} AND rowid = whole.position)))";

impl Calls<'_> {
    /// The page that starts after `after` (`None`: at the newest).
    pub fn page(
        &self,
        filter: &CallFilter,
        after: Option<CallKey>,
        limit: usize,
    ) -> Result<Page<CallRow>> {
        let Some(question) = Question::new(filter, after) else {
            return Ok(Page {
                rows: Vec::new(),
                next: None,
            });
        };
        let mut rows = question.rows(self, limit.saturating_add(1), 0)?;
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|row| row.key);
        Ok(Page { rows, next })
    }

    /// Like [`Calls::page`], with whole calls (without transcripts).
    pub fn records(
        &self,
        filter: &CallFilter,
        after: Option<CallKey>,
        limit: usize,
    ) -> Result<Page<CallRecord>> {
        let page = self.page(filter, after, limit)?;
        let ids: Vec<_> = page.rows.iter().map(|row| row.id.to_string()).collect();
        let rows = sql::all(
            self.conn,
            "SELECT row FROM json_each(?1) JOIN calls ON calls.id = json_each.value
             ORDER BY json_each.key",
            [sql::to_json(&ids)?],
            |row| Ok(row.get(0)?),
        )?;
        Ok(Page {
            rows: self.light_rows(&rows)?,
            next: page.next,
        })
    }

    /// The lines at `offset..offset + limit` of the list. Fast at any depth while only account and
    /// status are filtered; other filters walk from the top.
    pub fn page_at(&self, filter: &CallFilter, offset: u64, limit: usize) -> Result<Vec<CallRow>> {
        let (start, skip) = self.jump(filter, offset)?;
        match Question::new(filter, start) {
            Some(question) => question.rows(self, limit, skip),
            None => Ok(Vec::new()),
        }
    }

    /// One line.
    pub fn row(&self, id: ringback_model::CallId) -> Result<Option<CallRow>> {
        let sql = format!("SELECT {ROW} FROM calls WHERE id = ?1");
        sql::one(self.conn, &sql, [id.to_string()], read)
    }
}

/// A filter as SQL.
pub(super) struct Question {
    from: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
    order: &'static str,
}

impl Question {
    /// `None` if nothing can be found: the search text has no word in it that could match.
    pub(super) fn new(filter: &CallFilter, after: Option<CallKey>) -> Option<Self> {
        let mut question = Self {
            from: "calls",
            conditions: Vec::new(),
            values: Vec::new(),
            order: "position",
        };
        let mut key = "position";
        match filter.text.as_deref().map(search::query) {
            Some(search::Query::Words(words)) => {
                question.from = "call_words CROSS JOIN calls ON calls.position = call_words.rowid";
                question.add("call_words MATCH {}", [words.clone().into()]);
                question.order = "call_words.rowid";
                key = "call_words.rowid";
                if filter.leaves_parts_out() {
                    question.add(PART_ALONE, [words.into()]);
                }
            }
            Some(search::Query::Nothing) => return None,
            Some(search::Query::Everything) | None if filter.leaves_parts_out() => {
                question.leave_parts_out(filter);
            }
            Some(search::Query::Everything) | None => {}
        }
        if let Some(CallKey(after)) = after {
            question.add(&format!("{key} < {{}}"), [after.into()]);
        }
        if let Some(account) = &filter.account {
            question.add("account = {}", [account.as_str().to_owned().into()]);
        }
        question.add_status(&filter.status);
        question.add_recording(filter);
        if let Some(direction) = filter.direction {
            question.add("direction = {}", [direction.as_str().to_owned().into()]);
        }
        if let Some(since) = filter.since.map(sql::ms) {
            question.add("sort_at >= {}", [since.into()]);
            question.add(&format!("{key} >= {{}}"), [position_at(since).into()]);
        }
        if let Some(until) = filter.until.map(sql::ms) {
            question.add("sort_at < {}", [until.into()]);
            // Calls that lined up behind a crowded moment stand a little later than they began.
            let slack = position_at(until.saturating_add(3_600_000));
            question.add(&format!("{key} < {{}}"), [slack.into()]);
        }
        if filter.has_missing {
            question.conditions.push("missing_count > 0".into());
        }
        Some(question)
    }

    fn leave_parts_out(&mut self, filter: &CallFilter) {
        if !filter.is_about_now() {
            self.conditions.push("part_of IS NULL".into());
            return;
        }
        let goes_on = list("whole.status", filter.status.len());
        let condition = format!(
            "(part_of IS NULL OR NOT EXISTS (
                 SELECT 1 FROM calls AS whole WHERE whole.id = calls.part_of AND {goes_on}))"
        );
        let words = filter.status.iter().map(|status| status.as_str());
        self.add(&condition, words.map(|word| Value::from(word.to_owned())));
    }

    /// Adds a condition; each `{}` stands for the next value.
    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        let mut text = condition.to_owned();
        for value in values {
            self.values.push(value);
            text = text.replacen("{}", &format!("?{}", self.values.len()), 1);
        }
        self.conditions.push(text);
    }

    fn add_status(&mut self, status: &[Status]) {
        let words = status
            .iter()
            .map(|status| Value::from(status.as_str().to_owned()));
        match status {
            [] => {}
            [_] => self.add("status = {}", words),
            // Few calls are not over: looked up by status and sorted. Otherwise most calls match,
            // and the list is walked in its own order (the + keeps the index on status out).
            several if several.iter().all(|status| !status.is_terminal()) => {
                self.add(&list("status", several.len()), words);
            }
            several => self.add(&list("+status", several.len()), words),
        }
    }

    fn add_recording(&mut self, filter: &CallFilter) {
        let words: Vec<Value> = filter
            .recording
            .iter()
            .filter_map(|word| word.stored())
            .map(|word| Value::from(word.to_owned()))
            .collect();
        let wants_none = words.len() < filter.recording.len();
        let column = "recording_state";
        match (words.len(), wants_none) {
            (0, false) => {}
            (0, true) => self.conditions.push(format!("{column} IS NULL")),
            (1, false) => self.add(&format!("{column} = {{}}"), words),
            (n, false) => self.add(&list(&format!("+{column}"), n), words),
            (n, true) => {
                let listed = list(&format!("+{column}"), n);
                self.add(&format!("({listed} OR +{column} IS NULL)"), words);
            }
        }
    }

    fn condition(&self) -> String {
        if self.conditions.is_empty() {
            "true".into()
        } else {
            self.conditions.join(" AND ")
        }
    }

    fn rows(self, calls: &Calls<'_>, limit: usize, skip: u64) -> Result<Vec<CallRow>> {
        let Self { from, order, .. } = &self;
        let n = self.values.len();
        let text = format!(
            "SELECT {ROW} FROM {from} WHERE {} ORDER BY {order} DESC LIMIT ?{} OFFSET ?{}",
            self.condition(),
            n + 1,
            n + 2
        );
        let mut values = self.values;
        values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
        values.push(sql::signed(skip).into());
        sql::all(calls.conn, &text, params_from_iter(values), read)
    }

    /// How many match, counting no further than `most`.
    pub(super) fn count(self, calls: &Calls<'_>, most: u64) -> Result<u64> {
        let text = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT ?{})",
            self.from,
            self.condition(),
            self.values.len() + 1
        );
        let mut values = self.values;
        values.push(sql::signed(most).into());
        let n = sql::value(calls.conn, &text, params_from_iter(values))?;
        sql::unsigned(n)
    }
}

fn list(column: &str, n: usize) -> String {
    format!("{column} IN ({})", vec!["{}"; n].join(", "))
}

fn read(row: &Row<'_>) -> Result<CallRow> {
    let id: String = row.get("id")?;
    let account: String = row.get("account")?;
    let status: String = row.get("status")?;
    let direction: String = row.get("direction")?;
    let missing: String = row.get("missing")?;
    let duration: Option<i64> = row.get("duration_ms")?;
    let provider_call_id: String = row.get("provider_call_id")?;
    let part_of: Option<String> = row.get("part_of")?;
    Ok(CallRow {
        key: CallKey(row.get("position")?),
        id: sql::parsed(&id, "call's id")?,
        account: sql::parsed::<AccountId>(&account, "call's account")?,
        provider: row.get("provider")?,
        provider_call_id: ringback_model::ProviderCallId::new(provider_call_id),
        part_of: part_of
            .map(|id| sql::parsed(&id, "call's id"))
            .transpose()?,
        status: sql::status(&status)?,
        direction: sql::word(&direction, "a direction")?,
        from: row.get("from_party")?,
        to: row.get("to_party")?,
        agent: row.get("agent")?,
        line: row.get("line")?,
        started_at: sql::maybe_at(row.get("started_at")?)?,
        ended_at: sql::maybe_at(row.get("ended_at")?)?,
        duration_ms: duration.map(sql::unsigned).transpose()?,
        missing: sql::from_json(&missing, "list of fields")?,
        recording: recording(row)?,
        heard: row.get("heard")?,
        cost: cost(row)?,
        successful: row.get("successful")?,
        sentiment: row.get("sentiment")?,
        has_transcript: row.get("has_transcript")?,
        first_seen_at: sql::at(row.get("first_seen_at")?)?,
        updated_at: sql::at(row.get("updated_at")?)?,
        rev: sql::unsigned(row.get("rev")?)?,
    })
}

fn recording(row: &Row<'_>) -> Result<Option<RecordingSummary>> {
    let Some(id) = row.get::<_, Option<String>>("recording_id")? else {
        return Ok(None);
    };
    let state: String = row.get("recording_state")?;
    let reason: Option<String> = row.get("recording_reason")?;
    Ok(Some(RecordingSummary {
        id: sql::parsed(&id, "recording's id")?,
        state: sql::recording_state(&state, reason.as_deref())?,
        link_expires_at: sql::maybe_at(row.get("link_dies_at")?)?,
        count: row.get("recordings")?,
    }))
}

fn cost(row: &Row<'_>) -> Result<Option<CostSummary>> {
    let micros: Option<i64> = row.get("cost_micros")?;
    let currency: Option<String> = row.get("currency")?;
    let provisional: Option<bool> = row.get("cost_provisional")?;
    Ok(micros.zip(currency).map(|(micros, currency)| CostSummary {
        micros,
        currency,
        provisional: provisional.unwrap_or(false),
    }))
}
