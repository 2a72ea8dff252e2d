//! A call in full.

use std::borrow::Cow;

use ringback_engine::store::{CallRecord, EventHead, Recording};
use ringback_model::{Cost, Latency, LegFields, LegId, Matched, Told, Transcript};

use super::{time, word};
use crate::dto::{
    Absent, AgentJson, CallJson, CostJson, CostPartJson, EndedReasonJson, LegJson, PercentilesJson,
    RecordingJson, SegmentJson, TimelineEntry, WordJson,
};

/// The call as JSON shows it. `whole` is with the transcript, without is for lists.
pub(crate) fn call_json(record: &CallRecord, recordings: &[Recording], whole: bool) -> CallJson {
    let call = &record.call;
    let fields = &call.fields;
    let agent = told(&fields.agent);
    CallJson {
        id: record.id.to_string(),
        account: record.account.to_string(),
        provider: record.provider.clone(),
        provider_call_id: call.provider_call_id.to_string(),
        status: call.status().as_str().to_owned(),
        direction: told(&fields.direction)
            .unwrap_or_default()
            .as_str()
            .to_owned(),
        from: told(&fields.from),
        to: told(&fields.to),
        agent: AgentJson {
            id: agent.as_ref().and_then(|agent| agent.id.clone()),
            name: agent.and_then(|agent| agent.name),
        },
        started_at: told(&fields.started_at).map(time),
        answered_at: told(&fields.answered_at).map(time),
        ended_at: told(&fields.ended_at).map(time),
        duration_ms: told(&fields.duration_ms),
        ended_reason: told(&fields.ended_reason).map(|reason| EndedReasonJson {
            code: word(&reason.code),
            raw: reason.raw,
        }),
        summary: told(&fields.summary),
        sentiment: told(&fields.sentiment),
        successful: told(&fields.successful),
        cost: call.cost().map(cost_json),
        latency: told(&fields.latency).map(latency_json),
        transcript: match (whole, call.transcript().map(Cow::into_owned)) {
            (false, _) => Absent::LeftOut,
            (true, None) => Absent::Null,
            (true, Some(transcript)) => Absent::Value(transcript_json(transcript)),
        },
        legs: call
            .legs
            .iter()
            .map(|(id, leg)| leg_json(id, leg))
            .collect(),
        recordings: recordings.iter().map(recording_json).collect(),
        missing: record
            .missing
            .iter()
            .map(|field| field.as_str().to_owned())
            .collect(),
        conversation: None,
    }
}

/// One entry of the journal as a line of the call's timeline.
pub(crate) fn timeline_entry(head: EventHead) -> TimelineEntry {
    TimelineEntry {
        event: head.id.to_string(),
        at: time(head.received_at),
        source: word(&head.source),
        kind: head.kind.unwrap_or_default(),
        state: head.state.as_str().to_owned(),
        reason: head.reason,
    }
}

pub(super) fn told<T: Clone>(field: &Option<Told<T>>) -> Option<T> {
    field.as_ref().map(|told| told.value.clone())
}

pub(super) fn cost_json(cost: Cost) -> CostJson {
    CostJson {
        amount: cost.amount.to_string(),
        currency: cost.currency,
        provisional: cost.provisional,
        parts: cost
            .parts
            .into_iter()
            .map(|part| CostPartJson {
                name: part.name,
                amount: part.amount.to_string(),
            })
            .collect(),
    }
}

fn latency_json(latency: Latency) -> indexmap::IndexMap<String, PercentilesJson> {
    latency
        .0
        .into_iter()
        .map(|(name, at)| {
            (
                name,
                PercentilesJson {
                    p50: at.p50,
                    p90: at.p90,
                    p95: at.p95,
                    p99: at.p99,
                },
            )
        })
        .collect()
}

fn transcript_json(transcript: Transcript) -> Vec<SegmentJson> {
    transcript
        .segments
        .into_iter()
        .map(|segment| SegmentJson {
            speaker: segment.speaker.into(),
            start_ms: segment.start_ms,
            end_ms: segment.end_ms,
            text: segment.text,
            words: segment
                .words
                .into_iter()
                .map(|word| WordJson {
                    text: word.text,
                    start_ms: word.start_ms,
                    end_ms: word.end_ms,
                })
                .collect(),
        })
        .collect()
}

fn leg_json(id: &LegId, leg: &LegFields) -> LegJson {
    LegJson {
        id: id.to_string(),
        status: told(&leg.status).map(|status| status.as_str().to_owned()),
        direction: told(&leg.direction).map(|direction| direction.as_str().to_owned()),
        from: told(&leg.from),
        to: told(&leg.to),
        started_at: told(&leg.started_at).map(time),
        ended_at: told(&leg.ended_at).map(time),
        duration_ms: told(&leg.duration_ms),
        cost: told(&leg.cost).map(cost_json),
    }
}

pub(super) fn recording_json(recording: &Recording) -> RecordingJson {
    RecordingJson {
        id: recording.id.to_string(),
        provider_recording_id: recording
            .key
            .provider_id()
            .map(str::to_owned)
            .or_else(|| told(&recording.facts.provider_id)),
        state: recording.state.as_str().to_owned(),
        reason: recording
            .state
            .reason()
            .map(|reason| reason.as_str().to_owned()),
        channels: recording.channels,
        duration_ms: recording.duration_ms,
        audible_ms: recording.audible_ms,
        format: recording.format.clone(),
        size_bytes: recording.size_bytes,
        sha256: recording.sha256.clone(),
        path: recording.path.clone(),
        link_expires_at: recording
            .link
            .as_ref()
            .and_then(|link| link.expires_at)
            .map(time),
        matched_by: told(&recording.facts.matched)
            .filter(|matched| *matched == Matched::ByNumberAndTime)
            .map(|_| "number_and_time".to_owned()),
    }
}
