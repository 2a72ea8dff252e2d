//! What came is not what it should be.

use std::fs;

use ringback_archive::{CheckFailed, FinishError, RestoreError, Why};

use crate::support::{Home, copy_all, describe, finish, plan, sha256};

async fn turn_down(home: &Home, content: &[u8], failed: CheckFailed) {
    let landing = copy_all(home.land(), content).await.expect("copied");
    let finished = landing.finish::<()>(|_| Err(failed), describe);
    assert!(
        matches!(finished, Err(FinishError::Check(_))),
        "{finished:?}"
    );
}

fn damaged() -> CheckFailed {
    CheckFailed::Damaged("ends in the middle of a frame".to_owned())
}

#[tokio::test]
async fn what_is_no_sound_is_let_go() {
    let home = Home::new();
    let page = CheckFailed::NotAudio("a web page".to_owned());
    turn_down(&home, b"<html>Access denied</html>", page).await;
    assert_eq!(home.files(), [""; 0]);
    assert_eq!(
        home.land().resume_point().from,
        0,
        "the next try begins anew"
    );
}

#[tokio::test]
async fn what_is_broken_or_unknown_is_kept_in_quarantine() {
    for (failed, why) in [
        (damaged(), Why::Damaged),
        (
            CheckFailed::Unsupported("Opus".to_owned()),
            Why::Unsupported,
        ),
    ] {
        let home = Home::new();
        turn_down(&home, b"half a sound", failed).await;
        let kept = home.archive.quarantined().expect("listed");
        let [entry] = &kept[..] else {
            panic!("{kept:?}")
        };
        assert_eq!((entry.why, &entry.from), (why, &None));
        assert_eq!(entry.sha256, Some(sha256(b"half a sound")));
        assert_eq!(entry.at, plan("call_1").now);
        let file = home.archive.quarantined_file(entry);
        assert_eq!(fs::read(file).expect("there"), b"half a sound");
        assert!(matches!(
            home.archive.restore(&entry.id),
            Err(RestoreError::NoPlace(_))
        ));
        assert!(!home.land().is_whole(), "the next try begins anew");
    }
}

#[tokio::test]
async fn the_same_broken_bytes_are_kept_once_and_others_too() {
    let home = Home::new();
    for content in [b"broken", b"broken", b"BROKEN", b"broken", b"BROKEN"] {
        turn_down(&home, content, damaged()).await;
    }
    assert_eq!(home.archive.quarantined().expect("listed").len(), 2);
}

#[tokio::test]
async fn a_good_copy_after_a_broken_one_lands() {
    let home = Home::new();
    turn_down(&home, b"broken", damaged()).await;
    let landing = copy_all(home.land(), b"sound").await.expect("copied");
    assert_eq!(finish(landing).expect("finished").path.file(), "call_1.wav");
}
