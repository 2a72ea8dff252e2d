//! Resources of the API: events, recordings, detail records, the standing of a leg.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::links;
use crate::stand_in::Announcement;
use crate::truth::dollars;

use super::leg::{self, Leg};
use super::{in_own_bucket, webhook};

/// The one application of the account.
pub(super) const CONNECTION: &str = "1700000000000000001";

/// How long links live unless a fault says otherwise.
const LINKS_LIVE: Duration = Duration::from_secs(600);

/// `2026-03-01T10:00:03.000000Z`.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// Detail records know whole seconds.
fn second(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// What the recording was started with.
pub(super) fn channels(call: &Call) -> u16 {
    if call.two_channels() { 2 } else { 1 }
}

fn link(account: &Account, call: &Call, at: Timestamp) -> String {
    let name = format!("{}.mp3", call.recording_id);
    if in_own_bucket(call) {
        return format!("s3://customers-own-bucket/{name}");
    }
    let lives = account
        .switches
        .faults()
        .links_expire_after
        .unwrap_or(LINKS_LIVE);
    links::link(account, &call.token, &name, Some(at + lives))
}

/// What `call.recording.saved` tells of the recording.
pub(super) fn recorded(account: &Account, call: &Call, at: Timestamp) -> Value {
    json!({
        "channels": if channels(call) == 2 { "dual" } else { "single" },
        "recording_started_at": call.timeline.answered.map(moment),
        "recording_ended_at": moment(call.timeline.ended),
        "recording_urls": { "mp3": link(account, call, at), "wav": null },
        "public_recording_urls": { "mp3": null, "wav": null },
    })
}

/// The call's recording, once it was saved.
pub(super) fn recording(account: &Account, call: &Call, at: Timestamp) -> Option<Value> {
    let saved = call.timeline.recording_ready.filter(|_| call.kept())?;
    let answered = call.timeline.answered?;
    if at < saved || call.in_hole(at) || call.recording_deleted {
        return None;
    }
    let root = leg::all(call).swap_remove(0);
    Some(json!({
        "id": call.recording_id,
        "record_type": "recording",
        "call_control_id": root.control,
        "call_leg_id": root.id,
        "call_session_id": call.id,
        "connection_id": CONNECTION,
        "conference_id": null,
        "channels": if channels(call) == 2 { "dual" } else { "single" },
        "created_at": moment(saved),
        "updated_at": moment(saved),
        "download_urls": { "mp3": link(account, call, at) },
        "duration_millis": u64::try_from(call.timeline.talk().as_millis()).unwrap_or(u64::MAX),
        "from": call.from,
        "to": call.to,
        "initiated_by": "StartCallRecordingAPI",
        "recording_started_at": moment(answered),
        "recording_ended_at": moment(call.timeline.ended),
        "source": "call",
        "status": "completed",
    }))
}

/// An item of `/call_events`.
pub(super) fn call_event(account: &Account, call: &Call, announcement: &Announcement) -> Value {
    let event = webhook::event(account, call, announcement);
    json!({
        "record_type": "call_event",
        "type": "webhook",
        "name": announcement.kind,
        "call_leg_id": webhook::leg_of(call, announcement).id,
        "call_session_id": call.id,
        "event_timestamp": event["occurred_at"],
        "metadata": {
            "attempt": 1,
            "delivered_to": format!("{}{}", account.door, account.url_path()),
            "status": "delivered",
            "event": event,
        },
    })
}

/// An item of `/webhook_deliveries`.
pub(super) fn delivery(account: &Account, call: &Call, announcement: &Announcement) -> Value {
    let event = webhook::event(account, call, announcement);
    let at = moment(announcement.at);
    let url = format!("{}{}", account.door, account.url_path());
    json!({
        "id": leg::uuid_of(&["delivery", event["id"].as_str().unwrap_or_default()]),
        "record_type": "webhook_delivery",
        "user_id": leg::uuid_of(&["user", &account.id]),
        "status": "delivered",
        "started_at": at,
        "finished_at": at,
        "webhook": event,
        "attempts": [{
            "status": "delivered", "started_at": at, "finished_at": at,
            "http": { "request": { "url": url, "headers": [] }, "response": { "status": 200, "headers": [], "body": "" } },
        }],
    })
}

/// A leg's detail record of one product. It appears when the price is known.
pub(super) fn detail_record(call: &Call, leg: &Leg, product: &str, at: Timestamp) -> Option<Value> {
    if at < call.timeline.priced || call.in_hole(at) {
        return None;
    }
    let (product, micros) = leg
        .charges()
        .into_iter()
        .find(|(name, _)| *name == product)?;
    // What is corrected is what the carrier charged.
    let extra = if leg.is_root && product == "sip-trunking" {
        call.extra_cost(at)
    } else {
        0
    };
    let cost = leg.answered.map_or(0, |_| micros + extra);
    let mut record = json!({
        "record_type": product,
        "id": leg::uuid_of(&[product, &leg.id]),
        "telnyx_session_id": call.id,
        "connection_id": CONNECTION,
        "cli": leg.from,
        "cld": leg.to,
        "direction": if leg.outgoing { "outbound" } else { "inbound" },
        "started_at": second(leg.placed),
        "answered_at": leg.answered.map(second),
        "finished_at": second(leg.ended),
        "call_sec": leg.seconds(),
        "billed_sec": leg.seconds().div_ceil(60) * 60,
        "cost": dollars(cost),
        "currency": "USD",
        "hangup_cause": leg.end(call).0.to_uppercase(),
    });
    // Only the records of Call Control name the leg; those of the trunk name the token.
    if product == "call-control" {
        record["telnyx_leg_id"] = json!(leg.id);
    } else {
        record["call_control_id"] = json!(leg.control);
    }
    Some(record)
}

/// `/calls/{call_control_id}`: known for ten minutes after the end.
pub(super) fn standing(call: &Call, leg: &Leg, at: Timestamp) -> Option<Value> {
    const KNOWN_FOR: Duration = Duration::from_secs(600);
    if at < leg.placed || at >= leg.ended + KNOWN_FOR {
        return None;
    }
    let is_alive = leg.is_live(at);
    let until = at.min(leg.ended);
    let mut standing = active_call(call, leg, until);
    standing["is_alive"] = json!(is_alive);
    standing["start_time"] = json!(moment(leg.placed));
    if !is_alive {
        standing["end_time"] = json!(moment(leg.ended));
    }
    Some(standing)
}

/// An item of `/connections/{id}/active_calls`: no numbers, no direction, no state.
pub(super) fn active_call(call: &Call, leg: &Leg, at: Timestamp) -> Value {
    json!({
        "record_type": "call",
        "call_control_id": leg.control,
        "call_leg_id": leg.id,
        "call_session_id": call.id,
        "client_state": "",
        "call_duration": at.duration_since(leg.placed).unsigned_abs().as_secs(),
    })
}
