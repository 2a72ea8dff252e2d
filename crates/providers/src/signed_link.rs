//! Until when a signed link lives, as it says itself. Storages write it into the query in a handful
//! of ways.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use url::Url;

use crate::json::Object;

/// The parts of a token, with and without padding.
const TOKENS: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The end of a signed link; the earliest if it says several. `None` for a link that does not die, or
/// does not say when.
///
/// Known are S3's and Google's date and lifetime (`X-Amz-Date` + `X-Amz-Expires`, `X-Goog-...`),
/// `Expires` in seconds since 1970 (CloudFront, older S3), Azure's `se`, and the `exp` of a JWT in
/// `token`, as Supabase Storage signs
/// (<https://supabase.com/docs/guides/storage/serving/downloads>, read November 2026).
pub(crate) fn signed_until(url: &Url) -> Option<Timestamp> {
    let value = |wanted: &str| {
        url.query_pairs()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.into_owned())
    };
    let lifetime = |date, seconds| after(&value(date)?, &value(seconds)?);
    let ends = [
        lifetime("X-Amz-Date", "X-Amz-Expires"),
        lifetime("X-Goog-Date", "X-Goog-Expires"),
        value("Expires").and_then(|seconds| Timestamp::from_second(seconds.parse().ok()?).ok()),
        value("se").and_then(|time| time.parse().ok()),
        value("token").and_then(|token| end_of_token(&token)),
    ];
    ends.into_iter().flatten().min()
}

fn after(date: &str, seconds: &str) -> Option<Timestamp> {
    let signed_at = civil::DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?;
    let signed_at = signed_at.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let lifetime = SignedDuration::from_secs(seconds.parse().ok()?);
    signed_at.checked_add(lifetime).ok()
}

/// The `exp` of a JWT. Its signature is the storage's to check.
fn end_of_token(token: &str) -> Option<Timestamp> {
    let claims = token.split('.').nth(1)?;
    let claims = TOKENS.decode(claims).ok()?;
    let claims = Object::parse(&claims, "token").ok()?;
    Timestamp::from_second(claims.integer("exp")?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(text: &str) -> Option<String> {
        signed_until(&Url::parse(text).expect("a URL")).map(|at| at.to_string())
    }

    #[test]
    fn the_end_of_a_signed_link_is_read_from_its_query() {
        for (text, end) in [
            (
                "https://b.s3.amazonaws.com/a?X-Amz-Date=20260301T100000Z&X-Amz-Expires=3600&X-Amz-Signature=x",
                "2026-03-01T11:00:00Z",
            ),
            (
                "https://storage.example/a?x-goog-date=20260301T100000Z&x-goog-expires=60",
                "2026-03-01T10:01:00Z",
            ),
            (
                "https://d.cloudfront.net/a?Expires=1772359200&Signature=x&Key-Pair-Id=y",
                "2026-03-01T10:00:00Z",
            ),
            (
                "https://a.blob.core.windows.net/a?sv=2025&se=2026-03-01T10%3A00%3A00Z&sig=x",
                "2026-03-01T10:00:00Z",
            ),
            // {"alg":"HS256"} . {"url":"calls/a.mp3","iat":1772355600,"exp":1772359200} . signature
            (
                "https://ref.supabase.co/storage/v1/object/sign/calls/a.mp3?token=eyJhbGciOiJIUzI1NiJ9.eyJ1cmwiOiJjYWxscy9hLm1wMyIsImlhdCI6MTc3MjM1NTYwMCwiZXhwIjoxNzcyMzU5MjAwfQ.c2ln",
                "2026-03-01T10:00:00Z",
            ),
            (
                "https://two.example/a?Expires=1772359200&se=2026-03-01T09:00:00Z",
                "2026-03-01T09:00:00Z",
            ),
        ] {
            assert_eq!(until(text).as_deref(), Some(end), "{text}");
        }
    }

    #[test]
    fn a_link_without_a_readable_end_has_none() {
        for query in [
            "",
            "Expires=soon",
            "Expires=9223372036854775807",
            "X-Amz-Date=x&X-Amz-Expires=y",
            "X-Amz-Date=20260301T100000Z",
            "X-Amz-Date=20260301T100000Z&X-Amz-Expires=9223372036854775807",
            "se=later",
            "token=",
            "token=opaque",
            "token=a.b.c",
            // {"exp":"never"}, [], and no exp at all
            "token=e30.eyJleHAiOiJuZXZlciJ9.x",
            "token=e30.W10.x",
            "token=e30.e30.x",
        ] {
            assert_eq!(
                until(&format!("https://d.example/a?{query}")),
                None,
                "{query}"
            );
        }
    }
}
