//! What is said in a call, as Vapi writes it: `messages`, the same for OpenAI, and one text.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::Call;
use crate::speech::{Speaker, Turn};

use super::names::PROMPT;

/// `messages`: everything up to `at`, the assistant's instructions first. Times are epoch milliseconds, the place is
/// seconds from the start; `duration` is milliseconds as seen in a real payload, whatever the description says.
pub(super) fn messages(call: &Call, at: Timestamp) -> Vec<Value> {
    let Some(answered) = call.timeline.answered else {
        return Vec::new();
    };
    let start = answered.as_millisecond();
    let turns = call.turns(at);
    let mut all = vec![json!({
        "role": "system", "message": PROMPT, "time": start, "secondsFromStart": 0,
    })];
    let noted = place_of_the_note(call, &turns);
    for (index, turn) in turns.iter().enumerate() {
        if noted == Some(index) {
            all.extend(note(call, turn, start));
        }
        all.push(message(turn, start));
    }
    all
}

fn message(turn: &Turn, start: i64) -> Value {
    json!({
        "role": if turn.speaker == Speaker::Agent { "bot" } else { "user" },
        "message": turn.text,
        "time": start + ms(turn.start_ms),
        "endTime": start + ms(turn.end_ms),
        "secondsFromStart": turn.start_ms as f64 / 1000.0,
        "duration": turn.end_ms - turn.start_ms,
        "source": "",
    })
}

/// The agent writes its result down before its last words.
fn place_of_the_note(call: &Call, turns: &[Turn]) -> Option<usize> {
    turns
        .iter()
        .rposition(|turn| turn.speaker == Speaker::Agent)
        .filter(|_| call.story.successful && turns.len() >= call.story.turns.len())
}

fn note(call: &Call, turn: &Turn, start: i64) -> [Value; 2] {
    let id = format!("call_{}", &call.token[..8]);
    let arguments = json!({ "note": call.story.title }).to_string();
    let time = start + ms(turn.start_ms);
    let seconds = turn.start_ms as f64 / 1000.0;
    [
        json!({
            "role": "tool_calls", "message": "", "time": time, "secondsFromStart": seconds,
            "toolCalls": [{ "id": id, "type": "function", "function": { "name": "save_note", "arguments": arguments } }],
        }),
        json!({
            "role": "tool_call_result", "toolCallId": id, "name": "save_note", "result": "saved",
            "time": time, "secondsFromStart": seconds,
        }),
    ]
}

/// `messagesOpenAIFormatted`.
pub(super) fn for_openai(call: &Call, at: Timestamp) -> Vec<Value> {
    let prompt = json!({ "role": "system", "content": PROMPT });
    let turns = call.turns(at);
    let said = turns.iter().map(|turn| {
        let role = if turn.speaker == Speaker::Agent {
            "assistant"
        } else {
            "user"
        };
        json!({ "role": role, "content": turn.text })
    });
    std::iter::once(prompt).chain(said).collect()
}

/// `transcript`: a line for each turn.
pub(super) fn text(call: &Call, at: Timestamp) -> String {
    let name = |turn: &Turn| {
        if turn.speaker == Speaker::Agent {
            "AI"
        } else {
            "User"
        }
    };
    call.turns(at)
        .iter()
        .map(|turn| format!("{}: {}\n", name(turn), turn.text))
        .collect()
}

fn ms(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
