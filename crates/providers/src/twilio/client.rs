//! Asks Twilio's API: legs, recordings, and the sound.

use std::{collections::BTreeMap, fmt, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method};
use jiff::{Timestamp, tz::TimeZone};
use ringback_model::{Availability, ProviderCallId, RecordingKey};
use serde_json::value::RawValue;
use url::Url;

use super::{
    ACCOUNT_SID, API_KEY_SECRET, API_KEY_SID, AUTH_TOKEN,
    events::{KIND_CALL, KIND_RECORDINGS, availability, is_conference_sid},
    links::{self, below_account, place},
    payload::{LegNews, Page, RecordingNews},
};
use crate::{
    Account, ApiError, Client, ListedPage, MediaRef, MediaStream, Misunderstood, NotSet, Proof,
    Snapshot, WebhookChange, WebhookTarget,
    http::{Answer, Ask, Http, MediaAsk, Opened, authorization_basic},
    json::Object,
};

/// The most that Twilio gives on a page.
const PAGE_SIZE: &str = "1000";
/// Pages of one question that are read on the spot (the legs of a call, the calls going on).
const MOST_PAGES: usize = 50;

const ACCOUNT: &str = "/Accounts/{AccountSid}.json";
const CALL: &str = "/Calls/{CallSid}.json";
const CALLS: &str = "/Calls.json";
const CALL_RECORDINGS: &str = "/Calls/{CallSid}/Recordings.json";
const CONFERENCE_RECORDINGS: &str = "/Conferences/{ConferenceSid}/Recordings.json";
pub(super) const RECORDING: &str = "/Recordings/{RecordingSid}.json";
const RECORDINGS: &str = "/Recordings.json";

/// Twilio's API, for one account.
pub(super) struct TwilioClient {
    account: Arc<Account>,
    pub(super) http: Http,
}

impl TwilioClient {
    pub(super) fn new(account: Arc<Account>, http: Http) -> Self {
        Self { account, http }
    }

    /// The API key if there is one, then the auth tokens, to be tried in turn.
    pub(super) fn authorizations(&self) -> Result<Vec<HeaderValue>, ApiError> {
        let secrets = &self.account.secrets;
        let sid = self
            .account
            .option(ACCOUNT_SID)
            .ok_or(ApiError::NoKey(ACCOUNT_SID))?;
        let mut all = Vec::new();
        if let (Some(user), Some(secret)) =
            (secrets.first(API_KEY_SID), secrets.first(API_KEY_SECRET))
        {
            all.push(authorization_basic(user.reveal(), secret)?);
        }
        for token in secrets.all(AUTH_TOKEN) {
            all.push(authorization_basic(sid, token)?);
        }
        if all.is_empty() {
            return Err(ApiError::NoKey(AUTH_TOKEN));
        }
        Ok(all)
    }

    pub(super) fn url(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Url, ApiError> {
        let mut url = below_account(self.http.base(), &self.account, segments)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    pub(super) async fn get(&self, template: &'static str, url: Url) -> Result<Answer, ApiError> {
        let ask = Ask {
            method: Method::GET,
            template,
            url,
            authorizations: self.authorizations()?,
            json: None,
        };
        self.http.ask(&ask).await
    }

    /// Follows `next_page_uri` as it is: it carries a token, and is relative to the host.
    fn next_page(&self, uri: &str) -> Result<Url, ApiError> {
        let base = self.http.base();
        let prefix = base.path().trim_end_matches('/');
        let below_prefix = !prefix.is_empty() && !uri.starts_with(&format!("{prefix}/"));
        let joined = if uri.starts_with('/') && !uri.starts_with("//") && below_prefix {
            base.join(&format!("{prefix}{uri}"))
        } else {
            base.join(uri)
        };
        joined.map_err(|_| ApiError::Unexpected("next_page_uri is no address".into()))
    }

    /// All pages of a question, each answer as it came.
    async fn pages(&self, template: &'static str, first: Url) -> Result<Vec<Answer>, ApiError> {
        self.pages_of(template, list_of(template), first).await
    }

    /// The same where the list has this name in the answers.
    pub(super) async fn pages_of(
        &self,
        template: &'static str,
        list: &'static str,
        first: Url,
    ) -> Result<Vec<Answer>, ApiError> {
        let mut answers = Vec::new();
        let mut next = Some(first);
        while let Some(url) = next.take() {
            let answer = self.get(template, url).await?;
            let page = Page::read(&answer.body, list).map_err(|error| wrong(template, &error))?;
            if let Some(uri) = page.next_page_uri
                && answers.len() + 1 < MOST_PAGES
            {
                next = Some(self.next_page(&uri)?);
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    /// The legs of a list, each as a snapshot of its conversation.
    async fn legs(&self, query: &[(&str, &str)]) -> Result<Vec<Snapshot>, ApiError> {
        let url = self.url(&["Calls.json"], query)?;
        let mut snapshots = Vec::new();
        for answer in self.pages(CALLS, url).await? {
            let page = Page::read(&answer.body, "calls").map_err(|error| wrong(CALLS, &error))?;
            let legs = page.items.iter().filter_map(|raw| ListedLeg::read(raw));
            snapshots.extend(legs.map(|leg| leg.snapshot(answer.at)));
        }
        Ok(snapshots)
    }

    async fn recordings(
        &self,
        template: &'static str,
        segments: &[&str],
        call: &ProviderCallId,
    ) -> Result<Vec<Snapshot>, ApiError> {
        let url = self.url(segments, &[("PageSize", PAGE_SIZE)])?;
        let mut snapshots = Vec::new();
        for answer in self.pages(template, url).await? {
            let page =
                Page::read(&answer.body, "recordings").map_err(|error| wrong(template, &error))?;
            if !page.items.is_empty() {
                snapshots.push(Snapshot {
                    kind: KIND_RECORDINGS,
                    call: call.clone(),
                    body: recordings_body(&page.items),
                    at: answer.at,
                });
            }
        }
        Ok(snapshots)
    }

    async fn list_calls(&self, since: Timestamp, page: &str) -> Result<ListedPage, ApiError> {
        let url = if page.is_empty() {
            let day = utc_day(since);
            self.url(
                &["Calls.json"],
                &[("StartTime>", &day), ("PageSize", PAGE_SIZE)],
            )?
        } else {
            self.next_page(page)?
        };
        let answer = self.get(CALLS, url).await?;
        let listed = Page::read(&answer.body, "calls").map_err(|error| wrong(CALLS, &error))?;
        // The filter knows days only.
        let snapshots = listed
            .items
            .iter()
            .filter_map(|raw| ListedLeg::read(raw))
            .filter(|leg| leg.began.is_none_or(|began| began >= since))
            .map(|leg| leg.snapshot(answer.at))
            .collect();
        let next = match listed.next_page_uri {
            Some(uri) => Walk::Calls(uri),
            None => Walk::Recordings(String::new()),
        };
        Ok(ListedPage {
            snapshots,
            next: Some(next.to_string()),
            at: Some(answer.at),
        })
    }

    /// Calls do not tell whether they were recorded, and callbacks get lost, so recordings are
    /// listed beside the calls.
    async fn list_recordings(&self, since: Timestamp, page: &str) -> Result<ListedPage, ApiError> {
        let url = if page.is_empty() {
            let day = utc_day(since);
            self.url(
                &["Recordings.json"],
                &[("DateCreated>", &day), ("PageSize", PAGE_SIZE)],
            )?
        } else {
            self.next_page(page)?
        };
        let answer = self.get(RECORDINGS, url).await?;
        let listed =
            Page::read(&answer.body, "recordings").map_err(|error| wrong(RECORDINGS, &error))?;
        let mut by_call: BTreeMap<String, Vec<&RawValue>> = BTreeMap::new();
        for raw in listed.items {
            let news = Object::of(raw, "recording")
                .and_then(|object| RecordingNews::of_json(&object).ok());
            match news {
                Some(news) if news.start_time.is_none_or(|began| began >= since) => {
                    by_call.entry(news.conversation).or_default().push(raw);
                }
                Some(_) => {}
                None => tracing::warn!(
                    path = RECORDINGS,
                    "a listed recording has no sid or no call_sid; left out"
                ),
            }
        }
        let snapshots = by_call.into_iter().map(|(call, items)| Snapshot {
            kind: KIND_RECORDINGS,
            call: ProviderCallId::new(call),
            body: recordings_body(&items),
            at: answer.at,
        });
        Ok(ListedPage {
            snapshots: snapshots.collect(),
            next: listed
                .next_page_uri
                .map(|uri| Walk::Recordings(uri).to_string()),
            at: Some(answer.at),
        })
    }

    /// What it means that there is no sound: the metadata outlives it.
    async fn why_no_sound(&self, recording: &str) -> ApiError {
        let file = format!("{recording}.json");
        let url = self.url(&["Recordings", &file], &[("IncludeSoftDeleted", "true")]);
        let told = match url {
            Ok(url) => self.get(RECORDING, url).await,
            Err(error) => Err(error),
        };
        let answer = match told {
            Ok(answer) => answer,
            Err(error) => return error,
        };
        let news = Object::parse(&answer.body, "recording")
            .and_then(|object| RecordingNews::of_json(&object));
        let news = match news {
            Ok(news) => news,
            Err(error) => return wrong(RECORDING, &error),
        };
        let place = place(&self.account, news.media_url.as_ref());
        match availability(&news, &place) {
            // Finished by its metadata; the storage lags behind.
            Some(Availability::Available | Availability::Expected) | None => ApiError::NotReady,
            Some(Availability::Absent(reason) | Availability::Withheld(reason)) => {
                ApiError::Withheld(reason)
            }
            Some(Availability::Deleted) => {
                ApiError::Withheld(ringback_model::Reason::DeletedAtProvider)
            }
        }
    }

    async fn open(
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

    /// Opens the sound at Twilio: with the key that is not refused, with as many channels as there
    /// are.
    async fn open_at_twilio(
        &self,
        recording: &str,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        let mut refused = ApiError::KeyRefused;
        for authorization in self.authorizations()? {
            for channels in [2, 1] {
                let url = links::media(self.http.base(), &self.account, recording, channels)?;
                let authorization = Some(authorization.clone());
                match self.open(url, authorization, from, validator).await? {
                    Opened::Stream(stream) => return Ok(stream),
                    // There is no version with two channels.
                    Opened::Turned {
                        status: 400, error, ..
                    } => refused = error,
                    Opened::Turned { status: 404, .. } => {
                        return Err(self.why_no_sound(recording).await);
                    }
                    // Where the redirect led; asking again gives a fresh one.
                    Opened::Turned {
                        status: 401 | 403 | 410,
                        by_api: false,
                        ..
                    } => return Err(ApiError::LinkDead),
                    Opened::Turned {
                        error: ApiError::KeyRefused,
                        ..
                    } => {
                        refused = ApiError::KeyRefused;
                        break;
                    }
                    Opened::Turned { error, .. } => return Err(error),
                }
            }
            if refused != ApiError::KeyRefused {
                break;
            }
        }
        Err(refused)
    }
}

#[async_trait]
impl Client for TwilioClient {
    async fn check(&self) -> Result<Proof, ApiError> {
        let sid = self
            .account
            .option(ACCOUNT_SID)
            .ok_or(ApiError::NoKey(ACCOUNT_SID))?;
        let file = format!("{sid}.json");
        let url = crate::http::path(self.http.base(), &[links::VERSION, "Accounts", &file])?;
        let has_token = self.account.secrets.first(AUTH_TOKEN).is_some();
        let mut notes = Vec::new();
        if !has_token {
            notes.push(
                "there is no auth_token, and webhooks are signed with it: an API key alone cannot verify them"
                    .to_owned(),
            );
        }
        let answer = match self.get(ACCOUNT, url).await {
            // A standard API key may read calls but not the account itself.
            Err(ApiError::KeyRefused) if !has_token => {
                let url = self.url(&["Calls.json"], &[("PageSize", "1")])?;
                self.get(CALLS, url).await?;
                return Ok(Proof { name: None, notes });
            }
            answer => answer?,
        };
        let object =
            Object::parse(&answer.body, "account").map_err(|error| wrong(ACCOUNT, &error))?;
        if let Some(status) = object.text("status").filter(|status| status != "active") {
            notes.push(format!("the account is {status}"));
        }
        Ok(Proof {
            name: object.text("friendly_name"),
            notes,
        })
    }

    async fn call(&self, call: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError> {
        let mut root = call.clone();
        if is_conference_sid(root.as_str()) {
            let segments = ["Conferences", root.as_str(), "Recordings.json"];
            return self
                .recordings(CONFERENCE_RECORDINGS, &segments, &root)
                .await;
        }
        let mut answer = self.leg(&root).await?;
        // Somebody may know a conversation by one of its further legs.
        if let Some(parent) = parent_of(&answer)? {
            root = parent;
            answer = self.leg(&root).await?;
        }
        let mut snapshots = vec![Snapshot {
            kind: KIND_CALL,
            call: root.clone(),
            body: answer.body,
            at: answer.at,
        }];
        let children = [("ParentCallSid", root.as_str()), ("PageSize", PAGE_SIZE)];
        snapshots.extend(self.legs(&children).await?);
        // The documentation knows recordings of the root leg only. Whoever was told of one under a further
        // leg's id asks by that id.
        let further = Some(call).filter(|call| **call != root);
        for leg in std::iter::once(&root).chain(further) {
            let segments = ["Calls", leg.as_str(), "Recordings.json"];
            snapshots.extend(self.recordings(CALL_RECORDINGS, &segments, leg).await?);
        }
        Ok(snapshots)
    }

    async fn ongoing(&self) -> Result<Vec<Snapshot>, ApiError> {
        let mut snapshots = Vec::new();
        // One status a request.
        for status in ["in-progress", "ringing", "queued"] {
            let query = [("Status", status), ("PageSize", PAGE_SIZE)];
            snapshots.extend(self.legs(&query).await?);
        }
        Ok(snapshots)
    }

    async fn list(&self, since: Timestamp, page: Option<&str>) -> Result<ListedPage, ApiError> {
        match Walk::parse(page)? {
            Walk::Calls(page) => self.list_calls(since, &page).await,
            Walk::Recordings(page) => self.list_recordings(since, &page).await,
        }
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
        // A link is only told where the sound lies outside of Twilio, where no key is wanted.
        if let Some(link) = media.link {
            let opened = self
                .open(link.url.reveal().clone(), None, from, validator)
                .await?;
            return match opened {
                Opened::Stream(stream) => Ok(stream),
                Opened::Turned {
                    status: 401 | 403 | 404 | 410,
                    ..
                } => Err(ApiError::LinkDead),
                Opened::Turned { error, .. } => Err(error),
            };
        }
        let recording = media.recording.provider_id().ok_or(ApiError::NotFound)?;
        self.open_at_twilio(recording, from, validator).await
    }

    async fn delete(
        &self,
        _call: &ProviderCallId,
        recording: &RecordingKey,
    ) -> Result<(), ApiError> {
        self.delete_recording(recording).await
    }
}

impl TwilioClient {
    async fn leg(&self, sid: &ProviderCallId) -> Result<Answer, ApiError> {
        let file = format!("{sid}.json");
        let url = self.url(&["Calls", &file], &[])?;
        self.get(CALL, url).await
    }
}

fn parent_of(answer: &Answer) -> Result<Option<ProviderCallId>, ApiError> {
    let leg = Object::parse(&answer.body, "call")
        .and_then(|object| LegNews::of_json(&object))
        .map_err(|error| wrong(CALL, &error))?;
    Ok(leg.parent_sid.map(ProviderCallId::new))
}

pub(super) fn wrong(template: &str, error: &Misunderstood) -> ApiError {
    ApiError::Unexpected(format!("{error} in the answer to GET {template}"))
}

/// The name of the list in a page.
fn list_of(template: &str) -> &'static str {
    if template == CALLS {
        "calls"
    } else {
        "recordings"
    }
}

/// A page of recordings of one call, in Twilio's own bytes.
fn recordings_body(items: &[&RawValue]) -> Bytes {
    let items: Vec<_> = items.iter().map(|raw| raw.get()).collect();
    format!("{{\"recordings\":[{}]}}", items.join(",")).into()
}

fn utc_day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// A leg in a list.
struct ListedLeg<'a> {
    raw: &'a RawValue,
    conversation: ProviderCallId,
    began: Option<Timestamp>,
}

impl<'a> ListedLeg<'a> {
    fn read(raw: &'a RawValue) -> Option<Self> {
        let leg = Object::of(raw, "call").and_then(|object| LegNews::of_json(&object).ok());
        if leg.is_none() {
            tracing::warn!(path = CALLS, "a listed call has no sid; left out");
        }
        let leg = leg?;
        Some(Self {
            raw,
            conversation: ProviderCallId::new(leg.conversation()),
            began: leg.start_time,
        })
    }

    fn snapshot(self, at: Timestamp) -> Snapshot {
        Snapshot {
            kind: KIND_CALL,
            call: self.conversation,
            body: Bytes::copy_from_slice(self.raw.get().as_bytes()),
            at,
        }
    }
}

/// Where a walk through the lists stands; the `next` of a page is its text.
#[derive(Debug, PartialEq, Eq)]
enum Walk {
    /// Calls, at this page; empty for the first.
    Calls(String),
    /// Recordings, at this page; empty for the first.
    Recordings(String),
}

impl Walk {
    fn parse(page: Option<&str>) -> Result<Self, ApiError> {
        let Some(page) = page else {
            return Ok(Self::Calls(String::new()));
        };
        match page.split_once(':') {
            Some(("calls", uri)) => Ok(Self::Calls(uri.to_owned())),
            Some(("recordings", uri)) => Ok(Self::Recordings(uri.to_owned())),
            _ => Err(ApiError::Unexpected("the page is none of this list".into())),
        }
    }
}

impl fmt::Display for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calls(uri) => write!(f, "calls:{uri}"),
            Self::Recordings(uri) => write!(f, "recordings:{uri}"),
        }
    }
}
