//! Carries requests to the API of one account.

use std::{
    fmt,
    sync::{Arc, Once, OnceLock},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use reqwest::{Response, redirect};
use ringback_model::Clock;
use url::Url;

use super::{
    Answer, answer,
    destinations::{self, Destinations},
    guard::{GuardedResolver, Lookup, SystemLookup},
    pace::{Gate, Urgency},
    retry,
};
use crate::{Account, ApiError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// A list of many calls may take its time (Retell's own SDK waits five minutes for one).
const API_TIMEOUT: Duration = Duration::from_secs(5 * 60);
/// The longest answer of an API that is taken in.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;
/// Redirects that are followed for one request.
pub(super) const MOST_HOPS: usize = 5;

/// The way out to one account's provider: guarded, paced, with retries. Clones share the pace.
#[derive(Clone)]
pub struct Http {
    pub(super) way: Arc<Way>,
    pub(super) urgency: Urgency,
}

/// What the clones share.
pub(super) struct Way {
    pub(super) destinations: Destinations,
    pub(super) gate: Gate,
    pub(super) clock: Clock,
    resolver: Arc<GuardedResolver>,
    /// Made when first needed: reading the system's certificates takes a while.
    api: OnceLock<Result<reqwest::Client, ApiError>>,
    media: OnceLock<Result<reqwest::Client, ApiError>>,
}

/// One request to the API. It only reads, deletes what stays deleted, or sets what is the same when it is
/// set twice, so it may be sent again.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// The path as documented, for logs and errors.
    pub(crate) template: &'static str,
    pub(crate) url: Url,
    /// The keys, tried in turn as long as they are refused.
    pub(crate) authorizations: Vec<HeaderValue>,
    pub(crate) json: Option<serde_json::Value>,
}

impl Http {
    /// The way out for `account`. `pace` is the pause between the starts of two requests to the
    /// API; the pauses between tries are measured in it, so with zero nothing waits.
    pub fn for_account(account: &Account, clock: Clock, pace: Duration) -> Self {
        Self::with_lookup(account, clock, pace, Arc::new(SystemLookup))
    }

    /// The same with a resolver of one's own. What it finds is vetted like everything else.
    pub fn with_lookup(
        account: &Account,
        clock: Clock,
        pace: Duration,
        lookup: Arc<dyn Lookup>,
    ) -> Self {
        let destinations = Destinations::of(account);
        let resolver = Arc::new(GuardedResolver {
            lookup,
            allow_private: destinations.allow_private(),
        });
        let way = Way {
            destinations,
            gate: Gate::new(pace),
            clock,
            resolver,
            api: OnceLock::new(),
            media: OnceLock::new(),
        };
        Self {
            way: Arc::new(way),
            urgency: Urgency::Live,
        }
    }

    /// The same way, walked for something else: it shares the pace, and waits for its turn.
    #[must_use]
    pub fn walked_for(&self, urgency: Urgency) -> Self {
        Self {
            way: self.way.clone(),
            urgency,
        }
    }

    /// Where the API is.
    pub(crate) fn base(&self) -> &Url {
        self.way.destinations.base()
    }

    /// The time now by the account's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.way.clock.now()
    }

    /// Lets nobody begin within so many paces: some questions count for more than one.
    pub(crate) fn rest(&self, paces: u32) {
        let gate = &self.way.gate;
        gate.hold_until(tokio::time::Instant::now() + gate.pace() * paces);
    }

    /// Asks the API; tries again what may pass, a few times.
    pub(crate) async fn ask(&self, ask: &Ask) -> Result<Answer, ApiError> {
        self.ask_posting(ask, None).await
    }

    /// The same with a form as the body, for APIs that take no JSON.
    pub(crate) async fn ask_with_form(
        &self,
        ask: &Ask,
        form: &[(&str, &str)],
    ) -> Result<Answer, ApiError> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        self.ask_posting(ask, Some(&form)).await
    }

    async fn ask_posting(&self, ask: &Ask, form: Option<&str>) -> Result<Answer, ApiError> {
        self.way.destinations.check_api(&ask.url)?;
        let mut answer = Err(ApiError::KeyRefused);
        for authorization in &ask.authorizations {
            answer = self.ask_with(ask, form, authorization).await;
            if answer != Err(ApiError::KeyRefused) {
                break;
            }
        }
        answer
    }

    async fn ask_with(
        &self,
        ask: &Ask,
        form: Option<&str>,
        authorization: &HeaderValue,
    ) -> Result<Answer, ApiError> {
        let way = &*self.way;
        let mut pauses = retry::pauses(way.gate.pace());
        loop {
            let tried = way.try_once(ask, form, authorization, self.urgency).await;
            let failure = match tried {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let pause = pauses.next().filter(|_| failure.may_retry);
            let asked = failure.asked_wait.unwrap_or_default();
            match pause {
                Some(_) if asked > retry::longest_pause(way.gate.pace()) => {
                    let now = way.clock.now();
                    let until = answer::later(now, asked);
                    way.gate.close(now, until);
                    return Err(ApiError::RateLimited(until));
                }
                Some(pause) => {
                    let pause = pause.max(asked);
                    if let ApiError::RateLimited(_) = failure.error {
                        way.gate.hold_until(tokio::time::Instant::now() + pause);
                    }
                    tokio::time::sleep(pause).await;
                }
                None => {
                    if let ApiError::RateLimited(until) = failure.error {
                        way.gate.close(way.clock.now(), until);
                    }
                    return Err(failure.error);
                }
            }
        }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http")
            .field("host", &destinations::host(self.base()))
            .finish_non_exhaustive()
    }
}

/// A try that gave no answer.
struct Failure {
    error: ApiError,
    may_retry: bool,
    asked_wait: Option<Duration>,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self {
            may_retry: matches!(error, ApiError::Transport(_)),
            error,
            asked_wait: None,
        }
    }
}

impl Way {
    fn api(&self) -> Result<&reqwest::Client, ApiError> {
        let api = self.api.get_or_init(|| self.build(builder()));
        api.as_ref().map_err(Clone::clone)
    }

    /// Sound is stored as it is sent, so the client for it must not unpack anything.
    pub(super) fn media(&self) -> Result<&reqwest::Client, ApiError> {
        let media = self.media.get_or_init(|| self.build(builder().no_gzip()));
        media.as_ref().map_err(Clone::clone)
    }

    fn build(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::Client, ApiError> {
        builder
            .dns_resolver(self.resolver.clone())
            .build()
            .map_err(|_| ApiError::Transport("TLS cannot be set up on this machine".into()))
    }

    /// Waits for the next start, unless the provider asked to be left alone.
    pub(super) async fn pass_gate(&self, urgency: Urgency) -> Result<(), ApiError> {
        if let Some(until) = self.gate.closed(self.clock.now()) {
            return Err(ApiError::RateLimited(until));
        }
        self.gate.pass(urgency).await;
        Ok(())
    }

    async fn try_once(
        &self,
        ask: &Ask,
        form: Option<&str>,
        authorization: &HeaderValue,
        urgency: Urgency,
    ) -> Result<Answer, Failure> {
        self.pass_gate(urgency).await?;
        let response = self.send(ask, form, authorization).await?;
        let (status, headers) = (response.status(), response.headers());
        let now = self.clock.now();
        tracing::debug!(
            host = destinations::host(&ask.url),
            method = %ask.method,
            path = ask.template,
            status = status.as_u16(),
            "asked the provider"
        );
        if !status.is_success() {
            return Err(Failure {
                error: answer::error_of(status, headers, now),
                may_retry: retry::is_worth_retrying(status, headers),
                asked_wait: match status {
                    StatusCode::TOO_MANY_REQUESTS => retry::refused_wait(headers, now),
                    _ => retry::asked_wait(headers, now),
                },
            });
        }
        let at = answer::date(headers).unwrap_or(now);
        let body = read_whole(response, ask).await?;
        Ok(Answer { body, at })
    }

    /// Sends the request and follows redirects that stay at the API.
    async fn send(
        &self,
        ask: &Ask,
        form: Option<&str>,
        authorization: &HeaderValue,
    ) -> Result<Response, ApiError> {
        let client = self.api()?;
        let mut url = ask.url.clone();
        for _ in 0..=MOST_HOPS {
            self.destinations.check_api(&url)?;
            let mut request = client
                .request(ask.method.clone(), url.clone())
                .timeout(API_TIMEOUT)
                .header(header::AUTHORIZATION, authorization.clone())
                .header(header::ACCEPT, "application/json");
            if let Some(json) = &ask.json {
                request = request.json(json);
            }
            if let Some(form) = form {
                request = request
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(form.to_owned());
            }
            let response = request
                .send()
                .await
                .map_err(|error| answer::error_on_the_way(&url, &error))?;
            match redirect_target(&response, &url) {
                // A redirected POST would have to be sent again as something else.
                Some(next) if ask.method == Method::GET => url = next,
                Some(_) => return Err(unexpected("a redirect", ask)),
                None => return Ok(response),
            }
        }
        Err(unexpected("too many redirects", ask))
    }
}

fn unexpected(what: &str, ask: &Ask) -> ApiError {
    ApiError::Unexpected(format!(
        "{what} in the answer to {} {}",
        ask.method, ask.template
    ))
}

/// Reads an answer to its end, as long as it is no longer than allowed.
async fn read_whole(mut response: Response, ask: &Ask) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    loop {
        let chunk = response
            .chunk()
            .await
            .map_err(|error| answer::error_on_the_way(&ask.url, &error))?;
        let Some(chunk) = chunk else { break };
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(unexpected("more than 32 MiB", ask));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Where a redirect leads. `None` for every other answer, and for a redirect to nowhere.
pub(super) fn redirect_target(response: &Response, from: &Url) -> Option<Url> {
    let redirects = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    redirects.then(|| from.join(location).ok()).flatten()
}

/// The address of a path below the API's base. Each segment is one segment, whatever it contains:
/// an id with a slash in it does not lead somewhere else.
pub(crate) fn path(base: &Url, segments: &[&str]) -> Result<Url, ApiError> {
    // The URL rules drop such segments instead of escaping them, so the path would be another one.
    if segments
        .iter()
        .any(|segment| matches!(*segment, "" | "." | ".."))
    {
        return Err(ApiError::NotFound);
    }
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .map_err(|()| ApiError::Forbidden("base_url is no web address".into()))?
        .pop_if_empty()
        .extend(segments);
    Ok(url)
}

fn builder() -> reqwest::ClientBuilder {
    install_crypto();
    reqwest::Client::builder()
        .user_agent(concat!("ringback/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_IDLE_TIMEOUT)
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
    fn an_id_stays_one_segment_of_the_path() {
        let base = Url::parse("https://api.example.org/v2").expect("a URL");
        let url = path(&base, &["get-call", "a/../b?c#d é"]).expect("a path");
        assert_eq!(
            url.as_str(),
            "https://api.example.org/v2/get-call/a%2F..%2Fb%3Fc%23d%20%C3%A9"
        );
        for odd in ["", ".", ".."] {
            assert_eq!(path(&base, &["get-call", odd]), Err(ApiError::NotFound));
        }
    }
}
