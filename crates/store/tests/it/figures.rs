//! The sums that the database keeps, against adding up by hand.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ringback_model::{Cost, Field, Reason, RecordingState, Status};
use ringback_store::{CallFilter, RecordingWord};

use crate::home::{Home, START, Told, at, put_recording, recording};

const DAY: i64 = 86_400_000;

/// One change of one of few calls.
#[derive(Clone, Debug)]
struct Step {
    call: u8,
    began: i64,
    status: Status,
    cents: Option<i64>,
    euro: bool,
    successful: Option<bool>,
    is_missing: bool,
    recording: Option<(bool, u32)>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let status = prop_oneof![
        Just(Status::Ongoing),
        Just(Status::Ended),
        Just(Status::Failed)
    ];
    let step = (
        0..6u8,
        0..4i64,
        status,
        prop::option::of(0..500i64),
        any::<bool>(),
        prop::option::of(any::<bool>()),
        any::<bool>(),
        prop::option::of((any::<bool>(), 0..1000u32)),
    )
        .prop_map(
            |(call, began, status, cents, euro, successful, is_missing, recording)| Step {
                call,
                began,
                status,
                cents,
                euro,
                successful,
                is_missing,
                recording,
            },
        );
    prop::collection::vec(step, 1..30)
}

fn take(home: &Home, step: &Step) {
    // Every step tells the call anew, so that values come, change and go.
    let mut call = Told::new(
        &format!("a{}", step.call % 2),
        &format!("call_{}", step.call),
        START,
    )
    .0;
    call.call.fields.started_at = None;
    let mut call = Told(call).with(|event| {
        event.facts.started_at = Some(at(START + step.began * DAY));
        event.facts.duration_ms = Some(1000 * u64::from(step.call));
        event.facts.status = Some(step.status);
        event.facts.successful = step.successful;
        event.facts.cost = step.cents.map(|cents| Cost {
            amount: format!("{}.{:02}", cents / 100, cents % 100)
                .parse()
                .expect("a decimal"),
            currency: if step.euro { "EUR" } else { "USD" }.into(),
            provisional: false,
            parts: Vec::new(),
        });
    });
    if step.is_missing {
        call.0.missing = vec![Field::Summary];
    }
    call.put(&home.store);
    if let Some((is_ready, size)) = step.recording {
        let state = if is_ready {
            RecordingState::Ready
        } else {
            RecordingState::Available(Reason::Queued)
        };
        let mut one = recording(&call.0, "", state);
        one.size_bytes = Some(size.into());
        put_recording(&home.store, &one);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_equal_what_adding_up_all_rows_gives(steps in steps()) {
        let home = Home::new();
        for step in &steps {
            take(&home, step);
        }
        home.store.read(|reader| {
            let rows = reader.calls().page(&CallFilter::default(), None, 100)?.rows;
            let mut calls: BTreeMap<_, [u64; 5]> = BTreeMap::new();
            let mut costs: BTreeMap<_, (u64, i64)> = BTreeMap::new();
            let mut sounds: BTreeMap<_, [u64; 2]> = BTreeMap::new();
            for row in &rows {
                let day = row.started_at.expect("told").to_zoned(jiff::tz::TimeZone::UTC).date();
                let sums = calls.entry((day, row.account.clone(), row.status.as_str())).or_default();
                sums[0] += 1;
                sums[1] += row.duration_ms.unwrap_or(0);
                sums[2] += u64::from(row.successful == Some(true));
                sums[3] += u64::from(row.successful == Some(false));
                sums[4] += u64::from(!row.missing.is_empty());
                if let Some(cost) = &row.cost {
                    let key = (day, row.account.clone(), cost.currency.clone());
                    let sums = costs.entry(key).or_default();
                    *sums = (sums.0 + 1, sums.1 + cost.micros);
                }
                for one in reader.recordings().of_call(row.id)? {
                    let key = (row.account.clone(), format!("{:?}", RecordingWord::of(one.state)));
                    let sums = sounds.entry(key).or_default();
                    sums[0] += 1;
                    sums[1] += one.size_bytes.unwrap_or(0);
                }
            }
            let first = jiff::civil::date(2026, 3, 1);
            let last = jiff::civil::date(2026, 3, 31);
            let kept: BTreeMap<_, _> = reader.figures().calls_per_day(first, last)?.into_iter()
                .map(|sum| ((sum.day, sum.account, sum.status.as_str()),
                    [sum.count, sum.duration_ms, sum.successful, sum.unsuccessful, sum.missing]))
                .collect();
            assert_eq!(kept, calls);
            let kept: BTreeMap<_, _> = reader.figures().cost_per_day(first, last)?.into_iter()
                .map(|sum| ((sum.day, sum.account, sum.currency), (sum.count, sum.micros)))
                .collect();
            assert_eq!(kept, costs);
            let kept: BTreeMap<_, _> = reader.figures().recordings()?.into_iter()
                .map(|sum| ((sum.account, format!("{:?}", sum.state)), [sum.count, sum.bytes]))
                .collect();
            assert_eq!(kept, sounds);
            Ok(())
        }).expect("reads");
    }
}

/// A call that was heard of at its start and ended after a minute, and its recording, there so many
/// ms later.
fn landed(home: &Home, n: i64, ms_after_end: i64) {
    landed_and_heard_of(home, n, ms_after_end, START + n);
}

fn landed_and_heard_of(home: &Home, n: i64, ms_after_end: i64, heard_of: i64) {
    let ended = START + n + 60_000;
    let mut call = Told::new("clinic", &format!("call_{n}"), START + n)
        .with(|event| event.facts.ended_at = Some(at(ended)));
    call.0.first_seen_at = at(heard_of);
    call.put(&home.store);
    let mut one = recording(&call.0, "", RecordingState::Ready);
    one.landed_at = Some(at(ended + ms_after_end));
    put_recording(&home.store, &one);
}

fn to_ready(home: &Home) -> Option<(u64, u64)> {
    let took = home.store.read(|reader| reader.figures().to_ready());
    took.expect("reads").map(|took| (took.p50_ms, took.p95_ms))
}

#[test]
fn how_quickly_recordings_come_is_told_by_the_middle_and_the_slowest_twentieth() {
    let home = Home::new();
    assert_eq!(to_ready(&home), None, "nothing came yet");
    landed(&home, 0, 700);
    assert_eq!(to_ready(&home), Some((700, 700)));
    for n in 1..100 {
        landed(&home, n, 1000 + n);
    }
    assert_eq!(to_ready(&home), Some((1049, 1094)));
}

#[test]
fn calls_brought_in_from_the_providers_archive_do_not_count_as_slow() {
    let home = Home::new();
    landed(&home, 0, 2000);
    let days = 30 * DAY;
    landed_and_heard_of(&home, 1, days + 5000, START + days);
    assert_eq!(to_ready(&home), Some((2000, 2000)));
    // A clock that is off must not make time run backwards.
    landed(&home, 2, -500);
    assert_eq!(to_ready(&home), Some((0, 2000)));
}
