//! What is said, told turn by turn.
//!
//! Some providers tell each turn by itself, while the call goes on and perhaps never again as a whole.
//! Turns are joined as a set, so that it does not matter in which order they come and how often. Who
//! spoke and when is worked out when the transcript is asked for (`spoken`): what is told later of
//! legs and recordings counts for the turns that were there before.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{LegId, Segment, Speaker, Word};

/// One turn, or one line of it. Turns are in the order of speaking.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Turn {
    /// When it was said.
    pub when: When,
    /// Who said it.
    pub voice: Voice,
    /// What.
    pub text: String,
    /// Word by word, where the provider tells. May be empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
}

/// When a turn was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// In ms from the start of the recording, as far as they are told.
    Within {
        /// Start.
        start_ms: Option<u64>,
        /// End.
        end_ms: Option<u64>,
    },
    /// At this moment it had been said. When it began nobody tells.
    SaidBy(Timestamp),
}

/// Whose voice it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// This speaker's.
    Of(Speaker),
    /// That of the party at the far end of this leg.
    OfTheParty(LegId),
    /// What the party at the far end of this leg gets to hear.
    ToTheParty(LegId),
}

impl From<Segment> for Turn {
    fn from(segment: Segment) -> Self {
        Self {
            when: When::Within {
                start_ms: segment.start_ms,
                end_ms: segment.end_ms,
            },
            voice: Voice::Of(segment.speaker),
            text: segment.text,
            words: segment.words,
        }
    }
}

/// The turns that were told so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Turns(BTreeSet<Turn>);

impl Turns {
    /// Whether none was told.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order of speaking.
    pub fn iter(&self) -> impl Iterator<Item = &Turn> {
        self.0.iter()
    }

    /// True if one of them is new.
    pub(crate) fn take(&mut self, told: &[Turn]) -> bool {
        let mut is_news = false;
        for turn in told {
            is_news |= self.0.insert(turn.clone());
        }
        is_news
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
