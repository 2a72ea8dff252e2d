//! What Vapi's JSON looks like. Nothing of these shapes leaves this folder.

use jiff::Timestamp;
use url::Url;

use super::composed::Composed;
use crate::{Misunderstood, json::Object};

/// A server message, still mostly text.
#[derive(Clone, Debug)]
pub(super) struct Envelope<'a> {
    /// `message.type`.
    pub(super) kind: String,
    pub(super) message: Object<'a>,
}

impl<'a> Envelope<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Misunderstood> {
        let top = Object::parse(body, "")?;
        let message = top
            .object("message")
            .ok_or_else(|| top.lacks("message", "is missing or no object"))?;
        let kind = message
            .text("type")
            .ok_or_else(|| message.lacks("type", "is missing or no text"))?;
        Ok(Self { kind, message })
    }

    /// The call that the message is about.
    pub(super) fn call_id(&self) -> Option<String> {
        self.message.object("call")?.text("id")
    }
}

/// A call: as the API gives it, or as a message tells of it.
#[derive(Clone, Debug)]
pub(super) struct VapiCall<'a> {
    pub(super) id: String,
    pub(super) call_type: Option<String>,
    pub(super) status: Option<String>,
    pub(super) ended_reason: Option<String>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    /// Of reports, undocumented: the length in ms.
    pub(super) duration_ms: Option<u64>,
    /// The other party: a number or a SIP address.
    pub(super) customer: Option<String>,
    /// Our side's number or SIP address.
    pub(super) number: Option<String>,
    pub(super) assistant_id: Option<String>,
    pub(super) assistant_name: Option<String>,
    /// The carrier's id of the call.
    pub(super) carrier_id: Option<String>,
    pub(super) analysis: Analysis,
    pub(super) recordings: Recordings,
    /// False where recording is switched off.
    pub(super) is_recorded: Option<bool>,
    /// True where nothing of what was said may be stored.
    pub(super) keeps_nothing: bool,
    /// The object whose own fields count: the message, or the call.
    pub(super) told: Object<'a>,
    pub(super) artifact: Option<Object<'a>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Analysis {
    pub(super) summary: Option<String>,
    /// A text whose meaning hangs on the customer's rubric.
    pub(super) success_evaluation: Option<String>,
}

/// What is told of the files of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Recordings {
    /// Links that open without a key for a while.
    pub(super) presigned: Presigned,
    pub(super) expires_at: Option<Timestamp>,
    /// Whether there is one, by the links that only say so: unsigned they open nothing since July
    /// 2026 (<https://docs.vapi.ai/assistants/retrieve-call-artifacts>).
    pub(super) has_stereo: bool,
    pub(super) has_mono: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Presigned {
    pub(super) stereo: Option<Url>,
    pub(super) mono: Option<Url>,
    pub(super) customer: Option<Url>,
    pub(super) assistant: Option<Url>,
}

impl Recordings {
    /// The links, the best first. One party alone comes last: it is half of what was said.
    pub(super) fn links(&self) -> impl Iterator<Item = &Url> {
        let Presigned {
            stereo,
            mono,
            customer,
            assistant,
        } = &self.presigned;
        [stereo, mono, customer, assistant].into_iter().flatten()
    }

    pub(super) fn is_there(&self) -> bool {
        self.has_stereo || self.has_mono || self.links().next().is_some()
    }

    /// How many channels the best file has.
    pub(super) fn channels(&self) -> Option<u16> {
        if self.has_stereo || self.presigned.stereo.is_some() {
            Some(2)
        } else {
            self.is_there().then_some(1)
        }
    }

    fn read(artifact: Option<&Object<'_>>, told: &Object<'_>) -> Self {
        let url = |name: &str| {
            let text = artifact?.text(name)?;
            Url::parse(text.trim()).ok()
        };
        // Older reports have the links beside the artifact as well.
        let has = |name: &str| {
            artifact.is_some_and(|artifact| artifact.text(name).is_some())
                || told.text(name).is_some()
        };
        let recording = artifact.and_then(|artifact| artifact.object("recording"));
        let mono = recording
            .as_ref()
            .and_then(|recording| recording.object("mono"));
        let has_within = |object: &Option<Object<'_>>, name: &str| {
            object
                .as_ref()
                .is_some_and(|object| object.text(name).is_some())
        };
        Self {
            presigned: Presigned {
                stereo: url("presignedStereoUrl"),
                mono: url("presignedMonoUrl"),
                customer: url("presignedCustomerUrl"),
                assistant: url("presignedAssistantUrl"),
            },
            expires_at: artifact.and_then(|artifact| artifact.moment("presignedUrlsExpiresAt")),
            has_stereo: has("stereoRecordingUrl") || has_within(&recording, "stereoUrl"),
            has_mono: has("recordingUrl") || has_within(&mono, "combinedUrl"),
        }
    }
}

impl<'a> VapiCall<'a> {
    /// From a message. What the call in it says of itself was true some time before, so only what
    /// does not change in a call is taken from there.
    pub(super) fn of_message(message: Object<'a>) -> Result<Self, Misunderstood> {
        let call = message
            .object("call")
            .ok_or_else(|| message.lacks("call", "is missing or no object"))?;
        Self::read(message, &call, None)
    }

    /// From the API.
    pub(super) fn of_answer(answer: Composed<'a>) -> Result<Self, Misunderstood> {
        let call = answer.call.clone();
        Self::read(call.clone(), &call, Some(&answer))
    }

    fn read(
        told: Object<'a>,
        call: &Object<'a>,
        answer: Option<&Composed<'a>>,
    ) -> Result<Self, Misunderstood> {
        let id = call
            .text("id")
            .ok_or_else(|| call.lacks("id", "is missing or no text"))?;
        let either = |name: &str| told.object(name).or_else(|| call.object(name));
        let assistant = either("assistant").or_else(|| answer?.assistant.clone());
        let numbers = [
            told.object("phoneNumber"),
            call.object("phoneNumber"),
            answer.and_then(|answer| answer.number.clone()),
        ];
        let number = numbers.iter().flatten().find_map(party);
        let text_of = |object: &Option<Object<'_>>, name: &str| object.as_ref()?.text(name);
        let text = |name: &str| told.text(name);
        let artifact = told.object("artifact");
        let analysis = told.object("analysis");
        Ok(Self {
            call_type: call.text("type"),
            status: text("status"),
            ended_reason: text("endedReason"),
            created_at: call.moment("createdAt"),
            started_at: told.moment("startedAt"),
            ended_at: told.moment("endedAt"),
            duration_ms: told
                .float("durationMs")
                .and_then(|ms| crate::json::milliseconds(ms / 1000.0)),
            customer: either("customer").as_ref().and_then(party),
            number,
            assistant_id: call
                .text("assistantId")
                .or_else(|| text_of(&assistant, "id"))
                .or_else(|| call.text("squadId"))
                .or_else(|| call.text("workflowId")),
            assistant_name: text_of(&assistant, "name"),
            carrier_id: call
                .text("phoneCallProviderId")
                .or_else(|| call.object("transport")?.text("callSid")),
            analysis: Analysis {
                // Older reports have the summary beside the analysis as well. Of a status update it
                // is what was said before a call was handed on.
                summary: text_of(&analysis, "summary")
                    .or_else(|| text("summary").filter(|_| analysis.is_some())),
                success_evaluation: analysis
                    .as_ref()
                    .and_then(|analysis| analysis.raw("successEvaluation"))
                    .and_then(crate::json::scalar_text),
            },
            recordings: Recordings::read(artifact.as_ref(), &told),
            is_recorded: plans(call, assistant.as_ref(), "artifactPlan", "recordingEnabled"),
            keeps_nothing: plans(call, assistant.as_ref(), "compliancePlan", "pciEnabled")
                == Some(true),
            id,
            told,
            artifact,
        })
    }
}

/// A number, or the SIP address of who has none.
fn party(object: &Object<'_>) -> Option<String> {
    object.text("number").or_else(|| object.text("sipUri"))
}

/// A switch in a plan of the assistant, which a single call may override.
fn plans(
    call: &Object<'_>,
    assistant: Option<&Object<'_>>,
    plan: &str,
    switch: &str,
) -> Option<bool> {
    let overrides = call.object("assistantOverrides");
    [overrides.as_ref(), assistant]
        .into_iter()
        .flatten()
        .find_map(|object| object.object(plan)?.boolean(switch))
}
