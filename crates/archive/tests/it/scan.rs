//! What is on the disk is found, and told apart.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use ringback_archive::{Found, RecordingPath, SidecarError};

use crate::support::{Home, copy_some, recording_of, sound};

fn scan(home: &Home) -> Vec<Found> {
    home.archive
        .scan()
        .map(|found| found.expect("readable"))
        .collect()
}

#[test]
fn an_empty_archive_has_nothing_in_it() {
    assert_eq!(scan(&Home::new()), []);
}

#[tokio::test]
async fn everything_is_told_apart() {
    let home = Home::new();
    let two = home.landed("call_2", b"sound").await;
    let one = home.landed("call_1", b"more sound").await;
    home.landed("call_3", b"gone").await;
    fs::remove_file(home.day().join("call_3.wav")).expect("removed");
    fs::remove_file(home.day().join("call_2.json")).expect("removed");
    let landing = home
        .archive
        .land(crate::support::plan("call_4"))
        .expect("begun");
    copy_some(landing, &sound(90_000), 80_000).await;
    fs::write(home.day().join(".ringback-x1.tmp"), "half").expect("written");
    fs::write(home.day().join("Thumbs.db"), "x").expect("written");
    fs::create_dir(home.day().join("mine.wav")).expect("made");
    fs::create_dir(home.archive.folder().join("My Music")).expect("made");
    fs::create_dir(home.archive.folder().join("clinic/notes")).expect("made");

    let root = home.archive.folder();
    let day = home.day();
    let part = format!("{}.part", recording_of("call_4"));
    let expected = [
        Found::Foreign(root.join("My Music")),
        Found::Foreign(root.join("clinic/notes")),
        Found::Temporary(day.join(".ringback-x1.tmp")),
        Found::Part {
            recording: Some(recording_of("call_4")),
            path: day.join(part),
            bytes: 80_000,
        },
        Found::Foreign(day.join("Thumbs.db")),
        Found::Recording {
            path: one.path,
            bytes: 10,
            has_sidecar: true,
        },
        Found::Recording {
            path: two.path,
            bytes: 5,
            has_sidecar: false,
        },
        Found::LoneSidecar(day.join("call_3.json")),
        Found::Foreign(day.join("mine.wav")),
    ];
    assert_eq!(scan(&home), expected);
}

#[tokio::test]
async fn days_and_accounts_come_in_order() {
    let home = Home::new();
    for path in [
        "b/2026-01-02/x.wav",
        "a/2026-01-03/x.wav",
        "a/2026-01-02/x.wav",
    ] {
        let path = RecordingPath::new(path).expect("a path");
        let file = home.archive.locate(&path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        fs::write(file, "sound").expect("written");
    }
    let paths: Vec<_> = scan(&home)
        .into_iter()
        .map(|found| match found {
            Found::Recording { path, .. } => path.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        paths,
        [
            "a/2026-01-02/x.wav",
            "a/2026-01-03/x.wav",
            "b/2026-01-02/x.wav"
        ]
    );
}

#[tokio::test]
async fn sweeping_removes_old_temporary_files_and_nothing_else() {
    let home = Home::new();
    home.landed("call_1", b"sound").await;
    let before = home.files();
    let temporary = home.day().join(".ringback-x1.tmp");
    fs::write(&temporary, "half").expect("written");
    let hour = SignedDuration::from_hours(1);
    let written = Timestamp::try_from(
        fs::metadata(&temporary)
            .and_then(|found| found.modified())
            .expect("known"),
    )
    .expect("a time");
    assert_eq!(home.archive.sweep(written - hour).expect("swept"), 0);
    assert_eq!(home.archive.sweep(written + hour).expect("swept"), 1);
    assert_eq!(home.files(), before);
}

#[tokio::test]
async fn damaged_words_are_told_from_missing_ones() {
    let home = Home::new();
    let landed = home.landed("call_1", b"sound").await;
    let sidecar = landed.file.with_extension("json");
    fs::write(&sidecar, "{\n\"a\": ").expect("written");
    let read = home.archive.read_sidecar(&landed.path);
    assert!(
        matches!(read, Err(SidecarError::Damaged { line: 2, .. })),
        "{read:?}"
    );
    fs::remove_file(&sidecar).expect("removed");
    assert_eq!(
        home.archive.read_sidecar(&landed.path).expect("no error"),
        None
    );
}
