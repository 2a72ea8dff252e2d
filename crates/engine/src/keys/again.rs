//! A place for keys that was locked, silent or late is read again when it is open: at a login programs start
//! in any order, and a person types a password when they come to it.

use std::{sync::Arc, time::Duration};

use ringback_keys::Kind;

use super::Keys;
use crate::{core::Core, inspect::blocking, pulse, reload};

/// How often it is looked whether the place has opened. Looking makes it ask nobody.
const LOOK: Duration = Duration::from_secs(5);

/// Some places do not tell that they are locked, and ask a person with each reading: those are read again
/// after so many looks at most.
const MOST_LOOKS: u32 = 60;

/// Reads what could not be read as soon as it can be. Runs until the program ends.
pub(crate) async fn attend(core: Arc<Core>) {
    let mut patience = Patience::default();
    while core
        .stop
        .run_until_cancelled(pulse::beat(LOOK))
        .await
        .is_some()
    {
        if !lacks_keys(&core) {
            patience = Patience::default();
            continue;
        }
        if !patience.is_over() {
            continue;
        }
        let reader = core.clone();
        match blocking(move || Ok(look(&reader.keys))).await {
            Ok(Found::Something) => {
                tracing::info!("the place for keys is open");
                // What is wrong was written down.
                let _ = reload::again(&core).await;
            }
            Ok(Found::Closed) => patience = Patience::default(),
            Ok(Found::Nothing) => patience.grows(),
            Err(error) => tracing::error!(%error, "the place for keys cannot be looked at"),
        }
    }
}

/// Whether a key cannot be read that may be there: of a place that does not open, or of one that is not
/// there yet.
fn lacks_keys(core: &Core) -> bool {
    let is_missed = || {
        let config = core.config();
        let mut accounts = config.accounts.iter();
        accounts.any(|configured| !configured.missing_secrets().is_empty())
    };
    !core.keys.unread().is_empty() || (core.keys.vault().kind() == Kind::None && is_missed())
}

/// What came of a look.
enum Found {
    /// The place is closed, and nobody was asked.
    Closed,
    /// It does not say that it is closed, and there is nothing.
    Nothing,
    /// There is something to read.
    Something,
}

fn look(keys: &Keys) -> Found {
    let vault = keys.vault();
    let was = vault.kind();
    if vault.is_closed() {
        // One that is not there at all is not waited for as eagerly.
        return if vault.kind() == Kind::None {
            Found::Nothing
        } else {
            Found::Closed
        };
    }
    if read(keys) || (was == Kind::None && vault.kind() != was) {
        return Found::Something;
    }
    Found::Nothing
}

/// Reads what could not be read. Says whether something of it could now.
pub(super) fn read(keys: &Keys) -> bool {
    let names = keys.unread();
    let round = keys.round();
    for name in &names {
        round.kept(name);
    }
    round.settle() < names.len()
}

/// Waits twice as long after each reading in vain.
#[derive(Default)]
struct Patience {
    looks: u32,
    left: u32,
}

impl Patience {
    fn is_over(&mut self) -> bool {
        let is_over = self.left == 0;
        self.left = self.left.saturating_sub(1);
        is_over
    }

    fn grows(&mut self) {
        self.looks = (self.looks * 2).clamp(1, MOST_LOOKS);
        self.left = self.looks;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_says_no_is_asked_less_and_less_often() {
        let mut patience = Patience::default();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            let mut looks = 0;
            while !patience.is_over() {
                looks += 1;
            }
            pauses.push(looks);
            patience.grows();
        }
        assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
