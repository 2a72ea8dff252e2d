//! A call as the API gives it, together with what it only names by id.
//!
//! A call of the API says `phoneNumberId` and `assistantId`; the number and the assistant's name are
//! other documents. What the journal keeps has to be enough to understand the call again years later,
//! so the answer is kept with the two facts beside it:
//!
//! ```json
//! {"call": {as Vapi gave it}, "phoneNumber": {"id": "...", "number": "+1..."}, "assistant": {"id": "...", "name": "..."}}
//! ```
//!
//! Only these facts: the documents themselves hold passwords of carriers and whole prompts.

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{Misunderstood, json::Object};

/// What is known of a phone number of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NumberFacts {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sip_uri: Option<String>,
}

impl NumberFacts {
    pub(super) fn read(object: &Object<'_>) -> Option<Self> {
        Some(Self {
            id: object.text("id")?,
            number: object.text("number"),
            sip_uri: object.text("sipUri"),
        })
    }
}

/// What is known of an assistant: its name, and what it says of recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssistantFacts {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) artifact_plan: Option<ArtifactPlan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compliance_plan: Option<CompliancePlan>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactPlan {
    pub(super) recording_enabled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompliancePlan {
    pub(super) pci_enabled: bool,
}

impl AssistantFacts {
    pub(super) fn read(object: &Object<'_>) -> Option<Self> {
        let switch = |plan: &str, name: &str| object.object(plan)?.boolean(name);
        Some(Self {
            id: object.text("id")?,
            name: object.text("name"),
            artifact_plan: switch("artifactPlan", "recordingEnabled")
                .map(|recording_enabled| ArtifactPlan { recording_enabled }),
            compliance_plan: switch("compliancePlan", "pciEnabled")
                .map(|pci_enabled| CompliancePlan { pci_enabled }),
        })
    }
}

/// What the API said, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Composed<'a> {
    pub(super) call: Object<'a>,
    pub(super) number: Option<Object<'a>>,
    pub(super) assistant: Option<Object<'a>>,
}

impl<'a> Composed<'a> {
    /// Reads what [`write`] wrote, and a call alone.
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Misunderstood> {
        let top = Object::parse(body, "")?;
        // A call has no member of that name.
        if top.raw("call").is_none() {
            return Ok(Self {
                call: Object::parse(body, "call")?,
                number: None,
                assistant: None,
            });
        }
        Ok(Self {
            call: top
                .object("call")
                .ok_or_else(|| top.lacks("call", "is no object"))?,
            number: top.object("phoneNumber"),
            assistant: top.object("assistant"),
        })
    }
}

/// Puts the facts beside a call. The call's own bytes stay as they are.
pub(super) fn write(
    call: &RawValue,
    number: Option<&NumberFacts>,
    assistant: Option<&AssistantFacts>,
) -> Bytes {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Document<'a> {
        call: &'a RawValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        phone_number: Option<&'a NumberFacts>,
        #[serde(skip_serializing_if = "Option::is_none")]
        assistant: Option<&'a AssistantFacts>,
    }
    let document = Document {
        call,
        phone_number: number,
        assistant,
    };
    serde_json::to_vec(&document)
        .expect("texts, flags and JSON are JSON")
        .into()
}
