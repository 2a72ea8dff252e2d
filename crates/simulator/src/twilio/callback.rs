//! Status callbacks of calls and recordings (twilio.com/docs/voice/api/call-resource and .../recording).
//!
//! A number's own callback fires once, at the end of an inbound call; calls made through the API and dialed legs tell
//! each step.

use jiff::Timestamp;

use crate::account::Account;
use crate::call::{Call, Leg};
use crate::script::{Direction, Ending};
use crate::stand_in::Announcement;

use super::document::{self, absent_code, final_status, formatted_duration, rfc2822, source};

const CHILD: &str = "child-";
const RECORDING: &str = "recording-";

pub(super) fn all(call: &Call) -> Vec<Announcement> {
    let timeline = &call.timeline;
    let of = |at, kind: String, index| Announcement {
        at,
        kind,
        index,
        about_recording: false,
    };
    let mut all = Vec::new();
    if call.script.direction == Direction::Outbound {
        all.push(of(timeline.placed, "initiated".into(), 0));
        all.push(of(timeline.ringing, "ringing".into(), 1));
        all.extend(timeline.answered.map(|at| of(at, "answered".into(), 2)));
    }
    if let Some(leg) = &call.child {
        let steps = [
            ("initiated", leg.placed),
            ("ringing", leg.ringing),
            ("answered", leg.answered),
            ("completed", leg.ended),
        ];
        all.extend(
            steps
                .into_iter()
                .enumerate()
                .map(|(index, (kind, at))| of(at, format!("{CHILD}{kind}"), index)),
        );
    }
    let index = all.iter().filter(|it| !it.kind.starts_with(CHILD)).count();
    all.push(of(timeline.ended, "completed".into(), index));
    if let Some(at) = timeline.recording_ready {
        let status = if call.kept() { "completed" } else { "absent" };
        all.extend((0..=call.further.len()).map(|index| Announcement {
            at,
            kind: format!("{RECORDING}{status}"),
            index,
            about_recording: true,
        }));
    }
    all.sort_by_key(|announcement| announcement.at);
    all
}

/// The parameters in the order they are sent.
pub(super) fn params(
    account: &Account,
    call: &Call,
    announcement: &Announcement,
) -> Vec<(&'static str, String)> {
    if announcement.kind.starts_with(RECORDING) {
        let heard = call.recorded().nth(announcement.index).unwrap_or(call);
        return recording(account, heard, announcement.at);
    }
    match (&call.child, announcement.kind.strip_prefix(CHILD)) {
        (Some(leg), Some(event)) => child(account, call, leg, event, announcement),
        _ => root(account, call, announcement),
    }
}

/// `application/x-www-form-urlencoded`.
pub(super) fn form(params: &[(&'static str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params)
        .finish()
}

fn root(
    account: &Account,
    call: &Call,
    announcement: &Announcement,
) -> Vec<(&'static str, String)> {
    let status = match announcement.kind.as_str() {
        "answered" => "in-progress",
        "completed" => final_status(&call.script.ending),
        step => step,
    };
    let direction = document::direction(call);
    let mut params = step(
        account,
        &call.id,
        &call.from,
        &call.to,
        status,
        direction,
        announcement,
    );
    if announcement.kind != "completed" {
        return params;
    }
    if call.connected() {
        lengths(&mut params, call.timeline.talk().as_secs());
    }
    params.extend(document::answered_by(call).map(|machine| ("AnsweredBy", machine.to_owned())));
    if !call.connected() {
        params.push(("SipResponseCode", sip_code(&call.script.ending).into()));
    }
    // Only a call that was recorded by `Record=true` tells of it here, beside the recording's own callback.
    if call.kept() && source(call) == "OutboundAPI" {
        params.push(("RecordingUrl", document::recording_url(account, call)));
        params.push(("RecordingSid", call.recording_id.clone()));
        params.push((
            "RecordingDuration",
            call.timeline.talk().as_secs().to_string(),
        ));
    }
    params
}

fn child(
    account: &Account,
    call: &Call,
    leg: &Leg,
    event: &str,
    announcement: &Announcement,
) -> Vec<(&'static str, String)> {
    let status = if event == "answered" {
        "in-progress"
    } else {
        event
    };
    let mut params = step(
        account,
        &leg.id,
        &leg.from,
        &leg.to,
        status,
        "outbound-dial",
        announcement,
    );
    params.push(("ParentCallSid", call.id.clone()));
    if event == "completed" {
        lengths(&mut params, document::leg_seconds(leg));
    }
    params
}

fn step(
    account: &Account,
    sid: &str,
    from: &Option<String>,
    to: &Option<String>,
    status: &str,
    direction: &str,
    announcement: &Announcement,
) -> Vec<(&'static str, String)> {
    let (from, to) = (
        from.clone().unwrap_or_default(),
        to.clone().unwrap_or_default(),
    );
    vec![
        ("CallSid", sid.into()),
        ("AccountSid", document::account_sid(account).into()),
        ("From", from.clone()),
        ("To", to.clone()),
        ("Caller", from),
        ("Called", to),
        ("CallStatus", status.into()),
        ("Direction", direction.into()),
        ("Timestamp", rfc2822(announcement.at)),
        ("CallbackSource", "call-progress-events".into()),
        ("SequenceNumber", announcement.index.to_string()),
        ("ApiVersion", "2010-04-01".into()),
    ]
}

/// Seconds, and beside them whole minutes rounded up.
fn lengths(params: &mut Vec<(&'static str, String)>, seconds: u64) {
    params.push(("CallDuration", seconds.to_string()));
    params.push(("Duration", seconds.div_ceil(60).to_string()));
}

fn recording(account: &Account, call: &Call, at: Timestamp) -> Vec<(&'static str, String)> {
    let mut params = vec![
        ("AccountSid", document::account_sid(account).into()),
        ("CallSid", document::recorded_leg(account, call).to_owned()),
        ("RecordingSid", call.recording_id.clone()),
        (
            "RecordingStatus",
            document::recording_status(call, at).into(),
        ),
    ];
    match absent_code(&call.script.recording) {
        Some(code) => params.push(("ErrorCode", code.to_string())),
        None => {
            params.push(("RecordingUrl", document::recording_url(account, call)));
            params.push((
                "RecordingDuration",
                formatted_duration(call.timeline.talk()),
            ));
        }
    }
    params.push(("RecordingChannels", document::channels(call).to_string()));
    params.extend(
        call.timeline
            .answered
            .map(|answered| ("RecordingStartTime", rfc2822(answered))),
    );
    params.push(("RecordingSource", source(call).into()));
    params.push(("RecordingTrack", "both".into()));
    params
}

fn sip_code(ending: &Ending) -> &'static str {
    match ending {
        Ending::Busy => "486",
        Ending::NoAnswer | Ending::Canceled => "487",
        _ => "404",
    }
}
