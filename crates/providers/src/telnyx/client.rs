//! Asks Telnyx's API. What there is to ask for one conversation stands in [`session`](super::session),
//! the walk through everything in [`walk`](super::walk), the sound in [`media`](super::media).

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use http::{HeaderValue, Method};
use jiff::{SignedDuration, Timestamp};
use ringback_model::{ProviderCallId, RecordingKey};
use serde_json::value::RawValue;
use url::Url;

use super::{
    API_KEY, PUBLIC_KEY, page::Page, payload::Ids, session::tolerated, snapshots::KIND_ACTIVE,
    walk::Walk,
};
use crate::{
    Account, ApiError, Client, ListedPage, MediaRef, MediaStream, Misunderstood, NotSet, Proof,
    Snapshot, WebhookChange, WebhookTarget,
    http::{Answer, Ask, Http, authorization_bearer, path},
    json::Object,
};

/// The most on a page, except of detail records.
pub(super) const PAGE_SIZE: &str = "250";
/// Pages of one question that are read on the spot.
const MOST_PAGES: usize = 40;
/// How long the list of applications is taken to be the same.
const SAME_APPLICATIONS: SignedDuration = SignedDuration::from_mins(10);

pub(super) const APPLICATIONS: &str = "/call_control_applications";
pub(super) const TEXML_APPLICATIONS: &str = "/texml_applications";
pub(super) const ACTIVE_CALLS: &str = "/connections/{connection_id}/active_calls";
pub(super) const CALL: &str = "/calls/{call_control_id}";
pub(super) const CALL_EVENTS: &str = "/call_events";
pub(super) const DELIVERIES: &str = "/webhook_deliveries";
pub(super) const RECORDINGS: &str = "/recordings";
pub(super) const RECORDING: &str = "/recordings/{recording_id}";
pub(super) const RECORDING_TRANSCRIPTIONS: &str = "/recording_transcriptions";
pub(super) const DETAIL_RECORDS: &str = "/detail_records";

/// Telnyx's API, for one account.
pub(super) struct TelnyxClient {
    pub(super) account: Arc<Account>,
    pub(super) http: Http,
    /// The applications whose calls can be asked for, and when they were listed.
    applications: Mutex<Option<(Timestamp, Vec<String>)>>,
}

impl TelnyxClient {
    pub(super) fn new(account: Arc<Account>, http: Http) -> Self {
        Self {
            account,
            http,
            applications: Mutex::default(),
        }
    }

    /// One for each key, to be tried in turn: while keys are rotated one of them may be dead.
    pub(super) fn authorizations(&self) -> Result<Vec<HeaderValue>, ApiError> {
        let keys = self.account.secrets.all(API_KEY);
        if keys.is_empty() {
            return Err(ApiError::NoKey(API_KEY));
        }
        keys.iter().map(authorization_bearer).collect()
    }

    pub(super) fn url(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Url, ApiError> {
        let mut url = path(self.http.base(), segments)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    pub(super) async fn ask(&self, template: &'static str, url: Url) -> Result<Answer, ApiError> {
        let ask = Ask {
            method: Method::GET,
            template,
            url,
            authorizations: self.authorizations()?,
            json: None,
        };
        self.http.ask(&ask).await
    }

    pub(super) async fn get(
        &self,
        template: &'static str,
        segments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Answer, ApiError> {
        let url = self.url(segments, query)?;
        self.ask(template, url).await
    }

    /// All pages of a question.
    pub(super) async fn pages(
        &self,
        template: &'static str,
        segments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Pages, ApiError> {
        let size = ("page[size]", PAGE_SIZE);
        let first = self.url(segments, &[query, &[size]].concat())?;
        self.pages_from(template, first).await
    }

    async fn pages_from(&self, template: &'static str, first: Url) -> Result<Pages, ApiError> {
        let mut answers = Vec::new();
        let mut next = Some(first);
        while let Some(url) = next.take() {
            let answer = self.ask(template, url.clone()).await?;
            let page = Page::read(&answer.body).map_err(|error| unexpected(template, &error))?;
            next = page.next.map(|next| next.at(&url));
            if next.is_some() && answers.len() + 1 >= MOST_PAGES {
                tracing::warn!(path = template, "there are more pages than are read");
                next = None;
            }
            answers.push(answer);
        }
        Ok(Pages { template, answers })
    }

    /// The ids of the applications and connections that can have calls going on.
    async fn applications(&self) -> Result<Vec<String>, ApiError> {
        let now = self.http.now();
        if let Some((listed_at, ids)) = self.held().as_ref()
            && now.duration_since(*listed_at) < SAME_APPLICATIONS
        {
            return Ok(ids.clone());
        }
        let mut ids = Vec::new();
        for (template, segment) in [
            (APPLICATIONS, "call_control_applications"),
            (TEXML_APPLICATIONS, "texml_applications"),
        ] {
            let pages = match self.pages(template, &[segment], &[]).await {
                Ok(pages) => pages,
                // Then every call that seems to go on is asked for by itself.
                Err(error) => {
                    tolerated(template, error)?;
                    continue;
                }
            };
            let listed = pages.items()?.into_iter().filter_map(|(raw, _)| {
                let application = Object::of(raw, "application")?;
                let is_active = application.boolean("active") != Some(false);
                application.text("id").filter(|_| is_active)
            });
            ids.extend(listed);
        }
        *self.held() = Some((now, ids.clone()));
        Ok(ids)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, Vec<String>)>> {
        self.applications
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What of the applications is worth knowing. Nothing of it is ever changed.
    fn notes(&self, applications: Option<&Pages>) -> Result<Vec<String>, ApiError> {
        let mut notes = Vec::new();
        if self.account.option(PUBLIC_KEY).is_none() {
            notes.push(
                "there is no public_key, and webhooks are signed for it: they are refused, and calls are found by asking"
                    .to_owned(),
            );
        }
        let items = applications.map(Pages::items).transpose()?;
        for (raw, _) in items.unwrap_or_default() {
            let Some(application) = Object::of(raw, "application") else {
                continue;
            };
            let address = application
                .text("webhook_event_url")
                .and_then(|url| Url::parse(&url).ok());
            if address.is_some() && address == self.account.webhook_url {
                let name = application.text("application_name").unwrap_or_default();
                notes.push(format!(
                    "the application {name:?} sends its webhooks to Ringback first, which answers no calls: they ring out unless something else controls them"
                ));
            }
        }
        Ok(notes)
    }
}

/// The pages of a list, each answer as it came.
pub(super) struct Pages {
    template: &'static str,
    pub(super) answers: Vec<Answer>,
}

impl Pages {
    /// All items, each with the moment its page describes.
    pub(super) fn items(&self) -> Result<Vec<(&RawValue, Timestamp)>, ApiError> {
        let mut items = Vec::new();
        for answer in &self.answers {
            let page =
                Page::read(&answer.body).map_err(|error| unexpected(self.template, &error))?;
            items.extend(page.items.into_iter().map(|raw| (raw, answer.at)));
        }
        Ok(items)
    }
}

#[async_trait]
impl Client for TelnyxClient {
    async fn check(&self) -> Result<Proof, ApiError> {
        let applications = self
            .pages(APPLICATIONS, &["call_control_applications"], &[])
            .await;
        let applications = match applications {
            // A key may be kept from the applications and good for everything else.
            Err(ApiError::KeyRefused) => {
                let query = [("page[size]", "1")];
                self.get(RECORDINGS, &["recordings"], &query).await?;
                None
            }
            applications => Some(applications?),
        };
        Ok(Proof {
            name: None,
            notes: self.notes(applications.as_ref())?,
        })
    }

    async fn call(&self, call: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError> {
        self.whole(call).await
    }

    async fn ongoing(&self) -> Result<Vec<Snapshot>, ApiError> {
        let mut snapshots = Vec::new();
        for id in self.applications().await? {
            let segments = ["connections", &id, "active_calls"];
            let first = self.url(&segments, &[("page[limit]", PAGE_SIZE)])?;
            let pages = match self.pages_from(ACTIVE_CALLS, first).await {
                Ok(pages) => pages,
                // It was deleted since the applications were listed.
                Err(ApiError::NotFound) => continue,
                Err(error) => return Err(error),
            };
            for (raw, at) in pages.items()? {
                let ids = Object::of(raw, "call").map(|object| Ids::read(&object));
                match ids.and_then(|ids| ids.both()) {
                    Some((call, _)) => snapshots.push(snapshot(KIND_ACTIVE, call, raw, at)),
                    None => tracing::warn!(
                        path = ACTIVE_CALLS,
                        "a call that goes on names no session or no leg; left out"
                    ),
                }
            }
        }
        Ok(snapshots)
    }

    async fn list(&self, since: Timestamp, page: Option<&str>) -> Result<ListedPage, ApiError> {
        self.walk(since, Walk::parse(page)?).await
    }

    async fn webhooks(&self) -> Result<Vec<WebhookTarget>, ApiError> {
        self.callbacks().await
    }

    async fn set_webhook(&self, change: WebhookChange<'_>) -> Result<(), NotSet> {
        self.set_callback(change).await
    }

    async fn media(
        &self,
        media: MediaRef<'_>,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        self.open_media(media, from, validator).await
    }

    async fn delete(
        &self,
        _call: &ProviderCallId,
        recording: &RecordingKey,
    ) -> Result<(), ApiError> {
        self.delete_recording(recording).await
    }
}

pub(super) fn snapshot(
    kind: &'static str,
    call: ProviderCallId,
    raw: &RawValue,
    at: Timestamp,
) -> Snapshot {
    Snapshot {
        kind,
        call,
        body: bytes::Bytes::copy_from_slice(raw.get().as_bytes()),
        at,
    }
}

pub(super) fn unexpected(template: &str, error: &Misunderstood) -> ApiError {
    ApiError::Unexpected(format!("{error} in the answer to GET {template}"))
}
