//! What runs behind the window.
//!
//! The window opens at once and the engine starts meanwhile, so for a moment nothing runs; then an
//! engine does, or it could not start. Later another engine may take its place (the demo). Whoever
//! asks for the contract waits until one of these is known, and never sees a half-started engine.

use std::sync::Arc;

use ringback_api::ErrorJson;
use tokio::sync::watch;

pub use ringback_api::Contract;
pub use ringback_presence::Stage;

/// Holds what runs behind the window, and hands it to those who ask.
pub struct Host {
    stage: watch::Sender<Stage>,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            stage: watch::Sender::new(Stage::Starting),
        }
    }
}

impl Host {
    /// Replaces what runs behind the window.
    pub fn enter(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    /// What runs now.
    pub fn stage(&self) -> Stage {
        self.stage.borrow().clone()
    }

    /// What runs, and everything that takes its place from now on.
    pub fn stages(&self) -> watch::Receiver<Stage> {
        self.stage.subscribe()
    }

    /// The contract, as soon as an engine runs; or why none does.
    pub async fn contract(&self) -> Result<Arc<dyn Contract>, ErrorJson> {
        let mut changes = self.stage.subscribe();
        let stage = changes
            .wait_for(|stage| !matches!(stage, Stage::Starting))
            .await
            .expect("the sender is `self` and outlives this borrow");
        match &*stage {
            Stage::Running(contract) => Ok(Arc::clone(contract)),
            Stage::Failed(error) => Err(error.clone()),
            Stage::Starting => unreachable!("waited for another stage"),
        }
    }
}

#[cfg(test)]
mod tests {
    use ringback_api::ErrorCode;

    use super::*;

    #[tokio::test]
    async fn who_asks_too_early_waits_until_it_is_known_how_the_start_went() {
        let host = Host::default();
        let failed = ErrorJson::new(ErrorCode::Locked, "in use");
        // `join!` polls in this order: the question comes before the answer is known.
        let (asked, ()) = tokio::join!(host.contract(), async {
            host.enter(Stage::Failed(failed.clone()));
        });
        assert_eq!(asked.err(), Some(failed));
    }
}
