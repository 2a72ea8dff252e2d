//! Answers that several routes give: JSON, and files with ranges that may crawl or break off.

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::speech::Sound;

/// A JSON document.
pub(crate) fn json(status: StatusCode, document: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        document.to_string(),
    )
        .into_response()
}

/// How a transfer goes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    /// The connection breaks after this many bytes of the body.
    pub(crate) breaks_after: Option<u64>,
    /// Bytes per second.
    pub(crate) slow: Option<u64>,
}

/// A sound file: whole, or the one range that was asked for (RFC 9110, section 14). A range of an older file, told by
/// `If-Range`, is answered with the whole file.
pub(crate) fn file(
    sound: Sound,
    range: Option<&str>,
    if_range: Option<&str>,
    head: bool,
    pace: Pace,
) -> Response {
    let len = sound.len();
    let etag = format!(
        "\"{len:x}-{}-{}\"",
        sound.channels(),
        sound.format().extension()
    );
    let range = range.filter(|_| if_range.is_none_or(|wanted| wanted == etag));
    let (status, from, to) = match range.map_or(Asked::All, |range| asked(range, len)) {
        Asked::All => (StatusCode::OK, 0, len),
        Asked::Part(from, to) => (StatusCode::PARTIAL_CONTENT, from, to),
        Asked::Nothing => {
            let headers = [(header::CONTENT_RANGE, format!("bytes */{len}"))];
            return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
        }
    };
    let content_type = sound.format().content_type();
    let body = if head {
        Body::empty()
    } else {
        body(sound, from, to, pace)
    };
    let mut response = (
        status,
        [
            (header::CONTENT_TYPE, content_type),
            (header::ACCEPT_RANGES, "bytes"),
        ],
        body,
    )
        .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(part) = HeaderValue::from_str(&format!("bytes {from}-{}/{len}", to - 1))
    {
        headers.insert(header::CONTENT_RANGE, part);
    }
    response
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    /// From the first byte to behind the last.
    Part(u64, u64),
    Nothing,
}

fn asked(range: &str, len: u64) -> Asked {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Asked::All;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), _) if first >= len => Asked::Nothing,
        (Ok(first), Ok(last)) if first <= last => Asked::Part(first, (last + 1).min(len)),
        (Ok(first), Err(_)) if last.is_empty() => Asked::Part(first, len),
        (Err(_), Ok(0)) if first.is_empty() => Asked::Nothing,
        (Err(_), Ok(count)) if first.is_empty() => Asked::Part(len.saturating_sub(count), len),
        // Anything else, several ranges among it, may be ignored.
        _ => Asked::All,
    }
}

const PIECE: u64 = 32 * 1024;

fn body(sound: Sound, from: u64, to: u64, pace: Pace) -> Body {
    let breaks_at = pace
        .breaks_after
        .map(|bytes| from.saturating_add(bytes))
        .filter(|&at| at < to);
    let end = breaks_at.unwrap_or(to);
    let piece = pace.slow.map_or(PIECE, |rate| (rate / 10).clamp(1, PIECE));
    Body::from_stream(stream::unfold(Some(from), move |at| {
        let sound = sound.clone();
        async move {
            let at = at?;
            if at >= end {
                // What was sent so far shall arrive before the connection goes.
                tokio::time::sleep(Duration::from_millis(5)).await;
                let broken = std::io::Error::new(
                    std::io::ErrorKind::ConnectionReset,
                    "the stand-in broke off on purpose",
                );
                return breaks_at.map(|_| (Err(broken), None));
            }
            if let Some(rate) = pace.slow.filter(|_| at > from) {
                tokio::time::sleep(Duration::from_secs_f64(piece as f64 / rate.max(1) as f64))
                    .await;
            }
            let bytes: Bytes = sound.piece(at, piece.min(end - at));
            let next = at + bytes.len() as u64;
            Some((Ok(bytes), Some(next)))
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_the_file() {
        assert_eq!(asked("bytes=0-99", 50), Asked::Part(0, 50));
        assert_eq!(asked("bytes=10-", 50), Asked::Part(10, 50));
        assert_eq!(asked("bytes=-10", 50), Asked::Part(40, 50));
        assert_eq!(asked("bytes=50-", 50), Asked::Nothing);
        assert_eq!(asked("bytes=5-2", 50), Asked::All);
        assert_eq!(asked("lines=1-2", 50), Asked::All);
    }
}
