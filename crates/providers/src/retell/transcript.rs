//! What was said in a Retell call, in Ringback's words.

use ringback_model::{Segment, Speaker, StoragePolicy, Word};

use super::{
    links,
    payload::{RetellCall, Turn},
};
use crate::json::milliseconds;

/// The fullest transcript that may be kept; empty where none is told.
pub(super) fn segments(call: &RetellCall<'_>) -> Vec<Segment> {
    let told = match links::storage_policy(call) {
        // What is still there of the unscrubbed text is not to be kept.
        Some(StoragePolicy::ExceptPersonalData) => call.scrubbed_turns().map(segments_of),
        _ => call
            .turns()
            .map(segments_of)
            .or_else(|| call.plain_transcript().map(|text| segments_of_lines(&text)))
            .or_else(|| call.scrubbed_turns().map(segments_of)),
    };
    told.unwrap_or_default()
}

fn segments_of(turns: Vec<Turn>) -> Vec<Segment> {
    turns.into_iter().filter_map(segment).collect()
}

fn segment(turn: Turn) -> Option<Segment> {
    let (speaker, text) = match turn.role.as_str() {
        "agent" => (Speaker::Agent, turn.content),
        "user" => (Speaker::Caller, turn.content),
        "tool_call_invocation" => {
            let name = turn.name.unwrap_or_default();
            let arguments = turn.arguments.unwrap_or_default();
            (Speaker::Tool, Some(format!("{name}({arguments})")))
        }
        "tool_call_result" => (Speaker::Tool, turn.content),
        "node_transition" => (Speaker::System, turn.node.or(turn.content)),
        "dtmf" => (
            Speaker::System,
            turn.digit.map(|digit| format!("[{digit}]")),
        ),
        "sms" | "injected" => (Speaker::System, turn.content),
        _ => (Speaker::Named(turn.role), turn.content),
    };
    let words: Vec<_> = turn
        .words
        .iter()
        .filter_map(|word| {
            let (start_ms, end_ms) = (milliseconds(word.start)?, milliseconds(word.end)?);
            Some(Word {
                text: word.word.clone(),
                start_ms,
                end_ms: end_ms.max(start_ms),
            })
        })
        .collect();
    let at = turn.time_sec.and_then(milliseconds);
    Some(Segment {
        speaker,
        start_ms: words.first().map(|word| word.start_ms).or(at),
        end_ms: words.last().map(|word| word.end_ms),
        text: text.filter(|text| !text.trim().is_empty())?,
        words,
    })
}

/// Lines that begin with `Agent:` or `User:`; other lines go on with the turn before.
fn segments_of_lines(text: &str) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let spoken = [("Agent:", Speaker::Agent), ("User:", Speaker::Caller)]
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
