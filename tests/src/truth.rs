//! Holds the JSON of a call against what really happened in it.

use std::{fs, path::Path};

use ringback_simulator::Truth;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Every field of the call that differs from the truth, with both sides. Empty is what a test wants.
pub fn differences(call: &Value, truth: &Truth) -> Vec<String> {
    let truth = serde_json::to_value(truth).expect("plain structs are JSON");
    let mut found = Vec::new();
    let mut same = |name: &str, ours: Value, theirs: Value| {
        if ours != theirs {
            found.push(format!(
                "{name}: {} instead of {}",
                short(&ours),
                short(&theirs)
            ));
        }
    };
    for name in [
        "account",
        "provider",
        "provider_call_id",
        "status",
        "direction",
        "from",
        "to",
        "started_at",
        "ended_at",
        "duration_ms",
        "ended_reason",
        "summary",
        "sentiment",
        "successful",
    ] {
        same(name, call[name].clone(), truth[name].clone());
    }
    let agent = |of: &Value| json!([of["agent"]["id"], of["agent"]["name"]]);
    same("agent", agent(call), agent(&truth));
    same("cost", cost(&call["cost"]), conversation_cost(&truth));
    let latency = &call["latency"]["e2e"];
    same("latency", latency.clone(), truth["latency"].clone());
    same(
        "transcript",
        spoken(&call["transcript"]),
        spoken(&truth["transcript"]),
    );
    same(
        "recordings",
        call["recordings"]
            .as_array()
            .map(|all| recordings(all))
            .into(),
        truth["recordings"]
            .as_array()
            .map(|all| recordings(all))
            .into(),
    );
    same(
        "legs",
        legs(&call["legs"], "id"),
        legs(&truth["child_legs"], "provider_call_id"),
    );
    found
}

/// What people said. What else a provider tells of a call, such as the tools its agent
/// used, is not what happened in it.
fn spoken(transcript: &Value) -> Value {
    let segments = transcript.as_array().into_iter().flatten();
    let is_of_people =
        |segment: &&Value| segment["speaker"] != "tool" && segment["speaker"] != "system";
    segments.filter(is_of_people).cloned().collect()
}

/// The paths at which two JSON values differ, with both sides. Empty if they are equal.
pub fn unequal(ours: &Value, theirs: &Value) -> Vec<String> {
    fn walk(path: &str, ours: &Value, theirs: &Value, found: &mut Vec<String>) {
        match (ours, theirs) {
            (Value::Object(one), Value::Object(other)) => {
                let names = one
                    .keys()
                    .chain(other.keys().filter(|name| !one.contains_key(*name)));
                for name in names {
                    walk(&format!("{path}.{name}"), &ours[name], &theirs[name], found);
                }
            }
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
                for (index, (one, other)) in one.iter().zip(other).enumerate() {
                    walk(&format!("{path}[{index}]"), one, other, found);
                }
            }
            _ if ours == theirs => {}
            _ => found.push(format!(
                "{path}: {} instead of {}",
                short(ours),
                short(theirs)
            )),
        }
    }
    let mut found = Vec::new();
    walk("", ours, theirs, &mut found);
    found
}

/// Enough of a value to see what it is about.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

/// What the call itself says is missing of it.
pub fn lacking(call: &Value) -> Option<String> {
    let missing = &call["missing"];
    (*missing != json!([])).then(|| format!("it lacks {missing}"))
}

/// Amounts as numbers: `0.10` and `0.1` are the same money.
fn cost(of: &Value) -> Value {
    let number = |amount: &Value| {
        let amount: Option<Decimal> = amount.as_str().and_then(|text| text.parse().ok());
        json!(amount.map(|amount| amount.normalize().to_string()))
    };
    if of.is_null() {
        return Value::Null;
    }
    let mut parts: Vec<Value> = of["parts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|part| json!([part["name"], number(&part["amount"])]))
        .collect();
    parts.sort_by_key(Value::to_string);
    json!([number(&of["amount"]), of["currency"], parts])
}

/// The truth tells each leg's own price; a conversation costs what its legs cost together.
fn conversation_cost(truth: &Value) -> Value {
    let legs: Vec<&Value> = truth["child_legs"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    if legs.is_empty() || truth["cost"].is_null() {
        return cost(&truth["cost"]);
    }
    let root = json!({"id": truth["provider_call_id"], "cost": truth["cost"]["amount"]});
    let legs = legs
        .iter()
        .map(|leg| json!({"id": leg["provider_call_id"], "cost": leg["cost"]}));
    let named = |leg: Value| json!({"name": leg["id"], "amount": leg["cost"]});
    // What the root leg is made of stands for it, where that is told.
    let own = match truth["cost"]["parts"].as_array() {
        Some(parts) if !parts.is_empty() => parts.clone(),
        _ => vec![named(root)],
    };
    let parts: Vec<Value> = own.into_iter().chain(legs.map(named)).collect();
    let sum: Decimal = parts
        .iter()
        .filter_map(|part| part["amount"].as_str()?.parse::<Decimal>().ok())
        .sum();
    cost(&json!({
        "amount": sum.to_string(),
        "currency": truth["cost"]["currency"],
        "parts": parts,
    }))
}

/// The ids of the recordings; which state they are in is our affair.
fn recordings(all: &[Value]) -> Value {
    let mut ids: Vec<&Value> = all
        .iter()
        .map(|one| &one["provider_recording_id"])
        .collect();
    ids.sort_by_key(|id| id.to_string());
    json!(ids)
}

fn legs(all: &Value, id: &str) -> Value {
    let mut legs: Vec<Value> = all
        .as_array()
        .into_iter()
        .flatten()
        .map(|leg| {
            let amount = leg["cost"]["amount"].as_str().or(leg["cost"].as_str());
            json!([
                leg[id],
                leg["from"],
                leg["to"],
                leg["status"],
                cost(&json!({"amount": amount}))
            ])
        })
        .collect();
    legs.sort_by_key(Value::to_string);
    json!(legs)
}

/// What is wrong with the file of the call's first recording, which has to be one of the provider's
/// to the byte, in its place, with its description beside it. Empty is what a test wants.
pub fn wrong_with_sound(call: &Value, truth: &Truth, recordings: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    let recording = &call["recordings"][0];
    if recording["state"] != "ready" || !recording["reason"].is_null() {
        return vec![format!("it is not ready: {recording}")];
    }
    let path = recording["path"].as_str().unwrap_or_default();
    let Ok(bytes) = fs::read(recordings.join(path)) else {
        return vec![format!("there is no file {path}")];
    };
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let file = truth
        .recordings
        .iter()
        .flat_map(|recording| &recording.files)
        .find(|file| file.sha256 == sha256);
    match file {
        None => wrong.push("its bytes are none of the provider's".to_owned()),
        Some(file) => {
            let ours = json!([
                recording["format"],
                recording["channels"],
                recording["size_bytes"],
                recording["sha256"]
            ]);
            let theirs = json!([file.format, file.channels, file.size_bytes, file.sha256]);
            if ours != theirs {
                wrong.push(format!("its facts are {ours} instead of {theirs}"));
            }
        }
    }
    let has_two = truth
        .recordings
        .iter()
        .flat_map(|it| &it.files)
        .any(|file| file.channels == 2);
    if has_two && recording["channels"] != 2 {
        wrong.push("there is one with a party on each channel, and this is not it".to_owned());
    }
    let day = &truth
        .started_at
        .as_deref()
        .unwrap_or_default()
        .get(..10)
        .unwrap_or_default();
    let key = recording["provider_recording_id"]
        .as_str()
        .map(|id| format!("_{id}"))
        .unwrap_or_default();
    let extension = recording["format"].as_str().unwrap_or_default();
    let place = format!(
        "{}/{day}/{}{key}.{extension}",
        truth.account, truth.provider_call_id
    );
    if path != place {
        wrong.push(format!("it lies at {path} instead of {place}"));
    }
    let sidecar = Path::new(path).with_extension("json");
    let sidecar: Option<Value> = fs::read(recordings.join(&sidecar))
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    match sidecar {
        None => wrong.push(format!("there is no readable description beside {path}")),
        Some(told) => {
            if told["provider_call_id"] != truth.provider_call_id.as_str()
                || told["recording"]["sha256"] != sha256.as_str()
            {
                wrong.push(format!(
                    "the description beside it is of something else: {told}"
                ));
            }
        }
    }
    wrong
}
