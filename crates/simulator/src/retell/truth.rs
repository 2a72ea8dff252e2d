//! What really happened, in the words of Ringback's contract.

use std::time::Duration;

use jiff::Timestamp;

use crate::account::Account;
use crate::call::Call;
use crate::script::{Direction, Ending, RecordingPlan, StoragePolicy};
use crate::speech::{Format, Turn};
use crate::truth::{
    Truth, TruthCost, TruthCostPart, TruthLatency, TruthReason, TruthRecording, dollars, files,
    moment, segments,
};

use super::document::{disconnection_reason, product_costs, without_names};

pub(super) fn of(account: &Account, call: &Call, at: Timestamp) -> Truth {
    let ended = call.ended(at);
    let told = ended && !call.in_hole(at);
    let basic = call.script.storage == StoragePolicy::BasicAttributesOnly && ended;
    let private = call.script.storage == StoragePolicy::EverythingExceptPii && ended;
    let inbound = call.script.direction == Direction::Inbound;
    let analysed = told && at >= call.timeline.analyzed;
    let in_talk = analysed && call.connected();
    let answered = call.timeline.answered.filter(|answered| at >= *answered);
    Truth {
        account: account.id.clone(),
        provider: "retell".into(),
        provider_call_id: call.id.clone(),
        status: status(call, at).into(),
        direction: match call.script.direction {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
            Direction::Web => "web",
        }
        .into(),
        from: call.from.clone().filter(|_| !(basic || private && inbound)),
        to: call.to.clone().filter(|_| !(basic || private && !inbound)),
        agent: call.agent.clone(),
        started_at: answered.map(moment),
        ended_at: answered
            .filter(|_| told)
            .map(|answered| moment(answered + call.told_duration(at))),
        duration_ms: answered
            .filter(|_| told)
            .map(|_| call.told_duration(at).as_millis() as u64),
        ended_reason: told.then(|| TruthReason {
            code: reason(&call.script.ending).into(),
            raw: disconnection_reason(&call.script.ending).into(),
        }),
        summary: (in_talk && !basic).then(|| call.story.summary.clone()),
        sentiment: analysed.then(|| {
            if call.connected() {
                call.story.sentiment.to_lowercase()
            } else {
                "unknown".into()
            }
        }),
        successful: analysed.then_some(call.connected() && call.story.successful),
        cost: told.then(|| cost(call, at)),
        latency: (told && call.connected()).then(|| latency(call)).flatten(),
        transcript: match call.script.storage {
            StoragePolicy::Everything if told => segments(&call.turns(at)),
            StoragePolicy::EverythingExceptPii if told => segments(&scrubbed(call.turns(at))),
            _ => Vec::new(),
        },
        recordings: if told {
            recordings(account, call, at)
        } else {
            Vec::new()
        },
        child_legs: Vec::new(),
    }
}

fn scrubbed(mut turns: Vec<Turn>) -> Vec<Turn> {
    for turn in &mut turns {
        turn.text = without_names(&turn.text);
        for word in &mut turn.words {
            word.text = without_names(&word.text);
        }
    }
    turns
}

fn status(call: &Call, at: Timestamp) -> &'static str {
    match &call.script.ending {
        _ if !call.ended(at) => {
            if call.answered(at) {
                "ongoing"
            } else {
                "scheduled"
            }
        }
        Ending::AgentError => "failed",
        ending if ending.connects() => "ended",
        _ => "not_connected",
    }
}

fn reason(ending: &Ending) -> &'static str {
    match ending {
        Ending::CallerHangup => "caller_hangup",
        Ending::AgentHangup => "agent_hangup",
        Ending::Voicemail => "voicemail",
        Ending::Transferred => "transferred",
        Ending::Inactivity => "inactivity",
        Ending::MaxDuration => "max_duration",
        Ending::NoAnswer | Ending::Canceled => "no_answer",
        Ending::Busy => "busy",
        Ending::AgentError | Ending::Unreachable => "error",
    }
}

fn cost(call: &Call, at: Timestamp) -> TruthCost {
    let parts = product_costs(call, at);
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
    if !call.connected() || call.script.recording == RecordingPlan::None || !call.kept() {
        return Vec::new();
    }
    let ready = call
        .timeline
        .recording_ready
        .map(|ready| ready + account.switches.faults().recordings_late_by);
    let withheld = call.script.storage == StoragePolicy::BasicAttributesOnly
        && at >= call.timeline.analyzed + Duration::from_secs(600);
    let (state, reason) = match ready {
        _ if withheld => ("withheld", Some("policy")),
        Some(ready) if at >= ready => ("available", None),
        _ => ("expected", None),
    };
    let forms = [(Format::Wav, 2), (Format::Wav, 1)];
    vec![TruthRecording {
        provider_recording_id: None,
        state: state.into(),
        reason: reason.map(Into::into),
        duration_ms: Some(call.timeline.talk().as_millis() as u64),
        files: files(call, &forms),
    }]
}
