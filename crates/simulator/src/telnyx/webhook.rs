//! Webhooks of API v2 (developers.telnyx.com/api-reference/callbacks/...): one event about one leg at one moment.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::script::{Direction, Ending};
use crate::speech::Speaker;
use crate::stand_in::Announcement;
use crate::truth::dollars;

use super::document;
use super::leg::{self, Leg};

const INITIATED: &str = "call.initiated";
const ANSWERED: &str = "call.answered";
const BRIDGED: &str = "call.bridged";
const MACHINE: &str = "call.machine.detection.ended";
const TRANSCRIPTION: &str = "call.transcription";
const HANGUP: &str = "call.hangup";
const RECORDING_SAVED: &str = "call.recording.saved";
const COST: &str = "call.cost";

/// Detecting a machine takes a moment.
const DETECTION: Duration = Duration::from_secs(3);

/// All events of a call, oldest first. The index says of which leg they are, and of transcriptions which turn.
pub(super) fn all(call: &Call) -> Vec<Announcement> {
    let of = |at, kind: &str, index| Announcement {
        at,
        kind: kind.into(),
        index,
        about_recording: kind == RECORDING_SAVED,
    };
    let mut all = Vec::new();
    for (index, leg) in leg::all(call).iter().enumerate() {
        all.push(of(leg.placed, INITIATED, index));
        if let Some(answered) = leg.answered {
            all.push(of(answered, ANSWERED, index));
            if !leg.is_root {
                all.push(of(answered, BRIDGED, index));
            }
            if leg.is_root && is_machine(call) {
                all.push(of((answered + DETECTION).min(leg.ended), MACHINE, index));
            }
        }
        all.push(of(leg.ended, HANGUP, index));
        if leg.answered.is_some() {
            all.push(of(call.timeline.priced, COST, index));
        }
    }
    if let Some(answered) = call.timeline.answered
        && call.script.transcript_updates
    {
        let turns = call.turns(call.timeline.ended);
        all.extend(turns.iter().enumerate().map(|(index, turn)| {
            of(
                answered + Duration::from_millis(turn.end_ms),
                TRANSCRIPTION,
                index,
            )
        }));
    }
    if let Some(at) = call.timeline.recording_ready.filter(|_| call.kept()) {
        all.push(of(at, RECORDING_SAVED, 0));
    }
    all.sort_by_key(|announcement| announcement.at);
    all
}

/// Those that the API tells of at `at`.
pub(super) fn sent(call: &Call, at: Timestamp) -> impl Iterator<Item = Announcement> + '_ {
    let in_hole = call.ended(at) && call.in_hole(at);
    all(call).into_iter().filter(move |announcement| {
        let is_hidden = in_hole
            && matches!(
                announcement.kind.as_str(),
                COST | RECORDING_SAVED | TRANSCRIPTION
            );
        announcement.at <= at && !is_hidden
    })
}

/// Answering machines are looked for on calls that were made through the API.
pub(super) fn is_machine(call: &Call) -> bool {
    call.script.direction == Direction::Outbound && call.script.ending == Ending::Voicemail
}

/// Which leg an event is of.
pub(super) fn leg_of(call: &Call, announcement: &Announcement) -> Leg {
    let mut legs = leg::all(call);
    let index = match announcement.kind.as_str() {
        TRANSCRIPTION | RECORDING_SAVED => 0,
        _ => announcement.index.min(legs.len() - 1),
    };
    legs.swap_remove(index)
}

/// The `data` of a webhook.
pub(super) fn event(account: &Account, call: &Call, announcement: &Announcement) -> Value {
    let leg = leg_of(call, announcement);
    let index = announcement.index.to_string();
    json!({
        "record_type": "event",
        "event_type": announcement.kind,
        "id": leg::uuid_of(&[&call.id, &announcement.kind, &index]),
        "occurred_at": document::moment(announcement.at),
        "payload": payload(account, call, &leg, announcement),
    })
}

fn payload(account: &Account, call: &Call, leg: &Leg, announcement: &Announcement) -> Value {
    let mut payload = json!({
        "call_control_id": leg.control,
        "call_leg_id": leg.id,
        "call_session_id": call.id,
        "connection_id": document::CONNECTION,
        "client_state": null,
    });
    let mut add = |more: Value| {
        if let (Value::Object(payload), Value::Object(more)) = (&mut payload, more) {
            payload.extend(more);
        }
    };
    let numbers = || json!({ "from": leg.from, "to": leg.to });
    let start = document::moment(leg.placed);
    match announcement.kind.as_str() {
        INITIATED => {
            add(numbers());
            add(json!({
                "direction": if leg.outgoing { "outgoing" } else { "incoming" },
                "start_time": start,
                "state": if leg.is_root { "parked" } else { "bridging" },
                "caller_id_name": leg.from,
                "connection_codecs": "OPUS,PCMU,PCMA,G722",
                "offered_codecs": "PCMU",
                "custom_headers": [], "sip_headers": [], "tags": [],
            }));
        }
        ANSWERED => {
            add(numbers());
            add(json!({ "start_time": start, "state": "answered", "tags": [] }));
        }
        BRIDGED => add(numbers()),
        MACHINE => {
            add(numbers());
            add(json!({ "result": "machine" }));
        }
        HANGUP => {
            let (cause, source, sip) = leg.end(call);
            add(numbers());
            add(json!({
                "start_time": start, "state": "hangup", "tags": [],
                "hangup_cause": cause, "hangup_source": source, "sip_hangup_cause": sip,
                "call_quality_stats": null,
            }));
        }
        COST => add(cost(leg, announcement.at)),
        TRANSCRIPTION => {
            let turns = call.turns(call.timeline.ended);
            let turn = &turns[announcement.index.min(turns.len() - 1)];
            // The person is at the leg's far end; what comes from there is inbound.
            let track = if turn.speaker == Speaker::Agent {
                "outbound"
            } else {
                "inbound"
            };
            add(json!({ "transcription_data": {
                "confidence": 0.977219, "is_final": true, "transcript": turn.text, "transcription_track": track,
            } }));
        }
        RECORDING_SAVED => {
            // As the types have it: no recording's id, no call control id, no numbers.
            if let Value::Object(payload) = &mut payload {
                payload.remove("call_control_id");
            }
            let recorded = document::recorded(account, call, announcement.at);
            if let (Value::Object(payload), Value::Object(recorded)) = (&mut payload, recorded) {
                payload.extend(recorded);
            }
        }
        _ => {}
    }
    payload
}

fn cost(leg: &Leg, at: Timestamp) -> Value {
    let charges = leg.charges();
    let billed = leg.seconds().div_ceil(60) * 60;
    let parts = charges.map(|(product, micros)| {
        json!({
            "call_part": product, "cost": dollars(micros), "currency": "USD",
            "rate": dollars(micros * 60 / i64::try_from(billed.max(60)).unwrap_or(60)),
            "billed_duration_secs": billed,
        })
    });
    json!({
        "status": "success",
        "total_cost": dollars(charges.iter().map(|(_, micros)| micros).sum()),
        "billed_duration_secs": billed,
        "billing_group_id": null,
        "occurred_at": document::moment(at),
        "cost_parts": parts,
    })
}
