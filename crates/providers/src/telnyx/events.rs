//! What Telnyx's events mean in Ringback's words.
//!
//! Each speaks of one leg at one moment (`occurred_at`), whenever it arrives and by whichever way:
//! as a webhook, in `/webhook_deliveries` or in `/call_events`. So it always gives the same report.

use jiff::Timestamp;
use ringback_model::{
    Agent, CallEvent, Direction, EndedCode, EndedReason, LegFacts, LegId, Matched, ProviderCallId,
    RecordingKey, Segment, Source, Speaker, Stamp, Status, Transcript, Turn, Voice, When,
};

use serde_json::value::RawValue;

use super::{
    billing, hangup,
    payload::{Envelope, Ids, Kind},
    recordings::{self, RecordingNews},
};
use crate::{
    Account, Misunderstood, Understood, fingerprint,
    json::{Object, scalar_text},
};

/// What an event says. `told_at` is when it was heard of.
pub(super) fn understand(
    account: &Account,
    event: &Envelope<'_>,
    told_at: Timestamp,
) -> Result<Understood, Misunderstood> {
    let Some(kind) = event.kind else {
        let name = fingerprint::label(&event.name);
        return Ok(Understood::Ignored(format!(
            "events of the kind {name} are not used"
        )));
    };
    let payload = &event.payload;
    let ids = Ids::read(payload);
    let session = ids.session.as_deref().map(ProviderCallId::new);
    // A recording of a conference is of a session and of no leg.
    let leg = ids.leg.as_deref().map(LegId::new);
    let needs_leg = kind != Kind::RecordingSaved;
    let Some(call) = session.filter(|_| leg.is_some() || !needs_leg) else {
        return ask(&ids, payload);
    };
    let stamp = Stamp {
        as_of: event.occurred_at.unwrap_or(told_at),
        source: Source::Webhook,
    };
    let mut report = CallEvent::new(call.clone(), stamp);
    let told = Told {
        account,
        event,
        leg: leg.unwrap_or_default(),
        told_at,
        as_of: stamp.as_of,
    };
    match told.tell(kind, &mut report) {
        Tells::Something => Ok(Understood::Events(vec![report])),
        Tells::Nothing(why) => Ok(Understood::Ignored(why.into())),
        Tells::ToAsk(why) => Ok(Understood::Ask {
            calls: vec![call],
            why: why.into(),
        }),
    }
}

/// It does not say which conversation it is about, or which leg of it.
fn ask(ids: &Ids, payload: &Object<'_>) -> Result<Understood, Misunderstood> {
    match ids.to_ask_for() {
        Some(call) => Ok(Understood::Ask {
            calls: vec![call],
            why: "does not name session and leg: the provider is asked about the call instead"
                .into(),
        }),
        None => Err(payload.lacks("call_session_id", "is missing or no text")),
    }
}

/// An event with what is known around it.
struct Told<'a> {
    account: &'a Account,
    event: &'a Envelope<'a>,
    leg: LegId,
    told_at: Timestamp,
    as_of: Timestamp,
}

enum Tells {
    Something,
    Nothing(&'static str),
    ToAsk(&'static str),
}

impl Told<'_> {
    fn tell(&self, kind: Kind, report: &mut CallEvent) -> Tells {
        let payload = &self.event.payload;
        match kind {
            Kind::Initiated
            | Kind::Answered
            | Kind::Bridged
            | Kind::Hangup
            | Kind::MachineDetection
            | Kind::MachineGreeting
            | Kind::Referred
            | Kind::SignOfLife => {
                report.pieces.legs.push((self.leg.clone(), self.leg(kind)));
            }
            Kind::Cost => {
                let Some(cost) = billing::bill(payload) else {
                    return Tells::Nothing("tells no cost");
                };
                let facts = LegFacts {
                    cost: Some(cost),
                    ..self.numbers()
                };
                report.pieces.legs.push((self.leg.clone(), facts));
            }
            Kind::RecordingSaved => {
                let news = RecordingNews::of_webhook(payload);
                // A link lives from the moment that the event speaks of, however late it comes.
                let linked_at = self.event.occurred_at.or(news.ended);
                let linked_at = linked_at.unwrap_or(self.told_at);
                match news.report(self.account, linked_at, Matched::ByIds) {
                    Some(recording) => report.recordings.push(recording),
                    None => {
                        return Tells::ToAsk("names no recording: the provider is asked for it");
                    }
                }
            }
            Kind::RecordingError => {
                let reason = payload.text("reason");
                let lost = recordings::lost(&self.leg, reason.as_deref(), self.as_of);
                report.recordings.push(lost);
            }
            Kind::RecordingTranscribed => {
                let ids = ["recording_id", "recording_transcription_id"];
                let id = ids.iter().find_map(|name| payload.text(name));
                let text = payload.text("transcription_text");
                let (Some(id), Some(text)) = (id, text) else {
                    return Tells::ToAsk("has no text: the provider is asked for it");
                };
                let told = (RecordingKey::new(id), text);
                report.pieces.transcriptions.push(told);
            }
            Kind::Transcription => match self.turn() {
                Ok(turn) => report.turns.push(turn),
                Err(why) => return Tells::Nothing(why),
            },
            Kind::Conversation => {
                report.facts.agent = agent(payload);
                report.pieces.legs.push((self.leg.clone(), self.numbers()));
            }
            Kind::Insights | Kind::Analyzed => {
                report.facts.agent = agent(payload);
                report.facts.summary = insights(payload);
                if report.facts.summary.is_none() {
                    return Tells::Nothing("tells no insights");
                }
            }
            Kind::AiGather => {
                report.facts.transcript = history(payload);
                if report.facts.transcript.is_none() {
                    return Tells::Nothing("tells nothing that was said");
                }
            }
        }
        Tells::Something
    }

    /// The two ends of the leg and its other id, which most events repeat.
    fn numbers(&self) -> LegFacts {
        LegFacts {
            other_id: self.event.payload.text("call_control_id"),
            from: self.event.payload.text("from"),
            to: self.event.payload.text("to"),
            ..LegFacts::default()
        }
    }

    fn leg(&self, kind: Kind) -> LegFacts {
        let payload = &self.event.payload;
        let facts = LegFacts {
            started_at: payload.moment("start_time"),
            ..self.numbers()
        };
        match kind {
            Kind::Initiated => LegFacts {
                status: Some(Status::Ringing),
                alive_at: Some(self.as_of),
                direction: direction(payload),
                started_at: facts.started_at.or(self.event.occurred_at),
                ..facts
            },
            Kind::Answered => LegFacts {
                status: Some(Status::Ongoing),
                answered_at: Some(self.as_of),
                alive_at: Some(self.as_of),
                ..facts
            },
            Kind::Bridged => LegFacts {
                status: Some(Status::Ongoing),
                alive_at: Some(self.as_of),
                ..facts
            },
            Kind::SignOfLife => LegFacts {
                alive_at: Some(self.as_of),
                ..facts
            },
            Kind::Hangup => {
                let cause = payload.text("hangup_cause");
                let sip_cause = payload.text("sip_hangup_cause");
                let hangup = hangup::read(cause.as_deref(), sip_cause.as_deref());
                let source = payload.text("hangup_source");
                LegFacts {
                    status: Some(hangup.status),
                    // API v1 tells the end by itself.
                    ended_at: payload.moment("end_time").or(Some(self.as_of)),
                    hung_up: hangup.side(source.as_deref()),
                    ended_reason: hangup.reason,
                    ..facts
                }
            }
            Kind::MachineDetection | Kind::MachineGreeting => {
                let result = payload.text("result");
                let is_machine = matches!(result.as_deref(), Some("machine" | "beep_detected"));
                LegFacts {
                    outcome: result.filter(|_| is_machine).map(|raw| EndedReason {
                        code: EndedCode::Voicemail,
                        raw,
                    }),
                    ..facts
                }
            }
            Kind::Referred => {
                let answer = payload.integer("sip_notify_response").unwrap_or(200);
                LegFacts {
                    outcome: (200..300).contains(&answer).then(|| EndedReason {
                        code: EndedCode::Transferred,
                        raw: self.event.name.clone(),
                    }),
                    ..facts
                }
            }
            _ => facts,
        }
    }

    /// One line of a live transcription.
    fn turn(&self) -> Result<Turn, &'static str> {
        let data = self.event.payload.object("transcription_data");
        let data = data.as_ref().unwrap_or(&self.event.payload);
        if data.boolean("is_final") == Some(false) {
            return Err("an interim result of a transcription; the final one follows");
        }
        let text = data
            .text("transcript")
            .ok_or("tells nothing that was said")?;
        // Only one engine tells the track; "inbound" is the default of what is transcribed.
        let voice = match data.text("transcription_track").as_deref() {
            Some("outbound") => Voice::ToTheParty(self.leg.clone()),
            _ => Voice::OfTheParty(self.leg.clone()),
        };
        Ok(Turn {
            // When it began is not told. Nor is it a sign of life: what was said last is understood
            // when nobody is there any more.
            when: When::SaidBy(self.as_of),
            voice,
            text,
            words: Vec::new(),
        })
    }
}

/// Only `call.initiated` tells it. TeXML and detail records write it otherwise than events.
pub(super) fn direction(object: &Object<'_>) -> Option<Direction> {
    match object.text("direction")?.as_str() {
        "incoming" | "inbound" => Some(Direction::Inbound),
        "outgoing" | "outbound" => Some(Direction::Outbound),
        _ => None,
    }
}

fn agent(payload: &Object<'_>) -> Option<Agent> {
    let id = payload.text("assistant_id")?;
    Some(Agent {
        id: Some(id),
        name: None,
    })
}

/// What the insights say, one after the other: they are sentences, or JSON where that was asked for.
/// `call.analyzed` has them one level deeper.
fn insights(payload: &Object<'_>) -> Option<String> {
    let lists = ["results", "conversation_insights"];
    let outer = lists.iter().find_map(|name| payload.objects(name))?;
    let mut texts = Vec::new();
    for insight in &outer {
        let inner = lists.iter().find_map(|name| insight.objects(name));
        for insight in inner.as_deref().unwrap_or(std::slice::from_ref(insight)) {
            let result = insight.raw("result");
            let text = result.and_then(|raw| scalar_text(raw).or_else(|| compact(raw)));
            texts.extend(text.filter(|text| !text.trim().is_empty()));
        }
    }
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

fn compact(raw: &RawValue) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(raw.get()).ok()?;
    Some(value.to_string())
}

/// What was said while an assistant gathered something. It may go on after that.
fn history(payload: &Object<'_>) -> Option<Transcript> {
    let messages = payload.objects("message_history")?;
    let segment = |message: &Object<'_>| {
        Some(Segment {
            speaker: match message.text("role")?.as_str() {
                "assistant" => Speaker::Agent,
                "user" => Speaker::Caller,
                "tool" => Speaker::Tool,
                "system" => Speaker::System,
                other => Speaker::Named(other.to_owned()),
            },
            start_ms: None,
            end_ms: None,
            text: message.text("content")?,
            words: Vec::new(),
        })
    };
    let segments: Vec<_> = messages.iter().filter_map(segment).collect();
    (!segments.is_empty()).then_some(Transcript {
        is_final: false,
        segments,
    })
}
