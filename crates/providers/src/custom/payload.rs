//! What a backend sends: `{"type", "timestamp", "data": {"call", "recording", "transcript"}}`, with the
//! field names of a call's JSON. Nothing of these shapes leaves this folder.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ringback_model::{
    Agent, Cost, CostPart, Direction, EndedCode, EndedReason, Latency, Percentiles, Reason,
    Segment, Speaker, Status, Word, currency_code,
};
use url::Url;

use super::checked::{Checked, Read, is_word};

/// The longest id that is taken: it becomes part of file names.
const LONGEST_ID: usize = 256;
/// The longest link that is taken. Signed ones have one or two thousand characters.
const LONGEST_LINK: usize = 8_192;

const STATUSES: &[(&str, Status)] = &[
    ("scheduled", Status::Scheduled),
    ("ringing", Status::Ringing),
    ("ongoing", Status::Ongoing),
    ("ended", Status::Ended),
    ("not_connected", Status::NotConnected),
    ("failed", Status::Failed),
];

/// "unknown" is nobody's word for a direction: it is not told.
const DIRECTIONS: &[(&str, Option<Direction>)] = &[
    ("inbound", Some(Direction::Inbound)),
    ("outbound", Some(Direction::Outbound)),
    ("web", Some(Direction::Web)),
    ("meeting", Some(Direction::Meeting)),
    ("unknown", None),
];

/// Of a recording's states those that its owner can tell. "ready" is what it becomes here; from the
/// owner it says that the file is there.
const STATES: &[(&str, State)] = &[
    ("expected", State::Expected),
    ("available", State::Available),
    ("ready", State::Available),
    ("absent", State::Absent),
    ("withheld", State::Withheld),
    ("deleted", State::Deleted),
];

/// Why there is no recording, or why it is not given out.
const ABSENCES: &[(&str, Reason)] = &[
    ("not_recorded", Reason::NotRecorded),
    ("too_short", Reason::TooShort),
    ("silent", Reason::Silent),
    ("not_connected", Reason::NotConnected),
    ("provider_error", Reason::ProviderError),
];
const WITHHOLDINGS: &[(&str, Reason)] = &[
    ("policy", Reason::Policy),
    ("encrypted", Reason::Encrypted),
    ("external_storage", Reason::ExternalStorage),
];

/// Everything but the content of an event.
#[derive(Clone)]
pub(super) struct Envelope<'a> {
    /// The sender's word for what happened.
    pub(super) kind: Option<String>,
    top: Checked<'a>,
}

impl<'a> Envelope<'a> {
    pub(super) fn open(body: &'a [u8]) -> Read<Self> {
        let top = Checked::parse(body)?;
        let kind = top.text("type")?;
        Ok(Self { kind, top })
    }

    /// When what it says was true, which may not be later than `latest`: a stamp from the future would
    /// beat all that is told until then.
    pub(super) fn timestamp(&self, latest: Timestamp) -> Read<Option<Timestamp>> {
        match self.top.moment("timestamp")? {
            Some(at) if at > latest => Err(self.top.wrong("timestamp", "lies in the future")),
            at => Ok(at),
        }
    }

    pub(super) fn message(&self) -> Read<Message> {
        self.top.note_all_but(&["type", "timestamp", "data"]);
        let data = self.top.needed("data", self.top.object("data")?)?;
        Message::read(&data)
    }
}

/// What an event says.
#[derive(Clone)]
pub(super) struct Message {
    pub(super) call: CallPart,
    pub(super) recordings: Vec<RecordingPart>,
    /// Empty where none is told.
    pub(super) transcript: Vec<Segment>,
}

impl Message {
    /// The transcript and recordings may stand beside the call or, as in a call's JSON, inside it.
    fn read(data: &Checked<'_>) -> Read<Self> {
        data.note_all_but(&["call", "recording", "transcript"]);
        let call = data.needed("call", data.object("call")?)?;
        let mut ids = BTreeSet::new();
        let mut read = |recording: &Checked<'_>| {
            let part = RecordingPart::read(recording)?;
            if ids.insert(part.id.clone()) {
                Ok(part)
            } else {
                Err(recording.wrong(
                    "provider_recording_id",
                    "is the same as that of another recording in this event",
                ))
            }
        };
        let mut recordings = data.one_or_each("recording", &mut read)?;
        recordings.extend(call.one_or_each("recordings", &mut read)?);
        let mut transcript = segments(data)?;
        if transcript.is_empty() {
            transcript = segments(&call)?;
        }
        Ok(Self {
            call: CallPart::read(&call)?,
            recordings,
            transcript,
        })
    }
}

/// The fields of a call.
#[derive(Clone)]
pub(super) struct CallPart {
    pub(super) provider_call_id: String,
    pub(super) status: Option<Status>,
    pub(super) direction: Option<Direction>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) agent: Option<Agent>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) answered_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) duration_ms: Option<u64>,
    pub(super) ended_reason: Option<EndedReason>,
    pub(super) summary: Option<String>,
    pub(super) sentiment: Option<String>,
    pub(super) successful: Option<bool>,
    pub(super) cost: Option<Cost>,
    pub(super) latency: Option<Latency>,
    /// The carrier's id of the same call, where it went over an account of a carrier.
    pub(super) carrier_call_id: Option<String>,
}

impl CallPart {
    fn read(call: &Checked<'_>) -> Read<Self> {
        call.note_all_but(&[
            "provider_call_id",
            "status",
            "direction",
            "from",
            "to",
            "agent",
            "started_at",
            "answered_at",
            "ended_at",
            "duration_ms",
            "ended_reason",
            "summary",
            "sentiment",
            "successful",
            "cost",
            "latency",
            "carrier_call_id",
            "transcript",
            "recordings",
            // In a call's JSON, but for Ringback itself to say.
            "id",
            "account",
            "provider",
            "missing",
        ]);
        let id = call.short_text("provider_call_id", LONGEST_ID)?;
        Ok(Self {
            provider_call_id: call.needed("provider_call_id", id)?,
            status: call.word("status", STATUSES)?,
            direction: call.word("direction", DIRECTIONS)?.flatten(),
            from: call.text("from")?,
            to: call.text("to")?,
            agent: call
                .object("agent")?
                .map(|agent| agent_of(&agent))
                .transpose()?
                .flatten(),
            started_at: call.moment("started_at")?,
            answered_at: call.moment("answered_at")?,
            ended_at: call.moment("ended_at")?,
            duration_ms: call.whole("duration_ms")?,
            ended_reason: call
                .object("ended_reason")?
                .map(|reason| ended_reason(&reason))
                .transpose()?
                .flatten(),
            summary: call.text("summary")?,
            sentiment: call.text("sentiment")?,
            successful: call.boolean("successful")?,
            cost: call
                .object("cost")?
                .map(|cost| cost_of(&cost))
                .transpose()?,
            latency: call
                .object("latency")?
                .map(|latency| latency_of(&latency))
                .transpose()?
                .flatten(),
            carrier_call_id: call.short_text("carrier_call_id", LONGEST_ID)?,
        })
    }
}

fn agent_of(agent: &Checked<'_>) -> Read<Option<Agent>> {
    agent.note_all_but(&["id", "name"]);
    let agent = Agent {
        id: agent.text("id")?,
        name: agent.text("name")?,
    };
    Ok((agent.id.is_some() || agent.name.is_some()).then_some(agent))
}

/// The list of words is open: one that has no meaning here is kept as the sender's.
fn ended_reason(reason: &Checked<'_>) -> Read<Option<EndedReason>> {
    reason.note_all_but(&["code", "raw"]);
    let (code, raw) = (reason.text("code")?, reason.text("raw")?);
    let Some(kept) = raw.or_else(|| code.clone()) else {
        return Ok(None);
    };
    let code = code.and_then(|word| serde_json::from_value(word.into()).ok());
    Ok(Some(EndedReason {
        code: code.unwrap_or(EndedCode::Unknown),
        raw: kept,
    }))
}

fn cost_of(cost: &Checked<'_>) -> Read<Cost> {
    cost.note_all_but(&["amount", "currency", "provisional", "parts"]);
    let currency = cost.needed("currency", cost.text("currency")?)?;
    let currency = currency_code(&currency)
        .ok_or_else(|| cost.wrong("currency", "is no currency's code, such as USD"))?;
    let part = |part: &Checked<'_>| {
        part.note_all_but(&["name", "amount"]);
        Ok(CostPart {
            name: part.needed("name", part.text("name")?)?,
            amount: part.needed("amount", part.decimal("amount")?)?,
        })
    };
    Ok(Cost {
        amount: cost.needed("amount", cost.decimal("amount")?)?,
        currency,
        provisional: cost.boolean("provisional")?.unwrap_or(false),
        parts: cost.each("parts", part)?,
    })
}

fn latency_of(latency: &Checked<'_>) -> Read<Option<Latency>> {
    let measured = |name| {
        // The name is part of the path in every complaint about it.
        if !is_word(name) {
            return Err(latency.itself_is("is measured under a name that is no word"));
        }
        let Some(figures) = latency.object(name)? else {
            return Ok(None);
        };
        figures.note_all_but(&["p50", "p90", "p95", "p99"]);
        let percentiles = Percentiles {
            p50: figures.measurement("p50")?,
            p90: figures.measurement("p90")?,
            p95: figures.measurement("p95")?,
            p99: figures.measurement("p99")?,
        };
        Ok((percentiles != Percentiles::default()).then(|| (name.to_owned(), percentiles)))
    };
    let measured = latency
        .names()
        .filter_map(|name| measured(name).transpose());
    let latency = Latency(measured.collect::<Read<_>>()?);
    Ok((!latency.0.is_empty()).then_some(latency))
}

fn segments(within: &Checked<'_>) -> Read<Vec<Segment>> {
    let segments = within.each("transcript", segment)?;
    // Nothing was said in a segment without text.
    Ok(segments.into_iter().flatten().collect())
}

fn segment(segment: &Checked<'_>) -> Read<Option<Segment>> {
    segment.note_all_but(&["speaker", "start_ms", "end_ms", "text", "words"]);
    let speaker = segment.needed("speaker", segment.text("speaker")?)?;
    let start_ms = segment.whole("start_ms")?;
    let end_ms = segment.whole("end_ms")?;
    let word = |word: &Checked<'_>| {
        word.note_all_but(&["text", "start_ms", "end_ms"]);
        let start_ms = word.needed("start_ms", word.whole("start_ms")?)?;
        let end_ms = word.needed("end_ms", word.whole("end_ms")?)?;
        Ok(Word {
            text: word.needed("text", word.text("text")?)?,
            start_ms,
            end_ms: end_ms.max(start_ms),
        })
    };
    let words = segment.each("words", word)?;
    let Some(text) = segment.text("text")? else {
        return Ok(None);
    };
    Ok(Some(Segment {
        speaker: Speaker::from(speaker),
        start_ms,
        end_ms: end_ms.map(|end| end.max(start_ms.unwrap_or(0))),
        text,
        words,
    }))
}

/// A recording of the call.
#[derive(Clone)]
pub(super) struct RecordingPart {
    /// `None` where a call has one recording without an id.
    pub(super) id: Option<String>,
    pub(super) url: Option<Url>,
    pub(super) state: Option<State>,
    pub(super) reason: Option<Reason>,
    pub(super) channels: Option<u16>,
    pub(super) duration_ms: Option<u64>,
    pub(super) started_at: Option<Timestamp>,
    /// By the sender's word; the link itself may know better.
    pub(super) link_expires_at: Option<Timestamp>,
}

/// What the owner of a recording says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Expected,
    Available,
    Absent,
    Withheld,
    Deleted,
}

impl RecordingPart {
    fn read(recording: &Checked<'_>) -> Read<Self> {
        recording.note_all_but(&[
            "provider_recording_id",
            "url",
            "state",
            "reason",
            "channels",
            "duration_ms",
            "started_at",
            "link_expires_at",
            // In a recording's JSON, but found out here from the file itself.
            "id",
            "format",
            "size_bytes",
            "sha256",
            "path",
        ]);
        let url = recording.short_text("url", LONGEST_LINK)?;
        let url = url.map(|text| link(recording, &text)).transpose()?;
        let state = recording.word("state", STATES)?;
        if state == Some(State::Available) && url.is_none() {
            return Err(recording.wrong(
                "url",
                "is missing: a recording that is there needs its link",
            ));
        }
        let reason = match state {
            Some(State::Absent) => recording.word("reason", ABSENCES)?,
            Some(State::Withheld) => recording.word("reason", WITHHOLDINGS)?,
            _ => recording.text("reason").map(|_| None)?,
        };
        let channels = recording.whole("channels")?;
        let channels = channels.map(|count| match u16::try_from(count) {
            Ok(count) if (1..=64).contains(&count) => Ok(count),
            _ => Err(recording.wrong("channels", "is no number of channels from 1 to 64")),
        });
        Ok(Self {
            id: recording.short_text("provider_recording_id", LONGEST_ID)?,
            url,
            state,
            reason,
            channels: channels.transpose()?,
            duration_ms: recording.whole("duration_ms")?,
            started_at: recording.moment("started_at")?,
            link_expires_at: recording.moment("link_expires_at")?,
        })
    }
}

/// Whether the link leads to where recordings may be fetched from is looked at when it is fetched.
fn link(recording: &Checked<'_>, text: &str) -> Read<Url> {
    let url = Url::parse(text.trim()).ok();
    url.filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
        .ok_or_else(|| recording.wrong("url", "is no link such as https://host/path"))
}
