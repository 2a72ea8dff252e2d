//! Set aside, and back again.

use std::fs;

use jiff::Timestamp;
use ringback_archive::{RecordingPath, RestoreError, Why};

use crate::support::{Home, describe};

fn now() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().expect("a time")
}

#[tokio::test]
async fn a_begun_transfer_is_set_aside_with_its_note_and_has_no_place_to_go_back_to() {
    let home = Home::new();
    let landed = home.landed("call_1", b"sound").await;
    let part = landed
        .file
        .with_file_name("01KJMDED6GTVJT1BGX1J6V0P35.part");
    let note = landed
        .file
        .with_file_name("01KJMDED6GTVJT1BGX1J6V0P35.part.json");
    fs::write(&part, b"half").expect("written");
    fs::write(&note, b"{}").expect("written");
    let entry = home
        .archive
        .set_part_aside(&part, now())
        .expect("moved")
        .expect("it is there");
    assert!(!part.exists() && !note.exists() && landed.file.exists());
    assert_eq!(entry.why, Why::Leftover);
    let kept = home.archive.quarantined_file(&entry);
    assert_eq!(fs::read(&kept).expect("there"), b"half");
    assert!(matches!(
        home.archive.restore(&entry.id),
        Err(RestoreError::NoPlace(_))
    ));
    assert_eq!(
        home.archive.set_part_aside(&part, now()).expect("asked"),
        None
    );
}

#[tokio::test]
async fn a_recording_goes_to_quarantine_with_its_words_and_comes_back() {
    let home = Home::new();
    let landed = home.landed("call_1", b"sound").await;
    let before = home.files();
    let entry = home
        .archive
        .quarantine(&landed.path, Why::Orphan, now())
        .expect("moved")
        .expect("it is there");
    assert!(!landed.file.exists());
    assert_eq!(
        home.files(),
        [
            "quarantine/clinic-2026-03-01-call_1/call_1.json",
            "quarantine/clinic-2026-03-01-call_1/call_1.wav",
            "quarantine/clinic-2026-03-01-call_1/note.json"
        ]
    );
    let listed = home.archive.quarantined().expect("listed");
    assert_eq!(listed, std::slice::from_ref(&entry));
    assert_eq!((entry.why, entry.at), (Why::Orphan, now()));

    let path = home.archive.restore(&entry.id).expect("restored");
    assert_eq!(path, landed.path);
    assert_eq!(home.files(), before);
    assert_eq!(fs::read(&landed.file).expect("there"), b"sound");
    let words = home.archive.read_sidecar(&path).expect("readable");
    assert_eq!(words, Some(describe(&landed)));
    assert_eq!(home.archive.quarantined().expect("listed"), []);
}

#[tokio::test]
async fn restoring_never_replaces_a_file() {
    let home = Home::new();
    let landed = home.landed("call_1", b"old").await;
    let quarantined = home
        .archive
        .quarantine(&landed.path, Why::WrongDigest, now());
    let entry = quarantined.expect("moved").expect("it is there");
    home.landed("call_1", b"new").await;
    let restored = home.archive.restore(&entry.id);
    assert!(
        matches!(restored, Err(RestoreError::Taken(_))),
        "{restored:?}"
    );
    assert_eq!(fs::read(&landed.file).expect("there"), b"new");
    let kept = home.archive.quarantined_file(&entry);
    assert_eq!(fs::read(kept).expect("there"), b"old");
}

#[tokio::test]
async fn the_same_place_can_be_quarantined_twice() {
    let home = Home::new();
    for content in [b"one", b"two"] {
        let landed = home.landed("call_1", content).await;
        let moved = home.archive.quarantine(&landed.path, Why::Orphan, now());
        moved.expect("moved").expect("it is there");
    }
    let entries = home.archive.quarantined().expect("listed");
    let kept: Vec<_> = entries
        .iter()
        .map(|entry| fs::read(home.archive.quarantined_file(entry)).expect("there"))
        .collect();
    assert_eq!(kept, [b"one", b"two"]);
}

#[tokio::test]
async fn a_note_whose_file_was_never_moved_counts_for_nothing() {
    let home = Home::new();
    let landed = home.landed("call_1", b"sound").await;
    let moved = home.archive.quarantine(&landed.path, Why::Orphan, now());
    let entry = moved.expect("moved").expect("it is there");
    // As a crash between the note and the move leaves it.
    let file = home.archive.quarantined_file(&entry);
    fs::rename(file, &landed.file).expect("moved back");
    assert_eq!(home.archive.quarantined().expect("listed"), []);
    assert!(matches!(
        home.archive.restore(&entry.id),
        Err(RestoreError::Unknown(_))
    ));
    let again = home.archive.quarantine(&landed.path, Why::Orphan, now());
    assert_eq!(again.expect("moved").expect("it is there").id, entry.id);
}

#[test]
fn what_is_not_there_is_not_moved_and_not_restored() {
    let home = Home::new();
    let path = RecordingPath::new("clinic/2026-03-01/call_1.wav").expect("a path");
    let moved = home.archive.quarantine(&path, Why::Orphan, now());
    assert_eq!(moved.expect("no error"), None);
    for id in ["nothing", "", "..", "../recordings", "/etc"] {
        assert!(
            matches!(home.archive.restore(id), Err(RestoreError::Unknown(_))),
            "{id:?}"
        );
    }
}
