//! Why a meeting ended, from the sub codes of `call_ended` and `fatal`
//! (<https://docs.recall.ai/docs/sub-codes>, read November 2026).
//!
//! Recall.ai says in as many words that codes may be added, so what has no word of ours keeps theirs.

use ringback_model::{EndedCode, EndedReason};

use super::payload::StatusChange;

/// The reason in the change that ended it. Without a sub code, the code itself is what is told.
pub(super) fn reason(change: &StatusChange) -> EndedReason {
    let raw = change.sub_code.as_deref().unwrap_or(&change.code);
    let code = match raw {
        _ if change.code == "fatal" => EndedCode::Error,
        "call_ended_by_host" | "timeout_exceeded_everyone_left" | "bot_kicked_from_call" => {
            EndedCode::CallerHangup
        }
        // Left because it was told to, or because it was not allowed to record.
        "bot_received_leave_call" | "timeout_exceeded_recording_permission_denied" => {
            EndedCode::AgentHangup
        }
        // Nobody but machines was left, or nothing happened for too long.
        "call_ended_by_platform_idle"
        | "timeout_exceeded_silence_detected"
        | "timeout_exceeded_in_call_not_recording" => EndedCode::Inactivity,
        _ if raw.starts_with("timeout_exceeded_only_bots") => EndedCode::Inactivity,
        "call_ended_by_platform_max_length"
        | "timeout_exceeded_max_duration"
        | "timeout_exceeded_in_call_recording" => EndedCode::MaxDuration,
        "timeout_exceeded_noone_joined" => EndedCode::NoAnswer,
        _ if was_never_let_in(raw) => EndedCode::NoAnswer,
        _ => EndedCode::Unknown,
    };
    EndedReason {
        code,
        raw: raw.to_owned(),
    }
}

/// Sub codes that only bots have which waited in vain to be let in.
pub(super) fn was_never_let_in(sub_code: &str) -> bool {
    matches!(
        sub_code,
        "timeout_exceeded_waiting_room"
            | "call_ended_by_platform_waiting_room_timeout"
            | "bot_kicked_from_waiting_room"
    )
}
