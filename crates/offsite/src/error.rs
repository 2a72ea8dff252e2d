//! What can go wrong with the second copy; each case asks for another reaction.

use std::{error::Error, io};

use object_store::client::{HttpError, HttpErrorKind};

use crate::way::Answered;

/// Why something is not done. Holds no address, no key and no name of a file.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The keys are wrong, or they do not allow it. A person has to mend it.
    #[error("the storage refuses the keys{}", said(.0.as_deref()))]
    Refused(Option<String>),
    /// The clocks differ too much for signed requests.
    #[error("the clock of this machine and that of the storage differ too much")]
    Clock,
    /// There is no such bucket or folder.
    #[error("the bucket or folder is not there")]
    NoPlace,
    /// The storage answers that the bucket is elsewhere.
    #[error("the storage says that the bucket is in another region")]
    Region,
    /// The storage takes no file of this size.
    #[error("the storage takes no file of this size")]
    TooLarge,
    /// There is no room there.
    #[error("there is no room there")]
    Full,
    /// The storage cannot be reached.
    #[error("the storage cannot be reached: {0}")]
    Unreachable(&'static str),
    /// The storage answers with an error.
    #[error("the storage answers with status {status}{}", said(.code.as_deref()))]
    Server {
        /// The status of HTTP.
        status: u16,
        /// The storage's own word, as `SlowDown`.
        code: Option<String>,
    },
    /// Something about the answer cannot be understood.
    #[error("the storage gives an unexpected answer")]
    Unexpected,
    /// The work was stopped from this side.
    #[error("stopped")]
    Stopped,
    /// The file here cannot be read, or is another one than was meant.
    #[error("the file here: {0}")]
    Here(io::Error),
}

fn said(code: Option<&str>) -> String {
    code.map_or_else(String::new, |code| format!(" ({code})"))
}

/// The reason as a closed word, for the database, JSON and the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hitch {
    /// The keys are refused.
    Refused,
    /// The clocks differ.
    Clock,
    /// There is no such bucket or folder.
    NoPlace,
    /// Another region.
    Region,
    /// Too large.
    TooLarge,
    /// No room there.
    Full,
    /// Not reached.
    Unreachable,
    /// The storage answers with an error, or strangely.
    Server,
    /// What is there is not what was sent.
    Damaged,
    /// It was there and is not any more.
    Missing,
    /// The file here cannot be read, or is not the one on record.
    Here,
}

impl Hitch {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "key_refused",
            Self::Clock => "clock",
            Self::NoPlace => "no_bucket",
            Self::Region => "region",
            Self::TooLarge => "too_large",
            Self::Full => "full",
            Self::Unreachable => "unreachable",
            Self::Server => "server",
            Self::Damaged => "damaged",
            Self::Missing => "missing",
            Self::Here => "file_here",
        }
    }
}

impl Trouble {
    /// The closed word for it.
    pub fn hitch(&self) -> Hitch {
        match self {
            Self::Refused(_) => Hitch::Refused,
            Self::Clock => Hitch::Clock,
            Self::NoPlace => Hitch::NoPlace,
            Self::Region => Hitch::Region,
            Self::TooLarge => Hitch::TooLarge,
            Self::Full => Hitch::Full,
            Self::Unreachable(_) => Hitch::Unreachable,
            Self::Server { .. } | Self::Unexpected | Self::Stopped => Hitch::Server,
            Self::Here(_) => Hitch::Here,
        }
    }

    /// What the storage's answer means.
    fn of_answer(answer: &Answered) -> Self {
        let code = answer.code.clone();
        match (answer.status, code.as_deref()) {
            (_, Some("RequestTimeTooSkewed")) => Self::Clock,
            (_, Some("NoSuchBucket")) => Self::NoPlace,
            (_, Some("EntityTooLarge")) | (413, _) => Self::TooLarge,
            (_, Some("PermanentRedirect" | "AuthorizationHeaderMalformed")) | (301 | 307, _) => {
                Self::Region
            }
            (_, Some("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidSignature"))
            | (401 | 403, _) => Self::Refused(code),
            (507, _) => Self::Full,
            (status, _) => Self::Server { status, code },
        }
    }

    /// What an error of a folder means.
    pub(crate) fn of_folder(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NoPlace,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::FileTooLarge => Self::TooLarge,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Refused(None)
            }
            _ => Self::Unreachable("the folder gives an error"),
        }
    }
}

impl From<object_store::Error> for Trouble {
    fn from(error: object_store::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        let mut transport = None;
        while let Some(this) = cause {
            if let Some(answer) = this.downcast_ref::<Answered>() {
                return Self::of_answer(answer);
            }
            if let Some(error) = this.downcast_ref::<io::Error>() {
                return match transport {
                    Some(trouble) => trouble,
                    None => Self::of_folder(error),
                };
            }
            if let Some(error) = this.downcast_ref::<HttpError>() {
                transport = Some(Self::Unreachable(match error.kind() {
                    HttpErrorKind::Connect => "no connection",
                    HttpErrorKind::Timeout => "too slow",
                    _ => "the line was cut",
                }));
            }
            cause = this.source();
        }
        match (transport, error) {
            (Some(trouble), _) => trouble,
            (None, object_store::Error::NotFound { .. }) => Self::NoPlace,
            (None, _) => Self::Unexpected,
        }
    }
}
