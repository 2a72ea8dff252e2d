//! What is wrong with a configuration, where, and what to do.

use std::{io, path::Path};

/// A configuration that cannot be used. Holds no value of the file, only keys and places.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}{what}")]
pub struct ConfigError {
    /// "config.toml, line 7: ".
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: Option<String>,
    /// The line at fault, counted from 1, if there is one.
    pub line: Option<usize>,
}

impl ConfigError {
    pub(super) fn at_line(line: usize, what: impl Into<String>) -> Self {
        Self {
            place: format!("line {line}: "),
            what: what.into(),
            hint: None,
            line: Some(line),
        }
    }

    /// A file with accounts is not there any more, or empty.
    pub(crate) fn gone(path: &Path, is_there: bool) -> Self {
        let what = if is_there {
            "is empty"
        } else {
            "is not there any more"
        };
        Self::of_file(path, what).hint(
            "Put it back; until then everything goes on as it was. To have no accounts at all, leave a line with a comment in it.",
        )
    }

    /// The place of the second copies cannot be got ready.
    pub(crate) fn no_offsite(path: &Path, trouble: &str) -> Self {
        Self::of_file(path, format!("[offsite] cannot be used: {trouble}"))
            .hint("Check url, endpoint and region in [offsite], and the keys for it.")
    }

    /// Something about the whole file.
    fn of_file(path: &Path, what: impl Into<String>) -> Self {
        Self {
            place: format!("{}: ", path.display()),
            what: what.into(),
            hint: None,
            line: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn in_file(mut self, path: &Path) -> Self {
        self.place = format!("{}, {}", path.display(), self.place);
        self
    }

    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self {
            place: format!("{}: ", path.display()),
            what: format!("cannot be read ({})", error.kind()),
            hint: Some("Check that the file is readable for you and is UTF-8 text.".into()),
            line: None,
        }
    }
}
