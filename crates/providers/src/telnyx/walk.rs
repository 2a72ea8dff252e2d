//! The walk through everything that happened since a moment. Telnyx has no list of calls, so several
//! lists are read one after the other, and each tells its part:
//!
//! 1. the webhooks that were sent, also those that did not arrive;
//! 2. the detail records of each product: costs, calls of SIP trunks, and calls whose webhooks are
//!    not kept any more;
//! 3. the recordings.
//!
//! `/webhook_deliveries` and `/detail_records` may be closed to a key; then the walk goes on without
//! (and for the events of the last day takes `/call_events`). `/recordings` has to answer.

use std::{collections::BTreeMap, fmt};

use jiff::{Timestamp, tz::TimeZone};
use ringback_model::ProviderCallId;
use serde_json::value::RawValue;

use super::{
    client::{
        CALL_EVENTS, DELIVERIES, DETAIL_RECORDS, PAGE_SIZE, RECORDINGS, TelnyxClient, snapshot,
        unexpected,
    },
    matching::{Owner, range},
    page::{Next, Page},
    payload::{Envelope, Ids, Kind},
    recordings::RecordingNews,
    session::{PRODUCTS, RECORDS_PAGE_SIZE, record, recordings_snapshot, tolerated},
    snapshots::{KIND_CALL_EVENT, KIND_EVENT, KIND_RECORD, call_event},
};
use crate::{ApiError, ListedPage, Snapshot, http::Answer, json::Object};

/// Where a walk stands; the `next` of a page is its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Walk {
    stage: Stage,
    /// The page of that list: none for the first.
    page: Option<Next>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Deliveries,
    CallEvents,
    /// Detail records: of which product, and whether of today or of the days before.
    Records {
        product: usize,
        today: bool,
    },
    Recordings,
}

impl Walk {
    pub(super) fn parse(page: Option<&str>) -> Result<Self, ApiError> {
        let Some(text) = page else {
            return Ok(Self::begin(Stage::Deliveries));
        };
        Self::read(text).ok_or_else(|| ApiError::Unexpected("the page is none of this list".into()))
    }

    fn read(text: &str) -> Option<Self> {
        let (stage, page) = text.split_once('@')?;
        let stage = match stage {
            "deliveries" => Stage::Deliveries,
            "call-events" => Stage::CallEvents,
            "recordings" => Stage::Recordings,
            records => {
                let (day, product) = records.split_once('/')?;
                Stage::Records {
                    product: PRODUCTS.iter().position(|known| *known == product)?,
                    today: match day {
                        "today" => true,
                        "before" => false,
                        _ => return None,
                    },
                }
            }
        };
        let page = match page.split_once('=') {
            None if page.is_empty() => None,
            Some(("number", number)) => Some(Next::Number(number.parse().ok()?)),
            Some(("after", cursor)) => Some(Next::Cursor(cursor.to_owned())),
            _ => return None,
        };
        Some(Self { stage, page })
    }

    fn begin(stage: Stage) -> Self {
        Self { stage, page: None }
    }
}

impl fmt::Display for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stage {
            Stage::Deliveries => f.write_str("deliveries@")?,
            Stage::CallEvents => f.write_str("call-events@")?,
            Stage::Recordings => f.write_str("recordings@")?,
            Stage::Records { product, today } => {
                let day = if today { "today" } else { "before" };
                write!(f, "{day}/{}@", PRODUCTS.get(product).unwrap_or(&""))?;
            }
        }
        match &self.page {
            None => Ok(()),
            Some(Next::Number(number)) => write!(f, "number={number}"),
            Some(Next::Cursor(cursor)) => write!(f, "after={cursor}"),
        }
    }
}

/// What one step of the walk brought.
struct Step {
    snapshots: Vec<Snapshot>,
    next: Option<Next>,
    at: Timestamp,
}

impl TelnyxClient {
    pub(super) async fn walk(&self, since: Timestamp, walk: Walk) -> Result<ListedPage, ApiError> {
        let step = match walk.stage {
            Stage::Deliveries => self.deliveries(since, walk.page.as_ref()).await,
            Stage::CallEvents => self.call_events(since, walk.page.as_ref()).await,
            Stage::Records { product, today } => {
                let product = PRODUCTS.get(product).copied().unwrap_or(PRODUCTS[0]);
                let page = walk.page.as_ref();
                self.listed_records(since, product, today, page).await
            }
            Stage::Recordings => self.listed_recordings(since, walk.page.as_ref()).await,
        };
        let step = match (step, walk.stage) {
            (Ok(step), _) => step,
            (Err(error), Stage::Recordings) => return Err(error),
            (Err(error), Stage::Deliveries) => {
                tolerated(DELIVERIES, error)?;
                return Ok(listed(
                    Vec::new(),
                    Some(Walk::begin(Stage::CallEvents)),
                    None,
                ));
            }
            (Err(error), stage) => {
                let template = match stage {
                    Stage::CallEvents => CALL_EVENTS,
                    _ => DETAIL_RECORDS,
                };
                tolerated(template, error)?;
                return Ok(listed(Vec::new(), self.after(stage, since), None));
            }
        };
        let next = match step.next {
            Some(page) => Some(Walk {
                stage: walk.stage,
                page: Some(page),
            }),
            None => self.after(walk.stage, since),
        };
        Ok(listed(step.snapshots, next, Some(step.at)))
    }

    /// The first page of the list that is read after this one.
    fn after(&self, stage: Stage, since: Timestamp) -> Option<Walk> {
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let today_is_all = day(since) == day(self.http.now());
        let next = match stage {
            Stage::Deliveries | Stage::CallEvents => Stage::Records {
                product: 0,
                today: true,
            },
            // Whether today is one of the "last days" is not documented, so it is asked for as well.
            Stage::Records {
                product,
                today: true,
            } if !today_is_all => Stage::Records {
                product,
                today: false,
            },
            Stage::Records { product, .. } if product + 1 < PRODUCTS.len() => Stage::Records {
                product: product + 1,
                today: true,
            },
            Stage::Records { .. } => Stage::Recordings,
            Stage::Recordings => return None,
        };
        Some(Walk::begin(next))
    }

    async fn step(
        &self,
        template: &'static str,
        segment: &str,
        query: &[(&str, &str)],
        page: Option<&Next>,
    ) -> Result<Answer, ApiError> {
        let first = self.url(&[segment], query)?;
        let url = page.map_or_else(|| first.clone(), |page| page.at(&first));
        self.ask(template, url).await
    }

    async fn deliveries(&self, since: Timestamp, page: Option<&Next>) -> Result<Step, ApiError> {
        let (since, names) = (
            since.to_string(),
            Kind::names().collect::<Vec<_>>().join(","),
        );
        let query = [
            ("filter[started_at][gte]", since.as_str()),
            ("filter[event_type]", names.as_str()),
            ("page[size]", PAGE_SIZE),
        ];
        let answer = self
            .step(DELIVERIES, "webhook_deliveries", &query, page)
            .await?;
        let page = Page::read(&answer.body).map_err(|error| unexpected(DELIVERIES, &error))?;
        let event = |raw: &RawValue| {
            let webhook = Object::of(raw, "delivery")?.raw("webhook")?;
            let event = Envelope::of(Object::of(webhook, "webhook")?).ok()?;
            event.kind?;
            let call = ProviderCallId::new(Ids::read(&event.payload).session?);
            Some(snapshot(KIND_EVENT, call, webhook, answer.at))
        };
        Ok(Step {
            snapshots: page.items.iter().filter_map(|raw| event(raw)).collect(),
            next: page.next,
            at: answer.at,
        })
    }

    /// Without a leg or a session, of the last 24 hours only.
    async fn call_events(&self, since: Timestamp, page: Option<&Next>) -> Result<Step, ApiError> {
        let since = since.to_string();
        let query = [
            ("filter[occurred_at][gte]", since.as_str()),
            ("filter[type]", "webhook"),
            ("page[size]", PAGE_SIZE),
        ];
        let answer = self.step(CALL_EVENTS, "call_events", &query, page).await?;
        let page = Page::read(&answer.body).map_err(|error| unexpected(CALL_EVENTS, &error))?;
        let event = |raw: &RawValue| {
            let event = call_event(&Object::of(raw, "call_event")?).ok()?;
            event.kind?;
            let call = ProviderCallId::new(Ids::read(&event.payload).session?);
            Some(snapshot(KIND_CALL_EVENT, call, raw, answer.at))
        };
        Ok(Step {
            snapshots: page.items.iter().filter_map(|raw| event(raw)).collect(),
            next: page.next,
            at: answer.at,
        })
    }

    async fn listed_records(
        &self,
        since: Timestamp,
        product: &str,
        today: bool,
        page: Option<&Next>,
    ) -> Result<Step, ApiError> {
        let range = if today {
            "today".to_owned()
        } else {
            range(self.http.now(), since)
        };
        let number = match page {
            Some(Next::Number(number)) => number.to_string(),
            _ => "1".to_owned(),
        };
        let query = [
            ("filter[record_type]", product),
            ("filter[date_range]", range.as_str()),
            ("page[number]", number.as_str()),
            ("page[size]", RECORDS_PAGE_SIZE),
        ];
        let answer = self.records(&query).await?;
        let page = Page::read(&answer.body).map_err(|error| unexpected(DETAIL_RECORDS, &error))?;
        let mut began = Vec::new();
        let mut snapshots = Vec::new();
        for raw in page.items {
            let Some(record) = record(raw) else { continue };
            let start = record.started_at.or(record.finished_at);
            // One without times says nothing about the order.
            began.extend(start);
            if start.is_none_or(|start| start >= since) {
                let call = ProviderCallId::new(&record.conversation);
                snapshots.push(snapshot(KIND_RECORD, call, raw, answer.at));
            }
        }
        // The newest come first, by what users saw; that is not promised. So an early end is only
        // taken for one where the page itself is in that order.
        let is_newest_first = began.is_sorted_by(|one, other| one >= other);
        let is_past = began.last().is_some_and(|start| *start < since);
        Ok(Step {
            snapshots,
            next: page.next.filter(|_| !(is_newest_first && is_past)),
            at: answer.at,
        })
    }

    async fn listed_recordings(
        &self,
        since: Timestamp,
        page: Option<&Next>,
    ) -> Result<Step, ApiError> {
        let since = since.to_string();
        let query = [
            ("filter[created_at][gte]", since.as_str()),
            ("page[size]", PAGE_SIZE),
        ];
        let answer = self.step(RECORDINGS, "recordings", &query, page).await?;
        let page = Page::read(&answer.body).map_err(|error| unexpected(RECORDINGS, &error))?;
        let mut by_session: BTreeMap<String, Vec<&RawValue>> = BTreeMap::new();
        let mut snapshots = Vec::new();
        for raw in page.items {
            let news =
                Object::of(raw, "recording").and_then(|object| RecordingNews::of_api(&object).ok());
            let Some(news) = news else {
                tracing::warn!(path = RECORDINGS, "a listed recording has no id; left out");
                continue;
            };
            let Some(session) = news.ids.session.clone() else {
                snapshots.push(self.homeless(raw, &news, answer.at).await?);
                continue;
            };
            by_session.entry(session).or_default().push(raw);
        }
        let of_sessions = by_session.into_iter().map(|(session, items)| {
            let owner = Owner::Session(session.clone());
            recordings_snapshot(ProviderCallId::new(session), &items, &owner, answer.at)
        });
        snapshots.extend(of_sessions);
        Ok(Step {
            snapshots,
            next: page.next,
            at: answer.at,
        })
    }

    /// A recording that names no session.
    async fn homeless(
        &self,
        raw: &RawValue,
        news: &RecordingNews,
        at: Timestamp,
    ) -> Result<Snapshot, ApiError> {
        let owner = self.owner_of(news).await?;
        let call = match &owner {
            Owner::Session(call) | Owner::Guess(call) => call.clone(),
            Owner::Nobody => news.id.clone().unwrap_or_default(),
        };
        let call = ProviderCallId::new(call);
        Ok(recordings_snapshot(call, &[raw], &owner, at))
    }
}

fn listed(snapshots: Vec<Snapshot>, next: Option<Walk>, at: Option<Timestamp>) -> ListedPage {
    ListedPage {
        snapshots,
        next: next.map(|walk| walk.to_string()),
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_walk_stands_survives_as_text() {
        for text in [
            "deliveries@",
            "deliveries@number=2",
            "call-events@after=a=b@c",
            "today/call-control@number=7",
            "before/sip-trunking@",
            "recordings@number=3",
        ] {
            let walk = Walk::parse(Some(text)).expect("a page");
            assert_eq!(walk.to_string(), text);
        }
        for text in ["", "calls@", "deliveries", "deliveries@page", "today/x@"] {
            assert!(Walk::parse(Some(text)).is_err(), "{text}");
        }
    }
}
