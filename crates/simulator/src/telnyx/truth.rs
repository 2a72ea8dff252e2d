//! What really happened, in the words of Ringback's contract. Telnyx's events tell neither what was said, unless it
//! transcribes, nor a summary, unless one of its own assistants spoke.

use std::time::Duration;

use jiff::Timestamp;

use crate::account::Account;
use crate::call::Call;
use crate::script::{Direction, Ending};
use crate::speech::Format;
use crate::truth::{
    Truth, TruthCost, TruthCostPart, TruthLeg, TruthReason, TruthRecording, TruthSegment, dollars,
    files, moment, segments,
};

use super::leg::{self, Leg};
use super::{document, in_own_bucket, webhook};

pub(super) fn of(account: &Account, call: &Call, at: Timestamp) -> Truth {
    let mut legs = leg::all(call).into_iter();
    let root = legs.next().expect("every call has a root leg");
    let ended = call.ended(at);
    Truth {
        account: account.id.clone(),
        provider: "telnyx".into(),
        provider_call_id: call.id.clone(),
        status: status(call, &root, at).into(),
        direction: if call.script.direction == Direction::Outbound {
            "outbound"
        } else {
            "inbound"
        }
        .into(),
        from: root.from.clone(),
        to: root.to.clone(),
        agent: None,
        started_at: Some(moment(root.placed)),
        ended_at: ended.then(|| moment(root.ended)),
        duration_ms: (ended && call.connected())
            .then(|| u64::try_from(call.timeline.talk().as_millis()).unwrap_or(u64::MAX)),
        ended_reason: ended.then(|| reason(call, &root)),
        summary: None,
        sentiment: None,
        successful: None,
        cost: cost(call, &root, at),
        latency: None,
        transcript: said(call, at),
        recordings: recordings(account, call, at),
        child_legs: legs
            .filter(|leg| at >= leg.placed)
            .map(|leg| TruthLeg {
                provider_call_id: leg.id.clone(),
                from: leg.from.clone(),
                to: leg.to.clone(),
                status: status(call, &leg, at).into(),
                cost: cost(call, &leg, at).map(|cost| cost.amount),
            })
            .collect(),
    }
}

/// A live transcription tells each turn when it was understood, which is when it had been said: no begin, no words.
fn said(call: &Call, at: Timestamp) -> Vec<TruthSegment> {
    let Some(answered) = call
        .timeline
        .answered
        .filter(|_| call.script.transcript_updates)
    else {
        return Vec::new();
    };
    let is_told = |turn: &TruthSegment| answered + Duration::from_millis(turn.end_ms) <= at;
    segments(&call.turns(call.timeline.ended))
        .into_iter()
        .filter(is_told)
        .map(|turn| TruthSegment {
            start_ms: None,
            words: Vec::new(),
            ..turn
        })
        .collect()
}

fn status(call: &Call, leg: &Leg, at: Timestamp) -> &'static str {
    match (leg.answered, &call.script.ending) {
        (Some(_), _) if at >= leg.ended => "ended",
        (Some(answered), _) if at >= answered => "ongoing",
        (None, Ending::Unreachable) if at >= leg.ended => "failed",
        (None, _) if at >= leg.ended => "not_connected",
        _ => "ringing",
    }
}

/// The contract's code and Telnyx's word.
fn reason(call: &Call, root: &Leg) -> TruthReason {
    let (cause, source, _) = root.end(call);
    let person = if root.outgoing { "callee" } else { "caller" };
    let (code, raw) = match call.script.ending {
        _ if webhook::is_machine(call) => ("voicemail", "machine"),
        Ending::MaxDuration => ("max_duration", cause),
        Ending::NoAnswer => ("no_answer", cause),
        Ending::Busy => ("busy", cause),
        Ending::Canceled => ("canceled", cause),
        Ending::Unreachable => ("error", cause),
        _ if source == "unknown" => ("unknown", cause),
        _ if source == person => ("caller_hangup", cause),
        _ => ("agent_hangup", cause),
    };
    TruthReason {
        code: code.into(),
        raw: raw.into(),
    }
}

/// What was charged, by product.
fn cost(call: &Call, leg: &Leg, at: Timestamp) -> Option<TruthCost> {
    let is_told = at >= call.timeline.priced && leg.answered.is_some() && !call.in_hole(at);
    let charges = leg.charges().map(|(product, micros)| {
        let is_corrected = leg.is_root && product == "sip-trunking";
        let extra = if is_corrected { call.extra_cost(at) } else { 0 };
        (product, micros + extra)
    });
    is_told.then(|| TruthCost {
        amount: dollars(charges.iter().map(|(_, micros)| micros).sum()),
        currency: "USD".into(),
        parts: charges
            .iter()
            .map(|(product, micros)| TruthCostPart {
                name: (*product).into(),
                amount: dollars(*micros),
            })
            .collect(),
    })
}

/// Nothing is told of a recording before it is saved.
fn recordings(account: &Account, call: &Call, at: Timestamp) -> Vec<TruthRecording> {
    let saved = call.timeline.recording_ready.filter(|_| call.kept());
    let Some(saved) = saved.filter(|saved| at >= *saved && !call.in_hole(at)) else {
        return Vec::new();
    };
    let ready = saved + account.switches.faults().recordings_late_by;
    let (state, reason) = match () {
        () if in_own_bucket(call) => ("withheld", Some("external_storage")),
        () if at >= ready => ("available", None),
        () => ("expected", None),
    };
    let forms = [(Format::Mp3, document::channels(call))];
    vec![TruthRecording {
        provider_recording_id: Some(call.recording_id.clone()),
        state: state.into(),
        reason: reason.map(Into::into),
        duration_ms: Some(u64::try_from(call.timeline.talk().as_millis()).unwrap_or(u64::MAX)),
        files: if in_own_bucket(call) {
            Vec::new()
        } else {
            files(call, &forms)
        },
    }]
}
