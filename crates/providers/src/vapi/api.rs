//! Reading from Vapi's API with an account's keys.

use std::sync::Arc;

use http::{HeaderValue, Method};
use ringback_model::ProviderCallId;
use url::Url;

use super::{API_KEY, links};
use crate::{
    Account, ApiError, Misunderstood,
    http::{Answer, Ask, Http, MediaAsk, Opened, authorization_bearer, path},
};

/// The API as one account sees it. Clones share the pace.
#[derive(Clone)]
pub(super) struct Api {
    pub(super) account: Arc<Account>,
    pub(super) http: Http,
}

impl Api {
    /// One for each key, to be tried in turn: while keys are rotated one of them may be dead.
    pub(super) fn authorizations(&self) -> Result<Vec<HeaderValue>, ApiError> {
        let keys = self.account.secrets.all(API_KEY);
        if keys.is_empty() {
            return Err(ApiError::NoKey(API_KEY));
        }
        keys.iter().map(authorization_bearer).collect()
    }

    pub(super) async fn get(
        &self,
        template: &'static str,
        segments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Answer, ApiError> {
        let mut url = path(self.http.base(), segments)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let ask = Ask {
            method: Method::GET,
            template,
            url,
            authorizations: self.authorizations()?,
            json: None,
        };
        self.http.ask(&ask).await
    }

    /// Opens a file through the API, which redirects to the storage.
    pub(super) async fn open_recording(
        &self,
        call: &ProviderCallId,
        file: &str,
        from: u64,
        validator: Option<&str>,
    ) -> Result<Opened, ApiError> {
        let url = links::recording(self.http.base(), call.as_str(), file)?;
        let mut answer = None;
        for authorization in self.authorizations()? {
            let opened = self.open(url.clone(), Some(authorization), from, validator);
            match opened.await? {
                refused @ Opened::Turned {
                    by_api: true,
                    error: ApiError::KeyRefused,
                    ..
                } => answer = Some(refused),
                opened => return Ok(opened),
            }
        }
        answer.ok_or(ApiError::NoKey(API_KEY))
    }

    /// Opens a link. The key goes to the API only, wherever that leads.
    pub(super) async fn open(
        &self,
        url: Url,
        authorization: Option<HeaderValue>,
        from: u64,
        validator: Option<&str>,
    ) -> Result<Opened, ApiError> {
        let ask = MediaAsk {
            url,
            authorization,
            storage: links::STORAGE,
            from,
            validator,
        };
        self.http.open(&ask).await
    }
}

/// The error for an answer of another shape.
pub(super) fn wrong(template: &str, error: &Misunderstood) -> ApiError {
    unexpected(template, &error.to_string())
}

pub(super) fn unexpected(template: &str, what: &str) -> ApiError {
    ApiError::Unexpected(format!("{what} in the answer to GET {template}"))
}
