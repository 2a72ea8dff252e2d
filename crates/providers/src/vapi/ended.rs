//! Why a call ended: `endedReason` in shared words
//! (<https://docs.vapi.ai/calls/call-ended-reason>, read November 2026).
//!
//! The description lists more than six hundred values, and grows. Most follow from how the word
//! begins or what stands in it; what says nothing to us keeps Vapi's word alone.

use ringback_model::{EndedCode, EndedReason};

/// The shared word for a reason.
pub(super) fn reason(raw: &str) -> EndedReason {
    EndedReason {
        code: code(raw),
        raw: raw.to_owned(),
    }
}

fn code(raw: &str) -> EndedCode {
    match raw {
        "voicemail" => EndedCode::Voicemail,
        "silence-timed-out" => EndedCode::Inactivity,
        "exceeded-max-duration" => EndedCode::MaxDuration,
        "assistant-said-end-call-phrase" => EndedCode::AgentHangup,
        "assistant-forwarded-call" => EndedCode::Transferred,
        "customer-busy" | "call.forwarding.operator-busy" => EndedCode::Busy,
        "customer-did-not-answer" | "call.forwarding.no-answer" => EndedCode::NoAnswer,
        "manually-canceled"
        | "scheduled-call-deleted"
        | "call-deleted"
        | "customer-did-not-give-microphone-permission"
        | "call.ringing.sip-inbound-caller-hungup-before-call-connect" => EndedCode::Canceled,
        _ if raw.starts_with("assistant-ended-call") => EndedCode::AgentHangup,
        _ if raw.starts_with("customer-ended-call") => EndedCode::CallerHangup,
        _ if raw.ends_with(".hook-executed-transfer") => EndedCode::Transferred,
        // Documented as "the callee was unavailable": nothing broke.
        _ if has_sip_answer(raw, &["408", "480"]) => EndedCode::NoAnswer,
        _ if has_sip_answer(raw, &["486", "600"]) => EndedCode::Busy,
        _ if is_error(raw) => EndedCode::Error,
        _ => EndedCode::Unknown,
    }
}

/// Reasons that only calls have which nobody answered.
pub(super) fn never_connected(raw: &str) -> bool {
    raw.starts_with("call.start.")
        || raw.starts_with("call-start-error-")
        || raw.starts_with("call.ringing.")
        || raw.starts_with("assistant-request-")
        || raw.starts_with("assistant-not-")
        || raw.ends_with("-failed-to-connect-call")
        || raw.ends_with("-call-failed-to-connect")
        || raw.ends_with("-transport-never-connected")
        || raw.contains("-outbound-sip-")
        || matches!(
            raw,
            "customer-busy"
                | "customer-did-not-answer"
                | "customer-did-not-give-microphone-permission"
                | "scheduled-call-deleted"
                | "twilio-reported-customer-misdialed"
                | "vonage-rejected"
                | "phone-call-provider-bypass-enabled-but-no-call-received"
        )
}

fn is_error(raw: &str) -> bool {
    raw.contains("error")
        || raw.contains("fault")
        || raw.contains("fail")
        || raw.starts_with("pipeline-")
        || raw.starts_with("assistant-not-")
        || raw.starts_with("assistant-request-")
        || matches!(
            raw,
            "assistant-join-timed-out"
                | "worker-shutdown"
                | "twilio-reported-customer-misdialed"
                | "vonage-disconnected"
                | "vonage-rejected"
                | "phone-call-provider-closed-websocket"
                | "phone-call-provider-bypass-enabled-but-no-call-received"
        )
}

/// Whether the word has one of these answers of SIP in it, as in `...-outbound-sip-480-...`.
fn has_sip_answer(raw: &str, answers: &[&str]) -> bool {
    let Some((_, rest)) = raw.split_once("-sip-") else {
        return false;
    };
    answers.iter().any(|answer| {
        rest.strip_prefix(answer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}
