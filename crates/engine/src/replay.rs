//! Looking at events of the journal once more, after what could not be read can be read.

use ringback_store::{EventFilter, EventId, EventOutcome, EventState};

use crate::{Engine, EngineError};

/// So many events are put back at a time.
const PAGE: usize = 500;

/// What replaying came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Events that were read again.
    pub replayed: u64,
    /// Those of them that still cannot be read.
    pub failed: u64,
}

impl Engine {
    /// Reads one event again, whatever became of it the first time. That it was applied before
    /// changes nothing: any repetition of a report gives the same call.
    pub async fn replay(&self, id: EventId) -> Result<Replayed, EngineError> {
        let event = self
            .read(|reader| reader.events().by_id(id))?
            .ok_or(EngineError::NoSuchEvent)?;
        self.again(vec![event.head.seq]).await
    }

    /// Reads every event again that failed.
    pub async fn replay_failed(&self) -> Result<Replayed, EngineError> {
        let filter = EventFilter {
            state: Some(EventState::Failed),
            ..EventFilter::default()
        };
        let mut seqs = Vec::new();
        let mut before = None;
        loop {
            let page = self.read(|reader| reader.events().list(&filter, before, PAGE))?;
            let Some(last) = page.last() else { break };
            before = Some(last.seq);
            seqs.extend(page.iter().map(|head| head.seq));
        }
        // In the order in which they came.
        seqs.reverse();
        self.again(seqs).await
    }

    async fn again(&self, seqs: Vec<i64>) -> Result<Replayed, EngineError> {
        for page in seqs.chunks(PAGE) {
            let page = page.to_vec();
            self.write(move |writer| {
                for seq in page {
                    writer.events_mut().mark(seq, &EventOutcome::Pending)?;
                }
                Ok(())
            })
            .await?;
        }
        self.apply_pending()?;
        let mut replayed = Replayed::default();
        for seq in seqs {
            let event = self.read(|reader| reader.events().by_seq(seq))?;
            let is_unread = event.is_some_and(|event| event.head.state == EventState::Failed);
            replayed.replayed += 1;
            replayed.failed += u64::from(is_unread);
        }
        Ok(replayed)
    }
}
