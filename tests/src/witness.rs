//! What everybody in a journey knows, told when it fails: whoever reads the output of a machine far away
//! has nothing else.
//!
//! The simulated providers and each engine of this process leave a word with the thread of their journey.
//! Nothing of it is worked out before something failed.

use std::{
    cell::RefCell,
    fmt::{self, Write},
    sync::{Arc, Weak},
};

type Tell = dyn Fn() -> String + Send + Sync;

thread_local! {
    static KNOWN: RefCell<Vec<(&'static str, Weak<Tell>)>> = const { RefCell::new(Vec::new()) };
}

/// Somebody who can be asked how things are, as long as one of its clones is there.
#[derive(Clone)]
pub struct Witness {
    _tell: Arc<Tell>,
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").finish_non_exhaustive()
    }
}

impl Witness {
    /// One who is asked if the journey on this thread fails.
    pub fn new(name: &'static str, tell: impl Fn() -> String + Send + Sync + 'static) -> Self {
        let tell: Arc<Tell> = Arc::new(tell);
        KNOWN.with_borrow_mut(|known| {
            known.retain(|(_, tell)| tell.strong_count() > 0);
            known.push((name, Arc::downgrade(&tell)));
        });
        Self { _tell: tell }
    }
}

/// What all witnesses of this thread say, for the end of a message.
pub fn testimony() -> String {
    let mut said = String::new();
    let known = KNOWN.with_borrow(Clone::clone);
    for (name, tell) in known {
        if let Some(tell) = tell.upgrade() {
            // Writing to a text does not fail.
            let _ = write!(said, "\n--- {name}\n{}", tell());
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_there_is_asked_and_who_is_gone_is_not() {
        assert_eq!(testimony(), "");
        let here = Witness::new("here", || "all is well".into());
        let gone = Witness::new("gone", || "nobody hears this".into());
        drop(gone);
        assert_eq!(testimony(), "\n--- here\nall is well");
        drop(here);
        assert_eq!(testimony(), "");
    }
}
