//! What a backend's events mean in Ringback's words: the words are ours already, so this says which
//! events are used, when they were true, and what can be expected of such a call.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{
    Availability, Call, CallEvent, CallFacts, Field, ProviderCallId, Reason, RecordingFacts,
    RecordingKey, RecordingReport, Stamp, Status, Transcript,
};

use super::{
    links,
    payload::{CallPart, Envelope, Message, RecordingPart, State},
};
use crate::{Document, Misunderstood, Understood, fingerprint};

/// The kind of an event that does not say its kind.
const UPDATED: &str = "call.updated";

/// What the kinds of events begin with that are about calls. What one says follows from what is in
/// it and not from its kind, so a backend may name its events as it likes below these.
const USED: [&str; 3] = ["call.", "recording.", "transcript."];

/// How far ahead of ours a sender's clock may be; signatures allow the same.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// The sender's word for an event, for the journal.
pub(super) fn kind(body: &[u8]) -> String {
    match Envelope::open(body) {
        Ok(envelope) => fingerprint::label(envelope.kind.as_deref().unwrap_or(UPDATED)),
        Err(_) => "unreadable".to_owned(),
    }
}

pub(super) fn understand(document: Document<'_>) -> Result<Understood, Misunderstood> {
    let envelope = Envelope::open(document.body)?;
    let kind = envelope.kind.as_deref().unwrap_or(UPDATED);
    if !USED.iter().any(|begin| kind.starts_with(begin)) {
        let kind = fingerprint::label(kind);
        return Ok(Understood::Ignored(format!(
            "events of the kind {kind} are not used; those about calls begin with call., recording. or transcript."
        )));
    }
    let latest = document.at.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    let stamp = Stamp {
        as_of: envelope.timestamp(latest)?.unwrap_or(document.at),
        source: document.source,
    };
    Ok(Understood::Events(vec![report(envelope.message()?, stamp)]))
}

fn report(message: Message, stamp: Stamp) -> CallEvent {
    let Message {
        call,
        recordings,
        transcript,
    } = message;
    let CallPart {
        provider_call_id,
        status,
        direction,
        from,
        to,
        agent,
        started_at,
        answered_at,
        ended_at,
        duration_ms,
        ended_reason,
        summary,
        sentiment,
        successful,
        cost,
        latency,
        carrier_call_id,
    } = call;
    let mut event = CallEvent::new(ProviderCallId::new(provider_call_id), stamp);
    event.facts = CallFacts {
        status,
        direction,
        from,
        to,
        agent,
        started_at,
        answered_at,
        ended_at,
        duration_ms,
        ended_reason,
        summary,
        sentiment: sentiment.map(|sentiment| sentiment.to_lowercase()),
        successful,
        cost,
        latency,
        carrier_call_id,
        transcript: (!transcript.is_empty()).then(|| Transcript {
            // With the status of a call that goes on it is what was said so far. Alone it is whole:
            // whoever sends a transcript by itself has it from the recording.
            is_final: status.is_none_or(Status::is_terminal),
            segments: transcript,
        }),
        ..CallFacts::default()
    };
    event.recordings = recordings.into_iter().map(recording).collect();
    event
}

fn recording(part: RecordingPart) -> RecordingReport {
    let availability = match part.state {
        Some(State::Expected) => Some(Availability::Expected),
        Some(State::Absent) => Some(Availability::Absent(
            part.reason.unwrap_or(Reason::NotRecorded),
        )),
        Some(State::Withheld) => Some(Availability::Withheld(
            part.reason.unwrap_or(Reason::Policy),
        )),
        Some(State::Deleted) => Some(Availability::Deleted),
        Some(State::Available) => Some(Availability::Available),
        None => part.url.is_some().then_some(Availability::Available),
    };
    let is_given = matches!(
        availability,
        Some(Availability::Available | Availability::Expected)
    );
    RecordingReport {
        key: part.id.map_or_else(RecordingKey::only, RecordingKey::new),
        facts: RecordingFacts {
            availability,
            channels: part.channels,
            duration_ms: part.duration_ms,
            started_at: part.started_at,
            ..RecordingFacts::default()
        },
        link: part
            .url
            .filter(|_| is_given)
            .map(|url| links::link(url, part.link_expires_at)),
    }
}

/// What somebody should have told of a call like this one by now. Every backend knows other things;
/// what none can do without is that the call was told of at all, and when it was. A recording is only
/// missing once one was heard of, a transcript once part of one was.
pub(super) fn expects(call: &Call) -> Vec<Field> {
    let mut fields = match call.status() {
        Status::Ended => vec![Field::Status, Field::StartedAt, Field::EndedAt],
        Status::NotConnected | Status::Failed => vec![Field::Status],
        Status::Scheduled | Status::Ringing | Status::Ongoing => return Vec::new(),
    };
    if call.fields.transcript.is_some() {
        fields.push(Field::Transcript);
    }
    if !call.recordings.is_empty() {
        fields.push(Field::Recording);
    }
    fields
}
