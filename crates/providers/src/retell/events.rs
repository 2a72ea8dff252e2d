//! What Retell's documents mean in Ringback's words.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{
    Agent, Availability, Call, CallEvent, CallFacts, Cost, CostPart, Direction, EndedCode,
    EndedReason, Field, Latency, Percentiles, ProviderCallId, Reason, RecordingFacts, RecordingKey,
    RecordingReport, Source, Speaker, Stamp, Status, StoragePolicy, Transcript,
};
use rust_decimal::Decimal;

use super::{
    links,
    payload::{CallCost, Envelope, RetellCall},
    transcript,
};
use crate::{Document, Misunderstood, Understood, fingerprint, json::Object};

/// A call as get-call tells it: whole.
pub(super) const KIND_CALL: &str = "call";
/// A call as a list tells it: without transcripts, perhaps without links.
pub(super) const KIND_LISTED: &str = "listed_call";

/// How long after its end a call that was never analysed may still change its cost.
const COST_PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// The event that comes when the call was analyzed.
pub(super) const ANALYZED: &str = "call_analyzed";

/// Which moment of a call's life a document speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    Started,
    Ended,
    Analyzed,
    TransferEnded,
    /// While it goes on.
    Meanwhile,
    /// The API, asked now.
    Asked,
}

impl Moment {
    fn of_event(event: &str) -> Option<Self> {
        match event {
            "call_started" => Some(Self::Started),
            "call_ended" => Some(Self::Ended),
            ANALYZED => Some(Self::Analyzed),
            "transfer_ended" => Some(Self::TransferEnded),
            "transcript_updated" | "transfer_started" | "transfer_bridged"
            | "transfer_cancelled" => Some(Self::Meanwhile),
            _ => None,
        }
    }

    /// As of when the document is true. A webhook that comes late still speaks of its moment.
    fn as_of(self, call: &RetellCall<'_>, arrived: Timestamp) -> Timestamp {
        let told = match self {
            Self::Started => call.start_timestamp,
            Self::Ended => call.end_timestamp,
            // The analysis knows more than the end and is younger.
            Self::Analyzed => call
                .end_timestamp
                .and_then(|end| end.checked_add(SignedDuration::from_millis(1)).ok()),
            Self::TransferEnded => call.transfer_end_timestamp,
            Self::Meanwhile | Self::Asked => None,
        };
        told.unwrap_or(arrived)
    }
}

pub(super) fn understand(document: Document<'_>) -> Result<Understood, Misunderstood> {
    let (moment, object) = match document.source {
        Source::Snapshot => {
            let object = Object::parse(document.body, "call")?;
            (Moment::Asked, object)
        }
        Source::Webhook => {
            let envelope = Envelope::read(document.body)?;
            match Moment::of_event(&envelope.event) {
                Some(moment) => (moment, envelope.call),
                None if envelope.event.starts_with("chat_") => {
                    return Ok(Understood::Ignored("a text chat, not a call".into()));
                }
                None => {
                    let reason = format!(
                        "events of the kind {} are not used",
                        fingerprint::label(&envelope.event)
                    );
                    return Ok(Understood::Ignored(reason));
                }
            }
        }
    };
    let call = RetellCall::read(object)?;
    Ok(Understood::Events(vec![report(&call, moment, document)]))
}

fn report(call: &RetellCall<'_>, moment: Moment, document: Document<'_>) -> CallEvent {
    let stamp = Stamp {
        as_of: moment.as_of(call, document.at),
        source: document.source,
    };
    let status = status(call, moment);
    let mut event = CallEvent::new(ProviderCallId::new(&call.call_id), stamp);
    event.facts = CallFacts {
        status,
        direction: direction(call),
        from: call.from_number.clone(),
        to: call.to_number.clone(),
        agent: agent(call),
        started_at: call.start_timestamp,
        ended_at: call.end_timestamp,
        duration_ms: call.duration_ms,
        billed_ms: billed_ms(call),
        ended_reason: call.disconnection_reason.as_deref().map(ended_reason),
        summary: analysis(call, |analysis| analysis.call_summary.clone()),
        sentiment: analysis(call, |analysis| analysis.user_sentiment.clone())
            .map(|sentiment| sentiment.to_lowercase()),
        successful: call
            .call_analysis
            .as_ref()
            .and_then(|analysis| analysis.call_successful),
        cost: call
            .call_cost
            .as_ref()
            .and_then(|cost| in_dollars(cost, !is_cost_final(call, status, document.at))),
        latency: latency(call),
        transcript: transcript(call, status, moment),
        storage_policy: links::storage_policy(call),
        carrier_call_id: call.twilio_call_sid.clone(),
        ..CallFacts::default()
    };
    event
        .recordings
        .extend(recording(call, status, moment, document.at));
    event
}

/// What is charged for, which is told in whole seconds.
fn billed_ms(call: &RetellCall<'_>) -> Option<u64> {
    let seconds = call.call_cost.as_ref()?.total_duration_seconds?;
    // Nobody calls for a year; whatever is more is no length of a call.
    (0.0..=31_536_000.0)
        .contains(&seconds)
        .then_some((seconds * 1000.0).round() as u64)
}

fn analysis<T>(
    call: &RetellCall<'_>,
    field: impl FnOnce(&super::payload::Analysis) -> Option<T>,
) -> Option<T> {
    call.call_analysis.as_ref().and_then(field)
}

/// Where the call stands. `call_status` is not enough: the documented sample of `call_ended` says
/// "registered" there.
fn status(call: &RetellCall<'_>, moment: Moment) -> Option<Status> {
    let word = match call.call_status.as_deref() {
        Some("registered") => Some(Status::Scheduled),
        Some("ongoing") => Some(Status::Ongoing),
        Some("ended") => Some(Status::Ended),
        Some("not_connected") => Some(Status::NotConnected),
        Some("error") => Some(Status::Failed),
        _ => None,
    };
    if let Some(status) = word.filter(|status| status.is_terminal()) {
        return Some(status);
    }
    let is_over = match moment {
        Moment::Ended | Moment::Analyzed => true,
        // A connected call that got an end has ended, whatever the status still says.
        Moment::Asked => call.end_timestamp.is_some(),
        Moment::Started | Moment::Meanwhile | Moment::TransferEnded => false,
    };
    if is_over {
        return Some(status_by_reason(call));
    }
    match moment {
        Moment::Started => Some(Status::Ongoing),
        // A transfer or a transcript is no news of a call that is only registered.
        Moment::Meanwhile | Moment::TransferEnded => word.filter(|status| status.is_live()),
        _ => word,
    }
}

/// The terminal status of a call that is over without saying how.
fn status_by_reason(call: &RetellCall<'_>) -> Status {
    let was_connected = call.start_timestamp.is_some() || call.duration_ms.unwrap_or(0) > 0;
    match call.disconnection_reason.as_deref() {
        Some(reason) if never_connected(reason) => Status::NotConnected,
        Some(reason) if reason.starts_with("error_") => Status::Failed,
        Some("no_valid_payment" | "credit_exhausted" | "budget_reached") if !was_connected => {
            Status::NotConnected
        }
        _ => Status::Ended,
    }
}

/// Reasons that only calls have which were never connected
/// (<https://docs.retellai.com/reliability/debug-call-disconnect>).
fn never_connected(reason: &str) -> bool {
    reason.starts_with("dial_")
        || reason.starts_with("telephony_provider_")
        || matches!(
            reason,
            "invalid_destination"
                | "sip_routing_error"
                | "user_declined"
                | "network_blocked"
                | "marked_as_spam"
                | "concurrency_limit_reached"
                | "no_concurrency_fallback"
                | "registered_call_timeout"
                | "error_user_not_joined"
        )
}

fn direction(call: &RetellCall<'_>) -> Option<Direction> {
    match (call.direction.as_deref(), call.call_type.as_deref()) {
        (Some("inbound"), _) => Some(Direction::Inbound),
        (Some("outbound"), _) => Some(Direction::Outbound),
        (_, Some("web_call")) => Some(Direction::Web),
        _ => None,
    }
}

fn agent(call: &RetellCall<'_>) -> Option<Agent> {
    let agent = Agent {
        id: call.agent_id.clone(),
        name: call.agent_name.clone(),
    };
    (agent.id.is_some() || agent.name.is_some()).then_some(agent)
}

/// The shared word for `disconnection_reason`. The list is open; what has no word of ours keeps
/// Retell's.
fn ended_reason(raw: &str) -> EndedReason {
    let code = match raw {
        "user_hangup" => EndedCode::CallerHangup,
        "agent_hangup" | "manual_stopped" => EndedCode::AgentHangup,
        "call_transfer" | "transfer_bridged" | "call_take_over" => EndedCode::Transferred,
        "voicemail_reached" | "machine_detected" => EndedCode::Voicemail,
        "inactivity" => EndedCode::Inactivity,
        "max_duration_reached" => EndedCode::MaxDuration,
        "dial_busy" => EndedCode::Busy,
        "dial_no_answer"
        | "user_declined"
        | "registered_call_timeout"
        | "error_user_not_joined" => EndedCode::NoAnswer,
        "transfer_cancelled" => EndedCode::Canceled,
        "dial_failed"
        | "invalid_destination"
        | "sip_routing_error"
        | "network_blocked"
        | "marked_as_spam"
        | "scam_detected"
        | "concurrency_limit_reached"
        | "no_concurrency_fallback"
        | "no_valid_payment"
        | "credit_exhausted"
        | "budget_reached" => EndedCode::Error,
        _ if raw.starts_with("error_") || raw.starts_with("telephony_provider_") => {
            EndedCode::Error
        }
        _ => EndedCode::Unknown,
    };
    EndedReason {
        code,
        raw: raw.to_owned(),
    }
}

/// Retell's amounts are US cents.
fn in_dollars(cost: &CallCost, provisional: bool) -> Option<Cost> {
    let part = |part: &super::payload::ProductCost| {
        let name = if part.is_transfer_leg_cost {
            format!("{} (transfer leg)", part.product)
        } else {
            part.product.clone()
        };
        let amount = cents(part.cost)?;
        Some(CostPart { name, amount })
    };
    Some(Cost {
        amount: cents(cost.combined_cost)?,
        currency: "USD".into(),
        provisional,
        parts: cost.product_costs.iter().filter_map(part).collect(),
    })
}

fn cents(amount: Decimal) -> Option<Decimal> {
    let dollars = amount.checked_mul(Decimal::new(1, 2))?;
    Some(dollars.normalize())
}

/// The analysis after a call costs too, so the cost stands when it is done, or when it will not
/// come any more.
fn is_cost_final(call: &RetellCall<'_>, status: Option<Status>, at: Timestamp) -> bool {
    match status {
        Some(Status::NotConnected) => true,
        Some(status) if status.is_terminal() => {
            call.call_analysis.is_some() || is_past(call, at, COST_PATIENCE)
        }
        _ => false,
    }
}

/// Whether the call's end is longer ago than that.
fn is_past(call: &RetellCall<'_>, at: Timestamp, patience: SignedDuration) -> bool {
    call.end_timestamp
        .is_some_and(|end| at.duration_since(end) > patience)
}

fn latency(call: &RetellCall<'_>) -> Option<Latency> {
    let figures: Latency = Latency(
        call.latency
            .iter()
            .map(|(name, told)| {
                let percentiles = Percentiles {
                    p50: told.p50,
                    p90: told.p90,
                    p95: told.p95,
                    p99: told.p99,
                };
                (name.clone(), percentiles)
            })
            .filter(|(_, percentiles)| *percentiles != Percentiles::default())
            .collect(),
    );
    (!figures.0.is_empty()).then_some(figures)
}

fn transcript(call: &RetellCall<'_>, status: Option<Status>, moment: Moment) -> Option<Transcript> {
    let is_over = status.is_some_and(Status::is_terminal);
    let segments = transcript::segments(call);
    (!segments.is_empty()).then_some(Transcript {
        is_final: is_over && moment != Moment::Meanwhile,
        segments,
    })
}

/// What is told of the call's one recording; nothing while the call goes on.
fn recording(
    call: &RetellCall<'_>,
    status: Option<Status>,
    moment: Moment,
    at: Timestamp,
) -> Option<RecordingReport> {
    let status = status.filter(|status| status.is_terminal())?;
    // The links of a call that goes through the API are fresh whenever they are asked for; those of
    // a webhook may be the only ones there will ever be.
    let link = links::link(call, at);
    let was_connected = status == Status::Ended
        || (status == Status::Failed
            && (call.start_timestamp.is_some() || call.duration_ms.unwrap_or(0) > 0));
    let policy = links::storage_policy(call);
    // Whether one without a link will get one, only time tells; Retell does not say "none".
    let availability = match (&link, policy) {
        (Some(_), _) => Availability::Available,
        (None, _) if !was_connected => Availability::Absent(Reason::NotConnected),
        // The API never shows the links that the webhook of the end carries; as long as those
        // live, their absence elsewhere takes nothing back.
        (None, Some(StoragePolicy::BasicsOnly))
            if moment == Moment::Ended || is_past(call, at, links::UNKEPT_LINK) =>
        {
            Availability::Withheld(Reason::Policy)
        }
        (None, _) => Availability::Expected,
    };
    Some(RecordingReport {
        key: RecordingKey::only(),
        facts: RecordingFacts {
            availability: Some(availability),
            channels: links::channels(call),
            ..RecordingFacts::default()
        },
        link,
    })
}

/// What Retell can tell of a call like this one by now.
pub(super) fn expects(call: &Call) -> Vec<Field> {
    let policy = call.fields.storage_policy.as_ref().map(|told| told.value);
    let keeps_words = policy != Some(StoragePolicy::BasicsOnly);
    match call.status() {
        Status::Ended => {
            let mut fields = vec![
                Field::StartedAt,
                Field::EndedAt,
                Field::DurationMs,
                Field::EndedReason,
                Field::Sentiment,
                Field::Successful,
                Field::Cost,
            ];
            if keeps_words {
                fields.extend([Field::Transcript, Field::Summary, Field::Recording]);
            }
            if has_turns_of_both(call) {
                fields.push(Field::Latency);
            }
            fields
        }
        Status::NotConnected | Status::Failed => vec![Field::EndedReason],
        Status::Scheduled | Status::Ringing | Status::Ongoing => Vec::new(),
    }
}

/// Latency is measured from the caller's words to the agent's; without both there is none.
fn has_turns_of_both(call: &Call) -> bool {
    let Some(transcript) = &call.fields.transcript else {
        return false;
    };
    let speaks = |speaker| {
        transcript
            .value
            .segments
            .iter()
            .any(|segment| segment.speaker == speaker)
    };
    speaks(Speaker::Agent) && speaks(Speaker::Caller)
}
