//! Lists of calls against a plain list in memory.

use proptest::prelude::*;
use ringback_model::{Direction, Field, Reason, RecordingState, Status};
use ringback_store::{CallFilter, CallRow, RecordingWord};

use crate::home::{Home, START, Told, account, at, put_recording, recording};

const DAY: i64 = 86_400_000;

#[derive(Clone, Debug)]
struct Made {
    account: u8,
    began: i64,
    status: Status,
    direction: Direction,
    recording: Option<RecordingState>,
    is_missing: bool,
    /// The call of another account that it went over.
    over: Option<u8>,
}

fn statuses() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Scheduled),
        Just(Status::Ringing),
        Just(Status::Ongoing),
        Just(Status::Ended),
        Just(Status::NotConnected),
        Just(Status::Failed),
    ]
}

fn states() -> impl Strategy<Value = RecordingState> {
    prop_oneof![
        Just(RecordingState::Ready),
        Just(RecordingState::Downloading),
        Just(RecordingState::Expected(Reason::Processing)),
        Just(RecordingState::Failed(Reason::Network)),
    ]
}

fn directions() -> impl Strategy<Value = Direction> {
    prop_oneof![
        Just(Direction::Inbound),
        Just(Direction::Outbound),
        Just(Direction::Unknown)
    ]
}

fn made() -> impl Strategy<Value = Made> {
    // Few moments, so that many calls share one, over a few days.
    (
        0..3u8,
        0..12i64,
        statuses(),
        directions(),
        prop::option::of(states()),
        any::<bool>(),
        prop::option::weighted(0.2, 0..40u8),
    )
        .prop_map(
            |(account, began, status, direction, recording, is_missing, over)| Made {
                account,
                began: START + began * DAY / 4,
                status,
                direction,
                recording,
                is_missing,
                over,
            },
        )
}

fn words() -> impl Strategy<Value = RecordingWord> {
    prop_oneof![
        Just(RecordingWord::None),
        Just(RecordingWord::Ready),
        Just(RecordingWord::Downloading),
        Just(RecordingWord::Failed),
    ]
}

fn filters() -> impl Strategy<Value = CallFilter> {
    (
        prop::option::of(0..3u8),
        prop::collection::vec(statuses(), 0..4),
        prop::collection::vec(words(), 0..3),
        prop::option::of(directions()),
        prop::option::of(0..12i64),
        prop::option::of(0..12i64),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(of, status, recording, direction, since, until, has_missing, with_parts)| {
                CallFilter {
                    account: of.map(|n| account(&format!("a{n}"))),
                    status,
                    recording,
                    direction,
                    since: since.map(|n| at(START + n * DAY / 4)),
                    until: until.map(|n| at(START + n * DAY / 4)),
                    has_missing,
                    text: None,
                    with_parts,
                }
            },
        )
}

fn fill(home: &Home, calls: &[Made]) {
    for (n, made) in calls.iter().enumerate() {
        let mut call = Told::new(
            &format!("a{}", made.account),
            &format!("call_{n}"),
            made.began,
        )
        .with(|event| {
            event.facts.status = Some(made.status);
            event.facts.direction = Some(made.direction);
            event.facts.carrier_call_id = made.over.map(|n| format!("call_{n}"));
        });
        if made.is_missing {
            call.0.missing = vec![Field::Summary];
        }
        call.put(&home.store);
        if let Some(state) = made.recording {
            put_recording(&home.store, &recording(&call.0, "", state));
        }
    }
}

fn matches(filter: &CallFilter, row: &CallRow, all: &[CallRow]) -> bool {
    let word = row.recording.map_or(RecordingWord::None, |summary| {
        RecordingWord::of(summary.state)
    });
    let began = row.started_at.expect("all calls here began");
    filter
        .account
        .as_ref()
        .is_none_or(|account| *account == row.account)
        && (filter.status.is_empty() || filter.status.contains(&row.status))
        && (filter.recording.is_empty() || filter.recording.contains(&word))
        && filter
            .direction
            .is_none_or(|direction| direction == row.direction)
        && filter.since.is_none_or(|since| began >= since)
        && filter.until.is_none_or(|until| began < until)
        && (!filter.has_missing || !row.missing.is_empty())
        && (filter.with_parts || filter.account.is_some() || stands_alone(filter, row, all))
}

/// Whether a call is shown by itself: it is no part, or it goes on and what it is part of does not.
fn stands_alone(filter: &CallFilter, row: &CallRow, all: &[CallRow]) -> bool {
    let is_now = !filter.status.is_empty() && filter.status.iter().all(|one| !one.is_terminal());
    let Some(whole) = row.part_of else {
        return true;
    };
    let whole = all
        .iter()
        .find(|other| other.id == whole)
        .expect("it is listed");
    is_now && !filter.status.contains(&whole.status)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_page_of_every_filter_is_what_a_plain_list_gives(
        calls in prop::collection::vec(made(), 0..40),
        filters in prop::collection::vec(filters(), 8),
        size in 1..7usize,
    ) {
        let home = Home::new();
        fill(&home, &calls);
        let everything = CallFilter { with_parts: true, ..CallFilter::default() };
        let all = home.store.read(|reader| {
            reader.calls().page(&everything, None, 1000)
        }).expect("reads").rows;
        prop_assert_eq!(all.len(), calls.len());
        prop_assert!(all.windows(2).all(|two| two[0].key > two[1].key));
        prop_assert!(all.windows(2).all(|two| two[0].started_at >= two[1].started_at));

        for filter in filters {
            let wanted: Vec<_> = all.iter().filter(|row| matches(&filter, row, &all)).cloned().collect();
            home.store.read(|reader| {
                let calls = reader.calls();
                let mut paged = Vec::new();
                let mut after = None;
                loop {
                    let page = calls.page(&filter, after, size)?;
                    paged.extend(page.rows);
                    after = page.next;
                    if after.is_none() { break }
                }
                assert_eq!(paged, wanted, "page by page");
                for offset in 0..=wanted.len() {
                    let window = calls.page_at(&filter, offset as u64, size)?;
                    let end = (offset + size).min(wanted.len());
                    assert_eq!(window, wanted[offset..end], "at {offset}");
                }
                let ids: Vec<_> = wanted.iter().map(|row| row.id).collect();
                let records = calls.records(&filter, None, 1000)?.rows;
                assert_eq!(records.iter().map(|record| record.id).collect::<Vec<_>>(), ids);
                let count = calls.count(&filter, 1000)?;
                assert_eq!((count.n, count.is_exact), (wanted.len() as u64, true));
                Ok(())
            }).expect("reads");
        }
        home.store.read(|reader| {
            let listed = all.iter().filter(|row| row.part_of.is_none());
            for (place, row) in listed.enumerate() {
                assert_eq!(reader.calls().offset_of(row.key)?, place as u64);
            }
            Ok(())
        }).expect("reads");
    }
}

#[test]
fn counting_a_filtered_list_stops_where_it_is_told_to() {
    let home = Home::new();
    for n in 0..5 {
        Told::new("clinic", &format!("call_{n}"), START + n).put(&home.store);
    }
    let filter = CallFilter {
        since: Some(at(START)),
        ..CallFilter::default()
    };
    let count = |most| {
        let count = home
            .store
            .read(|reader| reader.calls().count(&filter, most))
            .expect("reads");
        (count.n, count.is_exact)
    };
    assert_eq!(count(4), (4, false));
    assert_eq!(count(5), (5, true));
}

#[test]
fn calls_that_began_in_the_same_moment_all_have_a_place() {
    let home = Home::new();
    home.store
        .write(|writer| {
            for n in 0..3000 {
                writer
                    .calls_mut()
                    .put(Told::new("clinic", &format!("call_{n}"), START).0)?;
            }
            Ok(())
        })
        .expect("written");
    let everything = CallFilter::default();
    let rows = home
        .store
        .read(|reader| reader.calls().page_at(&everything, 2990, 100));
    assert_eq!(rows.expect("reads").len(), 10);
}

#[test]
fn a_call_moves_in_the_list_when_its_start_becomes_known() {
    let home = Home::new();
    let early = Told::new("clinic", "early", START);
    let late = Told::new("clinic", "late", START + 1000);
    let (early_id, late_id) = (early.put(&home.store), late.put(&home.store));
    let order = || {
        let page = home
            .store
            .read(|reader| reader.calls().page(&CallFilter::default(), None, 9))
            .expect("reads");
        page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(order(), [late_id, early_id]);
    let mut moved = early.0.clone();
    moved.call.fields.started_at = None;
    Told(moved)
        .with(|event| event.facts.started_at = Some(at(START + 5000)))
        .put(&home.store);
    assert_eq!(order(), [early_id, late_id]);
    let everything = CallFilter::default();
    assert_eq!(
        home.store
            .read(|reader| reader.calls().count(&everything, 9))
            .map(|count| count.n),
        Ok(2)
    );
}
