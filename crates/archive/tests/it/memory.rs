//! A recording of any length takes the same little memory.

use std::{
    convert::Infallible,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use bytes::Bytes;
use futures_util::stream;
use ringback_archive::{Arriving, copy};

use crate::support::{Home, NO_LIMIT, finish};

static SILENCE: [u8; 64 << 10] = [0; 64 << 10];

/// Counts the pieces of the stream that somebody still holds.
#[derive(Default)]
struct Held {
    now: AtomicUsize,
    most: AtomicUsize,
}

struct Piece(Arc<Held>);

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &SILENCE
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, SeqCst);
    }
}

#[tokio::test]
async fn a_long_recording_is_never_in_memory() {
    const PIECES: usize = 300 * 16; // 300 MiB
    let home = Home::new();
    let held = Arc::new(Held::default());
    let stream = stream::iter((0..PIECES).map(|_| {
        let now = held.now.fetch_add(1, SeqCst) + 1;
        held.most.fetch_max(now, SeqCst);
        Ok::<_, Infallible>(Bytes::from_owner(Piece(Arc::clone(&held))))
    }));
    let arriving = Arriving {
        length: Some((PIECES * SILENCE.len()) as u64),
        ..Arriving::default()
    };
    let copied = copy(home.land(), arriving, stream, NO_LIMIT, pending(), |_| {}).await;
    let landed = finish(copied.expect("copied")).expect("finished");
    assert_eq!(landed.bytes, 300 << 20);
    assert_eq!(held.now.load(SeqCst), 0);
    let most = held.most.load(SeqCst) * SILENCE.len();
    assert!(most <= 512 << 10, "{most} bytes were held at a time");
}
