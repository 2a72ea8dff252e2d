//! Where Retell keeps recordings, which of several files is wanted, and how long a link lives.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use ringback_model::{Link, SecretUrl, StoragePolicy};
use url::Url;

use super::payload::RetellCall;
use crate::http::Storage;

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

/// The end of a signed link, from its query: S3's `X-Amz-Date` + `X-Amz-Expires`, or `Expires` in
/// seconds since 1970 (CloudFront, older S3).
fn signed_until(url: &Url) -> Option<Timestamp> {
    let value = |wanted: &str| {
        url.query_pairs()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.into_owned())
    };
    if let (Some(date), Some(seconds)) = (value("X-Amz-Date"), value("X-Amz-Expires")) {
        let signed_at = civil::DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?;
        let signed_at = signed_at.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let lifetime = SignedDuration::from_secs(seconds.parse().ok()?);
        return signed_at.checked_add(lifetime).ok();
    }
    Timestamp::from_second(value("Expires")?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_signed_link_is_read_from_its_query() {
        let until = |text| signed_until(&Url::parse(text).expect("a URL")).map(|at| at.to_string());
        assert_eq!(
            until(
                "https://b.s3.amazonaws.com/a?X-Amz-Date=20260301T100000Z&X-Amz-Expires=3600&X-Amz-Signature=x"
            ),
            Some("2026-03-01T11:00:00Z".into())
        );
        assert_eq!(
            until("https://d.cloudfront.net/a?Expires=1772359200&Signature=x&Key-Pair-Id=y"),
            Some("2026-03-01T10:00:00Z".into())
        );
        assert_eq!(until("https://d.cloudfront.net/a"), None);
        assert_eq!(until("https://d.cloudfront.net/a?Expires=soon"), None);
        assert_eq!(
            until("https://d.cloudfront.net/a?X-Amz-Date=x&X-Amz-Expires=y"),
            None
        );
        assert_eq!(
            until(
                "https://d.cloudfront.net/a?X-Amz-Date=20260301T100000Z&X-Amz-Expires=9223372036854775807"
            ),
            None
        );
    }
}
