//! One try to bring a recording in: ask for a fresh link, copy, decode to the end, give it its name.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::SignedDuration;
use ringback_archive::{
    Arriving, CheckFailed, Checked, CopyError, CopyLimits, DiskError, FinishError, LandError,
    Landed, Landing, LandingPlan, RecordingName, copy,
};
use ringback_audio::Examination;
use ringback_model::{Reason, Source};
use ringback_providers::MediaRef;

use super::{Outcome, Task, here};
use crate::{
    core::Core,
    sidecar::{Sidecar, SoundFile},
    sound,
};

/// The largest file that is taken in: a long video of a meeting fits.
const MAX_BYTES: u64 = 8 << 30;

/// The longest one try may last.
const MAX_TIME: Duration = Duration::from_secs(2 * 60 * 60);

/// What recordings leave free of the disk, in bytes: the journal has to go on taking events, and
/// what became of a try has to be written down.
const ROOM_FOR_THE_REST: u64 = 32 << 20;

/// A link that an answer of the API told is as good as a new one for this long. Shorter than any
/// provider's links live.
const FRESH: SignedDuration = SignedDuration::from_mins(1);

/// How often the free space is looked at while bytes come in.
const LOOK_AT_ROOM: Duration = Duration::from_millis(250);

/// Runs one try. Everything that can happen is an outcome.
pub(super) async fn run(core: &Arc<Core>, task: &Task) -> Outcome {
    let landing = match land(core, task).await {
        Ok(Begun::Here(landed)) => return Outcome::Lands(landed),
        Ok(Begun::Landing(landing)) if landing.is_whole() => *landing,
        Ok(Begun::Landing(landing)) => match fill(core, task, *landing).await {
            Ok(landing) => landing,
            Err(outcome) => return outcome,
        },
        Err(LandError::Busy) => return Outcome::Elsewhere,
        Err(LandError::Disk(error)) => return disk(&error),
    };
    finish(core, task, landing).await
}

/// What is found when a try begins.
enum Begun {
    /// The file, whole: nobody is asked for it.
    Here(Box<Landed<Examination>>),
    /// What an earlier try left, or nothing.
    Landing(Box<Landing>),
}

async fn land(core: &Arc<Core>, task: &Task) -> Result<Begun, LandError> {
    let record = &task.record;
    let started = record
        .call
        .fields
        .started_at
        .as_ref()
        .map(|told| told.value);
    let plan = LandingPlan {
        recording: task.recording.id,
        account: record.account.clone(),
        call_start: started.unwrap_or(record.first_seen_at),
        name: RecordingName::new(&record.call.provider_call_id, &task.recording.named_key()),
        now: core.clock.now(),
    };
    let archive = core.archive.clone();
    let is_here = here::look_for(core, task);
    blocking(move || {
        let landing = archive.land(plan)?;
        if !landing.is_whole()
            && let Some(landed) = is_here()
        {
            landing.discard()?;
            return Ok(Begun::Here(Box::new(landed)));
        }
        Ok(Begun::Landing(Box::new(landing)))
    })
    .await
}

/// Brings the bytes that are missing.
async fn fill(core: &Arc<Core>, task: &Task, landing: Landing) -> Result<Landing, Outcome> {
    let resume = landing.resume_point();
    let key = task.recording.named_key();
    let media = MediaRef {
        call: &task.record.call.provider_call_id,
        recording: &key,
        link: task.recording.link.as_ref(),
        is_fresh: is_fresh(core, task),
    };
    let stream = task
        .party
        .fetching
        .media(media, resume.from, resume.validator)
        .await
        .map_err(|error| {
            if !error.may_pass() {
                tracing::warn!(account = %task.record.account, %error, "a recording is not given");
            }
            Outcome::of_provider(&error)
        })?;
    let arriving = Arriving {
        starts_at: stream.starts_at,
        length: stream.length,
        validator: stream.validator,
    };
    let to_come = stream
        .length
        .map_or(0, |length| length.saturating_sub(resume.from));
    if lacks_room(core, to_come) {
        return Err(Outcome::Disk);
    }
    let is_full = AtomicBool::new(false);
    let stop = async {
        tokio::select! {
            () = core.stop.cancelled() => (),
            () = room_runs_out(core) => is_full.store(true, Ordering::Relaxed),
            () = tokio::time::sleep(MAX_TIME) => (),
            () = task.lost.cancelled() => (),
        }
    };
    let limits = CopyLimits {
        max_bytes: MAX_BYTES,
    };
    copy(landing, arriving, stream.body, limits, stop, |_| ())
        .await
        .map_err(|error| match error {
            CopyError::Incomplete { .. } => Outcome::Fails(Reason::Incomplete),
            CopyError::TooLarge { .. } => Outcome::GivenUp(Reason::TooLarge),
            CopyError::Changed => Outcome::Fails(Reason::Incomplete),
            CopyError::Stopped if is_full.load(Ordering::Relaxed) => Outcome::Disk,
            CopyError::Stopped => Outcome::Stopped,
            CopyError::Source(error) => Outcome::of_provider(&error),
            CopyError::Disk(error) => disk(&error),
        })
}

/// Whether the link was told by the provider's API so lately that asking for another one is a request
/// for nothing. Of two requests for a call in a back-fill that is one.
fn is_fresh(core: &Core, task: &Task) -> bool {
    let told = task.recording.facts.availability.as_ref();
    told.is_some_and(|told| {
        let age = core.clock.now().duration_since(told.stamp.as_of);
        told.stamp.source == Source::Snapshot && age.abs() <= FRESH
    })
}

/// Whether so much more would take the room that everything else needs.
fn lacks_room(core: &Core, to_come: u64) -> bool {
    match core.archive.free_space() {
        Ok(free) => free < to_come.saturating_add(ROOM_FOR_THE_REST),
        // Writing will tell.
        Err(_) => false,
    }
}

/// Comes back when there is hardly any room left: other transfers and other programs write too.
async fn room_runs_out(core: &Core) {
    while !lacks_room(core, 0) {
        tokio::time::sleep(LOOK_AT_ROOM).await;
    }
    tracing::error!("the disk is nearly full; recordings wait for room");
}

/// Has the file decoded and named.
async fn finish(core: &Arc<Core>, task: &Task, landing: Landing) -> Outcome {
    let (account, provider) = (task.record.account.clone(), task.record.provider.clone());
    let (call, key) = (task.record.call.clone(), task.recording.key.clone());
    let now = core.clock.now();
    let describe = move |landed: &Landed<Examination>| {
        let file = SoundFile {
            format: landed.facts.facts.format.to_string(),
            channels: landed.facts.facts.channels,
            duration_ms: landed.facts.facts.duration_ms,
            audible_ms: Some(sound::audible_ms(
                &landed.facts.analysis,
                landed.facts.facts.duration_ms,
            )),
            size_bytes: landed.bytes,
            sha256: landed.sha256.clone(),
            fetched_at: now,
        };
        let sidecar = Sidecar::new(&account, &provider, &call, &key, file);
        serde_json::to_value(sidecar).expect("our own plain structs are JSON")
    };
    let analysis = core
        .home
        .analysis()
        .join(format!("{}.analysis", task.recording.id));
    let landed = blocking(move || {
        let landed = landing.finish(check, describe)?;
        if let Err(error) = sound::keep_analysis(&analysis, &landed.facts.analysis) {
            // It is computed again when somebody wants to see it.
            tracing::warn!(%error, "a waveform is not kept");
        }
        Ok(landed)
    })
    .await;
    match landed {
        Ok(landed) => Outcome::Lands(Box::new(landed)),
        Err(FinishError::NotWhole { .. }) => Outcome::Fails(Reason::Incomplete),
        Err(FinishError::Check(CheckFailed::NotAudio(_))) => Outcome::Fails(Reason::NotAudio),
        Err(FinishError::Check(CheckFailed::Damaged(_))) => Outcome::Fails(Reason::Damaged),
        Err(FinishError::Check(CheckFailed::Unsupported(_))) => {
            Outcome::GivenUp(Reason::Unsupported)
        }
        Err(FinishError::Check(CheckFailed::Unreadable(_))) => Outcome::Fails(Reason::Damaged),
        Err(FinishError::Disk(error)) => disk(&error),
    }
}

fn check(path: &Path) -> Result<Checked<Examination>, CheckFailed> {
    let examination = sound::check(path)?;
    Ok(Checked {
        extension: examination.facts.format.to_string(),
        facts: examination,
    })
}

fn disk(error: &DiskError) -> Outcome {
    tracing::error!(%error, "the disk does not take a recording");
    Outcome::Disk
}

/// Does something where waiting for the disk holds up nobody.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}
