//! A recording whose file is here although the database does not say so: it landed, and the power
//! failed before that was noted, or the database was lost. What is here needs no link.

use std::sync::Arc;

use jiff::tz::TimeZone;
use ringback_archive::{Landed, RecordingName, RecordingPath, Verdict};
use ringback_audio::Examination;

use super::Task;
use crate::{core::Core, sidecar::Sidecar, sound};

/// The ending is not known before the sidecar is read; it is the same for all endings.
const ANY_ENDING: &str = "wav";

/// Looks for the file of this recording: gives it if it is here whole. To be called where waiting for the
/// disk holds up nobody.
pub(super) fn look_for(
    core: &Arc<Core>,
    task: &Task,
) -> impl FnOnce() -> Option<Landed<Examination>> + use<> {
    let record = &task.record;
    let started = record.call.fields.started_at.as_ref();
    let at = started.map_or(record.first_seen_at, |told| told.value);
    let folder = format!("{}/{}", record.account, at.to_zoned(TimeZone::UTC).date());
    let name = RecordingName::new(&record.call.provider_call_id, &task.recording.named_key());
    let (core, key) = (core.clone(), task.recording.key.clone());
    move || {
        let beside = RecordingPath::new(format!("{folder}/{name}.{ANY_ENDING}")).ok()?;
        let content = core.archive.read_sidecar(&beside).ok()??;
        let sidecar: Sidecar = serde_json::from_value(content).ok()?;
        if sidecar.recording_key != key {
            return None;
        }
        let sound_file = sidecar.recording;
        let path = RecordingPath::new(format!("{folder}/{name}.{}", sound_file.format)).ok()?;
        let verdict = core.archive.verify(&path, &sound_file.sha256).ok()?;
        if verdict != Verdict::Same {
            return None;
        }
        let file = core.archive.locate(&path);
        let facts = sound::check(&file).ok()?;
        Some(Landed {
            path,
            file,
            bytes: sound_file.size_bytes,
            sha256: sound_file.sha256,
            facts,
        })
    }
}
