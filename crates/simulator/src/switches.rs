//! Everything that goes wrong with real providers, as switches that a test turns while the simulator runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

/// How often a fault still strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Times {
    /// Not at all.
    #[default]
    Never,
    /// The next so many times, then never again.
    Next(u32),
    /// Until it is switched off.
    Always,
}

impl Times {
    /// Whether it strikes now; counts down.
    pub(crate) fn strike(&mut self) -> bool {
        match *self {
            Self::Never | Self::Next(0) => false,
            Self::Always => true,
            Self::Next(left) => {
                *self = Self::Next(left - 1);
                true
            }
        }
    }
}

/// Whether a provider's API can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// As usual.
    #[default]
    Up,
    /// The connection is closed without an answer.
    HangsUp,
    /// Each request is answered with 503.
    Unavailable,
}

/// The faults of one account. [`Faults::default`] is a faultless provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// Webhooks that do not arrive. Those of a team's own backend are sent again after a while; nobody else does that.
    pub lose_webhooks: Times,
    /// Webhooks that are sent twice.
    pub duplicate_webhooks: Times,
    /// Webhooks that come this much later, with the content of their proper time.
    pub delay_webhooks: Duration,
    /// Webhooks of one batch are handed over in reverse.
    pub reorder_webhooks: bool,
    /// A recording is announced before anything is told about its call (Twilio, a team's own backend; Retell has no
    /// such event).
    pub recording_before_call: bool,
    /// Recordings of a call with a further leg are told under that leg's id (Twilio only; its documentation says that
    /// they are always the root leg's).
    pub recordings_on_child: bool,
    /// A recording's file cannot be fetched (404) until this long after it was announced.
    pub recordings_late_by: Duration,
    /// Links are signed and die after this long (403); asking the API again gives a fresh one.
    pub links_expire_after: Option<Duration>,
    /// Media transfers that break off.
    pub break_media: Times,
    /// The number of body bytes after which they do.
    pub break_media_after: u64,
    /// Media transfers run at no more than this many bytes per second.
    pub slow_media: Option<u64>,
    /// API requests refused with 429.
    pub too_many_requests: Times,
    /// The `Retry-After` (whole seconds) of such a refusal.
    pub retry_after: Option<Duration>,
    /// API requests answered with 500.
    pub server_errors: Times,
    /// API requests whose path names this are answered with 500.
    pub errors_about: Option<String>,
    /// Deletions answered with 500; nothing is deleted.
    pub deletions_fail: Times,
    /// Changes (`PATCH`) that are made and never answered.
    pub silent_changes: Times,
    /// The account's key no longer works (401).
    pub key_revoked: bool,
    /// Lists still show calls, recordings and the like, but none of them can be asked for by itself any more, and files
    /// are gone (404). Telnyx answers everything by lists and so only loses its files.
    pub lists_only: bool,
    /// API requests are heard and wait for their answer until this is switched off. They get the one that the
    /// other switches say then.
    pub answers_held: bool,
    /// Whether the API can be reached.
    pub reach: Reach,
}

/// One account's switchboard; clones turn the same switches.
#[derive(Debug, Clone, Default)]
pub struct Switches(Arc<Board>);

#[derive(Debug, Default)]
struct Board {
    faults: Mutex<Faults>,
    /// Rings when a switch is turned.
    turned: Notify,
}

impl Switches {
    fn lock(&self) -> MutexGuard<'_, Faults> {
        let faults = self.0.faults.lock();
        faults.unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes faults; takes effect with the next webhook or request.
    pub fn turn(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.lock());
        self.0.turned.notify_waiters();
    }

    /// Waits as long as answers are held.
    pub(crate) async fn until_answered(&self) {
        loop {
            let turned = self.0.turned.notified();
            tokio::pin!(turned);
            turned.as_mut().enable();
            if !self.lock().answers_held {
                return;
            }
            turned.await;
        }
    }

    /// The present faults.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.lock().clone()
    }

    /// Whether the chosen fault strikes now; counts it down.
    pub(crate) fn strikes(&self, fault: impl FnOnce(&mut Faults) -> &mut Times) -> bool {
        fault(&mut self.lock()).strike()
    }
}
