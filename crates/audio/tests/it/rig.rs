//! A player on a silent device that the tests pull by hand.

use crate::sound::wav;
use ringback_audio::player::{Phase, SilentDevice, Timing};
use ringback_audio::{LoadNumber, Player, PlayerCommand, PlayerEvent, PlayerSnapshot};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A player, its device and what it tells.
pub(crate) struct Rig {
    pub(crate) player: Player,
    pub(crate) device: SilentDevice,
    pub(crate) told: Receiver<PlayerSnapshot>,
}

/// Far longer than anything takes; reached only by a test that fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

pub(crate) fn rig_on(device: SilentDevice) -> Rig {
    let (tell, told) = channel();
    let timing = Timing {
        look_every: Duration::from_millis(5),
        tell_every: Duration::from_millis(20),
        // A device that is pulled by hand is silent between two pulls.
        device_silent_after: Duration::from_secs(600),
        rest_after: Duration::from_secs(600),
        retry: |_| Duration::from_millis(1),
    };
    let listener = move |PlayerEvent::Snapshot(snapshot)| {
        // The test may be over already.
        let _ = tell.send(snapshot);
    };
    let player = Player::start_on(
        Box::new(device.clone()),
        timing,
        Box::new(|| 1_000_000),
        Box::new(listener),
    )
    .expect("a thread is to be had");
    Rig {
        player,
        device,
        told,
    }
}

pub(crate) fn rig() -> Rig {
    rig_on(SilentDevice::new(8000, 2))
}

impl Rig {
    pub(crate) fn load(&self, number: u64, path: &Path, at_ms: u64, play: bool) {
        self.player.send(PlayerCommand::Load {
            load: LoadNumber(number),
            path: path.to_owned(),
            at_ms,
            play,
            silence: None,
        });
    }

    /// The first snapshot from now on that is as wished.
    pub(crate) fn until(
        &self,
        wish: &str,
        fits: impl Fn(&PlayerSnapshot) -> bool,
    ) -> PlayerSnapshot {
        let mut last = None;
        loop {
            match self.told.recv_timeout(PATIENCE) {
                Ok(snapshot) if fits(&snapshot) => return snapshot,
                Ok(snapshot) => last = Some(snapshot),
                Err(error) => panic!("never {wish} ({error}); last was {last:?}"),
            }
        }
    }

    pub(crate) fn until_moving(&self) -> PlayerSnapshot {
        self.until("moving", |snapshot| {
            snapshot.phase == Phase::Playing && snapshot.rate > 0.0
        })
    }

    /// Pulls exactly `frames` frames of sound, never faster than they are decoded.
    pub(crate) fn hear(&self, frames: usize) -> Vec<f32> {
        let mut heard = Vec::new();
        let begun = Instant::now();
        while heard.len() < frames * 2 {
            assert!(
                begun.elapsed() < PATIENCE,
                "only {} of {frames} frames came",
                heard.len() / 2
            );
            let ready = self.device.ready().min(64).min(frames - heard.len() / 2);
            if ready == 0 {
                std::thread::yield_now();
            } else {
                heard.extend(
                    self.device
                        .pull(ready)
                        .expect("what is ready can be pulled"),
                );
            }
        }
        heard
    }
}

/// A file whose sound tells its place: a saw that rises for two seconds, never zero.
pub(crate) fn ramp(folder: &tempfile::TempDir, seconds: usize) -> (std::path::PathBuf, Vec<i16>) {
    let samples: Vec<i16> = (0..seconds * 8000)
        .map(|frame| 1000 + (frame % 16_000) as i16)
        .collect();
    let path = folder.path().join("ramp.wav");
    wav(&path, &samples, 1, 8000);
    (path, samples)
}

/// The place in a ramp, in milliseconds, of a sample heard within its first two seconds.
pub(crate) fn place_ms(sample: f32) -> f32 {
    (sample * 32_768.0 - 1000.0) / 8.0
}
