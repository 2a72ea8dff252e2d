//! What a call is as a meeting: where it takes place, who takes part, and what happens to the bot when.

use std::time::Duration;

use jiff::Timestamp;

use crate::call::Call;
use crate::script::{Ending, RecordingPlan, StoragePolicy};
use crate::speech::{Speaker, Turn};

/// A platform: the API's word, and the name that people use.
pub(super) const PLATFORMS: [(&str, &str); 4] = [
    ("zoom", "Zoom"),
    ("google_meet", "Google Meet"),
    ("microsoft_teams", "Microsoft Teams"),
    ("webex", "Webex"),
];

const NAMES: [&str; 16] = [
    "Ada Fischer",
    "Ben Okafor",
    "Chiara Rossi",
    "Dev Patel",
    "Elif Kaya",
    "Frank Novak",
    "Grace Chen",
    "Hugo Laurent",
    "Ines Vargas",
    "Jonas Weber",
    "Kim Tran",
    "Lena Petrov",
    "Mateo Silva",
    "Nora Hansen",
    "Omar Haddad",
    "Priya Singh",
];

pub(super) fn platform(call: &Call) -> (&'static str, &'static str) {
    PLATFORMS[lot(call, 0) % PLATFORMS.len()]
}

/// The host and two guests, in the order in which they join.
pub(super) fn people(call: &Call) -> [&'static str; 3] {
    let first = lot(call, 1);
    // Steps that have no divisor in common with the number of names meet nobody twice.
    [0, 5, 10].map(|step| NAMES[(first + step) % NAMES.len()])
}

/// A number drawn for this call: what its token's digits come to.
pub(super) fn lot(call: &Call, place: usize) -> usize {
    let digits = call.token.get(place * 4..place * 4 + 4).unwrap_or("0");
    usize::from_str_radix(digits, 16).unwrap_or(0)
}

/// The number of a participant in the meeting.
pub(super) fn number(person: usize) -> u64 {
    16_778_240 + 1_024 * person as u64
}

/// Who says what until `at`: the host is the agent of the script, the guests share the caller's turns.
pub(super) fn spoken(call: &Call, at: Timestamp) -> Vec<(usize, Turn)> {
    let mut guest = 1;
    call.turns(at)
        .into_iter()
        .map(|turn| match turn.speaker {
            Speaker::Agent => (0, turn),
            Speaker::Caller => {
                guest = 3 - guest;
                (guest, turn)
            }
        })
        .collect()
}

/// When each of the three came in.
pub(super) fn joined(call: &Call) -> Option<[Timestamp; 3]> {
    let answered = call.timeline.answered?;
    let after = |ms| (answered + Duration::from_millis(ms)).min(call.timeline.ended);
    Some([after(0), after(400), after(900)])
}

/// What happens to the bot.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) at: Timestamp,
    pub(super) code: &'static str,
    pub(super) sub_code: Option<&'static str>,
}

/// Everything that happens to the bot, oldest first. What the provider corrects later shows at `told_at`.
pub(super) fn changes(call: &Call, told_at: Timestamp) -> Vec<Change> {
    let timeline = &call.timeline;
    let of = |at, code| Change {
        at,
        code,
        sub_code: None,
    };
    let mut all = vec![
        of(timeline.placed, "joining_call"),
        of(timeline.ringing, "in_waiting_room"),
    ];
    if let Some(answered) = timeline.answered {
        all.push(of(answered, "in_call_not_recording"));
        if call.script.recording != RecordingPlan::None {
            all.push(of(answered, "in_call_recording"));
        }
    }
    let (code, sub_code) = ending(&call.script.ending);
    let ended = timeline.answered.map_or(timeline.ended, |answered| {
        answered + call.told_duration(told_at)
    });
    all.push(Change {
        at: ended,
        code,
        sub_code: Some(sub_code),
    });
    all.push(of(done(call), "done"));
    all
}

/// The code and sub code of an end.
pub(super) fn ending(ending: &Ending) -> (&'static str, &'static str) {
    match ending {
        Ending::CallerHangup | Ending::Transferred => ("call_ended", "call_ended_by_host"),
        Ending::Voicemail => ("call_ended", "timeout_exceeded_everyone_left"),
        Ending::AgentHangup => ("call_ended", "bot_received_leave_call"),
        Ending::Inactivity => ("call_ended", "timeout_exceeded_silence_detected"),
        Ending::MaxDuration => ("call_ended", "timeout_exceeded_max_duration"),
        Ending::AgentError => ("fatal", "bot_errored"),
        Ending::NoAnswer => ("call_ended", "timeout_exceeded_waiting_room"),
        Ending::Canceled => ("call_ended", "bot_kicked_from_waiting_room"),
        Ending::Busy => ("fatal", "meeting_full"),
        Ending::Unreachable => ("fatal", "meeting_not_found"),
    }
}

/// When the bot has shut down and its recording is uploaded.
pub(super) fn done(call: &Call) -> Timestamp {
    let second = Duration::from_secs(1);
    let timeline = &call.timeline;
    timeline
        .recording_ready
        .map_or(timeline.ended + second, |ready| {
            ready.max(timeline.ended + second)
        })
}

/// When the transcript is there: it is made of a finished recording.
pub(super) fn transcribed(call: &Call) -> Option<Timestamp> {
    let ready = call.timeline.recording_ready?;
    keeps(call).then(|| ready.max(call.timeline.analyzed))
}

/// Whether there is or will be anything in the storage.
pub(super) fn keeps(call: &Call) -> bool {
    call.kept() && call.script.storage != StoragePolicy::BasicAttributesOnly
}
