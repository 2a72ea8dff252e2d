//! Questions to a key store, each on a thread of its own: the stores block, some run an executor of their
//! own, and one that waits for a person must not hold up the program.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, mpsc},
    thread,
    time::Duration,
};

use crate::VaultError;

/// The questions to one store.
#[derive(Debug, Default)]
pub(crate) struct Aside {
    /// Held by the newest question that was given up, as long as its thread goes on.
    given_up: Mutex<Weak<()>>,
}

impl Aside {
    /// Asks, and gives up after `patience`; the question then goes on by itself, and its answer is lost.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        patience: Duration,
        act: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (tell, told) = mpsc::channel();
        let goes_on = Arc::new(());
        let question = Arc::downgrade(&goes_on);
        thread::Builder::new()
            .name("key-store".into())
            .spawn(move || {
                let answer = act();
                drop(goes_on);
                // Nobody listens any more if it took too long.
                let _ = tell.send(answer);
            })
            .map_err(|error| VaultError::Failed(error.to_string()))?;
        match told.recv_timeout(patience) {
            Ok(answer) => answer,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                *self.lock() = question;
                Err(VaultError::Silent)
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(VaultError::NoStore),
        }
    }

    /// The same where nobody waits for the answer in person: while a question that was given up goes on,
    /// which is as long as the store waits for somebody's password, nothing more is asked.
    pub(crate) fn ask_unless_waiting<T: Send + 'static>(
        &self,
        patience: Duration,
        act: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        if self.is_waiting() {
            return Err(VaultError::Silent);
        }
        self.ask(patience, act)
    }

    fn is_waiting(&self) -> bool {
        self.lock().strong_count() > 0
    }

    fn lock(&self) -> MutexGuard<'_, Weak<()>> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_a_question_that_was_given_up_goes_on_nothing_more_is_asked() {
        let questions = Aside::default();
        let (release, released) = mpsc::channel::<()>();
        let first = questions.ask(Duration::ZERO, move || {
            // Ends when the other side is dropped.
            let _ = released.recv();
            Ok(1)
        });
        assert!(matches!(first, Err(VaultError::Silent)), "{first:?}");

        let long = Duration::from_secs(600);
        let second = questions.ask_unless_waiting(long, || -> Result<u8, VaultError> {
            panic!("it is not asked")
        });
        assert!(matches!(second, Err(VaultError::Silent)), "{second:?}");
        assert!(matches!(questions.ask(long, || Ok(2)), Ok(2)), "a person");

        drop(release);
        while questions.is_waiting() {
            thread::yield_now();
        }
        let third = questions.ask_unless_waiting(long, || Ok(3));
        assert!(matches!(third, Ok(3)), "{third:?}");
    }
}
