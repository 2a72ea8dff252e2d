//! The change feed: what changed, in order, so that a second process on the same home can follow.

use jiff::Timestamp;
use rusqlite::Connection;

use crate::{
    error::{Result, StoreError},
    sql,
};

pub(crate) const V1: &str = "
CREATE TABLE changes (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    at   INTEGER NOT NULL,
    kind TEXT    NOT NULL,
    id   TEXT    NOT NULL
) STRICT;
";

/// So many of the newest changes are kept. Who missed more reads everything anew.
const KEPT: i64 = 10_000;
/// Old ones are deleted when this many are too many, not one at a time.
const SLACK: i64 = 1_000;

/// Something that people see is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Ascending; the place in the feed.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    pub kind: ChangeKind,
    /// Which one, see [`ChangeKind`].
    pub id: String,
}

/// What changed, and what the change's `id` is then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// A call; its id.
    Call,
    /// A recording; its id.
    Recording,
    /// An alert; its number.
    Alert,
    /// A job was added, moved on or ended; `kind/key` of the job.
    Job,
    /// Somebody listens; the recording's id.
    Listen,
    /// A setting; its key.
    Setting,
    /// A resync of many calls; its number.
    Sweep,
    /// Something was refused at the door; the account.
    Refused,
    /// Something of a kind that a newer program wrote.
    Other,
}

impl ChangeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Recording => "recording",
            Self::Alert => "alert",
            Self::Job => "job",
            Self::Listen => "listen",
            Self::Setting => "setting",
            Self::Sweep => "sweep",
            Self::Refused => "refused",
            Self::Other => "other",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "call" => Self::Call,
            "recording" => Self::Recording,
            "alert" => Self::Alert,
            "job" => Self::Job,
            "listen" => Self::Listen,
            "setting" => Self::Setting,
            "sweep" => Self::Sweep,
            "refused" => Self::Refused,
            _ => Self::Other,
        }
    }
}

/// What changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feed {
    /// These, oldest first. Empty: nothing.
    Changes(Vec<Change>),
    /// More than the feed remembers: read everything anew and go on from this number.
    TooOld {
        /// The newest change.
        last: i64,
    },
}

pub(crate) fn insert(
    conn: &Connection,
    at: Timestamp,
    kind: ChangeKind,
    id: String,
) -> Result<Change> {
    sql::run(
        conn,
        "INSERT INTO changes (at, kind, id) VALUES (?1, ?2, ?3)",
        (sql::ms(at), kind.as_str(), &id),
    )?;
    Ok(Change {
        seq: conn.last_insert_rowid(),
        at,
        kind,
        id,
    })
}

/// Forgets the oldest, now and then.
pub(crate) fn prune(conn: &Connection, noted: &[Change]) -> Result<()> {
    let (Some(first), Some(last)) = (noted.first(), noted.last()) else {
        return Ok(());
    };
    if last.seq / SLACK > (first.seq - 1) / SLACK {
        sql::run(
            conn,
            "DELETE FROM changes WHERE seq <= ?1",
            [last.seq - KEPT],
        )?;
    }
    Ok(())
}

pub(crate) fn last(conn: &Connection) -> Result<i64> {
    sql::value(conn, "SELECT coalesce(max(seq), 0) FROM changes", [])
}

pub(crate) fn since(conn: &Connection, seq: i64) -> Result<Feed> {
    let oldest: Option<i64> = sql::value(conn, "SELECT min(seq) FROM changes", [])?;
    if oldest.is_some_and(|oldest| oldest > seq.saturating_add(1)) {
        return Ok(Feed::TooOld { last: last(conn)? });
    }
    let changes = sql::all(
        conn,
        "SELECT seq, at, kind, id FROM changes WHERE seq > ?1 ORDER BY seq",
        [seq],
        |row| {
            Ok::<_, StoreError>(Change {
                seq: row.get(0)?,
                at: sql::at(row.get(1)?)?,
                kind: ChangeKind::from_word(
                    row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?,
                ),
                id: row.get(3)?,
            })
        },
    )?;
    Ok(Feed::Changes(changes))
}
