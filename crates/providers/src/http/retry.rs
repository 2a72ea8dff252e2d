//! What is tried again, and when.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use jiff::{Timestamp, fmt::rfc2822};

/// Tries after the first.
const RETRIES: usize = 3;

/// The pause before the second try, in paces.
const FIRST_PAUSE: u32 = 5;

/// The longest pause that is waited out here, in paces. What takes longer is the caller's to plan.
const LONGEST_PAUSE: u32 = 80;

/// How long a provider is left alone that says "too many requests" and not for how long.
pub(super) const UNSAID_WAIT: Duration = Duration::from_secs(30);

/// The longest wait that is believed. A provider that asks for more is asked again after this.
const LONGEST_BELIEVED: Duration = Duration::from_secs(60 * 60);

/// The pauses between the tries: doubling, with jitter so that many desktops which lost the same
/// provider do not come back in step.
pub(super) fn pauses(pace: Duration) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::new()
        .with_min_delay(pace * FIRST_PAUSE)
        .with_max_delay(longest_pause(pace))
        .with_max_times(RETRIES)
        .with_jitter()
        .build()
}

/// The longest pause that is waited out inside a request.
pub(super) fn longest_pause(pace: Duration) -> Duration {
    pace * LONGEST_PAUSE
}

/// Whether the same request may be sent again after such an answer. Everything asked here only
/// reads, so sending it twice does no harm. `x-should-retry` is the server's own word for it.
pub(super) fn is_worth_retrying(status: StatusCode, headers: &HeaderMap) -> bool {
    match headers
        .get("x-should-retry")
        .and_then(|value| value.to_str().ok())
    {
        Some("true") => !status.is_success(),
        Some("false") => false,
        _ => matches!(status.as_u16(), 408 | 409 | 429 | 500..=599),
    }
}

/// How long the server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date
/// (RFC 9110, 10.2.3).
pub(super) fn asked_wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(ms) = text("retry-after-ms").and_then(|text| text.parse().ok()) {
        return believed(ms);
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = value.parse::<f64>() {
        return believed(seconds * 1000.0);
    }
    let date = http_date(value)?;
    let wait = date.duration_since(now);
    Some(
        Duration::try_from(wait)
            .unwrap_or_default()
            .min(LONGEST_BELIEVED),
    )
}

/// How long to wait after a refusal because of too many requests. Telnyx says it in
/// `x-ratelimit-reset`, in seconds until the window ends; others mean the moment by it.
pub(super) fn refused_wait(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    asked_wait(headers, now).or_else(|| {
        let reset = headers.get("x-ratelimit-reset")?.to_str().ok()?;
        let seconds: f64 = reset.trim().parse().ok()?;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a second more or less does not matter"
        )]
        let now = now.as_second() as f64;
        let is_moment = seconds > LONGEST_BELIEVED.as_secs_f64() * 24.0;
        let wait = if is_moment {
            (seconds - now).max(0.0)
        } else {
            seconds
        };
        believed(wait * 1000.0)
    })
}

fn believed(ms: f64) -> Option<Duration> {
    let is_sane = ms.is_finite() && ms >= 0.0;
    is_sane.then(|| Duration::from_secs_f64((ms / 1000.0).min(LONGEST_BELIEVED.as_secs_f64())))
}

/// Reads a date as HTTP writes it ("Sun, 01 Mar 2026 10:00:00 GMT").
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(text.trim())
        .ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    name.parse().expect("a header name"),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn the_wait_is_read_in_all_its_forms() {
        let now = http_date("Sun, 01 Mar 2026 10:00:00 GMT").expect("a date");
        let table = [
            (&[("retry-after", "7")][..], Some(Duration::from_secs(7))),
            (&[("retry-after", "0.5")], Some(Duration::from_millis(500))),
            (
                &[("retry-after", "Sun, 01 Mar 2026 10:00:30 GMT")],
                Some(Duration::from_secs(30)),
            ),
            (
                &[("retry-after", "Sun, 01 Mar 2026 09:00:00 GMT")],
                Some(Duration::ZERO),
            ),
            (
                &[("retry-after-ms", "1500"), ("retry-after", "7")],
                Some(Duration::from_millis(1500)),
            ),
            (&[("retry-after", "999999999")], Some(LONGEST_BELIEVED)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "NaN")], None),
            (&[("retry-after", "soon")], None),
            (&[], None),
        ];
        for (pairs, wait) in table {
            assert_eq!(asked_wait(&headers(pairs), now), wait, "{pairs:?}");
        }
    }

    #[test]
    fn a_window_that_ends_is_waited_for() {
        let now = http_date("Sun, 01 Mar 2026 10:00:00 GMT").expect("a date");
        let seconds = |n| Some(Duration::from_secs(n));
        for (pairs, wait) in [
            (&[("x-ratelimit-reset", "42")][..], seconds(42)),
            (&[("x-ratelimit-reset", "1772359230")], seconds(30)),
            (&[("x-ratelimit-reset", "1772359000")], seconds(0)),
            (
                &[("x-ratelimit-reset", "42"), ("retry-after", "7")],
                seconds(7),
            ),
            (&[("x-ratelimit-reset", "soon")], None),
            (&[], None),
        ] {
            assert_eq!(refused_wait(&headers(pairs), now), wait, "{pairs:?}");
        }
    }

    #[test]
    fn what_may_pass_is_tried_again_and_the_server_has_the_last_word() {
        let none = headers(&[]);
        for (status, again) in [
            (200, false),
            (400, false),
            (401, false),
            (404, false),
            (408, true),
            (409, true),
            (422, false),
            (429, true),
            (500, true),
            (503, true),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(is_worth_retrying(status, &none), again, "{status}");
        }
        let no = headers(&[("x-should-retry", "false")]);
        let yes = headers(&[("x-should-retry", "true")]);
        assert!(!is_worth_retrying(StatusCode::SERVICE_UNAVAILABLE, &no));
        assert!(is_worth_retrying(StatusCode::BAD_REQUEST, &yes));
    }

    #[test]
    fn pauses_grow_and_are_few_and_a_pace_of_zero_does_not_wait() {
        let pauses: Vec<_> = super::pauses(Duration::from_millis(100)).collect();
        assert_eq!(pauses.len(), RETRIES);
        assert!(pauses[0] >= Duration::from_millis(500), "{pauses:?}");
        assert!(pauses[2] <= Duration::from_secs(16), "{pauses:?}");
        assert!(super::pauses(Duration::ZERO).all(|pause| pause.is_zero()));
    }
}
