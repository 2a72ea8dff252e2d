//! Webhooks: what happened to which objects, told by their ids.

use std::time::Duration;

use serde_json::{Value, json};

use crate::call::Call;
use crate::script::RecordingPlan;
use crate::stand_in::Announcement;

use super::{file, meeting, moment, part_id, recording};

/// All webhooks of a meeting, oldest first.
pub(super) fn all(call: &Call) -> Vec<Announcement> {
    let of = |at, kind: String, index, about_recording| Announcement {
        at,
        kind,
        index,
        about_recording,
    };
    let timeline = &call.timeline;
    let mut all: Vec<_> = meeting::changes(call, timeline.ended)
        .into_iter()
        .enumerate()
        .map(|(index, change)| of(change.at, format!("bot.{}", change.code), index, false))
        .collect();
    if let (Some(answered), true) = (timeline.answered, call.script.transcript_updates) {
        let turns = meeting::spoken(call, timeline.ended);
        all.extend(turns.iter().enumerate().map(|(index, (_, turn))| {
            let at = answered + Duration::from_millis(turn.end_ms);
            of(at, "transcript.data".into(), index, false)
        }));
    }
    if let Some(ready) = timeline.recording_ready {
        if let Some(answered) = timeline.answered {
            all.push(of(answered, "recording.processing".into(), 0, true));
        }
        let code = recording::code(call, ready).unwrap_or("failed");
        all.push(of(ready, format!("recording.{code}"), 1, true));
        if matches!(call.script.recording, RecordingPlan::Kept { .. }) {
            all.push(of(ready, "participant_events.done".into(), 0, true));
        }
    }
    if let Some(transcribed) = meeting::transcribed(call) {
        all.push(of(transcribed, "transcript.done".into(), 0, true));
    }
    all.sort_by_key(|announcement| announcement.at);
    all
}

/// The body of one of them.
pub(super) fn body(call: &Call, announcement: &Announcement) -> Value {
    let (subject, code) = announcement
        .kind
        .split_once('.')
        .unwrap_or((&announcement.kind, ""));
    let named = |id: &str| json!({ "id": id, "metadata": {} });
    let mut data = json!({ "bot": named(&call.id) });
    let status = |sub_code: Option<&str>| json!({ "code": code, "sub_code": sub_code, "updated_at": moment(announcement.at) });
    if subject != "bot" {
        data["recording"] = named(&call.recording_id);
    }
    match (subject, code) {
        ("bot", _) => {
            let (ends, sub_code) = meeting::ending(&call.script.ending);
            data["data"] = status((code == ends).then_some(sub_code));
        }
        ("transcript", "data") => {
            let spoken = meeting::spoken(call, call.timeline.ended);
            if let Some((person, turn)) = spoken.get(announcement.index) {
                data["data"] = json!({
                    "words": file::words(call, turn),
                    "participant": file::participant(call, *person),
                });
            }
            data["transcript"] = named(&part_id(call, 3));
            data["realtime_endpoint"] = named(&part_id(call, 6));
        }
        ("recording", _) => data["data"] = status(None),
        ("transcript", _) => {
            data["data"] = status(None);
            data["transcript"] = named(&part_id(call, 3));
        }
        _ => {
            data["data"] = status(None);
            data[subject] = named(&part_id(call, 4));
        }
    }
    json!({ "event": announcement.kind, "data": data })
}
