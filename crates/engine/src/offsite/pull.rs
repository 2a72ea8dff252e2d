//! Bringing back what is missing or damaged here. Every file is compared with the SHA-256 that is on
//! record (the database's, else the one in the words beside it there) before it gets its place.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use ringback_archive::{DiskError, RecordingPath, ReturnError, Verdict};
use ringback_offsite::{Copies, Stored, Trouble};
use ringback_store::{Recording, StoreError};

use super::{Offsite, sidecar_of, status::listing};
use crate::{
    Engine, EngineError, core::Core, inspect::each_ready, news::News, rebuild::take_back,
    sidecar::Sidecar,
};

/// Files at the same time.
const AT_ONCE: usize = 4;

/// The words beside a recording are never longer.
const LONGEST_WORDS: u64 = 64 << 20;

/// What recordings leave free of the disk, in bytes.
const ROOM_FOR_THE_REST: u64 = 32 << 20;

/// What came of a pull.
#[derive(Clone, Debug, Default)]
pub struct Pull {
    /// Recordings that are there or should be here.
    pub checked: u64,
    /// Those that were whole here already.
    pub whole: u64,
    /// Those that came back, and those that did not.
    pub items: Vec<PullItem>,
}

/// A recording that was not whole here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullItem {
    /// Relative to `recordings/`.
    pub path: String,
    /// What came of it.
    pub outcome: Brought,
}

/// What came of bringing a recording back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought {
    /// It is here, and a call that is known has it.
    Back,
    /// It is here; which call it belongs to is known after a rebuild.
    WithoutCall,
    /// It is not, for this reason.
    Failed(&'static str),
}

impl Engine {
    /// Brings back every recording that is there and not whole here. `tell` hears after each one how many
    /// were looked at, of how many.
    pub async fn pull_offsite(&self, tell: impl Fn(u64, u64) + Send) -> Result<Pull, EngineError> {
        let core = self.core();
        let offsite = core.second_copies()?;
        let offsite = &*offsite;
        let there = listing(offsite).await?;
        let mut pull = Pull::default();
        // What should be here, is not, and is not there either.
        each_ready(core, |row| {
            if let Some(path) = row.path
                && !there.contains_key(&path)
                && !is_file(core, &path)
            {
                pull.checked += 1;
                pull.items.push(PullItem {
                    path,
                    outcome: Brought::Failed("not_there"),
                });
            }
            Ok(())
        })?;
        let found: Vec<_> = there
            .values()
            .filter_map(|stored| Some((RecordingPath::new(stored.file.clone()).ok()?, stored)))
            .collect();
        let all = found.len() as u64;
        let mut done = 0;
        let mut tries = stream::iter(found)
            .map(|(path, stored)| async move {
                let came = one(core, offsite, &path, stored).await;
                (path, came)
            })
            .buffer_unordered(AT_ONCE);
        while let Some((path, came)) = tries.next().await {
            done += 1;
            pull.checked += 1;
            let outcome = match came {
                Ok(None) => {
                    pull.whole += 1;
                    tell(done, all);
                    continue;
                }
                Ok(Some(outcome)) => outcome,
                Err(Stop::Item(reason)) => Brought::Failed(reason),
                Err(Stop::All(error)) => return Err(error),
            };
            pull.items.push(PullItem {
                path: path.as_str().to_owned(),
                outcome,
            });
            tell(done, all);
        }
        pull.items.sort_by(|one, other| one.path.cmp(&other.path));
        core.tell(News::Stale);
        Ok(pull)
    }
}

/// Why a file does not come back.
enum Stop {
    /// This one only.
    Item(&'static str),
    /// Nothing else would either.
    All(EngineError),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::All(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::All(error.into())
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable(_) | Trouble::Refused(_) | Trouble::NoPlace => {
                Self::All(trouble.into())
            }
            trouble => Self::Item(trouble.hitch().as_str()),
        }
    }
}

impl From<DiskError> for Stop {
    fn from(error: DiskError) -> Self {
        match error {
            DiskError::Full { .. } => Self::All(StoreError::DiskFull.into()),
            error => {
                tracing::error!(%error, "a recording cannot be brought back");
                Self::Item("disk")
            }
        }
    }
}

/// Brings one file back. `None` if it is whole here.
async fn one(
    core: &Arc<Core>,
    offsite: &Offsite,
    path: &RecordingPath,
    stored: &Stored,
) -> Result<Option<Brought>, Stop> {
    if core.stop.is_cancelled() {
        return Err(EngineError::NotNow("the program is ending").into());
    }
    let copies = &offsite.copies;
    let row = core
        .store
        .read(|reader| reader.recordings().by_path(path.as_str()))?;
    let mut words = None;
    let sha256 = match row.as_ref().and_then(|row| row.sha256.clone()) {
        Some(sha256) => sha256,
        None => {
            words = words_there(copies, path).await?;
            let sidecar = words
                .clone()
                .and_then(|words| serde_json::from_value::<Sidecar>(words).ok());
            sidecar.ok_or(Stop::Item("no_digest"))?.recording.sha256
        }
    };
    let is_whole = is_whole(core, path, &sha256).await?;
    let has_words = matches!(core.archive.read_sidecar(path), Ok(Some(_)));
    if !is_whole {
        fetch(core, copies, path, stored, &sha256).await?;
    }
    if !is_whole || !has_words {
        if words.is_none() {
            words = words_there(copies, path).await?;
        }
        if let Some(words) = &words {
            core.archive.write_sidecar(path, words)?;
        }
    }
    if is_whole {
        return Ok(None);
    }
    Ok(Some(belongs(core, path, row.as_ref(), words)?))
}

/// Makes the recording ready again if its row says something else.
fn belongs(
    core: &Core,
    path: &RecordingPath,
    row: Option<&Recording>,
    words: Option<serde_json::Value>,
) -> Result<Brought, Stop> {
    if row.is_some_and(|row| row.state == ringback_model::RecordingState::Ready) {
        return Ok(Brought::Back);
    }
    let is_known = match words {
        Some(words) => take_back(core, path, words)?,
        None => false,
    };
    Ok(match is_known {
        true => Brought::Back,
        false => Brought::WithoutCall,
    })
}

async fn is_whole(core: &Arc<Core>, path: &RecordingPath, sha256: &str) -> Result<bool, DiskError> {
    let (archive, path, sha256) = (core.archive.clone(), path.clone(), sha256.to_owned());
    let look = move || archive.verify(&path, &sha256);
    let verdict = tokio::task::spawn_blocking(look)
        .await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()));
    Ok(verdict? == Verdict::Same)
}

/// Brings the sound, to its place only if it is the one on record.
async fn fetch(
    core: &Arc<Core>,
    copies: &Copies,
    path: &RecordingPath,
    stored: &Stored,
    sha256: &str,
) -> Result<(), Stop> {
    let free = core.archive.free_space()?;
    if free < stored.bytes.saturating_add(ROOM_FOR_THE_REST) {
        return Err(StoreError::DiskFull.into());
    }
    let Some((_, mut bytes)) = copies.open(path.as_str()).await? else {
        return Err(Stop::Item("not_there"));
    };
    let mut returning = core.archive.bring_back(path)?;
    while let Some(piece) = bytes.try_next().await? {
        returning.write(&piece)?;
    }
    let (sha256, now) = (sha256.to_owned(), core.clock.now());
    let finished = tokio::task::spawn_blocking(move || returning.finish(&sha256, now))
        .await
        .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()));
    finished.map_err(|error| match error {
        ReturnError::WrongDigest => Stop::Item("damaged"),
        ReturnError::Disk(error) => error.into(),
    })
}

/// The words beside the copy, if there are any that can be read.
async fn words_there(
    copies: &Copies,
    path: &RecordingPath,
) -> Result<Option<serde_json::Value>, Trouble> {
    let Some((stored, mut bytes)) = copies.open(&sidecar_of(path)).await? else {
        return Ok(None);
    };
    if stored.bytes > LONGEST_WORDS {
        return Ok(None);
    }
    let mut words = Vec::new();
    while let Some(piece) = bytes.try_next().await? {
        words.extend_from_slice(&piece);
    }
    Ok(serde_json::from_slice(&words).ok())
}

fn is_file(core: &Core, path: &str) -> bool {
    RecordingPath::new(path).is_ok_and(|path| core.archive.locate(&path).is_file())
}
