//! What the running engine tells those who look at it.

use ringback_model::CallId;

use crate::{playback::Playback, resync::Progress, tunnel::TunnelReport};

/// News goes out after the commit, never before.
#[derive(Clone, Debug)]
pub enum News {
    /// These calls are new or changed.
    Calls(Vec<CallId>),
    /// So much changed that what is shown should be read anew.
    Stale,
    /// The player.
    Player(Playback),
    /// A resync.
    Resync(Progress),
    /// Alerts are new or changed.
    Alerts,
    /// Settings are new.
    Settings,
    /// The tunnel is in another state, or was probed.
    Tunnel(TunnelReport),
    /// Another configuration or another secret is in force, or the file is refused.
    Config,
    /// An account, the door or the queue is in another state.
    Health,
}
