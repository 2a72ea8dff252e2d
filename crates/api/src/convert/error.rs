//! Errors: a closed code, a message, and what to do.

use ringback_engine::{
    ApiError, EngineError, Hitch, StartError, keys::VaultError, store::StoreError,
};

use crate::{ErrorCode, ErrorJson};

impl From<&EngineError> for ErrorJson {
    fn from(error: &EngineError) -> Self {
        let json = |code| Self::new(code, error.to_string());
        match error {
            EngineError::NoSuchCall | EngineError::NoSuchRecording | EngineError::NoSuchEvent => {
                json(ErrorCode::NotFound)
            }
            EngineError::NoSuchAccount(_) => {
                json(ErrorCode::NotFound).hint("`ringback accounts list` shows the accounts.")
            }
            EngineError::NoSound("expected" | "available" | "downloading") => {
                json(ErrorCode::NotReady)
                    .hint("It is fetched by itself as soon as the provider has it.")
            }
            EngineError::NoSound(_) => json(ErrorCode::NoRecording),
            EngineError::FileMissing | EngineError::BadSound(_) => {
                json(ErrorCode::Damaged).hint("Resync the call to fetch the recording again.")
            }
            EngineError::Config(wrong) => {
                let json = json(ErrorCode::Config);
                match &wrong.hint {
                    Some(hint) => json.hint(hint),
                    None => json,
                }
            }
            EngineError::BadRequest(_) => json(ErrorCode::BadRequest),
            EngineError::NotNow(_) => json(ErrorCode::NotNow),
            EngineError::Provider(error) => Self::from(error),
            EngineError::NoOffsite => json(ErrorCode::Config).hint(
                "Add [offsite] with url = \"s3://bucket/folder\" or \"file:///folder\" to config.toml; docs/backup.md shows how.",
            ),
            EngineError::Offsite(trouble) => offsite(json, trouble.hitch()),
            EngineError::Store(error) => Self::from(error),
            EngineError::Keys(error) => Self::from(error),
            EngineError::Io(_) => json(ErrorCode::Internal),
        }
    }
}

/// What a person can do about a place that does not work.
fn offsite(json: impl Fn(ErrorCode) -> ErrorJson, hitch: Hitch) -> ErrorJson {
    match hitch {
        Hitch::Refused => json(ErrorCode::KeyRefused).hint(
            "Check both keys of the bucket, and what they may do. `ringback accounts set-secret offsite secret_access_key`, or the window's settings, put in another one; RINGBACK_OFFSITE_ACCESS_KEY_ID and RINGBACK_OFFSITE_SECRET_ACCESS_KEY in the environment win.",
        ),
        Hitch::NoPlace => json(ErrorCode::Config).hint(
            "Check url in [offsite]: the bucket has to exist, a folder has to be mounted.",
        ),
        Hitch::Region => json(ErrorCode::Config).hint("Check region in [offsite]."),
        Hitch::Clock => json(ErrorCode::Config).hint("Set the clock of this machine."),
        Hitch::Full | Hitch::TooLarge => json(ErrorCode::Provider),
        Hitch::Unreachable => json(ErrorCode::Provider)
            .hint("Check the network and endpoint in [offsite]; nothing is lost here."),
        Hitch::Server | Hitch::Damaged | Hitch::Missing => json(ErrorCode::Provider),
        Hitch::Here => json(ErrorCode::Damaged),
    }
}

impl From<&VaultError> for ErrorJson {
    fn from(error: &VaultError) -> Self {
        let code = match error {
            VaultError::NoStore | VaultError::WrongPassphrase => ErrorCode::Config,
            VaultError::Refused | VaultError::Silent | VaultError::NoPassphrase => {
                ErrorCode::Locked
            }
            VaultError::Damaged { .. } => ErrorCode::Damaged,
            VaultError::Io { .. } | VaultError::Failed(_) => ErrorCode::Internal,
        };
        Self::new(code, error.to_string()).hint(error.hint())
    }
}

impl From<EngineError> for ErrorJson {
    fn from(error: EngineError) -> Self {
        Self::from(&error)
    }
}

impl From<&ApiError> for ErrorJson {
    fn from(error: &ApiError) -> Self {
        let json = |code| Self::new(code, error.to_string());
        match error {
            ApiError::KeyRefused => json(ErrorCode::KeyRefused)
                .hint("Check the key at the provider, then set it anew: `ringback accounts set-secret`, or the window."),
            ApiError::NoKey(_) => json(ErrorCode::Config)
                .hint("Set it with `ringback accounts set-secret`, in the window, or in the environment as RINGBACK_<ACCOUNT>_<NAME> (then start again)."),
            ApiError::RateLimited(_) => json(ErrorCode::RateLimited),
            ApiError::NotFound => json(ErrorCode::NotFound),
            ApiError::NotReady => json(ErrorCode::NotReady),
            ApiError::LinkDead | ApiError::Withheld(_) => json(ErrorCode::NoRecording),
            ApiError::Forbidden(_) => json(ErrorCode::Provider).hint(
                "If this host is right, add it to media_hosts of the account in config.toml.",
            ),
            ApiError::Unexpected(_) | ApiError::Server(_) => json(ErrorCode::Provider),
            ApiError::Transport(_) => {
                json(ErrorCode::Provider).hint("Check the network and base_url of the account.")
            }
        }
    }
}

impl From<&StoreError> for ErrorJson {
    fn from(error: &StoreError) -> Self {
        let json = |code| Self::new(code, error.to_string());
        match error {
            StoreError::Busy => json(ErrorCode::Locked),
            StoreError::DiskFull => {
                json(ErrorCode::DiskFull).hint("Make room on the disk; nothing is lost.")
            }
            StoreError::Newer { .. } => {
                json(ErrorCode::Newer).hint("Use the newer version of Ringback.")
            }
            StoreError::Damaged(_) => json(ErrorCode::Damaged)
                .hint("`ringback rebuild` makes a new database from the journal and the files."),
            StoreError::Overloaded => json(ErrorCode::NotNow),
            _ => json(ErrorCode::Internal),
        }
    }
}

impl From<&StartError> for ErrorJson {
    fn from(error: &StartError) -> Self {
        let json = |code| Self::new(code, error.to_string());
        match error {
            StartError::Config(wrong) => {
                let json = json(ErrorCode::Config);
                match &wrong.hint {
                    Some(hint) => json.hint(hint),
                    None => json,
                }
            }
            StartError::Home { .. } => json(ErrorCode::Internal)
                .hint("Choose another folder with --home, or make this one writable."),
            StartError::Running => json(ErrorCode::Locked).hint("End it, then run this again."),
            StartError::Rebuild(error) => Self::from(error),
            StartError::Store { path, error } => {
                let mut json = Self::from(error);
                json.message = format!("{}: {}", path.display(), json.message);
                json
            }
            StartError::Offsite(_) => json(ErrorCode::Internal),
            StartError::Door(_) => json(ErrorCode::Locked),
        }
    }
}

impl From<StartError> for ErrorJson {
    fn from(error: StartError) -> Self {
        Self::from(&error)
    }
}
