//! Reading a body: whole, untouched, and within limits of size, time and memory.

use std::{sync::Arc, time::Duration};

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header, request::Parts};
use http_body_util::BodyExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use crate::{Answer, crowd::Seat};

/// The largest body that is taken, in bytes.
pub const BODY_LIMIT: usize = 16 << 20;

/// How much of a body that is refused is still read and thrown away, in bytes. A sender that is cut
/// off while it writes often reports a broken connection and never sees the answer.
const DISCARD_LIMIT: usize = 64 << 20;

/// What one permit of [`BodyMemory`] stands for, in bytes.
const BLOCK: usize = 64 << 10;

/// How long a body waits for memory that others are to give back, and how often they are asked.
const MEMORY_TIME: Duration = Duration::from_secs(2);
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// The memory that all bodies in hand share. Without it a thousand strangers with large bodies
/// could take all there is before any signature can be looked at.
#[derive(Clone, Debug)]
pub struct BodyMemory(Arc<Semaphore>);

impl BodyMemory {
    /// Memory of `bytes`, rounded down to blocks of 64 KiB.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / BLOCK)))
    }
}

impl Default for BodyMemory {
    /// Room for sixteen of the largest bodies, or for some four thousand of usual size.
    fn default() -> Self {
        Self::new(16 * BODY_LIMIT)
    }
}

/// A body that was read, together with its share of the memory.
pub(crate) struct Held {
    pub(crate) bytes: Bytes,
    /// Given back when the request is done with.
    pub(crate) _share: Option<OwnedSemaphorePermit>,
}

/// Reads the whole body within `limit`, or says what to answer.
pub(crate) async fn read(
    parts: &Parts,
    body: Body,
    memory: &BodyMemory,
    limit: Duration,
) -> Result<Held, Answer> {
    let reader = Reader::of(parts);
    let reading = async {
        if announced(reader.headers).is_some_and(|length| length > BODY_LIMIT as u64) {
            reader.discard(body).await;
            return Err(Answer::TooLarge);
        }
        reader.collect(body, memory).await
    };
    tokio::time::timeout(limit, reading)
        .await
        .unwrap_or(Err(Answer::TooSlow))
}

/// Takes in what is left of a body that nobody wants, so that its sender gets to read the answer.
pub(crate) async fn discard_within(parts: &Parts, body: Body, limit: Duration) {
    // Late or not, the answer is the same.
    let _ = tokio::time::timeout(limit, Reader::of(parts).discard(body)).await;
}

/// Reads the body of one request, and lets the door know how it comes.
struct Reader<'r> {
    headers: &'r HeaderMap,
    /// Nothing where a request did not come through a door.
    seat: Option<&'r Seat>,
}

impl<'r> Reader<'r> {
    fn of(parts: &'r Parts) -> Self {
        Self {
            headers: &parts.headers,
            seat: parts.extensions.get::<Arc<Seat>>().map(Arc::as_ref),
        }
    }

    async fn collect(&self, body: Body, memory: &BodyMemory) -> Result<Held, Answer> {
        let mut body = self.expect(body);
        let mut first: Option<Bytes> = None;
        let mut all = BytesMut::new();
        let mut length = 0;
        let mut share: Option<OwnedSemaphorePermit> = None;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| Answer::BrokenBody)?.into_data() else {
                continue; // Trailers say nothing that a signature covers.
            };
            length += data.len();
            if length > BODY_LIMIT {
                // What was read so far is let go before the rest is drained.
                drop((first, all, share));
                self.discard(body).await;
                return Err(Answer::TooLarge);
            }
            self.reserve(memory, &mut share, length).await?;
            self.received(data.len());
            // Most bodies come in one piece, and that piece needs no copy.
            match first.take() {
                None if all.is_empty() => first = Some(data),
                None => all.extend_from_slice(&data),
                Some(earlier) => {
                    all.extend_from_slice(&earlier);
                    all.extend_from_slice(&data);
                }
            }
        }
        self.ended();
        Ok(Held {
            bytes: first.unwrap_or_else(|| all.freeze()),
            _share: share,
        })
    }

    /// Makes `share` cover `length` bytes, or says that there is no memory left.
    async fn reserve(
        &self,
        memory: &BodyMemory,
        share: &mut Option<OwnedSemaphorePermit>,
        length: usize,
    ) -> Result<(), Answer> {
        let held = share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = length.div_ceil(BLOCK).saturating_sub(held);
        let Ok(more @ 1..) = u32::try_from(more) else {
            return Ok(());
        };
        let permits = match Arc::clone(&memory.0).try_acquire_many_owned(more) {
            Ok(permits) => permits,
            Err(_) => self.given_back(memory, more, length).await?,
        };
        match share {
            Some(share) => share.merge(permits),
            None => *share = Some(permits),
        }
        Ok(())
    }

    /// Memory that others held whose bodies do not come.
    async fn given_back(
        &self,
        memory: &BodyMemory,
        blocks: u32,
        length: usize,
    ) -> Result<OwnedSemaphorePermit, Answer> {
        let seat = self.seat.ok_or(Answer::Unavailable)?;
        let bytes = blocks as usize * BLOCK;
        // It is not this sender who is slow now.
        seat.is_whole();
        let mut acquired = std::pin::pin!(Arc::clone(&memory.0).acquire_many_owned(blocks));
        let end = Instant::now() + MEMORY_TIME;
        while Instant::now() < end && seat.make_memory(bytes) {
            if let Ok(acquired) = tokio::time::timeout(ASK_AGAIN, acquired.as_mut()).await {
                seat.waits_for_body(length);
                return acquired.map_err(|_| Answer::Unavailable);
            }
        }
        Err(Answer::Unavailable)
    }

    async fn discard(&self, body: Body) {
        // Who asks first is told before sending anything.
        if self.headers.contains_key(header::EXPECT) {
            return;
        }
        let mut body = self.expect(body);
        let mut length = 0;
        while let Some(Ok(frame)) = body.frame().await {
            let more = frame.data_ref().map_or(0, Bytes::len);
            self.received(more);
            length += more;
            if length > DISCARD_LIMIT {
                return;
            }
        }
        self.ended();
    }

    fn expect(&self, body: Body) -> Body {
        if let Some(seat) = self.seat
            && !body.is_end_stream()
        {
            seat.waits_for_body(0);
        }
        body
    }

    fn received(&self, bytes: usize) {
        if let Some(seat) = self.seat {
            seat.receives(bytes);
        }
    }

    fn ended(&self) {
        if let Some(seat) = self.seat {
            seat.is_whole();
        }
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}
