//! Where Telnyx's recordings are, and how long their links live.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{Link, SecretUrl};
use url::Url;

use crate::{
    Account,
    http::{Storage, is_at_media_host},
    json::Object,
    signed_link::signed_until,
};

/// Links seen in the wild lead to S3 (`s3.amazonaws.com/telephony-recorder-prod/…`); the others are
/// Telnyx's own.
pub(super) const STORAGE: Storage = &["amazonaws.com", "telnyx.com", "telnyxcloudstorage.com"];

/// How long the links of a webhook live. How long those of the API do is not documented; they are
/// taken to be no better.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// Hosts of other people's storage: with custom storage credentials recordings are put there
/// (<https://developers.telnyx.com/docs/voice/programmable-voice/storing-call-recordings>).
const FOREIGN: [&str; 3] = [
    "blob.core.windows.net",
    "storage.googleapis.com",
    "storage.cloud.google.com",
];

/// Where the sound of a recording is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// Behind this link.
    At(Link),
    /// In the customer's own bucket (`s3://`, `gs://`, a blob at Azure), out of reach.
    OutOfReach,
    /// Nothing is told.
    Unknown,
}

/// The links in the members of that name, whole sound first. Only the format that was asked for when
/// recording began has one.
pub(super) fn urls(object: &Object<'_>, names: &[&str]) -> Vec<Url> {
    let parsed = |text: String| Url::parse(text.trim()).ok();
    names
        .iter()
        .filter_map(|name| object.object(name))
        .flat_map(|urls| ["wav", "mp3"].map(|format| urls.text(format)))
        .flatten()
        .filter_map(parsed)
        .collect()
}

/// Where the sound is, by the links that were told at `told_at`.
pub(super) fn place(account: &Account, urls: &[Url], told_at: Timestamp) -> Place {
    match urls.iter().find(|url| is_in_reach(account, url)) {
        Some(url) => Place::At(link(url, told_at)),
        None if urls.is_empty() => Place::Unknown,
        None => Place::OutOfReach,
    }
}

/// Whether a link can be tried. One that leads to a place nobody named is tried too, so that whoever
/// looks is told what to add to `media_hosts`.
pub(super) fn is_in_reach(account: &Account, url: &Url) -> bool {
    let is_web = matches!(url.scheme(), "https" | "http");
    let is_foreign = url.host_str().is_some_and(|host| {
        FOREIGN.iter().any(|end| {
            host.strip_suffix(end)
                .is_some_and(|start| start.is_empty() || start.ends_with('.'))
        })
    });
    is_web && (!is_foreign || is_at_media_host(account, url))
}

fn link(url: &Url, told_at: Timestamp) -> Link {
    let by_rule = || told_at.checked_add(LIFETIME).ok();
    Link {
        expires_at: signed_until(url).or_else(by_rule),
        url: SecretUrl::new(url.clone()),
    }
}
