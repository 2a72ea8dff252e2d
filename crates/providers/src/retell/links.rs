//! Where Retell keeps recordings, which of several files is wanted, and how long a link lives.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{Link, SecretUrl, StoragePolicy};
use url::Url;

use super::payload::RetellCall;
use crate::{http::Storage, signed_link::signed_until};

/// Seen in payloads: `dxc03zgurdly9.cloudfront.net`; in the API description: a bucket in
/// us-west-2. Their own domain stands for a host of their own in front of either.
pub(super) const STORAGE: Storage = &["cloudfront.net", "amazonaws.com", "retellai.com"];

/// How long the links of a webhook live that belong to a call which must not be kept
/// (<https://docs.retellai.com/accounts/privacy-disable>).
pub(super) const UNKEPT_LINK: SignedDuration = SignedDuration::from_mins(10);

/// How long a signed link lives unless the agent says otherwise
/// (<https://docs.retellai.com/accounts/signed-secure-url>).
const SIGNED_LINK: SignedDuration = SignedDuration::from_hours(24);

/// A link that dies within this time is used before anything else is asked.
const HURRY: SignedDuration = SignedDuration::from_mins(10);

/// The links to the sound, the one with the most channels first. Where personal data is to be
/// removed, the files that still contain it do not count, even if there is a link for a moment.
pub(super) fn recordings(call: &RetellCall<'_>) -> Vec<Url> {
    let urls = &call.recordings;
    let scrubbed = [&urls.scrubbed_multi_channel, &urls.scrubbed_mixed];
    let plain = [&urls.multi_channel, &urls.mixed];
    let wanted = match storage_policy(call) {
        Some(StoragePolicy::ExceptPersonalData) => scrubbed.to_vec(),
        _ => [plain, scrubbed].concat(),
    };
    wanted.into_iter().flatten().cloned().collect()
}

/// How many channels the best file has: the mix is one, the other has one for each party.
pub(super) fn channels(call: &RetellCall<'_>) -> Option<u16> {
    let best = recordings(call).into_iter().next()?;
    let urls = &call.recordings;
    let is_multi = [&urls.multi_channel, &urls.scrubbed_multi_channel]
        .into_iter()
        .flatten()
        .any(|url| *url == best);
    Some(if is_multi { 2 } else { 1 })
}

/// The best link, with the moment it dies. `told_at` is when the document came.
pub(super) fn link(call: &RetellCall<'_>, told_at: Timestamp) -> Option<Link> {
    let url = recordings(call).into_iter().next()?;
    let by_rule = match storage_policy(call) {
        Some(StoragePolicy::BasicsOnly) => Some(UNKEPT_LINK),
        _ if call.opt_in_signed_url => Some(SIGNED_LINK),
        _ => None,
    };
    let by_rule = by_rule.and_then(|lifetime| told_at.checked_add(lifetime).ok());
    let by_signature = signed_until(&url);
    let expires_at = match (by_rule, by_signature) {
        (Some(rule), Some(signature))
            if storage_policy(call) == Some(StoragePolicy::BasicsOnly) =>
        {
            Some(rule.min(signature))
        }
        (rule, signature) => signature.or(rule),
    };
    Some(Link {
        url: SecretUrl::new(url),
        expires_at,
    })
}

/// What the customer lets Retell keep. An unknown word is not told.
pub(super) fn storage_policy(call: &RetellCall<'_>) -> Option<StoragePolicy> {
    match call.data_storage_setting.as_deref()? {
        "everything" => Some(StoragePolicy::Everything),
        "everything_except_pii" => Some(StoragePolicy::ExceptPersonalData),
        "basic_attributes_only" => Some(StoragePolicy::BasicsOnly),
        _ => None,
    }
}

/// Whether there is no time to ask for a fresh link first. For calls that are not kept there will
/// be none anyway.
pub(super) fn is_urgent(link: &Link, now: Timestamp) -> bool {
    link.expires_at.is_some_and(|expires_at| {
        let left = expires_at.duration_since(now);
        left.is_positive() && left <= HURRY
    })
}
