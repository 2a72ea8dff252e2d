//! A recording as a file of its own, outside the home: as it is, or in another form.

use std::{
    fs::File,
    io::{Read, Write},
    ops::ControlFlow,
    path::Path,
};

use ringback_audio::{ExportError, ExportFormat, Exported, Part, Tags};
use ringback_model::{Reason, RecordingId};

use crate::{Engine, EngineError, inspect::blocking};

/// So much of a file is copied between two looks whether to go on.
const PIECE: usize = 1 << 20;

impl Engine {
    /// Writes the recording to `to`: byte for byte if `format` is its own, otherwise decoded and written
    /// anew as `wav`, `flac` or `mp3`, with the call's id and begin in it. An existing file is replaced
    /// only by a whole one. `tell` hears how far it is, from 0 to 1, and may stop it.
    pub async fn export_recording(
        &self,
        id: RecordingId,
        to: &Path,
        format: &str,
        tell: impl Fn(f64) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), EngineError> {
        let from = self.file_of(id)?;
        let own = from.extension().and_then(|ending| ending.to_str());
        let as_it_is = own.is_some_and(|own| own.eq_ignore_ascii_case(format));
        let form = ExportFormat::named(format).filter(|_| !as_it_is);
        if !as_it_is && form.is_none() {
            let own = own.unwrap_or("of an unknown kind");
            return Err(EngineError::BadRequest(format!(
                "this recording is {own}; it can be exported as that, wav, flac or mp3, not as {format}"
            )));
        }
        let tags = self.tags_of(id)?;
        let to = to.to_owned();
        let over = self.core().stop.clone();
        let go_on = move |share: f64| match over.is_cancelled() {
            true => ControlFlow::Break(()),
            false => tell(share.clamp(0.0, 1.0)),
        };
        blocking(move || match form {
            None => copy_whole(&from, &to, &go_on),
            Some(form) => {
                let tell = |Exported { frames, of }: Exported| {
                    go_on(of.map_or(0.0, |of| frames as f64 / of.max(1) as f64))
                };
                ringback_audio::export(&from, &to, form, &tags, &tell).map_err(fault)
            }
        })
        .await
    }

    /// What the file says of itself.
    fn tags_of(&self, id: RecordingId) -> Result<Tags, EngineError> {
        let found = self.read(|reader| {
            let Some(recording) = reader.recordings().by_id(id)? else {
                return Ok(None);
            };
            reader.calls().light(recording.call)
        })?;
        let record = found.ok_or(EngineError::NoSuchRecording)?;
        let started = record.call.fields.started_at.as_ref();
        let begin = started.map_or(record.first_seen_at, |told| told.value);
        Ok(Tags {
            title: record.call.provider_call_id.to_string(),
            date: begin.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            album: record.account.to_string(),
        })
    }
}

fn fault(error: ExportError) -> EngineError {
    match error {
        ExportError::Stopped => EngineError::NotNow("the export was stopped"),
        ExportError::Write(error) => EngineError::Io(error),
        ExportError::Sound(_) => EngineError::BadSound(Reason::Damaged),
        error => EngineError::BadRequest(error.to_string()),
    }
}

fn copy_whole(
    from: &Path,
    to: &Path,
    go_on: &dyn Fn(f64) -> ControlFlow<()>,
) -> Result<(), EngineError> {
    // An error of the disk is one of the place that a person chose; the recording's own are told as such.
    let mut source = File::open(from).map_err(|_| EngineError::FileMissing)?;
    let length = source.metadata().map_err(|_| EngineError::FileMissing)?;
    let length = length.len().max(1) as f64;
    let (part, mut target) = Part::beside(to)?;
    let (mut piece, mut done) = (vec![0; PIECE], 0_u64);
    loop {
        let read = source
            .read(&mut piece)
            .map_err(|_| EngineError::BadSound(Reason::Damaged))?;
        if read == 0 {
            break;
        }
        target.write_all(&piece[..read])?;
        done += read as u64;
        if go_on(done as f64 / length).is_break() {
            return Err(fault(ExportError::Stopped));
        }
    }
    target.sync_all()?;
    drop(target);
    Ok(part.complete()?)
}
