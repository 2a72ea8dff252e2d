//! Finished calls by the thousand, for trying and measuring a full home.

mod stories;

use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::Value;

use crate::account::AccountSetup;
use crate::call::{Call, Draft};
use crate::dice::Dice;
use crate::script::{CallScript, Direction, Ending, RecordingPlan};
use crate::speech::Format;
use crate::world::Inner;

use stories::Tale;

/// One finished call as its provider's API would tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchivedCall {
    /// `clinic-retell` or `bistro-twilio`.
    pub account: String,
    /// `retell` or `twilio`.
    pub provider: String,
    /// The provider's id of the call.
    pub provider_call_id: String,
    /// The moment it ended.
    pub ended_at: Timestamp,
    /// Retell: the get-call document. Twilio: the call, its child leg if it has one, then `{"recordings": [...]}`.
    pub docs: Vec<Value>,
    /// What was recorded.
    pub recording: Option<ArchivedRecording>,
}

/// The sound of an archived call: [`crate::speech::recording`] with these values gives its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedRecording {
    /// The provider's id, where it has one.
    pub provider_recording_id: Option<String>,
    /// Index into [`crate::speech::conversations`].
    pub conversation: usize,
    /// The usual format of the provider.
    pub format: Format,
    /// Always both parties on channels of their own.
    pub channels: u16,
}

/// `count` calls spread over the year before `until`, oldest first, in the daytime, on the usual two accounts. The same
/// seed gives the same calls. Lazy: each is made when it is asked for.
pub fn archive(count: u64, seed: u64, until: Timestamp) -> impl Iterator<Item = ArchivedCall> {
    let inner =
        Inner::new(seed, &AccountSetup::usual()).expect("both usual accounts have stand-ins");
    (0..count).map(move |number| archived(&inner, number, count, until))
}

fn archived(inner: &Inner, number: u64, count: u64, until: Timestamp) -> ArchivedCall {
    let dice = inner.dice;
    let index = usize::from(dice.below("archive account", number, 5) >= 3) % inner.accounts.len();
    let account = &inner.accounts[index];
    let tale = stories::tale(dice, number);
    let draft = Draft {
        number,
        account: index,
        script: script(dice, number, &tale),
        placed: placed(dice, number, count, until),
        story: Some(Arc::new(tale.story)),
    };
    let call = Call::of(draft, account, dice);
    ArchivedCall {
        account: account.id.clone(),
        provider: account.provider.name().into(),
        provider_call_id: call.id.clone(),
        ended_at: call.timeline.ended,
        docs: account.provider.documents(inner, &call, until),
        recording: call.kept().then(|| ArchivedRecording {
            provider_recording_id: (!call.recording_id.is_empty())
                .then(|| call.recording_id.clone()),
            conversation: tale.conversation,
            format: account.provider.usual_format(),
            channels: 2,
        }),
    }
}

fn script(dice: Dice, number: u64, tale: &Tale) -> CallScript {
    let ending = &tale.ending;
    let outbound = !ending.connects()
        || *ending == Ending::Voicemail
        || dice.below("archive way", number, 4) == 0;
    CallScript {
        direction: if outbound {
            Direction::Outbound
        } else {
            Direction::Inbound
        },
        ending: ending.clone(),
        conversation: Some(tale.conversation),
        ring: Duration::from_millis(1_500 + dice.below("archive ring", number, 6_000)),
        recording: match dice.below("archive recording", number, 50) {
            0 => RecordingPlan::TooShort,
            1 => RecordingPlan::Silent,
            _ => RecordingPlan::default(),
        },
        ..CallScript::default()
    }
}

/// A moment between seven in the morning and nine in the evening; the last call is over before `until`.
fn placed(dice: Dice, number: u64, count: u64, until: Timestamp) -> Timestamp {
    let days_ago = 365 - i64::try_from(number * 365 / count.max(1)).unwrap_or(0);
    let day = until
        .to_zoned(TimeZone::UTC)
        .date()
        .saturating_sub(days_ago.days());
    let morning = day
        .at(7, 0, 0, 0)
        .to_zoned(TimeZone::UTC)
        .map_or(until, |at| at.timestamp());
    let within = Duration::from_millis(dice.below("archive time", number, 14 * 3_600_000));
    (morning + within).min(until - Duration::from_secs(600))
}
