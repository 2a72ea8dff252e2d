//! The `.json` beside each recording: what is known about the call, readable without Ringback, and
//! enough to find the recording's place again when the database is built anew.

use jiff::Timestamp;
use ringback_model::{
    AccountId, Agent, Call, Cost, Direction, EndedReason, RecordingKey, Segment, Status,
};
use serde::{Deserialize, Serialize};

/// The version of the shape.
const FORMAT: u32 = 1;

/// What stands in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sidecar {
    /// The version of the shape.
    pub ringback_sidecar: u32,
    /// The account's id.
    pub account: AccountId,
    /// The provider's name.
    pub provider: String,
    /// The provider's id of the call.
    pub provider_call_id: String,
    /// The provider's id of the recording; empty where it has none; its leg and begin where it was
    /// first reported without its id.
    pub recording_key: RecordingKey,
    /// The recording.
    pub recording: SoundFile,
    /// The call.
    pub call: Summary,
}

/// The recording's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SoundFile {
    pub format: String,
    pub channels: u16,
    pub duration_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audible_ms: Option<u64>,
    pub size_bytes: u64,
    pub sha256: String,
    pub fetched_at: Timestamp,
}

/// The call, for a person who finds the folder without the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub status: Status,
    pub direction: Option<Direction>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub agent: Option<Agent>,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub duration_ms: Option<u64>,
    pub ended_reason: Option<EndedReason>,
    pub summary: Option<String>,
    pub cost: Option<Cost>,
    pub transcript: Vec<Segment>,
}

impl Sidecar {
    pub(crate) fn new(
        account: &AccountId,
        provider: &str,
        call: &Call,
        key: &RecordingKey,
        recording: SoundFile,
    ) -> Self {
        Self {
            ringback_sidecar: FORMAT,
            account: account.clone(),
            provider: provider.to_owned(),
            provider_call_id: call.provider_call_id.to_string(),
            recording_key: key.clone(),
            recording,
            call: Summary::of(call),
        }
    }
}

impl Summary {
    fn of(call: &Call) -> Self {
        let fields = &call.fields;
        Self {
            status: call.status(),
            direction: told(&fields.direction),
            from: told(&fields.from),
            to: told(&fields.to),
            agent: told(&fields.agent),
            started_at: told(&fields.started_at),
            ended_at: told(&fields.ended_at),
            duration_ms: told(&fields.duration_ms),
            ended_reason: told(&fields.ended_reason),
            summary: told(&fields.summary),
            cost: call.cost(),
            transcript: call
                .transcript()
                .map_or_else(Vec::new, |text| text.into_owned().segments),
        }
    }
}

fn told<T: Clone>(field: &Option<ringback_model::Told<T>>) -> Option<T> {
    field.as_ref().map(|told| told.value.clone())
}
