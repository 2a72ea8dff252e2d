//! What the player and the waveform need of a recording: its file, and what was computed of it.

use ringback_audio::Analysis;
use ringback_model::{Direction, RecordingId, RecordingState};
use ringback_store::{CallRecord, Recording};

use crate::{EngineError, core::Core, engine::Waveform, playback::Playable, sound};

impl Core {
    /// The recording with its call, if its file is here.
    fn ready(&self, id: RecordingId) -> Result<(Recording, CallRecord), EngineError> {
        let found = self.store.read(|reader| {
            let Some(recording) = reader.recordings().by_id(id)? else {
                return Ok(None);
            };
            Ok(reader
                .calls()
                .light(recording.call)?
                .map(|record| (recording, record)))
        })?;
        let (recording, record) = found.ok_or(EngineError::NoSuchRecording)?;
        if recording.state == RecordingState::Ready {
            Ok((recording, record))
        } else {
            Err(EngineError::NoSound(recording.state.as_str()))
        }
    }

    /// Where the recording's file is.
    pub(crate) fn file_of(&self, id: RecordingId) -> Result<std::path::PathBuf, EngineError> {
        let (recording, _) = self.ready(id)?;
        self.path_of(&recording)
    }

    fn path_of(&self, recording: &Recording) -> Result<std::path::PathBuf, EngineError> {
        let path = recording.path.as_deref().ok_or(EngineError::FileMissing)?;
        let path =
            ringback_archive::RecordingPath::new(path).map_err(|_| EngineError::FileMissing)?;
        let file = self.archive.locate(&path);
        if file.is_file() {
            Ok(file)
        } else {
            Err(EngineError::FileMissing)
        }
    }

    pub(crate) fn playable(&self, id: RecordingId) -> Result<Playable, EngineError> {
        let (recording, record) = self.ready(id)?;
        let path = self.path_of(&recording)?;
        let caller_channel = (recording.channels == Some(2))
            .then(|| caller_channel(&record))
            .flatten();
        let analysis = Analysis::read_from(&self.analysis_path(id)).ok();
        Ok(Playable {
            recording: id,
            call: record.id,
            path,
            analysis,
            caller_channel,
        })
    }

    fn analysis_path(&self, id: RecordingId) -> std::path::PathBuf {
        self.home.analysis().join(format!("{id}.analysis"))
    }

    /// Computes the analysis again where it is lost.
    pub(crate) fn waveform(
        &self,
        id: RecordingId,
        columns: usize,
    ) -> Result<Waveform, EngineError> {
        let (recording, _) = self.ready(id)?;
        let kept = self.analysis_path(id);
        let analysis = match Analysis::read_from(&kept) {
            Ok(analysis) => analysis,
            Err(_) => {
                let path = self.path_of(&recording)?;
                let examination = ringback_audio::examine(&path, &|| self.stop.is_cancelled())
                    .map_err(|_| EngineError::BadSound(ringback_model::Reason::Damaged))?;
                if let Err(error) = sound::keep_analysis(&kept, &examination.analysis) {
                    tracing::warn!(%error, "a waveform is not kept");
                }
                examination.analysis
            }
        };
        let duration_ms = recording.duration_ms.unwrap_or(0);
        Ok(Waveform {
            channels: analysis.peaks.channels(),
            duration_ms,
            bytes: analysis
                .peaks
                .summary(columns, 0, duration_ms)
                .iter()
                .flatten()
                .flat_map(|peak| [peak.min.cast_unsigned(), peak.max.cast_unsigned()])
                .collect(),
        })
    }
}

/// Which channel the person on the telephone is on, whichever way the call went. The first leg has the
/// first channel, and the agent's side the other: of a call that we made, the first leg is that to the
/// person called. Twilio (`RecordingChannels`) and Telnyx (`dual`) say so; Retell and Vapi do so.
pub(crate) fn caller_channel(record: &CallRecord) -> Option<u16> {
    match record.call.fields.direction.as_ref().map(|told| told.value) {
        Some(Direction::Meeting) => None,
        _ => Some(0),
    }
}
