//! What Telnyx's events look like. Nothing of these shapes leaves this folder.

use jiff::Timestamp;
use ringback_model::{LegId, ProviderCallId};

use crate::{Misunderstood, json::Object};

/// An event, in whichever envelope it came.
#[derive(Clone, Debug)]
pub(super) struct Envelope<'a> {
    /// The provider's word, as sent.
    pub(super) name: String,
    /// What it is here.
    pub(super) kind: Option<Kind>,
    /// The same for every attempt to deliver it.
    pub(super) id: Option<String>,
    pub(super) occurred_at: Option<Timestamp>,
    pub(super) payload: Object<'a>,
}

impl<'a> Envelope<'a> {
    /// Reads API v2 (`{"data": {event_type, id, occurred_at, payload}, "meta": …}`), the same without
    /// `data` (seen on set-ups for v2, telnyx-python #292, and in `/webhook_deliveries`), and API v1
    /// (flat, underscores in the names, `webhook_id`, `created_at`).
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Misunderstood> {
        Self::of(Object::parse(body, "")?)
    }

    pub(super) fn of(top: Object<'a>) -> Result<Self, Misunderstood> {
        let event = match top.object("data") {
            Some(data) if data.raw("event_type").is_some() => data,
            _ => top,
        };
        let name = event
            .text("event_type")
            .ok_or_else(|| event.lacks("event_type", "is missing or no text"))?;
        let payload = event.object("payload").unwrap_or_else(|| event.clone());
        let occurred_at = event
            .moment("occurred_at")
            .or_else(|| payload.moment("occurred_at"))
            .or_else(|| event.moment("created_at"));
        Ok(Self {
            kind: Kind::of(&name),
            id: event.text("id").or_else(|| event.text("webhook_id")),
            name,
            occurred_at,
            payload,
        })
    }
}

/// The events that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Initiated,
    Answered,
    Bridged,
    Hangup,
    Cost,
    MachineDetection,
    MachineGreeting,
    Referred,
    RecordingSaved,
    RecordingError,
    RecordingTranscribed,
    Transcription,
    Conversation,
    Insights,
    Analyzed,
    AiGather,
    /// Something is done on a leg, so it is up. What comes when a leg ends as well, such as the end of
    /// what was played on it, is none.
    SignOfLife,
}

/// The names of API v2 and what they are here.
const KINDS: [(&str, Kind); 28] = [
    ("call.initiated", Kind::Initiated),
    ("call.answered", Kind::Answered),
    ("call.bridged", Kind::Bridged),
    ("call.hangup", Kind::Hangup),
    ("call.cost", Kind::Cost),
    ("call.machine.detection.ended", Kind::MachineDetection),
    (
        "call.machine.premium.detection.ended",
        Kind::MachineDetection,
    ),
    ("call.machine.greeting.ended", Kind::MachineGreeting),
    ("call.machine.premium.greeting.ended", Kind::MachineGreeting),
    ("call.refer.completed", Kind::Referred),
    ("call.recording.saved", Kind::RecordingSaved),
    ("conference.recording.saved", Kind::RecordingSaved),
    ("call.recording.error", Kind::RecordingError),
    (
        "call.recording.transcription.saved",
        Kind::RecordingTranscribed,
    ),
    ("call.transcription", Kind::Transcription),
    ("call.conversation.created", Kind::Conversation),
    ("call.conversation.ended", Kind::Conversation),
    ("call.conversation_insights.generated", Kind::Insights),
    ("call.analyzed", Kind::Analyzed),
    ("call.ai_gather.ended", Kind::AiGather),
    ("call.ai_gather.message_history_updated", Kind::AiGather),
    ("call.hold", Kind::SignOfLife),
    ("call.unhold", Kind::SignOfLife),
    ("call.enqueued", Kind::SignOfLife),
    ("call.dequeued", Kind::SignOfLife),
    ("call.dtmf.received", Kind::SignOfLife),
    ("call.speak.started", Kind::SignOfLife),
    ("call.playback.started", Kind::SignOfLife),
];

impl Kind {
    /// Reads the names of both API versions: `call.recording.saved`, `call_recording_saved` and
    /// `recording_saved` are one event.
    pub(super) fn of(name: &str) -> Option<Self> {
        let bare = |name: &str| {
            let text = name.to_ascii_lowercase().replace(['.', '_'], "");
            text.strip_prefix("call").unwrap_or(&text).to_owned()
        };
        let wanted = bare(name);
        KINDS
            .iter()
            .find(|(known, _)| bare(known) == wanted)
            .map(|(_, kind)| *kind)
    }

    /// The names of all events that are used, in both versions, for filters.
    pub(super) fn names() -> impl Iterator<Item = String> {
        KINDS.iter().flat_map(|(name, _)| {
            let first_version = name.replace('.', "_");
            let bare = first_version.strip_prefix("call_").map(str::to_owned);
            [Some((*name).to_owned()), Some(first_version), bare]
                .into_iter()
                .flatten()
        })
    }
}

/// What an event belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) session: Option<String>,
    pub(super) leg: Option<String>,
    pub(super) control: Option<String>,
}

impl Ids {
    pub(super) fn read(payload: &Object<'_>) -> Self {
        Self {
            session: payload.text("call_session_id"),
            leg: payload.text("call_leg_id"),
            control: payload.text("call_control_id"),
        }
    }

    /// The conversation and the leg, if both are told.
    pub(super) fn both(&self) -> Option<(ProviderCallId, LegId)> {
        let (session, leg) = (self.session.as_deref()?, self.leg.as_deref()?);
        Some((ProviderCallId::new(session), LegId::new(leg)))
    }

    /// What the provider can be asked for where not both are told.
    pub(super) fn to_ask_for(&self) -> Option<ProviderCallId> {
        let ids = [&self.session, &self.leg, &self.control];
        let id = ids.into_iter().find_map(Option::as_deref)?;
        Some(ProviderCallId::new(id))
    }
}

/// `single`, `dual`, or a number.
pub(super) fn channels(object: &Object<'_>, name: &str) -> Option<u16> {
    let text = crate::json::scalar_text(object.raw(name)?)?;
    channels_of(&text)
}

pub(super) fn channels_of(text: &str) -> Option<u16> {
    match text.trim() {
        "single" => Some(1),
        "dual" => Some(2),
        number => number.parse().ok().filter(|channels| *channels > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_both_versions_are_one_event() {
        for (name, kind) in [
            ("call.hangup", Some(Kind::Hangup)),
            ("call_hangup", Some(Kind::Hangup)),
            ("call.recording.saved", Some(Kind::RecordingSaved)),
            ("recording_saved", Some(Kind::RecordingSaved)),
            ("call_recording_saved", Some(Kind::RecordingSaved)),
            (
                "call.machine.premium.detection.ended",
                Some(Kind::MachineDetection),
            ),
            ("call_machine_detection_ended", Some(Kind::MachineDetection)),
            ("call.ringing", None),
            ("message.received", None),
            ("call.", None),
            ("", None),
        ] {
            assert_eq!(Kind::of(name), kind, "{name}");
        }
        let names: Vec<_> = Kind::names().collect();
        for name in ["call.initiated", "call_initiated", "recording_saved"] {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
        assert!(names.iter().all(|name| Kind::of(name).is_some()));
    }
}
