//! What was said in a call, by the telling that says most.
//!
//! It may be told as a whole, turn by turn, and as the text of a recording. The rules:
//! - The final transcript of the whole stands against everything. Single turns say nothing more beside
//!   it, so they are not kept, whenever they come; as a final transcript stays one, that does not
//!   depend on the order.
//! - Until then the telling with several voices counts most; of two such, turns do, unless the whole
//!   knows when its turns began.
//! - Otherwise the whole, then the text of the recordings, then turns of one voice.

use std::{borrow::Cow, collections::BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::{Call, LegId, Segment, Speaker, Transcript, Voice, When};

impl Call {
    /// What was said, as far as it is known. What is put together from turns is not final, even when
    /// the call is over: a transcript of the whole may follow.
    pub fn transcript(&self) -> Option<Cow<'_, Transcript>> {
        let whole = self.fields.transcript.as_ref().map(|told| &told.value);
        if whole.is_some_and(|whole| whole.is_final) {
            return whole.map(Cow::Borrowed);
        }
        let in_turns = self.in_turns();
        let is_timed = |whole: &Transcript| {
            let mut segments = whole.segments.iter();
            segments.any(|segment| segment.start_ms.is_some())
        };
        let stands = whole.is_some_and(|whole| has_voices(whole) && is_timed(whole));
        if in_turns.as_ref().is_some_and(has_voices) && !stands {
            return in_turns.map(Cow::Owned);
        }
        whole
            .map(Cow::Borrowed)
            .or_else(|| self.of_recordings().map(Cow::Owned))
            .or_else(|| in_turns.map(Cow::Owned))
    }

    /// Forgets single turns once the final transcript is there. True if it is.
    pub(crate) fn turns_give_way(&mut self) -> bool {
        let transcript = self.fields.transcript.as_ref();
        let is_final = transcript.is_some_and(|told| told.value.is_final);
        if is_final {
            self.turns = crate::Turns::default();
        }
        is_final
    }

    fn in_turns(&self) -> Option<Transcript> {
        if self.turns.is_empty() {
            return None;
        }
        let root = self.assembly.root(&self.assembly.visible());
        let recorded_from = self
            .recordings
            .values()
            .filter_map(|recording| Some(recording.started_at.as_ref()?.value))
            .min();
        let answered = || Some(self.fields.answered_at.as_ref()?.value);
        let began = recorded_from.or_else(answered);
        let segments = self.turns.iter().map(|turn| {
            let (start_ms, end_ms) = place(turn.when, began);
            Segment {
                speaker: speaker(&turn.voice, root),
                start_ms,
                end_ms,
                text: turn.text.clone(),
                words: turn.words.clone(),
            }
        });
        Some(Transcript {
            is_final: false,
            segments: segments.collect(),
        })
    }

    fn of_recordings(&self) -> Option<Transcript> {
        let told = self.assembly.transcriptions.values();
        let segments = told.map(|told| Segment {
            // Nobody says who speaks; it is the sound of the call as a whole.
            speaker: Speaker::Named("recording".into()),
            start_ms: None,
            end_ms: None,
            text: told.value.clone(),
            words: Vec::new(),
        });
        let segments: Vec<_> = segments.collect();
        (!segments.is_empty()).then_some(Transcript {
            is_final: true,
            segments,
        })
    }
}

/// Start and end in ms from the start of the recording.
fn place(when: When, began: Option<Timestamp>) -> (Option<u64>, Option<u64>) {
    match when {
        When::Within { start_ms, end_ms } => (start_ms, end_ms),
        When::SaidBy(moment) => {
            let end = began.and_then(|began| milliseconds(moment.duration_since(began)));
            (None, end)
        }
    }
}

fn speaker(voice: &Voice, root: Option<&LegId>) -> Speaker {
    // Whoever is at the far end of the root is the person; a further leg leads to somebody on our
    // side.
    let is_person = match voice {
        Voice::Of(speaker) => return speaker.clone(),
        Voice::OfTheParty(leg) => Some(leg) == root,
        Voice::ToTheParty(leg) => Some(leg) != root,
    };
    if is_person {
        Speaker::Caller
    } else {
        Speaker::Agent
    }
}

/// Whether more than one speaks in it.
fn has_voices(transcript: &Transcript) -> bool {
    let is_of_people = |speaker: &&Speaker| !matches!(speaker, Speaker::Tool | Speaker::System);
    let speakers = transcript.segments.iter().map(|segment| &segment.speaker);
    let voices: BTreeSet<&Speaker> = speakers.filter(is_of_people).collect();
    voices.len() > 1
}

pub(crate) fn milliseconds(span: SignedDuration) -> Option<u64> {
    u64::try_from(span.as_millis()).ok()
}
