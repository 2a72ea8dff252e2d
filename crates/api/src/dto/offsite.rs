//! The second copies, as the window shows them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The second copy of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CopyJson {
    /// `copied | waiting | failed`.
    pub state: String,
    /// Why it is not there: `key_refused | clock | no_bucket | region | too_large | full | unreachable |
    /// server | damaged | missing | file_here`. `null` before the first try.
    pub reason: Option<String>,
    /// When that was found out, RFC 3339.
    pub at: Option<String>,
}

/// The second copies in figures, by what is known here; nobody is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OffsiteJson {
    /// Where they go, for showing.
    pub place: String,
    /// Recordings that are here.
    #[ts(type = "number")]
    pub recordings: u64,
    /// Those with a copy.
    #[ts(type = "number")]
    pub copied: u64,
    /// Those without one yet.
    #[ts(type = "number")]
    pub waiting: u64,
    /// Those whose copy was given up.
    #[ts(type = "number")]
    pub failed: u64,
    /// The size of the copies.
    #[ts(type = "number")]
    pub bytes: u64,
    /// When the newest copy was read back, RFC 3339.
    pub last_at: Option<String>,
}

/// What `offsite.push` began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OffsiteQueued {
    /// Recordings that are copied now.
    #[ts(type = "number")]
    pub queued: u64,
}
