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
}

impl ConfigError {
    pub(super) fn at_line(line: usize, what: impl Into<String>) -> Self {
        Self {
            place: format!("line {line}: "),
            what: what.into(),
            hint: None,
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
        }
    }
}
