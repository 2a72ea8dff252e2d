//! Where a recording is, written the same on every platform.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use jiff::{Timestamp, tz::TimeZone};
use ringback_model::AccountId;
use serde::{Deserialize, Serialize};

/// The endings of recordings. A file with another ending in the folder of recordings is somebody
/// else's and is left alone.
pub(crate) const ENDINGS: [&str; 18] = [
    "wav", "mp3", "mp4", "m4a", "aac", "flac", "ogg", "oga", "opus", "webm", "mkv", "mov", "caf",
    "aif", "aiff", "au", "gsm", "bin",
];

/// The place of a recording under `recordings/`: `{account}/{yyyy-mm-dd}/{name}.{ext}`, always with
/// `/`. It cannot lead anywhere else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordingPath(String);

/// Not the place of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a recording's path; it looks like account/2026-03-01/name.wav")]
pub struct NotARecordingPath;

impl RecordingPath {
    /// Checks a text from outside, for example from the database or from a person.
    pub fn new(text: impl Into<String>) -> Result<Self, NotARecordingPath> {
        let text = text.into();
        let mut parts = text.split('/');
        let (Some(account), Some(day), Some(file), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotARecordingPath);
        };
        let fits = is_account(account) && is_day(day) && is_recording_file(file);
        fits.then_some(Self(text)).ok_or(NotARecordingPath)
    }

    pub(crate) fn join(folder: &DayFolder, file: &str) -> Result<Self, NotARecordingPath> {
        Self::new(format!("{}/{}/{file}", folder.account, folder.day))
    }

    /// The text, with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The account that it belongs to.
    pub fn account(&self) -> &str {
        self.part(0)
    }

    /// The day on which the call began, in UTC, as `yyyy-mm-dd`.
    pub fn day(&self) -> &str {
        self.part(1)
    }

    /// The name of the file.
    pub fn file(&self) -> &str {
        self.part(2)
    }

    /// The name of the file without its ending.
    pub fn stem(&self) -> &str {
        let file = self.file();
        file.rsplit_once('.').map_or(file, |(stem, _)| stem)
    }

    /// The ending of the file, without the dot.
    pub fn extension(&self) -> &str {
        self.file().rsplit_once('.').map_or("", |(_, end)| end)
    }

    pub(crate) fn folder(&self) -> DayFolder {
        DayFolder {
            account: self.account().to_owned(),
            day: self.day().to_owned(),
        }
    }

    pub(crate) fn under(&self, recordings: &Path) -> PathBuf {
        self.folder().under(recordings).join(self.file())
    }

    fn part(&self, index: usize) -> &str {
        self.0.split('/').nth(index).unwrap_or_default()
    }
}

impl TryFrom<String> for RecordingPath {
    type Error = NotARecordingPath;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<RecordingPath> for String {
    fn from(path: RecordingPath) -> Self {
        path.0
    }
}

impl FromStr for RecordingPath {
    type Err = NotARecordingPath;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl fmt::Display for RecordingPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The folder of one account and day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DayFolder {
    account: String,
    day: String,
}

impl DayFolder {
    pub(crate) fn of(account: &AccountId, call_start: Timestamp) -> Self {
        Self {
            account: account.to_string(),
            day: call_start.to_zoned(TimeZone::UTC).date().to_string(),
        }
    }

    /// The folder of these names, if they are of the kind that this crate gives.
    pub(crate) fn named(account: &str, day: &str) -> Option<Self> {
        (is_account(account) && is_day(day)).then(|| Self {
            account: account.to_owned(),
            day: day.to_owned(),
        })
    }

    pub(crate) fn day(&self) -> &str {
        &self.day
    }

    pub(crate) fn under(&self, recordings: &Path) -> PathBuf {
        recordings.join(&self.account).join(&self.day)
    }
}

/// The ending as it is written, if recordings may end in it.
pub(crate) fn known_ending(ending: &str) -> Option<&'static str> {
    ENDINGS
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(ending))
}

pub(crate) fn is_account(name: &str) -> bool {
    AccountId::new(name).is_ok()
}

/// Whether a folder has the name of a day, as it is written here.
fn is_day(name: &str) -> bool {
    name.parse::<jiff::civil::Date>()
        .is_ok_and(|date| date.to_string() == name)
}

fn is_recording_file(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty()
            && !stem.starts_with('.')
            && !stem.contains(['\\', ':', '\0'])
            && known_ending(ending).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_lead_out_of_the_recordings() {
        for bad in [
            "",
            "/etc/2026-03-01/a.wav",
            "../2026-03-01/a.wav",
            "a/../a.wav",
            "a/2026-03-01/..",
            "a/2026-03-01/../a.wav",
            "a/2026-03-01/..\\a.wav",
            "a/2026-03-01/c:a.wav",
            "a/2026-03-01/a.wav/b.wav",
            "a/2026-3-1/a.wav",
            "a/2026-02-30/a.wav",
            "A/2026-03-01/a.wav",
            "a/2026-03-01/a.json",
            "a/2026-03-01/a.part",
            "a/2026-03-01/.wav",
        ] {
            assert_eq!(RecordingPath::new(bad), Err(NotARecordingPath), "{bad:?}");
        }
    }

    #[test]
    fn the_day_is_that_of_utc() {
        let account = AccountId::new("clinic").expect("valid");
        let start = "2026-03-01T23:30:00-05:00".parse().expect("a time");
        let path = RecordingPath::join(&DayFolder::of(&account, start), "call_1.wav")
            .expect("its own folders are fine");
        assert_eq!(path.as_str(), "clinic/2026-03-02/call_1.wav");
        assert_eq!((path.stem(), path.extension()), ("call_1", "wav"));
    }

    #[test]
    fn every_time_that_can_be_told_has_a_folder() {
        let account = AccountId::new("clinic").expect("valid");
        for start in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            let folder = DayFolder::of(&account, start);
            assert!(RecordingPath::join(&folder, "a.wav").is_ok(), "{folder:?}");
        }
    }
}
