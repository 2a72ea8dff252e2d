//! Asks Vapi's API: calls, what they name by id, and the sound.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use ringback_model::{Availability, Link, ProviderCallId, Reason};
use serde_json::value::RawValue;

use super::{
    WEBHOOK_SECRET,
    api::{Api, unexpected, wrong},
    auth::Auth,
    composed::{self, Composed},
    directory::Directory,
    events::{self, KIND_CALL},
    links,
    payload::VapiCall,
    walk::{Listed, Walk, moment},
    webhooks,
};
use crate::{
    Account, ApiError, Client, ListedPage, MediaRef, MediaStream, NotSet, Proof, Snapshot,
    WebhookChange, WebhookTarget,
    http::{Http, Opened},
    json::Object,
};

/// Calls a page. The most is 1,000, but a call comes with everything that was said in it, and the
/// prompts of its assistant.
const PAGE: usize = 50;

/// No call lasts longer (`maxDurationSeconds` is at most 43,200).
const LONGEST_CALL: SignedDuration = SignedDuration::from_hours(12);

const CALL: &str = "/call/{id}";
const CALLS: &str = "/call";
const ASSISTANTS: &str = "/assistant";

/// How many assistants are looked at for where they send their messages.
const ASSISTANTS_LOOKED_AT: &str = "100";

/// Vapi's API, for one account.
pub(super) struct VapiClient {
    api: Api,
    directory: Directory,
}

impl VapiClient {
    pub(super) fn new(account: Arc<Account>, http: Http) -> Self {
        Self {
            api: Api { account, http },
            directory: Directory::default(),
        }
    }

    /// One page of calls.
    async fn calls(&self, query: &[(&str, &str)]) -> Result<Page, ApiError> {
        let answer = self.api.get(CALLS, &["call"], query).await?;
        let items: Vec<&RawValue> = serde_json::from_slice(&answer.body)
            .map_err(|_| unexpected(CALLS, "what should be a list is none"))?;
        let length = items.len();
        let mut calls = Vec::with_capacity(length);
        for raw in items {
            let id = Object::of(raw, "call").and_then(|call| call.text("id"));
            match id {
                Some(id) => calls.push((id, raw.to_owned())),
                None => tracing::warn!(path = CALLS, "a listed call has no id; left out"),
            }
        }
        Ok(Page {
            at: answer.at,
            length,
            calls,
        })
    }

    /// A call of a list, as a snapshot.
    async fn listed(&self, id: &str, raw: &RawValue, at: Timestamp) -> Snapshot {
        let call = Object::of(raw, "call");
        Snapshot {
            kind: call.as_ref().map_or(KIND_CALL, events::kind_of_listed),
            call: ProviderCallId::new(id),
            body: self.compose(raw).await,
            at,
        }
    }

    /// A call of the API with what it names by id.
    async fn compose(&self, raw: &RawValue) -> bytes::Bytes {
        let Some(call) = Object::of(raw, "call") else {
            return composed::write(raw, None, None);
        };
        let lacks = |object: &str, member: &str| {
            call.object(object)
                .is_none_or(|object| object.text(member).is_none())
        };
        let number = match call.text("phoneNumberId") {
            Some(id) if lacks("phoneNumber", "number") => {
                self.directory.number(&self.api, &id).await
            }
            _ => None,
        };
        let assistant = match call.text("assistantId") {
            Some(id) if lacks("assistant", "name") => {
                self.directory.assistant(&self.api, &id).await
            }
            _ => None,
        };
        composed::write(raw, number.as_ref(), assistant.as_ref())
    }

    async fn get_call(
        &self,
        call: &ProviderCallId,
    ) -> Result<(Box<RawValue>, Timestamp), ApiError> {
        let answer = self.api.get(CALL, &["call", call.as_str()], &[]).await?;
        let raw: &RawValue = serde_json::from_slice(&answer.body)
            .map_err(|_| unexpected(CALL, "what should be a call is no JSON"))?;
        Ok((raw.to_owned(), answer.at))
    }

    async fn open_link(
        &self,
        link: &url::Url,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        let opened = self.api.open(link.clone(), None, from, validator).await?;
        match opened {
            Opened::Stream(stream) => Ok(stream),
            // S3 and its likes answer 400 as well where a signature is over or missing.
            Opened::Turned {
                status: 400 | 401 | 403 | 404 | 410,
                ..
            } => Err(ApiError::LinkDead),
            Opened::Turned { error, .. } => Err(error),
        }
    }

    /// Opens a file through the API. `None` if it is not there (yet).
    async fn open_file(
        &self,
        call: &ProviderCallId,
        file: &str,
        from: u64,
        validator: Option<&str>,
    ) -> Result<Option<MediaStream>, ApiError> {
        match self.api.open_recording(call, file, from, validator).await? {
            // The description lists an empty answer beside the redirect.
            Opened::Stream(stream) if stream.starts_at == 0 && stream.length == Some(0) => Ok(None),
            Opened::Stream(stream) => Ok(Some(stream)),
            // Not there, or gone with the call; what the API says of the call tells which.
            Opened::Turned {
                status: 400 | 404,
                by_api: true,
                ..
            } => Ok(None),
            // The link is of this moment, so it is not dead; the file is not there yet.
            Opened::Turned {
                status: 400 | 401 | 403 | 404 | 410,
                by_api: false,
                ..
            } => Ok(None),
            Opened::Turned { error, .. } => Err(error),
        }
    }

    /// Opens what the API says is there of a call, or says why there is nothing.
    async fn open_what_is_there(
        &self,
        call: &ProviderCallId,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        let (raw, at) = match self.get_call(call).await {
            // Calls beyond the plan's retention are answered with this, seen and not documented. An
            // id of another shape is answered so too.
            Err(ApiError::Server(400)) if is_uuid(call.as_str()) => {
                return Err(ApiError::Withheld(Reason::Retention));
            }
            Err(ApiError::Server(400)) => return Err(ApiError::NotFound),
            told => told?,
        };
        let told = Composed::read(raw.get().as_bytes())
            .and_then(VapiCall::of_answer)
            .map_err(|error| wrong(CALL, &error))?;
        for link in told.recordings.links() {
            match self.open_link(link, from, validator).await {
                Err(ApiError::LinkDead) => {}
                opened => return opened,
            }
        }
        if told.recordings.has_mono
            && let Some(stream) = self.open_file(call, links::MONO, from, validator).await?
        {
            return Ok(stream);
        }
        match events::availability(&self.api.account, &told, at) {
            Some(Availability::Absent(reason) | Availability::Withheld(reason)) => {
                Err(ApiError::Withheld(reason))
            }
            Some(Availability::Deleted) => Err(ApiError::Withheld(Reason::DeletedAtProvider)),
            Some(Availability::Expected | Availability::Available) | None => {
                Err(ApiError::NotReady)
            }
        }
    }

    /// What is worth knowing of how messages come here.
    async fn notes(&self) -> Vec<String> {
        let account = &self.api.account;
        let mut notes = Vec::new();
        let has_secret = account.secrets.first(WEBHOOK_SECRET).is_some();
        match Auth::of(account) {
            Ok(Auth::Nothing) if account.accept_unsigned => notes.push(
                "webhooks come without authentication: only their ids are used, and the API is asked for everything else".into(),
            ),
            Ok(Auth::Nothing) => notes.push(
                "webhook_auth is \"none\", so webhooks are refused, and calls are found by polling".into(),
            ),
            _ if !has_secret => notes.push(
                "there is no webhook_secret, so webhooks are refused, and calls are found by polling".into(),
            ),
            _ => {}
        }
        notes.extend(self.messages_that_go_elsewhere().await);
        notes
    }

    /// One place gets each message, and an assistant's own comes before the account's: what is sent
    /// elsewhere does not come here.
    async fn messages_that_go_elsewhere(&self) -> Option<String> {
        let ours = self.api.account.webhook_url.as_ref()?;
        let query = [("limit", ASSISTANTS_LOOKED_AT)];
        let answer = self
            .api
            .get(ASSISTANTS, &["assistant"], &query)
            .await
            .ok()?;
        let items: Vec<&RawValue> = serde_json::from_slice(&answer.body).ok()?;
        let elsewhere = |raw: &&&RawValue| {
            let url = Object::of(raw, "assistant")
                .and_then(|assistant| assistant.object("server")?.text("url"));
            url.is_some_and(|url| url.trim_end_matches('/') != ours.as_str().trim_end_matches('/'))
        };
        let count = items.iter().filter(elsewhere).count();
        (count > 0).then(|| {
            format!(
                "{count} of {} assistants send their messages to another server; their calls are found by polling",
                items.len()
            )
        })
    }
}

#[async_trait]
impl Client for VapiClient {
    async fn check(&self) -> Result<Proof, ApiError> {
        self.calls(&[("limit", "1")]).await?;
        Ok(Proof {
            // No answer of the API says what the organization is called.
            name: None,
            notes: self.notes().await,
        })
    }

    async fn call(&self, call: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError> {
        let (raw, at) = match self.get_call(call).await {
            // Beyond the retention of the plan, or an id of another shape: it is not there any more.
            Err(ApiError::Server(400)) => return Err(ApiError::NotFound),
            told => told?,
        };
        Ok(vec![Snapshot {
            kind: KIND_CALL,
            call: call.clone(),
            body: self.compose(&raw).await,
            at,
        }])
    }

    /// The list cannot be asked for calls that go on, so the newest are looked at. One that goes on
    /// for so long that it is not among them is asked for by itself.
    async fn ongoing(&self) -> Result<Vec<Snapshot>, ApiError> {
        let since = self.api.http.now().saturating_sub(LONGEST_CALL);
        let since = moment(since.unwrap_or(Timestamp::MIN));
        let limit = PAGE.to_string();
        let query = [("limit", limit.as_str()), ("createdAtGe", &since)];
        let page = self.calls(&query).await?;
        let mut snapshots = Vec::new();
        for (id, raw) in &page.calls {
            let status = Object::of(raw, "call").and_then(|call| call.text("status"));
            let goes_on = status.is_some_and(|status| {
                matches!(
                    status.as_str(),
                    "queued" | "ringing" | "in-progress" | "forwarding"
                )
            });
            if goes_on {
                snapshots.push(self.listed(id, raw, page.at).await);
            }
        }
        Ok(snapshots)
    }

    /// Everything that changed since then, which is more than what began: a call that was long, a
    /// summary that came late.
    /// The list is asked for what changed (`updatedAtGt`), and a call that ends or is told in full
    /// changes. So only clocks that differ and changes that are listed late have to be made up for.
    fn list_overlap(&self) -> SignedDuration {
        SignedDuration::from_mins(10)
    }

    async fn list(&self, since: Timestamp, page: Option<&str>) -> Result<ListedPage, ApiError> {
        let walk = Walk::of(page)?;
        let (limit, since) = (PAGE.to_string(), moment(since));
        let filters = walk.query();
        let query: Vec<(&str, &str)> = [("limit", limit.as_str()), ("updatedAtGt", &since)]
            .into_iter()
            .chain(filters.iter().map(|(name, value)| (*name, value.as_str())))
            .collect();
        let page = self.calls(&query).await?;
        let mut named = BTreeSet::new();
        let mut snapshots = Vec::new();
        for (id, raw) in &page.calls {
            if !walk.has_seen(id) && named.insert(id) {
                snapshots.push(self.listed(id, raw, page.at).await);
            }
        }
        let listed: Vec<Listed> = page
            .calls
            .iter()
            .map(|(id, raw)| Listed {
                id: id.clone(),
                created_at: Object::of(raw, "call").and_then(|call| call.moment("createdAt")),
            })
            .collect();
        let left = walk.after(&listed, page.length >= PAGE)?;
        Ok(ListedPage {
            snapshots,
            next: left.map(|walk| walk.to_string()),
            at: Some(page.at),
        })
    }

    async fn webhooks(&self) -> Result<Vec<WebhookTarget>, ApiError> {
        webhooks::targets(&self.api).await
    }

    async fn set_webhook(&self, change: WebhookChange<'_>) -> Result<(), NotSet> {
        webhooks::set(&self.api, change).await
    }

    async fn media(
        &self,
        media: MediaRef<'_>,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        let base = self.api.http.base();
        let now = self.api.http.now();
        // A link that a message brought needs no key and no question, as long as it lives.
        let told = media.link.filter(|link| links::is_presigned(base, link));
        let lives = |link: &&Link| link.expires_at.is_some_and(|end| now < end);
        if let Some(link) = told.filter(lives) {
            match self.open_link(link.url.reveal(), from, validator).await {
                Err(ApiError::LinkDead | ApiError::Forbidden(_)) => {}
                opened => return opened,
            }
        }
        let file = self.open_file(media.call, links::STEREO, from, validator);
        let trouble = match file.await {
            Ok(Some(stream)) => return Ok(stream),
            Ok(None) => match self.open_what_is_there(media.call, from, validator).await {
                Ok(stream) => return Ok(stream),
                Err(error) => error,
            },
            Err(error) => error,
        };
        // One without an end may still open; it is the last to be tried.
        match told.filter(|link| link.expires_at.is_none()) {
            Some(link) => match self.open_link(link.url.reveal(), from, validator).await {
                Err(ApiError::LinkDead) => Err(trouble),
                opened => opened,
            },
            None => Err(trouble),
        }
    }
}

/// A page of calls, each with its id, as it came.
struct Page {
    at: Timestamp,
    /// How many there were, readable or not.
    length: usize,
    calls: Vec<(String, Box<RawValue>)>,
}

/// Whether an id has the shape of Vapi's: 8-4-4-4-12 hexadecimal digits.
fn is_uuid(id: &str) -> bool {
    let groups: Vec<&str> = id.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    groups.len() == lengths.len()
        && groups.iter().zip(lengths).all(|(group, length)| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}
