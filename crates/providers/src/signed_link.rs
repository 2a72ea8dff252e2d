//! Links that carry the moment they die.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use url::Url;

/// The end of a signed link, from its query: S3's `X-Amz-Date` + `X-Amz-Expires`, or `Expires` in
/// seconds since 1970 (CloudFront, older S3).
pub(crate) fn signed_until(url: &Url) -> Option<Timestamp> {
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
