//! What was said in a Vapi call, in Ringback's words.

use jiff::Timestamp;
use ringback_model::{Segment, Speaker, Turn, Voice, When};

use super::{
    messages::Entry,
    payload::{Envelope, VapiCall},
};
use crate::json::Object;

/// The whole conversation of a call that is over; empty where none is told.
pub(super) fn of_finished(call: &VapiCall<'_>) -> Vec<Segment> {
    let artifact = call.artifact.as_ref();
    // Older reports have all of it beside the artifact as well.
    let places = || artifact.into_iter().chain([&call.told]);
    places()
        .find_map(|place| Entry::all(place, "messages").map(segments_of))
        .filter(|segments| !segments.is_empty())
        .or_else(|| places().find_map(transcript))
        .or_else(|| openai(artifact, &call.told))
        .unwrap_or_default()
}

/// The conversation so far, as a message tells it that came while the call goes on; empty where it
/// does not.
///
/// Every message may carry the conversation so far: `conversation-update` has it in `messages`, the
/// others in `artifact`, "a live version of `call.artifact`" in the description of Vapi's API. A line
/// that comes as `transcript` is put behind it, if it is not in there yet; one that comes alone is
/// [`alone`].
pub(super) fn of_going_on(call: &VapiCall<'_>, envelope: &Envelope<'_>) -> Vec<Segment> {
    let message = &envelope.message;
    let artifact = call.artifact.as_ref();
    let mut segments = [Some(message), artifact]
        .into_iter()
        .flatten()
        .find_map(|place| Entry::all(place, "messages").map(segments_of))
        .or_else(|| openai(artifact, message))
        .unwrap_or_default();
    if let (false, Some(line)) = (segments.is_empty(), line(envelope)) {
        let is_in_there = segments
            .iter()
            .rev()
            .filter(|segment| segment.speaker == line.speaker)
            .take(2)
            .any(|segment| segment.text.contains(line.text.trim()));
        if !is_in_there {
            segments.push(line);
        }
    }
    segments
}

/// Whether messages of this kind carry a line: `transcript`, and `transcript[transcriptType="final"]`
/// where only final lines were asked for.
pub(super) fn is_line(kind: &str) -> bool {
    kind == "transcript" || kind.starts_with("transcript[")
}

/// A line that came without the conversation before it. Whatever a report tells as a whole replaces
/// what was told before, so a line is told as a turn: turns are joined, and are shown as long as nothing
/// tells the whole. Only what is final is one, or each line would be there once for every word that was
/// added to it.
pub(super) fn alone(envelope: &Envelope<'_>, at: Timestamp) -> Option<Turn> {
    let is_final = envelope.message.text("transcriptType").as_deref() == Some("final");
    let line = line(envelope).filter(|_| is_final)?;
    matches!(line.speaker, Speaker::Agent | Speaker::Caller).then(|| Turn {
        when: When::SaidBy(at),
        voice: Voice::Of(line.speaker),
        text: line.text.trim().to_owned(),
        words: Vec::new(),
    })
}

fn line(envelope: &Envelope<'_>) -> Option<Segment> {
    let message = is_line(&envelope.kind).then_some(&envelope.message)?;
    Some(Segment {
        speaker: speaker(&message.text("role")?)?,
        start_ms: None,
        end_ms: None,
        text: message.text("transcript")?,
        words: Vec::new(),
    })
}

/// Whether a finished call was listened to and nobody said anything: there are messages, and they are
/// the assistant's instructions.
pub(super) fn is_silent(call: &VapiCall<'_>) -> bool {
    let messages = call
        .artifact
        .as_ref()
        .and_then(|artifact| Entry::all(artifact, "messages"));
    messages.is_some() && of_finished(call).is_empty()
}

fn openai(artifact: Option<&Object<'_>>, beside: &Object<'_>) -> Option<Vec<Segment>> {
    let mut places = [Some(beside), artifact].into_iter().flatten();
    let entries = places.find_map(|place| Entry::all(place, "messagesOpenAIFormatted"))?;
    let segments = segments_of(entries);
    (!segments.is_empty()).then_some(segments)
}

fn segments_of(entries: Vec<Entry>) -> Vec<Segment> {
    entries.into_iter().flat_map(segments_of_entry).collect()
}

fn segments_of_entry(entry: Entry) -> Vec<Segment> {
    let Some(speaker) = speaker(&entry.role) else {
        return Vec::new();
    };
    let end_ms = entry
        .start_ms
        .zip(entry.length_ms)
        .and_then(|(start, length)| start.checked_add(length));
    let said = entry.result.or(entry.text).map(|text| (speaker, text));
    let called = entry
        .tool_calls
        .into_iter()
        .map(|call| (Speaker::Tool, call));
    said.into_iter()
        .chain(called)
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(speaker, text)| Segment {
            speaker,
            start_ms: entry.start_ms,
            end_ms,
            text: text.trim().to_owned(),
            words: Vec::new(),
        })
        .collect()
}

/// Who a role is. `None` for what nobody said: the instructions that the assistant works by are
/// among the messages, and are neither part of the conversation nor meant for who reads it.
fn speaker(role: &str) -> Option<Speaker> {
    match role {
        "bot" | "assistant" => Some(Speaker::Agent),
        "user" | "customer" => Some(Speaker::Caller),
        "tool_calls" | "tool_call_result" | "tool" | "function" => Some(Speaker::Tool),
        "system" | "developer" => None,
        _ => Some(Speaker::Named(role.to_owned())),
    }
}

/// `artifact.transcript`: a text of lines by the SDK, a list of lines in a page of the documentation.
fn transcript(place: &Object<'_>) -> Option<Vec<Segment>> {
    let raw = place.raw("transcript")?;
    let segments = if raw.get().starts_with('[') {
        segments_of(Entry::all(place, "transcript")?)
    } else {
        segments_of_lines(&place.text("transcript")?)
    };
    (!segments.is_empty()).then_some(segments)
}

/// Lines that begin with `AI:` or `User:`, or with the names that the assistant's transcript plan gives
/// them; other lines go on with the turn before.
fn segments_of_lines(text: &str) -> Vec<Segment> {
    const NAMES: [(&str, Speaker); 5] = [
        ("AI:", Speaker::Agent),
        ("Assistant:", Speaker::Agent),
        ("Bot:", Speaker::Agent),
        ("User:", Speaker::Caller),
        ("Customer:", Speaker::Caller),
    ];
    let mut segments: Vec<Segment> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let spoken = NAMES
            .into_iter()
            .find_map(|(name, speaker)| Some((speaker, line.strip_prefix(name)?.trim())));
        match (spoken, segments.last_mut()) {
            (Some((_, "")), _) => {}
            (None, Some(last)) => {
                last.text.push('\n');
                last.text.push_str(line);
            }
            (spoken, _) => {
                let (speaker, text) = spoken.unwrap_or((Speaker::System, line));
                segments.push(Segment {
                    speaker,
                    start_ms: None,
                    end_ms: None,
                    text: text.to_owned(),
                    words: Vec::new(),
                });
            }
        }
    }
    segments
}
