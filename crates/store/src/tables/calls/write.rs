//! Writing calls: the columns, the document, the legs, the transcript and the search words of one
//! call change together.

use std::borrow::Cow;

use jiff::Timestamp;
use ringback_model::{Call, CallId, Cost, RecordingId, RecordingState, Transcript};
use rusqlite::{Connection, params};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{CallRecord, CallsMut, carrier, position_at};
use crate::{
    error::{Result, StoreError},
    sql,
    tables::{
        changes::ChangeKind,
        legs,
        search::{SearchText, Words},
        transcripts::{self, Spoken},
    },
};

/// The longest line, in characters.
const LINE: usize = 160;

/// What is stored of a call already.
struct Stored {
    row: i64,
    id: String,
    position: i64,
    sort_at: i64,
    digest: i64,
    carrier_call_id: Option<String>,
}

impl CallsMut<'_, '_> {
    /// Writes the call as it is now. The states of its recordings are written with
    /// [`crate::RecordingsMut::put`] after it.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if the account has this provider's call under another id.
    pub fn put(&mut self, mut record: CallRecord) -> Result<()> {
        let conn = self.writer.conn();
        let in_turns = match record.call.transcript() {
            Some(Cow::Owned(in_turns)) => Some(in_turns),
            Some(Cow::Borrowed(_)) | None => None,
        };
        let spoken = Spoken::taken_from(&mut record.call);
        let whole = spoken.transcript.as_ref().map(|told| &told.value);
        let transcript = in_turns.as_ref().or(whole);
        let stored = find(conn, &record)?;
        if stored
            .as_ref()
            .is_some_and(|stored| stored.id != record.id.to_string())
        {
            return Err(StoreError::Broken("a call was given a second id".into()));
        }
        let began = record
            .call
            .fields
            .started_at
            .as_ref()
            .map(|told| told.value);
        // A provider that tells a time before 1970 tells nonsense; the day counts start there.
        let sort_at = sql::ms(began.unwrap_or(record.first_seen_at)).max(0);
        let place = place(conn, stored.as_ref(), sort_at)?;
        let carrier_before = stored
            .as_ref()
            .and_then(|stored| stored.carrier_call_id.clone());

        write_columns(
            conn,
            &record,
            &place,
            sort_at,
            transcript,
            sql::ms(self.writer.now()),
        )?;
        if stored.is_none() {
            // Who listened may be known before the call is, in a database that is built anew.
            sql::run(
                conn,
                "UPDATE calls SET heard = 1 WHERE row = ?1
                     AND EXISTS (SELECT 1 FROM listens WHERE call_id = ?2)",
                (place.row, record.id.to_string()),
            )?;
        }
        sql::run(
            conn,
            "INSERT INTO call_docs (call, doc) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET doc = excluded.doc",
            (place.row, sql::to_json(&record.call)?),
        )?;
        let legs = record.call.leg_ids().cloned();
        let legs: Vec<_> = legs.chain(record.call.other_leg_ids()).collect();
        legs::put(conn, &record.account, place.row, &legs)?;
        transcripts::put(conn, place.row, &spoken)?;

        let text = SearchText::of(&record, transcript);
        let digest = text.digest();
        let was = stored.map(|stored| (stored.position, stored.digest));
        if was != Some((place.position, digest)) {
            sql::run(
                conn,
                "UPDATE calls SET search_digest = ?2 WHERE row = ?1",
                (place.row, digest),
            )?;
            let words = Words {
                was: was.map(|(position, _)| position),
                position: place.position,
                text,
            };
            words.join(&mut self.writer.words);
        }
        self.writer.note(ChangeKind::Call, record.id.to_string())?;
        carrier::join(self.writer, place.row, carrier_before.as_deref())
    }

    /// Something that is shown with the call changed beside it: its row is told anew.
    pub fn touch(&mut self, id: CallId) -> Result<()> {
        let is_here = sql::run(
            self.writer.conn(),
            "UPDATE calls SET rev = rev + 1 WHERE id = ?1",
            [id.to_string()],
        )? == 1;
        if is_here {
            self.writer.note(ChangeKind::Call, id.to_string())?;
        }
        Ok(())
    }

    /// Only what is missing changed: a recording landed, or is not expected any more.
    pub fn set_missing(&mut self, id: CallId, missing: &[ringback_model::Field]) -> Result<()> {
        let now = sql::ms(self.writer.now());
        let is_other = sql::run(
            self.writer.conn(),
            "UPDATE calls SET missing = ?2, missing_count = ?3, updated_at = ?4, rev = rev + 1
             WHERE id = ?1 AND missing <> ?2",
            params![
                id.to_string(),
                sql::fields_json(missing)?,
                sql::size(missing.len()),
                now
            ],
        )? == 1;
        if is_other {
            self.writer.note(ChangeKind::Call, id.to_string())?;
        }
        Ok(())
    }
}

fn find(conn: &Connection, record: &CallRecord) -> Result<Option<Stored>> {
    sql::one(
        conn,
        "SELECT row, id, position, sort_at, search_digest, carrier_call_id FROM calls
         WHERE account = ?1 AND provider_call_id = ?2",
        (
            record.account.as_str(),
            record.call.provider_call_id.as_str(),
        ),
        |row| {
            Ok(Stored {
                row: row.get(0)?,
                id: row.get(1)?,
                position: row.get(2)?,
                sort_at: row.get(3)?,
                digest: row.get(4)?,
                carrier_call_id: row.get(5)?,
            })
        },
    )
}

/// Which row a call has and where it stands in the list.
struct Place {
    row: i64,
    position: i64,
}

fn place(conn: &Connection, stored: Option<&Stored>, sort_at: i64) -> Result<Place> {
    let row = match stored {
        Some(stored) if stored.sort_at == sort_at => {
            return Ok(Place {
                row: stored.row,
                position: stored.position,
            });
        }
        Some(stored) => stored.row,
        None => sql::value(conn, "SELECT coalesce(max(row), 0) + 1 FROM calls", [])?,
    };
    // Mostly free at once. Where many calls share a moment, they line up behind it.
    let mut position = position_at(sort_at) + (row & 1023);
    loop {
        let end = position + (1 << 20);
        let last: Option<i64> = sql::value(
            conn,
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM calls WHERE position = ?1)
                 THEN (SELECT max(position) FROM calls WHERE position >= ?1 AND position < ?2) END",
            (position, end),
        )?;
        match last {
            None => return Ok(Place { row, position }),
            Some(last) => position = last + 1,
        }
    }
}

fn write_columns(
    conn: &Connection,
    record: &CallRecord,
    place: &Place,
    sort_at: i64,
    transcript: Option<&Transcript>,
    now: i64,
) -> Result<()> {
    let call = &record.call;
    let fields = &call.fields;
    let is_live = call.status().is_live();
    let line = if is_live {
        transcript
            .and_then(|transcript| transcript.segments.last())
            .map(|said| said.text.as_str())
    } else {
        fields.summary.as_ref().map(|told| told.value.as_str())
    };
    let cost = call.cost();
    let agent = fields
        .agent
        .as_ref()
        .and_then(|told| told.value.name.as_deref().or(told.value.id.as_deref()));
    sql::run(
        conn,
        "INSERT INTO calls (row, id, position, account, provider, provider_call_id, status,
             direction, from_party, to_party, agent, started_at, ended_at, duration_ms, sort_at,
             missing, missing_count, cost_micros, currency, cost_provisional, successful, sentiment,
             has_transcript, first_seen_at, updated_at, line, carrier_call_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?28)
         ON CONFLICT (row) DO UPDATE SET
             position = excluded.position, provider = excluded.provider, status = excluded.status,
             direction = excluded.direction, from_party = excluded.from_party,
             to_party = excluded.to_party, agent = excluded.agent,
             started_at = excluded.started_at, ended_at = excluded.ended_at,
             duration_ms = excluded.duration_ms, sort_at = excluded.sort_at,
             missing = excluded.missing, missing_count = excluded.missing_count,
             cost_micros = excluded.cost_micros, currency = excluded.currency,
             cost_provisional = excluded.cost_provisional, successful = excluded.successful,
             sentiment = excluded.sentiment,
             has_transcript = max(has_transcript, excluded.has_transcript),
             first_seen_at = excluded.first_seen_at, updated_at = excluded.updated_at, rev = rev + 1,
             line = CASE WHEN ?27 THEN line ELSE excluded.line END,
             carrier_call_id = excluded.carrier_call_id",
        params![
            place.row,
            record.id.to_string(),
            place.position,
            record.account.as_str(),
            record.provider,
            call.provider_call_id.as_str(),
            call.status().as_str(),
            fields.direction.as_ref().map(|told| told.value).unwrap_or_default().as_str(),
            fields.from.as_ref().map(|told| &told.value),
            fields.to.as_ref().map(|told| &told.value),
            agent,
            fields.started_at.as_ref().map(|told| sql::ms(told.value)),
            fields.ended_at.as_ref().map(|told| sql::ms(told.value)),
            duration_ms(call).map(sql::signed),
            sort_at,
            sql::fields_json(&record.missing)?,
            sql::size(record.missing.len()),
            cost.as_ref().and_then(micros),
            cost.as_ref().map(|cost| &cost.currency),
            cost.as_ref().map(|cost| cost.provisional),
            fields.successful.as_ref().map(|told| told.value),
            fields.sentiment.as_ref().map(|told| &told.value),
            transcript.is_some(),
            sql::ms(record.first_seen_at),
            now,
            line.map(first_words),
            // Who wrote the call without its transcript did not take back what was said.
            is_live && transcript.is_none(),
            carrier_id(call),
        ],
    )?;
    Ok(())
}

/// The carrier's id of the call, if it says anything.
fn carrier_id(call: &Call) -> Option<&str> {
    let told = call.fields.carrier_call_id.as_ref()?;
    Some(told.value.as_str()).filter(|id| !id.is_empty())
}

/// As much as a line of a list has room for.
fn first_words(text: &str) -> &str {
    let end = text.char_indices().nth(LINE).map(|(at, _)| at);
    end.map_or(text, |end| &text[..end])
}

fn duration_ms(call: &Call) -> Option<u64> {
    let fields = &call.fields;
    let told = fields.duration_ms.as_ref().map(|told| told.value);
    told.or_else(|| {
        let start = fields.started_at.as_ref()?.value;
        let end = fields.ended_at.as_ref()?.value;
        u64::try_from(end.duration_since(start).as_millis()).ok()
    })
}

/// Millionths of a unit. Providers price in hundredths of a cent at the finest.
fn micros(cost: &Cost) -> Option<i64> {
    (cost.amount * Decimal::from(1_000_000)).round().to_i64()
}

/// What the list needs to know of one recording.
pub(crate) struct Standing {
    pub(crate) id: RecordingId,
    pub(crate) state: RecordingState,
    pub(crate) link_expires_at: Option<Timestamp>,
}

/// Writes into the list how it stands with the call's recordings, given in the order of their keys.
pub(crate) fn summarize(
    conn: &Connection,
    call_row: i64,
    recordings: &[Standing],
    now: i64,
) -> Result<()> {
    // Of equals `max_by_key` takes the last, and the first is wanted.
    let furthest = recordings
        .iter()
        .rev()
        .max_by_key(|one| progress(one.state));
    let state = furthest.map(|one| one.state);
    sql::run(
        conn,
        "UPDATE calls SET recording_state = ?2, recording_reason = ?3, recordings = ?4,
             recording_id = ?5, link_dies_at = ?6, updated_at = ?7, rev = rev + 1
         WHERE row = ?1 AND (recording_state IS NOT ?2 OR recording_reason IS NOT ?3
             OR recordings <> ?4 OR recording_id IS NOT ?5 OR link_dies_at IS NOT ?6)",
        params![
            call_row,
            state.map(RecordingState::as_str),
            state
                .and_then(RecordingState::reason)
                .map(|reason| reason.as_str()),
            sql::size(recordings.len()),
            furthest.map(|one| one.id.to_string()),
            furthest.and_then(|one| one.link_expires_at).map(sql::ms),
            now
        ],
    )?;
    Ok(())
}

/// Somebody listened to a recording of the call. True if nobody had before.
pub(crate) fn note_heard(conn: &Connection, call: CallId, now: i64) -> Result<bool> {
    let changed = sql::run(
        conn,
        "UPDATE calls SET heard = 1, updated_at = ?2, rev = rev + 1 WHERE id = ?1 AND NOT heard",
        params![call.to_string(), now],
    )?;
    Ok(changed == 1)
}

/// How far a recording is: what can be heard first, then what may still come.
fn progress(state: RecordingState) -> u8 {
    match state {
        RecordingState::Ready => 8,
        RecordingState::Downloading => 7,
        RecordingState::Available(_) => 6,
        RecordingState::Expected(_) => 5,
        RecordingState::Failed(_) => 4,
        RecordingState::Expired(_) => 3,
        RecordingState::Withheld(_) => 2,
        RecordingState::Deleted(_) => 1,
        RecordingState::Absent(_) => 0,
    }
}
