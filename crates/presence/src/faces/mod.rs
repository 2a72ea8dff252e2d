//! The desktop's side: where it is spoken to, and what comes back. Everything here may be missing, be
//! slow, go away and come back.

use tokio::sync::oneshot;

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
#[derive(Debug)]
pub(crate) enum Heard {
    /// Somebody chose this in the tray.
    Wish(Wish),
    /// There is a place for an icon.
    TrayCame,
    /// There is none, or none any more.
    TrayWent,
    /// Somebody pressed this on the notification of this group.
    Pressed(String, String),
    /// A person has put the notification of this group away.
    PutAway(String),
    /// The window was closed; whether the program goes on is to be known as well as it can be.
    WindowCloses(oneshot::Sender<()>),
    /// The window was closed, and the program goes on.
    WindowClosed,
}
