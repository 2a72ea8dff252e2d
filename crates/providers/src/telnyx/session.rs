//! Everything that the API tells of one conversation: its events, its recordings and what was said in
//! them, how its legs stand, and what was charged. This is what completes a call whose webhooks were
//! all lost.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ringback_model::ProviderCallId;
use serde_json::value::RawValue;

use super::{
    billing::DetailRecord,
    client::{
        CALL, CALL_EVENTS, DETAIL_RECORDS, Pages, RECORDING, RECORDING_TRANSCRIPTIONS, RECORDINGS,
        TelnyxClient, snapshot, unexpected,
    },
    matching::Owner,
    payload::{Ids, Kind},
    recordings::{self, RecordingNews},
    snapshots::{
        KIND_CALL_EVENT, KIND_RECORD, KIND_RECORDINGS, KIND_STATUS, KIND_TRANSCRIPTIONS,
        TRANSCRIPTIONS, call_event,
    },
};
use crate::{ApiError, Snapshot, json::Object};

/// The products whose records tell of calls.
pub(super) const PRODUCTS: [&str; 2] = ["call-control", "sip-trunking"];
/// The most on a page of detail records.
pub(super) const RECORDS_PAGE_SIZE: &str = "50";
/// Detail records may be asked for 40 times a minute (observed by users, July 2026), at the usual
/// pace of ten requests a second.
const RECORDS_PACES: u32 = 15;

/// For so long after a call its bill is taken as it is.
const FRESH_BILL: SignedDuration = SignedDuration::from_mins(30);

/// A leg, as far as its events tell.
#[derive(Clone, Debug, Default)]
struct Leg {
    control: Option<String>,
    ended_at: Option<Timestamp>,
    is_billed: bool,
}

/// What events tell.
#[derive(Default)]
struct Heard {
    snapshots: Vec<Snapshot>,
    legs: BTreeMap<String, Leg>,
}

impl Heard {
    /// Whether the call was billed a moment ago: that is not corrected yet.
    fn was_just_billed(&self, now: Timestamp) -> bool {
        let is_fresh = |end: Timestamp| now.duration_since(end) < FRESH_BILL;
        !self.legs.is_empty()
            && self
                .legs
                .values()
                .all(|leg| leg.is_billed && leg.ended_at.is_some_and(is_fresh))
    }
}

/// How a leg stands.
struct Standing {
    is_alive: bool,
    snapshot: Snapshot,
}

impl TelnyxClient {
    /// Asks for a conversation by its session, by the id of one of its legs (of either kind), or by
    /// the id of a recording that belongs to no session.
    pub(super) async fn whole(&self, call: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError> {
        let found = self.of_session(call).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        let mut found = Vec::new();
        if let Some(session) = self.session_of(call, &mut found).await? {
            found.extend(self.of_session(&session).await?);
        }
        if found.is_empty() {
            return Err(ApiError::NotFound);
        }
        Ok(found)
    }

    async fn of_session(&self, session: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError> {
        let id = session.as_str();
        let mut heard = self.events("filter[application_session_id]", id).await?;
        let recordings = self
            .pages(
                RECORDINGS,
                &["recordings"],
                &[("filter[call_session_id]", id)],
            )
            .await?;
        let mut found = std::mem::take(&mut heard.snapshots);
        let recording_ids = of_pages(&recordings, session, &mut found)?;
        for recording in recording_ids {
            found.extend(self.transcriptions(session, &recording).await?);
        }
        let mut goes_on = false;
        let open = heard.legs.values().filter(|leg| leg.ended_at.is_none());
        for control in open.filter_map(|leg| leg.control.as_deref()) {
            // It may have ended without anybody being told.
            if let Some(standing) = self.standing(control).await? {
                goes_on |= standing.is_alive;
                found.push(standing.snapshot);
            }
        }
        // What goes on is not charged yet. What is neither going on nor ended is charged all the same,
        // and its record tells the end.
        if !goes_on && !heard.was_just_billed(self.http.now()) {
            found.extend(self.records_of(session).await?);
        }
        Ok(found)
    }

    /// The webhooks that were sent, whether they arrived or not.
    async fn events(&self, filter: &str, id: &str) -> Result<Heard, ApiError> {
        let pages = self
            .pages(CALL_EVENTS, &["call_events"], &[(filter, id)])
            .await?;
        let mut heard = Heard::default();
        for (raw, at) in pages.items()? {
            let Some(item) = Object::of(raw, "call_event") else {
                continue;
            };
            if item.text("type").is_some_and(|word| word != "webhook") {
                continue;
            }
            let Ok(event) = call_event(&item) else {
                continue;
            };
            let ids = Ids::read(&event.payload);
            let (Some(kind), Some((call, leg))) = (event.kind, ids.both()) else {
                continue;
            };
            let leg = heard.legs.entry(leg.as_str().to_owned()).or_default();
            leg.control = leg.control.take().or(ids.control);
            if kind == Kind::Hangup {
                leg.ended_at = leg.ended_at.max(Some(event.occurred_at.unwrap_or(at)));
            }
            leg.is_billed |= kind == Kind::Cost;
            heard
                .snapshots
                .push(snapshot(KIND_CALL_EVENT, call, raw, at));
        }
        Ok(heard)
    }

    /// How a leg stands; known for ten minutes after its end.
    async fn standing(&self, control: &str) -> Result<Option<Standing>, ApiError> {
        let answer = match self.get(CALL, &["calls", control], &[]).await {
            Ok(answer) => answer,
            Err(ApiError::NotFound | ApiError::Server(400)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let object = Object::parse(&answer.body, "").map_err(|error| unexpected(CALL, &error))?;
        let data = object.object("data").unwrap_or(object);
        Ok(Ids::read(&data).both().map(|(call, _)| Standing {
            is_alive: data.boolean("is_alive") == Some(true),
            snapshot: Snapshot {
                kind: KIND_STATUS,
                call,
                body: answer.body.clone(),
                at: answer.at,
            },
        }))
    }

    async fn transcriptions(
        &self,
        session: &ProviderCallId,
        recording: &str,
    ) -> Result<Option<Snapshot>, ApiError> {
        let query = [("filter[recording_id]", recording)];
        let pages = self
            .pages(
                RECORDING_TRANSCRIPTIONS,
                &["recording_transcriptions"],
                &query,
            )
            .await;
        let pages = match pages {
            Ok(pages) => pages,
            Err(error) => return tolerated(RECORDING_TRANSCRIPTIONS, error).map(|()| None),
        };
        let items = pages.items()?;
        let Some((_, at)) = items.last().copied() else {
            return Ok(None);
        };
        Ok(Some(Snapshot {
            kind: KIND_TRANSCRIPTIONS,
            call: session.clone(),
            body: list_body(
                TRANSCRIPTIONS,
                &items.iter().map(|(raw, _)| *raw).collect::<Vec<_>>(),
                Some((recordings::SESSION, session.as_str())),
            ),
            at,
        }))
    }

    /// The detail records of a session. That they can be filtered by it is not documented, so what
    /// comes is looked at; where they cannot, the walk through all records finds them.
    async fn records_of(&self, session: &ProviderCallId) -> Result<Vec<Snapshot>, ApiError> {
        let mut found = Vec::new();
        for product in PRODUCTS {
            let query = [
                ("filter[record_type]", product),
                ("filter[telnyx_session_id]", session.as_str()),
                ("page[size]", RECORDS_PAGE_SIZE),
            ];
            let answer = self.get(DETAIL_RECORDS, &["detail_records"], &query).await;
            self.http.rest(RECORDS_PACES);
            let answer = match answer {
                Ok(answer) => answer,
                Err(ApiError::RateLimited(until)) => {
                    // The rest of the call is worth having; the next walk brings these.
                    tracing::info!(%until, "detail records have to wait");
                    return Ok(found);
                }
                Err(error) => {
                    tolerated(DETAIL_RECORDS, error)?;
                    continue;
                }
            };
            let page = super::page::Page::read(&answer.body)
                .map_err(|error| unexpected(DETAIL_RECORDS, &error))?;
            found.extend(page.items.into_iter().filter_map(|raw| {
                let record = record(raw)?;
                let is_wanted = record.conversation == session.as_str();
                is_wanted.then(|| snapshot(KIND_RECORD, session.clone(), raw, answer.at))
            }));
        }
        Ok(found)
    }

    /// One page of detail records; others come as far apart as Telnyx wants it.
    pub(super) async fn records(
        &self,
        query: &[(&str, &str)],
    ) -> Result<crate::http::Answer, ApiError> {
        let answer = self.get(DETAIL_RECORDS, &["detail_records"], query).await;
        self.http.rest(RECORDS_PACES);
        answer
    }

    /// The session that an id of something else belongs to. What is learned of the call on the way is
    /// put into `found`.
    async fn session_of(
        &self,
        id: &ProviderCallId,
        found: &mut Vec<Snapshot>,
    ) -> Result<Option<ProviderCallId>, ApiError> {
        let text = id.as_str();
        // Call control ids look like `v3:…`; the others are UUIDs.
        if text.contains(':') {
            if let Some(standing) = self.standing(text).await? {
                let session = standing.snapshot.call.clone();
                found.push(standing.snapshot);
                return Ok(Some(session));
            }
            let query = [("filter[call_control_id]", text)];
            let pages = self.pages(RECORDINGS, &["recordings"], &query).await?;
            let session = pages.items()?.into_iter().find_map(|(raw, _)| {
                let object = Object::of(raw, "recording")?;
                let ids = Ids::read(&object);
                ids.session.filter(|_| ids.control.as_deref() == Some(text))
            });
            return Ok(session.map(ProviderCallId::new));
        }
        let heard = self.events("filter[leg_id]", text).await?;
        if let Some(snapshot) = heard.snapshots.first() {
            return Ok(Some(snapshot.call.clone()));
        }
        self.session_of_recording(id, found).await
    }

    async fn session_of_recording(
        &self,
        id: &ProviderCallId,
        found: &mut Vec<Snapshot>,
    ) -> Result<Option<ProviderCallId>, ApiError> {
        let answer = match self.get(RECORDING, &["recordings", id.as_str()], &[]).await {
            Ok(answer) => answer,
            Err(ApiError::NotFound | ApiError::Server(400)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let object =
            Object::parse(&answer.body, "").map_err(|error| unexpected(RECORDING, &error))?;
        let data = object.raw("data");
        let news = data
            .and_then(|raw| Object::of(raw, "recording"))
            .and_then(|object| RecordingNews::of_api(&object).ok());
        match (news, data) {
            (Some(news), Some(raw)) if news.ids.session.is_none() => {
                found.push(recordings_snapshot(
                    id.clone(),
                    &[raw],
                    &Owner::Nobody,
                    answer.at,
                ));
                Ok(None)
            }
            (Some(news), _) => Ok(news.ids.session.map(ProviderCallId::new)),
            (None, _) => Ok(None),
        }
    }
}

/// Puts the recordings of one session into `found`. Gives their ids.
fn of_pages(
    pages: &Pages,
    session: &ProviderCallId,
    found: &mut Vec<Snapshot>,
) -> Result<Vec<String>, ApiError> {
    let mut ids = Vec::new();
    let mut kept: Vec<&RawValue> = Vec::new();
    let mut at = None;
    for (raw, told_at) in pages.items()? {
        let news =
            Object::of(raw, "recording").and_then(|object| RecordingNews::of_api(&object).ok());
        let Some(news) = news else { continue };
        if news.ids.session.as_deref() == Some(session.as_str()) {
            ids.extend(news.id);
            kept.push(raw);
            at = Some(told_at);
        }
    }
    if let Some(at) = at {
        let owner = Owner::Session(session.to_string());
        found.push(recordings_snapshot(session.clone(), &kept, &owner, at));
    }
    Ok(ids)
}

/// Reads a detail record; one that has no id tells nothing.
pub(super) fn record(raw: &RawValue) -> Option<DetailRecord> {
    let record = Object::of(raw, "detail_record").map(|object| DetailRecord::read(&object));
    match record {
        Some(Ok(record)) => Some(record),
        _ => {
            tracing::warn!(path = DETAIL_RECORDS, "a record has no id; left out");
            None
        }
    }
}

/// A page of recordings of one conversation, in Telnyx's own bytes.
pub(super) fn recordings_snapshot(
    call: ProviderCallId,
    items: &[&RawValue],
    owner: &Owner,
    at: Timestamp,
) -> Snapshot {
    let more = match owner {
        Owner::Session(session) => Some((recordings::SESSION, session.as_str())),
        Owner::Guess(call) => Some((recordings::MATCHED_TO, call.as_str())),
        Owner::Nobody => None,
    };
    Snapshot {
        kind: KIND_RECORDINGS,
        call,
        body: list_body(recordings::RECORDINGS, items, more),
        at,
    }
}

fn list_body(list: &str, items: &[&RawValue], more: Option<(&str, &str)>) -> bytes::Bytes {
    let items: Vec<_> = items.iter().map(|raw| raw.get()).collect();
    let more = more.map(|(name, value)| format!("\"{name}\":{},", serde_json::Value::from(value)));
    let more = more.unwrap_or_default();
    format!("{{{more}\"{list}\":[{}]}}", items.join(",")).into()
}

/// What is only one of several ways to learn something may be missing: not offered to this account,
/// not permitted to this key, or with other filters than documented. That the key works at all is
/// seen by the others.
pub(super) fn tolerated(template: &str, error: ApiError) -> Result<(), ApiError> {
    match error {
        ApiError::KeyRefused | ApiError::NotFound | ApiError::Server(400..=499) => {
            tracing::warn!(path = template, %error, "this is not to be had; going on without");
            Ok(())
        }
        error => Err(error),
    }
}
