//! What really happened, in the words of Ringback's contract. Twilio's API tells neither what was said nor who hung
//! up, so that the truth about its calls does not either.

use jiff::Timestamp;

use crate::account::Account;
use crate::call::Call;
use crate::script::{Direction, Ending, RecordingPlan};
use crate::speech::Format;
use crate::truth::{
    Truth, TruthCost, TruthLeg, TruthReason, TruthRecording, dollars, files, moment,
};

use super::document;

pub(super) fn of(account: &Account, call: &Call, at: Timestamp) -> Truth {
    let timeline = &call.timeline;
    let ended = call.ended(at);
    let started = timeline
        .answered
        .or_else(|| ended.then_some(timeline.placed))
        .filter(|started| at >= *started);
    let duration = call.told_duration(at);
    let end = timeline
        .answered
        .map_or(timeline.ended, |answered| answered + duration);
    Truth {
        account: account.id.clone(),
        provider: "twilio".into(),
        provider_call_id: call.id.clone(),
        status: contract_status(document::status(call, at)).into(),
        direction: if call.script.direction == Direction::Outbound {
            "outbound"
        } else {
            "inbound"
        }
        .into(),
        from: call.from.clone(),
        to: call.to.clone(),
        agent: None,
        started_at: started.map(moment),
        ended_at: ended.then(|| moment(end)),
        duration_ms: (ended && call.connected()).then(|| duration.as_secs() * 1000),
        ended_reason: reason(call)
            .filter(|_| ended)
            .map(|(code, raw)| TruthReason {
                code: code.into(),
                raw: raw.into(),
            }),
        summary: None,
        sentiment: None,
        successful: None,
        cost: document::price(call, at).map(|micros| TruthCost {
            amount: dollars(micros),
            currency: "USD".into(),
            parts: Vec::new(),
        }),
        latency: None,
        transcript: Vec::new(),
        recordings: recordings(account, call, at),
        child_legs: call
            .child
            .iter()
            .filter(|leg| at >= leg.placed)
            .map(|leg| TruthLeg {
                provider_call_id: leg.id.clone(),
                from: leg.from.clone(),
                to: leg.to.clone(),
                status: contract_status(document::leg_status(leg, at)).into(),
                cost: document::leg_price(call, leg, at).map(dollars),
            })
            .collect(),
    }
}

fn contract_status(status: &str) -> &'static str {
    match status {
        "in-progress" => "ongoing",
        "completed" => "ended",
        "busy" | "no-answer" | "canceled" => "not_connected",
        "failed" => "failed",
        "queued" => "scheduled",
        _ => "ringing",
    }
}

/// The contract's code and Twilio's word. `None` where Twilio says no more than `completed`.
fn reason(call: &Call) -> Option<(&'static str, &'static str)> {
    match call.script.ending {
        Ending::NoAnswer => Some(("no_answer", "no-answer")),
        Ending::Busy => Some(("busy", "busy")),
        Ending::Canceled => Some(("canceled", "canceled")),
        Ending::Unreachable => Some(("error", "failed")),
        _ => document::answered_by(call).map(|machine| ("voicemail", machine)),
    }
}

fn recordings(account: &Account, call: &Call, at: Timestamp) -> Vec<TruthRecording> {
    let begun = call.answered(at) && call.script.recording != RecordingPlan::None;
    if !begun || (call.ended(at) && call.in_hole(at)) {
        return Vec::new();
    }
    let ready = call
        .timeline
        .recording_ready
        .map(|ready| ready + account.switches.faults().recordings_late_by);
    let (state, reason) = match (&call.script.recording, document::recording_status(call, at)) {
        (RecordingPlan::TooShort, "absent") => ("absent", Some("too_short")),
        (RecordingPlan::Silent, "absent") => ("absent", Some("silent")),
        (_, "completed") if ready.is_some_and(|ready| at >= ready) => ("available", None),
        _ => ("expected", None),
    };
    let forms = [
        (Format::Wav, 2),
        (Format::Wav, 1),
        (Format::Mp3, 2),
        (Format::Mp3, 1),
    ];
    call.recorded()
        .map(|call| TruthRecording {
            provider_recording_id: Some(call.recording_id.clone()),
            state: state.into(),
            reason: reason.map(Into::into),
            duration_ms: call.kept().then(|| call.timeline.talk().as_secs() * 1000),
            files: files(call, &forms),
        })
        .collect()
}
