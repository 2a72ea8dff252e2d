//! Asks Retell's API: get-call, list-calls, and the recordings behind the links of a call.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method};
use jiff::Timestamp;
use ringback_model::{Link, ProviderCallId, Reason, StoragePolicy};
use serde_json::{Value, json, value::RawValue};
use url::Url;

use super::{
    API_KEY,
    events::{KIND_CALL, KIND_LISTED},
    links,
    payload::RetellCall,
};
use crate::{
    Account, ApiError, Client, ListedPage, MediaRef, MediaStream, NotSet, Proof, Snapshot,
    WebhookChange, WebhookTarget,
    http::{Answer, Ask, Http, authorization_bearer, path},
    json::Object,
};

/// Calls a page. The most Retell gives is 1,000; a call can take tens of kilobytes.
const PAGE: usize = 200;
/// Pages of ongoing calls that are read; more calls at a time than that no account has.
const MOST_ONGOING_PAGES: usize = 20;
/// The most pages of calls without a start time that one walk reads.
const MOST_UNDATED_PAGES: i64 = 50;

const GET_CALL: &str = "/v2/get-call/{call_id}";
const LIST_CALLS: &str = "/v3/list-calls";

/// Retell's API, for one account.
pub(super) struct RetellClient {
    account: Arc<Account>,
    pub(super) http: Http,
}

impl RetellClient {
    pub(super) fn new(account: Arc<Account>, http: Http) -> Self {
        Self { account, http }
    }

    /// One for each key, to be tried in turn: while keys are rotated one of them may be dead.
    fn authorizations(&self) -> Result<Vec<HeaderValue>, ApiError> {
        let keys = self.account.secrets.all(API_KEY);
        if keys.is_empty() {
            return Err(ApiError::NoKey(API_KEY));
        }
        keys.iter().map(authorization_bearer).collect()
    }

    pub(super) async fn ask(
        &self,
        method: Method,
        template: &'static str,
        url: Url,
        json: Option<Value>,
    ) -> Result<Answer, ApiError> {
        let ask = Ask {
            method,
            template,
            url,
            authorizations: self.authorizations()?,
            json,
        };
        self.http.ask(&ask).await
    }

    pub(super) async fn get(
        &self,
        template: &'static str,
        segments: &[&str],
    ) -> Result<Answer, ApiError> {
        let url = path(self.http.base(), segments)?;
        self.ask(Method::GET, template, url, None).await
    }

    async fn get_call(&self, call: &ProviderCallId) -> Result<Answer, ApiError> {
        self.get(GET_CALL, &["v2", "get-call", call.as_str()]).await
    }

    async fn list_calls(&self, filter: Value, key: Option<&str>) -> Result<Listed, ApiError> {
        let mut body = json!({
            "filter_criteria": filter,
            "sort_order": "descending",
            "limit": PAGE,
        });
        if let Some(key) = key {
            body["pagination_key"] = key.into();
        }
        let url = path(self.http.base(), &["v3", "list-calls"])?;
        let answer = self.ask(Method::POST, LIST_CALLS, url, Some(body)).await?;
        Listed::read(&answer, key)
    }

    /// Fresh links to the recordings of a call. `Ok(vec![])`: not ready yet.
    async fn fresh_links(&self, call: &ProviderCallId) -> Result<Vec<Url>, ApiError> {
        let answer = self.get_call(call).await?;
        let call = Object::parse(&answer.body, "call")
            .and_then(RetellCall::read)
            .map_err(|error| unexpected(GET_CALL, &error.to_string()))?;
        let links = links::recordings(&call);
        match links::storage_policy(&call) {
            Some(StoragePolicy::BasicsOnly) if links.is_empty() => {
                Err(ApiError::Withheld(Reason::Policy))
            }
            _ => Ok(links),
        }
    }

    async fn open_link(
        &self,
        url: Url,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        self.http
            .open_signed(url, links::STORAGE, from, validator)
            .await
    }
}

#[async_trait]
impl Client for RetellClient {
    async fn check(&self) -> Result<Proof, ApiError> {
        let template = "/get-api-key-info";
        let answer = match self.get(template, &["get-api-key-info"]).await {
            // A gateway in front may let through only what is older; the key works all the same.
            Err(ApiError::NotFound) => self.get("/get-concurrency", &["get-concurrency"]).await?,
            answer => answer?,
        };
        let info = Object::parse(&answer.body, "")
            .map_err(|error| unexpected(template, &error.to_string()))?;
        let names = [info.text("org_name"), info.text("api_key_name")];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(", ");
        Ok(Proof {
            name: (!name.is_empty()).then_some(name),
            notes: Vec::new(),
        })
    }

    async fn call(&self, call: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError> {
        let answer = self.get_call(call).await?;
        Ok(vec![Snapshot {
            kind: KIND_CALL,
            call: call.clone(),
            body: answer.body,
            at: answer.at,
        }])
    }

    async fn ongoing(&self) -> Result<Vec<Snapshot>, ApiError> {
        let filter = json!({"call_status": is_one_of(&["ongoing"])});
        let mut snapshots = Vec::new();
        let mut key: Option<String> = None;
        for _ in 0..MOST_ONGOING_PAGES {
            let page = self.list_calls(filter.clone(), key.as_deref()).await?;
            snapshots.extend(page.items.into_iter().map(|item| item.snapshot));
            key = page.next;
            if key.is_none() {
                break;
            }
        }
        Ok(snapshots)
    }

    async fn list(&self, since: Timestamp, page: Option<&str>) -> Result<ListedPage, ApiError> {
        let walk = Walk::parse(page)?;
        match walk {
            Walk::Dated { key } => {
                let since = since.as_millisecond();
                let filter =
                    json!({"start_timestamp": {"type": "number", "op": "ge", "value": since}});
                let listed = self.list_calls(filter, key.as_deref()).await?;
                let next = match listed.next {
                    Some(key) => Walk::Dated { key: Some(key) },
                    None => Walk::Undated { page: 0, key: None },
                };
                Ok(ListedPage {
                    snapshots: listed.items.into_iter().map(|item| item.snapshot).collect(),
                    next: Some(next.to_string()),
                    at: Some(listed.at),
                })
            }
            // Calls that never began may have no start to filter by. They are walked through from
            // the newest on, the further the further back `since` lies, because nothing in them
            // says for certain when they were.
            Walk::Undated { page, key } => {
                let filter = json!({"call_status": is_one_of(&["not_connected", "error"])});
                let listed = self.list_calls(filter, key.as_deref()).await?;
                let is_past = listed
                    .items
                    .iter()
                    .any(|item| item.when.is_some_and(|when| when < since));
                let days = self.http.now().duration_since(since).as_hours() / 24;
                let is_enough = page + 1 > days.clamp(0, MOST_UNDATED_PAGES);
                let next = listed.next.filter(|_| !is_past && !is_enough);
                let undated = listed
                    .items
                    .into_iter()
                    .filter(|item| !item.has_start && item.when.is_none_or(|when| when >= since));
                Ok(ListedPage {
                    snapshots: undated.map(|item| item.snapshot).collect(),
                    next: next.map(|key| {
                        let key = Some(key);
                        Walk::Undated {
                            page: page + 1,
                            key,
                        }
                        .to_string()
                    }),
                    at: Some(listed.at),
                })
            }
        }
    }

    async fn webhooks(&self) -> Result<Vec<WebhookTarget>, ApiError> {
        self.agents().await
    }

    async fn set_webhook(&self, change: WebhookChange<'_>) -> Result<(), NotSet> {
        self.set_agent(change).await
    }

    async fn media(
        &self,
        media: MediaRef<'_>,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        let told = media.link.map(|link| link.url.reveal().clone());
        let is_first = |link: &Link| media.is_fresh || links::is_urgent(link, self.http.now());
        if let Some(url) = told.clone().filter(|_| media.link.is_some_and(is_first)) {
            match self.open_link(url, from, validator).await {
                Err(ApiError::LinkDead) => {}
                opened => return opened,
            }
        }
        let (fresh, trouble) = match self.fresh_links(media.call).await {
            Ok(links) => (links, ApiError::NotReady),
            Err(error) => (Vec::new(), error),
        };
        for url in fresh {
            match self.open_link(url, from, validator).await {
                // A link that was given a moment ago is not dead; the file is not there yet.
                Err(ApiError::LinkDead) => {}
                opened => return opened,
            }
        }
        // A link does not need the API to be well, nor the call to be known there still.
        match told {
            Some(url) => match self.open_link(url, from, validator).await {
                Err(ApiError::LinkDead) => Err(trouble),
                opened => opened,
            },
            None => Err(trouble),
        }
    }
}

fn is_one_of(words: &[&str]) -> Value {
    json!({"type": "enum", "op": "in", "value": words})
}

fn unexpected(template: &str, what: &str) -> ApiError {
    ApiError::Unexpected(format!("{what} in the answer to {template}"))
}

/// A page of a list.
struct Listed {
    items: Vec<Item>,
    next: Option<String>,
    at: Timestamp,
}

struct Item {
    snapshot: Snapshot,
    has_start: bool,
    /// When the call was, if anything in it says.
    when: Option<Timestamp>,
}

impl Listed {
    fn read(answer: &Answer, key: Option<&str>) -> Result<Self, ApiError> {
        let wrong = |what: &str| unexpected(LIST_CALLS, what);
        let page = Object::parse(&answer.body, "").map_err(|error| wrong(&error.to_string()))?;
        let raw_items = page
            .items("items")
            .ok_or_else(|| wrong("items is no list"))?;
        let next = match page.boolean("has_more") {
            Some(true) => {
                let next = page
                    .text("pagination_key")
                    .ok_or_else(|| wrong("has_more without pagination_key"))?;
                if Some(next.as_str()) == key {
                    return Err(wrong("pagination_key leads to the same page again"));
                }
                Some(next)
            }
            _ => None,
        };
        let items = raw_items.into_iter().filter_map(|raw| {
            let item = Item::read(raw, answer.at);
            if item.is_none() {
                tracing::warn!(path = LIST_CALLS, "a listed call has no call_id; left out");
            }
            item
        });
        Ok(Self {
            items: items.collect(),
            at: answer.at,
            next,
        })
    }
}

impl Item {
    fn read(raw: &RawValue, at: Timestamp) -> Option<Self> {
        let object = Object::of(raw, "call")?;
        let start = object.moment("start_timestamp");
        Some(Self {
            has_start: start.is_some(),
            when: start.or_else(|| object.moment("end_timestamp")),
            snapshot: Snapshot {
                kind: KIND_LISTED,
                call: ProviderCallId::new(object.text("call_id")?),
                body: Bytes::copy_from_slice(raw.get().as_bytes()),
                at,
            },
        })
    }
}

/// Where a walk through the list stands; the `next` of a page is its text.
#[derive(Debug, PartialEq, Eq)]
enum Walk {
    /// By the start of the call.
    Dated { key: Option<String> },
    /// Calls without a start.
    Undated { page: i64, key: Option<String> },
}

impl Walk {
    fn parse(page: Option<&str>) -> Result<Self, ApiError> {
        let Some(page) = page else {
            return Ok(Self::Dated { key: None });
        };
        let walk = || {
            let (kind, rest) = page.split_once(':')?;
            if kind == "dated" {
                return Some(Self::Dated { key: key_of(rest) });
            }
            let number = kind.strip_prefix("undated-")?.parse().ok()?;
            Some(Self::Undated {
                page: number,
                key: key_of(rest),
            })
        };
        walk().ok_or_else(|| ApiError::Unexpected("the page is none of this list".into()))
    }
}

fn key_of(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl std::fmt::Display for Walk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dated { key } => write!(f, "dated:{}", key.as_deref().unwrap_or_default()),
            Self::Undated { page, key } => {
                write!(f, "undated-{page}:{}", key.as_deref().unwrap_or_default())
            }
        }
    }
}
