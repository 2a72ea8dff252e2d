//! Callbacks of TeXML applications: forms in the manner of Twilio, signed like Telnyx's events
//! (<https://developers.telnyx.com/api-reference/callbacks/texml-call-answered> and its neighbours,
//! read November 2026).
//!
//! `CallSid` is the leg's call control id. Session and leg are told by some of them only; where they
//! are not, the API is asked for the call.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use ringback_model::{
    Availability, CallEvent, Direction, EndedCode, EndedReason, LegFacts, LegId, Matched,
    ProviderCallId, Reason, RecordingFacts, RecordingKey, RecordingReport, Source, Stamp, Status,
};
use url::Url;

use super::{
    hangup,
    links::{self, Place},
    payload::channels_of,
};
use crate::{Account, Document, Misunderstood, Understood, fingerprint, form::Params};

/// Whether a body is a form. Events are JSON objects.
pub(super) fn is_form(content_type: Option<&str>, body: &[u8]) -> bool {
    let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
    if content_type.contains("x-www-form-urlencoded") {
        return true;
    }
    let first = body.trim_ascii_start().first();
    !content_type.contains("json") && first.is_some_and(|first| !matches!(first, b'{' | b'['))
}

/// TeXML has no word for the kind of a callback; its status tells callbacks apart.
pub(super) fn kind(params: &Params) -> String {
    let (what, status) = match (params.get("RecordingStatus"), params.get("CallStatus")) {
        _ if params.get("TranscriptionText").is_some() => return "texml.transcription".into(),
        (Some(status), _) => ("recording", status),
        (None, Some(status)) => ("call", status),
        (None, None) => return "texml.unknown".into(),
    };
    format!("texml.{what}.{}", fingerprint::label(status))
}

pub(super) fn understand(
    account: &Account,
    document: Document<'_>,
) -> Result<Understood, Misunderstood> {
    let params = Params::read(document.content_type, document.query, document.body)?;
    let told = ["RecordingStatus", "TranscriptionText", "CallStatus"];
    if told.iter().all(|name| params.get(name).is_none()) {
        return Ok(Understood::Ignored(
            "tells neither the status of a call nor that of a recording".into(),
        ));
    }
    let Some(session) = params.get("CallSessionId") else {
        let sid = params.get("CallSid").ok_or_else(|| Misunderstood {
            path: "CallSid".into(),
            what: "is missing".into(),
        })?;
        return Ok(Understood::Ask {
            calls: vec![ProviderCallId::new(sid)],
            why: "names no session: the provider is asked about the call instead".into(),
        });
    };
    let at = params.get("Timestamp").and_then(moment);
    let stamp = Stamp {
        as_of: at.unwrap_or(document.at),
        source: Source::Webhook,
    };
    let mut event = CallEvent::new(ProviderCallId::new(session), stamp);
    let leg = params.get("CallLegId").map(LegId::new);
    if let Some(report) = recording(account, &params, leg.as_ref(), document.at) {
        event.recordings.push(report);
    }
    if let (Some(text), Some(id)) = (params.get("TranscriptionText"), params.get("RecordingSid")) {
        let told = (RecordingKey::new(id), text.to_owned());
        event.pieces.transcriptions.push(told);
    }
    if let Some(leg) = leg {
        let facts = leg_facts(&params, at);
        if facts != LegFacts::default() {
            event.pieces.legs.push((leg, facts));
        }
    }
    Ok(Understood::Events(vec![event]))
}

fn leg_facts(params: &Params, at: Option<Timestamp>) -> LegFacts {
    let word = params.get("CallStatus").unwrap_or_default();
    let status = match word {
        "queued" => Some(Status::Scheduled),
        "initiated" | "ringing" => Some(Status::Ringing),
        "answered" | "in-progress" => Some(Status::Ongoing),
        "completed" => Some(Status::Ended),
        "busy" | "no-answer" | "canceled" => Some(Status::NotConnected),
        "failed" => Some(Status::Failed),
        _ => None,
    };
    let is_over = status.is_some_and(Status::is_terminal);
    // A recording's callback may come while the call goes on, and after it.
    let is_progress = params.get("RecordingStatus").is_none();
    LegFacts {
        status: status.filter(|_| is_progress),
        direction: match params.get("Direction") {
            Some("inbound" | "incoming") => Some(Direction::Inbound),
            Some(word) if word.starts_with("out") => Some(Direction::Outbound),
            _ => None,
        },
        from: params.text("From"),
        to: params.text("To"),
        started_at: params.get("CallInitiatedAt").and_then(moment),
        answered_at: at.filter(|_| is_progress && status == Some(Status::Ongoing)),
        alive_at: at.filter(|_| is_progress && status.is_some_and(Status::is_live)),
        ended_at: at.filter(|_| is_progress && is_over),
        duration_ms: params
            .get("CallDuration")
            .filter(|_| is_over)
            .and_then(seconds),
        ended_reason: ended_reason(params, word, status),
        other_id: params.text("CallSid"),
        hung_up: hangup::read(params.get("HangupCause"), None).side(params.get("HangupSource")),
        ..LegFacts::default()
    }
}

/// By the cause, else by the status, which says as much where nobody was reached.
fn ended_reason(params: &Params, word: &str, status: Option<Status>) -> Option<EndedReason> {
    status.filter(|status| status.is_terminal())?;
    if let Some(cause) = params.get("HangupCause") {
        return hangup::read(Some(cause), None).reason;
    }
    let code = match word {
        "busy" => EndedCode::Busy,
        "no-answer" => EndedCode::NoAnswer,
        "canceled" => EndedCode::Canceled,
        "failed" => EndedCode::Error,
        _ => return None,
    };
    Some(EndedReason {
        code,
        raw: word.to_owned(),
    })
}

fn recording(
    account: &Account,
    params: &Params,
    leg: Option<&LegId>,
    at: Timestamp,
) -> Option<RecordingReport> {
    let (id, status) = (params.get("RecordingSid")?, params.get("RecordingStatus")?);
    let url = params
        .get("RecordingUrl")
        .and_then(|url| Url::parse(url).ok());
    let place = links::place(account, url.as_slice(), at);
    let availability = match (status, &place) {
        ("completed", Place::OutOfReach) => Some(Availability::Withheld(Reason::ExternalStorage)),
        ("completed", _) => Some(Availability::Available),
        ("in-progress" | "paused" | "stopped", _) => Some(Availability::Expected),
        ("absent", _) => Some(Availability::Absent(Reason::NotRecorded)),
        _ => None,
    };
    Some(RecordingReport {
        key: RecordingKey::new(id),
        facts: RecordingFacts {
            availability,
            channels: params.get("RecordingChannels").and_then(channels_of),
            duration_ms: params.get("RecordingDuration").and_then(seconds),
            started_at: params.get("RecordingStartTime").and_then(moment),
            provider_id: Some(id.to_owned()),
            leg: leg.cloned(),
            matched: Some(Matched::ByIds),
        },
        link: match place {
            Place::At(link) => Some(link),
            Place::OutOfReach | Place::Unknown => None,
        },
    })
}

/// Seconds as a text, perhaps with a fraction, in ms.
fn seconds(text: &str) -> Option<u64> {
    let span = SignedDuration::try_from_secs_f64(text.trim().parse().ok()?).ok()?;
    u64::try_from(span.as_millis()).ok()
}

/// ISO 8601; the Twilio look-alike REST API writes RFC 2822.
fn moment(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok().or_else(|| {
        rfc2822::DateTimeParser::new()
            .relaxed_weekday(true)
            .parse_timestamp(text.trim())
            .ok()
    })
}
