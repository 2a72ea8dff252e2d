//! The real window, as a person meets it: looked at and pressed through WebDriver, heard through a
//! sound card that exists only for the test.
//!
//! A test is a [`journey`](journey::journey): it gets a [`Desk`] with an empty home and a
//! loudspeaker of its own, opens the program on it, finds things by the names a screen reader would
//! say, and lets an [`Ear`](ear::Ear) listen. Everything stands on the stage that
//! `cargo xtask stage` builds (screen, session bus, PulseAudio); see [`Stage`].
//!
//! Nothing here waits for a time. It asks again and again whether what should happen has happened,
//! and gives up with a picture of the window and the program's last words.

pub mod bus;
pub mod desk;
mod driver;
pub mod ear;
mod frame;
pub mod herald;
pub mod journey;
pub mod panel;
pub mod processes;
pub mod sound;
pub mod stage;
pub mod view;

pub use crate::patience;
pub use bus::Bus;
pub use desk::Desk;
pub use ear::{Ear, Loudspeaker};
pub use herald::Herald;
pub use journey::{journey, quiet_journey};
pub use panel::Panel;
pub use processes::Processes;
pub use sound::Sound;
pub use stage::Stage;
pub use view::{Role, View};
