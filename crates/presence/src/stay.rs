//! Whether the program goes on when its window is closed. A person may close it in the first second,
//! when neither the tray nor the settings have answered yet: then the answer waits for them.

use std::time::Duration;

use tokio::{sync::watch, time::timeout};

/// Whoever has not answered by then does not: a desktop that hangs keeps nobody's program alive.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// What is known of it, as far as somebody has answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// Whether there is an icon in a tray, by which a person gets the window back.
    pub(crate) tray: Option<bool>,
    /// Whether the person wants it to go on.
    pub(crate) keep: Option<bool>,
}

impl Known {
    /// The answer, as soon as nothing that is still open can change it.
    fn answer(self) -> Option<bool> {
        match (self.tray, self.keep) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            (None, _) | (_, None) => None,
        }
    }
}

/// Waits until it is known whether the program goes on.
pub(crate) async fn goes_on(mut known: watch::Receiver<Known>, limit: Duration) -> bool {
    let answered = known.wait_for(|known| known.answer().is_some());
    let answer = match timeout(limit, answered).await {
        Ok(Ok(known)) => known.answer(),
        // Nobody attends any more, or somebody hangs.
        Ok(Err(_)) | Err(_) => None,
    };
    let last = *known.borrow();
    tracing::debug!(?last, ?answer, "whether it goes on without its window");
    // Where nothing is set, it goes on.
    answer.unwrap_or(last.tray == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(tray: Option<bool>, keep: Option<bool>) -> Known {
        Known { tray, keep }
    }

    #[tokio::test]
    async fn it_goes_on_with_a_tray_unless_the_person_does_not_want_it() {
        for (tray, keep, expected) in [
            (true, true, true),
            (true, false, false),
            (false, true, false),
            (false, false, false),
        ] {
            let told = watch::Sender::new(known(Some(tray), Some(keep)));
            assert_eq!(
                goes_on(told.subscribe(), LIMIT).await,
                expected,
                "{tray} {keep}"
            );
        }
    }

    #[tokio::test]
    async fn who_closes_the_window_too_early_gets_the_answer_that_comes_later() {
        for keep in [true, false] {
            let told = watch::Sender::new(Known::default());
            // `join!` polls in this order: the question comes before the answers.
            let (answer, ()) = tokio::join!(goes_on(told.subscribe(), LIMIT), async {
                told.send_replace(known(Some(true), None));
                tokio::task::yield_now().await;
                told.send_replace(known(Some(true), Some(keep)));
            });
            assert_eq!(answer, keep);
        }
    }

    #[tokio::test]
    async fn without_a_tray_nobody_waits_for_the_settings() {
        let told = watch::Sender::new(known(Some(false), None));
        assert!(!goes_on(told.subscribe(), LIMIT).await);
    }

    #[tokio::test]
    async fn settings_that_never_come_change_nothing_and_a_tray_that_never_answers_is_none() {
        let told = watch::Sender::new(known(Some(true), None));
        assert!(goes_on(told.subscribe(), Duration::ZERO).await);
        told.send_replace(known(None, Some(true)));
        assert!(!goes_on(told.subscribe(), Duration::ZERO).await);
    }
}
