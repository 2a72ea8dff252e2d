//! The messages of a conversation, in the three forms in which Vapi writes them.

use crate::json::{Object, milliseconds};

/// One entry of `messages`, `messagesOpenAIFormatted` or of a transcript that is a list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) role: String,
    pub(super) text: Option<String>,
    /// From the start of the call.
    pub(super) start_ms: Option<u64>,
    pub(super) length_ms: Option<u64>,
    /// Of `tool_calls`: what was called, as `name(arguments)`.
    pub(super) tool_calls: Vec<String>,
    /// Of `tool_call_result`.
    pub(super) result: Option<String>,
}

impl Entry {
    /// The entries of a list; `None` where there is none, or nothing in it.
    pub(super) fn all(object: &Object<'_>, name: &str) -> Option<Vec<Self>> {
        let entries: Vec<_> = object
            .objects(name)?
            .iter()
            .filter_map(Self::read)
            .collect();
        (!entries.is_empty()).then_some(entries)
    }

    fn read(object: &Object<'_>) -> Option<Self> {
        // `time` and `endTime` are milliseconds since 1970. `duration` is seconds by the description
        // and milliseconds in the one real payload known, so it is not used.
        let length = match (object.float("time"), object.float("endTime")) {
            (Some(start), Some(end)) => milliseconds((end - start) / 1000.0),
            _ => None,
        };
        let calls = object
            .objects("toolCalls")
            .or_else(|| object.objects("tool_calls"))
            .unwrap_or_default();
        Some(Self {
            role: object.text("role")?,
            text: object.text("message").or_else(|| object.text("content")),
            start_ms: object
                .float("secondsFromStart")
                .or_else(|| time_of_a_line(object))
                .and_then(milliseconds),
            length_ms: length,
            tool_calls: calls.iter().filter_map(tool_call).collect(),
            result: object.text("result"),
        })
    }
}

/// Of a transcript that is a list of lines: its `time` is seconds from the start
/// (<https://docs.vapi.ai/assistants/call-recording>). Elsewhere `time` is milliseconds since 1970.
fn time_of_a_line(object: &Object<'_>) -> Option<f64> {
    /// The longest call that Vapi allows, in seconds.
    const LONGEST: f64 = 43_200.0;
    object
        .float("time")
        .filter(|time| (0.0..=LONGEST).contains(time))
}

fn tool_call(object: &Object<'_>) -> Option<String> {
    let function = object.object("function")?;
    let name = function.text("name")?;
    let arguments = function.raw("arguments");
    // A text with JSON in it, or the JSON itself.
    let arguments = arguments
        .map(|raw| serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().into()));
    Some(format!("{name}({})", arguments.unwrap_or_default()))
}
