//! What calls name by id: numbers and assistants, asked for once and remembered.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use tokio::sync::Mutex;

use super::{
    api::{Api, unexpected, wrong},
    composed::{AssistantFacts, NumberFacts},
};
use crate::{ApiError, http::Answer, json::Object};

pub(super) const NUMBERS: &str = "/phone-number";
const NUMBER: &str = "/phone-number/{id}";
const ASSISTANT: &str = "/assistant/{id}";

/// The most numbers that Vapi lists at once.
const MOST_NUMBERS: &str = "1000";

/// How long an answer is believed. Assistants are renamed now and then.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);
/// How long nobody asks again after there was no answer: a name is not worth holding up calls.
const BAD_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Remembers. Who comes while somebody asks waits for that answer.
#[derive(Default)]
pub(super) struct Directory(Mutex<Known>);

#[derive(Default)]
struct Known {
    numbers: HashMap<String, Entry<NumberFacts>>,
    /// Until when the list of numbers need not be asked for.
    numbers_until: Option<Timestamp>,
    assistants: HashMap<String, Entry<AssistantFacts>>,
}

/// What is known of one id until a moment; `None` if Vapi did not say.
struct Entry<T> {
    facts: Option<T>,
    until: Timestamp,
}

impl<T> Entry<T> {
    fn of(told: Result<Option<T>, ApiError>, now: Timestamp) -> Self {
        // It is not worth an error: the call is there, and is asked for again while its number lacks.
        let (facts, lasts) = match told {
            Ok(facts) => (facts, GOOD_FOR),
            Err(error) => {
                tracing::warn!(%error, "what a call names by id could not be asked for");
                (None, BAD_FOR)
            }
        };
        Self {
            facts,
            until: later(now, lasts),
        }
    }
}

impl Directory {
    /// The number of that id.
    pub(super) async fn number(&self, api: &Api, id: &str) -> Option<NumberFacts> {
        let mut known = self.0.lock().await;
        let now = api.http.now();
        if let Some(entry) = known.numbers.get(id).filter(|entry| now < entry.until) {
            return entry.facts.clone();
        }
        if known.numbers_until.is_none_or(|until| until <= now) {
            let listed = list_numbers(api).await;
            let lasts = if listed.is_ok() { GOOD_FOR } else { BAD_FOR };
            known.numbers_until = Some(later(now, lasts));
            for facts in listed.unwrap_or_default() {
                let id = facts.id.clone();
                known.numbers.insert(id, Entry::of(Ok(Some(facts)), now));
            }
        }
        if known.numbers.get(id).is_none_or(|entry| entry.until <= now) {
            // Deleted, or beyond the first thousand.
            let told = api.get(NUMBER, &["phone-number", id], &[]).await;
            let told = facts(told, NUMBER, NumberFacts::read);
            known.numbers.insert(id.to_owned(), Entry::of(told, now));
        }
        known.numbers.get(id)?.facts.clone()
    }

    /// The assistant of that id.
    pub(super) async fn assistant(&self, api: &Api, id: &str) -> Option<AssistantFacts> {
        let mut known = self.0.lock().await;
        let now = api.http.now();
        if let Some(entry) = known.assistants.get(id).filter(|entry| now < entry.until) {
            return entry.facts.clone();
        }
        let told = api.get(ASSISTANT, &["assistant", id], &[]).await;
        let entry = Entry::of(facts(told, ASSISTANT, AssistantFacts::read), now);
        let facts = entry.facts.clone();
        known.assistants.insert(id.to_owned(), entry);
        facts
    }
}

/// One document's facts. That there is none (any more) is an answer.
fn facts<T>(
    answer: Result<Answer, ApiError>,
    template: &str,
    read: impl FnOnce(&Object<'_>) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    match answer {
        Ok(answer) => {
            let object =
                Object::parse(&answer.body, "").map_err(|error| wrong(template, &error))?;
            Ok(read(&object))
        }
        Err(ApiError::NotFound | ApiError::Server(400)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn list_numbers(api: &Api) -> Result<Vec<NumberFacts>, ApiError> {
    let answer = api
        .get(NUMBERS, &["phone-number"], &[("limit", MOST_NUMBERS)])
        .await?;
    let items: Vec<&RawValue> = serde_json::from_slice(&answer.body)
        .map_err(|_| unexpected(NUMBERS, "what should be a list is none"))?;
    Ok(items
        .into_iter()
        .filter_map(|raw| NumberFacts::read(&Object::of(raw, "phoneNumber")?))
        .collect())
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
