//! What can go wrong with the database, sorted by what the caller can do about it.

use rusqlite::ErrorCode;

/// Why the store could not do what was asked. Texts carry no data from rows: no numbers, links or
/// transcripts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process kept the database locked for longer than we wait. Trying again helps.
    #[error("the database is locked by another program; try again in a moment")]
    Busy,
    /// No room on the disk. Nothing is broken; works again when there is room.
    #[error("the disk with the database is full; free some space, nothing already saved is lost")]
    DiskFull,
    /// Written by a later version of Ringback. Only a newer program can open it.
    #[error(
        "{file} was written by a newer Ringback (its format is {found}, this program knows up to \
         {known}); install the newer version, the file was not touched"
    )]
    Newer {
        /// The name of the file.
        file: String,
        /// The format of the file.
        found: u32,
        /// The newest format that this program knows.
        known: u32,
    },
    /// A SQLite file of some other program.
    #[error("this file is a database, but not one of Ringback's; choose another home folder")]
    NotOurs,
    /// The file, or something in it, cannot be understood. `ringback rebuild` makes a new one.
    #[error(
        "the database is damaged ({0}); run `ringback rebuild` to make a new one from the journal \
         and the files"
    )]
    Damaged(String),
    /// Too much waits to be written already. Come back in a moment; nothing was queued.
    #[error("more is waiting to be saved than fits in memory; try again in a moment")]
    Overloaded,
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// The disk or the operating system refuses: permissions, a read-only disk, a failing drive.
    /// After such an error it is unknown whether the last write is there.
    #[error("the database file cannot be read or written: {0}")]
    Io(String),
    /// The writing closure decided to take back what it did.
    #[error("taken back: {0}")]
    TakenBack(String),
    /// A promise of our own is broken: a constraint, wrong SQL, a panic while writing.
    #[error("an error in Ringback itself while using the database: {0}")]
    Broken(String),
}

impl StoreError {
    /// Whether it says nothing about what was to be written: the same may work in a moment.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Busy | Self::DiskFull | Self::Overloaded | Self::Closed | Self::Io(_)
        )
    }
}

/// A result of the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, message) => match failure.code {
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                ErrorCode::DiskFull => Self::DiskFull,
                ErrorCode::DatabaseCorrupt => Self::Damaged("its pages do not fit together".into()),
                ErrorCode::NotADatabase => Self::Damaged("it is not a SQLite file".into()),
                ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::FileLockingProtocolFailed => {
                    Self::Io(message.clone().unwrap_or_else(|| failure.to_string()))
                }
                _ => Self::Broken(error.to_string()),
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Self::Damaged("a value has an unknown form".into()),
            _ => Self::Broken(error.to_string()),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error.to_string()),
        }
    }
}

impl From<rusqlite_migration::Error> for StoreError {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}
