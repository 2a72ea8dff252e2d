//! Quiet hours: from when until when notifications wait.

use jiff::{Timestamp, ToSpan, Zoned, civil::Time, tz::TimeZone};

/// When the quiet that `now` lies in ends. `None` outside of it. Hours that end before they begin end
/// on the next day; an hour that a change of the clocks leaves out ends when the clock stands after it.
pub fn ends(hours: Option<(Time, Time)>, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let (from, to) = hours?;
    let today = now.to_zoned(zone.clone()).date();
    [today.saturating_sub(1.day()), today]
        .into_iter()
        .filter_map(|day| {
            let last = if to > from {
                day
            } else {
                day.saturating_add(1.day())
            };
            let at = |date: jiff::civil::Date, time: Time| {
                let zoned: Zoned = date.to_datetime(time).to_zoned(zone.clone()).ok()?;
                Some(zoned.timestamp())
            };
            Some((at(day, from)?, at(last, to)?))
        })
        .find(|(from, to)| *from <= now && now < *to)
        .map(|(_, to)| to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn hours(from: i8, to: i8) -> Option<(Time, Time)> {
        Some((Time::constant(from, 0, 0, 0), Time::constant(to, 0, 0, 0)))
    }

    #[test]
    fn a_night_begins_on_one_day_and_ends_on_the_next() {
        let night = |now: &str| ends(hours(22, 7), at(now), &TimeZone::UTC);
        assert_eq!(night("2026-03-01T21:59:59Z"), None);
        let morning = Some(at("2026-03-02T07:00:00Z"));
        assert_eq!(night("2026-03-01T22:00:00Z"), morning);
        assert_eq!(night("2026-03-02T06:59:59Z"), morning);
        assert_eq!(night("2026-03-02T07:00:00Z"), None);
    }

    #[test]
    fn hours_of_one_day_end_on_that_day() {
        let noon = |now: &str| ends(hours(12, 14), at(now), &TimeZone::UTC);
        assert_eq!(
            noon("2026-03-01T13:00:00Z"),
            Some(at("2026-03-01T14:00:00Z"))
        );
        assert_eq!(noon("2026-03-01T14:00:00Z"), None);
    }

    #[test]
    fn the_clock_on_the_wall_counts() {
        let east = TimeZone::fixed(jiff::tz::offset(2));
        let night = |now: &str| ends(hours(22, 7), at(now), &east);
        assert_eq!(
            night("2026-03-01T20:30:00Z"),
            Some(at("2026-03-02T05:00:00Z"))
        );
        assert_eq!(night("2026-03-02T05:30:00Z"), None);
    }

    #[test]
    fn without_hours_it_is_never_quiet() {
        assert_eq!(ends(None, at("2026-03-01T23:00:00Z"), &TimeZone::UTC), None);
    }
}
