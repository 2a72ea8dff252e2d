//! What Vapi's documents mean in Ringback's words.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{
    Agent, Availability, Call, CallEvent, CallFacts, Direction, EndedCode, Field, Link,
    ProviderCallId, Reason, RecordingFacts, RecordingKey, RecordingReport, Source, Stamp, Status,
    StoragePolicy, Transcript, TranscriptOutlook,
};

use super::{
    composed::Composed,
    cost, ended, latency, links,
    payload::{Envelope, VapiCall},
    transcript,
};
use crate::{Account, Document, Misunderstood, Understood, fingerprint, json::Object};

/// A call as the API gives it, with what it names by id.
pub(super) const KIND_CALL: &str = "call";
/// An item of a list in which something is left out. By the description nothing ever is; see
/// [`kind_of_listed`].
pub(super) const KIND_LISTED: &str = "listed_call";

/// How long after its end a call may still get its recording. The report comes "when post-processing
/// is complete", and reports without one were seen whose recording came later.
const RECORDING_PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Which moment of a call's life a document speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The call's status changed.
    Changed,
    /// While it goes on.
    Meanwhile,
    /// All about it, when it is over.
    Reported,
    /// Files were put into the customer's own storage.
    Uploaded,
    /// The API, asked now.
    Asked,
}

impl Moment {
    /// What a kind of message is; the reason for keeping it unused, if it is nothing to us.
    fn of_message(kind: &str) -> Result<Self, String> {
        match kind {
            "status-update" => Ok(Self::Changed),
            "end-of-call-report" => Ok(Self::Reported),
            "conversation-update"
            | "speech-update"
            | "user-interrupted"
            | "assistant.started"
            | "assistant.speechStarted"
            | "transfer-update"
            | "language-change-detected" => Ok(Self::Meanwhile),
            "call.artifact.upload" => Ok(Self::Uploaded),
            _ if transcript::is_line(kind) => Ok(Self::Meanwhile),
            "hang" => Err("a notice that the assistant is slow to answer, not a hang-up".into()),
            "call.deleted" | "call.delete.failed" => {
                Err("about the call's data at Vapi; what is here stays here".into())
            }
            "assistant-request"
            | "tool-calls"
            | "function-call"
            | "transfer-destination-request"
            | "handoff-destination-request"
            | "knowledge-base-request"
            | "phone-call-control"
            | "voice-request"
            | "call.endpointing.request" => Err(format!(
                "{kind} waits for a server of yours to decide, and Ringback only listens: leave it out of the assistant's serverMessages, or let its server URL lead to that server"
            )),
            _ if kind.starts_with("chat.") || kind.starts_with("session.") => {
                Err("a text chat, not a call".into())
            }
            _ => Err(format!(
                "server messages of the kind {} are not used",
                fingerprint::label(kind)
            )),
        }
    }

    /// Whether it speaks of the call's end where the call is over.
    fn knows_the_end(self) -> bool {
        matches!(self, Self::Reported | Self::Asked)
    }
}

pub(super) fn understand(
    account: &Account,
    document: Document<'_>,
) -> Result<Understood, Misunderstood> {
    let event = match document.source {
        Source::Snapshot => {
            let call = VapiCall::of_answer(Composed::read(document.body)?)?;
            report(account, &call, Moment::Asked, None, document)
        }
        Source::Webhook => {
            let envelope = Envelope::read(document.body)?;
            let moment = match Moment::of_message(&envelope.kind) {
                Ok(moment) => moment,
                Err(reason) => return Ok(Understood::Ignored(reason)),
            };
            if envelope.message.raw("call").is_none() && envelope.message.raw("chat").is_some() {
                return Ok(Understood::Ignored("a text chat, not a call".into()));
            }
            let call = VapiCall::of_message(envelope.message.clone())?;
            report(account, &call, moment, Some(&envelope), document)
        }
    };
    Ok(Understood::Events(vec![event]))
}

fn report(
    account: &Account,
    call: &VapiCall<'_>,
    moment: Moment,
    envelope: Option<&Envelope<'_>>,
    document: Document<'_>,
) -> CallEvent {
    // A message that comes late still speaks of its moment.
    let told_at = envelope.and_then(|envelope| envelope.message.moment("timestamp"));
    let as_of = told_at.unwrap_or(document.at);
    let stamp = Stamp {
        as_of,
        source: document.source,
    };
    let status = status(call, moment);
    let mut event = CallEvent::new(ProviderCallId::new(&call.id), stamp);
    let direction = direction(call);
    let (from, to) = match direction {
        Some(Direction::Inbound) => (call.customer.clone(), call.number.clone()),
        Some(Direction::Outbound) => (call.number.clone(), call.customer.clone()),
        _ => (None, None),
    };
    event.facts = CallFacts {
        status,
        direction,
        from,
        to,
        agent: agent(call),
        started_at: started_at(call, moment, status, as_of),
        ended_at: call.ended_at.filter(|_| moment.knows_the_end()),
        duration_ms: duration_ms(call, moment),
        ended_reason: call.ended_reason.as_deref().map(ended::reason),
        summary: call
            .analysis
            .summary
            .clone()
            .filter(|_| moment.knows_the_end()),
        successful: success(call).filter(|_| moment.knows_the_end()),
        // Vapi prices a call when it is over, and documents no later change.
        cost: cost::cost(&call.told, !status.is_some_and(Status::is_terminal)),
        latency: call
            .artifact
            .as_ref()
            .and_then(latency::latency)
            .filter(|_| moment.knows_the_end()),
        transcript: transcript(call, moment, status, envelope),
        transcript_outlook: (status == Some(Status::Ended)
            && moment.knows_the_end()
            && transcript::is_silent(call))
        .then_some(TranscriptOutlook::Empty),
        storage_policy: call.keeps_nothing.then_some(StoragePolicy::BasicsOnly),
        carrier_call_id: call.carrier_id.clone(),
        ..CallFacts::default()
    };
    if event.facts.transcript.is_none() {
        let turn = envelope.and_then(|envelope| transcript::alone(envelope, as_of));
        event.turns.extend(turn);
    }
    event.recordings.extend(recording(
        account,
        call,
        status,
        moment,
        [as_of, document.at],
    ));
    event
}

/// Where the call stands. Of a message only its own status counts: that of the call in it was seen to
/// be "ringing" still when the call was over.
fn status(call: &VapiCall<'_>, moment: Moment) -> Option<Status> {
    match moment {
        Moment::Reported => Some(status_at_end(call, moment)),
        Moment::Meanwhile => Some(Status::Ongoing),
        Moment::Uploaded => None,
        Moment::Changed | Moment::Asked => match call.status.as_deref()? {
            "scheduled" | "queued" => Some(Status::Scheduled),
            "ringing" => Some(Status::Ringing),
            "in-progress" | "forwarding" => Some(Status::Ongoing),
            "ended" | "deletion-failed" => Some(status_at_end(call, moment)),
            "not-found" => Some(Status::Failed),
            // The list is open; a word that is not known tells nothing.
            _ => None,
        },
    }
}

/// The terminal status of a call that is over.
fn status_at_end(call: &VapiCall<'_>, moment: Moment) -> Status {
    let reason = call.ended_reason.as_deref();
    let code = reason.map(|raw| ended::reason(raw).code);
    match (was_connected(call, moment), code) {
        (false, _) if reason.is_some_and(ended::never_connected) => Status::NotConnected,
        (_, Some(EndedCode::Error)) => Status::Failed,
        (true, _) => Status::Ended,
        (false, _) => Status::NotConnected,
    }
}

/// Whether anybody answered. `startedAt` is missing in calls that never began; a status update has no
/// times, so there only the reason can say no.
fn was_connected(call: &VapiCall<'_>, moment: Moment) -> bool {
    let is_ruled_out = call
        .ended_reason
        .as_deref()
        .is_some_and(ended::never_connected);
    !is_ruled_out && (call.started_at.is_some() || !moment.knows_the_end())
}

fn direction(call: &VapiCall<'_>) -> Option<Direction> {
    match call.call_type.as_deref()? {
        "inboundPhoneCall" => Some(Direction::Inbound),
        "outboundPhoneCall" => Some(Direction::Outbound),
        // A program instead of a page at the other end; there are no numbers either.
        "webCall" | "vapi.websocketCall" => Some(Direction::Web),
        _ => None,
    }
}

fn agent(call: &VapiCall<'_>) -> Option<Agent> {
    let agent = Agent {
        id: call.assistant_id.clone(),
        name: call.assistant_name.clone(),
    };
    (agent.id.is_some() || agent.name.is_some()).then_some(agent)
}

/// The message that a call began tells no start; the moment at which it began is its own. The report
/// and the API tell the start exactly, and later.
fn started_at(
    call: &VapiCall<'_>,
    moment: Moment,
    status: Option<Status>,
    as_of: Timestamp,
) -> Option<Timestamp> {
    let begins = moment == Moment::Changed
        && status == Some(Status::Ongoing)
        && call.status.as_deref() == Some("in-progress");
    match moment {
        _ if moment.knows_the_end() => call.started_at,
        _ => begins.then_some(as_of),
    }
}

/// There is no length in a call; it follows from its times. Reports have one, undocumented.
fn duration_ms(call: &VapiCall<'_>, moment: Moment) -> Option<u64> {
    if !moment.knows_the_end() {
        return None;
    }
    let by_times = call
        .started_at
        .zip(call.ended_at)
        .map(|(start, end)| end.duration_since(start).as_millis())
        .and_then(|ms| u64::try_from(ms).ok());
    by_times.or(call.duration_ms)
}

/// The text of the evaluation means what the customer's rubric says: a grade, a percentage, a sentence.
/// Only that of the default rubric, and of others that answer in its words, is a yes or a no.
fn success(call: &VapiCall<'_>) -> Option<bool> {
    match call.analysis.success_evaluation.as_deref()?.trim() {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn transcript(
    call: &VapiCall<'_>,
    moment: Moment,
    status: Option<Status>,
    envelope: Option<&Envelope<'_>>,
) -> Option<Transcript> {
    let is_over = status.is_some_and(Status::is_terminal);
    let segments = match (moment, envelope) {
        (Moment::Reported | Moment::Asked, _) => transcript::of_finished(call),
        (Moment::Changed, Some(_)) if is_over => return None,
        (_, Some(envelope)) => transcript::of_going_on(call, envelope),
        (_, None) => return None,
    };
    (!segments.is_empty()).then_some(Transcript {
        is_final: is_over,
        segments,
    })
}

/// What is told of the call's one recording; nothing while the call goes on. What a document says is
/// true `as_of` then; the links in it are worth what they are worth when it `arrived`.
fn recording(
    account: &Account,
    call: &VapiCall<'_>,
    status: Option<Status>,
    moment: Moment,
    [as_of, arrived]: [Timestamp; 2],
) -> Option<RecordingReport> {
    let is_there = call.recordings.is_there();
    let availability = match moment {
        Moment::Meanwhile => return None,
        // Sent for files that lie in the customer's own storage. A page of the documentation says it
        // of all files, so what the message itself says of a recording at Vapi counts more.
        Moment::Uploaded if is_there => Availability::Available,
        Moment::Uploaded if has_uploaded_sound(call) => {
            Availability::Withheld(Reason::ExternalStorage)
        }
        Moment::Uploaded => return None,
        _ if !status?.is_terminal() => return None,
        _ if is_there => Availability::Available,
        _ if !was_connected(call, moment) => Availability::Absent(Reason::NotConnected),
        _ if call.is_recorded == Some(false) => Availability::Absent(Reason::NotRecorded),
        Moment::Changed => Availability::Expected,
        _ if call.keeps_nothing => Availability::Withheld(Reason::Policy),
        _ if is_past(call, as_of) => Availability::Absent(Reason::NotRecorded),
        _ => Availability::Expected,
    };
    Some(RecordingReport {
        key: RecordingKey::only(),
        facts: RecordingFacts {
            availability: Some(availability),
            channels: call.recordings.channels(),
            ..RecordingFacts::default()
        },
        link: link(account, call, availability, moment, arrived),
    })
}

/// What a message links to is at hand at once; an answer of the API can be had again, so there it
/// counts until when, and what is nearest to being lost is fetched first.
fn link(
    account: &Account,
    call: &VapiCall<'_>,
    availability: Availability,
    moment: Moment,
    at: Timestamp,
) -> Option<Link> {
    let lasting = || links::lasting(&account.base_url, call, at);
    match (availability, moment) {
        (Availability::Available, Moment::Asked) => lasting(),
        (Availability::Available, _) => links::presigned(call, at).or_else(lasting),
        _ => None,
    }
}

fn has_uploaded_sound(call: &VapiCall<'_>) -> bool {
    let is_sound = |kind: &str| matches!(kind, "recording-stereo" | "recording-mono");
    call.told
        .objects("artifacts")
        .unwrap_or_default()
        .iter()
        .any(|artifact| {
            artifact.text("type").is_some_and(|kind| is_sound(&kind))
                && artifact.boolean("success") == Some(true)
        })
}

/// Whether no recording will come any more.
fn is_past(call: &VapiCall<'_>, at: Timestamp) -> bool {
    call.ended_at
        .is_some_and(|end| at.duration_since(end) > RECORDING_PATIENCE)
}

/// Why there is no sound of a call that was asked for, or what has to be waited for. `None` while it
/// goes on.
pub(super) fn availability(
    account: &Account,
    call: &VapiCall<'_>,
    at: Timestamp,
) -> Option<Availability> {
    let status = status(call, Moment::Asked);
    recording(account, call, status, Moment::Asked, [at, at])?
        .facts
        .availability
}

/// The kind of a call that came in a list. One that is over and comes without its artifact is asked
/// for by itself.
pub(super) fn kind_of_listed(call: &Object<'_>) -> &'static str {
    let is_over = call.text("status").is_some_and(|status| status == "ended");
    if is_over && call.raw("artifact").is_none() {
        KIND_LISTED
    } else {
        KIND_CALL
    }
}

/// What Vapi can tell of a call like this one by now. Summaries, evaluations and latencies are made for
/// those who ask for them, and nothing tells who does.
pub(super) fn expects(call: &Call) -> Vec<Field> {
    let policy = call.fields.storage_policy.as_ref().map(|told| told.value);
    let direction = call.fields.direction.as_ref().map(|told| told.value);
    let outlook = call
        .fields
        .transcript_outlook
        .as_ref()
        .map(|told| told.value);
    match call.status() {
        Status::Ended => {
            let mut fields = vec![
                Field::StartedAt,
                Field::EndedAt,
                Field::DurationMs,
                Field::EndedReason,
                Field::Cost,
            ];
            match direction {
                // Who calls may keep the number to themselves.
                Some(Direction::Inbound) => fields.push(Field::To),
                Some(Direction::Outbound) => fields.extend([Field::From, Field::To]),
                _ => {}
            }
            if policy != Some(StoragePolicy::BasicsOnly) {
                if outlook != Some(TranscriptOutlook::Empty) {
                    fields.push(Field::Transcript);
                }
                fields.push(Field::Recording);
            }
            fields
        }
        Status::NotConnected | Status::Failed => vec![Field::EndedReason],
        Status::Scheduled | Status::Ringing | Status::Ongoing => Vec::new(),
    }
}
