//! Who took part in a meeting, in the order in which they came
//! (<https://docs.recall.ai/docs/download-schemas>, read November 2026).

use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::{Misunderstood, json::Object};

/// In a webinar with hundreds of people nobody reads on.
const MOST_NAMES: usize = 50;

/// The joins among the things that participants did. Everything else (who spoke, who wrote what) is
/// left where it is.
pub(super) fn joins(events: &RawValue) -> Vec<&RawValue> {
    let is_join = |raw: &&RawValue| {
        let event = Object::of(raw, "event");
        event.is_some_and(|event| event.text("action").as_deref() == Some("join"))
    };
    items(events).into_iter().filter(is_join).collect()
}

/// The items of a list; nothing where there is none.
pub(super) fn items(list: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(list.get()).unwrap_or_default()
}

/// The snapshot of who took part in a call: its id, the bot's name, and each join as it was told,
/// or each participant where no joins are told.
pub(super) fn snapshot(call: &str, bot: Option<&str>, joined: &[String]) -> String {
    let (call, bot) = (serde_json::json!(call), serde_json::json!(bot));
    format!(
        "{{\"call\":{call},\"bot_name\":{bot},\"joined\":[{}]}}",
        joined.join(",")
    )
}

/// What a snapshot of participants says: their names in one text. `None` if nobody came.
pub(super) fn read(object: &Object<'_>) -> Result<Option<String>, Misunderstood> {
    let joined = object
        .objects("joined")
        .ok_or_else(|| object.lacks("joined", "is no list"))?;
    let bot = object.text("bot_name");
    let mut joined: Vec<_> = joined.iter().filter_map(join).collect();
    if joined.iter().all(|(at, _)| at.is_some()) {
        joined.sort_by_key(|(at, _)| *at);
    }
    let mut names: Vec<String> = Vec::new();
    for (_, name) in joined {
        // Who leaves and comes again joins twice. Whether the bot counts as a participant of its own
        // meeting is not documented.
        if Some(&name) != bot.as_ref() && !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    if more > 0 {
        names.push(format!("+{more}"));
    }
    Ok((!names.is_empty()).then(|| names.join(", ")))
}

/// `{participant: {name}, timestamp}` of a join, or a participant by itself.
fn join(joined: &Object<'_>) -> Option<(Option<Timestamp>, String)> {
    let at = joined
        .object("timestamp")
        .and_then(|timestamp| timestamp.moment("absolute"));
    let name = match joined.object("participant") {
        Some(participant) => participant.text("name"),
        None => joined.text("name"),
    };
    Some((at, name?.trim().to_owned()))
}
