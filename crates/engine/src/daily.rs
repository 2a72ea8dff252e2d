//! Once a day: what does not belong together among the recordings.
//!
//! Files that no call knows and transfers that nobody goes on with are set aside, where they can be put
//! back from; recordings whose file is gone are told of. Nothing is deleted, and where much is strange
//! at once nothing is moved either: then a disk is not there, or a database is another one.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use ringback_store::NewAlert;
use serde_json::json;

use crate::{
    EngineError,
    core::Core,
    inspect::{Orphans, blocking, disk, each_ready, orphans},
};

/// The kind of the alert about it.
const ORPHANS: &str = "orphans";

/// What the alert is about.
const SUBJECT: &str = "recordings";

/// When it was looked for the last time.
const LOOKED_AT: &str = "orphans_looked_at";

const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How often the time is looked at when nobody rings, and at most.
const BEAT: Duration = Duration::from_secs(60);
const ROUND: Duration = Duration::from_secs(1);

/// So many strange files are set aside however few recordings there are.
const A_FEW: usize = 20;

/// Looks once a day until the program ends.
pub(crate) async fn watch(core: Arc<Core>) {
    let look = |core: Arc<Core>| async move {
        if let Err(error) = look_if_due(&core).await {
            tracing::error!(%error, "what does not belong together could not be looked for");
        }
    };
    core.rounds(ROUND, BEAT, look).await;
}

async fn look_if_due(core: &Arc<Core>) -> Result<(), EngineError> {
    let now = core.clock.now();
    let last: Option<Timestamp> = core.store.read(|reader| reader.settings().get(LOOKED_AT))?;
    // After the clock was set back it is looked again within a day, not after the difference.
    if last.is_some_and(|last| now.duration_since(last).abs() < EVERY) {
        return Ok(());
    }
    let found = match last {
        Some(_) => {
            let core = core.clone();
            Some(blocking(move || look(&core, now)).await?)
        }
        // On the first day there is nothing to look for yet.
        None => None,
    };
    core.store.write(move |writer| {
        writer.settings_mut().set(LOOKED_AT, &now)?;
        match found {
            Some(found) if found.is_something() => writer
                .alerts_mut()
                .raise_once(&NewAlert {
                    kind: ORPHANS.into(),
                    subject: SUBJECT.into(),
                    params: found.params(),
                })
                .map(drop),
            Some(_) => writer.alerts_mut().close(ORPHANS, SUBJECT).map(drop),
            None => Ok(()),
        }
    })?;
    Ok(())
}

/// What a day's look found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct DaysFindings {
    /// Files and begun transfers that were set aside.
    set_aside: usize,
    /// The same, left where they are because there were too many.
    left: usize,
    /// Recordings whose file is gone.
    gone: usize,
}

impl DaysFindings {
    fn is_something(self) -> bool {
        self != Self::default()
    }

    fn params(self) -> serde_json::Value {
        json!({
            "set_aside": self.set_aside.to_string(),
            "left": self.left.to_string(),
            "gone": self.gone.to_string(),
        })
    }
}

fn look(core: &Arc<Core>, now: Timestamp) -> Result<DaysFindings, EngineError> {
    let Orphans {
        files, rows, parts, ..
    } = orphans(core, false)?;
    let gone = rows.len();
    let strange = files.len() + parts.len();
    if strange == 0 {
        return Ok(DaysFindings {
            gone,
            ..DaysFindings::default()
        });
    }
    if strange > A_FEW.max(count_ready(core)? / 10) {
        return Ok(DaysFindings {
            left: strange,
            gone,
            set_aside: 0,
        });
    }
    orphans(core, true)?;
    for part in &parts {
        core.archive.set_part_aside(part, now).map_err(disk)?;
    }
    Ok(DaysFindings {
        set_aside: strange,
        left: 0,
        gone,
    })
}

fn count_ready(core: &Core) -> Result<usize, EngineError> {
    let mut ready = 0;
    each_ready(core, |_| {
        ready += 1;
        Ok(())
    })?;
    Ok(ready)
}
