//! Figures for Health: how late news is, how long the disk lasts, how the journal grows. All of it is
//! read from what is stored, so that every process on the home sees the same.

use std::{
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use ringback_model::Source;
use ringback_providers::Understood;
use ringback_store::{Event, Reader, StoreError};

use crate::{Engine, EngineError, apply::document, config::ConfiguredAccount};

/// So many of the newest webhooks of an account tell how late they are.
const NEWEST: usize = 9;

/// The stretch of time from which the days to come are foretold.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// With less than this nothing is foretold.
const TOO_SHORT: SignedDuration = SignedDuration::from_hours(24);

/// With more recordings than this the sum of what landed is not made anew for each question: it walks
/// over all of a month, which takes longer than a page of figures may.
const MANY: u64 = 2_000;

/// So long such a sum is good enough to foretell days from.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);

/// The bytes that landed in the last 30 days, as last summed up.
#[derive(Debug, Default)]
pub(crate) struct LandedLately(Mutex<Option<(Timestamp, u64)>>);

impl LandedLately {
    /// The sum, made anew if `recordings` are few or it is old.
    fn bytes(
        &self,
        recordings: u64,
        now: Timestamp,
        sum: impl FnOnce() -> Result<u64, StoreError>,
    ) -> Result<u64, StoreError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = |at: Timestamp| now >= at && now.duration_since(at) < GOOD_FOR;
        if recordings > MANY
            && let Some((_, bytes)) = known.filter(|(at, _)| is_good(*at))
        {
            return Ok(bytes);
        }
        let bytes = sum()?;
        *known = Some((now, bytes));
        Ok(bytes)
    }
}

/// How late the newest webhooks of an account were, in the middle of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lags {
    /// From the moment that an event describes to its arrival here. `None` where providers do not
    /// tell that moment, or nothing came lately.
    pub delivery: Option<SignedDuration>,
    /// From the arrival until the database knew it.
    pub apply: Option<SignedDuration>,
}

/// How much there is on the disk, and for how long it is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskUse {
    /// Free bytes where the recordings are.
    pub free: u64,
    /// Bytes of all recordings that are here.
    pub recordings: u64,
    /// What recordings and journal grow by in a day, over the last 30 days; `None` in the first day.
    pub per_day: Option<u64>,
}

impl DiskUse {
    /// After so many days of the same kind nothing is free any more.
    pub fn full_in_days(&self) -> Option<u64> {
        self.per_day
            .filter(|per_day| *per_day > 0)
            .map(|per_day| self.free / per_day)
    }
}

/// How the journal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalUse {
    /// How large its file is, with what waits beside it.
    pub bytes: u64,
    /// How many events are in it.
    pub events: u64,
    /// What it grows by in a day, over the last 30 days; `None` in the first day.
    pub per_day: Option<u64>,
    /// When the oldest event came that is not applied yet.
    pub oldest_pending: Option<Timestamp>,
}

impl Engine {
    /// How late the newest webhooks of an account were.
    pub fn lags(&self, account: &ConfiguredAccount) -> Result<Lags, EngineError> {
        let id = &account.account.id;
        let newest = self.read(|reader| reader.events().newest(id, Source::Webhook, NEWEST))?;
        let delivery = newest.iter().filter_map(|event| delivered(account, event));
        let apply = newest.iter().filter_map(|event| {
            let applied = event.head.applied_at?;
            Some(applied.duration_since(event.head.received_at))
        });
        Ok(Lags {
            delivery: middle(delivery.collect()),
            apply: middle(apply.collect()),
        })
    }

    /// How the journal is.
    pub fn journal_use(&self) -> Result<JournalUse, EngineError> {
        let now = self.clock().now();
        let file = self.home().database().with_file_name("journal.db");
        let bytes = size(&file) + size(&file.with_file_name("journal.db-wal"));
        self.read(|reader| {
            let (events, recent) = reader.events().grown_since(looked_back(now))?;
            let recent_bytes = share(bytes, recent, events);
            Ok(JournalUse {
                bytes,
                events,
                per_day: first_event(reader)?.and_then(|first| per_day(recent_bytes, first, now)),
                oldest_pending: reader.events().oldest_pending()?,
            })
        })
    }

    /// How much there is on the disk.
    pub fn disk_use(&self, journal: &JournalUse) -> Result<DiskUse, EngineError> {
        let now = self.clock().now();
        let free = self.free_space()?;
        self.read(|reader| {
            let figures = reader.figures();
            let totals = figures.recordings()?;
            let count = totals.iter().map(|total| total.count).sum();
            let landed = self
                .core()
                .landed
                .bytes(count, now, || figures.landed_since(looked_back(now)))?;
            let first = figures.first_landed()?;
            let recordings = first.and_then(|first| per_day(landed, first, now));
            Ok(DiskUse {
                free,
                recordings: totals.iter().map(|total| total.bytes).sum(),
                per_day: match (recordings, journal.per_day) {
                    (None, None) => None,
                    (recordings, journal) => {
                        Some(recordings.unwrap_or_default() + journal.unwrap_or_default())
                    }
                },
            })
        })
    }
}

/// How long the event was on its way here. A provider that does not say when something happened has
/// its events stand at their arrival: that is no figure. Nor is one whose event comes when something was
/// worked out and speaks of a moment long before that.
fn delivered(account: &ConfiguredAccount, event: &Event) -> Option<SignedDuration> {
    let document = document(event);
    if account.provider.tells_late(document.kind) {
        return None;
    }
    let Ok(Understood::Events(events)) = account.provider.understand(&account.account, document)
    else {
        return None;
    };
    let own = events.iter().map(|event| event.stamp.as_of).max()?;
    if own == Timestamp::UNIX_EPOCH {
        // What gives way to every other word speaks of no moment.
        return None;
    }
    let late = event.head.received_at.duration_since(own);
    // Their clock may be a little ahead of ours.
    (!late.is_zero()).then(|| late.max(SignedDuration::ZERO))
}

fn middle(mut spans: Vec<SignedDuration>) -> Option<SignedDuration> {
    spans.sort_unstable();
    spans.get(spans.len() / 2).copied()
}

fn first_event(reader: &Reader<'_>) -> Result<Option<Timestamp>, StoreError> {
    let first = reader.events().after(0, 1)?;
    Ok(first.first().map(|event| event.head.received_at))
}

fn looked_back(now: Timestamp) -> Timestamp {
    now.saturating_sub(LOOKED_BACK).unwrap_or(Timestamp::MIN)
}

/// What came in the last 30 days, or since the first of it, as bytes of one day.
fn per_day(bytes: u64, first: Timestamp, now: Timestamp) -> Option<u64> {
    let span = now.duration_since(first).min(LOOKED_BACK);
    if span < TOO_SHORT {
        return None;
    }
    let hours = u64::try_from(span.as_hours()).ok()?;
    Some(bytes.saturating_mul(24) / hours.max(1))
}

fn share(bytes: u64, part: u64, of: u64) -> u64 {
    let whole = u128::from(bytes) * u128::from(part) / u128::from(of.max(1));
    u64::try_from(whole).unwrap_or(u64::MAX)
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |found| found.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1_000_000_000;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn the_days_to_come_are_foretold_from_thirty_days_or_from_what_there_is() {
        let now = at("2026-03-31T00:00:00Z");
        let old = at("2020-01-01T00:00:00Z");
        assert_eq!(per_day(30 * GB, old, now), Some(GB));
        assert_eq!(per_day(4 * GB, at("2026-03-27T00:00:00Z"), now), Some(GB));
        assert_eq!(
            per_day(4 * GB, at("2026-03-30T12:00:00Z"), now),
            None,
            "half a day tells nothing about a week"
        );
    }

    #[test]
    fn where_there_is_much_the_sum_is_made_once_in_a_while() {
        let landed = LandedLately::default();
        let (noon, soon, later) = (
            at("2026-03-01T12:00:00Z"),
            at("2026-03-01T12:09:59Z"),
            at("2026-03-01T12:10:00Z"),
        );
        let sum = |now, bytes| landed.bytes(MANY + 1, now, || Ok(bytes)).expect("readable");
        assert_eq!(sum(noon, 100), 100);
        assert_eq!(sum(soon, 200), 100);
        assert_eq!(sum(later, 300), 300);
        assert_eq!(sum(noon, 400), 400, "the clock was put back");
        let few = landed.bytes(MANY, noon, || Ok(500)).expect("readable");
        assert_eq!(few, 500, "a short sum is made each time");
    }

    #[test]
    fn a_disk_that_nothing_comes_to_is_never_full() {
        let disk = |per_day| DiskUse {
            free: 30 * GB,
            recordings: 0,
            per_day,
        };
        assert_eq!(disk(Some(2 * GB)).full_in_days(), Some(15));
        assert_eq!(disk(Some(0)).full_in_days(), None);
        assert_eq!(disk(None).full_in_days(), None);
    }

    #[test]
    fn one_late_webhook_among_many_does_not_make_all_late() {
        let ms = SignedDuration::from_millis;
        let spans = [ms(40), ms(86_400_000), ms(20), ms(30), ms(50)];
        assert_eq!(middle(spans.to_vec()), Some(ms(40)));
        assert_eq!(middle(Vec::new()), None);
    }
}
