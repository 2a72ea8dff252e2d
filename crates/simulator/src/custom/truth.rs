//! What really happened, in the words of Ringback's contract: as far as the backend has told it by then.

use jiff::Timestamp;

use crate::account::Account;
use crate::call::Call;
use crate::speech::Format;
use crate::truth::{
    Truth, TruthCost, TruthCostPart, TruthLatency, TruthReason, TruthRecording, dollars, files,
    moment, segments,
};

use super::event;

pub(super) fn of(account: &Account, call: &Call, at: Timestamp) -> Truth {
    let timeline = &call.timeline;
    let ended = call.ended(at);
    let analyzed = call.connected() && at >= timeline.analyzed;
    let (code, raw) = event::reason(&call.script.ending);
    Truth {
        account: account.id.clone(),
        provider: "custom".into(),
        provider_call_id: call.id.clone(),
        status: status(call, at).into(),
        direction: event::direction(call).into(),
        from: call.from.clone(),
        to: call.to.clone(),
        agent: call.agent.clone(),
        started_at: (at >= timeline.ringing).then(|| moment(timeline.ringing)),
        ended_at: ended.then(|| moment(timeline.ended)),
        duration_ms: event::duration_ms(call, at).filter(|_| ended),
        ended_reason: ended.then(|| TruthReason {
            code: code.into(),
            raw: raw.into(),
        }),
        summary: (analyzed && event::keeps_words(call)).then(|| call.story.summary.clone()),
        sentiment: analyzed.then(|| call.story.sentiment.to_lowercase()),
        successful: analyzed.then_some(call.story.successful),
        cost: (ended && call.connected()).then(|| cost(call, at)),
        latency: analyzed.then(|| latency(call)).flatten(),
        transcript: if call.connected()
            && event::keeps_words(call)
            && at >= event::transcribed(call)
        {
            segments(&call.turns(timeline.ended))
        } else {
            Vec::new()
        },
        recordings: recordings(account, call, at),
        child_legs: Vec::new(),
    }
}

fn status(call: &Call, at: Timestamp) -> &'static str {
    if call.ended(at) {
        event::end_status(call)
    } else if call.answered(at) {
        "ongoing"
    } else if at >= call.timeline.ringing {
        "ringing"
    } else {
        "scheduled"
    }
}

fn cost(call: &Call, at: Timestamp) -> TruthCost {
    let parts = event::costs(call, at);
    TruthCost {
        amount: dollars(parts.iter().map(|(_, micros)| micros).sum()),
        currency: "USD".into(),
        parts: parts
            .into_iter()
            .map(|(name, micros)| TruthCostPart {
                name: name.into(),
                amount: dollars(micros),
            })
            .collect(),
    }
}

fn latency(call: &Call) -> Option<TruthLatency> {
    Some(TruthLatency {
        p50: call.latency_percentile(50)?,
        p90: call.latency_percentile(90)?,
        p95: call.latency_percentile(95)?,
        p99: call.latency_percentile(99)?,
    })
}

fn recordings(account: &Account, call: &Call, at: Timestamp) -> Vec<TruthRecording> {
    let Some(announced) = call.timeline.recording_ready.filter(|ready| at >= *ready) else {
        return Vec::new();
    };
    let ready = announced + account.switches.faults().recordings_late_by;
    let (state, reason) = match event::not_given(call) {
        Some((state, reason)) => (state, Some(reason)),
        None if at >= ready => ("available", None),
        None => ("expected", None),
    };
    let is_given = reason.is_none();
    vec![TruthRecording {
        provider_recording_id: Some(call.recording_id.clone()),
        state: state.into(),
        reason: reason.map(Into::into),
        duration_ms: is_given.then(|| call.timeline.talk().as_millis() as u64),
        files: if is_given {
            files(call, &[(Format::Mp3, event::channels(call))])
        } else {
            Vec::new()
        },
    }]
}
