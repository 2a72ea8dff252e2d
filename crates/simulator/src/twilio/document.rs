//! Calls and recordings as the REST API shows them (`api.v2010.account.call`, `...account.recording` and
//! `...call.call_recording` of twilio-oai): RFC 2822 times, seconds and negative prices as strings.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::Account;
use crate::call::{Call, Leg};
use crate::script::{Direction, Ending, RecordingPlan};

/// Millionths of a dollar per started minute.
const INBOUND_MINUTE: i64 = 8_500;
const OUTBOUND_MINUTE: i64 = 14_000;
const RECORDED_MINUTE: i64 = 2_500;

pub(super) fn account_sid(account: &Account) -> &str {
    account
        .credentials
        .option("account_sid")
        .expect("each Twilio account is made with a SID")
}

/// `/2010-04-01/Accounts/AC...`.
pub(super) fn base(account: &Account) -> String {
    format!("/2010-04-01/Accounts/{}", account_sid(account))
}

/// Without extension and without credentials, as callbacks tell it.
pub(super) fn recording_url(account: &Account, call: &Call) -> String {
    format!(
        "{}{}/Recordings/{}",
        account.api,
        base(account),
        call.recording_id
    )
}

/// `Fri, 18 Oct 2019 17:00:00 +0000`.
pub(super) fn rfc2822(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// The leg that recordings of the call are told under: the root, unless the account's switch says otherwise.
pub(super) fn recorded_leg<'a>(account: &Account, call: &'a Call) -> &'a str {
    match &call.child {
        Some(leg) if account.switches.faults().recordings_on_child => &leg.id,
        _ => &call.id,
    }
}

/// Whole seconds.
pub(super) fn formatted_duration(length: Duration) -> String {
    length.as_secs().to_string()
}

pub(super) fn leg_seconds(leg: &Leg) -> u64 {
    leg.ended
        .duration_since(leg.answered)
        .unsigned_abs()
        .as_secs()
}

pub(super) fn direction(call: &Call) -> &'static str {
    if call.script.direction == Direction::Outbound {
        "outbound-api"
    } else {
        "inbound"
    }
}

/// What started the recording.
pub(super) fn source(call: &Call) -> &'static str {
    match (&call.script.ending, call.script.direction) {
        (Ending::Transferred, _) => "DialVerb",
        (_, Direction::Outbound) => "OutboundAPI",
        _ => "StartCallRecordingAPI",
    }
}

/// What answering machine detection found; only calls made through the API are looked at.
pub(super) fn answered_by(call: &Call) -> Option<&'static str> {
    let dialed = call.script.direction == Direction::Outbound;
    (dialed && call.script.ending == Ending::Voicemail).then_some("machine_start")
}

pub(super) fn final_status(ending: &Ending) -> &'static str {
    match ending {
        Ending::NoAnswer => "no-answer",
        Ending::Busy => "busy",
        Ending::Canceled => "canceled",
        Ending::Unreachable => "failed",
        _ => "completed",
    }
}

pub(super) fn status(call: &Call, at: Timestamp) -> &'static str {
    if call.ended(at) {
        final_status(&call.script.ending)
    } else if call.answered(at) {
        "in-progress"
    } else if at >= call.timeline.ringing {
        "ringing"
    } else {
        "queued"
    }
}

pub(super) fn leg_status(leg: &Leg, at: Timestamp) -> &'static str {
    match at {
        at if at >= leg.ended => "completed",
        at if at >= leg.answered => "in-progress",
        at if at >= leg.ringing => "ringing",
        _ => "queued",
    }
}

/// 16101 too short, 16102 silent (twilio.com/docs/api/errors).
pub(super) fn absent_code(plan: &RecordingPlan) -> Option<u32> {
    match plan {
        RecordingPlan::TooShort => Some(16101),
        RecordingPlan::Silent => Some(16102),
        RecordingPlan::Kept { .. } | RecordingPlan::None => None,
    }
}

/// What the recording was started with.
pub(super) fn channels(call: &Call) -> u16 {
    if matches!(
        call.script.recording,
        RecordingPlan::Kept {
            two_channels: false,
            ..
        }
    ) {
        1
    } else {
        2
    }
}

pub(super) fn recording_status(call: &Call, at: Timestamp) -> &'static str {
    if call.recording_deleted {
        "deleted"
    } else if !call.ended(at) {
        "in-progress"
    } else if call.timeline.recording_ready.is_none_or(|ready| at < ready) {
        "processing"
    } else if call.kept() {
        "completed"
    } else {
        "absent"
    }
}

/// Millionths of a dollar, positive; `None` until rated.
pub(super) fn price(call: &Call, at: Timestamp) -> Option<i64> {
    let rated = at >= call.timeline.priced && !call.in_hole(at);
    let rate = if call.script.direction == Direction::Outbound {
        OUTBOUND_MINUTE
    } else {
        INBOUND_MINUTE
    };
    let minutes = call.timeline.talk().as_secs().div_ceil(60);
    (rated && call.connected())
        .then(|| rate * i64::try_from(minutes).unwrap_or(i64::MAX) + call.extra_cost(at))
}

pub(super) fn leg_price(call: &Call, leg: &Leg, at: Timestamp) -> Option<i64> {
    let minutes = i64::try_from(leg_seconds(leg).div_ceil(60)).unwrap_or(i64::MAX);
    (at >= call.timeline.priced && !call.in_hole(at)).then_some(OUTBOUND_MINUTE * minutes)
}

/// A negative string with five digits.
fn written(price: Option<i64>) -> Value {
    price.map_or(Value::Null, |micros| {
        json!(format!(
            "-{}.{:05}",
            micros / 1_000_000,
            micros % 1_000_000 / 10
        ))
    })
}

pub(super) fn call(account: &Account, call: &Call, at: Timestamp) -> Value {
    let timeline = &call.timeline;
    let ended = call.ended(at);
    // A call that is given up has both times, too; one that rings has none yet.
    let started = timeline
        .answered
        .or_else(|| ended.then_some(timeline.placed))
        .filter(|started| at >= *started);
    let duration = call.told_duration(at);
    let end = if call.connected() {
        timeline.answered.unwrap_or(timeline.ended) + duration
    } else {
        timeline.ended
    };
    shape(
        account,
        At {
            sid: &call.id,
            parent: None,
            status: status(call, at),
            direction: direction(call),
            from: &call.from,
            to: &call.to,
            created: timeline.placed,
            updated: at.min(timeline.settled()),
            started,
            ended: ended.then_some(end),
            seconds: (ended && call.connected()).then_some(duration.as_secs()),
            price: price(call, at),
            answered_by: answered_by(call).filter(|_| call.answered(at)),
        },
    )
}

pub(super) fn child(account: &Account, call: &Call, leg: &Leg, at: Timestamp) -> Value {
    let ended = at >= leg.ended;
    shape(
        account,
        At {
            sid: &leg.id,
            parent: Some(&call.id),
            status: leg_status(leg, at),
            direction: "outbound-dial",
            from: &leg.from,
            to: &leg.to,
            created: leg.placed,
            updated: at.min(call.timeline.settled()),
            started: (at >= leg.answered).then_some(leg.answered),
            ended: ended.then_some(leg.ended),
            seconds: ended.then(|| leg_seconds(leg)),
            price: leg_price(call, leg, at),
            answered_by: None,
        },
    )
}

/// One leg at a moment.
struct At<'a> {
    sid: &'a str,
    parent: Option<&'a str>,
    status: &'a str,
    direction: &'a str,
    from: &'a Option<String>,
    to: &'a Option<String>,
    created: Timestamp,
    updated: Timestamp,
    started: Option<Timestamp>,
    ended: Option<Timestamp>,
    seconds: Option<u64>,
    price: Option<i64>,
    answered_by: Option<&'a str>,
}

fn shape(account: &Account, leg: At<'_>) -> Value {
    let uri = format!("{}/Calls/{}", base(account), leg.sid);
    let sub = |name: &str| format!("{uri}/{name}.json");
    json!({
        "sid": leg.sid,
        "parent_call_sid": leg.parent,
        "account_sid": account_sid(account),
        "phone_number_sid": format!("PN{}", &account_sid(account)[2..]),
        "status": leg.status,
        "direction": leg.direction,
        "from": leg.from,
        "to": leg.to,
        "from_formatted": leg.from,
        "to_formatted": leg.to,
        "forwarded_from": null,
        "caller_name": null,
        "start_time": leg.started.map(rfc2822),
        "end_time": leg.ended.map(rfc2822),
        "date_created": rfc2822(leg.created),
        "date_updated": rfc2822(leg.updated),
        "duration": leg.seconds.map(|seconds| seconds.to_string()),
        "queue_time": "0",
        "price": written(leg.price),
        "price_unit": "USD",
        "answered_by": leg.answered_by,
        "group_sid": null,
        "trunk_sid": null,
        "annotation": null,
        "api_version": "2010-04-01",
        "uri": format!("{uri}.json"),
        "subresource_uris": {
            "recordings": sub("Recordings"), "notifications": sub("Notifications"), "events": sub("Events"),
        },
    })
}

/// Which of the two resources shows a recording; they differ in small ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// `/Recordings.json`: price as a string, with `media_url`.
    Account,
    /// `/Calls/{CA}/Recordings.json`: price as a number, with `track`.
    Call,
}

/// The call's recording, once it was started.
pub(super) fn recording(
    account: &Account,
    call: &Call,
    at: Timestamp,
    level: Level,
) -> Option<Value> {
    let started = call
        .timeline
        .answered
        .filter(|answered| at >= *answered && call.script.recording != RecordingPlan::None)?;
    if call.ended(at) && call.in_hole(at) {
        return None;
    }
    let status = recording_status(call, at);
    let minutes = i64::try_from(call.timeline.talk().as_secs().div_ceil(60)).unwrap_or(i64::MAX);
    let micros = (at >= call.timeline.priced && call.kept()).then_some(RECORDED_MINUTE * minutes);
    let updated = at.min(call.timeline.recording_ready.unwrap_or(call.timeline.ended));
    let nested = match level {
        Level::Account => format!("{}/Recordings/{}", base(account), call.recording_id),
        Level::Call => format!(
            "{}/Calls/{}/Recordings/{}",
            base(account),
            recorded_leg(account, call),
            call.recording_id
        ),
    };
    let mut document = json!({
        "sid": call.recording_id,
        "account_sid": account_sid(account),
        "call_sid": recorded_leg(account, call),
        "conference_sid": null,
        "status": status,
        "source": source(call),
        "channels": channels(call),
        "start_time": rfc2822(started),
        "date_created": rfc2822(started),
        "date_updated": rfc2822(updated),
        "duration": (status == "completed").then(|| formatted_duration(call.timeline.talk())),
        "error_code": absent_code(&call.script.recording).filter(|_| status == "absent"),
        "price_unit": "USD",
        "encryption_details": null,
        "api_version": "2010-04-01",
        "uri": format!("{nested}.json"),
    });
    match level {
        Level::Account => {
            document["price"] = written(micros);
            document["media_url"] =
                json!((status == "completed").then(|| recording_url(account, call)));
            document["subresource_uris"] =
                json!({ "transcriptions": format!("{nested}/Transcriptions.json") });
        }
        Level::Call => {
            document["price"] =
                micros.map_or(Value::Null, |micros| json!(-(micros as f64) / 1_000_000.0));
            document["track"] = json!("both");
        }
    }
    Some(document)
}
