//! A sound device without sound, for tests here and above: samples are pulled by hand and looked at.

use super::feed::Renderer;
use super::output::{DeviceReport, NoDevice, Output, OutputStream, Reporter, StreamShape};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A silent device. Clones are the same device: one goes to the player, another stays with the test.
#[derive(Debug, Clone)]
pub struct SilentDevice {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    shape: StreamShape,
    present: bool,
    open: Option<(Renderer, Reporter)>,
    buffer_frames: Vec<u32>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("shape", &self.shape)
            .field("present", &self.present)
            .field("open", &self.open.is_some())
            .finish()
    }
}

impl SilentDevice {
    /// A device of this shape, plugged in.
    pub fn new(sample_rate: u32, channels: u16) -> Self {
        let shape = StreamShape {
            sample_rate,
            channels,
        };
        Self {
            inner: Arc::new(Mutex::new(Inner {
                shape,
                present: true,
                open: None,
                buffer_frames: Vec::new(),
            })),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pulls this many frames as the device's callback would, all at once. `None` while nobody has it open.
    pub fn pull(&self, frames: usize) -> Option<Vec<f32>> {
        let mut inner = self.inner();
        let mut out = vec![0.0; frames * usize::from(inner.shape.channels)];
        let (renderer, _) = inner.open.as_mut()?;
        renderer.fill(&mut out, 0);
        Some(out)
    }

    /// Frames of sound that are decoded and wait to be pulled; 0 while nobody has it open.
    pub fn ready(&self) -> usize {
        self.inner()
            .open
            .as_mut()
            .map_or(0, |(renderer, _)| renderer.ready())
    }

    /// Takes the device away, as when its plug is pulled.
    pub fn unplug(&self) {
        let mut inner = self.inner();
        inner.present = false;
        if let Some((_, reporter)) = inner.open.take() {
            reporter(DeviceReport::Lost(
                "the sound device was unplugged".to_owned(),
            ));
        }
    }

    /// Brings it back.
    pub fn plug(&self) {
        self.inner().present = true;
    }

    /// Says to the player that a gap was heard.
    pub fn run_dry(&self) {
        if let Some((_, reporter)) = &self.inner().open {
            reporter(DeviceReport::Underrun);
        }
    }

    /// Whether the player has it open.
    pub fn is_open(&self) -> bool {
        self.inner().open.is_some()
    }

    /// The buffer sizes that were asked for, in order.
    pub fn buffers_asked_for(&self) -> Vec<u32> {
        self.inner().buffer_frames.clone()
    }
}

impl Output for SilentDevice {
    fn open(
        &mut self,
        buffer_frames: u32,
        reporter: Reporter,
        renderer: &mut dyn FnMut(StreamShape) -> Renderer,
    ) -> Result<Box<dyn OutputStream>, NoDevice> {
        let mut inner = self.inner();
        if !inner.present {
            return Err(NoDevice::new("no sound device is plugged in"));
        }
        inner.buffer_frames.push(buffer_frames);
        inner.open = Some((renderer(inner.shape), reporter));
        Ok(Box::new(SilentStream(Arc::clone(&self.inner))))
    }
}

struct SilentStream(Arc<Mutex<Inner>>);

impl OutputStream for SilentStream {}

impl Drop for SilentStream {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).open = None;
    }
}
