//! What documents mean, by their kind: webhooks, and what the API was asked for.

use jiff::Timestamp;
use ringback_model::{
    Call, CallEvent, Field, LegFacts, ProviderCallId, RecordingKey, Source, Stamp, Status,
};

use super::{
    billing::DetailRecord,
    events,
    payload::{Envelope, Ids},
    recordings, texml,
};
use crate::{Account, Document, Misunderstood, Understood, json::Object};

/// An event out of `/webhook_deliveries`.
pub(super) const KIND_EVENT: &str = "event";
/// An item of `/call_events`.
pub(super) const KIND_CALL_EVENT: &str = "call_event";
/// What `/calls/{call_control_id}` tells of a leg.
pub(super) const KIND_STATUS: &str = "call_status";
/// An item of `/connections/{id}/active_calls`.
pub(super) const KIND_ACTIVE: &str = "listed_active_call";
/// Recordings of one conversation.
pub(super) const KIND_RECORDINGS: &str = "recordings";
/// Transcriptions of one conversation's recordings, below [`TRANSCRIPTIONS`], with its session.
pub(super) const KIND_TRANSCRIPTIONS: &str = "transcriptions";
/// A detail record.
pub(super) const KIND_RECORD: &str = "detail_record";

/// The list in a document of transcriptions.
pub(super) const TRANSCRIPTIONS: &str = "recording_transcriptions";

pub(super) fn understand(
    account: &Account,
    document: Document<'_>,
) -> Result<Understood, Misunderstood> {
    if document.source == Source::Webhook {
        if texml::is_form(document.content_type, document.body) {
            return texml::understand(account, document);
        }
        let event = Envelope::read(document.body)?;
        return events::understand(account, &event, document.at);
    }
    let object = Object::parse(document.body, "")?;
    let at = document.at;
    let reports = match shape(document.kind, &object) {
        KIND_EVENT => return events::understand(account, &Envelope::of(object)?, at),
        KIND_CALL_EVENT => return events::understand(account, &call_event(&object)?, at),
        KIND_STATUS | KIND_ACTIVE => standing(&object, at)?,
        KIND_TRANSCRIPTIONS => vec![transcriptions(&object, at)?],
        KIND_RECORDINGS => recordings::page(account, &object, at)?,
        _ => DetailRecord::read(&object)?.reports(at),
    };
    Ok(Understood::Events(reports))
}

/// What a document is. One that was brought in from outside says no more than that it is of a call;
/// then its members tell.
fn shape<'k>(kind: &'k str, object: &Object<'_>) -> &'k str {
    let known = [
        KIND_EVENT,
        KIND_CALL_EVENT,
        KIND_STATUS,
        KIND_ACTIVE,
        KIND_RECORDINGS,
        KIND_TRANSCRIPTIONS,
        KIND_RECORD,
    ];
    if known.contains(&kind) {
        return kind;
    }
    match object.text("record_type").as_deref() {
        Some("call_event") => KIND_CALL_EVENT,
        Some("event") => KIND_EVENT,
        Some("call") => KIND_STATUS,
        _ if object.raw("event_type").is_some() || object.raw("data").is_some() => KIND_EVENT,
        _ if object.raw(recordings::RECORDINGS).is_some() => KIND_RECORDINGS,
        _ if object.raw(TRANSCRIPTIONS).is_some() => KIND_TRANSCRIPTIONS,
        _ => KIND_RECORD,
    }
}

/// The webhook in an item of `/call_events`. `metadata` is free-form; in the documents' example the
/// event is in it, and the names stand on the item as well.
pub(super) fn call_event<'a>(item: &Object<'a>) -> Result<Envelope<'a>, Misunderstood> {
    let metadata = item.object("metadata");
    let event = metadata.as_ref().and_then(|metadata| {
        let event = metadata.object("event");
        event.or_else(|| metadata.raw("payload").map(|_| metadata.clone()))
    });
    let told = event.as_ref().and_then(|event| {
        let told = Envelope::of(event.clone()).ok()?;
        // An item whose event names no call is known by the item's own ids.
        Ids::read(&told.payload).session.is_some().then_some(told)
    });
    if let Some(mut told) = told {
        told.occurred_at = told.occurred_at.or_else(|| item.moment("event_timestamp"));
        return Ok(told);
    }
    let name = item
        .text("name")
        .ok_or_else(|| item.lacks("name", "is missing or no text"))?;
    let payload = event
        .as_ref()
        .and_then(|event| event.object("payload"))
        .filter(|payload| Ids::read(payload).session.is_some());
    Ok(Envelope {
        kind: super::payload::Kind::of(&name),
        name,
        id: None,
        occurred_at: event
            .as_ref()
            .and_then(|event| event.moment("occurred_at"))
            .or_else(|| item.moment("event_timestamp")),
        payload: payload.unwrap_or_else(|| item.clone()),
    })
}

/// What is told of a leg that was asked for: whether it is alive, since when, until when. Of an active
/// call there is only its age, from which each question would give a slightly different begin; so it
/// tells that there is such a leg, that it is up, and no more.
fn standing(object: &Object<'_>, at: Timestamp) -> Result<Vec<CallEvent>, Misunderstood> {
    let data = object.object("data").unwrap_or_else(|| object.clone());
    let (call, leg) = Ids::read(&data)
        .both()
        .ok_or_else(|| data.lacks("call_session_id", "or call_leg_id is missing or no text"))?;
    // Active calls are not said to be alive; they are.
    let is_over = data.boolean("is_alive") == Some(false);
    let started_at = data.moment("start_time");
    let report = |as_of, facts| {
        let source = Source::Snapshot;
        let mut event = CallEvent::new(call.clone(), Stamp { as_of, source });
        event.pieces.legs.push((leg.clone(), facts));
        event
    };
    let facts = LegFacts {
        other_id: data.text("call_control_id"),
        status: is_over.then_some(Status::Ended),
        started_at,
        ended_at: data.moment("end_time").filter(|_| is_over),
        duration_ms: data
            .integer("call_duration")
            .filter(|_| is_over)
            .and_then(|seconds| u64::try_from(seconds).ok()?.checked_mul(1000)),
        ..LegFacts::default()
    };
    // What the events say, to the microsecond, counts more than these whole seconds.
    let mut reports = vec![report(started_at.unwrap_or(at), facts)];
    if !is_over {
        let alive_at = Some(at);
        reports.push(report(
            at,
            LegFacts {
                alive_at,
                ..LegFacts::default()
            },
        ));
    }
    Ok(reports)
}

fn transcriptions(object: &Object<'_>, at: Timestamp) -> Result<CallEvent, Misunderstood> {
    let session = object
        .text("call_session_id")
        .ok_or_else(|| object.lacks("call_session_id", "is missing or no text"))?;
    let stamp = Stamp {
        as_of: at,
        source: Source::Snapshot,
    };
    let mut event = CallEvent::new(ProviderCallId::new(session), stamp);
    let items = object.objects(TRANSCRIPTIONS).unwrap_or_default();
    let told = items.iter().filter_map(|item| {
        let is_done = item.text("status").is_none_or(|word| word == "completed");
        let id = item.text("recording_id").filter(|_| is_done)?;
        Some((RecordingKey::new(id), item.text("transcription_text")?))
    });
    event.pieces.transcriptions.extend(told);
    Ok(event)
}

/// What Telnyx can tell of a call like this one by now. It records and transcribes only what it is
/// told to, so a recording is only missing once one was heard of.
pub(super) fn expects(call: &Call) -> Vec<Field> {
    // A recording that belongs to no call that anybody knows has nothing else to it.
    let is_known = call.fields.status.is_some();
    let mut fields = match call.status() {
        _ if !is_known => Vec::new(),
        Status::Ended => vec![
            Field::Direction,
            Field::From,
            Field::To,
            Field::StartedAt,
            Field::EndedAt,
            Field::DurationMs,
            Field::EndedReason,
            Field::Cost,
        ],
        Status::NotConnected | Status::Failed => {
            vec![Field::Direction, Field::From, Field::To, Field::EndedReason]
        }
        Status::Scheduled | Status::Ringing | Status::Ongoing => return Vec::new(),
    };
    if !call.recordings.is_empty() {
        fields.push(Field::Recording);
    }
    fields
}
