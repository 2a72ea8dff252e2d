//! Asks the own door through the public address.

use std::{
    error::Error as _,
    fs, io,
    path::PathBuf,
    sync::OnceLock,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use reqwest::{Certificate, Client, Response, redirect};
use ringback_intake::Canary;
use ringback_tunnel::{Probe, Reason, ReasonCode};
use url::Url;

/// An answer of ours is much shorter, in bytes.
const LONGEST: usize = 4 << 10;

const CONNECT_TIME: Duration = Duration::from_secs(8);

/// Posts signed probes.
pub(super) struct DoorProbe {
    canary: Canary,
    ca_file: Option<PathBuf>,
    client: OnceLock<Result<Client, Reason>>,
}

impl DoorProbe {
    pub(super) fn new(canary: Canary, ca_file: Option<PathBuf>) -> Self {
        Self {
            canary,
            ca_file,
            client: OnceLock::new(),
        }
    }

    fn client(&self) -> Result<&Client, Reason> {
        let made = self.client.get_or_init(|| client(self.ca_file.as_ref()));
        made.as_ref().map_err(Clone::clone)
    }
}

/// Every probe goes the whole way: no connection is kept, no answer is cached, no redirect followed.
pub(crate) fn client(ca_file: Option<&PathBuf>) -> Result<Client, Reason> {
    // Somebody in this process may have been quicker; theirs serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("ringback/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT_TIME);
    if let Some(file) = ca_file {
        let unusable = |what: String| {
            Reason::new(
                ReasonCode::Tls,
                format!("the ca_file {} cannot be used: {what}", file.display()),
            )
        };
        let pem = fs::read(file).map_err(|error| unusable(error.to_string()))?;
        let certificates =
            Certificate::from_pem_bundle(&pem).map_err(|error| unusable(error.to_string()))?;
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| {
        Reason::new(
            ReasonCode::Tls,
            format!("no connection with certificates can be made: {error}"),
        )
    })
}

#[async_trait]
impl Probe for DoorProbe {
    async fn probe(&self, public: &Url) -> Result<Duration, Reason> {
        let nonce: [u8; 16] = rand::random();
        let url = format!("{}{}", public.as_str().trim_end_matches('/'), Canary::PATH);
        let client = self.client()?;
        let begin = Instant::now();
        let asked = client
            .post(url)
            .header("content-type", "text/plain")
            .header("cache-control", "no-store")
            // Some free services put a page of their own in front of what looks like a browser.
            .header("ngrok-skip-browser-warning", "1")
            .body(self.canary.question(nonce))
            .send()
            .await;
        let answer = asked.map_err(|error| why(public, error))?;
        let status = answer.status().as_u16();
        let body = read(answer).await;
        let round_trip = begin.elapsed();
        if self.canary.is_proof(nonce, &body) {
            return Ok(round_trip);
        }
        Err(match status {
            502..=504 | 530 => Reason::new(
                ReasonCode::NoAnswer,
                format!("{public} answers {status}: the proxy there finds nothing behind it"),
            ),
            _ => Reason::new(
                ReasonCode::AnswersElsewhere,
                format!("{public} answers {status}, but it is not this door that answers"),
            ),
        })
    }
}

/// What of the answer is worth reading.
pub(crate) async fn read(mut answer: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        body.extend_from_slice(&piece);
        if body.len() > LONGEST {
            return Vec::new();
        }
    }
    body
}

/// Names what went wrong, without the words of libraries where they do not help.
pub(crate) fn why(public: &Url, error: reqwest::Error) -> Reason {
    let error = error.without_url();
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(some) = cause {
        causes.push(some.to_string());
        if let Some(tls) = tls(some) {
            return Reason::new(
                ReasonCode::Tls,
                format!("the certificate of {public} is not accepted: {tls}"),
            );
        }
        cause = some.source();
    }
    if causes.iter().any(|cause| cause.contains("dns error")) {
        let name = public.host_str().unwrap_or_default();
        return Reason::new(
            ReasonCode::NameUnknown,
            format!("the name {name} of the public address leads nowhere"),
        );
    }
    let last = causes.pop().unwrap_or_else(|| error.to_string());
    Reason::new(
        ReasonCode::NoAnswer,
        format!("{public} cannot be reached: {last}"),
    )
}

fn tls(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(error.to_string());
    }
    // What an I/O error carries is not among its sources, and it may carry another one.
    tls(cause.downcast_ref::<io::Error>()?.get_ref()?)
}
