//! How the tunnel is.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::Reason;

/// How the tunnel is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// There is none, and none is wanted.
    Off,
    /// It begins; nothing is known yet.
    Starting,
    /// The door is reached through the public address.
    Up {
        /// The public address.
        url: Url,
        /// Since when, without a break.
        since: Timestamp,
        /// How long the last probe took, there and back.
        round_trip: Duration,
    },
    /// The door is not reached.
    Down {
        /// Why.
        reason: Reason,
        /// How often in a row it was begun in vain.
        tries: u32,
        /// When it is tried again; `None`: just now.
        next_try: Option<Timestamp>,
    },
}

impl State {
    /// `off | starting | up | down`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Starting => "starting",
            Self::Up { .. } => "up",
            Self::Down { .. } => "down",
        }
    }

    /// The public address, while it works.
    pub fn url(&self) -> Option<&Url> {
        match self {
            Self::Up { url, .. } => Some(url),
            _ => None,
        }
    }
}
