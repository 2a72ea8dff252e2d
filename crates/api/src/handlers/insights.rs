//! Figures over many calls.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use ringback_model::Status;

use super::Answer;
use crate::{
    Api, ErrorCode, ErrorJson,
    convert::{micros, recording_word},
    dto::*,
};

pub(crate) async fn insights_get(api: &Api, args: InsightsArgs) -> Answer<Insights> {
    if !(1..=366).contains(&args.days) {
        return Err(ErrorJson::new(
            ErrorCode::BadRequest,
            "days have to be 1 to 366",
        ));
    }
    let to = api.engine.clock().now().to_zoned(TimeZone::UTC).date();
    let from = to.saturating_sub((i64::from(args.days) - 1).days());
    let (days, costs, recordings, to_ready) = api.engine.read(|reader| {
        let figures = reader.figures();
        Ok((
            figures.calls_per_day(from, to)?,
            figures.cost_per_day(from, to)?,
            figures.recordings()?,
            figures.to_ready()?,
        ))
    })?;

    let mut by_day: BTreeMap<Date, DayFigures> = from
        .series(1.day())
        .take_while(|day| *day <= to)
        .map(|day| {
            (
                day,
                DayFigures {
                    day: day.to_string(),
                    ..DayFigures::default()
                },
            )
        })
        .collect();
    for figure in days {
        let Some(day) = by_day.get_mut(&figure.day) else {
            continue;
        };
        day.calls += figure.count;
        day.duration_ms += figure.duration_ms;
        match figure.status {
            Status::Ended => day.ended += figure.count,
            Status::NotConnected => day.not_connected += figure.count,
            Status::Failed => day.failed += figure.count,
            Status::Scheduled | Status::Ringing | Status::Ongoing => {}
        }
    }
    let mut cost: BTreeMap<String, i64> = BTreeMap::new();
    for figure in costs {
        *cost.entry(figure.currency).or_default() += figure.micros;
    }
    let mut states: IndexMap<String, u64> = IndexMap::new();
    let mut bytes = 0;
    for total in recordings {
        *states
            .entry(recording_word(total.state).to_owned())
            .or_default() += total.count;
        bytes += total.bytes;
    }
    Ok(Insights {
        days: by_day.into_values().collect(),
        recordings: states,
        bytes,
        cost: cost
            .into_iter()
            .map(|(currency, sum)| (currency, micros(sum)))
            .collect(),
        to_ready_p50_ms: to_ready.map(|took| took.p50_ms),
        to_ready_p95_ms: to_ready.map(|took| took.p95_ms),
    })
}
