//! Recordings that come back from the second copy.

use std::fs;

use ringback_archive::{RecordingPath, ReturnError};
use sha2::{Digest, Sha256};

use crate::support::Home;

const PATH: &str = "clinic/2026-03-01/call_1.wav";

fn sha256(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// Brings `content` back as the file with the digest of `wanted`.
fn bring(home: &Home, content: &[u8], wanted: &[u8]) -> Result<(), ReturnError> {
    let path = RecordingPath::new(PATH).expect("a path");
    let mut returning = home.archive.bring_back(&path)?;
    for piece in content.chunks(3) {
        returning.write(piece)?;
    }
    returning.finish(&sha256(wanted), jiff::Timestamp::UNIX_EPOCH)
}

#[test]
fn a_file_comes_back_to_its_place_also_when_the_whole_folder_is_gone() {
    let home = Home::new();
    fs::remove_dir_all(home.archive.folder()).expect("ours to lose");
    bring(&home, b"sound", b"sound").expect("it is the one");
    assert_eq!(home.files(), [format!("recordings/{PATH}")]);
    bring(&home, b"sound", b"sound").expect("it is there already");
    assert_eq!(home.files(), [format!("recordings/{PATH}")], "and alone");
}

#[test]
fn what_is_not_the_file_on_record_changes_nothing() {
    let home = Home::new();
    bring(&home, b"sound", b"sound").expect("it is the one");
    let wrong = bring(&home, b"SOUND", b"sound");
    assert!(matches!(wrong, Err(ReturnError::WrongDigest)));
    let file = home.archive.folder().join(PATH);
    assert_eq!(fs::read(file).expect("there"), b"sound");
    assert_eq!(home.files().len(), 1, "nothing is left over");
}

#[test]
fn a_damaged_file_makes_room_and_is_kept_in_quarantine() {
    let home = Home::new();
    bring(&home, b"broken", b"broken").expect("for the test");
    bring(&home, b"sound", b"sound").expect("it is the one");
    let file = home.archive.folder().join(PATH);
    assert_eq!(fs::read(file).expect("there"), b"sound");
    let kept = home.archive.quarantined().expect("listed");
    assert_eq!(kept.len(), 1);
    let kept = fs::read(home.archive.quarantined_file(&kept[0])).expect("kept");
    assert_eq!(kept, b"broken");
}
