//! What is on the disk, held against what is known of it.
//!
//! Nothing is deleted. A file that is not what landed, or that belongs to nothing, is set aside in
//! `quarantine/` if a person says so, and can be put back.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use ringback_archive::{Found, Quarantined, RecordingPath, Verdict, Why};
use ringback_audio::ExportFormat;
use ringback_model::{AccountId, CallId, RecordingId, RecordingInput};
use ringback_store::{Recording, RecordingWord, StoreError};

use crate::{
    Engine, EngineError,
    core::Core,
    deletion::is_gone_there,
    fetch::{settle_call, step},
    jobs,
    rebuild::take_back_if_gone,
};

/// So many rows are read at a time.
const PAGE: usize = 500;

/// A file younger than this may be one whose row is being written at this moment.
const SETTLED: Duration = Duration::from_secs(600);

/// What came of reading every recording again.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Recordings that should be here, with a digest to compare with.
    pub checked: u64,
    /// Bytes read of those that are as they were.
    pub bytes: u64,
    /// The others.
    pub faults: Vec<Fault>,
}

/// A recording that is not as it landed.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Which one.
    pub recording: RecordingId,
    /// Of which call.
    pub call: CallId,
    /// Of which account.
    pub account: AccountId,
    /// Relative to `recordings/`; `None` if the row names no file.
    pub path: Option<String>,
    /// What is wrong.
    pub kind: FaultKind,
    /// Whether it was set aside as needed and is being fetched again.
    pub is_refetched: bool,
}

/// What is wrong with a recording's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is not there.
    Missing,
    /// It is another file than the one that landed.
    Different,
    /// The disk does not give it.
    Unreadable,
}

impl FaultKind {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Different => "different",
            Self::Unreadable => "unreadable",
        }
    }
}

/// What does not belong together.
#[derive(Clone, Debug, Default)]
pub struct Orphans {
    /// Recordings on disk that no row knows.
    pub files: Vec<OrphanFile>,
    /// Recordings that should be on disk and are not.
    pub rows: Vec<Fault>,
    /// Begun transfers that nobody goes on with.
    pub parts: Vec<PathBuf>,
    /// Descriptions without the sound they belong to.
    pub sidecars: Vec<PathBuf>,
    /// What is in quarantine.
    pub quarantined: Vec<Quarantined>,
}

/// A recording on disk that no row knows.
#[derive(Clone, Debug)]
pub struct OrphanFile {
    /// Relative to `recordings/`.
    pub path: RecordingPath,
    /// How long it is.
    pub bytes: u64,
    /// Its name in the quarantine, if it was set aside just now.
    pub set_aside: Option<String>,
}

impl Engine {
    /// Reads every recording that is here and compares its SHA-256 with the one on record. With
    /// `mend`, what is wrong is set aside and fetched again from its provider. `tell` hears after each
    /// recording how many were looked at.
    pub async fn verify_recordings(
        &self,
        mend: bool,
        tell: impl Fn(u64) + Send + 'static,
    ) -> Result<Verification, EngineError> {
        let core = self.core().clone();
        blocking(move || verify(&core, mend, &tell)).await
    }

    /// Looks for files without a row, rows without a file and leftovers. With `set_aside`, the files
    /// without a row go to quarantine.
    pub async fn orphans(&self, set_aside: bool) -> Result<Orphans, EngineError> {
        let core = self.core().clone();
        blocking(move || orphans(&core, set_aside)).await
    }

    /// Puts a file of the quarantine back to where it stood. If the recording that it belongs to is
    /// without a file, it is that one's again.
    pub async fn restore_file(&self, id: &str) -> Result<RecordingPath, EngineError> {
        let (core, id) = (self.core().clone(), id.to_owned());
        blocking(move || {
            let path = core
                .archive
                .restore(&id)
                .map_err(|error| EngineError::BadRequest(error.to_string()))?;
            if let Ok(Some(content)) = core.archive.read_sidecar(&path) {
                take_back_if_gone(&core, &path, content)?;
            }
            Ok(path)
        })
        .await
    }

    /// Writes the recording to `to`, as it is or decoded to WAV. An existing file is replaced only
    /// by a whole one.
    pub async fn export_recording(
        &self,
        id: RecordingId,
        to: &Path,
        format: &str,
    ) -> Result<(), EngineError> {
        let from = self.file_of(id)?;
        let own = from.extension().and_then(|ending| ending.to_str());
        let as_it_is = own.is_some_and(|own| own.eq_ignore_ascii_case(format));
        if !as_it_is && format != "wav" {
            let own = own.unwrap_or("of an unknown kind");
            return Err(EngineError::BadRequest(format!(
                "this recording is {own}; it can be exported as that or as wav, not as {format}"
            )));
        }
        let to = to.to_owned();
        blocking(move || {
            if as_it_is {
                copy_whole(&from, &to)?;
                return Ok(());
            }
            ringback_audio::export(&from, &to, ExportFormat::Wav)
                .map_err(|error| EngineError::Io(io::Error::other(error)))
        })
        .await
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}

fn verify(core: &Arc<Core>, mend: bool, tell: &dyn Fn(u64)) -> Result<Verification, EngineError> {
    let mut verification = Verification::default();
    each_ready(core, |recording| {
        if core.stop.is_cancelled() {
            return Err(EngineError::NotNow("the program is ending"));
        }
        verification.checked += 1;
        match look_at(core, &recording) {
            None => verification.bytes += recording.size_bytes.unwrap_or(0),
            Some(kind) => {
                let is_refetched = mend && refetch(core, &recording, kind)?;
                verification
                    .faults
                    .push(fault(recording, kind, is_refetched));
            }
        }
        tell(verification.checked);
        Ok(())
    })?;
    Ok(verification)
}

/// Calls `each` with every recording that should be here.
pub(crate) fn each_ready(
    core: &Core,
    mut each: impl FnMut(Recording) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let mut after = None;
    loop {
        let page = core.store.read(|reader| {
            reader
                .recordings()
                .in_state(RecordingWord::Ready, after, PAGE)
        })?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        page.into_iter().try_for_each(&mut each)?;
    }
}

fn fault(recording: Recording, kind: FaultKind, is_refetched: bool) -> Fault {
    Fault {
        recording: recording.id,
        call: recording.call,
        account: recording.account,
        path: recording.path,
        kind,
        is_refetched,
    }
}

fn path_of(recording: &Recording) -> Option<RecordingPath> {
    RecordingPath::new(recording.path.as_deref()?).ok()
}

/// What is wrong with the recording's file, if anything is.
fn look_at(core: &Core, recording: &Recording) -> Option<FaultKind> {
    let Some(path) = path_of(recording) else {
        return Some(FaultKind::Missing);
    };
    // Without a digest on record there is nothing to compare with but that it is there.
    let sha256 = recording.sha256.as_deref().unwrap_or_default();
    match core.archive.verify(&path, sha256) {
        Ok(Verdict::Same) => None,
        Ok(Verdict::Missing) => Some(FaultKind::Missing),
        Ok(Verdict::Different { .. }) => (!sha256.is_empty()).then_some(FaultKind::Different),
        Err(error) => {
            tracing::warn!(%error, "a recording cannot be read");
            Some(FaultKind::Unreadable)
        }
    }
}

/// Sets the wrong file aside and has the recording fetched again.
fn refetch(core: &Core, recording: &Recording, kind: FaultKind) -> Result<bool, EngineError> {
    // What the disk does not give may be there again when the disk is mended.
    if kind == FaultKind::Unreadable {
        return Ok(false);
    }
    let Some(party) = core.accounts.get(recording.account.as_str()) else {
        return Ok(false);
    };
    // What we had deleted there comes back from the second copy only.
    let is_gone = core
        .store
        .read(|reader| is_gone_there(reader, recording.id))?;
    if is_gone {
        return Ok(false);
    }
    let now = core.clock.now();
    if let (FaultKind::Different, Some(path)) = (kind, path_of(recording)) {
        core.archive
            .quarantine(&path, Why::WrongDigest, now)
            .map_err(disk)?;
    }
    let (id, call) = (recording.id, recording.call);
    core.store.write(move |writer| {
        let Some(row) = step(writer, id, RecordingInput::FileVanishes)? else {
            return Ok(());
        };
        writer
            .jobs_mut()
            .enqueue(&jobs::fetch(&row.account, id, now, None))?;
        settle_call(writer, &party, call)
    })?;
    core.work.notify_waiters();
    Ok(true)
}

pub(crate) fn orphans(core: &Arc<Core>, set_aside: bool) -> Result<Orphans, EngineError> {
    let mut orphans = Orphans::default();
    let now = core.clock.now();
    let settled = SystemTime::from(now).checked_sub(SETTLED);
    for found in core.archive.scan() {
        match found.map_err(disk)? {
            Found::Recording { path, bytes, .. } => {
                if is_known(core, &path)? || !is_older(&core.archive.locate(&path), settled) {
                    continue;
                }
                let quarantined = match set_aside {
                    true => core
                        .archive
                        .quarantine(&path, Why::Orphan, now)
                        .map_err(disk)?,
                    false => None,
                };
                orphans.files.push(OrphanFile {
                    path,
                    bytes,
                    set_aside: quarantined.map(|entry| entry.id),
                });
            }
            Found::Part {
                recording, path, ..
            } => {
                if is_older(&path, settled) && !is_wanted(core, recording)? {
                    orphans.parts.push(path);
                }
            }
            Found::LoneSidecar(path) => orphans.sidecars.push(path),
            Found::Temporary(_) | Found::Foreign(_) => {}
        }
    }
    let mut looked_at = BTreeSet::new();
    each_ready(core, |recording| {
        let is_there = path_of(&recording).is_some_and(|path| core.archive.locate(&path).is_file());
        if !is_there && looked_at.insert(recording.id) {
            orphans
                .rows
                .push(fault(recording, FaultKind::Missing, false));
        }
        Ok(())
    })?;
    orphans.quarantined = core.archive.quarantined().map_err(disk)?;
    Ok(orphans)
}

fn is_known(core: &Core, path: &RecordingPath) -> Result<bool, StoreError> {
    core.store
        .read(|reader| Ok(reader.recordings().by_path(path.as_str())?.is_some()))
}

/// Whether somebody still goes on with the transfer.
fn is_wanted(core: &Core, recording: Option<RecordingId>) -> Result<bool, StoreError> {
    let Some(id) = recording else {
        return Ok(false);
    };
    core.store.read(|reader| {
        Ok(reader
            .recordings()
            .by_id(id)?
            .is_some_and(|row| row.state.wants_fetch()))
    })
}

fn is_older(path: &Path, than: Option<SystemTime>) -> bool {
    let written = fs::metadata(path).and_then(|found| found.modified());
    matches!((written, than), (Ok(written), Some(than)) if written < than)
}

fn copy_whole(from: &Path, to: &Path) -> io::Result<()> {
    let mut beside = to.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    fs::copy(from, &beside)
        .and_then(|_| fs::rename(&beside, to))
        .inspect_err(|_| {
            // The first error is the one to tell.
            let _ = fs::remove_file(&beside);
        })
}

pub(crate) fn disk(error: ringback_archive::DiskError) -> EngineError {
    match error {
        ringback_archive::DiskError::Full { .. } => StoreError::DiskFull.into(),
        error => EngineError::Io(io::Error::other(error)),
    }
}
