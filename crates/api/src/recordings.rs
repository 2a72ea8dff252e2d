//! The answers of `ringback recordings`.

use std::{fs, ops::ControlFlow, path::Path};

use ringback_engine::{Engine, EngineError, Fault, Orphans, Verification};
use ringback_model::RecordingId;
use serde::Serialize;

use crate::{ErrorCode, ErrorJson, convert::time, exports::cannot_write};

/// `recordings verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifyJson {
    /// Recordings that should be here.
    pub checked: u64,
    /// Those that are, byte for byte.
    pub whole: u64,
    /// Bytes read of them.
    pub bytes: u64,
    /// The others.
    pub faults: Vec<FaultJson>,
}

/// A recording whose file is not as it landed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultJson {
    /// Ringback's id of the recording.
    pub recording: String,
    /// Ringback's id of its call.
    pub call: String,
    /// The account's id.
    pub account: String,
    /// Relative to `recordings/`.
    pub path: Option<String>,
    /// `missing | different | unreadable`.
    pub fault: &'static str,
    /// Whether it is being fetched again.
    pub refetched: bool,
}

/// `recordings orphans`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrphansJson {
    /// Files that belong to nothing that is known.
    pub files: Vec<OrphanJson>,
    /// Recordings without their file.
    pub rows: Vec<FaultJson>,
    /// Begun transfers that nobody goes on with, as paths.
    pub parts: Vec<String>,
    /// Descriptions without sound, as paths.
    pub sidecars: Vec<String>,
    /// What is in quarantine.
    pub quarantined: Vec<QuarantinedJson>,
}

/// A file that belongs to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrphanJson {
    /// Relative to `recordings/`.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// Its name in the quarantine, if it was set aside just now.
    pub set_aside: Option<String>,
}

/// A file in quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuarantinedJson {
    /// What `recordings restore` takes.
    pub id: String,
    /// Where it stood, relative to `recordings/`.
    pub from: Option<String>,
    /// `orphan | wrong_digest | damaged | unsupported`.
    pub why: ringback_engine::Why,
    /// RFC 3339.
    pub at: String,
}

/// `recordings restore`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestoredJson {
    /// Where it is now, relative to `recordings/`.
    pub path: String,
}

/// `recordings export`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExportedJson {
    /// The new file.
    pub file: String,
}

/// Reads every recording again and compares it with what landed.
pub async fn verify(
    engine: &Engine,
    mend: bool,
    tell: impl Fn(u64) + Send + 'static,
) -> Result<VerifyJson, ErrorJson> {
    let Verification {
        checked,
        bytes,
        faults,
    } = engine.verify_recordings(mend, tell).await?;
    Ok(VerifyJson {
        checked,
        whole: checked - faults.len() as u64,
        bytes,
        faults: faults.into_iter().map(fault).collect(),
    })
}

/// Looks for what does not belong together.
pub async fn orphans(engine: &Engine, set_aside: bool) -> Result<OrphansJson, ErrorJson> {
    let Orphans {
        files,
        rows,
        parts,
        sidecars,
        quarantined,
    } = engine.orphans(set_aside).await?;
    let text = |path: std::path::PathBuf| path.display().to_string();
    Ok(OrphansJson {
        files: files
            .into_iter()
            .map(|file| OrphanJson {
                path: file.path.as_str().to_owned(),
                bytes: file.bytes,
                set_aside: file.set_aside,
            })
            .collect(),
        rows: rows.into_iter().map(fault).collect(),
        parts: parts.into_iter().map(text).collect(),
        sidecars: sidecars.into_iter().map(text).collect(),
        quarantined: quarantined
            .into_iter()
            .map(|entry| QuarantinedJson {
                id: entry.id,
                from: entry.from.map(|path| path.as_str().to_owned()),
                why: entry.why,
                at: time(entry.at),
            })
            .collect(),
    })
}

/// Puts a file of the quarantine back.
pub async fn restore(engine: &Engine, id: &str) -> Result<RestoredJson, ErrorJson> {
    let path = engine.restore_file(id).await?;
    Ok(RestoredJson {
        path: path.as_str().to_owned(),
    })
}

/// What is to be exported, and where to.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// The recording's id, or that of a call with one recording.
    pub id: &'a str,
    /// The new file.
    pub to: &'a Path,
    /// The form of the new file; by its name if not given.
    pub format: Option<&'a str>,
    /// Whether a file that is there already may go.
    pub replaces: bool,
}

/// Writes a recording to a file of its own: as it is, or as WAV, FLAC or MP3. `tell` hears how far it
/// is, from 0 to 1.
pub async fn export(
    engine: &Engine,
    export: Export<'_>,
    tell: impl Fn(f64) + Send + 'static,
) -> Result<ExportedJson, ErrorJson> {
    let Export {
        id,
        to,
        format,
        replaces,
    } = export;
    let recording = recording_of(engine, id)?;
    if !replaces && holds_something(to) {
        let message = format!("{} is there already", to.display());
        return Err(ErrorJson::new(ErrorCode::CannotWrite, message)
            .hint("Choose another name, or replace the file with --force."));
    }
    let by_name = to.extension().and_then(|ending| ending.to_str());
    let format = format.or(by_name).unwrap_or("wav").to_ascii_lowercase();
    let tell = move |share| {
        tell(share);
        ControlFlow::Continue(())
    };
    let written = engine.export_recording(recording, to, &format, tell).await;
    written.map_err(|error| match error {
        EngineError::Io(error) => cannot_write(to, &error),
        error => error.into(),
    })?;
    Ok(ExportedJson {
        file: to.display().to_string(),
    })
}

/// With an empty file, such as one that was only reserved, nothing is lost.
fn holds_something(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() > 0)
}

fn recording_of(engine: &Engine, id: &str) -> Result<RecordingId, ErrorJson> {
    if let Ok(recording) = id.parse::<RecordingId>()
        && engine
            .read(|reader| reader.recordings().by_id(recording))?
            .is_some()
    {
        return Ok(recording);
    }
    let call = engine
        .find_call(id)
        .map_err(|_| EngineError::NoSuchRecording)?;
    let rows = engine.read(|reader| reader.recordings().of_call(call))?;
    match rows.as_slice() {
        [] => Err(EngineError::NoSuchRecording.into()),
        [only] => Ok(only.id),
        several => Err(EngineError::BadRequest(format!(
            "this call has {} recordings; name one of them (`ringback calls show` lists them)",
            several.len()
        ))
        .into()),
    }
}

fn fault(fault: Fault) -> FaultJson {
    FaultJson {
        recording: fault.recording.to_string(),
        call: fault.call.to_string(),
        account: fault.account.to_string(),
        path: fault.path,
        fault: fault.kind.as_str(),
        refetched: fault.is_refetched,
    }
}
