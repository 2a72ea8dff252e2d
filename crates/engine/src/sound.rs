//! Whether what was fetched is the sound it claims to be: decoded to the end before it counts.

use std::{fs, path::Path};

use ringback_archive::CheckFailed;
use ringback_audio::{Analysis, AnalysisFileError, Examination, SoundError, examine};

/// Decodes the file to the end.
pub(crate) fn check(path: &Path) -> Result<Examination, CheckFailed> {
    let examination = examine(path, &|| false).map_err(|error| match error {
        SoundError::Io(error) => CheckFailed::Unreadable(error),
        SoundError::NotAudio { .. } | SoundError::Empty => CheckFailed::NotAudio(error.to_string()),
        SoundError::Unsupported { .. } => CheckFailed::Unsupported(error.to_string()),
        SoundError::Damaged { .. } | SoundError::Cancelled => {
            CheckFailed::Damaged(error.to_string())
        }
    })?;
    match &examination.shortfall {
        None => Ok(examination),
        Some(shortfall) => Err(CheckFailed::Damaged(format!(
            "{} ms of it are missing",
            shortfall.missing_ms
        ))),
    }
}

/// How much of a recording is not silence on every channel, in ms.
pub(crate) fn audible_ms(analysis: &Analysis, duration_ms: u64) -> u64 {
    let silent: u64 = analysis
        .silence
        .common()
        .iter()
        .map(|span| span.len_ms())
        .sum();
    duration_ms.saturating_sub(silent)
}

/// Keeps the waveform and the pauses. They can be computed again, so losing them is no harm.
pub(crate) fn keep_analysis(path: &Path, analysis: &Analysis) -> Result<(), AnalysisFileError> {
    if let Some(folder) = path.parent() {
        // If this fails, writing the file says why.
        let _ = fs::create_dir_all(folder);
    }
    analysis.write_to(path)
}
