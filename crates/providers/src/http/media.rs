//! Opens the sound of a recording, at the beginning or where an earlier transfer broke off.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::Response;
use url::Url;

use super::{
    Http, Storage, answer,
    client::{MOST_HOPS, redirect_target},
    destinations,
    retry::http_date,
};
use crate::{ApiError, MediaStream};

/// So much of a refusal is read, in bytes.
const MOST_WORDS: usize = 4 * 1024;
/// And it may take this long.
const WORDS_WITHIN: Duration = Duration::from_secs(5);

/// One request for the bytes of a recording.
#[derive(Clone, Debug)]
pub(crate) struct MediaAsk<'a> {
    pub(crate) url: Url,
    /// Sent to the API's own host only, never to where a redirect or a link leads.
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) storage: Storage,
    /// The byte to begin with.
    pub(crate) from: u64,
    /// What the earlier part was told to be of.
    pub(crate) validator: Option<&'a str>,
}

/// What became of a request for a recording.
#[derive(Debug)]
pub(crate) enum Opened {
    /// The bytes are on their way.
    Stream(MediaStream),
    /// A host answered with another status. What that means differs between providers.
    Turned {
        status: u16,
        /// Whether it was the API that answered, and not a storage.
        by_api: bool,
        /// The beginning of what it said, for storages that say more in words than in the status.
        said: Bytes,
        /// What it means where the provider has no other opinion.
        error: ApiError,
    },
}

impl Http {
    /// Opens a recording. Not tried again here: the queue that fetches recordings has a plan of
    /// its own, and a fresh link is worth more than a second try of an old one.
    pub(crate) async fn open(&self, ask: &MediaAsk<'_>) -> Result<Opened, ApiError> {
        if let Some(resume) = Resume::of(ask) {
            let (response, url) = self.send_media(ask, Some(&resume)).await?;
            match resume.judge(response.status(), response.headers()) {
                Resumed::Continues => return Ok(self.opened(response, url, ask.from).await),
                Resumed::NothingLeft => return Ok(Opened::Stream(nothing_left(ask))),
                Resumed::Elsewhere => {}
                Resumed::Answered => return Ok(self.opened(response, url, 0).await),
            }
        }
        let (response, url) = self.send_media(ask, None).await?;
        Ok(self.opened(response, url, 0).await)
    }

    /// Opens a link that carries its own right to be opened: the storage behind it wants no key and must not
    /// get one, and a refusal there means that the link has died.
    pub(crate) async fn open_signed(
        &self,
        url: Url,
        storage: Storage,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        let ask = MediaAsk {
            url,
            authorization: None,
            storage,
            from,
            validator,
        };
        match self.open(&ask).await? {
            Opened::Stream(stream) => Ok(stream),
            Opened::Turned {
                status: 401 | 403 | 404 | 410,
                ..
            } => Err(ApiError::LinkDead),
            Opened::Turned { error, .. } => Err(error),
        }
    }

    async fn send_media(
        &self,
        ask: &MediaAsk<'_>,
        resume: Option<&Resume>,
    ) -> Result<(Response, Url), ApiError> {
        let way = &*self.way;
        let client = way.media()?;
        let mut url = ask.url.clone();
        for _ in 0..=MOST_HOPS {
            way.destinations.check_media(&url, ask.storage)?;
            let mut request = client
                .get(url.clone())
                .header(header::ACCEPT_ENCODING, "identity");
            if way.destinations.is_api(&url) {
                way.pass_gate(self.urgency).await?;
                if let Some(authorization) = &ask.authorization {
                    request = request.header(header::AUTHORIZATION, authorization.clone());
                }
            }
            if let Some(resume) = resume {
                request = request.headers(resume.headers());
            }
            let response = request
                .send()
                .await
                .map_err(|error| answer::error_on_the_way(&url, &error))?;
            tracing::debug!(
                host = destinations::host(&url),
                status = response.status().as_u16(),
                resumes = resume.is_some(),
                "asked for a recording"
            );
            match redirect_target(&response, &url) {
                Some(next) => url = next,
                None => return Ok((response, url)),
            }
        }
        Err(ApiError::Unexpected(
            "too many redirects on the way to the recording".into(),
        ))
    }

    async fn opened(&self, response: Response, url: Url, starts_at: u64) -> Opened {
        let (status, headers) = (response.status(), response.headers());
        let way = &*self.way;
        if !matches!(status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
            let by_api = way.destinations.is_api(&url);
            let error = answer::error_of(status, headers, way.clock.now());
            if let (true, ApiError::RateLimited(until)) = (by_api, &error) {
                way.gate.close(way.clock.now(), *until);
            }
            return Opened::Turned {
                status: status.as_u16(),
                by_api,
                error,
                said: beginning(response).await,
            };
        }
        let length = match status {
            StatusCode::PARTIAL_CONTENT => content_range(headers).and_then(|range| range.total),
            _ => response.content_length(),
        };
        Opened::Stream(MediaStream {
            starts_at,
            length,
            validator: validator(headers).map(str::to_owned),
            body: response
                .bytes_stream()
                .map_err(move |error| answer::error_on_the_way(&url, &error))
                .boxed(),
        })
    }
}

/// The beginning of an answer that is not the sound. What cannot be read soon says nothing.
async fn beginning(mut response: Response) -> Bytes {
    let mut said = BytesMut::new();
    let reading = async {
        while said.len() < MOST_WORDS
            && let Ok(Some(chunk)) = response.chunk().await
        {
            let room = MOST_WORDS - said.len();
            said.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
    };
    // What came until then counts.
    let _ = tokio::time::timeout(WORDS_WITHIN, reading).await;
    said.freeze()
}

/// The earlier part is already the whole file.
fn nothing_left(ask: &MediaAsk<'_>) -> MediaStream {
    MediaStream {
        starts_at: ask.from,
        length: Some(ask.from),
        validator: ask.validator.map(str::to_owned),
        body: stream::empty::<Result<Bytes, ApiError>>().boxed(),
    }
}

/// The wish to go on at a byte of a file that is known by its validator.
struct Resume {
    from: u64,
    validator: String,
    range: HeaderValue,
    /// Weak validators must not stand in `If-Range` (RFC 9110, 13.1.5).
    if_range: Option<HeaderValue>,
}

/// What an answer to such a wish is.
#[derive(Debug, PartialEq, Eq)]
enum Resumed {
    /// The rest of the same file.
    Continues,
    /// There is no rest: the earlier part was the whole file.
    NothingLeft,
    /// Something that does not fit to the earlier part; ask again from the beginning.
    Elsewhere,
    /// The whole file, or no file at all.
    Answered,
}

impl Resume {
    /// `None` where there is nothing to go on from, or nothing to know the file by: bytes of which
    /// nobody can say whether they belong together are not put together.
    fn of(ask: &MediaAsk<'_>) -> Option<Self> {
        let validator = ask.validator.filter(|_| ask.from > 0)?;
        let range = HeaderValue::from_str(&format!("bytes={}-", ask.from)).ok()?;
        let is_strong = validator.starts_with('"') || http_date(validator).is_some();
        let if_range = HeaderValue::from_str(validator).ok()?;
        Some(Self {
            from: ask.from,
            validator: validator.to_owned(),
            range,
            if_range: is_strong.then_some(if_range),
        })
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, self.range.clone());
        if let Some(if_range) = &self.if_range {
            headers.insert(header::IF_RANGE, if_range.clone());
        }
        headers
    }

    fn judge(&self, status: StatusCode, headers: &HeaderMap) -> Resumed {
        let range = content_range(headers);
        match status {
            StatusCode::PARTIAL_CONTENT => {
                let fits = range.is_some_and(|range| range.start == Some(self.from));
                let is_same_file = match validator(headers) {
                    Some(validator) => validator == self.validator,
                    None => self.if_range.is_some(),
                };
                if fits && is_same_file {
                    Resumed::Continues
                } else {
                    Resumed::Elsewhere
                }
            }
            // With If-Range, another file would have been answered with 200.
            StatusCode::RANGE_NOT_SATISFIABLE => {
                let is_whole = range.is_some_and(|range| range.total == Some(self.from));
                if is_whole && self.if_range.is_some() {
                    Resumed::NothingLeft
                } else {
                    Resumed::Elsewhere
                }
            }
            _ => Resumed::Answered,
        }
    }
}

/// What tells one version of a file from another.
fn validator(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::ETAG)
        .or_else(|| headers.get(header::LAST_MODIFIED))?
        .to_str()
        .ok()
}

/// `Content-Range: bytes 5-9/10`, `bytes 5-9/*` or `bytes */10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ContentRange {
    start: Option<u64>,
    total: Option<u64>,
}

fn content_range(headers: &HeaderMap) -> Option<ContentRange> {
    let text = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let start = range
        .split_once('-')
        .and_then(|(start, _)| start.trim().parse().ok());
    Some(ContentRange {
        start,
        total: total.trim().parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    fn resume(validator: &str) -> Resume {
        Resume::of(&MediaAsk {
            url: Url::parse("https://cdn.example/a").expect("a URL"),
            authorization: None,
            storage: &[],
            from: 100,
            validator: Some(validator),
        })
        .expect("can be resumed")
    }

    #[test]
    fn only_the_rest_of_the_same_file_is_put_behind_the_earlier_part() {
        use header::{CONTENT_RANGE, ETAG};
        let table = [
            (
                206,
                vec![(CONTENT_RANGE, "bytes 100-199/200"), (ETAG, "\"a\"")],
                Resumed::Continues,
            ),
            (
                206,
                vec![(CONTENT_RANGE, "bytes 100-199/*")],
                Resumed::Continues,
            ),
            (
                206,
                vec![(CONTENT_RANGE, "bytes 100-199/200"), (ETAG, "\"b\"")],
                Resumed::Elsewhere,
            ),
            (
                206,
                vec![(CONTENT_RANGE, "bytes 0-199/200"), (ETAG, "\"a\"")],
                Resumed::Elsewhere,
            ),
            (
                206,
                vec![(CONTENT_RANGE, "pages 1-2/3")],
                Resumed::Elsewhere,
            ),
            (206, vec![], Resumed::Elsewhere),
            (
                416,
                vec![(CONTENT_RANGE, "bytes */100")],
                Resumed::NothingLeft,
            ),
            (416, vec![(CONTENT_RANGE, "bytes */50")], Resumed::Elsewhere),
            (416, vec![], Resumed::Elsewhere),
            (200, vec![], Resumed::Answered),
            (404, vec![], Resumed::Answered),
        ];
        for (status, pairs, judged) in table {
            let status = StatusCode::from_u16(status).expect("a status");
            let found = resume("\"a\"").judge(status, &headers(&pairs));
            assert_eq!(found, judged, "{status} {pairs:?}");
        }
    }

    #[test]
    fn a_weak_validator_is_compared_and_not_sent() {
        let weak = resume("W/\"a\"");
        assert!(!weak.headers().contains_key(header::IF_RANGE));
        let rest = |etag| {
            headers(&[
                (header::CONTENT_RANGE, "bytes 100-199/200"),
                (header::ETAG, etag),
            ])
        };
        let status = StatusCode::PARTIAL_CONTENT;
        assert_eq!(weak.judge(status, &rest("W/\"a\"")), Resumed::Continues);
        assert_eq!(weak.judge(status, &rest("W/\"b\"")), Resumed::Elsewhere);
        let dated = resume("Sun, 01 Mar 2026 10:00:00 GMT");
        assert!(dated.headers().contains_key(header::IF_RANGE));
    }
}
