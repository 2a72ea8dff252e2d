//! When to try again. Pure arithmetic, so that every rule can be read and tested here.

use jiff::{SignedDuration, Timestamp};

/// A recording that the provider has but does not give yet is asked for again after 2, 4, 8, 16,
/// then every 30 s, for ten minutes: so it is playable within 30 s of being ready.
const NOT_READY: [i64; 5] = [2, 4, 8, 16, 30];

/// How long a recording that is not ready is asked for at this pace.
pub(crate) const NOT_READY_FOR: SignedDuration = SignedDuration::from_mins(10);

/// A transfer that failed is resumed after 2 s (the line was cut), then 30 s, 5, 10, 20, 40 min.
const FAILED: [i64; 6] = [2, 30, 5 * 60, 10 * 60, 20 * 60, 40 * 60];

/// An ended call of which something is missing is asked for again this long after its end.
const REFETCH: [SignedDuration; 3] = [
    SignedDuration::from_mins(15),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(24),
];

/// After a webhook of a known call was refused or could not be read, the call is asked for this
/// much later.
pub(crate) const RESYNC_AFTER_FAILED_WEBHOOK: SignedDuration = SignedDuration::from_mins(5);

/// A call that ended so long ago is not live any more: what is to be done for it is backlog.
const LIVE_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Whether what is asked for at `at`, for a call that ended then, gives way to what is live.
pub(crate) fn is_backlog(ended: Option<Timestamp>, at: Timestamp) -> bool {
    ended.is_some_and(|ended| at.duration_since(ended) > LIVE_FOR)
}

/// The pause before asking again for what is not ready, after `asked` answers "not yet" since
/// `first`. `None` when it has been too long: then the slow schedule of [`next_refetch`] goes on.
pub(crate) fn not_ready_pause(
    asked: u32,
    first: Timestamp,
    now: Timestamp,
) -> Option<SignedDuration> {
    if now.duration_since(first) > NOT_READY_FOR {
        return None;
    }
    let index = usize::try_from(asked.saturating_sub(1)).unwrap_or(usize::MAX);
    Some(SignedDuration::from_secs(
        NOT_READY[index.min(NOT_READY.len() - 1)],
    ))
}

/// The pause before the next try after `failures` failed ones. `None` when it is given up.
pub(crate) fn failed_pause(failures: u32) -> Option<SignedDuration> {
    let index = usize::try_from(failures.checked_sub(1)?).ok()?;
    FAILED
        .get(index)
        .map(|seconds| SignedDuration::from_secs(*seconds))
}

/// When a call that ended at `ended` is looked at again, the first such moment after `now`.
pub(crate) fn next_refetch(ended: Timestamp, now: Timestamp) -> Option<Timestamp> {
    REFETCH
        .iter()
        .filter_map(|after| ended.checked_add(*after).ok())
        .find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + second).expect("in range")
    }

    #[test]
    fn what_is_not_ready_is_asked_for_at_most_thirty_seconds_later_for_ten_minutes() {
        let pauses: Vec<_> = (1..=7)
            .map(|asked| {
                not_ready_pause(asked, at(0), at(60))
                    .expect("within ten minutes")
                    .as_secs()
            })
            .collect();
        assert_eq!(pauses, [2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(not_ready_pause(3, at(0), at(601)), None);
    }

    #[test]
    fn a_failed_transfer_is_tried_six_more_times_with_growing_pauses() {
        let pauses: Vec<_> = (1..=7)
            .map(|n| failed_pause(n).map(|pause| pause.as_secs()))
            .collect();
        assert_eq!(
            pauses,
            [
                Some(2),
                Some(30),
                Some(300),
                Some(600),
                Some(1200),
                Some(2400),
                None
            ]
        );
        assert_eq!(failed_pause(0), None, "nothing failed, nothing to wait for");
    }

    #[test]
    fn a_call_is_live_for_an_hour_after_its_end() {
        assert!(!is_backlog(None, at(9_999)), "it goes on");
        assert!(!is_backlog(Some(at(0)), at(3_600)));
        assert!(is_backlog(Some(at(0)), at(3_601)));
    }

    #[test]
    fn an_ended_call_is_looked_at_again_after_a_quarter_two_hours_and_a_day() {
        let ended = at(0);
        assert_eq!(next_refetch(ended, at(1)), Some(at(15 * 60)));
        assert_eq!(next_refetch(ended, at(15 * 60)), Some(at(2 * 3600)));
        assert_eq!(next_refetch(ended, at(3 * 3600)), Some(at(24 * 3600)));
        assert_eq!(next_refetch(ended, at(25 * 3600)), None);
    }
}
