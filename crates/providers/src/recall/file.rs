//! The JSON files beside a recording: what was said, who took part.

use bytes::BytesMut;
use futures_util::TryStreamExt;
use serde_json::value::RawValue;
use url::Url;

use super::links;
use crate::{
    ApiError,
    http::{Http, MediaAsk, Opened},
};

/// The longest file that is taken in. A day of talk is a few megabytes.
const LONGEST: usize = 32 * 1024 * 1024;

/// Fetches a file. `None` if it cannot be had and asking again would not help: then the rest of the
/// call is worth having without it.
pub(super) async fn fetch(http: &Http, url: Url) -> Result<Option<Box<RawValue>>, ApiError> {
    match content(http, url).await {
        Ok(content) => Ok(Some(content)),
        Err(error @ (ApiError::RateLimited(_) | ApiError::Server(_) | ApiError::Transport(_))) => {
            Err(error)
        }
        Err(error) => {
            tracing::warn!(%error, "a file beside a recording cannot be had; the call is taken without it");
            Ok(None)
        }
    }
}

async fn content(http: &Http, url: Url) -> Result<Box<RawValue>, ApiError> {
    let ask = MediaAsk {
        url,
        // The link is a bearer link; who holds it needs no key, and must not be given one.
        authorization: None,
        storage: links::STORAGE,
        from: 0,
        validator: None,
    };
    let mut stream = match http.open(&ask).await? {
        Opened::Stream(stream) => stream,
        Opened::Turned {
            status: 401 | 403 | 404 | 410,
            ..
        } => return Err(ApiError::LinkDead),
        Opened::Turned { error, .. } => return Err(error),
    };
    let mut bytes = BytesMut::new();
    while let Some(chunk) = stream.body.try_next().await? {
        if bytes.len() + chunk.len() > LONGEST {
            return Err(unexpected("is longer than 32 MiB"));
        }
        bytes.extend_from_slice(&chunk);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| unexpected("is not UTF-8"))?;
    RawValue::from_string(text.to_owned()).map_err(|_| unexpected("is not JSON"))
}

fn unexpected(what: &str) -> ApiError {
    ApiError::Unexpected(format!("a file beside a recording {what}"))
}
