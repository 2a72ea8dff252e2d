//! Plays one recording at a time.
//!
//! Other threads send [`PlayerCommand`]s and are told [`PlayerSnapshot`]s; nobody else touches the device.
//!
//! - [`table`] decides: a pure function from state and input to state and effects.
//! - `session` does what it decides, on the one thread (`ringback-audio`) that owns the device.
//! - `worker` decodes, one thread per load; `chain` is what happens to the sound on the way (lanes, skipped
//!   silence, `stretch`, `resample`).
//! - `feed` carries samples into the audio callback without a lock.
//! - [`output`] is what is asked of a device; `device` is the machine's, [`SilentDevice`] the one of the tests.

mod chain;
mod command;
mod device;
mod feed;
pub mod output;
mod resample;
mod session;
mod silent;
mod snapshot;
mod state;
mod stretch;
pub mod table;
mod worker;

pub use command::{Lanes, LoadNumber, PlayerCommand};
pub use device::DefaultDevice;
pub use feed::Renderer;
pub use silent::SilentDevice;
pub use snapshot::{DeviceState, Failure, Phase, PlayerEvent, PlayerSnapshot};

use output::Output;
use session::{Session, Wake};
use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Tells the wall-clock time in milliseconds since 1970, for [`PlayerSnapshot::at_unix_ms`].
pub type WallClock = Box<dyn Fn() -> i64 + Send>;

/// Hears of everything that changes, on the player's own thread; must return quickly.
pub type Listener = Box<dyn Fn(PlayerEvent) + Send>;

/// How patient the player is.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// How often a listener is told while sound flows, even if nothing else changes.
    pub tell_every: Duration,
    /// How often the player looks for the end of the recording, for jumps over silence and for a device that has fallen silent.
    pub look_every: Duration,
    /// After so long without playing the device is closed, so that an idle player costs nothing.
    pub rest_after: Duration,
    /// A device that takes no sound for so long is lost.
    pub device_silent_after: Duration,
    /// How long to wait before looking for a lost device again, by the number of attempts so far.
    pub retry: fn(u32) -> Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            tell_every: Duration::from_millis(900),
            look_every: Duration::from_millis(100),
            rest_after: Duration::from_secs(20),
            // Sound servers that wake a sleeping sink have been seen to take nothing for 1.8 s.
            device_silent_after: Duration::from_secs(4),
            retry: |attempts| {
                Duration::from_millis([100, 200, 400, 800, 1600, 3000][attempts.min(5) as usize])
            },
        }
    }
}

/// The handle to the player's thread. Dropping it stops the sound and ends the thread.
#[derive(Debug)]
pub struct Player {
    wake: Sender<Wake>,
    thread: Option<JoinHandle<()>>,
}

impl Player {
    /// Starts the player on the machine's default sound device. The device is opened when it is first
    /// needed; a machine without one is told in the snapshot, not here.
    ///
    /// # Errors
    ///
    /// When the operating system refuses another thread.
    pub fn start(clock: WallClock, listener: Listener) -> io::Result<Self> {
        Self::start_on(
            Box::new(DefaultDevice::default()),
            Timing::default(),
            clock,
            listener,
        )
    }

    /// The same on another device or with another patience.
    ///
    /// # Errors
    ///
    /// When the operating system refuses another thread.
    pub fn start_on(
        output: Box<dyn Output>,
        timing: Timing,
        clock: WallClock,
        listener: Listener,
    ) -> io::Result<Self> {
        let (wake, wakes) = channel();
        let own = wake.clone();
        let thread = thread::Builder::new()
            .name("ringback-audio".to_owned())
            .spawn(move || Session::new(output, timing, clock, listener, own).run(&wakes))?;
        Ok(Self {
            wake,
            thread: Some(thread),
        })
    }

    /// Sends a command; returns at once. The answer comes as a [`PlayerEvent`]. After a shutdown, commands are dropped.
    pub fn send(&self, command: PlayerCommand) {
        // The only way to fail is a player that has been shut down.
        let _ = self.wake.send(Wake::Command(command));
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.send(PlayerCommand::Shutdown);
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the player's thread ended with a panic");
        }
    }
}
