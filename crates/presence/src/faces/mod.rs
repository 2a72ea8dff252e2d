//! The desktop's side: where it is spoken to, and what comes back. Everything here may be missing, be
//! slow, go away and come back.

use crate::sign::Wish;

#[cfg(target_os = "linux")]
mod bus;
#[cfg(target_os = "linux")]
mod notices;
#[cfg(not(target_os = "linux"))]
mod silent;
#[cfg(target_os = "linux")]
mod tray;

#[cfg(target_os = "linux")]
pub(crate) use bus::Faces;
#[cfg(not(target_os = "linux"))]
pub(crate) use silent::Faces;

/// What the desktop tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Somebody chose this in the tray.
    Wish(Wish),
    /// There is a place for an icon.
    TrayCame,
    /// There is none any more.
    TrayWent,
    /// Somebody pressed this on the notification with this number.
    Pressed(u32, String),
    /// The notification with this number is gone: put away by a person, or not.
    Gone(u32, bool),
    /// Whoever showed notifications has ended, and they with it.
    NobodyShows,
    /// The window was closed, and the program goes on.
    WindowClosed,
}
