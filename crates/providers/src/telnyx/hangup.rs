//! Why a leg ended, in Telnyx's words and ours.

use ringback_model::{EndedCode, EndedReason, Side, Status};

/// How a leg ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hangup {
    /// As far as the cause says; that it was answered is told elsewhere and counts more.
    pub(super) status: Status,
    /// The code is unknown where it follows from who hung up.
    pub(super) reason: Option<EndedReason>,
}

/// Reads `hangup_cause`, in small or capital letters (events and detail records differ), and where
/// it says nothing the SIP code. The list is open; what is not in it keeps its word.
pub(super) fn read(cause: Option<&str>, sip_cause: Option<&str>) -> Hangup {
    let Some(raw) = cause else {
        return Hangup {
            status: Status::Ended,
            reason: None,
        };
    };
    let (status, code) = match word(raw).as_str() {
        // Said who hung up, the rest follows.
        "normal_clearing" => (Status::Ended, EndedCode::Unknown),
        "time_limit" => (Status::Ended, EndedCode::MaxDuration),
        "timeout" | "no_answer" | "call_rejected" => (Status::NotConnected, EndedCode::NoAnswer),
        "user_busy" => (Status::NotConnected, EndedCode::Busy),
        "originator_cancel" => (Status::NotConnected, EndedCode::Canceled),
        "not_found" => (Status::Failed, EndedCode::Error),
        _ => by_sip(sip_cause),
    };
    Hangup {
        status,
        reason: Some(EndedReason {
            code,
            raw: raw.to_owned(),
        }),
    }
}

/// By the SIP response (RFC 3261, 21); `unspecified` where there was none.
fn by_sip(code: Option<&str>) -> (Status, EndedCode) {
    match code.and_then(|code| code.trim().parse::<u16>().ok()) {
        Some(486 | 600) => (Status::NotConnected, EndedCode::Busy),
        Some(408 | 480 | 603) => (Status::NotConnected, EndedCode::NoAnswer),
        Some(487) => (Status::NotConnected, EndedCode::Canceled),
        Some(400..) => (Status::Failed, EndedCode::Error),
        _ => (Status::Ended, EndedCode::Unknown),
    }
}

impl Hangup {
    /// Reads `hangup_source`. It says why only where the cause is that somebody hung up, or is not
    /// told: what one side had to do with any other cause is not known.
    pub(super) fn side(&self, source: Option<&str>) -> Option<Side> {
        let cause = self.reason.as_ref().map(|reason| word(&reason.raw));
        match cause.as_deref() {
            None | Some("normal_clearing" | "unspecified") => {}
            Some(_) => return None,
        }
        match source? {
            "caller" => Some(Side::Calling),
            "callee" => Some(Side::Called),
            _ => None,
        }
    }
}

fn word(raw: &str) -> String {
    raw.trim().to_ascii_lowercase().replace(['-', ' '], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_its_word_and_others_keep_theirs() {
        use EndedCode as Code;
        for (cause, sip, status, code) in [
            ("normal_clearing", "200", Status::Ended, Code::Unknown),
            ("NORMAL_CLEARING", "200", Status::Ended, Code::Unknown),
            ("time_limit", "200", Status::Ended, Code::MaxDuration),
            ("timeout", "487", Status::NotConnected, Code::NoAnswer),
            ("no_answer", "480", Status::NotConnected, Code::NoAnswer),
            ("call_rejected", "603", Status::NotConnected, Code::NoAnswer),
            ("user_busy", "486", Status::NotConnected, Code::Busy),
            (
                "originator_cancel",
                "487",
                Status::NotConnected,
                Code::Canceled,
            ),
            ("not_found", "404", Status::Failed, Code::Error),
            ("unspecified", "unspecified", Status::Ended, Code::Unknown),
            ("unspecified", "486", Status::NotConnected, Code::Busy),
            ("unspecified", "503", Status::Failed, Code::Error),
            ("brand_new", "200", Status::Ended, Code::Unknown),
        ] {
            let hangup = read(Some(cause), Some(sip));
            assert_eq!(hangup.status, status, "{cause} {sip}");
            let reason = hangup.reason.expect("a reason");
            assert_eq!((reason.code, reason.raw.as_str()), (code, cause));
        }
        assert_eq!(read(None, Some("486")).reason, None);
    }

    #[test]
    fn who_hung_up_is_said_only_where_that_is_the_cause() {
        let side = |cause, source| read(cause, None).side(Some(source));
        let sides = ["caller", "callee", "unknown", "other"]
            .map(|source| side(Some("normal_clearing"), source));
        assert_eq!(sides, [Some(Side::Calling), Some(Side::Called), None, None]);
        assert_eq!(side(None, "callee"), Some(Side::Called));
        assert_eq!(side(Some("UNSPECIFIED"), "caller"), Some(Side::Calling));
        assert_eq!(side(Some("brand_new"), "caller"), None);
    }
}
