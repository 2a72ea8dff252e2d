//! What was said, by whom, when.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::told::Fact;

/// Who speaks. Anything else than the three fixed words is a participant's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Speaker {
    /// Our side.
    Agent,
    /// The person on the phone.
    Caller,
    /// A tool that the agent used.
    Tool,
    /// The machinery: transitions, keys pressed, notes.
    System,
    /// A participant of a meeting, by name.
    Named(String),
}

impl From<String> for Speaker {
    fn from(text: String) -> Self {
        match text.as_str() {
            "agent" => Self::Agent,
            "caller" => Self::Caller,
            "tool" => Self::Tool,
            "system" => Self::System,
            _ => Self::Named(text),
        }
    }
}

impl From<Speaker> for String {
    fn from(speaker: Speaker) -> Self {
        match speaker {
            Speaker::Agent => "agent".into(),
            Speaker::Caller => "caller".into(),
            Speaker::Tool => "tool".into(),
            Speaker::System => "system".into(),
            Speaker::Named(name) => name,
        }
    }
}

/// One word and when it sounds, in milliseconds from the start of the recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Start in ms.
    pub start_ms: u64,
    /// End in ms.
    pub end_ms: u64,
}

/// One turn of one speaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Who.
    pub speaker: Speaker,
    /// Start in ms from the start of the recording, if the provider tells.
    pub start_ms: Option<u64>,
    /// End in ms.
    pub end_ms: Option<u64>,
    /// What was said.
    pub text: String,
    /// Word by word, where the provider tells. May be empty.
    #[serde(default)]
    pub words: Vec<Word>,
}

/// A whole transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// False while the call goes on and more will come.
    pub is_final: bool,
    /// In the order of speaking. Never empty: no transcript is `None`, not an empty one.
    pub segments: Vec<Segment>,
}

/// What a provider says of a transcript apart from its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TranscriptOutlook {
    /// There is one, or it is being made.
    Promised,
    /// There will be none.
    Absent,
    /// There is one, and nobody said anything in it.
    Empty,
}

impl Fact for TranscriptOutlook {
    /// Who looked into it knows more than who only heard of it.
    fn rank(&self) -> u8 {
        u8::from(matches!(self, Self::Empty))
    }
}

impl Fact for Transcript {
    /// What is final stands against what was said while the call went on.
    fn rank(&self) -> u8 {
        u8::from(self.is_final)
    }
}

/// Single turns of a conversation that goes on, told one by one. Each report brings its own; they add
/// up in whatever order they come, until a final transcript takes their place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LiveTurns(Vec<Segment>);

impl LiveTurns {
    /// One turn.
    pub fn one(turn: Segment) -> Self {
        Self(vec![turn])
    }

    /// All turns so far, in the order of speaking.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }
}

impl Fact for LiveTurns {
    fn sum(&self, other: &Self) -> Option<Self> {
        let mut turns = self.0.clone();
        for turn in &other.0 {
            if let Err(place) = turns.binary_search_by(|held| in_order(held, turn)) {
                turns.insert(place, turn.clone());
            }
        }
        Some(Self(turns))
    }
}

/// By when they begin; the text decides between those that begin together, so that the order does not
/// depend on which was told first.
fn in_order(one: &Segment, other: &Segment) -> Ordering {
    let text = |turn: &Segment| serde_json::to_string(turn).unwrap_or_default();
    one.start_ms
        .cmp(&other.start_ms)
        .then_with(|| text(one).cmp(&text(other)))
}
