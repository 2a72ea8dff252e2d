//! When what happens in a call: a pure function of its script and the moment it was placed.

use std::time::Duration;

use jiff::Timestamp;

use crate::script::{CallScript, Direction, RecordingPlan};

/// The moments of one call. What has not passed yet nobody may know about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Created at the provider.
    pub placed: Timestamp,
    /// Rings at the other end.
    pub ringing: Timestamp,
    /// Answered; `None` when it never is.
    pub answered: Option<Timestamp>,
    /// Hung up or given up.
    pub ended: Timestamp,
    /// The recording is announced and can be fetched, or is declared absent.
    pub recording_ready: Option<Timestamp>,
    /// The analysis is there.
    pub analyzed: Timestamp,
    /// The price is known.
    pub priced: Timestamp,
    /// Cost and duration change.
    pub corrected: Option<Timestamp>,
    /// Until then the API leaves out most of an ended call.
    pub hole_until: Option<Timestamp>,
    /// The provider forgets the call.
    pub deleted: Option<Timestamp>,
}

/// A provider's habits with time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// All moments and durations are multiples of this.
    pub(crate) grain: Duration,
    /// From an outbound call's creation until it rings.
    pub(crate) dialing: Duration,
    /// The usual time from the end of a call until its recording can be fetched.
    pub(crate) recording_after: Duration,
}

impl Timeline {
    pub(crate) fn of(script: &CallScript, spoken: Duration, placed: Timestamp, pace: Pace) -> Self {
        let coarse = |span: Duration| {
            let grain = pace.grain.as_millis().max(1);
            let rounded = span.as_millis().div_ceil(grain) * grain;
            Duration::from_millis(u64::try_from(rounded).unwrap_or(u64::MAX))
        };
        let grain = i64::try_from(pace.grain.as_millis().max(1)).unwrap_or(1);
        let placed_ms = placed.as_millisecond().div_euclid(grain) * grain;
        let placed = Timestamp::from_millisecond(placed_ms).unwrap_or(placed);

        let ring = coarse(script.ring);
        let dialing = if script.direction == Direction::Outbound {
            coarse(pace.dialing).min(ring)
        } else {
            Duration::ZERO
        };
        let picked_up = placed + ring;
        let answered = script.ending.connects().then_some(picked_up);
        let talk = coarse(script.talk.unwrap_or(spoken));
        let ended = if answered.is_some() {
            picked_up + talk
        } else {
            picked_up
        };
        let recording_ready = match &script.recording {
            _ if answered.is_none() => None,
            RecordingPlan::None => None,
            RecordingPlan::Kept { ready_after, .. } => {
                Some(ended + coarse(ready_after.unwrap_or(pace.recording_after)))
            }
            RecordingPlan::TooShort | RecordingPlan::Silent => {
                Some(ended + coarse(pace.recording_after))
            }
        };
        Self {
            placed,
            ringing: placed + dialing,
            answered,
            ended,
            recording_ready,
            analyzed: ended + coarse(script.analysis_after),
            priced: ended + coarse(script.price_after),
            corrected: script
                .correction
                .as_ref()
                .map(|correction| ended + coarse(correction.after)),
            hole_until: script.hole_for.map(|hole| ended + hole),
            deleted: script.deleted_after.map(|after| ended + after),
        }
    }

    /// The same of what was heard of it for so long, in whole seconds.
    pub(crate) fn heard_for(&self, length: Duration) -> Self {
        let heard = Duration::from_secs(length.as_secs());
        let ended = self
            .answered
            .map_or(self.ended, |answered| answered + heard);
        Self {
            ended: ended.min(self.ended),
            ..self.clone()
        }
    }

    /// From the answer to the end; zero when nobody answered.
    #[must_use]
    pub fn talk(&self) -> Duration {
        let span = self
            .answered
            .map(|answered| self.ended.duration_since(answered))
            .unwrap_or_default();
        span.unsigned_abs()
    }

    /// When nothing more will change by itself.
    #[must_use]
    pub fn settled(&self) -> Timestamp {
        let late = [
            self.recording_ready,
            self.corrected,
            self.hole_until,
            self.deleted,
        ];
        late.into_iter()
            .flatten()
            .chain([self.analyzed, self.priced])
            .max()
            .unwrap_or(self.priced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Ending;

    const FINE: Pace = Pace {
        grain: Duration::from_millis(1),
        dialing: Duration::from_secs(1),
        recording_after: Duration::ZERO,
    };
    const COARSE: Pace = Pace {
        grain: Duration::from_secs(1),
        ..FINE
    };

    fn ten() -> Timestamp {
        "2026-03-01T10:00:00.250Z".parse().unwrap()
    }

    #[test]
    fn a_call_rings_is_answered_and_ends_when_all_is_said() {
        let timeline = Timeline::of(&CallScript::default(), Duration::from_secs(29), ten(), FINE);
        assert_eq!(timeline.answered, Some(ten() + Duration::from_secs(2)));
        assert_eq!(timeline.talk(), Duration::from_secs(29));
        assert_eq!(timeline.recording_ready, Some(timeline.ended));
    }

    #[test]
    fn a_call_nobody_takes_has_no_talk_and_no_recording() {
        let script = CallScript {
            ending: Ending::Busy,
            ..CallScript::outbound()
        };
        let timeline = Timeline::of(&script, Duration::from_secs(29), ten(), FINE);
        assert_eq!((timeline.answered, timeline.recording_ready), (None, None));
        assert_eq!(timeline.ended, ten() + Duration::from_secs(2));
        assert_eq!(timeline.talk(), Duration::ZERO);
    }

    #[test]
    fn a_coarse_provider_knows_whole_seconds_only() {
        let script = CallScript {
            talk: Some(Duration::from_millis(7300)),
            ..CallScript::default()
        };
        let timeline = Timeline::of(&script, Duration::ZERO, ten(), COARSE);
        assert_eq!(timeline.placed, "2026-03-01T10:00:00Z".parse().unwrap());
        assert_eq!(timeline.talk(), Duration::from_secs(8));
    }
}
