//! Business hours: on which days from when to when, by the clock of which place.

use std::fmt;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

/// The days as they are written, Monday first.
const DAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

/// What is said of a text that cannot be read.
const WRONG: &str = "is not understood; write \"Mon-Fri 08:00-18:00\", several separated by \";\"";

/// When somebody is there who expects calls.
#[derive(Clone, Debug, PartialEq)]
pub struct BusinessHours {
    windows: Vec<Window>,
    /// As it is written.
    text: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Window {
    days: Vec<Weekday>,
    from: Time,
    /// Not after `from`: on the next day.
    to: Time,
}

impl BusinessHours {
    /// Every day, around the clock.
    pub fn always() -> Self {
        Self::parse("Mon-Sun 00:00-24:00").expect("our own text is understood")
    }

    /// Reads `Mon-Fri 08:00-18:00; Sat 09:00-12:00`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let windows: Option<Vec<Window>> = text.split(';').map(Window::parse).collect();
        Ok(Self {
            windows: windows.ok_or(WRONG)?,
            text: text.trim().to_owned(),
        })
    }

    /// When the hours that `now` is within began. `None` outside of them. Where one stretch goes over
    /// into the next, it is the begin of the later one.
    pub fn began(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = now.to_zoned(zone.clone()).date();
        let days = [today, today.saturating_sub(1.day())];
        let began = self.windows.iter().flat_map(|window| {
            days.into_iter()
                .filter_map(move |day| window.on(day, zone))
                .filter(|(from, to)| *from <= now && now < *to)
        });
        began.map(|(from, _)| from).max()
    }
}

impl fmt::Display for BusinessHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Window {
    fn parse(text: &str) -> Option<Self> {
        let (days, times) = text.trim().rsplit_once(char::is_whitespace)?;
        let (from, to) = times.split_once('-')?;
        Some(Self {
            days: days
                .split(',')
                .map(some_days)
                .collect::<Option<Vec<_>>>()?
                .concat(),
            from: time(from)?,
            to: if to.trim() == "24:00" {
                Time::midnight()
            } else {
                time(to)?
            },
        })
    }

    /// From when to when on this day. An hour that the clock leaves out is the one after it.
    fn on(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        if !self.days.contains(&day.weekday()) {
            return None;
        }
        let last = if self.to > self.from {
            day
        } else {
            day.checked_add(1.day()).ok()?
        };
        let at = |day: Date, time| zone.to_timestamp(day.to_datetime(time)).ok();
        Some((at(day, self.from)?, at(last, self.to)?))
    }
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let is_written_out = hour.len() <= 2 && minute.len() == 2;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0)
        .ok()
        .filter(|_| is_written_out)
}

/// `Mon` or `Mon-Fri`; the week goes round.
fn some_days(text: &str) -> Option<Vec<Weekday>> {
    let place = |name: &str| {
        let name = name.trim();
        DAYS.iter()
            .position(|(day, _)| day.eq_ignore_ascii_case(name))
    };
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (place(first)?, place(last)?),
        None => (place(text)?, place(text)?),
    };
    let count = (last + DAYS.len() - first) % DAYS.len() + 1;
    let days = DAYS.iter().cycle().skip(first).take(count);
    Some(days.map(|(_, day)| *day).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn began(hours: &str, now: &str) -> Option<String> {
        let zone = TimeZone::get("Europe/Berlin").expect("a known place");
        BusinessHours::parse(hours)
            .expect("understood")
            .began(now.parse().expect("a time"), &zone)
            .map(|at| at.to_string())
    }

    #[test]
    fn within_the_hours_of_the_place_their_begin_is_known_and_outside_there_is_none() {
        let week = "Mon-Fri 08:00-18:00; Sat 09:00-12:00";
        // 2026-03-02 is a Monday; Berlin is an hour ahead in winter.
        assert_eq!(began(week, "2026-03-02T06:59:59Z"), None);
        let monday = Some("2026-03-02T07:00:00Z".to_owned());
        assert_eq!(began(week, "2026-03-02T07:00:00Z"), monday);
        assert_eq!(began(week, "2026-03-02T16:59:59Z"), monday);
        assert_eq!(began(week, "2026-03-02T17:00:00Z"), None);
        assert_eq!(
            began(week, "2026-03-07T10:00:00Z").as_deref(),
            Some("2026-03-07T08:00:00Z")
        );
        assert_eq!(began(week, "2026-03-08T10:00:00Z"), None);
        assert_eq!(
            began(week, "2026-07-06T06:30:00Z").as_deref(),
            Some("2026-07-06T06:00:00Z"),
            "in summer it is two hours"
        );
    }

    #[test]
    fn a_night_goes_over_midnight() {
        let nights = "Fri,Sat 22:00-06:00";
        let friday = Some("2026-03-06T21:00:00Z".to_owned());
        assert_eq!(began(nights, "2026-03-07T04:59:00Z"), friday);
        assert_eq!(began(nights, "2026-03-07T05:00:00Z"), None);
        assert_eq!(began(nights, "2026-03-08T21:30:00Z"), None);
    }

    #[test]
    fn around_the_clock_there_is_always_a_begin() {
        let zone = TimeZone::UTC;
        let now: Timestamp = "2026-03-08T23:59:59Z".parse().expect("a time");
        let began = BusinessHours::always().began(now, &zone);
        assert_eq!(
            began.map(|at| at.to_string()).as_deref(),
            Some("2026-03-08T00:00:00Z")
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for text in [
            "",
            "Mon",
            "08:00-18:00",
            "Mon 8-18",
            "Mo-Fr 08:00-18:00",
            "Mon 08:00-25:00",
            "Mon-Fri 08:00-18:00;",
        ] {
            assert!(BusinessHours::parse(text).is_err(), "{text:?}");
        }
    }
}
