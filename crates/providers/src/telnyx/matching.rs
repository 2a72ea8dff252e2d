//! Which call a recording is of that names no session, as recordings of SIP trunks may.
//!
//! By its leg, if it names one. As the last resort by the numbers and the time: if one detail record,
//! and only one, is of a call between the same numbers while the recording was made. That is a guess
//! and is marked as one. A recording for which nothing is found is a call of its own.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    client::{CALL_EVENTS, DETAIL_RECORDS, TelnyxClient, unexpected},
    page::Page,
    payload::Ids,
    recordings::RecordingNews,
    session::{PRODUCTS, RECORDS_PAGE_SIZE, record, tolerated},
};
use crate::{ApiError, json::Object};

/// How far outside of a call's times its recording may begin: records are in whole seconds.
const SLACK: SignedDuration = SignedDuration::from_secs(5);
/// How long after the begin of a call of which no end is known its recording may begin.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// What a recording was found to belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A session that Telnyx names.
    Session(String),
    /// A call between the same numbers at the same time.
    Guess(String),
    Nobody,
}

impl TelnyxClient {
    pub(super) async fn owner_of(&self, news: &RecordingNews) -> Result<Owner, ApiError> {
        if let Some(leg) = &news.ids.leg
            && let Some(session) = self.session_of_leg(leg).await?
        {
            return Ok(Owner::Session(session));
        }
        let (Some(from), Some(to), Some(began)) = (&news.from, &news.to, news.began) else {
            return Ok(Owner::Nobody);
        };
        let mut fitting = Vec::new();
        for product in PRODUCTS.iter().rev() {
            let range = range(self.http.now(), began);
            let query = [
                ("filter[record_type]", *product),
                ("filter[date_range]", range.as_str()),
                ("filter[cli]", from.as_str()),
                ("filter[cld]", to.as_str()),
                ("page[size]", RECORDS_PAGE_SIZE),
            ];
            let answer = match self.records(&query).await {
                Ok(answer) => answer,
                Err(error) => {
                    tolerated(DETAIL_RECORDS, error)?;
                    continue;
                }
            };
            let page =
                Page::read(&answer.body).map_err(|error| unexpected(DETAIL_RECORDS, &error))?;
            for record in page.items.into_iter().filter_map(record) {
                let fits = is_same_number(record.from.as_deref(), from)
                    && is_same_number(record.to.as_deref(), to)
                    && goes_on(record.started_at, record.finished_at, began);
                if fits && !fitting.contains(&record.conversation) {
                    fitting.push(record.conversation);
                }
            }
        }
        Ok(match <[String; 1]>::try_from(fitting) {
            Ok([conversation]) => Owner::Guess(conversation),
            Err(_) => Owner::Nobody,
        })
    }

    async fn session_of_leg(&self, leg: &str) -> Result<Option<String>, ApiError> {
        let query = [("filter[leg_id]", leg)];
        let answer = match self.get(CALL_EVENTS, &["call_events"], &query).await {
            Ok(answer) => answer,
            Err(error) => return tolerated(CALL_EVENTS, error).map(|()| None),
        };
        let page = Page::read(&answer.body).map_err(|error| unexpected(CALL_EVENTS, &error))?;
        Ok(page.items.into_iter().find_map(|raw| {
            let ids = Ids::read(&Object::of(raw, "call_event")?);
            ids.session.filter(|_| ids.leg.as_deref() == Some(leg))
        }))
    }
}

/// The shortest of Telnyx's ranges of dates that has `moment` in it.
pub(super) fn range(now: Timestamp, moment: Timestamp) -> String {
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    if day(now) == day(moment) {
        return "today".to_owned();
    }
    let days = now.duration_since(moment).as_hours().max(0) / 24 + 1;
    // One more: whether today is one of the last days is not said.
    format!("last_{}_days", days + 1)
}

/// Whether a recording that began then can be of a call with these times.
fn goes_on(started: Option<Timestamp>, finished: Option<Timestamp>, began: Timestamp) -> bool {
    let Some(started) = started else { return false };
    let end = match finished {
        Some(finished) => finished.checked_add(SLACK),
        None => started.checked_add(WINDOW),
    };
    let start = started.checked_sub(SLACK);
    start.is_ok_and(|start| start <= began) && end.is_ok_and(|end| began <= end)
}

/// Numbers are written with and without `+`.
fn is_same_number(one: Option<&str>, other: &str) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches('+').to_owned();
    one.is_some_and(|one| bare(one) == bare(other) && !bare(one).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn the_range_of_dates_reaches_back_far_enough() {
        let now = at("2026-03-03T00:30:00Z");
        for (moment, wanted) in [
            ("2026-03-03T00:10:00Z", "today"),
            ("2026-03-02T23:50:00Z", "last_2_days"),
            ("2026-03-01T23:50:00Z", "last_3_days"),
            ("2026-02-24T00:30:00Z", "last_9_days"),
        ] {
            assert_eq!(range(now, at(moment)), wanted, "{moment}");
        }
    }

    #[test]
    fn a_recording_is_of_a_call_that_goes_on_when_it_begins() {
        let (start, end) = (
            Some(at("2026-03-01T10:00:00Z")),
            Some(at("2026-03-01T10:05:00Z")),
        );
        for (began, closed, open) in [
            ("2026-03-01T09:59:54Z", false, false),
            ("2026-03-01T09:59:55Z", true, true),
            ("2026-03-01T10:05:05Z", true, true),
            ("2026-03-01T10:05:06Z", false, true),
            ("2026-03-01T10:10:01Z", false, false),
        ] {
            assert_eq!(goes_on(start, end, at(began)), closed, "{began}");
            assert_eq!(goes_on(start, None, at(began)), open, "{began}");
        }
        assert!(!goes_on(None, end, at("2026-03-01T10:00:00Z")));
        assert!(is_same_number(Some("15550100"), "+15550100"));
        assert!(!is_same_number(Some(""), "+") && !is_same_number(None, "+1"));
    }
}
