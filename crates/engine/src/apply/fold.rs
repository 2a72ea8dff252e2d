//! One report, taken into the database: the call, what follows for its recordings, and the work that
//! has to be done because of it. All of it in the transaction of the caller.
//!
//! The same journal always gives the same rows: the time comes from the event, not from a clock.

use std::cmp::Ordering;

use jiff::Timestamp;
use ringback_model::{
    Availability, Call, CallEvent, CallId, Link, RecordingId, RecordingInput, RecordingKey,
    RecordingReport, RecordingState, Source, Stamp, Told, missing,
};
use ringback_store::{CallRecord, Recording, Result, Writer};

use super::{legs, row_key};
use crate::{accounts::Party, checks, fetch, jobs, ledger, schedule, stuck};

/// What came of taking in a report.
#[derive(Clone, Debug)]
pub(crate) struct Folded {
    /// The call.
    pub call: CallId,
    /// Whether there is something to fetch or to ask for now.
    pub work_due: bool,
}

/// How a report was heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// By a webhook, or as a full answer about this call.
    InFull,
    /// As an item of a list, which leaves things out that the call's own answer has.
    Listed,
}

/// Takes one report in. `at` is when it was heard of.
pub(crate) fn fold(
    writer: &mut Writer<'_>,
    party: &Party,
    event: &CallEvent,
    at: Timestamp,
    heard: Heard,
) -> Result<Folded> {
    let account = party.id();
    let event = &*legs::of_whole(writer, party, event)?;
    let stored = writer.calls().by_provider_id(account, &event.call)?;
    let is_new = stored.is_none();
    let mut record = stored.unwrap_or_else(|| CallRecord {
        id: CallId::derive(at, account, &event.call),
        account: account.clone(),
        provider: party.account().provider.to_owned(),
        call: Call::new(event.call.clone()),
        first_seen_at: at,
        missing: Vec::new(),
    });
    let stood_alone = legs::stand_alone(writer, party, event)?;
    let mut taken_over = Vec::new();
    for alone in &stood_alone {
        taken_over.extend(record.call.take_over(&alone.call, event.stamp));
    }
    let ages: Vec<Ordering> = event
        .recordings
        .iter()
        .map(|report| age(&record.call, report, event.stamp))
        .collect();
    let changes = record.call.apply(event);
    let is_news = is_new || !changes.is_empty() || !stood_alone.is_empty();
    // A webhook is in the journal, so that a database that is built again knows its moment too. An
    // answer that brings nothing new leaves no trace there, and none here.
    let is_newer = changes.stamps && event.stamp.source == Source::Webhook;
    if is_news || is_newer {
        writer.calls_mut().put(record.clone())?;
    }
    if is_new {
        writer.ledger_mut().arrived(account, &event.call)?;
    }

    let mut work_due = false;
    for alone in &stood_alone {
        writer.calls_mut().belongs_to(alone.id, record.id)?;
        ledger::drop_question(writer, party, &alone.call.provider_call_id)?;
    }
    for key in &taken_over {
        work_due |= recording(writer, party, &record, key, None, at)?;
    }
    for (report, age) in event.recordings.iter().zip(ages) {
        let key = row_key(writer, &record, &report.key)?;
        let link = report.link.as_ref().map(|link| TellLink { link, age });
        work_due |= recording(writer, party, &record, &key, link, at)?;
    }
    if changes.fields.contains(&"status") && record.call.status().is_terminal() {
        stuck::is_over(writer, record.id)?;
        // A recording that was being made while the call went on can be asked for now.
        for key in record.call.recordings.keys() {
            let key = row_key(writer, &record, key)?;
            work_due |= recording(writer, party, &record, &key, None, at)?;
        }
    }
    let mut states = Vec::new();
    if is_news {
        states = find_missing(writer, party, &mut record)?;
        work_due |= follow_up(writer, party, &record, at, heard)?;
        checks::of_call(writer, &party.configured.checks, &record)?;
    }
    // Either it leaves what it means to be asked for, or it lost to what is known and says something
    // else: the provider decides.
    let is_open = event.is_notice || changes.is_empty() && contradicts(&record.call, event);
    if is_open && party.provider().has_api() {
        let ask = jobs::resync(account, &event.call, at);
        writer.jobs_mut().enqueue(&ask)?;
        work_due = true;
    }
    let was_only_listed = match heard {
        Heard::InFull => writer.ledger_mut().told_in_full(account, &event.call)?,
        // What a list leaves out is asked for; until then no more is known than that it exists.
        Heard::Listed if is_new && party.provider().has_api() && !record.missing.is_empty() => {
            writer.ledger_mut().listed(account, &event.call, at)?;
            false
        }
        Heard::Listed => false,
    };
    if is_news {
        ledger::mark(writer, party, &record, &states)?;
    } else if was_only_listed {
        ledger::remark(writer, party, &event.call)?;
    }
    Ok(Folded {
        call: record.id,
        work_due,
    })
}

/// Whether a webhook tells another analysis or cost than what stands: an analysis that was run again
/// speaks of the same moment as the first one and does not win by itself.
fn contradicts(call: &Call, event: &CallEvent) -> bool {
    fn differs<T: PartialEq>(stands: &Option<Told<T>>, said: &Option<T>) -> bool {
        matches!((stands, said), (Some(stands), Some(said)) if stands.value != *said)
    }
    let (stands, said) = (&call.fields, &event.facts);
    event.stamp.source == Source::Webhook
        && (differs(&stands.summary, &said.summary)
            || differs(&stands.sentiment, &said.sentiment)
            || differs(&stands.successful, &said.successful)
            || differs(&stands.cost, &said.cost))
}

/// Finds out anew what is missing of a call by now and how it stands in the ledger, and writes what
/// is something else.
pub(crate) fn settle(
    writer: &mut Writer<'_>,
    party: &Party,
    record: &mut CallRecord,
) -> Result<()> {
    let states = find_missing(writer, party, record)?;
    ledger::mark(writer, party, record, &states)
}

/// Finds out anew what is missing of a call by now, and writes it if it is something else. Gives the
/// states of its recordings.
fn find_missing(
    writer: &mut Writer<'_>,
    party: &Party,
    record: &mut CallRecord,
) -> Result<Vec<RecordingState>> {
    let states: Vec<_> = writer
        .recordings()
        .of_call(record.id)?
        .iter()
        .map(|row| row.state)
        .collect();
    let now_missing = missing(
        &record.call,
        &party.provider().expects(&record.call),
        &states,
    );
    if now_missing != record.missing {
        record.missing = now_missing;
        writer.calls_mut().set_missing(record.id, &record.missing)?;
    }
    Ok(states)
}

/// A link that a report tells.
#[derive(Clone, Copy)]
struct TellLink<'a> {
    link: &'a Link,
    /// Whether the report speaks of a later moment than what was known of the recording, of the same,
    /// or of an earlier one.
    age: Ordering,
}

fn age(call: &Call, report: &RecordingReport, stamp: Stamp) -> Ordering {
    let known = call.recordings.get(&report.key);
    match known.and_then(|fields| fields.availability.as_ref()) {
        Some(told) => stamp.cmp(&told.stamp),
        None => Ordering::Greater,
    }
}

/// Brings a recording's row in line with what is known of it. True if it is to be fetched now.
fn recording(
    writer: &mut Writer<'_>,
    party: &Party,
    record: &CallRecord,
    key: &RecordingKey,
    told: Option<TellLink<'_>>,
    at: Timestamp,
) -> Result<bool> {
    let has_api = party.provider().has_api();
    let Some(fields) = record.call.recording(key) else {
        return Ok(false);
    };
    let availability = fields.availability.as_ref().map(|told| told.value);
    // One that was of a leg that stood for itself keeps the id that it had.
    let stored = writer.recordings().by_key(record.id, key)?;
    let id = match &stored {
        Some(row) => row.id,
        None => RecordingId::derive(record.id, key),
    };
    let before = stored.as_ref().map(|row| row.state);
    let mut row = stored.clone().unwrap_or_else(|| Recording {
        id,
        call: record.id,
        account: record.account.clone(),
        key: key.clone(),
        state: RecordingState::initial(availability),
        channels: None,
        duration_ms: None,
        audible_ms: None,
        format: None,
        size_bytes: None,
        sha256: None,
        path: None,
        analysis_path: None,
        link: None,
        expected_since: at,
        landed_at: None,
        fetch_attempts: 0,
        last_error: None,
        facts: fields.clone(),
    });
    row.facts = fields.clone();
    row.state = row.state.next(RecordingInput::Provider(
        availability.unwrap_or(Availability::Expected),
    ));
    // Where nobody can be asked for another link, one that is told later is a new beginning.
    if !has_api && told.is_some_and(|told| told.age.is_gt()) {
        row.state = row.state.next(RecordingInput::TryAgain);
    }
    // A report that comes late does not replace a newer link.
    let link = told
        .filter(|told| row.state.wants_fetch() && (told.age.is_ge() || row.link.is_none()))
        .map(|told| told.link);
    if let Some(link) = link {
        row.link = Some(link.clone());
    }
    if !row.state.wants_fetch() {
        row.link = None;
    }
    // What the provider says counts until our own decoder has counted.
    if row.state != RecordingState::Ready {
        row.channels = fields
            .channels
            .as_ref()
            .map(|told| told.value)
            .or(row.channels);
        row.duration_ms = fields
            .duration_ms
            .as_ref()
            .map(|told| told.value)
            .or(row.duration_ms);
    }
    if stored.as_ref() != Some(&row) {
        writer.recordings_mut().put(&row)?;
    }

    let account = &record.account;
    let is_unnamed = row.named_key().unnamed_parts().is_some();
    if is_unnamed && before.is_none() && !row.state.wants_fetch() {
        // The API knows its id. One that is fetched is asked for then.
        let ask = jobs::resync(account, &record.call.provider_call_id, at);
        writer.jobs_mut().enqueue(&ask)?;
    }
    match row.state {
        RecordingState::Available(_) if before != Some(row.state) || link.is_some() => {
            let deadline = fetch::deadline(row.link.as_ref());
            let job = jobs::fetch(account, id, at, deadline);
            jobs::enqueue(writer, &job, is_backlog(record, at))?;
            Ok(true)
        }
        // While the call goes on nobody has to be asked: the provider is still recording.
        RecordingState::Expected(_)
            if record.call.status().is_terminal() && (has_api || row.link.is_some()) =>
        {
            let deadline = fetch::deadline(row.link.as_ref());
            let job = jobs::fetch(account, id, at, deadline);
            jobs::enqueue(writer, &job, is_backlog(record, at))?;
            Ok(true)
        }
        state => {
            if state.is_settled() {
                writer.jobs_mut().cancel(jobs::FETCH, &id.to_string())?;
            }
            Ok(false)
        }
    }
}

/// What has to be asked of the provider because of what is known now. True if that is due.
fn follow_up(
    writer: &mut Writer<'_>,
    party: &Party,
    record: &CallRecord,
    at: Timestamp,
    heard: Heard,
) -> Result<bool> {
    if !party.provider().has_api() {
        return Ok(false);
    }
    let call = &record.call;
    let heard_of_call_itself = call.fields.status.is_some();
    let run_at = if !heard_of_call_itself {
        // Only a recording or a leg was heard of: the call itself has to be asked for.
        Some(at)
    } else if call.has_open_leg() {
        // It may go on all the same.
        Some(at)
    } else if !call.status().is_terminal() || record.missing.is_empty() {
        None
    } else if heard == Heard::Listed {
        Some(at)
    } else {
        let ended = call.fields.ended_at.as_ref().map_or(at, |told| told.value);
        schedule::next_refetch(ended, at)
    };
    if let Some(run_at) = run_at {
        let job = jobs::resync(party.id(), &call.provider_call_id, run_at);
        jobs::enqueue(writer, &job, is_backlog(record, run_at))?;
    }
    Ok(run_at == Some(at))
}

/// Whether what is to be done for a call gives way to what is live.
fn is_backlog(record: &CallRecord, at: Timestamp) -> bool {
    let ended = record.call.fields.ended_at.as_ref();
    schedule::is_backlog(ended.map(|told| told.value), at)
}
