//! What arrives close together is written in one go, and what does not come is not waited for.

use std::{cell::RefCell, convert::Infallible, future::pending};

use bytes::Bytes;
use futures_util::stream;
use ringback_archive::copy;
use tokio::sync::mpsc;

use crate::support::{Home, NO_LIMIT, arriving, finish, pieces, sound};

#[tokio::test]
async fn a_short_recording_is_written_in_one_go() {
    let home = Home::new();
    let content = sound(100_000);
    let told = RefCell::new(Vec::new());
    let landing = copy(
        home.land(),
        arriving(&content, 0),
        pieces::<Infallible>(&content),
        NO_LIMIT,
        pending(),
        |have| told.borrow_mut().push(have),
    )
    .await
    .expect("copied");
    assert_eq!(told.into_inner(), [100_000]);
    assert_eq!(finish(landing).expect("finished").bytes, 100_000);
}

#[tokio::test]
async fn a_piece_is_written_although_the_next_one_does_not_come() {
    let home = Home::new();
    let content = sound(60_000);
    let (tell, told) = mpsc::unbounded_channel();
    let all: Vec<_> = content.chunks(20_000).map(Bytes::copy_from_slice).collect();
    // Nothing more is sent before what was sent is on the disk.
    let begin = (all.into_iter(), told, 0);
    let stream = stream::unfold(begin, |(mut all, mut told, sent)| async move {
        while sent > 0 && told.recv().await.expect("the copy goes on") < sent {}
        let piece = all.next()?;
        let sent = sent + piece.len() as u64;
        Some((Ok::<_, Infallible>(piece), (all, told, sent)))
    });
    let landing = copy(
        home.land(),
        arriving(&content, 0),
        stream,
        NO_LIMIT,
        pending(),
        |have| {
            // At the end of the stream nobody listens any more.
            let _ = tell.send(have);
        },
    )
    .await
    .expect("copied");
    assert_eq!(landing.have(), 60_000);
    finish(landing).expect("finished");
}
