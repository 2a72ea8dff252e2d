//! A new database from the journal and the files.
//!
//! The journal says everything about the calls; the sidecars say which files are whose. Both are
//! taken in, in this order, and the result equals the old database in everything that is derived.
//! What people did in the window is not derived; `rebuild` keeps the old
//! database beside the new one, and takes over which alerts stand, which of them
//! were seen, what was entered at the providers, who listened to what, and the settings.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use ringback_archive::{Found, RecordingPath, Verdict};
use ringback_model::{Clock, ProviderCallId, RecordingInput, RecordingState};
use ringback_store::{
    Alert, CallFilter, Listen, ListenId, Options, Reader, Recording, Registration, Store,
    StoreError, Writer,
};

use crate::{
    Engine, EngineError, EngineOptions, StartError,
    core::Core,
    fetch::{settle_call, step},
    jobs, lost, poll,
    role::Role,
    sidecar::Sidecar,
};

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Rebuilt {
    /// Events of the journal.
    pub events: u64,
    /// Calls that they gave.
    pub calls: u64,
    /// Recordings whose files were found again.
    pub recordings: u64,
    /// Where the old database is kept, if there was one.
    pub kept: Option<PathBuf>,
}

/// Sets the database aside and builds it anew. Nobody else may work on the home meanwhile.
pub async fn rebuild(options: EngineOptions) -> Result<Rebuilt, StartError> {
    let home = options.home.clone();
    let bad_home = |error: io::Error| StartError::Home {
        path: home.data().to_owned(),
        error,
    };
    home.prepare().map_err(bad_home)?;
    let Some(_role) = Role::try_take(&home.role_file()).map_err(bad_home)? else {
        return Err(bad_home(io::Error::new(
            io::ErrorKind::ResourceBusy,
            "Ringback is running on this home; end it first",
        )));
    };
    let before = Before::of(&home.database(), &options.clock);
    let kept = set_aside(&home.database(), options.clock.now().as_second()).map_err(bad_home)?;
    let engine = Engine::start(EngineOptions {
        background: false,
        ..options
    })
    .await?;
    let mut restored = restore(engine.core()).await;
    let taken_over = engine.write(move |writer| before.take_over(writer)).await;
    if let Err(error) = taken_over {
        restored = restored.and(Err(error));
    }
    let rebuilt = restored.and_then(|recordings| {
        let all = CallFilter {
            with_parts: true,
            ..CallFilter::default()
        };
        let (events, calls) = engine.read(|reader| {
            let calls = reader.calls().count(&all, u64::MAX)?;
            Ok((reader.events().last_seq()?, calls.n))
        })?;
        Ok(Rebuilt {
            events: events.unsigned_abs(),
            calls,
            recordings,
            kept,
        })
    });
    engine.shutdown().await;
    rebuilt.map_err(|error| bad_home(io::Error::other(error)))
}

/// So many alerts are taken over at most.
const MOST_ALERTS: usize = 100_000;

/// So many lines of who listened are taken over at most, the newest.
const MOST_LISTENS: usize = 1_000_000;

/// What a database has that is in no journal and no file: the alerts that stand, so that what a person
/// has seen is not told once more, what was entered at the providers, who listened, and what people set and
/// agreed to.
#[derive(Default)]
struct Before {
    standing: Vec<Alert>,
    registrations: Vec<Registration>,
    addresses: Vec<(String, Timestamp)>,
    settings: Vec<(String, serde_json::Value)>,
    listens: Vec<(ListenId, Listen)>,
}

impl Before {
    /// A database that cannot be read has nothing.
    fn of(database: &Path, clock: &Clock) -> Self {
        if !database.exists() {
            return Self::default();
        }
        let read = || {
            let store = Store::open(database, Options::default(), clock.clone())?;
            let before = store.read(|reader| {
                Ok(Self {
                    standing: reader.alerts().all_standing(MOST_ALERTS)?,
                    registrations: reader.registrations().all()?,
                    addresses: reader.addresses().all()?,
                    settings: reader.settings().all()?,
                    listens: reader.listens().list(None, MOST_LISTENS)?,
                })
            });
            store.close();
            before
        };
        read().unwrap_or_else(|error| {
            tracing::warn!(%error, "the old database cannot be read; its alerts are raised anew, and what was entered at the providers and who listened is not known");
            Self::default()
        })
    }

    fn take_over(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        for alert in self.standing.iter().rev() {
            writer.alerts_mut().take_over(alert)?;
        }
        for line in &self.registrations {
            writer.registrations_mut().take_over(line)?;
        }
        for (url, first_at) in &self.addresses {
            writer.addresses_mut().take_over(url, *first_at)?;
        }
        for (key, value) in &self.settings {
            writer.settings_mut().set(key, value)?;
        }
        for (_, listen) in self.listens.iter().rev() {
            writer.listens_mut().add(listen)?;
        }
        Ok(())
    }
}

/// Moves the database and what belongs to it out of the way.
fn set_aside(database: &Path, stamp: i64) -> io::Result<Option<PathBuf>> {
    let beside = |suffix: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    if !database.exists() {
        return Ok(None);
    }
    let kept = beside(&format!(".before-rebuild-{stamp}"));
    for suffix in ["-wal", "-shm"] {
        let from = beside(suffix);
        if from.exists() {
            let mut to = kept.as_os_str().to_owned();
            to.push(suffix);
            fs::rename(from, PathBuf::from(to))?;
        }
    }
    fs::rename(database, &kept)?;
    Ok(Some(kept))
}

/// Applies the whole journal and finds the files again. Gives how many files were found. What is cut off,
/// by the program's end too, is gone on with by the next one that has the home's work to do.
pub(crate) async fn restore(core: &Arc<Core>) -> Result<u64, EngineError> {
    let core = core.clone();
    let work = move || restore_here(&core);
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}

/// The same on this thread.
pub(crate) fn restore_here(core: &Core) -> Result<u64, EngineError> {
    lost::begin(core)?;
    while core.applier.apply_pending()? > 0 {
        still_wanted(core)?;
    }
    restore_cursors(core)?;
    let mut found = 0;
    for entry in core.archive.scan() {
        still_wanted(core)?;
        match entry {
            Ok(Found::Recording {
                path,
                has_sidecar: true,
                ..
            }) => match core.archive.read_sidecar(&path) {
                Ok(Some(content)) => found += u64::from(take_back(core, &path, content)?),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "a sidecar cannot be read"),
            },
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a file of the recordings cannot be read"),
        }
    }
    lost::end(core)?;
    Ok(found)
}

fn still_wanted(core: &Core) -> Result<(), EngineError> {
    if core.stop.is_cancelled() {
        return Err(EngineError::NotNow("the program is ending"));
    }
    Ok(())
}

/// How far the lists were read is known again, so that completeness is claimed for as much as before.
fn restore_cursors(core: &Core) -> Result<(), StoreError> {
    let mut kept = Vec::new();
    for party in core.accounts.iter() {
        let of = |reader: &Reader<'_>| {
            let cursors = reader.cursors();
            // One that is here is as new, or newer.
            match cursors.get(party.id(), poll::CURSOR)? {
                Some(_) => Ok(None),
                None => cursors.kept(party.id(), poll::CURSOR),
            }
        };
        kept.extend(
            core.store
                .read(of)?
                .map(|value| (party.id().clone(), value)),
        );
    }
    core.store.write(move |writer| {
        let mut kept = kept.iter();
        kept.try_for_each(|(account, value)| writer.cursors_mut().set(account, poll::CURSOR, value))
    })
}

/// As [`take_back`], unless the recording has another file. Nothing is taken that is not what landed.
pub(crate) fn take_back_if_gone(
    core: &Core,
    path: &RecordingPath,
    content: serde_json::Value,
) -> Result<bool, EngineError> {
    let Ok(sidecar) = serde_json::from_value::<Sidecar>(content.clone()) else {
        return Ok(false);
    };
    let is_gone = core.store.read(|reader| {
        let row = whose(reader, &sidecar)?;
        Ok(row.is_some_and(|row| row.state != RecordingState::Ready))
    })?;
    let is_whole = || {
        let verdict = core.archive.verify(path, &sidecar.recording.sha256);
        matches!(verdict, Ok(Verdict::Same))
    };
    if is_gone && is_whole() {
        return take_back(core, path, content);
    }
    Ok(false)
}

/// The recording that a sidecar speaks of. It may have been written while a leg stood for itself.
fn whose(reader: &Reader<'_>, sidecar: &Sidecar) -> Result<Option<Recording>, StoreError> {
    let call = ProviderCallId::new(sidecar.provider_call_id.clone());
    match reader.calls().id_of_any(&sidecar.account, &call)? {
        Some(call) => reader.recordings().by_key(call, &sidecar.recording_key),
        None => Ok(None),
    }
}

/// Makes the recording of a file ready again. False if the file belongs to nothing that is known.
pub(crate) fn take_back(
    core: &Core,
    path: &RecordingPath,
    content: serde_json::Value,
) -> Result<bool, EngineError> {
    let Ok(sidecar) = serde_json::from_value::<Sidecar>(content) else {
        return Ok(false);
    };
    let Some(party) = core.accounts.known(&sidecar.account, &sidecar.provider) else {
        return Ok(false);
    };
    let path = path.as_str().to_owned();
    let (is_copied, now) = (core.offsite().is_some(), core.clock.now());
    let done = core.store.write(move |writer| {
        let Some(Recording { id, call, .. }) = whose(writer, &sidecar)? else {
            return Ok(false);
        };
        let Some(mut row) = step(writer, id, RecordingInput::Lands)? else {
            return Ok(false);
        };
        row.path = Some(path);
        row.format = Some(sidecar.recording.format);
        row.channels = Some(sidecar.recording.channels);
        row.duration_ms = Some(sidecar.recording.duration_ms);
        row.audible_ms = sidecar.recording.audible_ms;
        row.size_bytes = Some(sidecar.recording.size_bytes);
        row.sha256 = Some(sidecar.recording.sha256);
        row.landed_at = Some(sidecar.recording.fetched_at);
        row.link = None;
        writer.recordings_mut().put(&row)?;
        writer.jobs_mut().cancel(jobs::FETCH, &id.to_string())?;
        if is_copied {
            let copy = jobs::offsite(&row.account, id, now);
            writer.jobs_mut().enqueue(&copy)?;
        }
        settle_call(writer, &party, call)?;
        Ok::<_, StoreError>(true)
    })?;
    Ok(done)
}
