//! A recording and the media that belong to it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account::Account;
use crate::call::Call;
use crate::links;
use crate::script::{Ending, RecordingPlan, StoragePolicy};

use super::{file, meeting, moment, part_id};

/// How long a link works unless a fault says otherwise.
const LINK_LIVES: Duration = Duration::from_secs(6 * 3600);

/// Where a recording is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// As a part of its bot.
    Bot,
    /// By itself, naming its bot.
    Nothing,
}

/// A kind of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    Video,
    Audio,
    Transcript,
    Participants,
    Metadata,
}

impl Media {
    /// The name of the resource.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "video_mixed" => Self::Video,
            "audio_mixed" => Self::Audio,
            "transcript" => Self::Transcript,
            "participant_events" => Self::Participants,
            "meeting_metadata" => Self::Metadata,
            _ => return None,
        })
    }
}

/// The recording's status code, once there is a recording.
pub(super) fn code(call: &Call, at: Timestamp) -> Option<&'static str> {
    let begun = call.answered(at) && call.script.recording != RecordingPlan::None;
    let ready = call.timeline.recording_ready?;
    begun.then(|| match &call.script.recording {
        _ if call.recording_deleted => "deleted",
        _ if at < ready => "processing",
        RecordingPlan::Kept { .. } if call.script.ending == Ending::AgentError => "failed",
        RecordingPlan::Kept { .. } => "done",
        _ => "failed",
    })
}

/// The recording at `at`, if there is one by then.
pub(super) fn of(account: &Account, call: &Call, at: Timestamp, within: Within) -> Option<Value> {
    let code = code(call, at)?;
    let answered = call.timeline.answered?;
    let ended = call
        .ended(at)
        .then(|| moment(answered + call.told_duration(at)));
    let since = call.timeline.recording_ready.filter(|ready| at >= *ready);
    let mut shortcuts = json!({
        "video_mixed": media(account, call, at, Media::Video),
        "transcript": media(account, call, at, Media::Transcript),
        "participant_events": media(account, call, at, Media::Participants),
        "meeting_metadata": media(account, call, at, Media::Metadata),
    });
    // Documents say that it is not among the shortcuts; answers were seen in which it is.
    if meeting::lot(call, 3).is_multiple_of(2) {
        shortcuts["audio_mixed"] = json!(media(account, call, at, Media::Audio));
    }
    let mut recording = json!({
        "id": call.recording_id,
        "created_at": moment(answered),
        "started_at": moment(answered),
        "completed_at": ended,
        "expires_at": null,
        "status": { "code": code, "sub_code": null, "updated_at": moment(since.unwrap_or(answered)) },
        "media_shortcuts": shortcuts,
        "metadata": {},
        "realtime_endpoints": [],
    });
    if within == Within::Nothing {
        recording["bot"] = json!({ "id": call.id, "metadata": {} });
        recording["sdk_upload"] = Value::Null;
    }
    Some(recording)
}

/// One of the recording's media at `at`. `None` if it was not ordered, or is not kept.
pub(super) fn media(account: &Account, call: &Call, at: Timestamp, media: Media) -> Option<Value> {
    code(call, at)?;
    let answered = call.timeline.answered?;
    if call.script.storage == StoragePolicy::BasicAttributesOnly || call.recording_deleted {
        return None;
    }
    let link = |name: &str| {
        let lives = account
            .switches
            .faults()
            .links_expire_after
            .unwrap_or(LINK_LIVES);
        json!(links::link(account, &call.token, name, Some(at + lives)))
    };
    let ready = match media {
        Media::Transcript => meeting::transcribed(call),
        _ => call.timeline.recording_ready,
    };
    let is_done = meeting::keeps(call) && ready.is_some_and(|ready| at >= ready);
    let (part, format, data) = match media {
        Media::Video => (1, Some("mp4"), json!({ "download_url": link(file::VIDEO) })),
        Media::Audio if call.two_channels() => {
            (2, Some("mp3"), json!({ "download_url": link(file::AUDIO) }))
        }
        Media::Audio => return None,
        Media::Transcript => (
            3,
            None,
            json!({ "download_url": link(file::TRANSCRIPT), "provider_data_download_url": null }),
        ),
        Media::Participants => (
            4,
            None,
            json!({
                "participant_events_download_url": link(file::EVENTS),
                "speaker_timeline_download_url": null,
                "participants_download_url": link(file::PARTICIPANTS),
            }),
        ),
        Media::Metadata => (5, None, json!({ "title": call.story.title, "zoom": null })),
    };
    let code = match code(call, at) {
        _ if is_done => "done",
        Some("failed") => "failed",
        _ => "processing",
    };
    let mut object = json!({
        "id": part_id(call, part),
        "recording": { "id": call.recording_id, "metadata": {} },
        "created_at": moment(answered),
        "status": { "code": code, "sub_code": null, "updated_at": moment(at) },
        "metadata": {},
        "data": if is_done { data } else { Value::Null },
    });
    if let Some(format) = format {
        object["format"] = json!(format);
    }
    Some(object)
}
