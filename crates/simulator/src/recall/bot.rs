//! A bot, as retrieve and list show it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::script::StoragePolicy;

use super::{meeting, moment, recording};

/// The bot at `at`.
pub(super) fn of(account: &Account, call: &Call, at: Timestamp) -> Value {
    let changes: Vec<Value> = meeting::changes(call, at)
        .into_iter()
        .filter(|change| change.at <= at)
        .map(|change| {
            json!({
                "code": change.code,
                "sub_code": change.sub_code,
                "message": null,
                "created_at": moment(change.at),
            })
        })
        .collect();
    let hides = call.ended(at) && call.in_hole(at);
    let recordings: Vec<Value> = recording::of(account, call, at, recording::Within::Bot)
        .filter(|_| !hides)
        .into_iter()
        .collect();
    let keeps_nothing = call.script.storage == StoragePolicy::BasicAttributesOnly;
    json!({
        "id": call.id,
        "bot_name": call.agent.as_ref().map(|agent| &agent.name),
        "join_at": null,
        "meeting_url": meeting_url(call),
        "metadata": {},
        "status_changes": changes,
        "recordings": recordings,
        "recording_config": {
            "transcript": { "provider": { "recallai_streaming": {} } },
            "realtime_endpoints": [],
            "retention": if keeps_nothing { Value::Null } else { json!({ "type": "forever" }) },
            "video_mixed_layout": "speaker_view",
            "video_mixed_mp4": {},
            "audio_mixed_mp3": if call.two_channels() { json!({}) } else { Value::Null },
            "participant_events": {},
            "meeting_metadata": {},
            "start_recording_on": "participant_join",
        },
        "automatic_leave": { "waiting_room_timeout": 1200 },
        "calendar_meetings": [],
    })
}

/// Each platform has fields of its own; the identity of the meeting is in them.
fn meeting_url(call: &Call) -> Value {
    let (platform, _) = meeting::platform(call);
    let id = 80_000_000_000 + meeting::lot(call, 2);
    match platform {
        "webex" => {
            json!({ "meeting_subdomain": "acme", "meeting_mtid": id.to_string(), "platform": platform })
        }
        "google_meet" => json!({ "meeting_id": format!("abc-{id}"), "platform": platform }),
        _ => {
            json!({ "meeting_id": id.to_string(), "meeting_password": null, "platform": platform })
        }
    }
}
