//! A transfer breaks off and goes on.

use std::{
    convert::Infallible,
    fs::{self, File},
    future::{pending, ready},
};

use futures_util::{FutureExt, StreamExt, stream};
use ringback_archive::{Arriving, CheckFailed, CopyError, CopyLimits, FinishError, Landing, copy};

use crate::support::{
    Home, NO_LIMIT, accept, arriving, copy_all, copy_some, describe, finish, pieces, plan,
    recording_of, sha256, sound,
};

async fn copy_as(
    landing: Landing,
    arriving: Arriving,
    content: &[u8],
) -> Result<Landing, CopyError<Infallible>> {
    copy(
        landing,
        arriving,
        pieces(content),
        NO_LIMIT,
        pending(),
        |_| {},
    )
    .await
}

#[tokio::test]
async fn a_transfer_goes_on_where_the_connection_broke() {
    let home = Home::new();
    let content = sound(500_000);
    copy_some(home.land(), &content, 300_000).await;

    let landing = home.land();
    let resume = landing.resume_point();
    assert_eq!(resume.from, 300_000, "every byte that came is kept");
    assert_eq!(resume.validator, arriving(&content, 0).validator.as_deref());
    let landed = finish(copy_all(landing, &content).await.expect("copied")).expect("finished");
    assert_eq!(
        landed.sha256,
        sha256(&content),
        "the digest covers both parts"
    );
    assert_eq!(fs::read(&landed.file).expect("there"), content);
}

#[tokio::test]
async fn a_storage_that_does_not_resume_is_copied_from_the_start() {
    let home = Home::new();
    let content = sound(500_000);
    copy_some(home.land(), &content, 300_000).await;
    let landing = copy_as(home.land(), arriving(&content, 0), &content).await;
    let landed = finish(landing.expect("copied")).expect("finished");
    assert_eq!(fs::read(&landed.file).expect("there"), content);
}

#[tokio::test]
async fn a_stream_that_ends_too_soon_is_not_the_recording() {
    let home = Home::new();
    let content = sound(500_000);
    let copied = copy_as(home.land(), arriving(&content, 0), &content[..499_999]).await;
    assert!(matches!(
        copied,
        Err(CopyError::Incomplete {
            have: 499_999,
            expected: 500_000
        })
    ));
    let landing = home.land();
    assert!(!landing.is_whole());
    assert_eq!(landing.resume_point().from, 499_999);
    finish(copy_all(landing, &content).await.expect("copied")).expect("finished");
}

#[tokio::test]
async fn a_stream_that_is_longer_than_announced_begins_anew() {
    let home = Home::new();
    let content = sound(500_000);
    let short = Arriving {
        length: Some(400_000),
        ..arriving(&content, 0)
    };
    let copied = copy_as(home.land(), short, &content).await;
    let Err(CopyError::Incomplete {
        have,
        expected: 400_000,
    }) = copied
    else {
        panic!("{copied:?}");
    };
    assert!(have > 400_000);
    let landing = home.land();
    assert_eq!(landing.resume_point().from, 0);
    let landed = finish(copy_all(landing, &content).await.expect("copied")).expect("finished");
    assert_eq!(fs::read(&landed.file).expect("there"), content);
}

#[tokio::test]
async fn two_versions_of_a_file_are_never_mixed() {
    let home = Home::new();
    let old = sound(500_000);
    let new: Vec<_> = old.iter().map(|byte| !byte).collect();
    let changes: [fn(&mut Arriving); 3] = [
        |arriving| arriving.validator = Some("\"new\"".to_owned()),
        |arriving| arriving.length = Some(500_001),
        |arriving| arriving.starts_at -= 1,
    ];
    for change in changes {
        copy_some(home.land(), &old, 300_000).await;
        let mut arriving = arriving(&old, 300_000);
        change(&mut arriving);
        let copied = copy_as(home.land(), arriving, &new[300_000..]).await;
        assert!(matches!(copied, Err(CopyError::Changed)), "{copied:?}");
        let landing = home.land();
        assert_eq!((landing.resume_point().from, landing.have()), (0, 0));
    }
    let landing = copy_all(home.land(), &new).await.expect("copied");
    let landed = finish(landing).expect("finished");
    assert_eq!(fs::read(&landed.file).expect("there"), new);
}

#[tokio::test]
async fn bytes_that_nothing_is_known_about_are_not_built_upon() {
    let home = Home::new();
    let content = sound(100_000);
    let stream = pieces(&content).chain(stream::iter([Err("cut off")]));
    let copied = copy(
        home.land(),
        Arriving::default(),
        stream,
        NO_LIMIT,
        pending(),
        |_| {},
    )
    .await;
    assert!(matches!(copied, Err(CopyError::Source("cut off"))));
    assert_eq!(home.land().resume_point().from, 0);
}

#[tokio::test]
async fn stopping_keeps_what_came() {
    let home = Home::new();
    let content = sound(200_000);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut stop = Some(stop);
    let stream = pieces::<()>(&content[..160_000]).chain(stream::once(async move {
        drop(stop.take());
        pending().await
    }));
    let stopped = stopped.map(drop);
    let copied = copy(
        home.land(),
        arriving(&content, 0),
        stream,
        NO_LIMIT,
        stopped,
        |_| {},
    )
    .await;
    assert!(matches!(copied, Err(CopyError::Stopped)), "{copied:?}");
    assert_eq!(home.land().resume_point().from, 160_000);

    let now = ready(());
    let stream = pieces::<()>(&content);
    let copied = copy(
        home.land(),
        arriving(&content, 0),
        stream,
        NO_LIMIT,
        now,
        |_| {},
    )
    .await;
    assert!(
        matches!(copied, Err(CopyError::Stopped)),
        "it stops even if bytes are there"
    );
}

#[tokio::test]
async fn too_large_is_noticed_with_and_without_an_announced_length() {
    let home = Home::new();
    let content = sound(500_000);
    let limits = CopyLimits { max_bytes: 400_000 };
    for arriving in [arriving(&content, 0), Arriving::default()] {
        let stream = pieces::<()>(&content);
        let copied = copy(home.land(), arriving, stream, limits, pending(), |_| {}).await;
        assert!(matches!(
            copied,
            Err(CopyError::TooLarge { limit: 400_000 })
        ));
        assert_eq!(home.files(), [""; 0], "it takes no room");
    }
    let stream = pieces::<()>(&content[..400_000]);
    copy(
        home.land(),
        Arriving::default(),
        stream,
        limits,
        pending(),
        |_| {},
    )
    .await
    .expect("the limit itself is allowed");
}

#[tokio::test]
async fn bytes_that_may_not_have_reached_the_disk_are_asked_for_again() {
    let home = Home::new();
    let content = sound(500_000);
    copy_some(home.land(), &content, 300_000).await;
    // As a power failure may leave it: longer than was made to last, with a hole at the end.
    let part = home.day().join(format!("{}.part", recording_of("call_1")));
    let file = File::options().write(true).open(part).expect("there");
    file.set_len(450_000).expect("longer");
    drop(file);
    let landing = home.land();
    assert_eq!(landing.resume_point().from, 300_000);
    let landed = finish(copy_all(landing, &content).await.expect("copied")).expect("finished");
    assert_eq!(fs::read(&landed.file).expect("there"), content);
}

#[tokio::test]
async fn a_part_without_a_readable_note_is_begun_anew() {
    let content = sound(500_000);
    for damage in [None, Some(""), Some("{\"safe\": 3000"), Some("[]")] {
        let home = Home::new();
        copy_some(home.land(), &content, 300_000).await;
        let note = home
            .day()
            .join(format!("{}.part.json", recording_of("call_1")));
        match damage {
            None => fs::remove_file(&note).expect("removed"),
            Some(text) => fs::write(&note, text).expect("written"),
        }
        let landing = home.land();
        assert_eq!(landing.resume_point().from, 0, "{damage:?}");
        let text = fs::read(&note).expect("there");
        let is_note = text.is_empty() || serde_json::from_slice::<serde_json::Value>(&text).is_ok();
        assert!(is_note, "what is no note does not stay beside new bytes");
        finish(copy_all(landing, &content).await.expect("copied")).expect("finished");
    }
}

#[tokio::test]
async fn a_whole_part_needs_nothing_from_the_storage() {
    let home = Home::new();
    let content = sound(100_000);
    drop(copy_all(home.land(), &content).await.expect("copied"));

    let landing = home.land();
    assert!(landing.is_whole());
    let other = copy_as(landing, arriving(b"other", 0), b"other").await;
    let landed = finish(other.expect("nothing is taken from the stream")).expect("finished");
    assert_eq!(fs::read(&landed.file).expect("there"), content);
}

#[tokio::test]
async fn a_whole_part_that_was_cut_is_not_whole() {
    let home = Home::new();
    let content = sound(100_000);
    drop(copy_all(home.land(), &content).await.expect("copied"));
    let part = home.day().join(format!("{}.part", recording_of("call_1")));
    let file = File::options().write(true).open(part).expect("there");
    file.set_len(90_000).expect("cut");
    let landing = home.land();
    assert!(!landing.is_whole());
    assert_eq!(landing.resume_point().from, 90_000);
}

/// Runs `finish` into an error after the file has its name, and before its words are there.
async fn interrupted(home: &Home, content: &[u8]) {
    let landing = copy_all(home.land(), content).await.expect("copied");
    let in_the_way = home.day().join("call_1.json");
    fs::create_dir(&in_the_way).expect("made");
    let finished = landing.finish(accept, describe);
    assert!(
        matches!(finished, Err(FinishError::Disk(_))),
        "{finished:?}"
    );
    fs::remove_dir(in_the_way).expect("removed");
    assert!(home.day().join("call_1.wav").exists());
}

#[tokio::test]
async fn a_file_that_got_its_name_but_not_its_words_gets_them_next_time() {
    let home = Home::new();
    let content = sound(100_000);
    interrupted(&home, &content).await;
    let landing = home.land();
    assert!(landing.is_whole());
    let landed = finish(landing).expect("finished");
    assert_eq!(landed.sha256, sha256(&content));
    assert_eq!(
        home.files(),
        [
            "recordings/clinic/2026-03-01/call_1.json",
            "recordings/clinic/2026-03-01/call_1.wav"
        ]
    );
}

#[tokio::test]
async fn a_file_that_was_changed_after_it_got_its_name_is_not_taken_for_it() {
    let home = Home::new();
    let content = sound(100_000);
    interrupted(&home, &content).await;
    fs::write(home.day().join("call_1.wav"), "other").expect("written");
    let landing = home.land();
    assert!(!landing.is_whole());
    let landed = finish(copy_all(landing, &content).await.expect("copied")).expect("finished");
    assert_eq!(landed.path.file(), "call_1-2.wav");
    let other = fs::read(home.day().join("call_1.wav")).expect("still there");
    assert_eq!(other, b"other");
}

#[tokio::test]
async fn a_check_that_cannot_read_changes_nothing() {
    let home = Home::new();
    let landing = copy_all(home.land(), b"sound").await.expect("copied");
    let unreadable = |_: &_| Err(CheckFailed::Unreadable(std::io::ErrorKind::Other.into()));
    let finished = landing.finish::<()>(unreadable, describe);
    assert!(matches!(
        finished,
        Err(FinishError::Check(CheckFailed::Unreadable(_)))
    ));
    let landing = home.archive.land(plan("call_1")).expect("landing begins");
    assert!(landing.is_whole());
}
