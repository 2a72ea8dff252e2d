//! Where Recall.ai keeps recordings, which of several files is the sound, and how long a link lives.

use ringback_model::{Link, SecretUrl};
use url::Url;

use super::payload::{Media, Recording};
use crate::{http::Storage, signed_link::signed_until};

/// Sound lies in S3 (`us-east-1-recallai-production-bot-data.s3.amazonaws.com` and the like); some
/// files are handed out by the API's own host, which is another one than `base_url` where that leads
/// through a proxy.
pub(super) const STORAGE: Storage = &["amazonaws.com", "recall.ai"];

/// How it stands with the sound of a recording.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sound {
    /// It can be fetched, the best file first.
    Here(Vec<Url>),
    /// It will come.
    Coming,
    /// It was there.
    Deleted,
    /// It could not be made.
    Failed,
    /// There is only a file that cannot be played: samples without a header, or Flash video.
    Unplayable,
    /// Nothing is told of any.
    Untold,
    /// The status is a word that is not known here.
    Unknown,
}

/// Sound alone is preferred to a video of which only the sound would be heard. A recording that
/// failed may still have files of what was recorded until then.
pub(super) fn sound(recording: &Recording) -> Sound {
    let all = || recording.audio.iter().chain(&recording.video);
    let here: Vec<_> = all()
        .filter(|media| media.is("done") && is_playable(media))
        .filter_map(|media| media.url.clone())
        .collect();
    if !here.is_empty() {
        return Sound::Here(here);
    }
    let recording_is = |code: &str| recording.code.as_deref() == Some(code);
    let is_coming = |media: &Media| {
        media.is("processing") || media.is("done") && media.url.is_none() && is_playable(media)
    };
    if recording_is("deleted") {
        Sound::Deleted
    } else if recording_is("processing") || recording_is("paused") || all().any(is_coming) {
        Sound::Coming
    } else if all().any(|media| media.is("done")) {
        Sound::Unplayable
    } else if all().next().is_some() && all().all(|media| media.is("deleted")) {
        Sound::Deleted
    } else if recording_is("failed") || all().any(|media| media.is("failed")) {
        Sound::Failed
    } else if recording_is("done") {
        Sound::Untold
    } else {
        Sound::Unknown
    }
}

/// `raw` is PCM without a header, `flv` is Flash video.
fn is_playable(media: &Media) -> bool {
    !matches!(media.format.as_deref(), Some("raw" | "flv"))
}

/// The best link, with the moment it dies: when its signature does, or when the recording does.
pub(super) fn link(recording: &Recording) -> Option<Link> {
    let Sound::Here(urls) = sound(recording) else {
        return None;
    };
    let url = urls.into_iter().next()?;
    let ends = [signed_until(&url), recording.expires_at];
    Some(Link {
        expires_at: ends.into_iter().flatten().min(),
        url: SecretUrl::new(url),
    })
}
