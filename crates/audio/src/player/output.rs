//! What the player needs of a sound device, so that tests can put a silent one in its place.

use super::feed::Renderer;

/// The shape in which a device wants its sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamShape {
    /// Frames per second, above 0.
    pub sample_rate: u32,
    /// Channels per frame, above 0. Beyond the second they stay silent.
    pub channels: u16,
}

/// What a running device reports, from any thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceReport {
    /// It went away or broke down; the stream is dead. The text is for a person.
    Lost(String),
    /// It ran dry: a gap was heard.
    Underrun,
}

/// Takes a device's reports.
pub type Reporter = Box<dyn Fn(DeviceReport) + Send>;

/// Why there is no sound device now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NoDevice {
    /// For a person: what is wrong and what to do.
    pub message: String,
}

impl NoDevice {
    /// With this text for a person.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

/// A way to a sound device.
pub trait Output: Send {
    /// Opens the device and lets it pull its sound from a renderer of the shape that it wants.
    /// `buffer_frames` is a wish: how many frames to ask for at a time. Dropping the stream closes the device.
    ///
    /// # Errors
    ///
    /// [`NoDevice`] when there is none or it cannot be opened now.
    fn open(
        &mut self,
        buffer_frames: u32,
        reporter: Reporter,
        renderer: &mut dyn FnMut(StreamShape) -> Renderer,
    ) -> Result<Box<dyn OutputStream>, NoDevice>;
}

/// An open device. It lives and dies on the player's thread.
pub trait OutputStream {}
