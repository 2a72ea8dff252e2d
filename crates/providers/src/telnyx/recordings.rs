//! What is told of recordings: by webhooks without their id, by the API with it.

use jiff::{SignedDuration, Timestamp};
use ringback_model::{
    Availability, CallEvent, LegId, Matched, ProviderCallId, Reason, RecordingFacts, RecordingKey,
    RecordingReport, Source, Stamp,
};

use super::{
    links::{self, Place},
    payload::{Ids, channels},
};
use crate::{Account, Misunderstood, json::Object};

/// The session of a page of recordings that do not name it themselves.
pub(super) const SESSION: &str = "call_session_id";
/// The call that a page of recordings was matched to by numbers and time.
pub(super) const MATCHED_TO: &str = "matched_to";
/// The list in a page of recordings.
pub(super) const RECORDINGS: &str = "recordings";

/// One recording, from a webhook or from the API.
#[derive(Clone, Debug)]
pub(super) struct RecordingNews {
    pub(super) id: Option<String>,
    pub(super) ids: Ids,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) began: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
    status: Option<String>,
    length_ms: Option<u64>,
    channels: Option<u16>,
    pub(super) urls: Vec<url::Url>,
}

impl RecordingNews {
    /// From the payload of `call.recording.saved` or `conference.recording.saved`. The types have
    /// neither id nor numbers for the former; some examples do, so they are read where they are.
    pub(super) fn of_webhook(payload: &Object<'_>) -> Self {
        let mut news = Self::read(payload, "recording_id");
        news.urls = links::urls(payload, &["recording_urls", "public_recording_urls"]);
        news
    }

    /// From the API.
    pub(super) fn of_api(object: &Object<'_>) -> Result<Self, Misunderstood> {
        let mut news = Self::read(object, "id");
        if news.id.is_none() {
            return Err(object.lacks("id", "is missing or no text"));
        }
        news.urls = links::urls(object, &["download_urls"]);
        Ok(news)
    }

    fn read(object: &Object<'_>, id: &str) -> Self {
        let moment = |names: [&str; 2]| names.iter().find_map(|name| object.moment(name));
        Self {
            id: object.text(id),
            ids: Ids::read(object),
            from: object.text("from"),
            to: object.text("to"),
            began: moment(["recording_started_at", "start_time"]),
            ended: moment(["recording_ended_at", "end_time"]),
            status: object.text("status"),
            length_ms: object
                .integer("duration_millis")
                .and_then(|ms| u64::try_from(ms).ok()),
            channels: channels(object, "channels"),
            urls: Vec::new(),
        }
    }

    /// By its id, else by its leg and its begin.
    pub(super) fn key(&self) -> Option<RecordingKey> {
        let unnamed = || {
            let leg = LegId::new(self.ids.leg.as_deref()?);
            Some(RecordingKey::unnamed(&leg, self.began?))
        };
        let named = self.id.as_deref().map(RecordingKey::new);
        named.or_else(unnamed)
    }

    fn length_ms(&self) -> Option<u64> {
        let span = || {
            let span = self.ended?.duration_since(self.began?);
            u64::try_from(span.as_millis()).ok()
        };
        self.length_ms.or_else(span)
    }

    /// What is told of it. `told_at` is when, which is what a link's life is counted from.
    pub(super) fn report(
        &self,
        account: &Account,
        told_at: Timestamp,
        matched: Matched,
    ) -> Option<RecordingReport> {
        let place = links::place(account, &self.urls, told_at);
        Some(RecordingReport {
            key: self.key()?,
            facts: RecordingFacts {
                availability: self.availability(&place),
                channels: self.channels,
                duration_ms: self.length_ms(),
                started_at: self.began,
                provider_id: self.id.clone(),
                leg: self.ids.leg.as_deref().map(LegId::new),
                matched: Some(matched),
            },
            link: match place {
                Place::At(link) => Some(link),
                Place::OutOfReach | Place::Unknown => None,
            },
        })
    }

    fn availability(&self, place: &Place) -> Option<Availability> {
        match self.status.as_deref() {
            // The only word there is, by the documents. What is saved has none.
            None | Some("completed") => Some(match place {
                Place::At(_) => Availability::Available,
                Place::OutOfReach => Availability::Withheld(Reason::ExternalStorage),
                Place::Unknown => Availability::Expected,
            }),
            Some("deleted") => Some(Availability::Deleted),
            Some("failed" | "error") => Some(Availability::Absent(Reason::ProviderError)),
            Some(_) => Some(Availability::Expected),
        }
    }
}

/// The reports of a page of recordings, each about its own conversation.
pub(super) fn page(
    account: &Account,
    page: &Object<'_>,
    at: Timestamp,
) -> Result<Vec<CallEvent>, Misunderstood> {
    let session = page.text(SESSION);
    let guess = page.text(MATCHED_TO);
    let owner = match (&session, &guess) {
        (Some(session), _) => Some((session.as_str(), Matched::ByIds)),
        (None, Some(call)) => Some((call.as_str(), Matched::ByNumberAndTime)),
        (None, None) => None,
    };
    let items = page
        .objects(RECORDINGS)
        .ok_or_else(|| page.lacks(RECORDINGS, "is missing or no list"))?;
    let report = |item: &Object<'_>| {
        let news = RecordingNews::of_api(item)?;
        Ok(event(account, &news, owner, at))
    };
    items.iter().map(report).collect()
}

fn event(
    account: &Account,
    news: &RecordingNews,
    owner: Option<(&str, Matched)>,
    at: Timestamp,
) -> CallEvent {
    let named = news.ids.session.as_deref();
    let (call, matched) = named
        .map(|session| (session, Matched::ByIds))
        .or(owner)
        // It is of no call that anybody knows, so it is one by itself.
        .unwrap_or((news.id.as_deref().unwrap_or_default(), Matched::ByIds));
    let stamp = Stamp {
        as_of: at,
        source: Source::Snapshot,
    };
    let mut event = CallEvent::new(ProviderCallId::new(call), stamp);
    event.recordings.extend(news.report(account, at, matched));
    if named.is_none() && owner.is_none() {
        event.facts.from = news.from.clone();
        event.facts.to = news.to.clone();
    }
    event
}

/// What `call.recording.error` tells: there was to be a recording, and there is none.
pub(super) fn lost(leg: &LegId, reason: Option<&str>, at: Timestamp) -> RecordingReport {
    // The sentences are fixed (OpenAPI `callRecordingError`); all but the last are about the bucket.
    let why = match reason {
        Some("Internal server error") | None => Reason::ProviderError,
        Some(_) => Reason::ExternalStorage,
    };
    RecordingReport {
        key: RecordingKey::unnamed(leg, at),
        facts: RecordingFacts {
            availability: Some(Availability::Absent(why)),
            leg: Some(leg.clone()),
            ..RecordingFacts::default()
        },
        link: None,
    }
}

/// Whether a moment is that of a recording's begin, as far as they are told.
pub(super) fn is_same_begin(one: Timestamp, other: Timestamp) -> bool {
    one.duration_since(other).abs() <= SignedDuration::from_secs(2)
}
