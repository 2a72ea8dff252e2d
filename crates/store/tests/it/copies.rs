//! Which recordings are also elsewhere.

use ringback_model::{RecordingId, RecordingState};
use ringback_store::{CopyState, SecondCopy};

use crate::home::{Home, START, Told, put_recording, recording};

const PLACE: &str = "s3://calls at storage.example";

/// A home with so many recordings that are here.
fn lived_in(count: u32) -> (Home, Vec<RecordingId>) {
    let home = Home::new();
    let mut ids = Vec::new();
    for n in 0..count {
        let call = Told::new("clinic", &format!("call_{n}"), START).put(&home.store);
        let record = home
            .store
            .read(|reader| reader.calls().by_id(call))
            .expect("reads")
            .expect("there");
        let row = recording(&record, "", RecordingState::Ready);
        put_recording(&home.store, &row);
        ids.push(row.id);
    }
    ids.sort_by_key(ToString::to_string);
    (home, ids)
}

fn put(home: &Home, recording: RecordingId, state: CopyState, place: &str) {
    let copy = SecondCopy {
        recording,
        place: place.into(),
        state,
        reason: (state != CopyState::Copied).then(|| "unreachable".into()),
        bytes: 7,
        mark: Some("etag".into()),
        at: home.now(),
    };
    home.store
        .write(move |writer| writer.second_copies_mut().put(&copy))
        .expect("written");
}

fn lacking(home: &Home, failed: bool) -> Vec<RecordingId> {
    home.store
        .read(|reader| reader.second_copies().lacking(PLACE, failed, None, 10))
        .expect("reads")
}

#[test]
fn what_is_here_and_not_there_lacks_a_copy() {
    let (home, ids) = lived_in(4);
    assert_eq!(lacking(&home, false), ids);
    put(&home, ids[0], CopyState::Copied, PLACE);
    put(&home, ids[1], CopyState::Waiting, PLACE);
    put(&home, ids[2], CopyState::Failed, PLACE);
    assert_eq!(lacking(&home, false), [ids[1], ids[3]]);
    assert_eq!(lacking(&home, true), ids[1..]);
    let next = home
        .store
        .read(|reader| reader.second_copies().lacking(PLACE, true, Some(ids[1]), 1));
    assert_eq!(next.expect("reads"), [ids[2]], "page by page");

    let totals = home
        .store
        .read(|reader| reader.second_copies().totals(PLACE))
        .expect("reads");
    assert_eq!((totals.ready, totals.copied, totals.failed), (4, 1, 1));
    assert_eq!((totals.bytes, totals.last_at), (7, Some(home.now())));
    let failed = home
        .store
        .read(|reader| reader.second_copies().failed(PLACE, &["unreachable"], 10));
    assert_eq!(failed.expect("reads").len(), 1);
}

#[test]
fn a_copy_at_another_place_does_not_count() {
    let (home, ids) = lived_in(1);
    put(&home, ids[0], CopyState::Copied, "/mnt/old");
    assert_eq!(lacking(&home, false), ids);
    let of = |place: &'static str| {
        home.store
            .read(|reader| reader.second_copies().of(ids[0], place))
            .expect("reads")
    };
    assert_eq!(of(PLACE), None);
    assert!(of("/mnt/old").is_some());
}
