//! The way to a bucket: one client of ours, which the library's signed requests go through.
//!
//! It follows no redirects (keys go to the configured host only), uses no proxy of the environment, waits
//! for nothing longer than a part takes on a slow line, and turns every answer that is not a success
//! into words that can be told apart.

use std::{fmt, sync::Once, time::Duration};

use async_trait::async_trait;
use http::{Method, StatusCode};
use http_body_util::{BodyExt, Limited};
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    },
};
use url::Url;

use crate::guard::NearOnly;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A part of 8 MiB may take so long: about 30 kB/s. Also the longest silence while something is read.
const PART_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// No error message is longer.
const LONGEST_MESSAGE: usize = 64 << 10;

/// An answer that is no success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    /// The `<Code>` of S3's error document: a word, never data.
    pub(crate) code: Option<String>,
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)
    }
}

impl std::error::Error for Answered {}

/// Makes the client.
#[derive(Debug)]
pub(crate) struct Way {
    is_near: bool,
}

impl Way {
    pub(crate) fn to(endpoint: &Url) -> Self {
        Self {
            is_near: endpoint.scheme() == "http",
        }
    }
}

impl HttpConnector for Way {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        install_crypto();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("ringback/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .no_gzip()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(PART_TIMEOUT);
        if self.is_near {
            builder = builder.dns_resolver(std::sync::Arc::new(NearOnly));
        }
        let client = builder
            .build()
            .map_err(|error| object_store::Error::Generic {
                store: "S3",
                source: Box::new(error),
            })?;
        Ok(HttpClient::new(Telling(client)))
    }
}

/// Sends requests, and tells what refusals mean.
#[derive(Debug)]
struct Telling(reqwest::Client);

#[async_trait]
impl HttpService for Telling {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let has_body = request.method() != Method::HEAD;
        let response = HttpService::call(&self.0, request).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let message = match has_body {
            true => Limited::new(response.into_body(), LONGEST_MESSAGE)
                .collect()
                .await
                .map(|body| body.to_bytes())
                .unwrap_or_default(),
            false => bytes::Bytes::new(),
        };
        let answered = Answered {
            status: status.as_u16(),
            code: code(&message),
        };
        let kind = match status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            true => HttpErrorKind::Request,
            false => HttpErrorKind::Unknown,
        };
        Err(HttpError::new(kind, answered))
    }
}

/// The word in `<Code>` of S3's error document, if it is a word.
fn code(message: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(message).ok()?;
    let (_, rest) = text.split_once("<Code>")?;
    let (word, _) = rest.split_once("</Code>")?;
    let is_word = word.len() <= 64 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_word && !word.is_empty()).then(|| word.to_owned())
}

/// The TLS library wants to be told once which cryptography to use.
fn install_crypto() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // An error means that somebody in this process was quicker; theirs serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_of_the_error_document_is_taken() {
        let of = |text: &str| code(text.as_bytes());
        assert_eq!(
            of("<Error><Code>NoSuchBucket</Code><Message>x</Message></Error>").as_deref(),
            Some("NoSuchBucket")
        );
        assert_eq!(of("<Error><Code>a b</Code></Error>"), None);
        assert_eq!(of("{\"message\":\"no\"}"), None);
    }
}
