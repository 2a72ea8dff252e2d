//! Waiting until a call is here as its provider knows it.
//!
//! A journey moves the clock by minutes while a slow machine is in the middle of a transfer, and then the clock
//! stands still, and with it the next try of what failed by that. So when nothing is in hand and a transfer is
//! to be tried once more soon, whoever waits here lets the clock go on to that moment.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    patience::{SOON, until},
    setting::{House, Setting},
    truth,
    witness::testimony,
};

/// The first tries of a transfer that failed come within this time.
const NEXT_TRIES: Duration = Duration::from_secs(60);

/// All of them that a journey lets go by for a call to become whole.
const LATER_TRIES: Duration = Duration::from_secs(10 * 60);

impl House {
    /// Waits until the call's first recording is in this state.
    pub async fn recording_is(&self, id: &str, state: &str) -> Value {
        let last_try = self.engine.clock().now() + NEXT_TRIES;
        self.call_that(id, &format!("a recording that is {state}"), |call| {
            let is_so = call["recordings"][0]["state"] == state;
            if !is_so && state == "ready" {
                self.next_try(last_try);
            }
            is_so
        })
        .await
    }

    /// Waits until the call is what its provider knows of it by now, with its sound on the disk.
    ///
    /// # Panics
    /// With what differs, if it does not come to that.
    pub async fn becomes_whole(&self, setting: &Setting, id: &str) -> Value {
        let limit = Instant::now() + SOON;
        let last_try = setting.now() + LATER_TRIES;
        until(SOON * 2, format!("everything of {id}"), async || {
            let truth = setting.simulator.truth(id).expect("the provider knows it");
            let call = self.call(id);
            let wrong = call.as_ref().map_or_else(
                || vec!["it is not here".to_owned()],
                |call| {
                    let mut wrong = truth::differences(call, &truth);
                    wrong.extend(truth::wrong_with_sound(call, &truth, &self.recordings));
                    wrong.extend(truth::lacking(call));
                    wrong
                },
            );
            assert!(
                wrong.is_empty() || Instant::now() < limit,
                "{id} does not become whole: {wrong:#?}, its timeline {:?}{}",
                self.timeline(id),
                testimony()
            );
            if !wrong.is_empty() {
                self.next_try(last_try);
            }
            call.filter(|_| wrong.is_empty())
        })
        .await
    }

    /// Lets the time go by until the next transfer is tried, if nothing else is to be done and that is
    /// before `latest`.
    fn next_try(&self, latest: Timestamp) {
        if self.is_at_rest() != Some(true) {
            return;
        }
        let next = self
            .engine
            .read(|reader| reader.jobs().next_due(&["fetch"]));
        if let Ok(Some(at)) = next
            && at > self.engine.clock().now()
            && at < latest
        {
            self.clock.set(at);
            self.look();
        }
    }

    /// Waits until the call is whole, when what is told only later has been asked for as well.
    pub async fn becomes_whole_in_time(&self, setting: &Setting, id: &str) -> Value {
        let timeline = setting.timeline(id);
        // A quarter of an hour after its end a call is asked for what is still missing.
        let asked = timeline.ended + Duration::from_secs(15 * 60 + 1);
        let late = asked.max(timeline.settled()).max(setting.now());
        setting.clock.set(late);
        self.look();
        self.becomes_whole(setting, id).await
    }
}
