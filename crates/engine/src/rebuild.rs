//! A new database from the journal and the files.
//!
//! The journal says everything about the calls; the sidecars say which files are whose. Both are
//! taken in, in this order, and the result equals the old database in everything that is derived.
//! What people did in the window is not derived; `rebuild` keeps the old database beside the new one, and
//! takes over which alerts stand, which of them were seen, what was entered at the providers, who listened
//! to what, and the settings ([`replaced`]).

mod replaced;

use std::{io, path::PathBuf, sync::Arc};

use ringback_archive::{Found, RecordingPath, Verdict};
use ringback_model::{ProviderCallId, RecordingInput, RecordingState};
use ringback_store::{CallFilter, Reader, Recording, StoreError};

use crate::{
    Engine, EngineError, EngineOptions, StartError,
    core::Core,
    fetch::{settle_call, step},
    jobs,
    keys::Keys,
    lost, poll, reload,
    role::Role,
    sidecar::Sidecar,
};
use replaced::Replaced;

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

/// Puts a new database in the old one's place and fills it. Nobody else may work on the home meanwhile.
/// If anything is in the way, the old one stays what counts.
///
/// # Errors
/// [`StartError::Running`] while somebody works on the home; those of [`Engine::start`];
/// [`StartError::Rebuild`] if the new one cannot be filled.
pub async fn rebuild(options: EngineOptions) -> Result<Rebuilt, StartError> {
    let home = options.home.clone();
    let bad_home = |error: io::Error| StartError::Home {
        path: home.data().to_owned(),
        error,
    };
    home.prepare().map_err(bad_home)?;
    let Some(_role) = Role::try_take(&home.role_file()).map_err(bad_home)? else {
        return Err(StartError::Running);
    };
    // What needs mending there is told before anything is moved.
    let keys = Keys::new(options.vault.clone());
    reload::first(&home, options.environment.clone(), keys).await?;
    let (database, clock) = (home.database(), options.clock.clone());
    let of_store = options.of_store();
    let begin = move || Replaced::begin(&database, of_store, &clock);
    let replaced = off_the_runtime(begin)
        .await
        .map_err(|error| StartError::Store {
            path: home.data().to_owned(),
            error,
        })?;
    match fill(options).await {
        Ok((engine, rebuilt)) => {
            let kept = replaced.kept.clone();
            let settled = engine.write(move |writer| replaced.settle(writer)).await;
            engine.shutdown().await;
            settled.map_err(StartError::Rebuild)?;
            Ok(Rebuilt { kept, ..rebuilt })
        }
        Err(error) => {
            replaced.undo().map_err(bad_home)?;
            Err(error)
        }
    }
}

/// Starts on the new database, and reads everything that is on the disk.
async fn fill(options: EngineOptions) -> Result<(Engine, Rebuilt), StartError> {
    let engine = Engine::start(EngineOptions {
        background: false,
        ..options
    })
    .await?;
    match read_everything(&engine).await {
        Ok(rebuilt) => Ok((engine, rebuilt)),
        Err(error) => {
            engine.shutdown().await;
            Err(StartError::Rebuild(error))
        }
    }
}

async fn read_everything(engine: &Engine) -> Result<Rebuilt, EngineError> {
    let recordings = restore(engine.core()).await?;
    let all = CallFilter {
        with_parts: true,
        ..CallFilter::default()
    };
    engine.read(|reader| {
        let calls = reader.calls().count(&all, u64::MAX)?;
        Ok(Rebuilt {
            events: reader.events().last_seq()?.unsigned_abs(),
            calls: calls.n,
            recordings,
            kept: None,
        })
    })
}

async fn off_the_runtime<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}

/// Applies the whole journal and finds the files again. Gives how many files were found. What is cut off,
/// by the program's end too, is gone on with by the next one that has the home's work to do.
pub(crate) async fn restore(core: &Arc<Core>) -> Result<u64, EngineError> {
    let core = core.clone();
    off_the_runtime(move || restore_here(&core)).await
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
        let of = |reader: &Reader<'_>| reader.cursors().kept(party.id(), poll::CURSOR);
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
