//! There is nobody to ask. What can be proven of an account is proven from its settings; recordings
//! are fetched from the links that were told.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use ringback_model::ProviderCallId;

use super::{NOWHERE, WEBHOOK_SECRET, links};
use crate::{
    Account, ApiError, Client, ListedPage, MediaRef, MediaStream, Proof, Snapshot,
    http::{Http, MediaAsk, Opened},
    standard_webhooks,
};

/// Standard Webhooks wants keys of 24 to 64 bytes.
const SHORTEST_KEY: usize = 24;

/// The empty chair in place of an API, for one account.
pub(super) struct CustomClient {
    account: Arc<Account>,
    http: Http,
}

impl CustomClient {
    pub(super) fn new(account: Arc<Account>, http: Http) -> Self {
        Self { account, http }
    }

    /// The hosts that links may lead to.
    fn hosts(&self) -> Vec<String> {
        let base = self.account.base_url.as_str().trim_end_matches('/');
        let own = (base != NOWHERE)
            .then(|| self.account.base_url.host_str())
            .flatten();
        let named = self.account.media_hosts.iter().cloned();
        own.map(str::to_owned).into_iter().chain(named).collect()
    }
}

#[async_trait]
impl Client for CustomClient {
    async fn check(&self) -> Result<Proof, ApiError> {
        let secrets = self.account.secrets.all(WEBHOOK_SECRET);
        if secrets.is_empty() {
            return Err(ApiError::NoKey(WEBHOOK_SECRET));
        }
        let mut notes = vec![
            "There is no API to ask: whether your backend signs with this secret shows with its first event."
                .to_owned(),
        ];
        let is_short =
            |secret| standard_webhooks::key(secret).is_some_and(|key| key.len() < SHORTEST_KEY);
        if secrets.iter().any(is_short) {
            notes.push(format!(
                "webhook_secret has fewer than {SHORTEST_KEY} bytes; `openssl rand -base64 32` makes a better one."
            ));
        }
        let hosts = self.hosts();
        notes.push(if hosts.is_empty() {
            "No recording can be fetched yet: name the hosts that your links lead to in media_hosts of the account."
                .to_owned()
        } else {
            format!("Recordings are fetched from {}.", hosts.join(", "))
        });
        Ok(Proof { name: None, notes })
    }

    async fn call(&self, _call: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError> {
        Ok(Vec::new())
    }

    async fn ongoing(&self) -> Result<Vec<Snapshot>, ApiError> {
        Ok(Vec::new())
    }

    async fn list(&self, _since: Timestamp, _page: Option<&str>) -> Result<ListedPage, ApiError> {
        Ok(ListedPage::default())
    }

    async fn media(
        &self,
        media: MediaRef<'_>,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        let link = media.link.ok_or(ApiError::NotReady)?;
        let ask = MediaAsk {
            url: link.url.reveal().clone(),
            // A link is all there is.
            authorization: None,
            storage: links::STORAGE,
            from,
            validator,
        };
        match self.http.open(&ask).await? {
            Opened::Stream(stream) => Ok(stream),
            Opened::Turned {
                status,
                said,
                error,
                ..
            } => {
                let now = self.http.now();
                Err(links::meaning(link, status, &said, now).unwrap_or(error))
            }
        }
    }
}
