//! The command line's answers: the same shapes as the window's, from the same engine. Where the window
//! gets the same, it is the handler's function itself.

use ringback_engine::{
    Engine, EngineError,
    resync::Progress,
    store::{EventFilter, EventHead, EventId, EventState, RefusedRow},
};
use serde::Serialize;

use crate::{
    ErrorCode, ErrorJson,
    convert::{
        account_json, alert_json, call_json, conversation_json, filter, report_json, time,
        timeline_entry, word,
    },
    dto::*,
};
pub use crate::{
    convert::recording_word,
    handlers::{
        app::acknowledge,
        calls::call_detail as call,
        checks::drift,
        resync::request as resync_request,
        setup::{
            add as add_account, check_account, edit as edit_account, forms, pause as pause_account,
            remove as remove_account,
        },
        webhooks::{
            consent as webhook_consent, look as webhook, register as webhook_register,
            restore as webhook_restore, test as webhook_test,
        },
    },
    health::health,
};

/// `calls list`: newest first, without transcripts. An account that is neither configured nor has
/// calls of an earlier time is a mistake, not an empty list.
pub fn calls(engine: &Engine, query: &CallQuery, limit: u32) -> Result<Vec<CallJson>, ErrorJson> {
    let filter = filter(query)?;
    let mut calls = engine.read(|reader| {
        let mut calls = Vec::new();
        let mut after = None;
        while calls.len() < limit as usize {
            let most = (limit as usize - calls.len()).min(500);
            let page = reader.calls().records(&filter, after, most)?;
            for record in page.rows {
                let recordings = reader.recordings().of_call(record.id)?;
                calls.push((record.id, call_json(&record, &recordings, false)));
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        Ok(calls)
    })?;
    for (id, call) in &mut calls {
        call.conversation = Some(conversation_json(engine.conversation(*id)?));
    }
    if let (true, Some(account)) = (calls.is_empty(), &query.account)
        && engine.config().account(account).is_none()
    {
        return Err((&EngineError::NoSuchAccount(account.clone())).into());
    }
    Ok(calls.into_iter().map(|(_, call)| call).collect())
}

/// `accounts list`.
pub fn accounts(engine: &Engine) -> Result<Vec<AccountJson>, ErrorJson> {
    let config = engine.config();
    let accounts = config.accounts.iter();
    Ok(accounts
        .map(|configured| account_json(engine, configured))
        .collect::<Result<_, EngineError>>()?)
}

/// So many alerts are listed at most.
const MOST_ALERTS: usize = 1_000;

/// `alerts list`: those whose cause is not gone, newest first; with `all` those that are gone, too.
pub fn alerts(engine: &Engine, all: bool) -> Result<Vec<AlertJson>, ErrorJson> {
    let alerts = engine.read(|reader| {
        if all {
            reader.alerts().list(None, MOST_ALERTS)
        } else {
            reader.alerts().all_standing(MOST_ALERTS)
        }
    })?;
    Ok(alerts.into_iter().map(alert_json).collect())
}

/// What a resync did.
pub fn resync_report(progress: &Progress) -> ResyncReport {
    report_json(&progress.report)
}

/// One event of the journal, or a request that was refused at the door.
#[derive(Clone, Debug, Serialize)]
pub struct EventJson {
    /// Its id; `refused-17` for what was refused.
    pub id: String,
    /// The account's id.
    pub account: String,
    /// The provider's name; nobody knows who sent what was refused.
    pub provider: Option<String>,
    /// `webhook | snapshot`.
    pub source: String,
    /// The provider's word for the kind.
    pub kind: Option<String>,
    /// RFC 3339.
    pub received_at: String,
    /// `pending | applied | ignored | failed | rejected`.
    pub state: String,
    /// Why it was ignored, failed or rejected.
    pub reason: Option<String>,
    /// Ringback's id of the call that it is about.
    pub call: Option<String>,
    /// Only for a single event: the body, as JSON if it is JSON, else as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
    /// Only for what was refused, and only if more came than is kept: how long the body was, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u64>,
}

/// What the id of a refused request begins with; behind it stands its place.
const REFUSED: &str = "refused-";

/// `events list`.
pub fn events(
    engine: &Engine,
    state: Option<&str>,
    limit: u32,
) -> Result<Vec<EventJson>, ErrorJson> {
    let limit = limit as usize;
    if state == Some("rejected") {
        let refused = engine.read(|reader| reader.refused().list(None, limit))?;
        return Ok(refused.into_iter().map(refused_json).collect());
    }
    let filter = EventFilter {
        state: state.map(event_state).transpose()?,
        ..EventFilter::default()
    };
    let heads = engine.read(|reader| reader.events().list(&filter, None, limit))?;
    Ok(heads.into_iter().map(event_json).collect())
}

/// `events show`: what came, or what was refused with the reason and the beginning of its body.
pub fn event(engine: &Engine, id: &str) -> Result<EventJson, ErrorJson> {
    if let Some(place) = id.strip_prefix(REFUSED) {
        let place = place.parse().map_err(|_| EngineError::NoSuchEvent)?;
        let row = engine
            .read(|reader| reader.refused().by_seq(place))?
            .ok_or(EngineError::NoSuchEvent)?;
        return Ok(EventJson {
            body: Some(body_json(&row.refusal.body)),
            ..refused_json(row)
        });
    }
    let id: EventId = id.parse().map_err(|_| EngineError::NoSuchEvent)?;
    let event = engine
        .read(|reader| reader.events().by_id(id))?
        .ok_or(EngineError::NoSuchEvent)?;
    Ok(EventJson {
        body: Some(body_json(&event.body)),
        ..event_json(event.head)
    })
}

fn body_json(body: &[u8]) -> serde_json::Value {
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into())
}

fn event_state(word: &str) -> Result<EventState, ErrorJson> {
    let states = [
        EventState::Pending,
        EventState::Applied,
        EventState::Ignored,
        EventState::Failed,
    ];
    states
        .into_iter()
        .find(|state| state.as_str() == word)
        .ok_or_else(|| {
            ErrorJson::new(ErrorCode::BadRequest, format!("there is no state {word:?}"))
                .hint("It has to be one of pending, applied, ignored, failed, rejected.")
        })
}

fn event_json(head: EventHead) -> EventJson {
    let (account, provider) = (head.account.to_string(), head.provider.clone());
    let (call, kind) = (head.call.map(|call| call.to_string()), head.kind.clone());
    let entry = timeline_entry(head);
    EventJson {
        id: entry.event,
        account,
        provider: Some(provider),
        source: entry.source,
        kind,
        received_at: entry.at,
        state: entry.state,
        reason: entry.reason,
        call,
        body: None,
        body_bytes: None,
    }
}

fn refused_json(row: RefusedRow) -> EventJson {
    let kept = row.refusal.body.len() as u64;
    EventJson {
        id: format!("{REFUSED}{}", row.seq),
        account: row.refusal.account.to_string(),
        provider: None,
        source: word(&ringback_model::Source::Webhook),
        kind: None,
        received_at: time(row.refusal.at),
        state: "rejected".into(),
        reason: Some(row.refusal.reason),
        call: None,
        body: None,
        body_bytes: Some(row.refusal.body_bytes).filter(|bytes| *bytes > kept),
    }
}

/// `events replay`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReplayJson {
    /// Events that were read again.
    pub replayed: u64,
    /// Those of them that still cannot be read.
    pub failed: u64,
}

/// Reads one event again, or (without an id) all that failed.
pub async fn replay(engine: &Engine, id: Option<&str>) -> Result<ReplayJson, ErrorJson> {
    let replayed = match id {
        Some(id) if id.starts_with(REFUSED) => {
            let message = "what was refused is not in the journal, so it cannot be read again";
            return Err(ErrorJson::new(ErrorCode::BadRequest, message).hint(
                "`ringback events show` tells why it was refused; the call itself comes by `ringback resync`.",
            ));
        }
        Some(id) => {
            let id: EventId = id.parse().map_err(|_| &EngineError::NoSuchEvent)?;
            engine.replay(id).await?
        }
        None => engine.replay_failed().await?,
    };
    Ok(ReplayJson {
        replayed: replayed.replayed,
        failed: replayed.failed,
    })
}
