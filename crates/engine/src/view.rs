//! A call's fields as plain JSON by their outside names: for "before" and "after".

use ringback_model::{Call, Field, RecordingState};
use serde_json::{Map, Value, json};

/// The fields that a person compares, in the order they are shown. What nobody told is `null`. Of a
/// transcript only its size is shown, of recordings only their states.
pub(crate) fn fields(call: &Call, recordings: &[RecordingState]) -> Map<String, Value> {
    let told = &call.fields;
    let mut map = Map::new();
    let mut put = |field: Field, value: Value| {
        map.insert(field.as_str().to_owned(), value);
    };
    put(Field::Status, json!(call.status()));
    put(Field::Direction, value(&told.direction));
    put(Field::From, value(&told.from));
    put(Field::To, value(&told.to));
    put(Field::Agent, value(&told.agent));
    put(Field::StartedAt, value(&told.started_at));
    put(Field::AnsweredAt, value(&told.answered_at));
    put(Field::EndedAt, value(&told.ended_at));
    put(Field::DurationMs, value(&told.duration_ms));
    put(Field::EndedReason, value(&told.ended_reason));
    put(Field::Summary, value(&told.summary));
    put(Field::Sentiment, value(&told.sentiment));
    put(Field::Successful, value(&told.successful));
    put(Field::Cost, json!(call.cost()));
    put(Field::Latency, value(&told.latency));
    let segments = call
        .transcript()
        .map(|words| json!({"segments": words.segments.len(), "final": words.is_final}));
    put(Field::Transcript, json!(segments));
    let states: Vec<_> = recordings.iter().map(|state| state.as_str()).collect();
    put(
        Field::Recording,
        if states.is_empty() {
            Value::Null
        } else {
            json!(states)
        },
    );
    map
}

fn value<T: serde::Serialize>(field: &Option<ringback_model::Told<T>>) -> Value {
    field.as_ref().map_or(Value::Null, |told| json!(told.value))
}

/// Keeps of both only what differs; gives the names.
pub(crate) fn keep_differences(
    before: &mut Map<String, Value>,
    after: &mut Map<String, Value>,
) -> Vec<String> {
    let changed: Vec<String> = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(*value))
        .map(|(name, _)| name.clone())
        .collect();
    before.retain(|name, _| changed.contains(name));
    after.retain(|name, _| changed.contains(name));
    changed
}
