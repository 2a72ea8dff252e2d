//! One call with everything that is or will be true about it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::account::Account;
use crate::dice::Dice;
use crate::script::{CallScript, Direction, Ending, RecordingPlan};
use crate::speech::{Conversation, Format, Sound, Speaker, Spoken, Turn, Word, conversations};
use crate::timeline::Timeline;
use crate::truth::TruthAgent;

/// A call. Documents, webhooks and the truth are all derived from it and a moment.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Index of its account.
    pub(crate) account: usize,
    /// The provider's id.
    pub(crate) id: String,
    pub(crate) script: CallScript,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) agent: Option<TruthAgent>,
    /// What is said; the conversation's own words unless the call comes from the generated archive.
    pub(crate) story: Arc<Spoken>,
    pub(crate) conversation: &'static Conversation,
    pub(crate) timeline: Timeline,
    /// The provider's id of the recording, where it gives one.
    pub(crate) recording_id: String,
    /// The unguessable part of links to its files, 64 hex digits.
    pub(crate) token: String,
    /// End-to-end latency of each of the agent's turns, in tenths of a millisecond.
    pub(crate) latency: Vec<u32>,
    /// The leg to the person it was put through to.
    pub(crate) child: Option<Leg>,
    /// The call as each of its further recordings heard it: shorter, and under that recording's id.
    pub(crate) further: Vec<Self>,
    /// Set when a test hides or deletes it by hand.
    pub(crate) hidden_until: Option<Timestamp>,
    pub(crate) deleted: bool,
    /// Set when its recording alone was deleted by the API.
    pub(crate) recording_deleted: bool,
}

/// What a call is written from.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Counts calls; every draw about this call is made with it.
    pub(crate) number: u64,
    /// Index of its account.
    pub(crate) account: usize,
    pub(crate) script: CallScript,
    pub(crate) placed: Timestamp,
    /// Told instead of the conversation's own words.
    pub(crate) story: Option<Arc<Spoken>>,
}

/// A leg that belongs to a call.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    pub(crate) id: String,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) placed: Timestamp,
    pub(crate) ringing: Timestamp,
    pub(crate) answered: Timestamp,
    pub(crate) ended: Timestamp,
}

impl Call {
    /// Writes the call down, with all that its draft leaves open drawn.
    pub(crate) fn of(draft: Draft, account: &Account, dice: Dice) -> Self {
        let Draft {
            number,
            account: index,
            mut script,
            placed,
            story,
        } = draft;
        let chosen = script
            .conversation
            .unwrap_or_else(|| fitting_conversation(dice, number, &script.ending));
        let conversation = &conversations()[chosen % conversations().len()];
        let story = story.unwrap_or_else(|| Arc::clone(&conversation.script));
        let provider = account.provider;
        if script.direction == Direction::Web && !provider.web_calls() {
            script.direction = Direction::Inbound;
        }
        let timeline = Timeline::of(&script, conversation.duration(), placed, provider.pace());
        let person = || Some(dice.phone("person", number));
        let own = || Some(account.number.clone());
        let (from, to) = match script.direction {
            Direction::Inbound => (
                script.from.clone().or_else(person),
                script.to.clone().or_else(own),
            ),
            Direction::Outbound => (
                script.from.clone().or_else(own),
                script.to.clone().or_else(person),
            ),
            Direction::Web => (None, None),
        };
        let agent = provider.agent(dice, &story.business);
        let agent_turns = story
            .turns
            .iter()
            .filter(|turn| turn.speaker == Speaker::Agent)
            .count();
        let latency = (0..agent_turns as u64)
            .map(|turn| {
                6_200
                    + u32::try_from(dice.below(&format!("latency {turn}"), number, 7_900))
                        .unwrap_or(0)
            })
            .collect();
        let child =
            (script.ending == Ending::Transferred && timeline.answered.is_some()).then(|| {
                let second = Duration::from_secs(1);
                let half = Duration::from_secs(timeline.talk().as_secs() / 2);
                let placed = timeline.answered.unwrap_or(timeline.placed) + half;
                Leg {
                    id: provider.child_id(dice, number),
                    from: from.clone(),
                    to: Some(dice.phone("staff", number)),
                    placed,
                    ringing: (placed + second).min(timeline.ended),
                    answered: (placed + 2 * second).min(timeline.ended),
                    ended: timeline.ended,
                }
            });
        let mut call = Self {
            account: index,
            id: provider.call_id(dice, number),
            from,
            to,
            agent,
            story,
            conversation,
            timeline,
            recording_id: provider.recording_id(dice, number),
            token: dice.hex("file", number, 64),
            latency,
            child,
            further: Vec::new(),
            hidden_until: None,
            deleted: false,
            recording_deleted: false,
            script,
        };
        let lengths = call.script.further_recordings.clone();
        call.further = (1..)
            .zip(lengths)
            .map(|(nth, length)| Self {
                // Apart from the numbers of all other calls.
                recording_id: provider.recording_id(dice, number + (nth << 32)),
                timeline: call.timeline.heard_for(length),
                ..call.clone()
            })
            .collect();
        call
    }

    /// The call as each of its recordings heard it.
    pub(crate) fn recorded(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.further)
    }

    /// Whether it can be asked for at `at`.
    pub(crate) fn exists(&self, at: Timestamp) -> bool {
        at >= self.timeline.placed
            && !self.deleted
            && self.timeline.deleted.is_none_or(|deleted| at < deleted)
    }

    /// Whether the API leaves out most of it at `at`.
    pub(crate) fn in_hole(&self, at: Timestamp) -> bool {
        [self.timeline.hole_until, self.hidden_until]
            .into_iter()
            .flatten()
            .any(|until| at < until)
    }

    pub(crate) fn answered(&self, at: Timestamp) -> bool {
        self.timeline
            .answered
            .is_some_and(|answered| at >= answered)
    }

    pub(crate) fn ended(&self, at: Timestamp) -> bool {
        at >= self.timeline.ended
    }

    pub(crate) fn connected(&self) -> bool {
        self.timeline.answered.is_some()
    }

    /// How long the talk was, as the provider says at `at`.
    pub(crate) fn told_duration(&self, at: Timestamp) -> Duration {
        self.timeline.talk()
            + self
                .correction(at)
                .map(|correction| correction.extra_duration)
                .unwrap_or_default()
    }

    /// What the provider adds to the cost at `at`, in millionths of a dollar.
    pub(crate) fn extra_cost(&self, at: Timestamp) -> i64 {
        self.correction(at)
            .map(|correction| correction.extra_cost_micros)
            .unwrap_or_default()
    }

    fn correction(&self, at: Timestamp) -> Option<&crate::script::Correction> {
        self.timeline
            .corrected
            .filter(|corrected| at >= *corrected)
            .and(self.script.correction.as_ref())
    }

    /// Everything said up to `at`. A talk longer than the story tells it again and again.
    pub(crate) fn turns(&self, at: Timestamp) -> Vec<Turn> {
        let Some(answered) = self.timeline.answered else {
            return Vec::new();
        };
        let passed = at.min(self.timeline.ended).duration_since(answered);
        let passed = u64::try_from(passed.as_millis()).unwrap_or(0);
        let round = self.story.duration_ms.max(1);
        (0..=passed / round)
            .flat_map(|lap| {
                self.story
                    .turns
                    .iter()
                    .map(move |turn| shifted(turn, lap * round))
            })
            .filter(|turn| turn.end_ms <= passed)
            .collect()
    }

    /// The carrier's id of it.
    pub(crate) fn carrier_call(&self) -> String {
        let drawn = || format!("CA{}", &self.token[..32]);
        self.script.carrier_call.clone().unwrap_or_else(drawn)
    }

    /// Whether a version with one party per channel exists.
    pub(crate) fn two_channels(&self) -> bool {
        matches!(
            self.script.recording,
            RecordingPlan::Kept {
                two_channels: true,
                ..
            }
        )
    }

    /// Whether there is or will be a file.
    pub(crate) fn kept(&self) -> bool {
        self.connected() && matches!(self.script.recording, RecordingPlan::Kept { .. })
    }

    /// The recording's file.
    pub(crate) fn sound(&self, format: Format, channels: u16) -> Sound {
        self.conversation
            .sound(format, channels, self.timeline.talk())
    }

    /// Percentile of the end-to-end latency in milliseconds, linear between neighbours.
    pub(crate) fn latency_percentile(&self, percent: u32) -> Option<f64> {
        let mut sorted = self.latency.clone();
        sorted.sort_unstable();
        let last = sorted.len().checked_sub(1)?;
        let place = last * percent as usize;
        let (low, rest) = (place / 100, place % 100);
        let high = sorted[(low + 1).min(last)];
        let tenths = f64::from(sorted[low]) + f64::from(high - sorted[low]) * rest as f64 / 100.0;
        Some(tenths.round() / 10.0)
    }
}

fn fitting_conversation(dice: Dice, number: u64, ending: &Ending) -> usize {
    let wanted = |conversation: &Conversation| match ending {
        Ending::Voicemail => conversation.script.voicemail,
        Ending::Transferred => conversation.script.name == "transfer-to-staff",
        _ => !conversation.script.voicemail && conversation.script.name != "transfer-to-staff",
    };
    let fitting: Vec<usize> = conversations()
        .iter()
        .enumerate()
        .filter(|(_, it)| wanted(it))
        .map(|(index, _)| index)
        .collect();
    *dice.pick("conversation", number, &fitting)
}

fn shifted(turn: &Turn, by: u64) -> Turn {
    let words = turn.words.iter().map(|word| Word {
        text: word.text.clone(),
        start_ms: word.start_ms + by,
        end_ms: word.end_ms + by,
    });
    Turn {
        speaker: turn.speaker,
        start_ms: turn.start_ms + by,
        end_ms: turn.end_ms + by,
        text: turn.text.clone(),
        words: words.collect(),
    }
}
