//! The event pump: takes what happens from the contract and hands it to a page in batches.
//!
//! Every message to a page costs a turn of its event loop. A burst of a thousand events becomes a
//! few dozen messages; a single one still arrives within a frame of the screen.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use ringback_api::Event;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    task::AbortHandle,
    time::{Instant, timeout_at},
};

use crate::host::Stage;

/// How long a batch is held open after its first event: one frame at 60 Hz.
const FRAME: Duration = Duration::from_millis(16);

/// A batch is sent when it has this many events, whatever the clock says.
const LARGEST_BATCH: usize = 256;

/// One running pump for each page.
#[derive(Default)]
pub(crate) struct Pumps {
    running: Mutex<HashMap<String, AbortHandle>>,
}

impl Pumps {
    /// Pumps `events`, and after them those of every engine that takes the place of the present one,
    /// into `send` until that says that nobody listens. A pump that ran for the same page is stopped:
    /// the page was loaded anew, and its old channel leads nowhere.
    pub(crate) fn start(
        &self,
        page: &str,
        events: broadcast::Receiver<Event>,
        stages: watch::Receiver<Stage>,
        send: impl Fn(Vec<Event>) -> bool + Send + 'static,
    ) {
        let task = tauri::async_runtime::spawn(pump(events, stages, send));
        let mut running = self
            .running
            .lock()
            .expect("nothing that holds this lock can panic");
        if let Some(previous) = running.insert(page.to_owned(), task.inner().abort_handle()) {
            previous.abort();
        }
    }
}

async fn pump(
    mut events: broadcast::Receiver<Event>,
    mut stages: watch::Receiver<Stage>,
    send: impl Fn(Vec<Event>) -> bool,
) {
    let mut open = true;
    loop {
        let batch = tokio::select! {
            biased;
            changed = stages.changed() => {
                let Ok(()) = changed else { return };
                let Stage::Running(contract) = &*stages.borrow_and_update() else {
                    continue;
                };
                events = contract.events();
                open = true;
                // Another engine: nothing of what the page shows is true any more.
                vec![Event::Stale]
            }
            (batch, more) = next_batch(&mut events), if open => {
                open = more;
                batch
            }
        };
        if !batch.is_empty() && !send(batch) {
            return;
        }
    }
}

/// The next batch, and whether more can follow. If the page was so slow that events were dropped,
/// [`Event::Stale`] stands in their place, so that it reads everything anew.
async fn next_batch(events: &mut broadcast::Receiver<Event>) -> (Vec<Event>, bool) {
    let mut batch = Vec::new();
    let mut closes = None;
    while batch.len() < LARGEST_BATCH {
        let next = match closes {
            None => events.recv().await,
            Some(moment) => match timeout_at(moment, events.recv()).await {
                Ok(next) => next,
                Err(_elapsed) => break,
            },
        };
        match next {
            Ok(event) => batch.push(event),
            Err(RecvError::Lagged(_)) => batch.push(Event::Stale),
            Err(RecvError::Closed) => return (batch, false),
        }
        closes.get_or_insert_with(|| Instant::now() + FRAME);
    }
    (batch, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn events_of_one_frame_arrive_together_and_in_order() {
        let (sender, mut events) = broadcast::channel(8);
        for event in [Event::Health, Event::Stale, Event::Health] {
            sender.send(event).expect("the receiver is here");
        }
        let (batch, more) = next_batch(&mut events).await;
        assert_eq!(batch, [Event::Health, Event::Stale, Event::Health]);
        assert!(more, "the sender is still there");
    }

    #[tokio::test]
    async fn a_single_event_does_not_wait_for_a_second_one() {
        let (sender, mut events) = broadcast::channel(8);
        sender.send(Event::Health).expect("the receiver is here");
        let (batch, more) = next_batch(&mut events).await;
        assert_eq!(batch, [Event::Health]);
        assert!(more, "the sender is still there");
    }

    #[tokio::test]
    async fn a_burst_is_cut_into_batches() {
        let (sender, mut events) = broadcast::channel(1024);
        for _ in 0..LARGEST_BATCH + 1 {
            sender.send(Event::Health).expect("the receiver is here");
        }
        assert_eq!(next_batch(&mut events).await.0.len(), LARGEST_BATCH);
        assert_eq!(next_batch(&mut events).await.0.len(), 1);
    }

    #[tokio::test]
    async fn a_page_that_was_too_slow_is_told_to_read_anew() {
        let (sender, mut events) = broadcast::channel(2);
        for _ in 0..5 {
            sender.send(Event::Health).expect("the receiver is here");
        }
        let (batch, _) = next_batch(&mut events).await;
        assert_eq!(batch, [Event::Stale, Event::Health, Event::Health]);
    }

    #[tokio::test]
    async fn the_last_events_of_an_engine_that_ends_are_still_sent() {
        let (sender, mut events) = broadcast::channel(8);
        sender.send(Event::Health).expect("the receiver is here");
        drop(sender);
        assert_eq!(next_batch(&mut events).await, (vec![Event::Health], false));
    }
}
