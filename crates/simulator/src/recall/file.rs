//! What lies in the storage: sound, and JSON about who spoke and who was there
//! (docs.recall.ai/docs/download-schemas).

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::Call;
use crate::speech::{Format, Turn};
use crate::stand_in::StoredFile;

use super::{meeting, moment, part_id};

pub(super) const VIDEO: &str = "video.mp4";
pub(super) const AUDIO: &str = "audio.mp3";
pub(super) const TRANSCRIPT: &str = "transcript.json";
pub(super) const EVENTS: &str = "participant_events.json";
pub(super) const PARTICIPANTS: &str = "participants.json";

/// The file of that name.
pub(super) fn of(call: &Call, name: &str) -> Option<StoredFile> {
    if !meeting::keeps(call) {
        return None;
    }
    match name {
        VIDEO => Some(StoredFile::Sound(call.sound(Format::Mp4, 1))),
        AUDIO if call.two_channels() => Some(StoredFile::Sound(call.sound(Format::Mp3, 1))),
        TRANSCRIPT => Some(StoredFile::Json(transcript(call))),
        EVENTS => Some(StoredFile::Json(events(call)?)),
        PARTICIPANTS => {
            let people = (0..3).map(|person| participant(call, person));
            Some(StoredFile::Json(people.collect()))
        }
        _ => None,
    }
}

fn transcript(call: &Call) -> Value {
    meeting::spoken(call, call.timeline.ended)
        .iter()
        .map(|(person, turn)| json!({ "participant": participant(call, *person), "words": words(call, turn) }))
        .collect()
}

/// The words of a turn, with their places in the recording and in the day.
pub(super) fn words(call: &Call, turn: &Turn) -> Value {
    let place = |ms: u64| {
        let absolute = call
            .timeline
            .answered
            .map(|answered| moment(answered + std::time::Duration::from_millis(ms)));
        json!({ "relative": ms as f64 / 1000.0, "absolute": absolute })
    };
    turn.words
        .iter()
        .map(|word| {
            json!({
                "text": word.text,
                "start_timestamp": place(word.start_ms),
                "end_timestamp": place(word.end_ms),
            })
        })
        .collect()
}

/// One of the three.
pub(super) fn participant(call: &Call, person: usize) -> Value {
    json!({
        "id": meeting::number(person),
        "name": meeting::people(call)[person],
        "is_host": person == 0,
        "platform": if person == 2 { "unknown" } else { "desktop" },
        "extra_data": null,
        "email": null,
    })
}

/// Not in the order of their moments, which no document promises.
fn events(call: &Call) -> Option<Value> {
    let answered = call.timeline.answered?;
    let of = |index: u8, action: &str, person: usize, at: Timestamp| {
        json!({
            "id": part_id(call, 16 + index),
            "action": action,
            "participant": participant(call, person),
            "timestamp": {
                "absolute": moment(at),
                "relative": at.duration_since(answered).as_secs_f64(),
            },
            "data": null,
        })
    };
    let joined = meeting::joined(call)?;
    Some(json!([
        of(0, "join", 2, joined[2]),
        of(1, "join", 0, joined[0]),
        of(2, "speech_on", 0, joined[0]),
        of(3, "join", 1, joined[1]),
        of(4, "leave", 1, call.timeline.ended),
    ]))
}
