//! What was said in a meeting, in Ringback's words
//! (<https://docs.recall.ai/docs/download-schemas>, read November 2026).

use jiff::Timestamp;
use ringback_model::{Segment, Speaker, Transcript, TranscriptOutlook, Word};
use serde_json::value::RawValue;

use super::payload::Recording;
use crate::{
    Misunderstood,
    json::{Object, milliseconds, scalar_text},
};

/// Whether there is a transcript of what these recordings hold. `None` where nothing is told.
pub(super) fn outlook(recordings: &[Recording]) -> Option<TranscriptOutlook> {
    let told = recordings.iter().filter_map(|recording| {
        match recording.transcript.as_ref()?.code.as_deref()? {
            "processing" | "done" => Some(TranscriptOutlook::Promised),
            "failed" | "deleted" => Some(TranscriptOutlook::Absent),
            _ => None,
        }
    });
    // One that is there counts for more than one that failed.
    told.min_by_key(|outlook| *outlook != TranscriptOutlook::Promised)
}

/// One recording's transcript on its way into the journal.
pub(super) struct Part {
    pub(super) started_at: Option<Timestamp>,
    /// The file.
    pub(super) content: Box<RawValue>,
}

/// The snapshot of the transcripts of a call: its id, and each file as it was, with the beginning of
/// the recording that its times count from.
pub(super) fn snapshot(call: &str, parts: &[Part]) -> String {
    let parts: Vec<_> = parts
        .iter()
        .map(|part| {
            let started_at = part.started_at.map(|at| at.to_string());
            let started_at = serde_json::json!(started_at);
            format!(
                "{{\"recording_started_at\":{started_at},\"content\":{}}}",
                part.content.get()
            )
        })
        .collect();
    let call = serde_json::json!(call);
    format!("{{\"call\":{call},\"transcripts\":[{}]}}", parts.join(","))
}

/// What a snapshot of transcripts says: the words, or that there are none.
pub(super) fn read(
    object: &Object<'_>,
) -> Result<Result<Transcript, TranscriptOutlook>, Misunderstood> {
    let parts = object
        .objects("transcripts")
        .ok_or_else(|| object.lacks("transcripts", "is no list"))?;
    let first = parts
        .iter()
        .find_map(|part| part.moment("recording_started_at"));
    let mut segments = Vec::new();
    for part in &parts {
        let started_at = part.moment("recording_started_at");
        // A bot that stopped and went on made several recordings; places in the call's transcript
        // are counted from the first.
        let shift = first
            .zip(started_at)
            .map(|(first, started_at)| started_at.duration_since(first).as_millis())
            .and_then(|ms| u64::try_from(ms).ok());
        let place = Place {
            started_at,
            shift: shift.unwrap_or(0),
        };
        let items = part
            .items("content")
            .ok_or_else(|| part.lacks("content", "is no list"))?;
        let turns = items.into_iter().filter_map(|raw| Object::of(raw, "turn"));
        segments.extend(turns.filter_map(|turn| segment(&turn, &place)));
    }
    Ok(if segments.is_empty() {
        Err(TranscriptOutlook::Empty)
    } else {
        Ok(Transcript {
            is_final: true,
            segments,
        })
    })
}

/// The turn in a `transcript.data` event, which bots send while a meeting goes on if they were told to
/// (<https://docs.recall.ai/docs/real-time-event-payloads>, read November 2026).
pub(super) fn live_turn(body: &[u8]) -> Option<Segment> {
    let event = Object::parse(body, "").ok()?;
    let turn = event.object("data")?.object("data")?;
    let place = Place {
        started_at: None,
        shift: 0,
    };
    segment(&turn, &place)
}

/// Where a recording's times begin.
struct Place {
    started_at: Option<Timestamp>,
    /// In ms, from the beginning of the call's first recording.
    shift: u64,
}

impl Place {
    /// `{relative, absolute}`; plain seconds in v1.10.
    fn of(&self, word: &Object<'_>, name: &str) -> Option<u64> {
        let raw = word.raw(name)?;
        let Some(timestamp) = Object::of(raw, name) else {
            return self.shifted(milliseconds(word.float(name)?)?);
        };
        if let Some(place) = timestamp.float("relative").and_then(milliseconds) {
            return self.shifted(place);
        }
        let absolute = timestamp.moment("absolute")?;
        let place = absolute.duration_since(self.started_at?).as_millis();
        self.shifted(u64::try_from(place).ok()?)
    }

    fn shifted(&self, place: u64) -> Option<u64> {
        place.checked_add(self.shift)
    }
}

/// A turn: `{participant, words}`, in v1.10 `{speaker, words}`.
fn segment(turn: &Object<'_>, place: &Place) -> Option<Segment> {
    let told = turn.objects("words").unwrap_or_default();
    let words: Vec<_> = told
        .iter()
        .filter_map(|word| {
            let text = word.text("text")?.trim().to_owned();
            let start = place.of(word, "start_timestamp");
            let end = place.of(word, "end_timestamp");
            Some((text, start, end))
        })
        .collect();
    let text: Vec<_> = words.iter().map(|(text, ..)| text.as_str()).collect();
    let text = text.join(" ");
    let start_ms = words.iter().find_map(|(_, start, _)| *start);
    let end_ms = words
        .iter()
        .rev()
        .find_map(|(_, start, end)| end.or(*start));
    let timed = words.into_iter().filter_map(|(text, start, end)| {
        let start_ms = start?;
        let end_ms = end.unwrap_or(start_ms).max(start_ms);
        Some(Word {
            text,
            start_ms,
            end_ms,
        })
    });
    (!text.is_empty()).then(|| Segment {
        speaker: speaker(turn),
        start_ms,
        end_ms,
        words: timed.collect(),
        text,
    })
}

/// Participants by name. Two people of one name cannot be told apart by the reader anyway; one
/// without a name is told apart by number.
fn speaker(turn: &Object<'_>) -> Speaker {
    let participant = turn.object("participant");
    let name = participant
        .as_ref()
        .and_then(|participant| participant.text("name"))
        .or_else(|| turn.text("speaker"));
    let name = name.unwrap_or_else(|| {
        let id = participant
            .as_ref()
            .and_then(|participant| participant.raw("id"));
        match id.and_then(scalar_text) {
            Some(id) => format!("Participant {id}"),
            None => "Participant".to_owned(),
        }
    });
    Speaker::from(name.trim().to_owned())
}
