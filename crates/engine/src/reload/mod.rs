//! `config.toml` is followed while the program runs, whoever changes it: a person in an editor, this
//! process, or another one on the same home.
//!
//! The file is looked at once a second by what the system says of it, and every few seconds by its content:
//! some editors and network folders leave no other trace. The system's own notices of changes are not used:
//! with `--home` the file lies beside the databases, and every write to those would wake whoever watches the
//! folder. A change is read when it has stood still for one look, so that a half-written file is not taken
//! for a whole one.
//!
//! What can be used is put in force as a whole; what cannot leaves everything as it was, and is told.

mod apply;
mod mark;

use std::{sync::Arc, time::Duration};

use ringback_store::{ChangeKind, NewAlert, StoreError};

use crate::{
    Home,
    config::{self, Config, ConfigError},
    core::Core,
    engine::Variables,
    keys::Keys,
    news::News,
    pulse,
};
use mark::Mark;

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How soon again when it has just changed.
const SETTLING: Duration = Duration::from_millis(500);

/// Every so many looks its content is read, whatever the system says of it.
const READ_EVERY: u32 = 5;

/// The alert that the file cannot be used.
const REFUSED: &str = "config_refused";

/// What the alert is about.
const SUBJECT: &str = "config.toml";

/// The setting that changes when a secret does, so that other processes read the secrets again.
pub(crate) const KEYS_CHANGED: &str = "keys_changed";

/// Follows the file until the program ends.
pub(crate) async fn watch(core: Arc<Core>) {
    let path = core.home.config_file();
    // As if it had just changed: what was written while the program started is found.
    let mut known = None;
    let mut last = None;
    let mut looks: u32 = 0;
    let mut settles = true;
    let pause = async |settles| {
        let pause = async {
            if settles {
                tokio::time::sleep(SETTLING).await;
            } else {
                pulse::beat(LOOK).await;
            }
        };
        core.stop.run_until_cancelled(pause).await
    };
    while pause(settles).await.is_some() {
        looks = looks.wrapping_add(1);
        let now = Mark::of(&path);
        let stands_still = last.as_ref() == Some(&now);
        last = Some(now.clone());
        settles = !stands_still;
        if settles {
            continue;
        }
        let is_due = looks.is_multiple_of(READ_EVERY);
        if known.as_ref() == Some(&now) && !is_due {
            continue;
        }
        known = Some(now);
        let is_other = config::text(&path).ok() != core.live.seen();
        // What is refused may be mended elsewhere: a folder is there, a key.
        if is_other || (is_due && core.live.state().refused.is_some()) {
            // What is wrong was written down.
            let _ = again(&core).await;
        }
    }
}

/// Reads file and secrets again and puts them in force.
///
/// # Errors
/// With what is wrong; then everything is as it was.
pub(crate) async fn again(core: &Arc<Core>) -> Result<(), ConfigError> {
    let _reading = core.live.reading.lock().await;
    let reader = core.clone();
    let read = tokio::task::spawn_blocking(move || read(&reader)).await;
    let read = read.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()));
    let applied = read.and_then(|config| apply::put_in_force(core, config));
    match &applied {
        Ok(()) => tracing::info!("config.toml is in force"),
        Err(error) if core.live.refuse(error.clone(), core.clock.now()) => {
            tracing::error!(%error, hint = error.hint, "config.toml cannot be used; what runs goes on as it was");
        }
        Err(_) => return applied,
    }
    core.tell(News::Config);
    core.tell(News::Health);
    applied
}

fn read(core: &Core) -> Result<Config, ConfigError> {
    let path = core.home.config_file();
    let text = config::text(&path);
    core.live.see(text.as_ref().ok().cloned());
    let text = text?;
    // A full disk or an accident empties a file; a person who wants no accounts says so.
    if text.trim().is_empty() && !core.config().accounts.is_empty() {
        let is_there = path.exists();
        return Err(ConfigError::gone(&path, is_there));
    }
    let round = core.keys.round();
    let read = Config::of_text(&text, &path, &|name| (core.environment)(name), &|name| {
        round.kept(name)
    });
    round.settle();
    read
}

/// The first reading, before there is anything to put it in force in.
pub(crate) async fn first(
    home: &Home,
    environment: Variables,
    keys: Keys,
) -> Result<(Config, Keys), ConfigError> {
    let path = home.config_file();
    let read = tokio::task::spawn_blocking(move || {
        let round = keys.round();
        let read = Config::load(&path, &|name| environment(name), &|name| round.kept(name));
        round.settle();
        read.map(|config| (config, keys))
    });
    read.await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}

/// In the process with the background work: tells people of a file that is refused until it is mended, and
/// gives new places of second copies their work. Runs until the program ends.
pub(crate) async fn attend(core: Arc<Core>) {
    let mut changes = core.live.changes();
    let mut place = core.offsite().map(|offsite| offsite.place.clone());
    while !core.stop.is_cancelled() {
        changes.borrow_and_update();
        if let Err(error) = write_alert(&core).await {
            tracing::error!(%error, "that config.toml is refused cannot be written down");
        }
        let offsite = core.offsite();
        let now = offsite.as_ref().map(|offsite| offsite.place.clone());
        if let Some(offsite) = offsite.filter(|_| now != place) {
            offsite.take_stock(&core);
        }
        place = now;
        let changed = core.stop.run_until_cancelled(changes.changed()).await;
        if !matches!(changed, Some(Ok(()))) {
            return;
        }
    }
}

async fn write_alert(core: &Core) -> Result<(), StoreError> {
    let refused = core.live.state().refused;
    core.applier
        .write(move |writer| match refused {
            Some(refused) => {
                let error = refused.error;
                let line = error.line.map(|line| line.to_string());
                writer
                    .alerts_mut()
                    .raise_once(&NewAlert {
                        kind: REFUSED.into(),
                        subject: SUBJECT.into(),
                        params: serde_json::json!({
                            "line": line.unwrap_or_else(|| "-".into()),
                            "what": error.what,
                            "hint": error.hint.unwrap_or_default(),
                        }),
                    })
                    .map(drop)
            }
            None => writer.alerts_mut().close(REFUSED, SUBJECT).map(drop),
        })
        .await
}

/// Tells all processes on this home that a secret is another one.
pub(crate) async fn note_keys_changed(core: &Core) -> Result<(), StoreError> {
    let mark = format!("{}-{:08x}", core.clock.now(), rand::random::<u32>());
    core.write(move |writer| writer.settings_mut().set(KEYS_CHANGED, &mark))
        .await
}

/// Whether this change of a setting says that a secret is another one.
pub(crate) fn is_of_keys(kind: ChangeKind, id: &str) -> bool {
    kind == ChangeKind::Setting && id == KEYS_CHANGED
}
