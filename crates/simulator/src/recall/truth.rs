//! What really happened, in the words of Ringback's contract.

use jiff::Timestamp;

use crate::account::Account;
use crate::call::Call;
use crate::script::{Ending, RecordingPlan, StoragePolicy};
use crate::speech::Format;
use crate::truth::{Truth, TruthReason, TruthRecording, TruthSegment, TruthWord, files, moment};

use super::{meeting, recording};

pub(super) fn of(account: &Account, call: &Call, at: Timestamp) -> Truth {
    let timeline = &call.timeline;
    let ended = call.ended(at);
    let told = !(ended && call.in_hole(at));
    let duration = call.told_duration(at);
    let end = timeline
        .answered
        .map_or(timeline.ended, |answered| answered + duration);
    let (_, sub_code) = meeting::ending(&call.script.ending);
    // Who was there lies in a file that is finished with the recording.
    let knows_people =
        told && meeting::keeps(call) && timeline.recording_ready.is_some_and(|ready| at >= ready);
    let transcribed = meeting::transcribed(call).is_some_and(|transcribed| at >= transcribed);
    Truth {
        account: account.id.clone(),
        provider: "recall".into(),
        provider_call_id: call.id.clone(),
        status: status(call, at).into(),
        direction: "meeting".into(),
        from: knows_people.then(|| meeting::people(call).join(", ")),
        to: Some(meeting::platform(call).1.into()),
        agent: call.agent.clone(),
        started_at: Some(moment(timeline.placed)),
        ended_at: ended.then(|| moment(end)),
        duration_ms: timeline
            .answered
            .filter(|_| ended)
            .map(|_| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)),
        ended_reason: ended.then(|| TruthReason {
            code: reason(&call.script.ending).into(),
            raw: sub_code.into(),
        }),
        summary: None,
        sentiment: None,
        successful: None,
        cost: None,
        latency: None,
        transcript: if told && transcribed || call.script.transcript_updates {
            transcript(call, at)
        } else {
            Vec::new()
        },
        recordings: if told {
            recordings(account, call, at)
        } else {
            Vec::new()
        },
        child_legs: Vec::new(),
    }
}

fn status(call: &Call, at: Timestamp) -> &'static str {
    match &call.script.ending {
        _ if !call.ended(at) => {
            if call.answered(at) {
                "ongoing"
            } else {
                "ringing"
            }
        }
        Ending::AgentError | Ending::Busy | Ending::Unreachable => "failed",
        ending if ending.connects() => "ended",
        _ => "not_connected",
    }
}

fn reason(ending: &Ending) -> &'static str {
    match ending {
        Ending::CallerHangup | Ending::Transferred | Ending::Voicemail => "caller_hangup",
        Ending::AgentHangup => "agent_hangup",
        Ending::Inactivity => "inactivity",
        Ending::MaxDuration => "max_duration",
        Ending::NoAnswer | Ending::Canceled => "no_answer",
        Ending::AgentError | Ending::Busy | Ending::Unreachable => "error",
    }
}

fn transcript(call: &Call, at: Timestamp) -> Vec<TruthSegment> {
    let people = meeting::people(call);
    meeting::spoken(call, at)
        .into_iter()
        .map(|(person, turn)| TruthSegment {
            speaker: people[person].into(),
            start_ms: Some(turn.start_ms),
            end_ms: turn.end_ms,
            text: turn.text,
            words: turn
                .words
                .into_iter()
                .map(|word| TruthWord {
                    text: word.text,
                    start_ms: word.start_ms,
                    end_ms: word.end_ms,
                })
                .collect(),
        })
        .collect()
}

fn recordings(account: &Account, call: &Call, at: Timestamp) -> Vec<TruthRecording> {
    if recording::code(call, at).is_none() {
        return Vec::new();
    }
    let late = account.switches.faults().recordings_late_by;
    let is_ready = call
        .timeline
        .recording_ready
        .is_some_and(|ready| at >= ready + late);
    let keeps_nothing = call.script.storage == StoragePolicy::BasicAttributesOnly;
    let (state, reason) = match &call.script.recording {
        RecordingPlan::Kept { .. } if keeps_nothing && call.ended(at) => {
            ("withheld", Some("policy"))
        }
        RecordingPlan::Kept { .. } if is_ready => ("available", None),
        RecordingPlan::TooShort | RecordingPlan::Silent if is_ready => {
            ("absent", Some("provider_error"))
        }
        _ => ("expected", None),
    };
    let files = if keeps_nothing {
        Vec::new()
    } else if call.two_channels() {
        files(call, &[(Format::Mp3, 1), (Format::Mp4, 1)])
    } else {
        files(call, &[(Format::Mp4, 1)])
    };
    vec![TruthRecording {
        provider_recording_id: Some(call.recording_id.clone()),
        state: state.into(),
        reason: reason.map(Into::into),
        duration_ms: call
            .kept()
            .then(|| u64::try_from(call.timeline.talk().as_millis()).unwrap_or(u64::MAX)),
        files,
    }]
}
