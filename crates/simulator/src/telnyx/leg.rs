//! The legs of a call: the one it began with and, where it was put through, the one to that person.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::call::Call;
use crate::script::{Direction, Ending};

/// One leg with its times.
#[derive(Debug, Clone)]
pub(super) struct Leg {
    pub(super) id: String,
    pub(super) control: String,
    pub(super) is_root: bool,
    pub(super) outgoing: bool,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) placed: Timestamp,
    pub(super) answered: Option<Timestamp>,
    pub(super) ended: Timestamp,
}

/// The root first.
pub(super) fn all(call: &Call) -> Vec<Leg> {
    let id = uuid(&call.token[..32]);
    let root = Leg {
        control: control(&id),
        id,
        is_root: true,
        outgoing: call.script.direction == Direction::Outbound,
        from: call.from.clone(),
        to: call.to.clone(),
        placed: call.timeline.placed,
        answered: call.timeline.answered,
        ended: call.timeline.ended,
    };
    let further = call.child.as_ref().map(|leg| Leg {
        id: leg.id.clone(),
        control: control(&leg.id),
        is_root: false,
        outgoing: true,
        from: leg.from.clone(),
        to: leg.to.clone(),
        placed: leg.placed,
        answered: Some(leg.answered),
        ended: leg.ended,
    });
    std::iter::once(root).chain(further).collect()
}

impl Leg {
    /// `hangup_cause`, `hangup_source` and `sip_hangup_cause`.
    pub(super) fn end(&self, call: &Call) -> (&'static str, &'static str, &'static str) {
        // Who called whom is turned round on outbound calls.
        let (person, ours) = if self.outgoing {
            ("callee", "caller")
        } else {
            ("caller", "callee")
        };
        match call.script.ending {
            _ if !self.is_root => ("normal_clearing", "caller", "200"),
            Ending::CallerHangup | Ending::Transferred => ("normal_clearing", person, "200"),
            Ending::AgentHangup | Ending::Voicemail | Ending::Inactivity => {
                ("normal_clearing", ours, "200")
            }
            Ending::MaxDuration => ("time_limit", "unknown", "200"),
            Ending::AgentError => ("unspecified", "unknown", "unspecified"),
            Ending::NoAnswer => ("timeout", "unknown", "487"),
            Ending::Busy => ("user_busy", person, "486"),
            Ending::Unreachable => ("not_found", "unknown", "404"),
            Ending::Canceled => ("originator_cancel", "caller", "487"),
        }
    }

    /// Whole seconds from the answer to the end.
    pub(super) fn seconds(&self) -> u64 {
        self.answered.map_or(0, |answered| {
            self.ended.duration_since(answered).unsigned_abs().as_secs()
        })
    }

    pub(super) fn is_live(&self, at: Timestamp) -> bool {
        at >= self.placed && at < self.ended
    }

    /// What it costs by product, in millionths of a dollar per started minute.
    pub(super) fn charges(&self) -> [(&'static str, i64); 2] {
        let minutes = i64::try_from(self.seconds().div_ceil(60)).unwrap_or(i64::MAX);
        let trunk = if self.outgoing { 7_000 } else { 3_500 };
        [
            ("call-control", 2_000 * minutes),
            ("sip-trunking", trunk * minutes),
        ]
    }
}

/// 32 hex digits as a UUID.
pub(super) fn uuid(hex: &str) -> String {
    format!(
        "{}-{}-4{}-8{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    )
}

/// A UUID that follows from what it names.
pub(super) fn uuid_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    uuid(&hex::encode(hash.finalize()))
}

/// The token for controlling a leg.
fn control(leg: &str) -> String {
    let digest = hex::encode(Sha256::digest(leg.as_bytes()));
    format!("v3:{}", &digest[..43])
}
