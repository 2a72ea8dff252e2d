//! What Twilio's documents mean in Ringback's words.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{
    Availability, Call, CallEvent, CallFacts, Cost, Direction, EndedCode, EndedReason, Field,
    LegFacts, LegId, ProviderCallId, Reason, RecordingFacts, RecordingKey, RecordingReport, Source,
    Stamp, Status, currency_code,
};
use rust_decimal::Decimal;

use super::{
    links::{self, Place},
    payload::{LegNews, Page, RecordingNews},
};
use crate::{Account, Document, Misunderstood, Understood, form::Params, json::Object};

/// A leg as the API tells it.
pub(super) const KIND_CALL: &str = "call";
/// A page of recordings as the API tells it.
pub(super) const KIND_RECORDINGS: &str = "recordings";

pub(super) fn understand(
    account: &Account,
    document: Document<'_>,
) -> Result<Understood, Misunderstood> {
    match (document.source, document.kind) {
        (Source::Webhook, _) => callback(account, document),
        (Source::Snapshot, KIND_RECORDINGS) => {
            let page = Page::read(document.body, "recordings")?;
            let recordings = page.items.into_iter().enumerate().map(|(index, raw)| {
                let path = format!("recordings[{index}]");
                let object = Object::of(raw, &path).ok_or_else(|| Misunderstood {
                    path: path.clone(),
                    what: "is no object".into(),
                })?;
                let news = RecordingNews::of_json(&object)?;
                Ok(recording_event(
                    account,
                    &news,
                    Source::Snapshot,
                    document.at,
                ))
            });
            Ok(Understood::Events(recordings.collect::<Result<_, _>>()?))
        }
        (Source::Snapshot, _) => {
            let object = Object::parse(document.body, "call")?;
            let leg = LegNews::of_json(&object)?;
            Ok(Understood::Events(vec![leg_event(
                &leg,
                Source::Snapshot,
                document.at,
            )]))
        }
    }
}

fn callback(account: &Account, document: Document<'_>) -> Result<Understood, Misunderstood> {
    let params = Params::read(document.content_type, document.query, document.body)?;
    let missing = |name: &str| Misunderstood {
        path: name.to_owned(),
        what: "is missing".into(),
    };
    if params.get("RecordingStatus").is_some() {
        let news = RecordingNews::of_callback(&params).ok_or_else(|| {
            let known = params.get("RecordingSid").is_some();
            missing(if known { "CallSid" } else { "RecordingSid" })
        })?;
        let event = recording_event(account, &news, Source::Webhook, document.at);
        return Ok(Understood::Events(vec![event]));
    }
    if params.get("CallStatus").is_none() {
        return Ok(Understood::Ignored(
            "tells neither the status of a call nor that of a recording".into(),
        ));
    }
    let leg = LegNews::of_callback(&params).ok_or_else(|| missing("CallSid"))?;
    let mut event = leg_event(&leg, Source::Webhook, document.at);
    // A leg that was recorded itself announces it with its end; the recording's own callback says
    // the same again.
    if let Some(news) = RecordingNews::of_callback(&params) {
        event.recordings.push(recording_report(account, &news));
    }
    Ok(Understood::Events(vec![event]))
}

fn leg_event(leg: &LegNews, source: Source, arrived: Timestamp) -> CallEvent {
    let stamp = Stamp {
        as_of: leg.timestamp.unwrap_or(arrived),
        source,
    };
    let mut event = CallEvent::new(ProviderCallId::new(leg.conversation()), stamp);
    let times = Times::of(leg);
    let (status, direction) = (status(leg), direction(leg));
    if leg.parent_sid.is_some() {
        let facts = LegFacts {
            status,
            direction,
            from: leg.from.clone(),
            to: leg.to.clone(),
            started_at: times.started_at,
            ended_at: times.ended_at,
            duration_ms: leg.duration.and_then(milliseconds),
            cost: cost(leg),
            ..LegFacts::default()
        };
        event.legs.push((LegId::new(&leg.sid), facts));
    } else {
        event.facts = CallFacts {
            status,
            direction,
            from: leg.from.clone(),
            to: leg.to.clone(),
            started_at: times.started_at,
            answered_at: times.answered_at,
            ended_at: times.ended_at,
            duration_ms: leg.duration.and_then(milliseconds),
            ended_reason: ended_reason(leg),
            cost: cost(leg),
            ..CallFacts::default()
        };
    }
    event
}

/// The list is open; a word that is not known tells nothing.
fn status(leg: &LegNews) -> Option<Status> {
    match leg.status.as_deref()? {
        "queued" => Some(Status::Scheduled),
        // Twilio is dialling: somebody who looks at the board wants to see it.
        "initiated" | "ringing" => Some(Status::Ringing),
        "in-progress" => Some(Status::Ongoing),
        "completed" => Some(Status::Ended),
        "busy" | "no-answer" | "canceled" => Some(Status::NotConnected),
        "failed" => Some(Status::Failed),
        _ => None,
    }
}

fn direction(leg: &LegNews) -> Option<Direction> {
    match leg.direction.as_deref()? {
        "inbound" | "trunking-originating" => Some(Direction::Inbound),
        "trunking-terminating" => Some(Direction::Outbound),
        word if word.starts_with("outbound") => Some(Direction::Outbound),
        _ => None,
    }
}

/// Twilio tells why a call did not come about. Who ended one that did, it does not tell.
fn ended_reason(leg: &LegNews) -> Option<EndedReason> {
    let answered_by_machine = leg
        .answered_by
        .as_deref()
        .filter(|word| word.starts_with("machine"));
    let (code, raw) = match (leg.status.as_deref()?, answered_by_machine) {
        ("completed", Some(word)) => (EndedCode::Voicemail, word),
        (word @ "busy", _) => (EndedCode::Busy, word),
        (word @ "no-answer", _) => (EndedCode::NoAnswer, word),
        (word @ "canceled", _) => (EndedCode::Canceled, word),
        (word @ "failed", _) => (EndedCode::Error, word),
        _ => return None,
    };
    Some(EndedReason {
        code,
        raw: raw.to_owned(),
    })
}

/// When the leg began, was answered and ended.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    started_at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

impl Times {
    /// The API tells start and end. A callback tells when its status was reached; the start follows
    /// from the first one, and from the end and the length (which is how the API's own times hang
    /// together).
    fn of(leg: &LegNews) -> Self {
        let Some(at) = leg.timestamp else {
            return Self {
                started_at: leg.start_time,
                answered_at: None,
                ended_at: leg.end_time,
            };
        };
        match leg.status.as_deref() {
            Some("initiated") => Self {
                started_at: Some(at),
                ..Self::default()
            },
            Some("ringing") if leg.sequence_number == Some(0) => Self {
                started_at: Some(at),
                ..Self::default()
            },
            Some("in-progress") => Self {
                answered_at: Some(at),
                ..Self::default()
            },
            Some("completed" | "busy" | "no-answer" | "canceled" | "failed") => Self {
                started_at: leg.duration.and_then(|duration| before(at, duration)),
                answered_at: None,
                ended_at: Some(at),
            },
            _ => Self::default(),
        }
    }
}

fn before(at: Timestamp, seconds: u64) -> Option<Timestamp> {
    at.checked_sub(SignedDuration::from_secs(i64::try_from(seconds).ok()?))
        .ok()
}

fn milliseconds(seconds: u64) -> Option<u64> {
    seconds.checked_mul(1000)
}

/// Null for minutes after the call, which is "not told yet" and not "free".
fn cost(leg: &LegNews) -> Option<Cost> {
    let price = leg.price?;
    let amount = if price.is_zero() {
        Decimal::ZERO
    } else {
        -price
    };
    let currency = match leg.price_unit.as_deref() {
        Some(unit) => currency_code(unit)?,
        None => "USD".to_owned(),
    };
    Some(Cost {
        amount: amount.normalize(),
        currency,
        provisional: false,
        parts: Vec::new(),
    })
}

fn recording_event(
    account: &Account,
    news: &RecordingNews,
    source: Source,
    arrived: Timestamp,
) -> CallEvent {
    // A callback has no time of its own: what it says is true since the recording began, or since
    // it ended.
    let spoken_of = match source {
        Source::Snapshot => None,
        Source::Webhook => news.start_time.and_then(|start| {
            let length = news
                .duration
                .and_then(|seconds| i64::try_from(seconds).ok());
            start
                .checked_add(SignedDuration::from_secs(length.unwrap_or(0)))
                .ok()
        }),
    };
    let stamp = Stamp {
        as_of: spoken_of.unwrap_or(arrived),
        source,
    };
    let mut event = CallEvent::new(ProviderCallId::new(&news.conversation), stamp);
    event.recordings.push(recording_report(account, news));
    event
}

fn recording_report(account: &Account, news: &RecordingNews) -> RecordingReport {
    let place = links::place(account, news.media_url.as_ref());
    RecordingReport {
        key: RecordingKey::new(&news.sid),
        facts: RecordingFacts {
            availability: availability(news, &place),
            channels: news.channels,
            duration_ms: news.duration.and_then(milliseconds),
            started_at: news.start_time,
            ..RecordingFacts::default()
        },
        link: match place {
            Place::Named(link) => Some(link),
            Place::Twilio | Place::OutOfReach => None,
        },
    }
}

/// Whether the provider has the sound, and for us. The list of statuses is open.
pub(super) fn availability(news: &RecordingNews, place: &Place) -> Option<Availability> {
    // A status callback that names a recording does so when it is done.
    let status = news.status.as_deref().unwrap_or("completed");
    match status {
        "in-progress" | "paused" | "stopped" | "processing" => Some(Availability::Expected),
        "completed" if news.is_encrypted => Some(Availability::Withheld(Reason::Encrypted)),
        "completed" if *place == Place::OutOfReach => {
            Some(Availability::Withheld(Reason::ExternalStorage))
        }
        "completed" => Some(Availability::Available),
        "absent" => Some(Availability::Absent(match news.error_code {
            Some(16101) => Reason::TooShort,
            Some(16102) => Reason::Silent,
            _ => Reason::NotRecorded,
        })),
        "failed" => Some(Availability::Absent(Reason::ProviderError)),
        "deleted" => Some(Availability::Deleted),
        _ => None,
    }
}

/// What Twilio can tell of a call like this one by now. It does not record by itself, so a recording
/// is only missing once one was heard of.
pub(super) fn expects(call: &Call) -> Vec<Field> {
    let mut fields = match call.status() {
        Status::Ended if is_conference(call) => Vec::new(),
        Status::Ended => vec![
            Field::From,
            Field::To,
            Field::StartedAt,
            Field::EndedAt,
            Field::DurationMs,
            Field::Cost,
        ],
        Status::NotConnected | Status::Failed => vec![Field::From, Field::To, Field::EndedReason],
        Status::Scheduled | Status::Ringing | Status::Ongoing => return Vec::new(),
    };
    if !call.recordings.is_empty() {
        fields.push(Field::Recording);
    }
    fields
}

/// A recorded conference is known by its recordings alone.
pub(super) fn is_conference(call: &Call) -> bool {
    is_conference_sid(call.provider_call_id.as_str())
}

/// Whether an id is that of a conference.
pub(super) fn is_conference_sid(sid: &str) -> bool {
    sid.starts_with("CF")
}
