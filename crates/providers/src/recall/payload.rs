//! What Recall.ai's JSON looks like. Nothing of these shapes leaves this folder.

use jiff::Timestamp;
use serde_json::value::RawValue;
use url::Url;

use super::platform;
use crate::{Misunderstood, json::Object};

/// A webhook: what happened to which objects. Nothing of the objects but their ids.
#[derive(Clone, Debug)]
pub(super) struct Notice {
    pub(super) event: String,
    pub(super) bot: Option<String>,
    pub(super) recording: Option<String>,
    pub(super) change: Option<StatusChange>,
}

impl Notice {
    /// Reads `{event, data: {data: {code, ...}, bot: {id}, recording: {id}}}`, and v1.10's
    /// `{event, data: {bot_id, status: {code, ...}}}`.
    pub(super) fn read(body: &[u8]) -> Result<Self, Misunderstood> {
        let top = Object::parse(body, "")?;
        let event = top
            .text("event")
            .ok_or_else(|| top.lacks("event", "is missing or no text"))?;
        let data = top
            .object("data")
            .ok_or_else(|| top.lacks("data", "is missing or no object"))?;
        let id = |name: &str| {
            let nested = data.object(name).and_then(|object| object.text("id"));
            nested.or_else(|| data.text(&format!("{name}_id")))
        };
        let change = data.object("data").or_else(|| data.object("status"));
        Ok(Self {
            event,
            bot: id("bot"),
            recording: id("recording"),
            change: change.and_then(|change| StatusChange::read(&change)),
        })
    }
}

/// A status and since when it is.
#[derive(Clone, Debug)]
pub(super) struct StatusChange {
    pub(super) code: String,
    pub(super) sub_code: Option<String>,
    pub(super) at: Option<Timestamp>,
}

impl StatusChange {
    fn read(object: &Object<'_>) -> Option<Self> {
        Some(Self {
            code: object.text("code")?,
            sub_code: object.text("sub_code"),
            at: object
                .moment("updated_at")
                .or_else(|| object.moment("created_at")),
        })
    }
}

/// A bot, as the API gives it, alone or in a list.
#[derive(Clone, Debug)]
pub(super) struct Bot {
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// Recall.ai's word for the platform.
    pub(super) platform: Option<String>,
    /// `None` where none are told, which is not the same as an empty list.
    pub(super) changes: Option<Vec<StatusChange>>,
    pub(super) recordings: Vec<Recording>,
    /// The customer asked for zero data retention.
    pub(super) keeps_nothing: bool,
    /// Of v1.10, which has no recordings.
    pub(super) video_url: Option<Url>,
}

impl Bot {
    pub(super) fn read(object: &Object<'_>) -> Result<Self, Misunderstood> {
        let id = object
            .text("id")
            .ok_or_else(|| object.lacks("id", "is missing or no text"))?;
        let changes = object.objects("status_changes");
        let recordings = object.objects("recordings").unwrap_or_default();
        Ok(Self {
            id,
            name: object.text("bot_name"),
            platform: platform_of(object),
            changes: changes.map(|all| all.iter().filter_map(StatusChange::read).collect()),
            recordings: recordings
                .iter()
                .filter_map(|recording| Recording::read(recording).ok())
                .collect(),
            keeps_nothing: object
                .object("recording_config")
                .is_some_and(|config| config.is_null("retention")),
            video_url: link(object, "video_url"),
        })
    }
}

/// `meeting_url` is an object in answers and an address in the description of the API.
fn platform_of(bot: &Object<'_>) -> Option<String> {
    let raw = bot.raw("meeting_url")?;
    match Object::of(raw, "meeting_url") {
        Some(meeting) => meeting.text("platform"),
        None => platform::of_address(&bot.text("meeting_url")?).map(str::to_owned),
    }
}

/// A recording, as the API gives it, alone, in a list, or as a part of its bot.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    pub(super) id: String,
    /// `None` where it is part of its bot, or where there is no bot (Desktop SDK).
    pub(super) bot: Option<String>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) started_at: Option<Timestamp>,
    pub(super) completed_at: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    /// `processing, paused, done, failed, deleted`.
    pub(super) code: Option<String>,
    pub(super) audio: Vec<Media>,
    pub(super) video: Vec<Media>,
    pub(super) transcript: Option<Media>,
    pub(super) participants: Option<Media>,
}

impl Recording {
    pub(super) fn read(object: &Object<'_>) -> Result<Self, Misunderstood> {
        let id = object
            .text("id")
            .ok_or_else(|| object.lacks("id", "is missing or no text"))?;
        let shortcuts = object.object("media_shortcuts");
        let media = |name: &str| {
            let object = shortcuts.as_ref()?.object(name)?;
            Some(Media::read(&object))
        };
        // Documents and seen answers disagree on the name of the audio, and on whether it is here.
        let all = |names: [&str; 2]| names.into_iter().filter_map(media).collect();
        Ok(Self {
            id,
            bot: object.object("bot").and_then(|bot| bot.text("id")),
            created_at: object.moment("created_at"),
            started_at: object.moment("started_at"),
            completed_at: object.moment("completed_at"),
            expires_at: object.moment("expires_at"),
            code: code(object),
            audio: all(["audio_mixed", "audio_mixed_mp3"]),
            video: all(["video_mixed", "video_mixed_mp4"]),
            transcript: media("transcript"),
            participants: media("participant_events"),
        })
    }
}

/// A file of a recording, or what leads to several.
#[derive(Clone, Debug)]
pub(super) struct Media {
    /// `processing, done, failed, deleted`.
    pub(super) code: Option<String>,
    /// `mp3, raw, mp4, flv`; not told of files that are no sound.
    pub(super) format: Option<String>,
    pub(super) url: Option<Url>,
    /// Of `participant_events`: all that they did.
    pub(super) events_url: Option<Url>,
    /// Of `participant_events`: who they were.
    pub(super) participants_url: Option<Url>,
}

impl Media {
    pub(super) fn read(object: &Object<'_>) -> Self {
        let data = object.object("data");
        let url = |name: &str| link(data.as_ref()?, name);
        Self {
            code: code(object),
            format: object.text("format"),
            url: url("download_url"),
            events_url: url("participant_events_download_url"),
            participants_url: url("participants_download_url"),
        }
    }

    pub(super) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

fn code(object: &Object<'_>) -> Option<String> {
    object
        .object("status")
        .and_then(|status| status.text("code"))
}

fn link(object: &Object<'_>, name: &str) -> Option<Url> {
    Url::parse(object.text(name)?.trim()).ok()
}

/// A page of a list.
pub(super) struct Page<'a> {
    pub(super) items: Vec<&'a RawValue>,
    /// The whole address of the next one.
    pub(super) next: Option<String>,
}

impl<'a> Page<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Misunderstood> {
        let page = Object::parse(body, "")?;
        Ok(Self {
            items: page
                .items("results")
                .ok_or_else(|| page.lacks("results", "is missing or no list"))?,
            next: page.text("next"),
        })
    }
}
