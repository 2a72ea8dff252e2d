//! What was said, by whom, when.

use serde::{Deserialize, Serialize};

use crate::told::Fact;

/// Who speaks. Anything else than the three fixed words is a participant's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
