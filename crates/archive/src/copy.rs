//! From a stream into the part.

use std::{
    future::Future,
    pin::{Pin, pin},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::{task, time};

use crate::{Arriving, CopyError, Landing};

/// So many bytes at most are taken from the stream before they are written, and one piece of the
/// stream more. It bounds the memory that a recording of any length needs.
const BATCH: usize = 256 << 10;

/// So long a piece is waited for before those that are here are written without it.
const RIGHT_BEHIND: Duration = Duration::from_millis(5);

/// What a copy may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyLimits {
    /// The largest file that is taken in, in bytes.
    pub max_bytes: u64,
}

/// Copies a stream to the end into the part. Gives the landing back for [`Landing::finish`]. Of a
/// landing that is whole already, nothing is taken from the stream.
///
/// Resolving `stop` ends it early with [`CopyError::Stopped`]; that is how the caller bounds the
/// time, and how the program ends in order. `progress` is told the bytes of the whole file that are
/// here, after every write. On every error the landing is over, and what came is kept as far as the
/// error says; dropping the future is like a crash and may cost some bytes more.
pub async fn copy<S, E>(
    landing: Landing,
    arriving: Arriving,
    stream: S,
    limits: CopyLimits,
    stop: impl Future<Output = ()>,
    progress: impl Fn(u64),
) -> Result<Landing, CopyError<E>>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Send + 'static,
{
    if landing.is_whole() {
        return Ok(landing);
    }
    let limit = limits.max_bytes;
    if arriving.length.is_some_and(|length| length > limit) {
        return Err(too_large(landing, limit).await);
    }
    let mut have = arriving.starts_at;
    let mut arriving = Some(arriving);
    let mut landing = landing;
    let mut stream = pin!(stream);
    let mut stop = pin!(stop);
    loop {
        let (batch, ending) = gather(stream.as_mut(), stop.as_mut()).await;
        let coming: u64 = batch.iter().map(|piece| piece.len() as u64).sum();
        if have + coming > limit {
            return Err(too_large(landing, limit).await);
        }
        // A short recording is begun, written and ended in one go.
        let begins = arriving.take();
        let is_over = matches!(ending, Some(Ok(())));
        landing = on_disk(landing, move |landing| {
            if let Some(arriving) = &begins {
                landing.begin(arriving)?;
            }
            batch.iter().try_for_each(|piece| landing.write(piece))?;
            if is_over { landing.end() } else { Ok(()) }
        })
        .await?;
        have = landing.have();
        progress(have);
        match ending {
            None => {}
            Some(Ok(())) => return Ok(landing),
            Some(Err(error)) => {
                // The disk's trouble is the one that somebody has to look into.
                on_disk(landing, |landing| {
                    landing.suspend().map_err(CopyError::from)
                })
                .await?;
                return Err(error);
            }
        }
    }
}

/// The next piece of the stream and what comes right behind it, up to a batch. Says how the stream ended
/// if it did.
async fn gather<E>(
    mut stream: Pin<&mut impl Stream<Item = Result<Bytes, E>>>,
    mut stop: Pin<&mut impl Future<Output = ()>>,
) -> (Vec<Bytes>, Option<Result<(), CopyError<E>>>) {
    let mut batch = Vec::new();
    let mut length = 0;
    while length < BATCH {
        let next = tokio::select! {
            biased;
            () = stop.as_mut() => return (batch, Some(Err(CopyError::Stopped))),
            next = stream.next() => next,
            () = time::sleep(RIGHT_BEHIND), if length > 0 => return (batch, None),
        };
        match next {
            Some(Ok(piece)) => {
                length += piece.len();
                batch.push(piece);
            }
            Some(Err(error)) => return (batch, Some(Err(CopyError::Source(error)))),
            None => return (batch, Some(Ok(()))),
        }
    }
    (batch, None)
}

async fn too_large<E>(landing: Landing, limit: u64) -> CopyError<E> {
    match blocking(move || landing.discard()).await {
        Some(Ok(())) => CopyError::TooLarge { limit },
        Some(Err(error)) => CopyError::Disk(error),
        None => CopyError::Stopped,
    }
}

/// Does something with the landing where waiting for the disk holds up nobody.
async fn on_disk<E: Send + 'static>(
    mut landing: Landing,
    work: impl FnOnce(&mut Landing) -> Result<(), CopyError<E>> + Send + 'static,
) -> Result<Landing, CopyError<E>> {
    blocking(move || work(&mut landing).map(|()| landing))
        .await
        .unwrap_or(Err(CopyError::Stopped))
}

/// `None` if the runtime is being shut down and does not begin such work any more.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match task::spawn_blocking(work).await {
        Ok(done) => Some(done),
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => None,
        },
    }
}
