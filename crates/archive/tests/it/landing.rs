//! A recording comes in and becomes a file.

use std::{cell::RefCell, fs, future::pending};

use ringback_archive::{Checked, FinishError, LandError, RecordingPath, Verdict, copy};

use crate::support::{
    Home, NO_LIMIT, accept, arriving, copy_all, describe, finish, pieces, plan, sha256, sound,
};

#[tokio::test]
async fn a_recording_becomes_a_file_with_its_words_beside_it() {
    let home = Home::new();
    let content = sound(1_000_000);
    let landed = home.landed("call_1", &content).await;
    assert_eq!(landed.path.as_str(), "clinic/2026-03-01/call_1.wav");
    assert_eq!(landed.bytes, 1_000_000);
    assert_eq!(landed.sha256, sha256(&content));
    assert_eq!(fs::read(&landed.file).expect("there"), content);
    assert_eq!(home.archive.locate(&landed.path), landed.file);
    let words = home.archive.read_sidecar(&landed.path).expect("readable");
    assert_eq!(words, Some(describe(&landed)));
    assert_eq!(
        home.files(),
        [
            "recordings/clinic/2026-03-01/call_1.json",
            "recordings/clinic/2026-03-01/call_1.wav"
        ],
        "nothing else is left"
    );
    assert_eq!(
        home.archive
            .verify(&landed.path, &landed.sha256)
            .expect("read"),
        Verdict::Same
    );
}

#[tokio::test]
async fn the_check_sees_the_whole_file_before_it_has_its_name() {
    let home = Home::new();
    let content = sound(100_000);
    let landing = copy_all(home.land(), &content).await.expect("copied");
    let landed = landing
        .finish(
            |path| {
                assert_eq!(fs::read(path).expect("readable"), content);
                assert!(!home.day().join("call_1.mp3").exists());
                Ok(Checked {
                    extension: "mp3".to_owned(),
                    facts: 2_u16,
                })
            },
            |landed| {
                assert!(landed.file.exists(), "the words come after the sound");
                describe(landed)
            },
        )
        .expect("finished");
    assert_eq!(landed.path.file(), "call_1.mp3");
    assert_eq!(landed.facts, 2, "what the check learned is handed through");
}

#[tokio::test]
async fn an_ending_that_is_not_usual_cannot_lead_anywhere() {
    for extension in ["../../x", "json", "part", "exe", ""] {
        let home = Home::new();
        let landing = copy_all(home.land(), b"sound").await.expect("copied");
        let check = |_: &_| {
            Ok(Checked {
                extension: extension.to_owned(),
                facts: (),
            })
        };
        let landed = landing.finish(check, describe).expect("finished");
        assert_eq!(landed.path.file(), "call_1.bin", "{extension:?}");
    }
}

#[tokio::test]
async fn progress_only_grows_and_ends_at_the_length() {
    let home = Home::new();
    let content = sound(900_000);
    let told = RefCell::new(Vec::new());
    let progress = |bytes| told.borrow_mut().push(bytes);
    let stream = pieces::<()>(&content);
    copy(
        home.land(),
        arriving(&content, 0),
        stream,
        NO_LIMIT,
        pending(),
        progress,
    )
    .await
    .expect("copied");
    let told = told.into_inner();
    assert!(told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&900_000));
}

#[tokio::test]
async fn an_empty_stream_of_unknown_length_is_left_to_the_check() {
    let home = Home::new();
    let stream = pieces::<()>(b"");
    let landing = copy(
        home.land(),
        Default::default(),
        stream,
        NO_LIMIT,
        pending(),
        |_| {},
    )
    .await;
    let landing = landing.expect("nothing is wrong so far");
    assert!(landing.is_whole());
    assert_eq!(finish(landing).expect("finished").bytes, 0);
}

#[tokio::test]
async fn what_is_not_whole_is_not_finished() {
    let home = Home::new();
    let finished = home.land().finish(accept, describe);
    assert!(matches!(finished, Err(FinishError::NotWhole { have: 0 })));
}

#[tokio::test]
async fn one_recording_is_landed_by_one_at_a_time() {
    let home = Home::new();
    let first = home.land();
    assert!(matches!(
        home.archive.land(plan("call_1")),
        Err(LandError::Busy)
    ));
    home.archive
        .land(plan("call_2"))
        .expect("another one is free");
    drop(first);
    home.land();
}

#[tokio::test]
async fn other_bytes_under_the_same_name_get_a_number_and_nothing_is_lost() {
    let home = Home::new();
    let one = home.landed("call_1", b"first version").await;
    let two = home.landed("call_1", b"second version").await;
    let three = home.landed("call_1", b"third version").await;
    assert_eq!(one.path.file(), "call_1.wav");
    assert_eq!(two.path.file(), "call_1-2.wav");
    assert_eq!(three.path.file(), "call_1-3.wav");
    for (landed, content) in [(&one, "first"), (&two, "second"), (&three, "third")] {
        let content = format!("{content} version");
        assert_eq!(fs::read(&landed.file).expect("there"), content.as_bytes());
        let words = home.archive.read_sidecar(&landed.path).expect("readable");
        assert_eq!(words, Some(describe(landed)), "each has its own words");
    }
}

#[tokio::test]
async fn the_same_bytes_under_the_same_name_are_the_same_recording() {
    let home = Home::new();
    home.landed("call_1", b"first version").await;
    let two = home.landed("call_1", b"second version").await;
    let before = home.files();
    let again = home.landed("call_1", b"second version").await;
    assert_eq!(again, two);
    assert_eq!(home.files(), before);
}

#[tokio::test]
async fn a_file_of_the_same_name_and_another_kind_keeps_its_words() {
    for older in ["call_1.mp3", "call_1.MP3", "call_1.Wav"] {
        let home = Home::new();
        fs::create_dir_all(home.day()).expect("made");
        fs::write(home.day().join(older), "older").expect("written");
        fs::write(home.day().join("call_1.json"), "{}").expect("written");
        let landed = home.landed("call_1", b"newer").await;
        assert_eq!(landed.path.file(), "call_1-2.wav", "beside {older}");
        let older = RecordingPath::new(format!("clinic/2026-03-01/{older}")).expect("a path");
        let words = home.archive.read_sidecar(&older).expect("readable");
        assert_eq!(words, Some(serde_json::json!({})));
    }
}

#[tokio::test]
async fn the_words_can_be_written_anew_at_any_time() {
    let home = Home::new();
    let landed = home.landed("call_1", b"sound").await;
    let words = serde_json::json!({"summary": "Asked for a table for two."});
    home.archive
        .write_sidecar(&landed.path, &words)
        .expect("written");
    let read = home.archive.read_sidecar(&landed.path).expect("readable");
    assert_eq!(read, Some(words));
    assert_eq!(home.files().len(), 2);
}

#[tokio::test]
async fn a_changed_byte_and_a_missing_file_are_noticed() {
    let home = Home::new();
    let landed = home.landed("call_1", b"sound").await;
    fs::write(&landed.file, b"sounD").expect("written");
    assert_eq!(
        home.archive
            .verify(&landed.path, &landed.sha256)
            .expect("read"),
        Verdict::Different {
            sha256: sha256(b"sounD"),
            bytes: 5
        }
    );
    fs::remove_file(&landed.file).expect("removed");
    assert_eq!(
        home.archive
            .verify(&landed.path, &landed.sha256)
            .expect("read"),
        Verdict::Missing
    );
}

#[cfg(unix)]
#[tokio::test]
async fn recordings_are_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let landed = home.landed("call_1", b"sound").await;
    let mode = |path: &std::path::Path| {
        let found = fs::metadata(path).expect("there");
        found.permissions().mode() & 0o077
    };
    assert_eq!(mode(&landed.file), 0);
    assert_eq!(mode(&landed.file.with_extension("json")), 0);
    assert_eq!(mode(home.archive.folder()), 0);
}

#[test]
fn the_free_space_is_that_of_a_real_disk() {
    assert!(Home::new().archive.free_space().expect("told") > 0);
}
