//! The calls: the board, the list, one call.

use ringback_engine::{
    Engine, EngineError,
    store::{CallFilter, Reader, Recording, StoreError},
};
use ringback_model::{CallId, Direction, Told};

use super::{Answer, copies_json};
use crate::{
    Api, ErrorJson,
    convert::{
        alert_json, call_json, conversation_json, filter, found_json, row_json, time,
        timeline_entry,
    },
    dto::*,
};

/// The longest page.
const MOST_ROWS: u32 = 500;

/// Counting a filtered list stops here.
const COUNT_UP_TO: u64 = 10_000;

/// So many places of a search are shown in one call.
const MOST_HITS: usize = 500;

pub(crate) async fn live_list(api: &Api, _: Nothing) -> Answer<Vec<CallRow>> {
    Ok(api.engine.read(|reader| {
        let page = reader
            .calls()
            .page(&CallFilter::ongoing(), None, MOST_ROWS as usize)?;
        page.rows
            .into_iter()
            .map(|row| row_json(reader, row))
            .collect()
    })?)
}

pub(crate) async fn calls_page(api: &Api, args: PageArgs) -> Answer<CallPage> {
    let filter = filter(&args.query)?;
    let search = filter.text.clone();
    let limit = args.limit.min(MOST_ROWS) as usize;
    Ok(api.engine.read(|reader| {
        let count = reader.calls().count(&filter, COUNT_UP_TO)?;
        let rows = reader.calls().page_at(&filter, args.offset, limit)?;
        let rows = match &search {
            Some(text) => found_json(reader, rows, text)?,
            None => rows
                .into_iter()
                .map(|row| row_json(reader, row))
                .collect::<Result<_, _>>()?,
        };
        Ok(CallPage {
            total: count.n,
            exact: count.is_exact,
            rows,
        })
    })?)
}

pub(crate) async fn calls_get(api: &Api, args: CallRef) -> Answer<CallDetail> {
    call_detail(&api.engine, &args.id)
}

/// Everything about one call.
pub fn call_detail(engine: &Engine, id: &str) -> Result<CallDetail, ErrorJson> {
    let id = engine.find_call(id)?;
    let place = engine.offsite_place();
    let found = engine.read(|reader| detail(reader, id, place.as_deref()))?;
    let mut detail = found.ok_or(EngineError::NoSuchCall)?;
    detail.call.conversation = Some(conversation_json(engine.conversation(id)?));
    Ok(detail)
}

fn detail(
    reader: &Reader<'_>,
    id: CallId,
    place: Option<&str>,
) -> Result<Option<CallDetail>, StoreError> {
    let Some(record) = reader.calls().by_id(id)? else {
        return Ok(None);
    };
    let recordings = reader.recordings().of_call(id)?;
    let started = value(&record.call.fields.started_at);
    let offsets_ms = recordings
        .iter()
        .filter_map(|recording| {
            let began = value(&recording.facts.started_at)?;
            let offset = began.duration_since(started?).as_millis();
            Some((recording.id.to_string(), i64::try_from(offset).ok()?))
        })
        .collect();
    let listens = reader.listens().of_call(id)?;
    Ok(Some(CallDetail {
        call: call_json(&record, &recordings, true),
        timeline: reader
            .events()
            .of_call(id)?
            .into_iter()
            .map(timeline_entry)
            .collect(),
        listens: listens
            .into_iter()
            .map(|(_, listen)| ListenJson {
                who: listen.who,
                at: time(listen.at),
                from_ms: listen.from_ms,
                to_ms: listen.to_ms,
            })
            .collect(),
        offsets_ms,
        deletions: deletions(reader, &recordings)?,
        second_copies: copies_json(reader, place, &recordings)?,
        channel_of: channels(value(&record.call.fields.direction)),
        alerts: reader
            .alerts()
            .standing_of(&id.to_string())?
            .into_iter()
            .map(alert_json)
            .collect(),
    }))
}

/// What was deleted at the provider.
fn deletions(
    reader: &Reader<'_>,
    recordings: &[Recording],
) -> Result<indexmap::IndexMap<String, DeletionJson>, StoreError> {
    let mut deletions = indexmap::IndexMap::new();
    for recording in recordings {
        if let Some(line) = reader.deletions().of(recording.id)? {
            let json = DeletionJson {
                outcome: line.outcome.as_str().to_owned(),
                reason: line.reason,
                who: line.who,
                at: time(line.at),
            };
            deletions.insert(recording.id.to_string(), json);
        }
    }
    Ok(deletions)
}

/// The person on the telephone comes first, who called or was called; in a meeting nobody does.
fn channels(direction: Option<Direction>) -> indexmap::IndexMap<String, u16> {
    match direction {
        Some(Direction::Meeting) => indexmap::IndexMap::new(),
        _ => [("caller".to_owned(), 0), ("agent".to_owned(), 1)]
            .into_iter()
            .collect(),
    }
}

fn value<T: Clone>(field: &Option<Told<T>>) -> Option<T> {
    field.as_ref().map(|told| told.value.clone())
}

/// Has the provider asked about a call that seems to hang.
pub(crate) async fn calls_check(api: &Api, args: CallRef) -> Answer<CallStanding> {
    api.engine.check_call(&args.id).await?;
    standing(api, &args.id)
}

/// A person says that a call is over of which nobody else can say it.
pub(crate) async fn calls_mark_ended(api: &Api, args: CallRef) -> Answer<CallStanding> {
    api.engine.mark_call_ended(&args.id).await?;
    standing(api, &args.id)
}

fn standing(api: &Api, id: &str) -> Answer<CallStanding> {
    let id = api.engine.find_call(id)?;
    let row = api.engine.read(|reader| reader.calls().row(id))?;
    let row = row.ok_or(EngineError::NoSuchCall)?;
    Ok(CallStanding {
        status: row.status.as_str().to_owned(),
    })
}

pub(crate) async fn calls_hits(api: &Api, args: HitsArgs) -> Answer<Vec<Hit>> {
    let id = api.engine.find_call(&args.id)?;
    let hits = api
        .engine
        .read(|reader| reader.calls().hits(id, &args.text, MOST_HITS))?;
    Ok(hits
        .into_iter()
        .map(|hit| Hit {
            segment: u32::try_from(hit.segment).unwrap_or(u32::MAX),
            word: None,
            start_ms: hit.at_ms,
        })
        .collect())
}
