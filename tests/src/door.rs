//! The provider's side of the door: webhooks are posted as a provider posts them.

use std::{fs, net::SocketAddr, path::Path, sync::Once};

use reqwest::{Certificate, Client};
use ringback_peers::free_port;
use ringback_simulator::Delivery;
use serde_json::Value;
use url::Url;

/// An address for a door that nobody else uses, so that a door can be closed and opened again at the
/// same place.
///
/// # Panics
/// When no port is free.
pub fn address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], free_port()))
}

/// What the door said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `status` of the JSON: `accepted`, `duplicate`, `rejected`, ...
    pub word: String,
    /// `reason` of the JSON.
    pub reason: Option<String>,
}

impl Answer {
    /// Whether the sender may forget the event.
    pub fn is_kept(&self) -> bool {
        self.status == 200
    }
}

/// Somebody who posts to a door.
#[derive(Clone, Debug)]
pub struct Sender {
    client: Client,
    door: Url,
}

impl Sender {
    /// One who knows this door.
    ///
    /// # Panics
    /// When no HTTP client can be made.
    pub fn new(door: &Url) -> Self {
        Self {
            client: client(None),
            door: door.clone(),
        }
    }

    /// One who knows this door behind a proxy with a certificate of this CA.
    ///
    /// # Panics
    /// When no HTTP client can be made with it.
    pub fn trusting(door: &Url, ca_file: &Path) -> Self {
        let pem = fs::read(ca_file).expect("a certificate");
        let ca = Certificate::from_pem(&pem).expect("a certificate");
        Self {
            client: client(Some(ca)),
            door: door.clone(),
        }
    }

    /// The door's address without a path.
    pub fn door(&self) -> &Url {
        &self.door
    }

    /// Posts a signed webhook. An error means that nobody answered: the provider does not know
    /// whether it arrived.
    pub async fn post(&self, delivery: &Delivery) -> Result<Answer, reqwest::Error> {
        let headers: Vec<(&str, &str)> = delivery
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.post_bytes(&delivery.url_path, &headers, delivery.body.to_vec())
            .await
    }

    /// Posts any bytes.
    pub async fn post_bytes(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Answer, reqwest::Error> {
        let url = format!("{}{path}", self.door.as_str().trim_end_matches('/'));
        let mut request = self.client.post(url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let words: Value = serde_json::from_slice(&answer.bytes().await?).unwrap_or_default();
        let text = |name: &str| words[name].as_str().map(str::to_owned);
        Ok(Answer {
            status,
            word: text("status").unwrap_or_default(),
            reason: text("reason"),
        })
    }

    /// `GET /healthz`; 0 when nobody answers.
    pub async fn health(&self) -> u16 {
        let url = format!("{}/healthz", self.door.as_str().trim_end_matches('/'));
        match self.client.get(url).send().await {
            Ok(answer) => answer.status().as_u16(),
            Err(_) => 0,
        }
    }
}

/// A client that follows nothing and keeps no connection: a provider's next webhook comes from
/// anywhere.
fn client(ca: Option<Certificate>) -> Client {
    static RUSTLS: Once = Once::new();
    RUSTLS.call_once(|| {
        // Another crate may have installed its own already; either is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder()
        .tls_certs_merge(ca)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()
        .expect("an HTTP client without TLS certificates of its own")
}
