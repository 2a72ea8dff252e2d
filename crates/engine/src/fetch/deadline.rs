//! Until when a recording can be had, and telling a person before that is over.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ringback_model::Link;
use ringback_store::{NewAlert, StoreError, Writer};

use crate::{
    EngineError,
    core::Core,
    jobs::{FETCH, FetchWork},
};

/// The kind of the alert. Its subject is the call's id.
pub const LINK_DYING: &str = "link_dying";

/// A recording that is not here so short before its end is in danger, however short its life...
const LAST_MINUTES: SignedDuration = SignedDuration::from_mins(5);

/// ...and so is one of whose life this part is left.
const LAST_PART: i32 = 10;

/// The longest life that is looked at: a tenth of it is told ahead.
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(400 * 24);

/// So many are looked at.
const MOST: usize = 200;

/// When the provider does not give this recording any more. Each provider's folder knows how long its
/// links live and how long it keeps what they lead to, and writes the nearer of both into the link.
pub(crate) fn deadline(link: Option<&Link>) -> Option<Timestamp> {
    link.and_then(|link| link.expires_at)
}

/// Whether so little is left that a person should know.
fn is_in_danger(since: Timestamp, deadline: Timestamp, now: Timestamp) -> bool {
    let life = deadline.duration_since(since);
    deadline.duration_since(now) < LAST_MINUTES.max(life / LAST_PART)
}

/// Tells of recordings that are not safe and soon cannot be had any more.
pub(crate) async fn tell_of_dying(core: &Arc<Core>) -> Result<(), EngineError> {
    let now = core.clock.now();
    let before = now
        .saturating_add(LONGEST_LIFE / LAST_PART)
        .unwrap_or(Timestamp::MAX);
    let in_danger = core.store.read(|reader| {
        let mut found = Vec::new();
        for job in reader.jobs().dying(FETCH, now, before, MOST)? {
            let work: Option<FetchWork> = serde_json::from_value(job.work.payload).ok();
            let (Some(work), Some(deadline)) = (work, job.work.deadline) else {
                continue;
            };
            let Some(recording) = reader.recordings().by_id(work.recording)? else {
                continue;
            };
            if !is_in_danger(recording.expected_since, deadline, now) {
                continue;
            }
            let subject = recording.call.to_string();
            if reader.alerts().standing(LINK_DYING, &subject)?.is_none() {
                found.push(NewAlert {
                    kind: LINK_DYING.into(),
                    subject,
                    params: serde_json::json!({
                        "account": recording.account, "dies_at": deadline.to_string(),
                    }),
                });
            }
        }
        Ok(found)
    })?;
    if !in_danger.is_empty() {
        core.applier
            .write(move |writer| {
                for alert in &in_danger {
                    writer.alerts_mut().raise(alert)?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// It is here, or it is lost: there is no danger any more.
pub(super) fn is_over(writer: &mut Writer<'_>, call: &str) -> Result<(), StoreError> {
    writer.alerts_mut().close(LINK_DYING, call)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_tenth_of_a_life_is_dangerous_and_so_are_the_last_minutes() {
        let at =
            |minute: i64| Timestamp::from_second(1_760_000_000 + 60 * minute).expect("in range");
        let ten_minutes = |now| is_in_danger(at(0), at(10), at(now));
        assert!(!ten_minutes(5));
        assert!(ten_minutes(6));
        let a_day = |now| is_in_danger(at(0), at(1440), at(now));
        assert!(!a_day(1440 - 144));
        assert!(a_day(1440 - 143));
    }
}
