//! What a person is told when a call or an account is not as it should be: see [`Checks`] for the
//! limits.
//!
//! A call is looked at whenever something new is known of it, in the transaction that writes it
//! ([`of_call`]); an account every few seconds ([`watch`]). Both are functions of what is stored and of
//! the clock. An alert is raised once for its subject and stands, seen or not, until its cause is gone.

mod account;
mod call;

use std::{sync::Arc, time::Duration};

use ringback_store::{Alert, NewAlert, StoreError, Writer};

pub(crate) use call::of_call;

use crate::core::Core;

/// How often the accounts are looked at when nobody rings.
const BEAT: Duration = Duration::from_secs(2);

/// The least time between two looks.
const ROUND: Duration = Duration::from_millis(250);

/// What a check says of its subject.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    /// A person should know, with what the sentence needs.
    Raise(serde_json::Value),
    /// There is nothing to tell, or not any more.
    Fine,
    /// It cannot be said now; what stands goes on standing.
    Unknown,
}

impl Verdict {
    /// Whether it changes something of what stands.
    fn is_news(&self, kind: &str, standing: &[Alert]) -> bool {
        let known = standing.iter().find(|alert| alert.what.kind == kind);
        match (self, known) {
            (Self::Raise(params), Some(known)) => *params != known.what.params,
            (Self::Raise(_), None) | (Self::Fine, Some(_)) => true,
            (Self::Fine, None) | (Self::Unknown, _) => false,
        }
    }

    fn write(self, writer: &mut Writer<'_>, kind: &str, subject: &str) -> Result<(), StoreError> {
        match self {
            Self::Raise(params) => {
                writer.alerts_mut().raise_once(&NewAlert {
                    kind: kind.into(),
                    subject: subject.into(),
                    params,
                })?;
            }
            Self::Fine => {
                writer.alerts_mut().close(kind, subject)?;
            }
            Self::Unknown => {}
        }
        Ok(())
    }
}

/// Looks at the accounts until the program ends.
pub(crate) async fn watch(core: Arc<Core>) {
    let mut changes = core.live.changes();
    changes.mark_changed();
    while !core.stop.is_cancelled() {
        // Other limits may make an alert groundless that stands.
        if changes.has_changed().unwrap_or(false) {
            changes.borrow_and_update();
            if let Err(error) = call::again(&core).await {
                tracing::error!(%error, "the alerts that stand could not be looked at again");
            }
        }
        let rung = core.work.notified();
        tokio::pin!(rung);
        rung.as_mut().enable();
        if let Err(error) = account::look(&core).await {
            tracing::error!(%error, "the accounts could not be checked");
        }
        let next = async {
            tokio::time::sleep(ROUND).await;
            let _ = tokio::time::timeout(BEAT, rung).await;
        };
        core.stop.run_until_cancelled(next).await;
    }
}
