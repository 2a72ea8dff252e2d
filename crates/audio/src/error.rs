//! What can go wrong with a recording. Each case asks for another reaction.

use std::io;

/// Why a file cannot be used as sound. Texts name neither paths nor links.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// The file could not be opened or read: look at the disk, then try again.
    #[error("the recording's file cannot be read: {0}")]
    Io(#[source] io::Error),
    /// The file has no bytes: fetch it again.
    #[error("the recording's file is empty; fetch it again")]
    Empty,
    /// The file is something else, such as an error page saved under a sound's name: fetch it again
    /// with a fresh link.
    #[error("this is not a sound file but {what}; fetch the recording again with a fresh link")]
    NotAudio {
        /// What it is, in words that follow "but": `"a web page (HTML)"`.
        what: &'static str,
    },
    /// It is sound, and whole as far as we can tell, in a form this program cannot decode: keep it,
    /// and open it with another program.
    #[error(
        "{what} cannot be played here; the file is kept as it is and other programs can open it"
    )]
    Unsupported {
        /// The container or codec, in words that can begin a sentence: `"Opus sound"`.
        what: String,
    },
    /// It claims to be a supported sound but cannot be decoded, or holds no sound at all: fetch it again.
    #[error("the recording is damaged ({what}); fetch it again")]
    Damaged {
        /// What is broken, in words that fit into brackets.
        what: String,
    },
    /// The caller asked to stop.
    #[error("stopped because nobody needs the result any more")]
    Cancelled,
}

impl SoundError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    pub(crate) fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into() }
    }

    /// A short stable name of the case, for logs and for codes at the edge:
    /// `unreadable`, `empty`, `not_audio`, `unsupported`, `damaged` or `cancelled`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "unreadable",
            Self::Empty => "empty",
            Self::NotAudio { .. } => "not_audio",
            Self::Unsupported { .. } => "unsupported",
            Self::Damaged { .. } => "damaged",
            Self::Cancelled => "cancelled",
        }
    }
}
