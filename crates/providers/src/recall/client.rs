//! Asks Recall.ai's API: bots, recordings, and the files beside them.
//!
//! Every path ends with a slash; without it the API redirects. Lists allow 60 requests a minute,
//! single objects 300 (<https://docs.recall.ai/reference/bot_list>, read November 2026).

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method};
use jiff::Timestamp;
use ringback_model::{ProviderCallId, Reason, RecordingKey};
use serde_json::value::RawValue;
use url::Url;

use super::{
    API_KEY, WEBHOOK_SECRET,
    events::{
        KIND_BOT, KIND_LISTED_BOT, KIND_LISTED_RECORDING, KIND_PARTICIPANTS, KIND_RECORDING,
        KIND_TRANSCRIPTS,
    },
    file,
    life::Life,
    links::{self, Sound},
    participants,
    payload::{Bot, Media, Page, Recording},
    transcript::{self, Part},
};
use crate::{
    Account, ApiError, Client, ListedPage, MediaRef, MediaStream, Misunderstood, Proof, Snapshot,
    http::{Answer, Ask, Http, authorization_token, path},
    json::Object,
};

const BOT: &str = "/api/v1/bot/{id}/";
const BOTS: &str = "/api/v1/bot/";
pub(super) const RECORDING: &str = "/api/v1/recording/{id}/";
const RECORDINGS: &str = "/api/v1/recording/";
const AUDIO: &str = "/api/v1/audio_mixed/";

/// The statuses of bots that are on their way or in a meeting.
const ONGOING: [&str; 6] = [
    "joining_call",
    "in_waiting_room",
    "in_call_not_recording",
    "recording_permission_allowed",
    "recording_permission_denied",
    "in_call_recording",
];

/// Pages that are read of the bots going on; how many are on a page is not documented.
const MOST_ONGOING_PAGES: usize = 20;
/// Pages of bots that one walk through the list reads.
const MOST_BOT_PAGES: u32 = 50;
/// Recordings of one bot whose files are fetched.
const MOST_RECORDINGS: usize = 20;

/// Recall.ai's API, for one account.
pub(super) struct RecallClient {
    account: Arc<Account>,
    pub(super) http: Http,
}

impl RecallClient {
    pub(super) fn new(account: Arc<Account>, http: Http) -> Self {
        Self { account, http }
    }

    /// One for each key, to be tried in turn.
    pub(super) fn authorizations(&self) -> Result<Vec<HeaderValue>, ApiError> {
        let keys = self.account.secrets.all(API_KEY);
        if keys.is_empty() {
            return Err(ApiError::NoKey(API_KEY));
        }
        keys.iter().map(authorization_token).collect()
    }

    async fn get(
        &self,
        template: &'static str,
        segments: &[&str],
        query: &str,
    ) -> Result<Answer, ApiError> {
        let mut url = path(self.http.base(), &[&["api", "v1"], segments].concat())?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.push("");
        }
        url.set_query((!query.is_empty()).then_some(query));
        let ask = Ask {
            method: Method::GET,
            template,
            url,
            authorizations: self.authorizations()?,
            json: None,
        };
        self.http.ask(&ask).await
    }

    async fn bot(&self, id: &str) -> Result<(Bot, Answer), ApiError> {
        let answer = self.get(BOT, &["bot", id], "").await?;
        let bot = Object::parse(&answer.body, "bot")
            .and_then(|object| Bot::read(&object))
            .map_err(|error| wrong(BOT, &error))?;
        Ok((bot, answer))
    }

    async fn recording(&self, id: &str) -> Result<(Recording, Answer), ApiError> {
        let answer = self.get(RECORDING, &["recording", id], "").await?;
        let recording = Object::parse(&answer.body, "recording")
            .and_then(|object| Recording::read(&object))
            .map_err(|error| wrong(RECORDING, &error))?;
        Ok((recording, answer))
    }

    /// A bot with everything beside it.
    async fn meeting(&self, id: &str) -> Result<Vec<Snapshot>, ApiError> {
        let (bot, answer) = self.bot(id).await?;
        let about = About {
            call: id,
            bot_name: bot.name.as_deref(),
            at: answer.at,
        };
        let files = self.files(&about, &bot.recordings).await?;
        let mut snapshots = vec![about.snapshot(KIND_BOT, answer.body)];
        snapshots.extend(files);
        Ok(snapshots)
    }

    /// The conversation that a recording belongs to: its bot's, or itself if the Desktop SDK made it.
    async fn conversation_of(&self, recording: &str) -> Result<Vec<Snapshot>, ApiError> {
        let (recording, answer) = self.recording(recording).await?;
        if let Some(bot) = &recording.bot {
            return self.meeting(bot).await;
        }
        let about = About {
            call: &recording.id,
            bot_name: None,
            at: answer.at,
        };
        let files = self.files(&about, std::slice::from_ref(&recording)).await?;
        let mut snapshots = vec![about.snapshot(KIND_RECORDING, answer.body)];
        snapshots.extend(files);
        Ok(snapshots)
    }

    /// What lies in files beside the recordings: the words, and who took part.
    async fn files(
        &self,
        about: &About<'_>,
        recordings: &[Recording],
    ) -> Result<Vec<Snapshot>, ApiError> {
        let mut recordings: Vec<_> = recordings.iter().take(MOST_RECORDINGS).collect();
        recordings.sort_by_key(|recording| recording.started_at);
        let (mut parts, mut joined) = (Vec::new(), Vec::new());
        for recording in recordings {
            if let Some(url) = recording.transcript.as_ref().and_then(finished)
                && let Some(content) = file::fetch(&self.http, url).await?
            {
                parts.push(Part {
                    started_at: recording.started_at,
                    content,
                });
            }
            if let Some(media) = &recording.participants {
                joined.extend(self.joined(media).await?);
            }
        }
        let mut snapshots = Vec::new();
        if !parts.is_empty() {
            let body = transcript::snapshot(about.call, &parts);
            snapshots.push(about.snapshot(KIND_TRANSCRIPTS, body.into()));
        }
        if !joined.is_empty() {
            let body = participants::snapshot(about.call, about.bot_name, &joined);
            snapshots.push(about.snapshot(KIND_PARTICIPANTS, body.into()));
        }
        Ok(snapshots)
    }

    /// Who joined. Without the joins, who was there, in whatever order that is told.
    async fn joined(&self, media: &Media) -> Result<Vec<String>, ApiError> {
        if !media.is("done") {
            return Ok(Vec::new());
        }
        let texts = |items: Vec<&RawValue>| -> Vec<_> {
            items.into_iter().map(|raw| raw.get().to_owned()).collect()
        };
        if let Some(url) = &media.events_url
            && let Some(events) = file::fetch(&self.http, url.clone()).await?
        {
            let joins = texts(participants::joins(&events));
            if !joins.is_empty() {
                return Ok(joins);
            }
        }
        let list = match &media.participants_url {
            Some(url) => file::fetch(&self.http, url.clone()).await?,
            None => None,
        };
        Ok(list.map_or_else(Vec::new, |list| texts(participants::items(&list))))
    }

    async fn list_recordings(&self, since: Timestamp, query: &str) -> Result<ListedPage, ApiError> {
        let answer = self.get(RECORDINGS, &["recording"], query).await?;
        let page = Page::read(&answer.body).map_err(|error| wrong(RECORDINGS, &error))?;
        let next = self.next_query(&page, RECORDINGS, query)?;
        let snapshots = page.items.into_iter().filter_map(|raw| {
            let recording = read(raw, RECORDINGS, Recording::read)?;
            let is_older = recording.created_at.is_some_and(|at| at < since);
            let call = recording.bot.unwrap_or(recording.id);
            (!is_older).then(|| listed(KIND_LISTED_RECORDING, call, raw, answer.at))
        });
        Ok(ListedPage {
            snapshots: snapshots.collect(),
            next: next.map(|query| Walk::Recordings(query).to_string()),
            at: Some(answer.at),
        })
    }

    /// The bots come before the recordings: when a meeting began is known before its sound is fetched, which
    /// lies under that day. Bots that recorded nothing are in no other list, and the filter by `join_at`
    /// misses those that joined at once. So all are walked through, as long as a page brings any that began late enough;
    /// the order is not documented, and looks like the newest first.
    async fn list_bots(
        &self,
        since: Timestamp,
        number: u32,
        query: &str,
    ) -> Result<ListedPage, ApiError> {
        let answer = self.get(BOTS, &["bot"], query).await?;
        let page = Page::read(&answer.body).map_err(|error| wrong(BOTS, &error))?;
        let next = self.next_query(&page, BOTS, query)?;
        let (mut snapshots, mut is_past) = (Vec::new(), false);
        for raw in page.items {
            let Some(bot) = read(raw, BOTS, Bot::read) else {
                continue;
            };
            let changes = bot.changes.as_deref().unwrap_or_default();
            // A bot that has not set out is no call yet, and teams plan theirs weeks ahead.
            match Life::of(changes, false).when() {
                Some(when) if when >= since => {
                    snapshots.push(listed(KIND_LISTED_BOT, bot.id, raw, answer.at));
                }
                Some(_) => is_past = true,
                None => {}
            }
        }
        let goes_on = number + 1 < MOST_BOT_PAGES && !(is_past && snapshots.is_empty());
        let next = match next.filter(|_| goes_on) {
            Some(query) => Walk::Bots(number + 1, query),
            None => Walk::recordings(since),
        };
        Ok(ListedPage {
            snapshots,
            next: Some(next.to_string()),
            at: Some(answer.at),
        })
    }

    /// The query of the next page, as it is told. Its host is not taken over: the key goes to
    /// `base_url` only, which may be a proxy that the answer does not know of.
    fn next_query(
        &self,
        page: &Page<'_>,
        template: &str,
        query: &str,
    ) -> Result<Option<String>, ApiError> {
        let Some(next) = &page.next else {
            return Ok(None);
        };
        let next = self.http.base().join(next).ok();
        match next.as_ref().and_then(Url::query) {
            Some(next) if next != query => Ok(Some(next.to_owned())),
            _ => Err(ApiError::Unexpected(format!(
                "next leads nowhere, or to the same page again, in the answer to GET {template}"
            ))),
        }
    }

    /// Fresh links to the sound of a recording, the best first.
    async fn sound_of(&self, id: &str) -> Result<Vec<Url>, ApiError> {
        let (mut recording, _) = self.recording(id).await?;
        // Whether the audio is told with its recording is where documents and answers disagree.
        if recording.audio.is_empty() && recording.code.as_deref() == Some("done") {
            recording.audio = self.audio_of(id).await?;
        }
        match links::sound(&recording) {
            Sound::Here(urls) => Ok(urls),
            Sound::Coming | Sound::Unknown => Err(ApiError::NotReady),
            Sound::Deleted => Err(ApiError::Withheld(Reason::DeletedAtProvider)),
            Sound::Failed => Err(ApiError::Withheld(Reason::ProviderError)),
            Sound::Unplayable => Err(ApiError::Withheld(Reason::Unsupported)),
            Sound::Untold => Err(ApiError::Withheld(self.why_untold(&recording).await?)),
        }
    }

    /// Why a finished recording has no sound: only its bot says that nothing may be kept.
    async fn why_untold(&self, recording: &Recording) -> Result<Reason, ApiError> {
        let Some(bot) = &recording.bot else {
            return Ok(Reason::NotRecorded);
        };
        match self.bot(bot).await {
            Ok((bot, _)) if bot.keeps_nothing => Ok(Reason::Policy),
            Ok(_) | Err(ApiError::NotFound) => Ok(Reason::NotRecorded),
            Err(error) => Err(error),
        }
    }

    /// The mixed audio of a recording, if it was ordered.
    async fn audio_of(&self, recording: &str) -> Result<Vec<Media>, ApiError> {
        let query = query_of([("recording_id", recording)]);
        let answer = match self.get(AUDIO, &["audio_mixed"], &query).await {
            Err(ApiError::NotFound) => return Ok(Vec::new()),
            answer => answer?,
        };
        let page = Page::read(&answer.body).map_err(|error| wrong(AUDIO, &error))?;
        Ok(page
            .items
            .into_iter()
            .filter_map(|raw| Some(Media::read(&Object::of(raw, "audio_mixed")?)))
            .collect())
    }

    /// Links to the sound that is meant: of a recording, or in v1.10 the one video of the bot.
    async fn fresh_links(&self, media: MediaRef<'_>) -> Result<Vec<Url>, ApiError> {
        match media.recording.provider_id() {
            Some(recording) => self.sound_of(recording).await,
            None => {
                let (bot, _) = self.bot(media.call.as_str()).await?;
                Ok(bot.video_url.into_iter().collect())
            }
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
impl Client for RecallClient {
    async fn check(&self) -> Result<Proof, ApiError> {
        let answer = self.get(BOTS, &["bot"], "").await?;
        Page::read(&answer.body).map_err(|error| wrong(BOTS, &error))?;
        let mut notes = Vec::new();
        if self.account.secrets.first(WEBHOOK_SECRET).is_none() {
            notes.push(
                "there is no webhook_secret, so webhooks cannot be verified; make a workspace secret in Recall.ai's dashboard under Developers, API Keys & Secrets"
                    .to_owned(),
            );
        }
        Ok(Proof { name: None, notes })
    }

    async fn call(&self, call: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError> {
        match self.meeting(call.as_str()).await {
            Err(ApiError::NotFound) => self.conversation_of(call.as_str()).await,
            told => told,
        }
    }

    async fn ongoing(&self) -> Result<Vec<Snapshot>, ApiError> {
        let mut next = Some(query_of(ONGOING.map(|status| ("status", status))));
        let mut snapshots = Vec::new();
        for _ in 0..MOST_ONGOING_PAGES {
            let Some(query) = next else { break };
            let answer = self.get(BOTS, &["bot"], &query).await?;
            let page = Page::read(&answer.body).map_err(|error| wrong(BOTS, &error))?;
            next = self.next_query(&page, BOTS, &query)?;
            snapshots.extend(page.items.into_iter().filter_map(|raw| {
                let bot = read(raw, BOTS, Bot::read)?;
                Some(listed(KIND_LISTED_BOT, bot.id, raw, answer.at))
            }));
        }
        Ok(snapshots)
    }

    async fn list(&self, since: Timestamp, page: Option<&str>) -> Result<ListedPage, ApiError> {
        match Walk::parse(page)? {
            Walk::Recordings(query) => self.list_recordings(since, &query).await,
            Walk::Bots(number, query) => self.list_bots(since, number, &query).await,
        }
    }

    async fn media(
        &self,
        media: MediaRef<'_>,
        from: u64,
        validator: Option<&str>,
    ) -> Result<MediaStream, ApiError> {
        let (fresh, trouble) = match self.fresh_links(media).await {
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
        // A link that was told does not need the API to be well.
        match media.link {
            Some(link) => match self
                .open_link(link.url.reveal().clone(), from, validator)
                .await
            {
                Err(ApiError::LinkDead) => Err(trouble),
                opened => opened,
            },
            None => Err(trouble),
        }
    }

    async fn delete(
        &self,
        _call: &ProviderCallId,
        recording: &RecordingKey,
    ) -> Result<(), ApiError> {
        self.delete_recording(recording).await
    }
}

/// The call that snapshots are about.
struct About<'a> {
    call: &'a str,
    bot_name: Option<&'a str>,
    at: Timestamp,
}

impl About<'_> {
    fn snapshot(&self, kind: &'static str, body: Bytes) -> Snapshot {
        Snapshot {
            kind,
            call: ProviderCallId::new(self.call),
            body,
            at: self.at,
        }
    }
}

/// The link to a file that is finished.
fn finished(media: &Media) -> Option<Url> {
    media.url.clone().filter(|_| media.is("done"))
}

/// An item of a list; one that cannot be read is left out.
fn read<T>(
    raw: &RawValue,
    template: &str,
    read: impl FnOnce(&Object<'_>) -> Result<T, Misunderstood>,
) -> Option<T> {
    let item = Object::of(raw, "results").and_then(|object| read(&object).ok());
    if item.is_none() {
        tracing::warn!(path = template, "a listed item has no id; left out");
    }
    item
}

fn listed(kind: &'static str, call: String, raw: &RawValue, at: Timestamp) -> Snapshot {
    Snapshot {
        kind,
        call: ProviderCallId::new(call),
        body: Bytes::copy_from_slice(raw.get().as_bytes()),
        at,
    }
}

fn query_of<const N: usize>(pairs: [(&str, &str); N]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn wrong(template: &str, error: &Misunderstood) -> ApiError {
    ApiError::Unexpected(format!("{error} in the answer to GET {template}"))
}

/// Where a walk through the lists stands; the `next` of a page is its text.
#[derive(Debug, PartialEq, Eq)]
enum Walk {
    /// Recordings, by this query.
    Recordings(String),
    /// Bots: the number of the page, and its query.
    Bots(u32, String),
}

impl Walk {
    /// The first page of the recordings from this moment on.
    fn recordings(since: Timestamp) -> Self {
        let since = since.to_string();
        Self::Recordings(query_of([("created_at_after", since.as_str())]))
    }

    fn parse(page: Option<&str>) -> Result<Self, ApiError> {
        let Some(page) = page else {
            return Ok(Self::Bots(0, String::new()));
        };
        let walk = || {
            let (kind, query) = page.split_once(':')?;
            if kind == "recordings" {
                return Some(Self::Recordings(query.to_owned()));
            }
            let number = kind.strip_prefix("bots-")?.parse().ok()?;
            Some(Self::Bots(number, query.to_owned()))
        };
        walk().ok_or_else(|| ApiError::Unexpected("the page is none of this list".into()))
    }
}

impl fmt::Display for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recordings(query) => write!(f, "recordings:{query}"),
            Self::Bots(number, query) => write!(f, "bots-{number}:{query}"),
        }
    }
}
